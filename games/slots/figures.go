package slots

import (
	"math/big"

	"croupier/games"
)

// figures are what is known of a round on some paylines, all of them active. Wins are in stakes. The maximum win has taken from all
// of it.
type figures struct {
	hits       games.Value // the chance of any win
	variance   games.Value
	uncut      *big.Rat    // the most that the variance would be without a maximum win
	most       games.Value // the most that it pays
	mostChance games.Value
	cost       games.Value // what the maximum win takes from the return
}

// figures computes those of a round on these paylines. Where a maximum win cuts free spins short they are bounded, with a grid of so
// many buckets. ok is false if the distribution would take too long.
func (m *machine) figures(lines [][MaxReels]uint8, buckets int64) (f figures, ok bool) {
	s, ok := m.statistics(lines)
	if !ok {
		return f, false
	}
	return m.figuresOf(s, int64(len(lines)), buckets), true
}

// figuresOf computes the figures of rounds on n lines from the statistics of their spins.
func (m *machine) figuresOf(s statistics, n, buckets int64) figures {
	whole, limit := s.round(), m.winCap*n
	zero := games.Exactly(new(big.Rat))
	switch {
	case m.winCap == 0 || whole.most <= limit:
		return whole.figures(n, zero)
	case m.mostFree == 0:
		cut := s.paid.mapped(s.paid.cycle, func(o outcome) []outcome { return []outcome{{min(o.x, limit), o.a, o.ways}} })
		law := cut.with(1, nothing())
		f := law.figures(n, games.Exactly(product(difference(whole.mean, law.mean), big.NewRat(1, n))))
		f.uncut = product(whole.variance, big.NewRat(1, n*n))
		return f
	}
	return s.bounded(whole, limit, n, buckets)
}

// figures returns those of a law in bets per line, for n lines.
func (l law) figures(n int64, cost games.Value) figures {
	variance := product(l.variance, big.NewRat(1, n*n))
	return figures{
		hits:       games.Exactly(difference(whole(1), l.zero)),
		variance:   games.Exactly(variance),
		uncut:      variance,
		most:       games.Exactly(big.NewRat(l.most, n)),
		mostChance: games.Exactly(l.mostChance),
		cost:       cost,
	}
}

// mapped returns the statistics of outcomes of which each became others. The ways of these make the cycle.
func (s *spinStatistics) mapped(cycle int64, become func(outcome) []outcome) spinStatistics {
	var found []outcome
	for _, o := range s.found {
		found = append(found, become(o)...)
	}
	return summarise(found, cycle)
}

// figuresOfSingles bounds the figures of all lines by those of the one-line games that they are made of. Played on the same draws,
// the win T of n lines, in stakes, is the average of the wins Tᵢ of line i alone (scatters pay, and free spins are won, on any number
// of lines alike). So T > 0 exactly when some Tᵢ > 0; and variance, as well as what exceeds a maximum win, is convex: of an average
// it is at most the average. A maximum win never makes a variance larger.
func figuresOfSingles(singles []figures) figures {
	n := int64(len(singles))
	all := figures{
		hits:       games.Value{Low: new(big.Rat), High: new(big.Rat)},
		variance:   games.Value{Low: new(big.Rat), High: new(big.Rat)},
		most:       games.Value{Low: new(big.Rat), High: new(big.Rat)},
		mostChance: games.Value{Low: new(big.Rat), High: whole(1)},
		cost:       games.Value{Low: new(big.Rat), High: new(big.Rat)},
	}
	share := big.NewRat(1, n)
	for _, one := range singles {
		all.hits.Low = greater(all.hits.Low, one.hits.Low)
		all.hits.High = sum(all.hits.High, one.hits.High)
		all.variance.High = sum(all.variance.High, product(share, one.uncut))
		all.most.Low = greater(all.most.Low, product(share, one.most.Low))
		all.most.High = greater(all.most.High, one.most.High)
		all.cost.High = sum(all.cost.High, product(share, one.cost.High))
	}
	all.hits.High = lesser(all.hits.High, whole(1))
	return all
}

func greater(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) < 0 {
		return b
	}
	return a
}

func lesser(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) > 0 {
		return b
	}
	return a
}
