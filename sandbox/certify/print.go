package certify

import (
	"fmt"
	"io"
)

// Print writes a report for people: a line for every check, and under one that failed what was expected, what came and what was sent.
func (r *Report) Print(out io.Writer) error {
	w := &printer{out: out}
	w.line("Wallet %s, player %s, %s, %s\n", r.URL, r.Player, r.Currency, r.At.Format("2006-01-02 15:04:05 UTC"))
	for _, one := range r.Results {
		mark := map[Status]string{Passed: "ok  ", Failed: "FAIL", Skipped: "--  "}[one.Status]
		w.line("%s  %-30s %s", mark, one.Name, one.Contract)
		if one.Status != Failed {
			continue
		}
		for _, problem := range one.Problems {
			w.line("        %s", problem)
		}
		w.line("      what was said:")
		for _, e := range one.Exchanges {
			w.line("        %s %s", e.Call, e.Sent)
			if e.Error != "" {
				w.line("          → no answer: %s (%d ms)", e.Error, e.Millis)
			} else {
				w.line("          → %d %.500s (%d ms)", e.Status, e.Got, e.Millis)
			}
		}
	}
	w.line("\n%d passed, %d failed, %d skipped; the slowest answer took %d ms", r.Passed, r.Failed, r.Skipped, r.Slowest)
	if r.Failed == 0 {
		w.line("The wallet keeps the contract.")
	} else {
		w.line("The wallet does not keep the contract: real money would be lost or made. docs/seamless-wallet.md is the contract.")
	}
	return w.err
}

// printer keeps the first error.
type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.out, format+"\n", args...)
	}
}
