package audit

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"croupier/wallet/money"
)

// chain follows a player's balance from one move of money to the next. Rounds come in the order in which they were opened, so the later
// steps of a round that stays open wait here until their time has come: no more rounds than there are games. The order is that of the
// recorded times; where clocks of two servers disagreed, a move that fits goes before one that does not.
type chain struct {
	order   *order
	known   bool // whether the balance is known: it is from the player's first move on, and before it where that is the first of all
	balance money.Amount
	waiting []waitingRound
}

// waitingRound is a round with steps to come.
type waitingRound struct {
	line  int64
	round string
	moves []move
}

// add follows the opening of a round, or a transfer. The steps of other rounds that came before it go first.
func (c *chain) add(l *link) {
	if len(l.moves) == 0 { // what it did to the balance is lost, which is a difference already
		before := func(m *move) bool { return m.at.Before(l.opened) }
		for next := c.earliest(before); next >= 0; next = c.earliest(before) {
			c.take(next)
		}
		c.known = false
		return
	}
	c.until(l)
	if len(l.moves) > 1 {
		c.waiting = append(c.waiting, waitingRound{l.line, strings.Clone(l.round), slices.Clone(l.moves[1:])})
	}
}

// until makes all moves that come before a line's first, and that.
func (c *chain) until(l *link) {
	first := &l.moves[0]
	for {
		next := c.earliest(func(m *move) bool { return m.at.Before(first.at) })
		switch {
		case next < 0: // all that waits is later: but if the line does not fit and something later does, clocks disagreed
			if next = c.earliest(c.fits); !c.fits(first) && next >= 0 {
				c.take(next)
				continue
			}
		case c.fits(&c.waiting[next].moves[0]):
			c.take(next)
			continue
		case c.fits(first): // it was before what waits
		default:
			if other := c.earliest(c.fits); other >= 0 {
				next = other
			}
			c.take(next)
			continue
		}
		c.make(first, l.line, l.round)
		return
	}
}

// earliest returns the waiting round with the earliest next move of those that are asked for, -1 if there is none.
func (c *chain) earliest(wanted func(*move) bool) int {
	found := -1
	for i := range c.waiting {
		m := &c.waiting[i].moves[0]
		if wanted(m) && (found < 0 || m.at.Before(c.waiting[found].moves[0].at)) {
			found = i
		}
	}
	return found
}

// fits says whether a move begins with the balance that the one before it left.
func (c *chain) fits(m *move) bool {
	return c.outside(m) || !c.known || c.same(m.before)
}

func (c *chain) same(a money.Amount) bool {
	if !c.balance.Currency().Valid() { // nothing was moved yet
		return a.IsZero()
	}
	return a.Equal(c.balance)
}

// outside says whether a move is not in the time that the export is of: what was between it and those in it is not known.
func (c *chain) outside(m *move) bool {
	f := &c.order.filters
	return f.Since != nil && m.at.Before(*f.Since) || f.Until != nil && !m.at.Before(*f.Until)
}

// take makes the next move of a waiting round.
func (c *chain) take(i int) {
	w := &c.waiting[i]
	c.make(&w.moves[0], w.line, w.round)
	if w.moves = w.moves[1:]; len(w.moves) == 0 {
		c.waiting[i] = c.waiting[len(c.waiting)-1]
		c.waiting = c.waiting[:len(c.waiting)-1]
	}
}

func (c *chain) make(m *move, line int64, round string) {
	if c.outside(m) {
		return
	}
	if !c.fits(m) {
		what := "a transfer does not begin with the balance that was left before it"
		if m.step >= 0 {
			what = fmt.Sprintf("step %d does not begin with the balance that was left before it, at %s", m.step, m.at.UTC().Format(time.RFC3339Nano))
		}
		left := c.balance.String()
		if !c.balance.Currency().Valid() {
			left = "0"
		}
		c.order.found.add(Difference{Check: checkBalance, Line: line, PlayerID: c.order.player, RoundID: round, What: what,
			Expected: left, Got: m.before.String()})
	}
	c.known, c.balance = true, m.after
}

// end makes all moves that still wait.
func (c *chain) end() {
	for len(c.waiting) > 0 {
		next := c.earliest(func(*move) bool { return true })
		if fitting := c.earliest(c.fits); fitting >= 0 {
			next = fitting
		}
		c.take(next)
	}
}
