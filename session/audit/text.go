package audit

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// shownDifferences is how many differences the text lists; the JSON and the page have more.
const shownDifferences = 30

// Print writes the report for people.
func (r *Report) Print(out io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s, as of %s%s\n", r.Source, r.SnapshotAt.UTC().Format(time.RFC3339), r.filtered())
	fmt.Fprintf(&b, "%d rounds of %d players under %d seed pairs, %d actions, %d transfers, in %s (%s)\n\n", r.Rounds, r.Players, r.SeedPairs,
		r.Actions, r.Transfers, (time.Duration(r.Seconds * float64(time.Second))).Round(10*time.Millisecond), r.Rate())
	fmt.Fprintf(&b, "recomputed   %d rounds: all as they are recorded\n", r.Verified)
	if r.Differing > 0 {
		fmt.Fprintf(&b, "DIFFERING    %d rounds are not what their seeds give\n", r.Differing)
	}
	if r.Forced > 0 {
		fmt.Fprintf(&b, "forced       %d sandbox rounds whose outcome was asked for; they are in no statistic\n", r.Forced)
	}
	if r.Voided > 0 {
		fmt.Fprintf(&b, "voided       %d rounds that the operator ended, with their stakes returned; they are neither in the money nor in a "+
			"statistic\n", r.Voided)
	}
	for _, reason := range r.Unchecked {
		fmt.Fprintf(&b, "not checked  %d rounds: %s (as %s)\n", reason.Rounds, reason.Why, reason.Example)
	}
	if r.Stored != nil {
		fmt.Fprintf(&b, "seed pairs   %d, %d of them revealed; %d builds of games; the ledger\n", r.Stored.SeedPairs, r.Stored.Revealed,
			r.Stored.Builds)
	}
	if r.Log != nil {
		fmt.Fprintf(&b, "log          %s, %d leaves: %d rounds, %d commitments, %d reveals; %d checkpoints; root %s\n", r.Log.Origin, r.Log.Size,
			r.Log.Rounds, r.Log.Commitments, r.Log.Reveals, r.Log.Checkpoints, r.Log.RootHash)
	}
	for _, what := range r.NotCovered {
		fmt.Fprintf(&b, "not covered  %s\n", what)
	}
	r.printGames(&b)
	r.printTests(&b)
	r.printDifferences(&b)
	_, err := io.WriteString(out, b.String())
	return err
}

func (r *Report) filtered() string {
	var parts []string
	f := &r.Filters
	if f.Since != nil {
		parts = append(parts, "since "+f.Since.UTC().Format(time.RFC3339))
	}
	if f.Until != nil {
		parts = append(parts, "until "+f.Until.UTC().Format(time.RFC3339))
	}
	if f.Operator != nil {
		parts = append(parts, "operator "+f.Operator.String())
	}
	if f.Player != nil {
		parts = append(parts, "player "+f.Player.String())
	}
	if f.Game != nil {
		parts = append(parts, "game "+*f.Game)
	}
	if len(parts) == 0 {
		return ""
	}
	return ", only " + strings.Join(parts, ", ")
}

func (r *Report) printGames(b *strings.Builder) {
	if len(r.Games) == 0 {
		return
	}
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nGAME\tVARIANT\tROUNDS\tRETURN, 99 % BAND\tEXACT\tANY STRATEGY\t")
	for _, g := range r.Games {
		exact, bounds := "–", "–"
		if g.Exact != nil {
			exact, bounds = g.Exact.RTP, g.Exact.Lowest+" to "+g.Exact.Highest
		}
		fmt.Fprintf(table, "%s\t%s\t%d\t%.2f ± %.2f %%\t%s\t%s\t%s\n", g.Game, g.Variant, g.Rounds, 100*g.RTP, 100*g.Band, exact,
			bounds, g.Verdict)
	}
	_ = table.Flush() // a strings.Builder does not fail
	fmt.Fprintln(b, "Of rounds that are over and were left to chance. One band in a hundred misses by chance alone.")
}

func (r *Report) printTests(b *strings.Builder) {
	if len(r.Tests)+len(r.Untested) == 0 {
		return
	}
	table := tabwriter.NewWriter(b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\nCHI-SQUARED\tTEST\tSAMPLES\tSTATISTIC\tFREEDOM\tP\t")
	for _, t := range r.Tests {
		fmt.Fprintf(table, "%s\t%s\t%d\t%.2f\t%d\t%s\t%s\n", t.Game, t.Name, t.Samples, t.Statistic, t.Freedom, shownP(t.P), t.Verdict)
	}
	_ = table.Flush()
	fmt.Fprintf(b, "P is the chance of counts as uneven as these if all is right: below 0.01 in one test of a hundred. Of %d tests, one that is below %s\n"+
		"is unusual, and below %.0e a difference.\n", len(r.Tests), shownP(r.UnusualBelow()), impossible)
	for _, u := range r.Untested {
		fmt.Fprintf(b, "not tested  %s, %s: %s\n", u.Game, u.What, u.Why)
	}
}

// shownP writes a p-value so that a small one is not none.
func shownP(p float64) string {
	if p < 0.0001 {
		return fmt.Sprintf("%.1e", p)
	}
	return fmt.Sprintf("%.4f", p)
}

func (r *Report) printDifferences(b *strings.Builder) {
	if r.OK {
		fmt.Fprintf(b, "\nNo difference was found. Checked: %s.\n", strings.Join(r.Passed, ", "))
		return
	}
	fmt.Fprintf(b, "\n%d DIFFERENCES\n", r.Found)
	for _, check := range slices.Sorted(maps.Keys(r.ByCheck)) {
		fmt.Fprintf(b, "  %-10s %d\n", check, r.ByCheck[check])
	}
	for _, d := range r.Differences[:min(len(r.Differences), shownDifferences)] {
		fmt.Fprintf(b, "\n%s: %s\n", d.Check, d.What)
		for _, part := range []struct{ name, value string }{{"round", d.RoundID}, {"player", d.PlayerID}, {"line", lineNumber(d.Line)},
			{"expected", d.Expected}, {"found", d.Got}} {
			if part.value != "" {
				fmt.Fprintf(b, "  %-8s  %s\n", part.name, part.value)
			}
		}
	}
	if rest := r.Found - int64(min(len(r.Differences), shownDifferences)); rest > 0 {
		fmt.Fprintf(b, "\nand %d more; --json and --html list the first %d.\n", rest, keptDifferences)
	}
	fmt.Fprintf(b, "\nNothing was found by: %s.\n", cmp.Or(strings.Join(r.Passed, ", "), "no check"))
}

func lineNumber(n int64) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}
