package odds

import (
	"strconv"

	"croupier/games/blackjack"
)

// Row is what the moves are worth to a player's first two cards, against each upcard.
type Row struct {
	Hand    string          // "hard 16", "soft 18", "pair 8", "pair T", "pair A"
	Upcards [ranks]Expected // by the upcard's value less one: the ace's comes first
}

// Expected is what each move is worth to a hand, in opening stakes, when the dealer has looked and has no blackjack, or does not
// look; the moves after it are the best ones. Where a total can be made of several pairs of cards, it is their average, weighted
// by how often they are dealt. Hard 21, which two cards cannot make, is of three cards, and soft 21 is no blackjack.
type Expected struct {
	Allowed  [moves]bool // what the rules allow with this hand, by blackjack.Move; all false when it cannot be held
	Value    [moves]Fixed
	Best     blackjack.Move
	Possible bool // whether the shoe can deal the hand with this upcard
}

// moves are those up to blackjack.Surrender.
const moves = int(blackjack.Surrender) + 1

// Table returns the rows of hard totals 4 to 21, soft totals 13 to 21, and pairs of twos to tens and aces.
func (o *Odds) Table() []Row {
	const lowestSoft = 13
	var rows []Row
	add := func(name string, expected func(c *column) Expected) {
		row := Row{Hand: name}
		for up, c := range o.columns {
			row.Upcards[up] = expected(c)
		}
		rows = append(rows, row)
	}
	for total := blackjack.LowestHard; total <= 21; total++ {
		add("hard "+strconv.Itoa(total), func(c *column) Expected { return c.expectTotal(total, false) })
	}
	for total := lowestSoft; total <= 21; total++ {
		add("soft "+strconv.Itoa(total), func(c *column) Expected { return c.expectTotal(total, true) })
	}
	for i := range ranks {
		rank := (i + 1) % ranks
		add("pair "+"A23456789T"[rank:][:1], func(c *column) Expected { return c.expectPair(rank) })
	}
	return rows
}

// expectTotal averages over the hands of a total.
func (c *column) expectTotal(total int, soft bool) Expected {
	var sum cell
	size := 2
	consider := func(h int16, p Fixed) {
		if hand := &c.world.hands[h]; hand.size == size && hand.best == total && hand.soft == soft {
			sum.add(p, &c.choices[h], c.surrender(h).mean)
		}
	}
	if total == 21 && !soft {
		size = 3
	}
	for _, d := range c.deals {
		p := d.chance - d.chance.Times(d.natural)
		consider(d.hand, p)
		for rank, next := range c.world.hands[d.hand].next {
			if next != bust {
				consider(next, p.Over(c.world.next(d.hand, rank)))
			}
		}
	}
	if sum.weight == 0 {
		return Expected{}
	}
	average := choice{
		stand: sum.stand.Divide(sum.weight), hit: sum.hit.Divide(sum.weight), double: sum.double.Divide(sum.weight),
	}
	h := &hand{size: size, hard: total, best: total, soft: soft}
	return c.expected(h, &average, sum.surrender.Divide(sum.weight))
}

func (c *column) expectPair(rank int) Expected {
	h := c.world.hands.of(rank, rank)
	if !c.world.holds(h) {
		return Expected{}
	}
	e := c.expected(&c.world.hands[h], &c.choices[h], c.surrender(h).mean)
	e.offer(blackjack.Split, c.splits[rank])
	return e
}

// expected returns the moves that the rules allow with a hand, but for splitting.
func (c *column) expected(h *hand, v *choice, surrender Fixed) Expected {
	e := Expected{Possible: true, Best: blackjack.Stand}
	e.offer(blackjack.Stand, v.stand)
	if h.best == 21 {
		return e
	}
	e.offer(blackjack.Hit, v.hit)
	if mayDouble(c.rules, h, false) {
		e.offer(blackjack.Double, v.double)
	}
	if c.rules.LateSurrender {
		e.offer(blackjack.Surrender, surrender)
	}
	return e
}

func (e *Expected) offer(m blackjack.Move, value Fixed) {
	if e.Allowed[m], e.Value[m] = true, value; value > e.Value[e.Best] {
		e.Best = m
	}
}
