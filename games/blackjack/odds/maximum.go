package odds

import "croupier/games/blackjack"

// Maximum is the most that a round played by a chart can be paid, the stakes on it included, in opening stakes, and its chance.
// The chance is known, but for rounding, when the most is a blackjack or as many split hands as there can be, all doubled; else
// it is at most that of so many hands.
type Maximum struct {
	Win    Fixed
	Chance Range // Near is High where the two differ
}

// feat is a pair that the chart splits, and what its hands can be paid when there are as many as the rules allow.
type feat struct {
	column  *column
	rank    int
	most    int
	doubled []int // the second cards with which the chart doubles a hand
	win     Fixed
}

// MaximumWin returns the most that playing by a chart can be paid. It may take some seconds.
func (o *Odds) MaximumWin(chart *blackjack.Chart) Maximum {
	pay := newPayTable(o.Rules)
	best := max(One+pay.natural, One+pay.win)
	var doubles bool
	var feats []feat
	for _, c := range o.columns {
		for _, d := range c.deals {
			switch chartMove(chart, &c.world.hands[d.hand], c.up, o.Rules, false, true) {
			case blackjack.Double:
				doubles = true
			case blackjack.Split:
				f := c.feat(chart, d.hand)
				feats = append(feats, f)
				best = max(best, f.win)
			}
		}
	}
	if doubles {
		best = max(best, 2*(One+pay.win))
	}
	switch {
	case pay.win == 0:
		return Maximum{best, Range{High: One, Near: One}}
	case best == One+pay.natural:
		return Maximum{best, exactly(o.natural())}
	case best == 2*(One+pay.win) && doubles:
		return Maximum{best, Range{High: One, Near: One}}
	}
	m := Maximum{Win: best}
	for _, f := range feats {
		if f.win == best {
			m.Chance.add(f.chance())
		}
	}
	return m
}

// natural returns the chance that a blackjack is paid.
func (o *Odds) natural() (sum Fixed) {
	for _, c := range o.columns {
		for _, d := range c.deals {
			if isNatural(&c.world.hands[d.hand]) {
				p := d.chance - d.chance.Times(d.natural)
				sum += p - p.Times(c.world.dealerEnds(d.hand)[DealerBlackjack])
			}
		}
	}
	return sum
}

func (c *column) feat(chart *blackjack.Chart, pair int16) feat {
	rank, _ := c.world.hands[pair].pairOf()
	f := feat{column: c, rank: rank, most: c.rules.MaxHands, win: One + c.pay.win}
	if rank == ace {
		if !c.rules.ResplitAces {
			f.most = 2
		}
	} else {
		for second, h := range c.world.hands[c.world.hands.of(rank)].next {
			if chartMove(chart, &c.world.hands[h], c.up, c.rules, true, false) == blackjack.Double {
				f.doubled = append(f.doubled, second)
			}
		}
	}
	if from := c.world.shoe; !from.endless && int(from.cards[rank]) < f.most {
		f.most = int(from.cards[rank])
		f.doubled = nil // fewer hands than elsewhere: only bounded
	}
	f.win *= Fixed(f.most)
	if f.doubled != nil {
		f.win *= 2
	}
	return f
}

// chance returns the chance that the pair is dealt, becomes as many hands as it can, and all of them win, doubled if they can be.
func (f *feat) chance() (r Range) {
	w := f.column.world
	var dealt Fixed
	for _, d := range f.column.deals {
		if rank, pair := w.hands[d.hand].pairOf(); pair && rank == f.rank {
			dealt = d.chance - d.chance.Times(d.natural)
		}
	}
	held, chance := cards{}, One
	held[f.rank] = 2
	for range f.most - 2 {
		chance = chance.Over(w.after(&held, f.rank))
		held[f.rank]++
	}
	r.High = chance.Over(f.ways(0), 12)
	r.Near = r.High
	if f.doubled != nil {
		s := sweep{feat: f, dealer: make(map[cards]*Distribution)}
		s.from(partial{orders: 1, lowest: 21, held: held, chance: One})
		r = exactly(s.sum.Times(chance))
	}
	return r.over(dealt)
}

// ways returns in how many orders a pair becomes as many hands as it can when so many second cards, of all the hands, are of the
// pair too: times 12, to stay whole. As in splitting.sum, closed is how many hands close before there are enough; none of these
// may be of the pair.
func (f *feat) ways(pairs int) (ways int64) {
	const whole = 12
	orders := map[int][]int64{2: {1}, 3: {1, 1}, 4: {1, 2, 2}}[f.most] // by closed
	for closed, n := range orders {
		ways += n * whole * choose(f.most-closed, pairs) / choose(f.most, pairs)
	}
	return ways
}

func choose(n, k int) int64 {
	if k > n {
		return 0
	}
	c := int64(1)
	for i := range k {
		c = c * int64(n-i) / int64(i+1)
	}
	return c
}

// sweep goes through all second and third cards with which every hand may win, without regard to which hand gets which.
type sweep struct {
	*feat
	dealer map[cards]*Distribution // by all cards that the player holds
	sum    Fixed
}

// partial is a set of hands that are complete.
type partial struct {
	hands  int
	last   int // the choice that made the last hand; the next hand may not have a lower one
	run    int // how many hands have the same
	orders int64
	pairs  int // second cards of the pair
	lowest int // the lowest total
	held   cards
	chance Fixed
}

func (s *sweep) from(p partial) {
	if p.hands == s.most {
		s.sum += p.chance.Times(s.beats(&p.held, p.lowest)).Over(p.orders*s.ways(p.pairs), 12)
		return
	}
	for next := p.last; next < len(s.doubled)*ranks; next++ {
		q := p
		if q.run++; next != p.last || p.hands == 0 {
			q.run = 1
		}
		q.hands++
		q.orders = q.orders * int64(q.hands) / int64(q.run)
		q.last = next
		second, third := s.doubled[next/ranks], next%ranks
		if second == s.rank {
			q.pairs++
		}
		total := newHand(cards{}.with(s.rank).with(second).with(third)).best
		if total > 21 {
			continue
		}
		q.lowest = min(q.lowest, total)
		w := s.column.world
		q.chance = q.chance.Over(w.after(&q.held, second))
		q.held[second]++
		q.chance = q.chance.Over(w.after(&q.held, third))
		q.held[third]++
		if q.chance > 0 {
			s.from(q)
		}
	}
}

// beats returns the chance that the dealer ends below a total, or bust.
func (s *sweep) beats(held *cards, total int) (sum Fixed) {
	w := s.column.world
	d := s.dealer[*held]
	if d == nil {
		left, _ := w.shoe.lessHand(held, int(held.total()))
		made := w.script.play(&left).without(w.excluded >= 0)
		d = &made
		s.dealer[*held] = d
	}
	sum = d[DealerBust]
	for outcome := Dealer17; outcome <= Dealer21 && 17+int(outcome) < total; outcome++ {
		sum += d[outcome]
	}
	return sum
}

func (c cards) with(rank int) cards {
	c[rank]++
	return c
}

// after returns the chance that the card after these is of a rank.
func (w *world) after(held *cards, rank int) (num, den int64) {
	if w.shoe.endless {
		return int64(w.shoe.cards[rank]), w.shoe.size
	}
	hidden := int64(-1)
	if w.excluded >= 0 && w.excluded != rank {
		hidden = int64(w.shoe.cards[w.excluded] - held[w.excluded])
	}
	return w.chance(int64(w.shoe.cards[rank]-held[rank]), w.shoe.size-held.total(), hidden)
}
