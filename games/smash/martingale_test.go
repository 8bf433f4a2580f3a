package smash

import (
	"math/big"
	"testing"

	"croupier/games"
	"croupier/games/cashout"
)

func rat(f fraction) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(f.num), new(big.Int).SetUint64(f.den))
}

// TestEveryHitIsFair checks, exactly, that a hit leaves what a round can be expected to be worth as it was, but for truncation and the
// cap: at every hit, for values of every size. The chances are counted threshold by threshold, and draw by draw.
func TestEveryHitIsFair(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		for hit := 1; hit <= lastThreshold; hit++ {
			cracks, open := 0, 0
			for threshold := firstThreshold; threshold <= lastThreshold; threshold++ {
				if threshold >= hit {
					open++
				}
				if threshold == hit {
					cracks++
				}
			}
			for _, v := range []games.Multiple{1, 9_876_543, g.Start(), 777_777_777, most - 1} {
				g.checkFair(t, hit, v, big.NewRat(int64(cracks), int64(open)))
			}
		}
	})
}

func (g *rules) checkFair(t *testing.T, hit int, v games.Multiple, cracks *big.Rat) {
	t.Helper()
	const uncapped = 1 << 62
	before, exact, played := big.NewRat(int64(v), 1), new(big.Rat), new(big.Rat)
	withstands := 0 // of the break's draws
	for draw := range breakSides {
		if draw >= g.breaks {
			withstands++
		}
	}
	add := func(chance *big.Rat, f fraction) {
		truncated, _ := cashout.Times(v, f.num, f.den, uncapped)
		exact.Add(exact, new(big.Rat).Mul(chance, new(big.Rat).Mul(before, rat(f))))
		played.Add(played, new(big.Rat).Mul(chance, big.NewRat(int64(truncated), 1)))
	}
	for _, f := range pool {
		factor := g.scales[hit].times(f.Hundredths)
		chance := big.NewRat(int64(withstands)*int64(f.Weight), breakSides*int64(total(poolWeights)))
		stays := new(big.Rat).Sub(big.NewRat(1, 1), cracks)
		add(stays.Mul(stays, chance), factor)
		for _, bonus := range bonuses {
			jackpot := big.NewRat(int64(bonus.Weight), int64(total(bonusWeights)))
			add(jackpot.Mul(jackpot, cracks).Mul(jackpot, chance), factor.times(bonus.Hundredths))
		}
	}
	if exact.Cmp(before) != 0 {
		t.Errorf("hit %d: %v is expected to become %v", hit, before, exact)
	}
	if loss := before.Sub(before, played); loss.Sign() < 0 || loss.Cmp(big.NewRat(1, 1)) >= 0 {
		t.Errorf("hit %d, v %d: truncation takes %v", hit, v, loss)
	}
}

// TestTables: the pool's mean is 1, the bonuses' B, and the jackpots have 30 % together.
func TestTables(t *testing.T) {
	t.Parallel()
	if num, den := mean(pool); num != den {
		t.Errorf("the pool's mean is %d/%d", num, den)
	}
	jackpots := uint32(0)
	for _, b := range bonuses {
		if b.Name != "" {
			jackpots += b.Weight
		}
	}
	if jackpots*100 != 30*uint32(total(bonusWeights)) {
		t.Errorf("the jackpots have %d of %d", jackpots, int64(total(bonusWeights)))
	}
	for i, f := range pool {
		for _, other := range pool[:i] {
			if other.Hundredths == f.Hundredths {
				t.Errorf("%d is twice in the pool: Force could not tell which", f.Hundredths)
			}
		}
	}
}
