package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"croupier/fairness"
	"croupier/games"
)

// verified is a round that was recomputed.
type verified struct {
	record   games.Record
	report   games.Report
	computed bool // nobody recorded it: it was played here, and its checks compare it with itself
}

// drawn is a draw as it is shown: where its bytes are in the stream of its label, and what came of them.
type drawn struct {
	Step    int    `json:"step"`
	Label   string `json:"label"`
	Message string `json:"message"` // that the stream's blocks are the HMAC of; block i > 0 of message#i
	Offset  int    `json:"offset"`  // of the first byte, in the stream; a block is 64 bytes
	Bytes   string `json:"bytes"`   // hex: 4 for each word that was taken, refused ones first
	Forced  bool   `json:"forced"`  // whether any word is of the script, and so not of the stream; the offset counts from the script on
	N       uint64 `json:"n"`       // the draw is one of n values
	Value   uint64 `json:"value"`
}

// place is how far a label's stream was read at a step.
type place struct {
	step  int
	label string
}

// draws lists the draws of all steps, in order.
func (v *verified) draws() (all []drawn) {
	taken := map[place]int{} // words
	for _, step := range v.report.Draws {
		for _, d := range step.Draws {
			at := place{step.Step, d.Label}
			all = append(all, v.drawn(step.Step, d, taken[at]))
			taken[at] += len(d.Words)
		}
	}
	return all
}

func (v *verified) drawn(step int, d fairness.Draw, words int) drawn {
	message := v.record.ClientSeed + ":" + strconv.FormatUint(v.record.Nonce, 10)
	if d.Label != "" {
		message += ":" + d.Label
	}
	script := len(v.record.Forced[d.Label]) // its words come first
	shown := drawn{Step: step, Label: d.Label, Message: message, Offset: 4 * max(0, words-script), Forced: words < script,
		N: d.N, Value: d.Value}
	for _, word := range d.Words {
		shown.Bytes += fmt.Sprintf("%08x", word)
	}
	return shown
}

func (v *verified) printJSON(out io.Writer) error {
	shown := struct {
		RoundID string        `json:"roundId"`
		OK      bool          `json:"ok"`
		Forced  bool          `json:"forced"`
		Source  string        `json:"source"` // "record", or "computed" from flags
		Checks  []games.Check `json:"checks"`
		Draws   []drawn       `json:"draws"`
		Record  *games.Record `json:"record,omitempty"` // of a round that was computed
	}{v.report.RoundID, v.report.OK, v.report.Forced, "record", v.report.Checks, v.draws(), nil}
	if v.computed {
		shown.Source, shown.Record, shown.Checks, shown.OK = "computed", &v.record, []games.Check{}, true
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(shown)
}

func (v *verified) print(out io.Writer) error {
	var b strings.Builder
	r := &v.record
	if v.computed {
		fmt.Fprintf(&b, "A round of %s %s, computed from the seeds and actions that were given\n\n", r.GameID, r.Variant)
	} else {
		fmt.Fprintf(&b, "Round %s of %s %s\n\n", r.RoundID, r.GameID, r.Variant)
	}
	fmt.Fprintf(&b, "server seed  %s\ncommitment   %s\nclient seed  %q\nnonce        %d\n", r.ServerSeed, r.ServerSeedHash, r.ClientSeed,
		r.Nonce)
	fmt.Fprintf(&b, "status       %s\nstake        %s %s\npayout       %s %s\n", r.Status, r.Stake, r.Currency, r.Payout, r.Currency)
	if v.report.Forced {
		b.WriteString("\nFORCED: this is a sandbox round whose outcome was asked for. It is recomputed with its script, and proves nothing about\nchance.\n")
	}
	v.printDraws(&b)
	if v.computed {
		v.printSteps(&b)
	} else {
		v.printChecks(&b)
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (v *verified) printDraws(b *strings.Builder) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nSTEP\tMESSAGE\tBYTES FROM\tBYTES\tONE OF\tVALUE")
	all := v.draws()
	for _, d := range all {
		from := strconv.Itoa(d.Offset)
		if d.Forced {
			from = "script"
		}
		fmt.Fprintf(table, "%d\t%q\t%s\t%s\t%d\t%d\n", d.Step, d.Message, from, spaced(d.Bytes), d.N, d.Value)
	}
	_ = table.Flush() // a strings.Builder does not fail
	if len(all) == 0 {
		b.WriteString("(none: the steps that were played draw nothing)\n")
	}
	b.WriteString("The bytes are of HMAC-SHA-512(server seed, message), then of message#1, message#2, …: 64 each. Of several words the last was\ntaken.\n")
}

// spaced parts hex text into words.
func spaced(text string) string {
	var words []string
	for ; len(text) > 8; text = text[8:] {
		words = append(words, text[:8])
	}
	return strings.Join(append(words, text), " ")
}

func (v *verified) printSteps(b *strings.Builder) {
	currency := v.record.Currency
	for _, a := range v.record.Actions {
		fmt.Fprintf(b, "\nstep %d       %s %s\n  outcome    %s\n", a.Step, a.Type, a.Payload, a.Outcome)
		fmt.Fprintf(b, "  stake      %s %s\n  payout     %s %s\n", a.Stake, currency, a.Payout, currency)
	}
	b.WriteString("\nNothing was compared: no record was given. Compare it with what you were shown, and the commitment with your note.\n")
}

// widest is how many characters of a value are shown that is as it must be.
const widest = 60

func (v *verified) printChecks(b *strings.Builder) {
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nCHECK\t\tCOMPUTED AND RECORDED")
	wrong := 0
	for _, check := range v.report.Checks {
		if check.OK {
			fmt.Fprintf(table, "%s\tok\t%s\n", check.Name, shortened(check.Expected))
			continue
		}
		wrong++
		fmt.Fprintf(table, "%s\tWRONG\tcomputed  %s\n\t\trecorded  %s\n", check.Name, check.Expected, check.Got)
	}
	_ = table.Flush()
	if wrong > 0 {
		fmt.Fprintf(b, "\n%d of %d checks FAILED.\n", wrong, len(v.report.Checks))
		return
	}
	fmt.Fprintf(b, "\nAll %d checks passed. Balances are not checked: croupier audit follows them from round to round.\n",
		len(v.report.Checks))
}

func shortened(text string) string {
	if len(text) <= widest {
		return text
	}
	return strings.ToValidUTF8(text[:widest], "") + "…"
}
