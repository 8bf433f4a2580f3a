package slots

import (
	"fmt"
	"math/rand/v2"
	"testing"
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
			if (name == d.Scatter || name == d.Wild) && rng.IntN(3) > 0 {
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

// BenchmarkReturnOfBig measures the exact return of 10^10 ways to stop: from file to fraction.
func BenchmarkReturnOfBig(b *testing.B) {
	m := newMachine(bigDefinition(b), "V")
	for b.Loop() {
		m.exactReturn()
	}
}

// BenchmarkReportOfBig measures all of its mathematics.
func BenchmarkReportOfBig(b *testing.B) {
	m := newMachine(bigDefinition(b), "V")
	for b.Loop() {
		if _, ok := m.distribute(m.paid, m.lines); !ok {
			b.Fatal("gave up")
		}
	}
}
