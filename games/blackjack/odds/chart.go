package odds

import "croupier/games/blackjack"

// totals are a chart's cells, or a table's: hard or soft, by total.
type totals [2][22]cell

// cell sums up what the moves are worth to hands of a total, each weighted by its chance.
type cell struct {
	weight                        Fixed
	stand, hit, double, surrender Fixed
}

func (t *totals) of(h *hand) *cell {
	if h.soft {
		return &t[1][h.best]
	}
	return &t[0][h.best]
}

func (c *cell) add(weight Fixed, v *choice, surrender Fixed) {
	c.weight += weight
	c.stand += weight.Times(v.stand)
	c.hit += weight.Times(v.hit)
	c.double += weight.Times(v.double)
	c.surrender += weight.Times(surrender)
}

// arrivals returns how likely every hand comes about against this upcard, in rounds that the dealer's blackjack does not end.
func (c *column) arrivals() []Fixed {
	arrive := make([]Fixed, len(c.world.hands))
	for _, d := range c.deals {
		arrive[d.hand] = d.chance - d.chance.Times(d.natural)
	}
	for i, p := range arrive {
		h := int16(i)
		if p == 0 || c.world.hands[h].size == 2 && c.first[h] != blackjack.Hit || c.choices[h].move != blackjack.Hit {
			continue
		}
		for rank, next := range c.world.hands[h].next {
			if next != bust {
				arrive[next] += p.Over(c.world.next(h, rank))
			}
		}
	}
	return arrive
}

// chart fills in the upcard's column of a chart. A total's cell holds the move that is best on average over its hands: doubling
// and surrender are compared over the two-card hands that are not worth splitting, hitting and standing over all hands, as often
// as best play comes to them.
func (c *column) chart(chart *blackjack.Chart) {
	var two, all totals
	for i, p := range c.arrivals() {
		h := int16(i)
		hand := &c.world.hands[h]
		if hand.size < 2 || p == 0 && hand.size > 2 || isNatural(hand) {
			continue
		}
		if hand.size == 2 && c.first[h] == blackjack.Split {
			p = 0
		}
		p += trace
		all.of(hand).add(p, &c.choices[h], 0)
		if hand.size == 2 {
			two.of(hand).add(p, &c.choices[h], c.surrender(h).mean)
		}
	}
	value := c.up + 1
	for total := blackjack.LowestHard; total <= blackjack.HighestHard; total++ {
		chart.Hard[total][value] = c.decision(&two[0][total], &all[0][total], c.mayDoubleTotal(total, false))
	}
	for total := blackjack.LowestSoft; total <= blackjack.HighestSoft; total++ {
		chart.Soft[total][value] = c.decision(&two[1][total], &all[1][total], c.mayDoubleTotal(total, true))
	}
	for rank := range ranks {
		chart.Pair[rank+1][value] = c.pairDecision(chart, rank)
	}
}

// trace is a weight, 1.5·10^-11, that decides only for totals that come from nothing but pairs that are split.
const trace = Fixed(1 << 20)

func (c *column) mayDoubleTotal(total int, soft bool) bool {
	return mayDouble(c.rules, &hand{size: 2, hard: total, best: total, soft: soft}, false)
}

func (c *column) decision(two, all *cell, double bool) blackjack.Decision {
	hits := all.hit > all.stand
	choose := func(hit, stand blackjack.Decision) blackjack.Decision {
		if hits {
			return hit
		}
		return stand
	}
	best := max(two.hit, two.stand)
	if double = double && two.double > best; double {
		best = two.double
	}
	switch {
	case c.rules.LateSurrender && two.surrender > best:
		return choose(blackjack.SurrenderHit, blackjack.SurrenderStand)
	case double:
		return choose(blackjack.DoubleOrHit, blackjack.DoubleOrStand)
	}
	return choose(blackjack.HitIt, blackjack.StandOn)
}

// pairDecision compares splitting a pair, and surrendering it, with what the chart says of its total.
func (c *column) pairDecision(chart *blackjack.Chart, rank int) blackjack.Decision {
	h := c.world.hands.of(rank, rank)
	if !c.world.holds(h) {
		return blackjack.ByTotal // this upcard leaves no such pair
	}
	v, surrender := &c.choices[h], c.surrender(h).mean
	byTotal := v.stand
	switch chartMove(chart, &c.world.hands[h], c.up, c.rules, false, false) {
	case blackjack.Hit:
		byTotal = v.hit
	case blackjack.Double:
		byTotal = v.double
	case blackjack.Surrender:
		byTotal = surrender
	}
	switch split := c.splits[rank]; {
	case c.rules.LateSurrender && surrender >= max(split, byTotal) && (surrender > byTotal || split > v.later):
		return blackjack.SurrenderSplit
	case split > byTotal:
		return blackjack.SplitIt
	}
	return blackjack.ByTotal
}

// chartMove returns what a chart says of a hand that the rules let be hit. It says the same as blackjack.Chart.Decide does at a
// table.
func chartMove(chart *blackjack.Chart, h *hand, up int, r blackjack.Rules, fromSplit, maySplit bool) blackjack.Move {
	if h.best == 21 {
		return blackjack.Stand // by itself
	}
	allowed := offer{
		split:     maySplit,
		double:    h.size == 2 && mayDouble(r, h, fromSplit),
		surrender: h.size == 2 && r.LateSurrender && !fromSplit,
	}
	if rank, pair := h.pairOf(); pair {
		if m, decided := allowed.move(chart.Pair[rank+1][up+1]); decided {
			return m
		}
	}
	d := chart.Hard[min(h.best, blackjack.HighestHard)][up+1]
	if h.soft {
		d = chart.Soft[min(h.best, blackjack.HighestSoft)][up+1]
	}
	m, _ := allowed.move(d)
	return m
}

// offer is what the rules allow a hand besides hitting and standing.
type offer struct {
	split, double, surrender bool
}

// move turns a decision into a move; decided is false when it leaves a pair to its total.
func (o offer) move(d blackjack.Decision) (m blackjack.Move, decided bool) {
	switch {
	case o.double && (d == blackjack.DoubleOrHit || d == blackjack.DoubleOrStand):
		return blackjack.Double, true
	case o.surrender && (d == blackjack.SurrenderHit || d == blackjack.SurrenderStand || d == blackjack.SurrenderSplit):
		return blackjack.Surrender, true
	case d == blackjack.SplitIt || d == blackjack.SurrenderSplit:
		return blackjack.Split, o.split
	case d == blackjack.HitIt || d == blackjack.DoubleOrHit || d == blackjack.SurrenderHit:
		return blackjack.Hit, true
	}
	return blackjack.Stand, d != blackjack.ByTotal
}

// chartLine returns how a chart plays hands that are neither split nor surrendered.
func (w *world) chartLine(chart *blackjack.Chart, r blackjack.Rules, fromSplit bool) line {
	l := newLine(len(w.hands))
	r.LateSurrender = false
	for h := range w.hands {
		m := chartMove(chart, &w.hands[h], w.up, r, fromSplit, false)
		l.two[h], l.more[h] = m, m
	}
	return l
}
