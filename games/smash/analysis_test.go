package smash

import (
	"math"
	"math/big"
	"sync"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// analysed is the analysis of RTP_96, computed once for all tests.
var analysed = sync.OnceValue(func() games.Analysis {
	v, _ := Game().Variant("RTP_96")
	a, err := v.Engine.(Engine).Analyse()
	if err != nil {
		panic(err)
	}
	return a
})

func TestRTP(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		nominal, rtp := big.NewRat(g.percent, 100), g.RTP()
		if rtp.Cmp(nominal) > 0 || new(big.Rat).Sub(nominal, rtp).Cmp(big.NewRat(5, 10_000)) > 0 {
			t.Errorf("returns %s", rtp.FloatString(8))
		}
		w, err := g.walk(0)
		if err != nil {
			t.Fatal(err)
		}
		if o := w.plain.outlook(plans()[0].name, w.unit); o.Return.Low.Cmp(rtp) != 0 {
			t.Errorf("the plainest strategy returns %s, RTP is %s", o.Return.Low.FloatString(12), rtp.FloatString(12))
		}
	})
}

func TestAnalysis(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("takes seconds under the race detector, and nothing in it is concurrent")
	}
	a, g := analysed(), rulesOf(t, "RTP_96")
	for i, s := range g.Strategies() {
		o := a.Outlooks[i]
		if o.Strategy != s.Name || !o.Return.Exact() {
			t.Fatalf("outlook %d is of %s, strategy of %s", i, o.Strategy, s.Name)
		}
		if o.Return.Low.Cmp(a.Bounds.Lowest) < 0 || o.Return.Low.Cmp(a.Bounds.Highest) > 0 {
			t.Errorf("%s returns %s", s.Name, o.Return.Low.FloatString(10))
		}
	}
	end := a.Outlooks[1]
	if end.MaximumWin.Low.Cmp(big.NewRat(250, 1)) != 0 || end.MaximumWinChance.Low.Sign() == 0 {
		t.Errorf("the maximum win of to-the-end is %s", end.MaximumWin.Low)
	}
	// A round that never cashes out is paid when the safe cracks. Only the cap can end it sooner, and only that can save it from a
	// break, so the hit frequency is above the closed form by less than the cap's chance.
	cracks, chance := new(big.Rat), big.NewRat(1, 1)
	for hit := 1; hit <= lastThreshold; hit++ {
		chance.Mul(chance, big.NewRat(int64(100-g.breaks), 100))
		if hit >= firstThreshold {
			cracks.Add(cracks, new(big.Rat).Mul(chance, big.NewRat(1, thresholds)))
		}
	}
	saved := new(big.Rat).Sub(end.HitFrequency.Low, cracks)
	if saved.Sign() < 0 || saved.Cmp(end.MaximumWinChance.Low) >= 0 {
		t.Errorf("paid with a chance of %s, cracks with %s", end.HitFrequency.Low.FloatString(10), cracks.FloatString(10))
	}
	if a.Cap.Cost.Low.Sign() <= 0 || a.Cap.Cost.High.Cmp(big.NewRat(2, 1000)) > 0 {
		t.Errorf("the cap costs %s", a.Cap.Cost.High.FloatString(8))
	}
}

// TestSimulation plays every strategy and compares its return and its hit frequency with the exact ones: the z-scores have to be within
// ±4. The seeds are fixed, so that it cannot fail by chance.
func TestSimulation(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("needs the analysis")
	}
	for i, s := range rulesOf(t, "RTP_96").Strategies() {
		rounds := 200_000
		if s.Name == "to-the-end" {
			rounds = 100_000
		}
		o := analysed().Outlooks[i]
		draws := fairness.NewSimulation(uint64(i))
		sum, paid := 0.0, 0.0
		for range rounds {
			staked, won, err := s.Round(draws)
			if err != nil || staked != games.MultipleUnit || won > most {
				t.Fatalf("%s: %v for %v, %v", s.Name, won, staked, err)
			}
			sum += float64(won) / games.MultipleUnit
			if won > 0 {
				paid++
			}
		}
		n := float64(rounds)
		mean, _ := o.Return.Low.Float64()
		variance, _ := o.Variance.Low.Float64()
		hit, _ := o.HitFrequency.Low.Float64()
		z, hits := (sum-n*mean)/math.Sqrt(n*variance), (paid-n*hit)/math.Sqrt(n*hit*(1-hit))
		t.Logf("%s: %d rounds return %.4f, z = %+.2f; hits z = %+.2f", s.Name, rounds, sum/n, z, hits)
		if math.Abs(z) > 4 || math.Abs(hits) > 4 {
			t.Errorf("%s: z = %+.2f, hits z = %+.2f", s.Name, z, hits)
		}
	}
}
