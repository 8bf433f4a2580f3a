package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
)

// figure is one number of two reports.
type figure struct {
	name      string
	then, now float64 // 0: not known
	decimals  int
	better    direction
}

// direction is how a figure gets better.
type direction int

const (
	neither direction = iota
	more
	less
)

// sameWithin is by how much a figure may change and still be called the same. Turns of one run differ by more: see spread.
const sameWithin = 0.02

// printChange writes what changed since an earlier report.
func (r *benchReport) printChange(w io.Writer, then *benchReport, file string) {
	fmt.Fprintf(w, "\nsince %s of %s\n", file, then.At.Format("2006-01-02 15:04 UTC"))
	for _, difference := range r.differences(then) {
		fmt.Fprintf(w, "   not the same: %s\n", difference)
	}
	fmt.Fprintf(w, "\n%-40s %12s %12s %9s\n", "", "then", "now", "change")
	for i, pass := range r.Passes {
		r.heading(w, pass)
		before := then.pass(i, r)
		if before == nil {
			fmt.Fprintln(w, "   not measured then")
			continue
		}
		for _, point := range pass.Points {
			fmt.Fprintln(w, point.Server.Name)
			if was := before.point(point); was != nil {
				printFigures(w, pointFigures(was, point))
			} else {
				fmt.Fprintln(w, "   not measured then")
			}
		}
		fmt.Fprintln(w, pass.Lone.Name)
		printFigures(w, loneFigures(before, pass))
	}
	fmt.Fprint(w, "\nA small change may be the machine's: measure more than once. ")
	if before, now := then.spread(), r.spread(); before > 0 && now > 0 {
		fmt.Fprintf(w, "Turns of one run differed by up to %.0f %% then and %.0f %% now.", 100*before, 100*now)
	}
	fmt.Fprintln(w)
}

// pass finds the one that a pass of another report is to be compared with: an empty database with an empty one, a full one with a
// full one.
func (r *benchReport) pass(n int, with *benchReport) *benchPass {
	if len(with.Passes) == len(r.Passes) {
		return r.Passes[n]
	}
	wanted := with.Passes[n].Stored
	for _, p := range r.Passes {
		if least, most := min(p.Stored, wanted), max(p.Stored, wanted); most < 1_000_000 || least > most/2 {
			return p
		}
	}
	return nil
}

func pointFigures(then, now *benchPoint) []figure {
	list := append(summaryFigures(then.Server, now.Server),
		figure{"server's processor time, µs a round", then.Cost.CPU["server"], now.Cost.CPU["server"], 1, less},
		figure{"database's processor time, µs a round", then.Cost.CPU["postgres"], now.Cost.CPU["postgres"], 1, less},
		figure{"clients' processor time, µs a round", then.Cost.CPU["bench"], now.Cost.CPU["bench"], 1, less},
		figure{"WAL, bytes a round", then.Cost.WAL, now.Cost.WAL, 0, less},
		figure{"rounds in a commit", then.Cost.Group, now.Cost.Group, 1, more},
	)
	if a, b := then.Memory, now.Memory; a != nil && b != nil {
		const kib = 1 << 10
		list = append(list, figure{"memory in use, KiB a waiting client", a.InUse / kib, b.InUse / kib, 1, less},
			figure{"resident memory, KiB a waiting client", a.Resident / kib, b.Resident / kib, 1, less})
	}
	return list
}

func summaryFigures(then, now summary) []figure {
	return []figure{
		{"rounds/s", then.PerSecond, now.PerSecond, 0, more},
		{"p50, ms", then.P50, now.P50, 2, less},
		{"p99, ms", then.P99, now.P99, 2, less},
		{"p99.9, ms", then.P999, now.P999, 2, less},
	}
}

func loneFigures(then, now *benchPass) []figure {
	list := summaryFigures(then.Lone, now.Lone)
	if a, b := then.Floor, now.Floor; a != nil && b != nil {
		list = append(list,
			figure{"p50 by the floor's", then.Lone.P50 / max(a.Lone.P50, 1e-9), now.Lone.P50 / max(b.Lone.P50, 1e-9), 2, less},
			figure{fmt.Sprintf("ratio with %d clients", b.Clients), a.Ratio, b.Ratio, 2, more},
			figure{"floor, rounds/s", a.Best.PerSecond, b.Best.PerSecond, 0, neither})
	}
	return list
}

func printFigures(w io.Writer, list []figure) {
	for _, f := range list {
		if f.then == 0 && f.now == 0 {
			continue
		}
		value := func(v float64) string {
			if v == 0 {
				return "-"
			}
			return strconv.FormatFloat(v, 'f', f.decimals, 64)
		}
		fmt.Fprintf(w, "   %-37s %12s %12s %s\n", f.name, value(f.then), value(f.now), f.change())
	}
}

// change is by how much of what it was a figure changed, and what to think of that.
func (f figure) change() string {
	if f.then == 0 || f.now == 0 {
		return ""
	}
	by := f.now/f.then - 1
	verdict := "better"
	switch {
	case f.better == neither:
		verdict = ""
	case math.Abs(by) <= sameWithin:
		verdict = "same"
	case by > 0 == (f.better == less):
		verdict = "worse"
	}
	return fmt.Sprintf("%+8.1f %%  %s", 100*by, verdict)
}

// differences are what makes two reports hard to compare.
func (r *benchReport) differences(then *benchReport) []string {
	var list []string
	tell := func(what, then, now string) {
		if then != now {
			list = append(list, fmt.Sprintf("%s, %s then and %s now", what, orNone(then), orNone(now)))
		}
	}
	tell("the machine", then.Machine, r.Machine)
	tell("the seconds measured", fmt.Sprint(then.Duration), fmt.Sprint(r.Duration))
	tell("the seconds of warm-up", fmt.Sprint(then.Warmup), fmt.Sprint(r.Warmup))
	tell("the seconds of thinking", fmt.Sprint(then.Think), fmt.Sprint(r.Think))
	if then.Settlers != r.Settlers {
		tell("--settlers", strconv.Itoa(then.Settlers), strconv.Itoa(r.Settlers))
	}
	names := map[string]bool{}
	for name := range then.Database {
		names[name] = true
	}
	for name := range r.Database {
		names[name] = true
	}
	for name := range names {
		tell(name, then.Database[name], r.Database[name])
	}
	slices.Sort(list)
	return list
}

func orNone(text string) string {
	if text == "" || text == "0" {
		return "the default"
	}
	return text
}

// spread is by how much the fastest turn of the server is faster than the slowest with the same clients, 0 if each was measured in one turn.
func (r *benchReport) spread() float64 {
	widest := 0.0
	for _, p := range r.Passes {
		for _, point := range p.Points {
			if turns := point.Server.Turns; len(turns) > 0 && slices.Min(turns) > 0 {
				widest = max(widest, slices.Max(turns)/slices.Min(turns)-1)
			}
		}
	}
	return widest
}
