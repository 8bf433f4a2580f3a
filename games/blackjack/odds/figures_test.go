package odds

import (
	"bytes"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"testing"

	"croupier/games"
	"croupier/games/blackjack"
)

var update = flag.Bool("update", false, "write the files that package blackjack embeds instead of comparing with them")

// builtIn are the variants by what they are called, and the nominal return of best play, nil for no commission.
var builtIn = []struct {
	id      string
	nominal *big.Rat
}{
	{"STANDARD", nil}, {"RTP_97", big.NewRat(97, 100)}, {"RTP_96", big.NewRat(96, 100)}, {"RTP_94", big.NewRat(94, 100)},
	{"RTP_92", big.NewRat(92, 100)},
}

// row is a line of variants.json.
type row struct {
	ID         string `json:"id"`
	Commission int    `json:"commission"`
	RTP        string `json:"rtp"` // the lower end of what the chart returns: players are never shown more than the truth
}

const chartHeading = "# The basic strategy of this variant, written by go test ./games/blackjack/odds -run Figures -update.\n"

// TestFigures recomputes what package blackjack embeds: commissions, returns, charts and figures, and holds every variant's best
// play within 0.05 percentage points below its nominal return.
func TestFigures(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("takes too long under the race detector")
	}
	var rows []row
	readJSON(t, "../variants.json", &rows)
	if len(rows) != len(builtIn) {
		t.Fatalf("%d variants, want %d", len(rows), len(builtIn))
	}
	all := make(map[string]blackjack.Figures)
	for i, variant := range builtIn {
		row := &rows[i]
		r := blackjack.Standard()
		if *update && variant.nominal != nil {
			commission, err := Calibrate(r, variant.nominal, nil)
			if err != nil {
				t.Fatal(err)
			}
			row.Commission = commission
		}
		r.Commission = row.Commission
		o, err := Compute(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		analysis := o.Analysis()
		all[variant.id] = figures(analysis)
		row.ID, row.RTP = variant.id, all[variant.id].Outlooks[0].Return[0]
		above, _ := new(big.Rat).Sub(o.Outlook(losingChart()).Return.Rat(), analysis.Bounds.Lowest).Float64()
		if above < 0 || above > 0.05 {
			t.Errorf("%s: a chart that loses returns %.6f more than the lowest of all", row.ID, above)
		}
		golden(t, "../charts/"+variant.id+".txt", []byte(chartHeading+o.Chart.String()))
		if variant.nominal != nil {
			below, _ := new(big.Rat).Sub(variant.nominal, o.Return.Rat()).Float64()
			chart, _ := new(big.Rat).Sub(variant.nominal, o.Basic.Return.Rat()).Float64()
			t.Logf("%s: commission %d, best play %v, chart %v", row.ID, row.Commission, o.Return, o.Basic.Return)
			if below < 0.0002 || below > 0.00035 || chart > 0.0005 {
				t.Errorf("%s: best play is %.6f below nominal, the chart %.6f", row.ID, below, chart)
			}
		}
	}
	golden(t, "../variants.json", lines(t, rows))
	text, err := json.MarshalIndent(all, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "../figures.json", append(text, '\n'))
}

// figures writes an analysis as figures.json holds it. Twelve decimals are a hundred times finer than its accuracy.
func figures(a games.Analysis) blackjack.Figures {
	decimal := func(r *big.Rat) string { return r.FloatString(12) }
	span := func(v games.Value) blackjack.Range { return blackjack.Range{decimal(v.Low), decimal(v.High)} }
	f := blackjack.Figures{
		Method: a.Method,
		Bounds: blackjack.Bounds{
			Lowest: decimal(a.Bounds.Lowest), Highest: decimal(a.Bounds.Highest), Proof: a.Bounds.Proof,
		},
		Findings: a.Findings,
	}
	for _, o := range a.Outlooks {
		f.Outlooks = append(f.Outlooks, blackjack.Outlook{
			Strategy: o.Strategy, Return: span(o.Return), HitFrequency: span(o.HitFrequency), Variance: span(o.Variance),
			MaximumWin:       blackjack.Range{o.MaximumWin.Low.RatString(), o.MaximumWin.High.RatString()},
			MaximumWinChance: span(o.MaximumWinChance),
		})
	}
	return f
}

func readJSON(t *testing.T, path string, into any) {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, into); err != nil {
		t.Fatal(err)
	}
}

// lines writes a list with an element a line.
func lines(t *testing.T, rows []row) []byte {
	t.Helper()
	var text bytes.Buffer
	for i, row := range rows {
		line, err := json.Marshal(row)
		if err != nil {
			t.Fatal(err)
		}
		text.WriteString([]string{"[\n  ", ",\n  "}[min(i, 1)])
		text.Write(line)
	}
	text.WriteString("\n]\n")
	return text.Bytes()
}

// golden compares text with a file, or writes the file.
func golden(t *testing.T, path string, text []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(text, want) {
		t.Errorf("%s differs (go test -run Figures -update writes it); got:\n%s", path, text)
	}
}
