package odds

import (
	"testing"

	"croupier/games/blackjack"
)

// BenchmarkCompute measures all that is computed of a set of rules: best play, the chart and what it is worth.
func BenchmarkCompute(b *testing.B) {
	for name, decks := range map[string]int{"1 deck": 1, "6 decks": 6, "infinite decks": 0} {
		b.Run(name, func(b *testing.B) {
			r := blackjack.Standard()
			r.Decks = decks
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Compute(r, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
