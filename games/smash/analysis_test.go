package smash

import (
	"math/big"
	"sync"
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
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
	if gamestest.Slowness > 1 {
		t.Skip("takes seconds under the race detector, and nothing in it is concurrent")
	}
	a, g := analysed(), rulesOf(t, "RTP_96")
	gamestest.CheckAnalysis(t, gamestest.Variant(t, Game(), "RTP_96"), a)
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

// TestSimulation plays every strategy.
func TestSimulation(t *testing.T) {
	t.Parallel()
	if gamestest.Slowness > 1 {
		t.Skip("needs the analysis")
	}
	gamestest.Simulate(t, gamestest.Variant(t, Game(), "RTP_96"), analysed(), func(strategy int) int {
		if strategy == 1 { // to-the-end
			return 100_000
		}
		return 200_000
	})
}
