package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// print writes the report for people: what was measured, how fast it was, what a round took.
func (r *benchReport) print(w io.Writer) {
	fmt.Fprintf(w, "\nslots, %gs measured after %gs of warm-up; %s", r.Duration, r.Warmup, r.Machine)
	for _, name := range slices.Sorted(maps.Keys(r.Database)) {
		fmt.Fprintf(w, "; %s %s", name, r.Database[name])
	}
	fmt.Fprintf(w, "\n\n%-30s %10s %9s %9s %9s %9s   %s\n", "", "rounds/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms",
		"rounds/s of each turn")
	for _, p := range r.Passes {
		r.heading(w, p)
		p.printSpeed(w)
	}
	fmt.Fprintln(w)
	fmt.Fprintf(w, costRow, "a round of the server took", "server µs", "Postgres µs", "clients µs", "WAL bytes", "WAL images", "commits/s",
		"rounds/commit")
	for _, p := range r.Passes {
		r.heading(w, p)
		for _, point := range p.Points {
			point.printCost(w)
			if h := point.Webhooks; h != nil {
				(&benchPoint{Server: h.Told, Cost: h.Cost}).printCost(w)
			}
		}
	}
	fmt.Fprintln(w, "   µs of a core, by process; images: whole pages in the WAL, the first time that a page is written after a checkpoint; -: not known")
	r.printStatements(w)
	fmt.Fprintf(w, "\nerrors   %s\n", r.errorsLine())
	for _, p := range r.Passes {
		p.printFindings(w, r)
	}
	r.printGrowth(w)
	if r.Ledger != nil {
		fmt.Fprintf(w, "ledger   holds: %s rounds, %s transfers\n", grouped(r.Ledger.Rounds), grouped(r.Ledger.Transfers))
	} else {
		fmt.Fprintln(w, "ledger   not checked")
	}
}

// costRow is a row of what a round took.
const costRow = "%-30s %11s %11s %11s %11s %11s %11s %14s\n"

// heading says how full the database was, if there is more than one pass to tell apart.
func (r *benchReport) heading(w io.Writer, p *benchPass) {
	if len(r.Passes) > 1 {
		fmt.Fprintf(w, "with %s rounds stored\n", grouped(p.Stored))
	}
}

func (p *benchPass) printSpeed(w io.Writer) {
	for _, point := range p.Points {
		point.Server.print(w)
		if point.Webhooks != nil {
			point.Webhooks.Told.print(w)
		}
		if p.Floor != nil && p.Floor.Clients == point.Clients {
			p.Floor.Best.print(w)
		}
	}
	p.Lone.print(w)
	if p.Floor == nil {
		return
	}
	p.Floor.Lone.print(w)
	for _, s := range p.Floor.Tried {
		s.Name = "  tried: " + s.Name
		s.print(w)
	}
}

func (m summary) print(w io.Writer) {
	fmt.Fprintf(w, "%-30s %10.0f %9.2f %9.2f %9.2f %9.2f  ", m.Name, m.PerSecond, m.P50, m.P99, m.P999, m.Max)
	for _, turn := range m.Turns {
		fmt.Fprintf(w, " %.0f", turn)
	}
	fmt.Fprintln(w)
}

func (p *benchPoint) printCost(w io.Writer) {
	known := func(v float64, format string) string {
		if v == 0 {
			return "-"
		}
		return fmt.Sprintf(format, v)
	}
	c := p.Cost
	fmt.Fprintf(w, costRow, p.Server.Name, known(c.CPU["server"], "%.1f"), known(c.CPU["postgres"], "%.1f"),
		known(c.CPU["bench"], "%.1f"), known(c.WAL, "%.0f"), known(c.Images, "%.3f"), known(c.Commits, "%.0f"), known(c.Group, "%.1f"))
}

// printFindings are the figures that the marks are about.
func (p *benchPass) printFindings(w io.Writer, r *benchReport) {
	for _, point := range p.Points {
		if point.Webhooks != nil {
			point.Webhooks.print(w)
		}
	}
	if p.Floor != nil || slices.ContainsFunc(p.Points, func(point *benchPoint) bool { return point.Memory != nil }) {
		r.heading(w, p)
	}
	if f := p.Floor; f != nil {
		fmt.Fprintf(w, "ratio    %.2f: the server with %d clients by the floor with %d connections\n", f.Ratio, f.Clients, f.Connections)
		fmt.Fprintf(w, "alone    %.2f times the floor: p50 of one client by p50 of one connection\n", p.Lone.P50/max(f.Lone.P50, 1e-9))
	}
	for _, point := range p.Points {
		if lag := point.Cost.LogLag; lag > 0 {
			fmt.Fprintf(w, "log      with %d clients no finished round waited longer than %gs for its leaf in the commitment log\n", point.Clients, lag)
		}
		if m := point.Memory; m != nil {
			const kib = 1 << 10
			fmt.Fprintf(w, "memory   %.1f KiB in use by the server for each of %d clients who wait: "+
				"heap %.1f, stacks %.1f of %.1f goroutines, the runtime %.1f\n", m.InUse/kib, m.Clients,
				m.Heap/kib, m.Stacks/kib, m.Goroutines, m.Runtime/kib)
			fmt.Fprintf(w, "         %.1f KiB of resident memory, garbage that is not collected yet included: %.1f MiB before them, %.1f MiB with them\n",
				m.Resident/kib, float64(m.ResidentBefore)/kib/kib, float64(m.ResidentAfter)/kib/kib)
		}
	}
}

// printGrowth says how the last pass compares with the first.
func (r *benchReport) printGrowth(w io.Writer) {
	first, last := r.Passes[0], r.Passes[len(r.Passes)-1]
	if first == last {
		return
	}
	fmt.Fprintf(w, "growth   from %s to %s rounds stored\n", grouped(first.Stored), grouped(last.Stored))
	tell := func(before, after summary) {
		fmt.Fprintf(w, "         %-30s p50 × %.2f, p99 × %.2f, rounds/s × %.2f\n",
			after.Name, after.P50/max(before.P50, 1e-9), after.P99/max(before.P99, 1e-9), after.PerSecond/max(before.PerSecond, 1e-9))
	}
	for _, point := range last.Points {
		if before := first.point(point); before != nil {
			tell(before.Server, point.Server)
		}
	}
	tell(first.Lone, last.Lone)
}

// leastShare is of the time of all statements: those that took less are only in the report's file.
const leastShare = 0.001

func (r *benchReport) printStatements(w io.Writer) {
	for _, p := range r.Passes {
		for _, point := range p.Points {
			if len(point.Cost.Statements) == 0 {
				continue
			}
			fmt.Fprintf(w, "\n%-30s %10s %9s %9s %9s %9s\n", "statements of Postgres", "mean µs", "calls", "rows", "WAL/call", "% of time")
			r.heading(w, p)
			fmt.Fprintf(w, "%s; a commit's wait for the disk is not in its statement's time\n", point.Server.Name)
			for _, s := range point.Cost.Statements {
				if s.Share < leastShare {
					break
				}
				calls := float64(max(1, s.Calls))
				fmt.Fprintf(w, "%-30s %10.0f %9d %9d %9.0f %9.1f   %s\n", "",
					s.Time*1000/calls, s.Calls, s.Rows, float64(s.WAL)/calls, s.Share*100, cropped(s.Text, 90))
			}
		}
	}
}

func cropped(text string, most int) string {
	if runes := []rune(text); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return text
}

// errorsLine lists the codes of all answers of the server that were no results.
func (r *benchReport) errorsLine() string {
	total := map[string]int64{}
	for _, p := range r.Passes {
		for _, point := range p.Points {
			for code, n := range point.Server.Errors {
				total[code] += n
			}
		}
	}
	if len(total) == 0 {
		return "none"
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(total)) {
		parts = append(parts, fmt.Sprintf("%s: %d", code, total[code]))
	}
	return strings.Join(parts, ", ")
}

// grouped writes 10000000 as 10,000,000.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
