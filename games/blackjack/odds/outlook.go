package odds

import "croupier/games/blackjack"

// Outlook is what a round is worth that is played by a chart, in opening stakes.
type Outlook struct {
	// Return is 1 + the expected win − the expected stakes. It is exact but for the rounding of Fixed.
	Return Fixed

	HitFrequency Range // the chance that the round pays anything
	Variance     Range // of the win less the stakes
}

// Range is a figure that is proven to lie between Low and High, and is near Near: that is as if the hands of a split were
// independent of each other, given how the dealer ends.
type Range struct {
	Low, Near, High Fixed
}

func (r Range) over(p Fixed) Range { return Range{r.Low.Times(p), r.Near.Times(p), r.High.Times(p)} }

func (r *Range) add(other Range) {
	r.Low += other.Low
	r.Near += other.Near
	r.High += other.High
}

// exactly returns the range of a figure that is known.
func exactly(v Fixed) Range { return Range{v, v, v} }

// spread is a result whose second moment, and whose chance to lose all, may be known within bounds only.
type spread struct {
	mean         Fixed
	square, lost Range
}

func (r result) spread() spread { return spread{r.mean, exactly(r.square), exactly(r.lost)} }

func (s *spread) add(other spread, p Fixed) {
	s.mean += other.mean.Times(p)
	s.square.add(other.square.over(p))
	s.lost.add(other.lost.over(p))
}

// play returns what rounds with this upcard add to the spread of all rounds, when they are played by a chart.
func (c *column) play(chart *blackjack.Chart) (sum spread) {
	w := c.world
	asDealt := w.follow(c.pay, w.chartLine(chart, c.rules, false))
	for _, d := range c.deals {
		hand := &w.hands[d.hand]
		var played, beaten spread
		beaten = lostStake.spread() // by a dealer who looks and has a blackjack
		if isNatural(hand) {
			played, beaten = c.natural(d.hand).spread(), spread{}
		} else {
			switch m := chartMove(chart, hand, c.up, c.rules, false, true); m {
			case blackjack.Split:
				rank, _ := hand.pairOf()
				played = newSplitting(c.rules, w, rank, func(w *world, _ int16) line {
					return w.chartLine(chart, c.rules, true)
				}).spread()
			case blackjack.Surrender:
				played = c.surrender(d.hand).spread()
			default:
				played = asDealt.play(d.hand, m).spread()
			}
		}
		sum.add(beaten, d.chance.Times(d.natural))
		sum.add(played, d.chance-d.chance.Times(d.natural))
	}
	return sum
}

// spread returns what is known of a split when a pair is split again whenever it can be.
//
// With K hands that come to X₁ + … + X_K = T, E[T]² ≤ E[T²] ≤ E[K·ΣX²], and the chance that all is lost is from E[ΣL − K + 1] to
// E[ΣL/K], L being 1 for a hand that loses all and 0 for any other.
func (s *splitting) spread() (all spread) {
	means := s.term(func(f *following, h int16) Fixed { return f.from(h).mean })
	squares := s.term(func(f *following, h int16) Fixed { return f.from(h).square })
	losses := s.term(func(f *following, h int16) Fixed { return f.from(h).lost })
	ones := s.term(func(*following, int16) Fixed { return One })
	all.mean = s.sum(s.most, means, nil)
	all.square.Low = all.mean.Times(all.mean)
	all.square.High = s.sum(s.most, squares, func(part Fixed, hands int) Fixed { return part * Fixed(hands) })
	all.lost.Low = max(0, s.sum(s.most, losses, nil)-s.sum(s.most, ones, nil)+One)
	all.lost.High = s.sum(s.most, losses, func(part Fixed, hands int) Fixed { return part / Fixed(hands) })

	all.square.Near = s.sum(s.most, squares, nil)
	for outcome := range Outcomes {
		chance := s.world[0].dealerEnds(s.first)[outcome]
		if chance == 0 {
			continue
		}
		mean, lost := s.against(outcome)
		mean, lost = mean.Divide(chance), lost.Divide(chance)
		for hands := 2; hands <= s.most; hands++ {
			p := chance.Times(s.sum(s.most, ones, func(part Fixed, n int) Fixed {
				if n != hands {
					return 0
				}
				return part / Fixed(n)
			}))
			all.square.Near += Fixed(hands*(hands-1)) * p.Times(mean.Times(mean))
			for range hands {
				p = p.Times(lost)
			}
			all.lost.Near += p
		}
	}
	return all
}

// against returns what one way for the dealer to end adds to the mean of a hand, and to the chance that it loses.
func (s *splitting) against(outcome Outcome) (mean, lost Fixed) {
	first := *s
	first.world = []*following{s.world[0].against(outcome, s.first)}
	mean = first.term(func(f *following, h int16) Fixed { return f.from(h).mean }).any[2]
	lost = first.term(func(f *following, h int16) Fixed { return f.from(h).lost }).any[2]
	return mean, lost
}
