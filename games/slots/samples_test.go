package slots

import (
	"math"
	"math/big"
	"os"
	"sync"
	"testing"

	"croupier/fairness"
)

// samples are the definitions beside the built-in one, with their exact returns before any maximum win.
var samples = map[string]map[string]string{
	"testdata/classic.slots.json": {"V": "19/20"},
	"testdata/river.slots.json":   {"RTP_92": "27839467122991/30517578125000", "RTP_95": "15080341/16000000"},
}

func sampleEngines(t *testing.T, each func(t *testing.T, e *Engine, want string)) {
	t.Helper()
	for file, returns := range samples {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		d := parsed(t, string(text))
		for variant, want := range returns {
			t.Run(d.Game+" "+variant, func(t *testing.T) {
				t.Parallel()
				engine, err := New(d, variant)
				if err != nil {
					t.Fatal(err)
				}
				each(t, engine, want)
			})
		}
	}
}

// TestSamplesAgainstFullCycle plays every stop of their reels, those of free spins too.
func TestSamplesAgainstFullCycle(t *testing.T) {
	t.Parallel()
	sampleEngines(t, func(t *testing.T, e *Engine, want string) {
		if got := e.Return().Total.RatString(); got != want {
			t.Errorf("returns %s, want %s", got, want)
		}
		if raceEnabled && e.CycleLength() > 100_000 {
			return
		}
		if err := e.CheckCycle(nil); err != nil {
			t.Error(err)
		}
	})
}

// TestSamplesSimulated plays them through Strategies, maximum win and all: what they return has to be within 4 standard errors of
// what is proven. The seeds are fixed, so that it cannot fail by chance.
func TestSamplesSimulated(t *testing.T) {
	t.Parallel()
	rounds := int64(1_000_000)
	if raceEnabled {
		rounds /= 50
	}
	sampleEngines(t, func(t *testing.T, e *Engine, _ string) {
		analysis, err := e.Analyse()
		if err != nil {
			t.Fatal(err)
		}
		outlook := analysis.Outlooks[0]
		if width := difference(outlook.Return.High, outlook.Return.Low); width.Cmp(big.NewRat(1, 1_000_000)) > 0 {
			t.Errorf("the return is known only to %s", width.FloatString(9))
		}
		strategy := e.Strategies()[0]
		var won [2]int64
		var wg sync.WaitGroup
		for half := range won {
			wg.Go(func() {
				draws := fairness.NewSimulation(uint64(half))
				for range rounds / 2 {
					_, win, err := strategy.Round(draws)
					if err != nil {
						t.Error(err)
					}
					won[half] += int64(win)
				}
			})
		}
		wg.Wait()
		n := float64(rounds)
		mean, _ := outlook.Return.Low.Float64()
		variance, _ := outlook.Variance.High.Float64()
		z := (float64(won[0]+won[1])/1e8 - n*mean) / math.Sqrt(n*variance)
		t.Logf("%.5f returned of %.5f, z = %+.2f; the maximum win takes %s", float64(won[0]+won[1])/1e8/n, mean, z, analysis.Cap.Cost.High.FloatString(9))
		if math.Abs(z) > 4 {
			t.Errorf("z = %+.2f", z)
		}
	})
}

// TestMaximumWinEndsTheRound plays rounds that reach the maximum: they pay exactly that, and no free spin follows.
func TestMaximumWinEndsTheRound(t *testing.T) {
	t.Parallel()
	d := parsed(t, classic)
	m := newMachine(d, "A")
	found := 0
	var r round
	draws := fairness.NewSimulation(3)
	for range 200_000 {
		m.play(&r, 1, draws)
		if !m.reached(&round{played: 1, total: r.total}) {
			continue
		}
		found++
		sum := r.pay()
		for _, free := range r.free {
			if sum >= 100 {
				t.Fatal("a free spin was played after the maximum was reached")
			}
			sum += free.win
		}
		if r.total != 100 || r.capped != (sum > 100) {
			t.Fatalf("pays %d, capped %v, its wins make %d", r.total, r.capped, sum)
		}
	}
	if found < 10 {
		t.Errorf("the maximum was reached %d times", found)
	}
}
