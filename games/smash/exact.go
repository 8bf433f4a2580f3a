package smash

import (
	"math/big"
	"math/bits"

	"croupier/games"
	"croupier/games/cashout"
)

// The exact mathematics of the plans: the chance of every value after every hit, truncated as the game truncates it. Whether the safe
// has cracked is kept apart: the threshold does not depend on the draws of the hits, so the chance to stand at a value after a hit is
// the chance that the hits led there times the chance that the threshold is higher.

// thresholds is how many thresholds there are, all equally likely.
const thresholds = lastThreshold - firstThreshold + 1

// walk computes the plans that have enough at the same value, with a coin and without: they get to the same values, and the coin
// halves the chances at each.
type walk struct {
	*rules
	enough         games.Multiple
	unit           *big.Int // chances are whole numbers of 1/unit
	plain, tossing tally
}

// tally sums up what rounds are paid, each weighted with its chance.
type tally struct {
	chance, value, square big.Int // Σ p, Σ p·v, Σ p·v²
	most                  games.Multiple
	mostChance            big.Int
}

// walk plays every hit on every value.
func (g *rules) walk(enough games.Multiple) *walk {
	w := &walk{rules: g, enough: enough}
	// Each hit divides by the break's sides, the pool's weights and a coin's two, and the end by the thresholds and the bonuses' weights.
	hit := big.NewInt(breakSides * total(poolWeights) * 2)
	w.unit = hit.Exp(hit, big.NewInt(lastThreshold), nil)
	w.unit.Mul(w.unit, big.NewInt(thresholds*total(bonusWeights)))
	at := map[games.Multiple]*big.Int{g.Start(): w.unit}
	for hit := 1; hit <= lastThreshold; hit++ {
		at = w.hit(hit, at)
	}
	return w
}

func total(weights []uint32) (sum int64) {
	for _, w := range weights {
		sum += int64(w)
	}
	return sum
}

// crackable is how many of the thresholds a hit cracks, and how many are higher.
func crackable(hit int) (here, higher uint64) {
	if hit < firstThreshold {
		return 0, thresholds
	}
	return 1, uint64(lastThreshold - hit)
}

// hit plays a hit on every value, and cashes out what is enough. It returns the chances of the values that are played on, as if no
// safe had cracked yet.
func (w *walk) hit(hit int, before map[games.Multiple]*big.Int) map[games.Multiple]*big.Int {
	here, higher := crackable(hit)
	share := big.NewInt(breakSides * total(poolWeights))
	withstands := big.NewInt(int64(breakSides - w.breaks))
	after := make(map[games.Multiple]*big.Int, 2*len(before))
	var each, drawn big.Int
	for value, chance := range before {
		each.Quo(chance, share).Mul(&each, withstands) // the chance of a factor of weight 1
		if here > 0 {
			w.crack(hit, value, &each)
		}
		for _, f := range pool {
			drawn.Mul(&each, drawn.SetUint64(uint64(f.Weight)))
			factor := w.scales[hit].times(f.Hundredths)
			to, capped := cashout.Times(value, factor.num, factor.den, most)
			switch sum, ok := after[to]; {
			case capped || to >= w.enough:
				w.pay(hit, to, &drawn, higher)
			case ok:
				sum.Add(sum, &drawn)
			default:
				after[to] = new(big.Int).Set(&drawn)
			}
		}
	}
	for value, chance := range after { // the coin sends half of them home
		var s sums
		s.add(value, higher)
		each.Quo(chance, each.SetUint64(thresholds))
		w.tossing.add(s, each.Rsh(&each, uint(hit)))
	}
	return after
}

// pay pays a value after a hit, with a chance that is as if no safe had cracked, at a given number of the thresholds.
func (w *walk) pay(hit int, v games.Multiple, chance *big.Int, of uint64) {
	var s sums
	s.add(v, of)
	w.add(hit, s, new(big.Int).Quo(chance, big.NewInt(thresholds)))
}

// crack pays what the safe holds when a hit on a value cracks it. each is the chance of a factor of weight 1 in the pool.
func (w *walk) crack(hit int, value games.Multiple, each *big.Int) {
	var s sums
	for _, f := range pool {
		scaled := w.scales[hit].times(f.Hundredths)
		for _, bonus := range bonuses {
			factor := scaled.times(bonus.Hundredths)
			v, _ := cashout.Times(value, factor.num, factor.den, most)
			s.add(v, uint64(f.Weight)*uint64(bonus.Weight))
		}
	}
	w.add(hit, s, new(big.Int).Quo(each, big.NewInt(thresholds*total(bonusWeights))))
}

// add adds what is paid after a hit: a coin has been tossed after each of the hits before.
func (w *walk) add(hit int, s sums, each *big.Int) {
	w.plain.add(s, each)
	w.tossing.add(s, each.Rsh(each, uint(hit-1)))
}

// sums are Σ w, Σ w·v and Σ w·v² over some values v with small weights w; the squares need 128 bits.
type sums struct {
	weight, value        uint64
	squareHigh, squareLo uint64
	most                 games.Multiple
	mostWeight           uint64
}

func (s *sums) add(v games.Multiple, weight uint64) {
	s.weight += weight
	s.value += weight * uint64(v)
	high, low := bits.Mul64(weight*uint64(v), uint64(v))
	var carry uint64
	s.squareLo, carry = bits.Add64(s.squareLo, low, 0)
	s.squareHigh, _ = bits.Add64(s.squareHigh, high, carry)
	switch {
	case v > s.most:
		s.most, s.mostWeight = v, weight
	case v == s.most:
		s.mostWeight += weight
	}
}

// add adds sums whose weights are of a chance each.
func (t *tally) add(s sums, each *big.Int) {
	if s.weight == 0 {
		return
	}
	var x big.Int
	t.chance.Add(&t.chance, x.Mul(each, x.SetUint64(s.weight)))
	t.value.Add(&t.value, x.Mul(each, x.SetUint64(s.value)))
	var square big.Int
	square.SetUint64(s.squareHigh).Lsh(&square, 64).Or(&square, x.SetUint64(s.squareLo))
	t.square.Add(&t.square, x.Mul(each, &square))
	if s.most > t.most {
		t.most = s.most
		t.mostChance.SetInt64(0)
	}
	if s.most == t.most {
		t.mostChance.Add(&t.mostChance, x.Mul(each, x.SetUint64(s.mostWeight)))
	}
}

// outlook turns the sums, in units and multiples, into fractions of the stake.
func (t *tally) outlook(strategy string, unit *big.Int) games.Outlook {
	stake := big.NewInt(games.MultipleUnit)
	fraction := func(sum *big.Int, stakes int) *big.Rat {
		of := new(big.Int).Set(unit)
		for range stakes {
			of.Mul(of, stake)
		}
		return new(big.Rat).SetFrac(sum, of)
	}
	mean := fraction(&t.value, 1)
	variance := fraction(&t.square, 2)
	variance.Sub(variance, new(big.Rat).Mul(mean, mean))
	return games.Outlook{
		Strategy:         strategy,
		Return:           games.Exactly(mean),
		HitFrequency:     games.Exactly(fraction(&t.chance, 0)),
		Variance:         games.Exactly(variance),
		MaximumWin:       games.Exactly(big.NewRat(int64(t.most), games.MultipleUnit)),
		MaximumWinChance: games.Exactly(fraction(&t.mostChance, 0)),
	}
}
