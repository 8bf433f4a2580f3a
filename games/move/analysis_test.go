package move

import (
	"math/big"
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
)

// rounds is how many rounds the plainest and the boldest strategy are simulated for; the others for a fifth.
const rounds = 100_000 / gamestest.Slowness

func TestReturns(t *testing.T) {
	t.Parallel()
	for i, percent := range []int64{92, 94, 96, 97} {
		v := Game().Variants[i]
		nominal, most := big.NewRat(percent, 100), newMove(percent).Most()
		short := new(big.Rat).Sub(nominal, v.RTP())
		if short.Sign() < 0 || short.Cmp(big.NewRat(1, games.MultipleUnit)) >= 0 {
			t.Errorf("%s returns %s", v.ID, v.RTP().FloatString(12))
		}
		a := gamestest.Analyse(t, v)
		gamestest.CheckAnalysis(t, v, a)
		if first := a.Outlooks[0]; first.Strategy != "first-step" {
			t.Errorf("%s: the plainest strategy is %s", v.ID, first.Strategy)
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
	for _, o := range gamestest.Analyse(t, variant(t, "RTP_96")).Outlooks {
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
	gamestest.Simulate(t, v, gamestest.Analyse(t, v), func(strategy int) int {
		if strategy > 1 {
			return rounds / 5
		}
		return rounds
	})
}
