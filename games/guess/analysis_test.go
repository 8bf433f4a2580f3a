package guess

import (
	"math/big"
	"sync"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/games/gamestest"
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
		a := analysed()[v.ID]
		gamestest.CheckAnalysis(t, v, a)
		if a.Bounds.Highest.Cmp(v.RTP()) != 0 {
			t.Errorf("%s: the highest return is %s, RTP is %s", v.ID, a.Bounds.Highest, v.RTP())
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
	rounds, longest := 2_000/gamestest.Slowness, 0
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

// TestSimulation plays every strategy; neither the plainest nor the boldest is played as often.
func TestSimulation(t *testing.T) {
	t.Parallel()
	v := gamestest.Variant(t, Game(), "RTP_96")
	rounds := 100_000
	if gamestest.Slowness > 1 {
		rounds /= 100
	}
	gamestest.Simulate(t, v, analysed()[v.ID], func(strategy int) int {
		if strategy < 2 {
			return rounds
		}
		return rounds / 4
	})
}
