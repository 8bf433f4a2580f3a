package main

import (
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"

	"croupier/games"
)

// row is a line of the table: a value of every variant.
type row struct {
	name, meaning string
	value         func(report) string
}

// rows are what is known of a game, in the order in which a newcomer wants to know it.
func rows(reports []report) []row {
	plain := func(value func(games.Outlook) string) func(report) string {
		return func(r report) string { return value(r.Outlooks[0]) }
	}
	first := reports[0]
	all := []row{
		{"Return to player (RTP)", "the share of the opening stakes that comes back in the long run, played by " + first.Outlooks[0].Strategy,
			plain(func(o games.Outlook) string { return percentage(o.Return, 6) })},
		{"Highest of any strategy", first.Bounds.Proof, func(r report) string { return percent(r.Bounds.Highest, 6) }},
		{"Lowest of any strategy", "nobody can play worse than that; below zero where more than the opening stake can be lost", func(r report) string { return percent(r.Bounds.Lowest, 6) }},
		{"Hit frequency", "how often a round pays anything",
			plain(func(o games.Outlook) string { return percentage(o.HitFrequency, 4) })},
		{"Variance", "how widely a round's net result is spread, in squared stakes",
			plain(func(o games.Outlook) string { return decimal(o.Variance, 6) })},
		{"Standard deviation", "its square root: the usual distance of a result from the average, in stakes",
			plain(func(o games.Outlook) string { return fmt.Sprintf("%.4f", math.Sqrt(readable(o.Variance.High))) })},
		{"Maximum win", "the most that a round can pay that is played like that, in stakes",
			plain(func(o games.Outlook) string { return decimal(o.MaximumWin, 2) + "×" })},
		{"  its chance", "how likely that is", plain(func(o games.Outlook) string { return chance(o.MaximumWinChance) })},
	}
	if first.Cap.Most > 0 {
		all = append(all,
			row{"Cap", "no round of this game pays more stakes than that", func(r report) string { return r.Cap.Most.String() + "×" }},
			row{"  what it costs", "what the cap takes from the return of the boldest strategy",
				func(r report) string { return percentage(r.Cap.Cost, 6) }})
	}
	for _, f := range first.Findings {
		if len(reports) == 1 || !shared(reports, f) {
			all = append(all, row{f.Name, f.Meaning, func(r report) string { return finding(r, f.Name) }})
		}
	}
	return all
}

// shared says whether a finding is the same of every variant, so that it need not be said of each.
func shared(reports []report, f games.Finding) bool {
	return !slices.ContainsFunc(reports, func(r report) bool { return finding(r, f.Name) != f.Value })
}

func finding(r report, name string) string {
	for _, f := range r.Findings {
		if f.Name == name {
			return f.Value
		}
	}
	return "–"
}

// strategyRows are the strategies of a variant, side by side.
var strategyColumns = []struct {
	name  string
	value func(games.Outlook) string
}{
	{"return", func(o games.Outlook) string { return percentage(o.Return, 6) }},
	{"hit frequency", func(o games.Outlook) string { return percentage(o.HitFrequency, 4) }},
	{"variance", func(o games.Outlook) string { return decimal(o.Variance, 4) }},
	{"maximum win", func(o games.Outlook) string { return decimal(o.MaximumWin, 2) + "×" }},
	{"its chance", func(o games.Outlook) string { return chance(o.MaximumWinChance) }},
}

// printTable prints a table for people. What its lines mean is said where there is room: beside a single variant.
func printTable(out io.Writer, reports []report) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	line := func(name string, value func(report) string, meaning string) {
		fmt.Fprint(table, name)
		for _, r := range reports {
			fmt.Fprint(table, "\t", value(r))
		}
		if meaning != "" && len(reports) == 1 {
			fmt.Fprint(table, "\t", meaning)
		}
		fmt.Fprintln(table)
	}
	line(strings.ToUpper(reports[0].game.Name), func(r report) string { return r.variant.ID }, "")
	for _, row := range rows(reports) {
		line(row.name, row.value, row.meaning)
	}
	if s := reports[0].simulated; s != nil {
		line("Simulated return", func(r report) string { return fmt.Sprintf("%.4f%%", 100*r.simulated.rtp) },
			fmt.Sprintf("of %d rounds, played by %s", s.rounds, s.strategy))
		line("Simulated hit frequency", func(r report) string { return fmt.Sprintf("%.4f%%", 100*r.simulated.hitFrequency) }, "")
		line("  z-score", func(r report) string { return fmt.Sprintf("%+.2f", r.simulated.z) },
			"distance from the exact return in standard errors: within ±2 in 95 of 100 simulations, beyond ±4 in 1 of 16,000")
	}
	switch {
	case len(reports) > 1:
		sharedTable(table, reports)
	case len(reports[0].Outlooks) > 1:
		strategyTable(table, reports[0])
	}
	if err := table.Flush(); err != nil {
		return err
	}
	return printMethod(out, reports)
}

// sharedTable prints what is the same of every variant.
func sharedTable(table io.Writer, reports []report) {
	head := "\nOF EVERY VARIANT\n"
	for _, f := range reports[0].Findings {
		if shared(reports, f) {
			fmt.Fprintf(table, "%s%s\t%s\n", head, f.Name, f.Value)
			head = ""
		}
	}
	var names []string
	for _, s := range reports[0].strategies {
		names = append(names, s.Name)
	}
	fmt.Fprintf(table, "\nSTRATEGIES\t%s\n", strings.Join(names, ", "))
}

func strategyTable(table io.Writer, r report) {
	fmt.Fprint(table, "\nSTRATEGY")
	for _, column := range strategyColumns {
		fmt.Fprint(table, "\t", column.name)
	}
	for _, o := range r.Outlooks {
		fmt.Fprint(table, "\n", o.Strategy)
		for _, column := range strategyColumns {
			fmt.Fprint(table, "\t", column.value(o))
		}
		if s, err := r.strategy(o.Strategy); err == nil {
			fmt.Fprint(table, "\t", s.Description)
		}
	}
	fmt.Fprintln(table)
}

// printMethod says how the values were computed, and gives the returns as fractions where they are known as such.
func printMethod(out io.Writer, reports []report) error {
	var exact strings.Builder
	exact.WriteString("\nHow it was computed: " + reports[0].Method + "\n")
	exact.WriteString("\nThe same returns as fractions, and the hashes of the rules that have them:\n")
	for _, r := range reports {
		fmt.Fprintln(&exact, strings.TrimRight(fmt.Sprintf("  %s  %s  %s", r.variant.ID, fraction(r.Outlooks[0].Return), r.variant.RulesHash), " "))
	}
	if len(reports) > 1 {
		exact.WriteString("\nWith --variant, each line says what it means, and every strategy is shown.\n")
	}
	_, err := io.WriteString(out, exact.String())
	return err
}

// fraction writes a value as a fraction, or says that it is not known as one.
func fraction(v games.Value) string {
	if v.Exact() {
		return v.Low.RatString()
	}
	return "between " + v.Low.RatString() + " and " + v.High.RatString()
}

// percentage writes a share in percent: one number, or the two ends where it is not known to so many decimals.
func percentage(v games.Value, decimals int) string {
	return ends(percent(v.Low, decimals), percent(v.High, decimals))
}

func decimal(v games.Value, decimals int) string {
	return ends(v.Low.FloatString(decimals), v.High.FloatString(decimals))
}

func chance(v games.Value) string {
	if v.Low.Sign() == 0 && v.High.Sign() > 0 {
		return oneIn(v.High) + " at the most"
	}
	return ends(oneIn(v.High), oneIn(v.Low))
}

func ends(low, high string) string {
	if low == high {
		return low
	}
	return low + " to " + high
}

func percent(share *big.Rat, decimals int) string {
	return new(big.Rat).Mul(share, big.NewRat(100, 1)).FloatString(decimals) + "%"
}

// oneIn writes a chance as people say it, however small it is.
func oneIn(chance *big.Rat) string {
	if chance.Sign() == 0 {
		return "never"
	}
	inverse := new(big.Float).SetRat(new(big.Rat).Inv(chance))
	switch {
	case inverse.Cmp(big.NewFloat(100)) < 0:
		return "1 in " + strings.TrimSuffix(inverse.Text('f', 2), ".00")
	case inverse.Cmp(big.NewFloat(1e15)) < 0:
		return "1 in " + inverse.Text('f', 0)
	}
	mantissa, exponent, _ := strings.Cut(inverse.Text('e', 1), "e+")
	return "1 in " + mantissa + "·10^" + exponent
}

// barMaker makes the progress bar of something that takes so many steps.
type barMaker func(what string, steps int64) *progressbar.ProgressBar

// barOn returns bars that are drawn on a terminal and nowhere else. They vanish when they are done.
func barOn(file *os.File) barMaker {
	visible := term.IsTerminal(int(file.Fd()))
	return func(what string, steps int64) *progressbar.ProgressBar {
		return progressbar.NewOptions64(steps,
			progressbar.OptionSetDescription(what),
			progressbar.OptionSetWriter(file),
			progressbar.OptionSetVisibility(visible),
			progressbar.OptionSetWidth(30),
			progressbar.OptionShowCount(),
			progressbar.OptionShowIts(),
			progressbar.OptionSetPredictTime(true),
			progressbar.OptionThrottle(100*time.Millisecond),
			progressbar.OptionClearOnFinish(),
		)
	}
}
