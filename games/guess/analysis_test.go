package guess

import (
	"math"
	"math/big"
	"sync"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// analysed are the analyses of all variants, computed once for all tests.
var analysed = sync.OnceValue(func() map[string]games.Analysis {
	all := make(map[string]games.Analysis)
	for _, v := range Game().Variants {
		a, err := v.Engine.(Engine).Analyse()
		if err != nil {
			panic(err)
		}
		all[v.ID] = a
	}
	return all
})

func TestAnalysis(t *testing.T) {
	t.Parallel()
	for _, v := range Game().Variants {
		a, g := analysed()[v.ID], rulesOf(t, v.ID)
		nominal, rtp := big.NewRat(g.percent, 100), v.RTP()
		if rtp.Cmp(nominal) > 0 || new(big.Rat).Sub(nominal, rtp).Cmp(big.NewRat(5, 10_000)) > 0 {
			t.Errorf("%s returns %s", v.ID, rtp.FloatString(8))
		}
		for i, s := range g.Strategies() {
			o := a.Outlooks[i]
			if o.Strategy != s.Name || !o.Return.Exact() {
				t.Fatalf("%s: outlook %d is of %s, strategy of %s", v.ID, i, o.Strategy, s.Name)
			}
			if o.Return.Low.Cmp(a.Bounds.Lowest) < 0 || o.Return.Low.Cmp(a.Bounds.Highest) > 0 {
				t.Errorf("%s: %s returns %s", v.ID, s.Name, o.Return.Low.FloatString(10))
			}
		}
		if a.Outlooks[0].Return.Low.Cmp(rtp) != 0 || a.Bounds.Highest.Cmp(rtp) != 0 {
			t.Errorf("%s: the plainest strategy returns %s, RTP is %s", v.ID, a.Outlooks[0].Return.Low, rtp)
		}
	}
}

// TestNoStrategyNeedsTheCap: what to-the-end loses is truncation, of less than 10^-8 a guess.
func TestNoStrategyNeedsTheCap(t *testing.T) {
	t.Parallel()
	for id, a := range analysed() {
		lack := new(big.Rat).Sub(big.NewRat(rulesOf(t, id).percent, 100), a.Outlooks[1].Return.Low)
		if lack.Sign() < 0 || lack.Cmp(big.NewRat(longest, games.MultipleUnit)) > 0 || a.Cap.Cost.High.Sign() != 0 {
			t.Errorf("%s lacks %s", id, lack.FloatString(12))
		}
	}
}

// TestPlansLeaveWhatTheySay holds the form of a strategy that is computed against the one that is played.
func TestPlansLeaveWhatTheySay(t *testing.T) {
	t.Parallel()
	g, draws := rulesOf(t, "RTP_96"), fairness.NewSimulation(5)
	rounds, longest := 2_000, 0
	if raceEnabled {
		rounds /= 10
	}
	for _, p := range plans() {
		for range rounds {
			r, memory := cashout.New(g, draws), 0
			for ending := cashout.Open; ending == cashout.Open; {
				if said, are := p.leaves(memory), r.Own.candidates(p.position(&r.Own)); said != are {
					t.Fatalf("%s: %d candidates after %d guesses, said to be %d", p.name, are, r.Steps, said)
				}
				payload, goOn := p.decide(r, draws.Stream("strategy"))
				if !goOn {
					break
				}
				before := r.Own.found()
				var err error
				if ending, _, err = cashout.Play(g, &r, payload, draws); err != nil {
					t.Fatal(err)
				}
				memory = p.learn(memory, r.Own.found() > before)
			}
			longest = max(longest, r.Steps)
		}
	}
	if longest <= positions {
		t.Errorf("no round came round the key: the longest had %d guesses", longest)
	}
}

// TestSimulation plays every strategy and compares its return and its hit frequency with the exact ones: the z-scores have to be within
// ±4. The seeds are fixed, so that it cannot fail by chance.
func TestSimulation(t *testing.T) {
	t.Parallel()
	for i, s := range rulesOf(t, "RTP_96").Strategies() {
		o := analysed()["RTP_96"].Outlooks[i]
		draws := fairness.NewSimulation(uint64(i))
		rounds := 100_000
		if i >= 2 { // neither the plainest nor the boldest
			rounds /= 4
		}
		if raceEnabled {
			rounds /= 100
		}
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
		z := (sum - n*mean) / math.Sqrt(n*variance)
		hits := (paid - n*hit) / math.Sqrt(max(n*hit*(1-hit), 1))
		t.Logf("%s: %d rounds return %.4f, z = %+.2f; hits z = %+.2f", s.Name, rounds, sum/n, z, hits)
		if math.Abs(z) > 4 || math.Abs(hits) > 4 {
			t.Errorf("%s: z = %+.2f, hits z = %+.2f", s.Name, z, hits)
		}
	}
}
