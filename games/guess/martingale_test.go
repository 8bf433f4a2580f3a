package guess

import (
	"math/big"
	"testing"

	"croupier/games"
	"croupier/games/cashout"
	"croupier/games/gamestest"
)

// leastCandidates are fewer than a position ever has: the trace leaves no room for more than 16 wrong guesses.
const leastCandidates = 19

// TestEveryGuessIsFair checks, exactly, that a guess leaves what a round can be expected to be worth as it was: at every trace and
// number of candidates, for values all the way to the maximum win, those at which the rules change included. The chances are counted
// one rise at a time.
func TestEveryGuessIsFair(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		checked, ended := 0, 0
		step := 1
		if gamestest.Slowness > 1 {
			step = 5 // of the candidates, the most always among them
		}
		for trace := range traceLimit {
			for r := characters; r >= leastCandidates; r -= step {
				for _, v := range g.telling(r, trace) {
					if g.over(trace, v) {
						ended++
						continue
					}
					g.checkFair(t, r, trace, v)
					checked++
				}
			}
		}
		if checked*step < 15_000 || ended*step < 1_000 {
			t.Errorf("only %d guesses were checked, %d are over", checked, ended)
		}
	})
}

// telling returns values to look at: some of every size, and where a right guess comes to the cap or the round is just not over.
func (g *rules) telling(r, trace int) []games.Multiple {
	values := []games.Multiple{1, 12_345, 3_777_777, g.Start(), 512_345_678, 2_999_999_999, most - 1}
	last := games.Multiple(0) // the highest value that is not over
	for bit := games.Multiple(1) << 32; bit > 0; bit /= 2 {
		if last+bit < most && !g.over(trace, last+bit) {
			last += bit
		}
	}
	if last == 0 {
		return append(values, 1)
	}
	right, _ := g.factors(r, trace, 1)
	edge := games.Multiple(most * right.den / right.num)
	return append(values, last, last+1, max(edge, 1), edge+1)
}

func (g *rules) checkFair(t *testing.T, r, trace int, v games.Multiple) {
	t.Helper()
	right, wrong := g.factors(r, trace, v)
	before := big.NewRat(int64(v), 1)
	exact, played := new(big.Rat), new(big.Rat)
	add := func(cases int64, rise Range, f fraction) {
		survives := int64(0)
		for up := rise.Lowest; up <= rise.Highest; up++ {
			if trace+up < traceLimit {
				survives++
			}
		}
		if survives == 0 {
			return
		}
		chance := big.NewRat(cases*survives, int64(r*rise.width()))
		after := new(big.Rat).SetFrac(new(big.Int).SetUint64(f.num), new(big.Int).SetUint64(f.den))
		after.Mul(after, before)
		if after.Cmp(big.NewRat(most, 1)) > 0 {
			t.Fatalf("r %d, trace %d, v %d: %v is above the cap", r, trace, v, after)
		}
		truncated, _ := cashout.Times(v, f.num, f.den, most)
		exact.Add(exact, after.Mul(after, chance))
		played.Add(played, chance.Mul(chance, big.NewRat(int64(truncated), 1)))
	}
	add(1, g.right, right)
	add(int64(r-1), g.wrong, wrong)
	if exact.Cmp(before) != 0 {
		t.Fatalf("r %d, trace %d: %d is expected to become %v", r, trace, v, exact)
	}
	if loss := before.Sub(before, played); loss.Sign() < 0 || loss.Cmp(big.NewRat(1, 1)) >= 0 {
		t.Fatalf("r %d, trace %d, v %d: truncation takes %v", r, trace, v, loss)
	}
	low, high := big.NewRat(wrongNum, wrongDen), big.NewRat(1, 1)
	w := new(big.Rat).SetFrac(new(big.Int).SetUint64(wrong.num), new(big.Int).SetUint64(wrong.den))
	if w.Cmp(low) < 0 || w.Cmp(high) > 0 {
		t.Fatalf("r %d, trace %d, v %d: a wrong guess multiplies by %v", r, trace, v, w)
	}
}

// TestFactorsThatTheContractNames: c is 8 at a fresh position with no bust near.
func TestFactorsThatTheContractNames(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		right, wrong := g.factors(characters, 0, g.Start())
		if right.num != 8*right.den || wrong != (fraction{4, 5}) {
			t.Errorf("%v and %v", right, wrong)
		}
	})
}

// TestARoundIsOverWhereNoGuessCouldBeFair checks the rule by the outcomes of a guess, not by its formula.
func TestARoundIsOverWhereNoGuessCouldBeFair(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		for trace := range traceLimit {
			for _, v := range g.telling(characters, trace) {
				// With the most that a right guess could give and a wrong one leaving v as it is, what is a guess worth?
				best := new(big.Rat)
				for up := g.right.Lowest; up <= g.right.Highest && trace+up < traceLimit; up++ {
					best.Add(best, big.NewRat(most, int64(characters*g.right.width())))
				}
				for up := g.wrong.Lowest; up <= g.wrong.Highest && trace+up < traceLimit; up++ {
					best.Add(best, big.NewRat(int64(v)*(characters-1), int64(characters*g.wrong.width())))
				}
				if unfair := best.Cmp(big.NewRat(int64(v), 1)) < 0; unfair != g.over(trace, v) {
					t.Errorf("trace %d, v %d: over is %v, a guess is worth at most %v", trace, v, g.over(trace, v), best)
				}
			}
		}
	})
}
