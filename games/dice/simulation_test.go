package dice

import (
	"math"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// TestSimulation plays 1,000,000 rounds by each strategy and compares what they return with the exact value: the z-score has to be
// within ±4. The seeds are fixed, so that it cannot fail by chance.
func TestSimulation(t *testing.T) {
	t.Parallel()
	const rounds = 1_000_000
	e := New(96)
	analysis, err := e.Analyse()
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range e.Strategies() {
		draws := fairness.NewSimulation(uint64(i))
		var total games.Multiple
		for range rounds {
			staked, won, err := s.Round(draws)
			if err != nil || staked != games.MultipleUnit {
				t.Fatalf("staked %d, %v", staked, err)
			}
			total += won
		}
		o := analysis.Outlooks[i]
		mean, _ := o.Return.Low.Float64()
		variance, _ := o.Variance.Low.Float64()
		z := (float64(total)/games.MultipleUnit - rounds*mean) / math.Sqrt(rounds*variance)
		t.Logf("%s returns %.6f, z = %+.2f", s.Name, float64(total)/games.MultipleUnit/rounds, z)
		if o.Strategy != s.Name || math.Abs(z) > 4 {
			t.Errorf("%s against the outlook of %s: z = %+.2f", s.Name, o.Strategy, z)
		}
	}
}
