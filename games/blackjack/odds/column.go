package odds

import "croupier/games/blackjack"

// column is all that is computed against one upcard.
type column struct {
	aim     aim
	rules   blackjack.Rules
	pay     payTable
	up      int
	world   *world
	deals   []deal
	choices []choice         // play of hands that are not split, by hand
	splits  [ranks]Fixed     // what splitting a pair is worth
	first   []blackjack.Move // the first move, by hand of two cards
}

// deal is the player's two cards together with the upcard.
type deal struct {
	hand    int16
	chance  Fixed // of these cards and this upcard
	natural Fixed // the chance, given them, that the dealer looks and has a blackjack
	tens    Fixed // the chance, given them, that the hole card counts ten
}

func newColumn(r blackjack.Rules, up int) *column {
	full := newShoe(r.Decks)
	chance := One.Over(int64(full.cards[up]), full.size)
	from, _ := full.less(up, 1)
	c := &column{aim: bestPlay, rules: r, pay: newPayTable(r), up: up}
	c.world = newWorld(newScript(up, r.HitSoft17), up, r.Peek, from)
	c.first = make([]blackjack.Move, len(c.world.hands))
	for one := range ranks {
		second, _ := from.less(one, 1)
		for other := one; other < ranks; other++ {
			p := chance.Over(int64(from.cards[one]), from.size).Over(int64(second.cards[other]), second.size)
			if other != one {
				p *= 2
			}
			if p == 0 {
				continue
			}
			d := deal{hand: c.world.hands.of(one, other), chance: p}
			left, _ := second.less(other, 1)
			d.tens = One.Over(int64(left.cards[ten]), left.size)
			if c.world.excluded >= 0 {
				d.natural = One.Over(int64(left.cards[c.world.excluded]), left.size)
			}
			c.deals = append(c.deals, d)
		}
	}
	return c
}

// isNatural says whether a hand, as dealt, is a blackjack.
func isNatural(h *hand) bool { return h.size == 2 && h.best == 21 }

// worst returns the same column to be played as badly as possible.
func (c *column) worst() *column {
	return &column{
		aim: worstPlay, rules: c.rules, pay: c.pay, up: c.up, world: c.world, deals: c.deals,
		first: make([]blackjack.Move, len(c.world.hands)),
	}
}

// optimise finds the play that is looked for, and returns what the column adds to the expected profit.
func (c *column) optimise() (mean Fixed) {
	w := c.world
	c.choices = w.optimise(c.aim, c.pay, 0)
	for rank := range ranks {
		if from, holds := w.shoe.less(rank, 2); holds || from.endless {
			split := newSplitting(c.rules, w, rank, func(w *world, first int16) line {
				return w.chosenLine(c.aim, c.rules, w.optimise(c.aim, c.pay, first))
			})
			c.splits[rank] = split.mean(c.aim)
		}
	}
	for _, d := range c.deals {
		value := c.chooseFirst(d.hand)
		mean += d.chance.Times(value - (value + One).Times(d.natural)) // a dealer's blackjack takes the stake …
		if isNatural(&w.hands[d.hand]) {
			mean += d.chance.Times(d.natural) // … but for a blackjack's
		}
		if insurance := (3*d.tens - One) / 2; c.up == ace && c.rules.Insurance && c.aim.prefers(insurance, 0) {
			mean += d.chance.Times(insurance)
		}
	}
	return mean
}

// chooseFirst finds the first move of a hand, and returns what it is worth when the dealer has not shown a blackjack.
func (c *column) chooseFirst(h int16) (chosen Fixed) {
	hand, choice := &c.world.hands[h], &c.choices[h]
	if isNatural(hand) {
		c.first[h] = blackjack.Stand
		return c.natural(h).mean
	}
	chosen, c.first[h] = choice.later, choice.move
	consider := func(m blackjack.Move, value Fixed, allowed bool) {
		if allowed && c.aim.prefers(value, chosen) {
			chosen, c.first[h] = value, m
		}
	}
	consider(blackjack.Double, choice.double, mayDouble(c.rules, hand, false))
	rank, pair := hand.pairOf()
	consider(blackjack.Split, c.splits[rank], pair)
	consider(blackjack.Surrender, c.surrender(h).mean, c.rules.LateSurrender)
	return chosen
}

// natural returns the result of a blackjack when the dealer has not shown one.
func (c *column) natural(h int16) result {
	none := One - c.world.dealerEnds(h)[DealerBlackjack]
	return result{mean: none.Times(c.pay.natural), square: none.Times(c.pay.natural).Times(c.pay.natural)}
}

// surrender returns the result of giving up half of the stake, and all of it if the dealer turns out to have a blackjack.
func (c *column) surrender(h int16) result {
	lost := c.world.dealerEnds(h)[DealerBlackjack]
	return result{mean: -(One-lost)/2 - lost, square: (One-lost)/4 + lost, lost: lost}
}
