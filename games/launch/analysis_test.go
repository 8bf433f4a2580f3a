package launch

import (
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/games/gamestest"
)

// rounds is how many rounds the plainest and the boldest strategy are simulated for; the others, of many shots, for a tenth.
const rounds = 200_000 / gamestest.Slowness

func TestReturnIsNominal(t *testing.T) {
	t.Parallel()
	for id, nominal := range map[string]*big.Rat{
		"RTP_92": big.NewRat(92, 100), "RTP_94": big.NewRat(94, 100), "RTP_96": big.NewRat(96, 100), "RTP_97": big.NewRat(97, 100),
	} {
		v := variant(t, id)
		if v.RTP().Cmp(nominal) != 0 { // a factor of the pond cuts nothing off
			t.Errorf("%s returns %s", id, v.RTP().RatString())
		}
		a := gamestest.Analyse(t, v)
		gamestest.CheckAnalysis(t, v, a)
		if first := a.Outlooks[0]; first.Strategy != "first-step" {
			t.Errorf("%s: the plainest strategy is %s", v.ID, first.Strategy)
		}
		if low := new(big.Rat).Sub(nominal, a.Bounds.Lowest); a.Bounds.Highest.Cmp(nominal) != 0 || low.Cmp(big.NewRat(1, 10_000_000)) > 0 {
			t.Errorf("%s: the bounds are %s to %s", id, a.Bounds.Lowest, a.Bounds.Highest)
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
	calm := new(big.Rat).SetFrac(new(big.Int).Exp(big.NewInt(19), big.NewInt(10), nil), new(big.Int).Exp(big.NewInt(20), big.NewInt(10), nil))
	for _, test := range []struct {
		what      string
		got, want *big.Rat
	}{
		{"first-step pays", outlooks["first-step"].HitFrequency.Low, big.NewRat(19, 20)},
		{"first-step pays at most", outlooks["first-step"].MaximumWin.Low, big.NewRat(120, 100)}, // 0.96 · 1.25
		{"and that", outlooks["first-step"].MaximumWinChance.Low, big.NewRat(2, 20)},
		// 0.96² · (2·0.9² + 8·1² + 7·1.1² + 2·1.25²)/20 − 0.96²
		{"its variance", outlooks["first-step"].Variance.Low, big.NewRat(96*96*(2*8100+8*10000+7*12100+2*15625-20*10000), 20*100_000_000)},
		// Three of the ocean's 20 pads are no splash, and three landings on 5×, 5× and 5× are worth 120×, so the third one ends it.
		{"to-the-end pays", outlooks["to-the-end"].HitFrequency.Low, big.NewRat(27, 8000)},
		{"to-the-end pays at most", outlooks["to-the-end"].MaximumWin.Low, big.NewRat(960, 1)},
		{"and that", outlooks["to-the-end"].MaximumWinChance.Low, big.NewRat(1, 8000)},
		{"to-the-end returns", outlooks["to-the-end"].Return.Low, big.NewRat(96, 100)},
		{"calm pays", outlooks["calm"].HitFrequency.Low, calm}, // 1.25^10 · 0.96 is below 100
	} {
		if test.got.Cmp(test.want) != 0 {
			t.Errorf("%s %s, want %s", test.what, test.got.RatString(), test.want.RatString())
		}
	}
}

// TestRandomAimsEverywhere counts the launches of every band again, in another way: by the powers between which each angle's shots
// come down in it.
func TestRandomAimsEverywhere(t *testing.T) {
	t.Parallel()
	var again [len(bands)]int64
	for angle := int64(minAngle); angle <= maxAngle; angle++ {
		power := int64(minPower)
		for number := range bands {
			from := power
			for power <= maxPower && rangeOf(angle, power) < bands[number].To {
				power++
			}
			again[number] += power - from
		}
	}
	if got := launchesByBand(); got != again {
		t.Errorf("%v launches by band, counted again %v", got, again)
	}
}

// TestSimulation plays the strategies by the rules and compares the return and the hit frequency with what was computed.
func TestSimulation(t *testing.T) {
	t.Parallel()
	v := variant(t, "RTP_96")
	gamestest.Simulate(t, v, gamestest.Analyse(t, v), func(strategy int) int {
		if strategy > 1 {
			return rounds / 10
		}
		return rounds
	})
}

// TestStrategiesReachTheirBands checks that the shots of the strategies come down where the analysis has them.
func TestStrategiesReachTheirBands(t *testing.T) {
	t.Parallel()
	for number := range bands {
		r := cashout.New(launch{96}, fairness.NewSimulation(1))
		_, o, err := cashout.Play(launch{96}, &r, at(number)(nil), fairness.NewSimulation(1))
		if err != nil || o.(Outcome).Band != number {
			t.Errorf("the shot at band %d: %v, %+v", number, err, o)
		}
	}
}
