package slots

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"croupier/games"
)

// bigDefinition is a machine as large as they come: 5 reels of 100 stops, 20 lines, at random but the same every time.
func bigDefinition(t testing.TB) *Definition {
	t.Helper()
	d, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 2))
	d.Game, d.Aliases, d.Rows, d.Default, d.Paylines = "big", nil, 4, "", nil
	var reels []Strip
	for range d.Reels {
		var strip Strip
		for range 100 {
			name := d.Symbols[rng.IntN(len(d.Symbols))].Name
			if (name == d.Scatter || name == d.Wild) && rng.IntN(4) > 0 {
				name = "cherry"
			}
			strip = append(strip, name)
		}
		reels = append(reels, strip)
	}
	d.Strips = map[string][]Strip{"V": reels}
	for seen := map[string]bool{}; len(d.Paylines) < 20; {
		line := make([]int, d.Reels)
		for reel := range line {
			line[reel] = rng.IntN(d.Rows)
		}
		if text := fmt.Sprint(line); !seen[text] {
			d.Paylines, seen[text] = append(d.Paylines, line), true
		}
	}
	return reparsed(t, d)
}

// TestWhatIsNotComputedIsBounded has the distribution given up: what is known then has to contain what is known otherwise.
func TestWhatIsNotComputedIsBounded(t *testing.T) {
	t.Parallel()
	for _, d := range []*Definition{shortened(t, "RTP_96", 9), parsed(t, classic)} {
		m := newMachine(d, d.variants()[0])
		exact := m.know()
		m.workLimit = 1
		rough := m.know()
		if !exact.whole || rough.whole {
			t.Fatalf("computed: %v, %v", exact.whole, rough.whole)
		}
		for what, values := range map[string][2]games.Value{
			"return":       {rough.total, exact.total},
			"hits":         {rough.figures.hits, exact.figures.hits},
			"variance":     {rough.figures.variance, exact.figures.variance},
			"maximum":      {rough.figures.most, exact.figures.most},
			"its chance":   {rough.figures.mostChance, exact.figures.mostChance},
			"what it cuts": {rough.figures.cost, exact.figures.cost},
		} {
			if values[0].Low.Cmp(values[1].Low) > 0 || values[0].High.Cmp(values[1].High) < 0 {
				t.Errorf("%s: %s to %s leaves out %s to %s", what, values[0].Low.FloatString(6), values[0].High.FloatString(6),
					values[1].Low.FloatString(6), values[1].High.FloatString(6))
			}
		}
		engine := &Engine{machine: m, known: m.know}
		analysis, err := engine.Analyse()
		if err != nil || m.winCap == 0 && !analysis.Outlooks[0].Return.Exact() {
			t.Errorf("the return is not exact: %v", err)
		}
		if !strings.Contains(analysis.Method, "too long") {
			t.Errorf("it does not say so: %s", analysis.Method)
		}
	}
}

// BenchmarkReturnOfBig measures the exact return of 10^10 ways to stop: from file to fraction.
func BenchmarkReturnOfBig(b *testing.B) {
	m := newMachine(bigDefinition(b), "V")
	b.ReportAllocs()
	for b.Loop() {
		m.exactReturn()
	}
}

// BenchmarkReportOfBig measures all of its mathematics.
func BenchmarkReportOfBig(b *testing.B) {
	m := newMachine(bigDefinition(b), "V")
	b.ReportAllocs()
	for b.Loop() {
		if _, ok := m.distribute(m.paid, m.lines); !ok {
			b.Fatal("gave up")
		}
	}
}
