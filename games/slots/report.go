package slots

import "math/big"

// Report is the exact mathematics of a variant, before a maximum win takes from it. Wins are multiples of the stake, played on all
// paylines; chances are of a round. What would take too long to compute exactly, for a machine of many lines on long and varied
// strips, is nil: HitFrequency, Variance and all maxima.
type Report struct {
	Variant           string
	Paylines          int // active in this report, all there are
	Return            Return
	HitFrequency      *big.Rat // the chance of any win at all
	FreeSpinsChance   *big.Rat // that a round has free spins
	FreeSpinsPerRound *big.Rat // their expected number over all rounds
	MostFreeSpins     int      // that one round can have
	Variance          *big.Rat // of a round's win
	MaximumSpin       *big.Rat // the most that the paid spin itself can win
	MaximumSpinChance *big.Rat
	MaximumWin        *big.Rat // the most that a round can win
	MaximumWinChance  *big.Rat
}

func (m *machine) report(variant string) Report {
	r := Report{
		Variant:           variant,
		Paylines:          len(m.lines),
		Return:            m.exactReturn(),
		FreeSpinsChance:   m.triggerChance(m.paid),
		FreeSpinsPerRound: m.expectedFreeSpins(),
		MostFreeSpins:     int(m.mostFree),
	}
	s, ok := m.statistics(m.lines)
	if !ok {
		return r
	}
	lines := int64(len(m.lines))
	paid, round := s.paid.with(1, nothing()), s.round()
	r.HitFrequency = difference(whole(1), round.zero)
	r.Variance = product(round.variance, big.NewRat(1, lines*lines))
	r.MaximumSpin, r.MaximumSpinChance = big.NewRat(paid.most, lines), paid.mostChance
	r.MaximumWin, r.MaximumWinChance = big.NewRat(round.most, lines), round.mostChance
	return r
}

// statistics are those of a machine's two kinds of spins.
type statistics struct {
	paid, free spinStatistics
	multiplier int64 // of wins in free spins
	retriggers int   // how many generations of free spins win more
}

// spinStatistics sum up the distribution of one spin: X is what it wins in bets per line, A the free spins it wins.
type spinStatistics struct {
	found []outcome
	cycle int64
	x, xx *big.Rat // E[X], E[X²]
	a, aa *big.Rat // E[A], E[A²]
	xa    *big.Rat // E[XA]
}

// outcome is a value of (X, A) and in how many ways of the cycle it comes about.
type outcome struct{ x, a, ways int64 }

// statistics computes those of rounds on some paylines. ok is false if that would take too long.
func (m *machine) statistics(lines [][MaxReels]uint8) (s statistics, ok bool) {
	s = statistics{multiplier: m.multiplier, retriggers: m.retriggers}
	if s.paid, ok = m.spinStatistics(m.paid, lines); !ok {
		return s, false
	}
	s.free = s.paid
	if m.free != m.paid {
		s.free, ok = m.spinStatistics(m.free, lines)
	}
	return s, ok
}

func (m *machine) spinStatistics(from *strips, lines [][MaxReels]uint8) (s spinStatistics, ok bool) {
	found, ok := m.distribute(from, lines)
	if !ok {
		return s, false
	}
	var outcomes []outcome
	for r, ways := range found {
		win := r.linePay + m.scatterPays[r.scatters]*int64(len(lines))
		outcomes = append(outcomes, outcome{win, m.awards[r.scatters], ways})
	}
	return summarise(outcomes, from.cycle(m.reels)), true
}

// summarise sums up outcomes whose ways make a cycle.
func summarise(found []outcome, cycle int64) spinStatistics {
	s := spinStatistics{found: found, cycle: cycle}
	var x, xx, a, aa, xa big.Int
	for _, o := range found {
		ways := o.ways
		addProduct(&x, ways, o.x)
		addProduct(&xx, ways, o.x, o.x)
		addProduct(&a, ways, o.a)
		addProduct(&aa, ways, o.a, o.a)
		addProduct(&xa, ways, o.x, o.a)
	}
	mean := func(sum *big.Int) *big.Rat { return new(big.Rat).SetFrac(sum, big.NewInt(s.cycle)) }
	s.x, s.xx, s.a, s.aa, s.xa = mean(&x), mean(&xx), mean(&a), mean(&aa), mean(&xa)
	return s
}

// law is what is known of a random win, in bets per line.
type law struct {
	mean, variance *big.Rat
	zero           *big.Rat // the chance of no win
	most           int64
	mostChance     *big.Rat
}

// nothing returns the law of what wins nothing.
func nothing() law { return law{new(big.Rat), new(big.Rat), whole(1), 0, whole(1)} }

// round returns the law of a whole round: a paid spin, and generations of free spins of which the last win no more.
func (s *statistics) round() law {
	free := s.free.with(s.multiplier, nothing())
	for range s.retriggers {
		free = s.free.with(s.multiplier, free)
	}
	return s.paid.with(1, free)
}

// with returns the law of T = f·X + Z₁ + … + Z_A: a spin, multiplied by f, and what each of the A free spins that it wins comes to.
// The Z are independent of each other and of (X, A), all with the law each. So, with μ and σ² their mean and variance,
//
//	E[T]  = f·E[X] + μ·E[A]
//	E[T²] = f²·E[X²] + 2·f·μ·E[XA] + σ²·E[A] + μ²·E[A²]
//
// and T is largest where f·x + a·(the most of Z) is, with every Z at its most.
func (s *spinStatistics) with(f int64, each law) law {
	factor := whole(f)
	t := law{mean: sum(product(factor, s.x), product(each.mean, s.a))}
	second := sum(
		product(factor, factor, s.xx),
		product(whole(2), factor, each.mean, s.xa),
		product(each.variance, s.a),
		product(each.mean, each.mean, s.aa),
	)
	t.variance = second.Sub(second, product(t.mean, t.mean))
	none, most := map[int64]int64{}, map[int64]int64{} // by a, in how many ways the spin wins nothing, and as much as can be
	for _, o := range s.found {
		if o.x == 0 {
			none[o.a] += o.ways
		}
		switch worth := f*o.x + o.a*each.most; {
		case worth > t.most:
			t.most = worth
			clear(most)
			fallthrough
		case worth == t.most:
			most[o.a] += o.ways
		}
	}
	t.zero, t.mostChance = s.chance(none, each.zero), s.chance(most, each.mostChance)
	return t
}

// chance returns the chance of one of these ways, by a, and that something of a chance each then happens a times.
func (s *spinStatistics) chance(ways map[int64]int64, each *big.Rat) *big.Rat {
	total := new(big.Rat)
	for a, n := range ways {
		total.Add(total, product(big.NewRat(n, s.cycle), power(each, a)))
	}
	return total
}
