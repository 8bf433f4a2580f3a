package smash

import (
	"errors"
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
	unit           chance
	plain, tossing tally

	withstands, sides uint64   // of a hit's draws for the hammer, in lowest terms
	pool              []uint64 // the weights, in lowest terms
	poolTotal         uint64

	places []place                  // where the round can be
	index  map[games.Multiple]int32 // in places
	rest   uint64                   // of all divisions: 0, or the unit was too coarse
}

// place is a value and the chance to stand there, as if no safe had cracked yet.
type place struct {
	value  games.Multiple
	chance chance
}

// tally sums up what rounds are paid, each weighted with its chance.
type tally struct {
	chance, value, square weighed // Σ p, Σ p·v, Σ p·v²
	most                  games.Multiple
	mostChance            weighed
}

// walk plays every hit on every value.
func (g *rules) walk(enough games.Multiple) (*walk, error) {
	hammer := fraction{uint64(breakSides - g.breaks), breakSides}.reduced()
	w := &walk{rules: g, enough: enough, withstands: hammer.num, sides: hammer.den, index: make(map[games.Multiple]int32)}
	w.pool, w.poolTotal = lowestTerms(poolWeights)
	// Each hit divides by the hammer's sides, the pool's weights and a coin's two; the end by the thresholds and the bonuses' weights.
	w.unit = chance{1}.times(thresholds * total(bonusWeights))
	for range lastThreshold {
		w.unit = w.unit.times(2 * w.sides * w.poolTotal)
	}
	w.places = []place{{g.Start(), w.unit}}
	for hit := 1; hit <= lastThreshold; hit++ {
		w.hit(hit)
	}
	if w.rest != 0 {
		return nil, errors.New("smash: the chances are no whole numbers of their unit")
	}
	return w, nil
}

func total(weights []uint32) (sum uint64) {
	for _, w := range weights {
		sum += uint64(w)
	}
	return sum
}

// lowestTerms returns the weights and their total without their common divisor.
func lowestTerms(weights []uint32) (lowest []uint64, sum uint64) {
	divisor := total(weights)
	for _, w := range weights {
		divisor /= fraction{uint64(w), divisor}.reduced().den
	}
	for _, w := range weights {
		lowest = append(lowest, uint64(w)/divisor)
	}
	return lowest, total(weights) / divisor
}

// crackable is how many of the thresholds a hit cracks, and how many are higher.
func crackable(hit int) (here, higher uint64) {
	if hit < firstThreshold {
		return 0, thresholds
	}
	return 1, uint64(lastThreshold - hit)
}

// hit plays a hit on every value, and cashes out what is enough.
func (w *walk) hit(hit int) {
	here, higher := crackable(hit)
	before := w.places
	w.places = make([]place, 0, 2*len(before))
	clear(w.index)
	for i := range before {
		from := &before[i]
		each := w.divide(from.chance, w.sides*w.poolTotal).times(w.withstands) // the chance of a factor of weight 1
		if here > 0 {
			w.crack(hit, from.value, each)
		}
		for j, f := range pool {
			factor := w.scales[hit].times(f.Hundredths)
			to, capped := cashout.Times(from.value, factor.num, factor.den, most)
			if drawn := each.times(w.pool[j]); capped || to >= w.enough {
				w.pay(hit, to, drawn, higher)
			} else {
				w.arrive(to, &drawn)
			}
		}
	}
	for i := range w.places { // the coin sends half of them home
		var s sums
		s.add(w.places[i].value, higher)
		w.tossing.add(s, w.divide(w.places[i].chance, thresholds).halved(uint(hit)))
	}
}

// arrive adds to the chance to stand at a value.
func (w *walk) arrive(to games.Multiple, c *chance) {
	if i, ok := w.index[to]; ok {
		w.places[i].chance.plus(c)
		return
	}
	w.index[to] = int32(len(w.places))
	w.places = append(w.places, place{to, *c})
}

func (w *walk) divide(c chance, k uint64) chance {
	part, rest := c.over(k)
	w.rest |= rest
	return part
}

// pay pays a value after a hit, with a chance that is as if no safe had cracked, at a given number of the thresholds.
func (w *walk) pay(hit int, v games.Multiple, c chance, of uint64) {
	var s sums
	s.add(v, of)
	w.add(hit, s, w.divide(c, thresholds))
}

// crack pays what the safe holds when a hit on a value cracks it. each is the chance of a factor of weight 1 in the pool.
func (w *walk) crack(hit int, value games.Multiple, each chance) {
	var s sums
	for i, f := range pool {
		scaled := w.scales[hit].times(f.Hundredths)
		for _, bonus := range bonuses {
			factor := scaled.times(bonus.Hundredths)
			v, _ := cashout.Times(value, factor.num, factor.den, most)
			s.add(v, w.pool[i]*uint64(bonus.Weight))
		}
	}
	w.add(hit, s, w.divide(each, thresholds*total(bonusWeights)))
}

// add adds what is paid after a hit: a coin has been tossed after each of the hits before.
func (w *walk) add(hit int, s sums, each chance) {
	w.plain.add(s, each)
	w.tossing.add(s, each.halved(uint(hit-1)))
}

// sums are Σ w, Σ w·v and Σ w·v² over some values v with small weights w; the squares need 128 bits.
type sums struct {
	weight, value         uint64
	squareHigh, squareLow uint64
	most                  games.Multiple
	mostWeight            uint64
}

func (s *sums) add(v games.Multiple, weight uint64) {
	s.weight += weight
	s.value += weight * uint64(v)
	high, low := bits.Mul64(weight*uint64(v), uint64(v))
	var carry uint64
	s.squareLow, carry = bits.Add64(s.squareLow, low, 0)
	s.squareHigh, _ = bits.Add64(s.squareHigh, high, carry)
	switch {
	case v > s.most:
		s.most, s.mostWeight = v, weight
	case v == s.most:
		s.mostWeight += weight
	}
}

// add adds sums whose weights are of a chance each.
func (t *tally) add(s sums, each chance) {
	if s.weight == 0 {
		return
	}
	t.chance.plus(&each, 0, s.weight)
	t.value.plus(&each, 0, s.value)
	t.square.plus(&each, s.squareHigh, s.squareLow)
	if s.most > t.most {
		t.most = s.most
		t.mostChance = weighed{}
	}
	if s.most == t.most {
		t.mostChance.plus(&each, 0, s.mostWeight)
	}
}

// outlook is the mathematics of a strategy of which these are the sums, in units and multiples.
func (t *tally) outlook(strategy string, unit chance) games.Outlook {
	return cashout.Sums{
		Unit: unit.big(), Chance: t.chance.big(), Value: t.value.big(), Square: t.square.big(), Most: t.most, MostChance: t.mostChance.big(),
	}.Outlook(strategy)
}
