package session

import (
	"math/big"
)

// ReportRTP holds what games returned against what their rules promise. Returns are of the opening stakes, as a game's exact return is: 1 + (won −
// wagered) ÷ bets, which is won ÷ wagered where a round has one stake.
type ReportRTP struct {
	Actual          *big.Rat // nil: nothing was staked
	Exact           *big.Rat // of the builds that were played, each weighted by its stakes; nil: one of them is not known to this server
	Lowest, Highest *big.Rat // what no way to play these builds leaves; nil where Exact is

	// How far chance takes the actual return from the exact one: a standard deviation. nil: not known.
	Deviation *big.Rat
	// How many deviations the actual return is above the highest or below the lowest, 0 between them; nil where Deviation is. No money.
	Z *big.Rat
	// Whether the actual return is further away than ReportBand deviations, over at least alarmRounds rounds.
	Alarm bool
}

// ReportBand is how many standard deviations away from what is promised a return is called out of range: so far it is by chance alone once in about
// 16,000 rows.
const ReportBand = 4

// alarmRounds is how many rounds it takes for that. With fewer, the few that win much make the deviation say little.
const alarmRounds = 1000

// spread adds up what the returns of a row, and how far chance takes them, are computed from. The zero value is of nothing.
type spread struct {
	bets, wagered, won        big.Rat
	expected, lowest, highest big.Rat // returns times bets
	variance                  big.Rat // of what was won less what was staked
	unknown, noSpread         bool
}

// add adds the rounds of one build; b is nil for one that this server does not have.
func (s *spread) add(p reportPart, b *build) {
	bets := rational(p.bets)
	s.bets.Add(&s.bets, bets)
	s.wagered.Add(&s.wagered, rational(p.wagered))
	s.won.Add(&s.won, rational(p.won))
	if b == nil {
		s.unknown, s.noSpread = true, true
		return
	}
	promised := b.returns()
	s.expected.Add(&s.expected, new(big.Rat).Mul(promised.rtp, bets))
	s.lowest.Add(&s.lowest, new(big.Rat).Mul(promised.lowest, bets))
	s.highest.Add(&s.highest, new(big.Rat).Mul(promised.highest, bets))
	if promised.variance == nil {
		s.noSpread = true
		return
	}
	s.variance.Add(&s.variance, larger(new(big.Rat).Mul(promised.variance, rational(p.betSquares)), seenSpread(p, promised.rtp)))
}

// seenSpread is how far the rounds themselves were from what was expected of them, squared and added up: the sum of (net − (rtp − 1)·bet)². Where
// players play more boldly than any way to play that the game's analysis knows, it is more than that says.
func seenSpread(p reportPart, rtp *big.Rat) *big.Rat {
	edge := new(big.Rat).Sub(rtp, big.NewRat(1, 1))
	cross := new(big.Rat).Mul(edge, rational(p.netTimes))
	squares := new(big.Rat).Mul(new(big.Rat).Mul(edge, edge), rational(p.betSquares))
	squares.Add(squares, rational(p.netSquares))
	return squares.Sub(squares, cross.Add(cross, cross))
}

func larger(a, b *big.Rat) *big.Rat {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

// rtp is what the sums come to.
func (s *spread) rtp(rounds int64) (r ReportRTP) {
	if s.bets.Sign() == 0 {
		return r
	}
	share := func(of *big.Rat) *big.Rat { return new(big.Rat).Quo(of, &s.bets) }
	net := new(big.Rat).Sub(&s.won, &s.wagered)
	r.Actual = new(big.Rat).Add(big.NewRat(1, 1), share(net))
	if s.unknown {
		return r
	}
	r.Exact, r.Lowest, r.Highest = share(&s.expected), share(&s.lowest), share(&s.highest)
	if s.noSpread || s.variance.Sign() <= 0 {
		return r
	}
	r.Deviation = share(squareRoot(&s.variance))
	r.Z = new(big.Rat)
	if r.Actual.Cmp(r.Highest) > 0 {
		r.Z.Quo(new(big.Rat).Sub(r.Actual, r.Highest), r.Deviation)
	} else if r.Actual.Cmp(r.Lowest) < 0 {
		r.Z.Quo(new(big.Rat).Sub(r.Actual, r.Lowest), r.Deviation)
	}
	r.Alarm = rounds >= alarmRounds && new(big.Rat).Abs(r.Z).Cmp(big.NewRat(ReportBand, 1)) > 0
	return r
}

// squareRoot is the root to some 60 digits: of a spread, not of money.
func squareRoot(r *big.Rat) *big.Rat {
	root, _ := new(big.Float).Sqrt(new(big.Float).SetPrec(200).SetRat(r)).Rat(nil)
	return root
}
