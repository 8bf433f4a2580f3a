package slots

import (
	"math/big"
	"math/bits"

	"croupier/games"
)

// What a maximum win C takes from rounds with free spins is a matter of the distribution of the whole round's win T, which is far
// too large to write down. It is bounded on a grid of width g, by rounds whose spins win multiples of g and whose distribution up
// to C is therefore short:
//
//   - floored: every win is rounded down to the grid. Such a round wins T↓ ≤ T.
//   - raised: every win is rounded up. T↑ ≥ T.
//   - spread: every win becomes one of its two neighbours on the grid, with the chances that keep its mean. Sums, and sums of random
//     length, of such wins are a mean-preserving spread T↔ of T: E[h(T)] ≤ E[h(T↔)] for every convex h.
//
// With the positive part written as (·)₊, what C takes is E[(T−C)₊], convex and growing in T:
//
//	E[(T↓−C)₊] ≤ E[(T−C)₊] ≤ E[(T↔−C)₊]
//
// and likewise E[(T²−C²)₊], by which E[min(T,C)²] is less than E[T²]. Each is a moment, known in closed form for every one of
// these rounds, less what is below C, known from its distribution.

// one is the probability 1 in fixed point. Every probability here is rounded down, so that what is computed is a lower bound.
const (
	oneBits = 62
	one     = 1 << oneBits
)

// masses are lower bounds of the chances of 0, g, 2g, … and, last, of C or more.
type masses []uint64

// gridded is a kind of round on a grid.
type gridded struct {
	law   law    // in units of the grid
	below masses // its distribution
	limit *big.Rat
	lost  *big.Rat // the chance that rounding has lost
}

// neighbours returns what a win of x·f becomes on a grid of width g: outcomes whose ways add up to those of o times g.
type neighbours func(o outcome, f, g int64) []outcome

func floored(o outcome, f, g int64) []outcome { return []outcome{{o.x * f / g, o.a, o.ways * g}} }

func raised(o outcome, f, g int64) []outcome {
	return []outcome{{(o.x*f + g - 1) / g, o.a, o.ways * g}}
}

func spread(o outcome, f, g int64) []outcome {
	low, rest := o.x*f/g, o.x*f%g
	if rest == 0 {
		return []outcome{{low, o.a, o.ways * g}}
	}
	return []outcome{{low, o.a, o.ways * (g - rest)}, {low + 1, o.a, o.ways * rest}}
}

// onGrid returns these rounds with every spin's win on a grid.
func (s *statistics) onGrid(by neighbours, g, limit int64) gridded {
	place := func(spins *spinStatistics, f int64) *spinStatistics {
		on := spins.mapped(spins.cycle*g, func(o outcome) []outcome { return by(o, f, g) })
		return &on
	}
	paid, free := place(&s.paid, 1), place(&s.free, s.multiplier)
	placed := statistics{paid: *paid, free: *free, multiplier: 1, retriggers: s.retriggers}
	size := int((limit+g-1)/g) + 1
	generation := free.without(size)
	for range s.retriggers {
		generation = free.then(generation)
	}
	grid := gridded{law: placed.round(), below: paid.then(generation), limit: big.NewRat(limit, g)}
	left := uint64(one)
	for _, mass := range grid.below {
		left -= mass
	}
	grid.lost = probability(left)
	return grid
}

// without returns the distribution of a spin that wins no free spins.
func (s *spinStatistics) without(size int) masses {
	total := make(masses, size)
	for _, masses := range s.byAward(size) {
		total.add(masses)
	}
	return total
}

// then returns the distribution of a spin and the free spins that it wins, each of the distribution that is given.
func (s *spinStatistics) then(each masses) masses {
	total := make(masses, len(each))
	for award, masses := range s.byAward(len(each)) {
		total.add(masses.times(each.power(award)))
	}
	return total
}

// byAward returns the distributions of a spin's win together with each award.
func (s *spinStatistics) byAward(size int) map[int64]masses {
	ways := map[int64][]*big.Int{}
	for _, o := range s.found {
		if ways[o.a] == nil {
			ways[o.a] = make([]*big.Int, size)
		}
		at := &ways[o.a][min(o.x, int64(size-1))]
		if *at == nil {
			*at = new(big.Int)
		}
		(*at).Add(*at, big.NewInt(o.ways))
	}
	by, cycle := map[int64]masses{}, big.NewInt(s.cycle)
	for award, counts := range ways {
		by[award] = make(masses, size)
		for i, count := range counts {
			if count != nil {
				by[award][i] = count.Quo(count.Lsh(count, oneBits), cycle).Uint64()
			}
		}
	}
	return by
}

func (m masses) add(other masses) {
	for i := range m {
		m[i] += other[i]
	}
}

// power returns the distribution of the sum of n ≥ 0 independent wins.
func (m masses) power(n int64) masses {
	product := make(masses, len(m))
	product[0] = one
	for factor := m; n > 0; n >>= 1 {
		if n&1 == 1 {
			product = product.times(factor)
		}
		if n > 1 {
			factor = factor.times(factor)
		}
	}
	return product
}

// times returns the distribution of the sum of two independent wins.
func (m masses) times(other masses) masses {
	last := len(m) - 1
	sums := make([][2]uint64, len(m)) // high and low words, of chances times 2^124 or less: nothing overflows
	tails := make(masses, len(m)+1)   // of other, from an index on
	for i := last; i >= 0; i-- {
		tails[i] = tails[i+1] + other[i]
	}
	for i, mass := range m {
		if mass == 0 {
			continue
		}
		for j, second := range other[:last-i] {
			accumulate(&sums[i+j], mass, second)
		}
		accumulate(&sums[last], mass, tails[last-i])
	}
	product := make(masses, len(m))
	for i, sum := range sums {
		product[i] = sum[0]<<(64-oneBits) | sum[1]>>oneBits
	}
	return product
}

func accumulate(sum *[2]uint64, a, b uint64) {
	high, low := bits.Mul64(a, b)
	var carry uint64
	sum[1], carry = bits.Add64(sum[1], low, 0)
	sum[0], _ = bits.Add64(sum[0], high, carry)
}

func probability(mass uint64) *big.Rat {
	return new(big.Rat).SetFrac(new(big.Int).SetUint64(mass), big.NewInt(one))
}

// cut returns bounds of E[min(T,C)^power], in units of the grid.
func (grid *gridded) cut(power int) games.Value {
	total, most := new(big.Int), new(big.Rat).Set(grid.limit)
	worth := func(of *big.Rat) *big.Rat {
		if power == 2 {
			return product(of, of)
		}
		return of
	}
	last := len(grid.below) - 1
	for i, mass := range grid.below[:last] {
		at := big.NewInt(int64(i))
		at.Exp(at, big.NewInt(int64(power)), nil)
		total.Add(total, at.Mul(at, new(big.Int).SetUint64(mass)))
	}
	low := sum(new(big.Rat).SetFrac(total, big.NewInt(one)), product(probability(grid.below[last]), worth(most)))
	return games.Value{Low: low, High: sum(low, product(grid.lost, worth(most)))}
}

// square returns E[T²].
func (l law) square() *big.Rat { return sum(l.variance, product(l.mean, l.mean)) }

// bounded returns bounds of the figures of rounds on n lines that end at a limit, all in bets per line. of is their law without.
func (s *statistics) bounded(of law, limit, n, buckets int64) figures {
	g := (limit + buckets - 1) / buckets
	for g > 1 && max(s.paid.cycle, s.free.cycle) > (1<<62)/g { // a grid that fine has more ways than can be counted
		g /= 2
	}
	down, up, wide := s.onGrid(floored, g, limit), s.onGrid(raised, g, limit), s.onGrid(spread, g, limit)
	stake, square := big.NewRat(g, n), big.NewRat(g*g, n*n)
	excess := func(grid *gridded, power int, moment *big.Rat) games.Value {
		cut := grid.cut(power)
		return games.Value{Low: greater(difference(moment, cut.High), new(big.Rat)), High: difference(moment, cut.Low)}
	}
	f := of.figures(n, games.Value{
		Low:  product(stake, excess(&down, 1, down.law.mean).Low),
		High: product(stake, excess(&wide, 1, wide.law.mean).High),
	})
	mean := product(of.mean, big.NewRat(1, n))
	least, most := difference(mean, f.cost.High), difference(mean, f.cost.Low)
	second := product(of.square(), big.NewRat(1, n*n))
	secondLeast := difference(second, product(square, excess(&wide, 2, wide.law.square()).High))
	secondMost := difference(second, product(square, excess(&down, 2, down.law.square()).Low))
	f.variance = games.Value{
		Low:  greater(new(big.Rat), difference(secondLeast, product(most, most))),
		High: lesser(f.variance.High, difference(secondMost, product(least, least))), // cutting never widens a distribution
	}
	f.most = games.Exactly(big.NewRat(limit, n))
	chance := new(big.Rat).Set(whole(1))
	for _, mass := range up.below[:len(up.below)-1] {
		chance.Sub(chance, probability(mass))
	}
	f.mostChance = games.Value{Low: probability(down.below[len(down.below)-1]), High: chance}
	return f
}
