package slots

import "math/big"

// Report is the exact mathematics of a variant. Wins are multiples of the stake, played on all paylines; chances are of a round.
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
	MaximumWin        *big.Rat // the most that a round can win: it is not capped
	MaximumWinChance  *big.Rat
}

func (m *machine) report(variant string) Report {
	lines := int64(len(m.lines))
	s := m.statistics()
	paid := s.with(1, nothing())
	round := s.round()
	return Report{
		Variant:           variant,
		Paylines:          len(m.lines),
		Return:            m.exactReturn(),
		HitFrequency:      s.hits,
		FreeSpinsChance:   m.triggerChance(),
		FreeSpinsPerRound: m.expectedFreeSpins(),
		MostFreeSpins:     m.free.Award + m.free.Award*m.free.Award,
		Variance:          product(round.variance, big.NewRat(1, lines*lines)),
		MaximumSpin:       big.NewRat(paid.most, lines),
		MaximumSpinChance: paid.mostChance,
		MaximumWin:        big.NewRat(round.most, lines),
		MaximumWinChance:  round.mostChance,
	}
}

// statistics sums up the distribution of one spin on all paylines: X is what it wins in bets per line, A the free spins it wins.
type statistics struct {
	found      []outcome
	cycle      int64
	multiplier int64    // of wins in free spins
	hits       *big.Rat // P(X > 0)
	x, xx      *big.Rat // E[X], E[X²]
	a, aa, xa  *big.Rat // E[A], E[A²], E[XA]
}

// outcome is a value of (X, A) and in how many ways of the cycle it comes about.
type outcome struct{ x, a, ways int64 }

func (m *machine) statistics() statistics {
	s := statistics{cycle: m.cycle(), multiplier: m.free.Multiplier}
	var hits int64
	var x, xx, a, aa, xa big.Int
	for r, ways := range m.distribute() {
		o := outcome{x: r.linePay + m.pays[scatter][r.scatters]*int64(len(m.lines)), ways: ways}
		if r.scatters >= m.free.Scatters {
			o.a = int64(m.free.Award)
		}
		if o.x > 0 { // a spin that wins free spins is among these: its scatters pay
			hits += ways
		}
		addProduct(&x, ways, o.x)
		addProduct(&xx, ways, o.x, o.x)
		addProduct(&a, ways, o.a)
		addProduct(&aa, ways, o.a, o.a)
		addProduct(&xa, ways, o.x, o.a)
		s.found = append(s.found, o)
	}
	mean := func(sum *big.Int) *big.Rat { return new(big.Rat).SetFrac(sum, big.NewInt(s.cycle)) }
	s.hits = big.NewRat(hits, s.cycle)
	s.x, s.xx, s.a, s.aa, s.xa = mean(&x), mean(&xx), mean(&a), mean(&aa), mean(&xa)
	return s
}

// law is what is known of a random win, in bets per line.
type law struct {
	mean, variance *big.Rat
	most           int64
	mostChance     *big.Rat
}

// nothing returns the law of what wins nothing.
func nothing() law { return law{new(big.Rat), new(big.Rat), 0, big.NewRat(1, 1)} }

// round returns the law of a whole round: a paid spin whose free spins each win free spins that win no more.
func (s *statistics) round() law {
	last := s.with(s.multiplier, nothing())
	first := s.with(s.multiplier, last)
	return s.with(1, first)
}

// with returns the law of T = f·X + Z₁ + … + Z_A: a spin, multiplied by f, and what each of the A free spins that it wins comes to.
// The Z are independent of each other and of (X, A), all with the law each. So, with μ and σ² their mean and variance,
//
//	E[T]  = f·E[X] + μ·E[A]
//	E[T²] = f²·E[X²] + 2·f·μ·E[XA] + σ²·E[A] + μ²·E[A²]
//
// and T is largest where f·x + a·(the most of Z) is, with every Z at its most.
func (s *statistics) with(f int64, each law) law {
	factor := new(big.Rat).SetInt64(f)
	t := law{mean: sum(product(factor, s.x), product(each.mean, s.a)), mostChance: new(big.Rat)}
	second := sum(
		product(factor, factor, s.xx),
		product(big.NewRat(2, 1), factor, each.mean, s.xa),
		product(each.variance, s.a),
		product(each.mean, each.mean, s.aa),
	)
	t.variance = second.Sub(second, product(t.mean, t.mean))
	for _, o := range s.found {
		t.most = max(t.most, f*o.x+o.a*each.most)
	}
	for _, o := range s.found {
		if f*o.x+o.a*each.most == t.most {
			t.mostChance = sum(t.mostChance, product(big.NewRat(o.ways, s.cycle), power(each.mostChance, o.a)))
		}
	}
	return t
}

// addProduct adds the product of the factors to sum.
func addProduct(sum *big.Int, factors ...int64) {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(f))
	}
	sum.Add(sum, p)
}

func sum(terms ...*big.Rat) *big.Rat {
	s := new(big.Rat)
	for _, t := range terms {
		s.Add(s, t)
	}
	return s
}

func product(factors ...*big.Rat) *big.Rat {
	p := big.NewRat(1, 1)
	for _, f := range factors {
		p.Mul(p, f)
	}
	return p
}

// power returns base^exponent, for an exponent that is not negative.
func power(base *big.Rat, exponent int64) *big.Rat {
	e := big.NewInt(exponent)
	return new(big.Rat).SetFrac(new(big.Int).Exp(base.Num(), e, nil), new(big.Int).Exp(base.Denom(), e, nil))
}
