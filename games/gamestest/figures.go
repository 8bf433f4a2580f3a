package gamestest

import (
	"fmt"
	"math/big"
	"regexp"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// Analyse returns the mathematics of a variant.
func Analyse(t T, v games.Variant) games.Analysis {
	t.Helper()
	a, err := v.Engine.(games.Analyst).Analyse()
	if err != nil {
		t.Fatalf("%s: %v", v.ID, err)
	}
	return a
}

// CheckAnalysis holds the analysis of a variant RTP_nn to what is true of every game: its return is nominal or less, by no more than
// 0.05 percentage points; the plainest strategy has it; and every outlook is an exact one of the strategy in its place, within the bounds
// and the maximum win.
func CheckAnalysis(t T, v games.Variant, a games.Analysis) {
	t.Helper()
	nominal, rtp := Nominal(t, v), v.RTP()
	if lack := new(big.Rat).Sub(nominal, rtp); lack.Sign() < 0 || lack.Cmp(big.NewRat(5, 10_000)) > 0 {
		t.Errorf("%s returns %s", v.ID, rtp.FloatString(12))
	}
	if a.Bounds.Highest.Cmp(rtp) < 0 || a.Bounds.Highest.Cmp(nominal) > 0 {
		t.Errorf("%s: no strategy returns more than %s, RTP is %s", v.ID, a.Bounds.Highest.FloatString(12), rtp.FloatString(12))
	}
	strategies := v.Engine.(games.Analyst).Strategies()
	if len(a.Outlooks) != len(strategies) {
		t.Fatalf("%s has %d outlooks of %d strategies", v.ID, len(a.Outlooks), len(strategies))
	}
	for i, s := range strategies {
		o := a.Outlooks[i]
		if o.Strategy != s.Name || !o.Return.Exact() {
			t.Fatalf("%s: outlook %d is of %s, strategy of %s", v.ID, i, o.Strategy, s.Name)
		}
		if i == 0 && o.Return.Low.Cmp(rtp) != 0 {
			t.Errorf("%s: %s returns %s, RTP is %s", v.ID, s.Name, o.Return.Low.FloatString(12), rtp.FloatString(12))
		}
		if o.Return.Low.Cmp(a.Bounds.Lowest) < 0 || o.Return.Low.Cmp(a.Bounds.Highest) > 0 {
			t.Errorf("%s: %s returns %s, outside the bounds", v.ID, s.Name, o.Return.Low.FloatString(12))
		}
		if a.Cap.Most > 0 && o.MaximumWin.High.Cmp(stakes(a.Cap.Most)) > 0 {
			t.Errorf("%s: %s wins %s, above the maximum win", v.ID, s.Name, o.MaximumWin.High.FloatString(8))
		}
	}
}

// Nominal is the return that a variant RTP_nn is named after.
func Nominal(t T, v games.Variant) *big.Rat {
	t.Helper()
	var percent int64
	if _, err := fmt.Sscanf(v.ID, "RTP_%d", &percent); err != nil {
		t.Fatalf("the variant %s: %v", v.ID, err)
	}
	return big.NewRat(percent, 100)
}

// Simulate plays every strategy of a variant, so many rounds of each, and compares the return and the hit frequency with the exact
// ones: the z-scores have to be within ±4. The seeds are fixed, so that it cannot fail by chance.
func Simulate(t *testing.T, v games.Variant, a games.Analysis, rounds func(strategy int) int) {
	for i, s := range v.Engine.(games.Analyst).Strategies() {
		t.Run(s.Name, func(t *testing.T) {
			t.Parallel()
			simulate(t, s, a.Outlooks[i], rounds(i), fairness.NewSimulation(uint64(1+i)))
		})
	}
}

func simulate(t T, s games.Strategy, o games.Outlook, rounds int, d fairness.Draws) {
	t.Helper()
	var sum, most games.Multiple // the sum of 10^6 rounds that pay 90,000 each would still fit
	var hits int64
	for range rounds {
		staked, won, err := s.Round(d)
		if err != nil || staked != games.MultipleUnit {
			t.Fatalf("%s staked %v: %v", s.Name, staked, err)
		}
		if won > 0 {
			hits++
		}
		sum, most = sum+won, max(most, won)
	}
	chance := o.HitFrequency.Low
	both := new(big.Rat).Mul(chance, new(big.Rat).Sub(big.NewRat(1, 1), chance))
	within4Sigma(t, s.Name+" pays", rounds, big.NewRat(hits, 1), chance, both)
	within4Sigma(t, s.Name+" returns", rounds, stakes(sum), o.Return.Low, o.Variance.Low)
	if o.Strategy != s.Name || stakes(most).Cmp(o.MaximumWin.High) > 0 {
		t.Errorf("%s won %v at most, the maximum of %s is %s", s.Name, most, o.Strategy, o.MaximumWin.High.FloatString(8))
	}
}

// within4Sigma compares the sum of all rounds with the mean and the variance of one. Where less than one round is expected to differ,
// a few may.
func within4Sigma(t T, what string, rounds int, sum, mean, variance *big.Rat) {
	t.Helper()
	n, one := big.NewRat(int64(rounds), 1), big.NewRat(1, 1)
	off := new(big.Rat).Sub(sum, new(big.Rat).Mul(n, mean))
	limit := new(big.Rat).Mul(n, variance)
	if limit.Sign() > 0 && limit.Cmp(one) < 0 {
		limit = one
	}
	if off.Mul(off, off).Cmp(limit.Mul(limit, big.NewRat(16, 1))) > 0 {
		t.Errorf("%s %s in %d rounds, want %s each: (z/4)² is %s of %s", what, sum.FloatString(2), rounds, mean.FloatString(6),
			off.FloatString(2), limit.FloatString(2))
	}
}

// stakes is a multiple as a number of stakes.
func stakes(m games.Multiple) *big.Rat { return big.NewRat(int64(m), games.MultipleUnit) }

// CheckExamples plays the examples of forced outcomes on a rules page, rows | `{"FIELD…}` | STEPS | WORTH |, by play. WORTH is what the
// round pays or, while it is open, what could be cashed out, in stakes; or "lost".
func CheckExamples(t T, page, field string, count int, play func(outcome, steps string) Table) {
	t.Helper()
	row := regexp.MustCompile("(?m)^\\| `({\"" + field + ".*})` \\| (.*) \\| (.*) \\|$")
	examples := row.FindAllStringSubmatch(page, -1)
	if len(examples) != count {
		t.Fatalf("the rules page has %d examples, want %d", len(examples), count)
	}
	for _, example := range examples {
		last := play(example[1], example[2]).Last
		if example[3] == "lost" {
			if last.Status != games.Completed || !last.Payout.IsZero() {
				t.Errorf("%s is not lost: %s", example[1], last.Outcome)
			}
			continue
		}
		win := last.Win.Multiple
		if last.Status == games.InProgress {
			win = readWorth(t, last.State).Value
		}
		if want, ok := new(big.Rat).SetString(example[3]); !ok || stakes(win).Cmp(want) != 0 {
			t.Errorf("%s is worth %v, not %s", example[1], win, example[3])
		}
	}
}
