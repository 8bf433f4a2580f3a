package audit

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"maps"
	"slices"
	"strings"
	"time"
)

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{
	"grouped": grouped,
	"percent": func(share float64) string { return fmt.Sprintf("%.2f %%", 100*share) },
	"p":       shownP,
	"time":    func(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") },
	"took": func(s float64) string {
		return time.Duration(s * float64(time.Second)).Round(10 * time.Millisecond).String()
	},
}).Parse(pageText))

// pageData is what the page shows.
type pageData struct {
	*Report
	Checks  []checkLine
	Returns []returnsPlot
	Payouts []payoutsPlot
	Tested  []testPlot
	Time    *timePlot
	Only    string

	Impossible float64 // below it a p-value is a difference
}

// checkLine is a check, and how many differences it found.
type checkLine struct {
	Name, About string
	Found       int64
}

// aboutChecks say what each check is, in the order in which they are shown.
var aboutChecks = []struct{ name, about string }{
	{checkOutcome, "every outcome, stake and payout is what the seeds and the player's actions give"},
	{checkCommitment, "every revealed server seed hashes to what was committed to before the first bet"},
	{checkNonce, "0, 1, 2, … under every seed pair: no round is missing, none is there twice"},
	{checkSeedPair, "all rounds of a pair show the same seeds, and are as many as were revealed"},
	{checkTold, "what the player was told is what is stored"},
	{checkBalance, "every balance follows from the one before it"},
	{checkSum, "a round's bet, stake and payout are those of its actions"},
	{checkAction, "every step of a round is there, once"},
	{checkRound, "what a round says of itself fits together"},
	{checkFile, "the export is whole and in order"},
	{checkChance, "what was drawn, and what rounds paid, is spread as chance spreads it: the tests below"},
	{checkBuild, "the stored rules of every game hash to their rulesHash"},
	{checkLedger, "all money is accounted for, as croupier ledger check proves it"},
	{checkLog, "the commitment log holds every finished round and every seed as it is stored, and was signed so, as croupier log check proves it"},
}

// Page writes the report as a page that needs nothing else: no network, no scripts, no other file.
func (r *Report) Page() ([]byte, error) {
	data := pageData{Report: r, Only: r.filtered(), Impossible: impossible, Time: r.timePlot()}
	for _, c := range aboutChecks {
		if r.Stored == nil && (c.name == checkBuild || c.name == checkLedger) || c.name == checkLog && r.Log == nil && r.ByCheck[checkLog] == 0 {
			continue
		}
		data.Checks = append(data.Checks, checkLine{c.name, c.about, r.ByCheck[c.name]})
	}
	byGame := map[string][]*GameReport{}
	for i := range r.Games {
		g := &r.Games[i]
		byGame[g.Game] = append(byGame[g.Game], g)
	}
	for _, game := range slices.Sorted(maps.Keys(byGame)) {
		if plot := newReturnsPlot(game, byGame[game]); len(plot.Rows) > 0 {
			data.Returns = append(data.Returns, plot)
		}
		for _, g := range byGame[game] {
			if g.Played > 0 {
				data.Payouts = append(data.Payouts, newPayoutsPlot(g))
			}
		}
	}
	for i := range r.Tests {
		data.Tested = append(data.Tested, newTestPlot(&r.Tests[i]))
	}
	var out bytes.Buffer
	if err := page.Execute(&out, data); err != nil {
		return nil, fmt.Errorf("audit page: %w", err)
	}
	return out.Bytes(), nil
}

// grouped writes a whole number with thin spaces between its thousands.
func grouped(n int64) string {
	text := fmt.Sprint(n)
	var b strings.Builder
	for i, c := range text {
		if i > 0 && (len(text)-i)%3 == 0 && text[i-1] != '-' {
			b.WriteString("\u202f")
		}
		b.WriteRune(c)
	}
	return b.String()
}
