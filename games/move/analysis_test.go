package move

import (
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// rounds is how many rounds the plainest and the boldest strategy are simulated for; the others for a fifth.
const rounds = 100_000 / slowness

func analyse(t testing.TB, v games.Variant) games.Analysis {
	t.Helper()
	a, err := v.Engine.(games.Analyst).Analyse()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestReturns(t *testing.T) {
	t.Parallel()
	for i, percent := range []int64{92, 94, 96, 97} {
		v := Game().Variants[i]
		nominal, most := big.NewRat(percent, 100), newMove(percent).Most()
		short := new(big.Rat).Sub(nominal, v.RTP())
		if short.Sign() < 0 || short.Cmp(big.NewRat(1, games.MultipleUnit)) >= 0 {
			t.Errorf("%s returns %s", v.ID, v.RTP().FloatString(12))
		}
		a := analyse(t, v)
		if first := a.Outlooks[0]; first.Strategy != "first-step" || first.Return.Low.Cmp(v.RTP()) != 0 {
			t.Errorf("%s: the plainest strategy is %s and returns %s", v.ID, first.Strategy, first.Return.Low)
		}
		for _, o := range a.Outlooks {
			if !o.Return.Exact() || o.Return.Low.Cmp(a.Bounds.Lowest) < 0 || o.Return.High.Cmp(a.Bounds.Highest) > 0 {
				t.Errorf("%s: %s returns %s, outside the bounds", v.ID, o.Strategy, o.Return.Low.FloatString(12))
			}
			if o.MaximumWin.High.Cmp(inStakes(most)) > 0 {
				t.Errorf("%s: %s wins %s, above the maximum win", v.ID, o.Strategy, o.MaximumWin.High.FloatString(8))
			}
		}
		if a.Cap.Most != most || a.Cap.Cost.High.Sign() != 0 {
			t.Errorf("%s: the cap is %s and costs %s", v.ID, a.Cap.Most, a.Cap.Cost.High)
		}
		// Truncation takes less than 10^-8 at each of 50 cells, and its chance to matter is below one.
		if low := new(big.Rat).Sub(nominal, a.Bounds.Lowest); a.Bounds.Highest.Cmp(nominal) > 0 || low.Cmp(big.NewRat(lastCell, games.MultipleUnit)) > 0 {
			t.Errorf("%s: the bounds are %s to %s", v.ID, a.Bounds.Lowest.FloatString(12), a.Bounds.Highest.FloatString(12))
		}
	}
}

// TestChances compares the chances with those of layouts: n cells are safe when all traps are under the others.
func TestChances(t *testing.T) {
	t.Parallel()
	for n := range int64(lastCell + 1) {
		want := new(big.Rat).SetFrac(layouts(covered-n), layouts(covered))
		if got := chanceOf(int(n)); got.Cmp(want) != 0 {
			t.Errorf("%d cells are safe with a chance of %s, not %s", n, got, want)
		}
	}
}

// TestKnownOutlooks compares what can be worked out by hand.
func TestKnownOutlooks(t *testing.T) {
	t.Parallel()
	outlooks := map[string]games.Outlook{}
	for _, o := range analyse(t, variant(t, "RTP_96")).Outlooks {
		outlooks[o.Strategy] = o
	}
	five := big.NewRat(199*198*197*196*195, 224*223*222*221*220)
	for _, test := range []struct {
		what      string
		got, want *big.Rat
	}{
		{"first-step pays", outlooks["first-step"].HitFrequency.Low, big.NewRat(199, 224)},
		{"first-step pays", outlooks["first-step"].MaximumWin.Low, big.NewRat(108_060_301, 100_000_000)}, // 0.96 · 224/199
		{"its variance", outlooks["first-step"].Variance.Low, // p·(1−p)·w²
			new(big.Rat).Mul(big.NewRat(199*25, 224*224), big.NewRat(108_060_301*108_060_301, 10_000_000_000_000_000))},
		{"five-cells pays", outlooks["five-cells"].HitFrequency.Low, five},
		{"five-cells pays", outlooks["five-cells"].MaximumWinChance.Low, five},
		{"to-the-end pays", outlooks["to-the-end"].HitFrequency.Low, chanceOf(50)},
	} {
		if test.got.Cmp(test.want) != 0 {
			t.Errorf("%s %s, want %s", test.what, test.got.RatString(), test.want.RatString())
		}
	}
	// 1.9198… after six cells, 2.17… after seven.
	if got := outlooks["until-2x"].HitFrequency.Low; got.Cmp(chanceOf(7)) != 0 {
		t.Errorf("until-2x pays with a chance of %s", got.FloatString(6))
	}
}

// TestSimulation plays the strategies by the rules and compares the return and the hit frequency with what was computed.
func TestSimulation(t *testing.T) {
	t.Parallel()
	v := variant(t, "RTP_96")
	outlooks := analyse(t, v).Outlooks
	for i, s := range v.Engine.(games.Analyst).Strategies() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			d := fairness.NewSimulation(uint64(1 + i))
			n := int64(rounds)
			if i > 1 {
				n /= 5
			}
			var hits int64
			sum, most := new(big.Int), games.Multiple(0)
			for range n {
				staked, won, err := s.Round(d)
				if err != nil || staked != games.MultipleUnit {
					t.Fatalf("staked %d: %v", staked, err)
				}
				if won > 0 {
					hits++
				}
				most = max(most, won)
				sum.Add(sum, big.NewInt(int64(won)))
			}
			o := outlooks[i]
			chance := o.HitFrequency.Low
			hit := new(big.Rat).Mul(chance, new(big.Rat).Sub(big.NewRat(1, 1), chance))
			checkWithin4Sigma(t, "hits", n, big.NewRat(hits, 1), chance, hit)
			checkWithin4Sigma(t, "won", n, new(big.Rat).SetFrac(sum, big.NewInt(games.MultipleUnit)), o.Return.Low, o.Variance.Low)
			if o.Strategy != s.Name || inStakes(most).Cmp(o.MaximumWin.High) > 0 {
				t.Errorf("%s won %s at most, more than the maximum of %s", s.Name, most, o.Strategy)
			}
		})
	}
}

// checkWithin4Sigma compares the sum of all rounds with the mean and the variance of one.
func checkWithin4Sigma(t *testing.T, what string, rounds int64, sum, mean, variance *big.Rat) {
	t.Helper()
	n := big.NewRat(rounds, 1)
	off := new(big.Rat).Sub(sum, new(big.Rat).Mul(n, mean))
	square := new(big.Rat).Quo(off.Mul(off, off), new(big.Rat).Mul(n, variance))
	t.Logf("%s: z² = %s", what, square.FloatString(2))
	if square.Cmp(big.NewRat(16, 1)) > 0 {
		t.Errorf("%s: %s in %d rounds, want %s each: z² is %s", what, sum.FloatString(2), rounds, mean.FloatString(6), square.FloatString(2))
	}
}
