package odds

import (
	"math/big"

	"croupier/games/blackjack"
)

// With infinite decks nothing that is drawn changes what may come, so a hand is its total, hands of a split are independent but
// for the dealer's, and the best and the worst play are found in fractions. This shares nothing with the computation for finite
// decks but the rules.

// endless computes the return of the best or the worst play with infinite decks, against one upcard. Values are 1 for an ace to 10.
type endless struct {
	aim      aim
	rules    blackjack.Rules
	win      *big.Rat // the profit of a hand that wins
	looks    bool     // the dealer looks for a blackjack with this upcard
	dealer   [totalsOver]*big.Rat
	natural  *big.Rat // the chance of a dealer's blackjack when it is not looked for, else 0
	standing [totalsOver]*big.Rat
	playing  map[total]*big.Rat
}

// total is what a hand is worth with aces as 1, and whether it has an ace.
type total struct {
	hard int
	ace  bool
}

// totalsOver is above any total: a hand that draws below 21 reaches 30 at the most.
const totalsOver = 32

func (t total) with(value int) total { return total{t.hard + value, t.ace || value == 1} }

func (t total) best() int {
	if t.soft() {
		return t.hard + 10
	}
	return t.hard
}

func (t total) soft() bool { return t.ace && t.hard <= 11 }

// chanceOf returns the chance of a card of a value.
func chanceOf(value int) *big.Rat {
	if value == 10 {
		return big.NewRat(4, 13)
	}
	return big.NewRat(1, 13)
}

// average returns the expectation of a figure of the next card's value.
func average(figure func(value int) *big.Rat) *big.Rat {
	sum := new(big.Rat)
	for value := 1; value <= 10; value++ {
		sum.Add(sum, times(chanceOf(value), figure(value)))
	}
	return sum
}

func times(a, b *big.Rat) *big.Rat { return new(big.Rat).Mul(a, b) }
func plus(a, b *big.Rat) *big.Rat  { return new(big.Rat).Add(a, b) }
func less(a, b *big.Rat) *big.Rat  { return new(big.Rat).Sub(a, b) }

// choose returns what the aim prefers of several values.
func (a aim) choose(of ...*big.Rat) *big.Rat {
	chosen := of[0]
	for _, r := range of[1:] {
		if r.Cmp(chosen) == int(a) {
			chosen = r
		}
	}
	return chosen
}

// exactReturn returns the return of the best or the worst play with infinite decks.
func exactReturn(a aim, r blackjack.Rules) *big.Rat {
	return plus(big.NewRat(1, 1), average(func(up int) *big.Rat {
		return newEndless(a, r, up).deal(up)
	}))
}

func newEndless(a aim, r blackjack.Rules, up int) *endless {
	e := &endless{aim: a, rules: r, win: big.NewRat(int64(10_000-r.Commission), 10_000), playing: make(map[total]*big.Rat)}
	e.looks = r.Peek && (up == 1 || up == 10)
	hidden := new(big.Rat) // the chance of the dealer's blackjack
	if up == 1 || up == 10 {
		hidden = chanceOf(11 - up)
	}
	for t := range e.dealer {
		e.dealer[t], e.standing[t] = new(big.Rat), new(big.Rat)
	}
	e.dealerDraws(total{}.with(up), 1, big.NewRat(1, 1))
	e.natural = hidden
	if e.looks {
		e.natural = new(big.Rat)
		none := new(big.Rat).Inv(less(big.NewRat(1, 1), hidden))
		for t := range e.dealer {
			e.dealer[t].Mul(e.dealer[t], none)
		}
	}
	for mine := range 22 {
		e.standing[mine].Neg(e.natural)
		for t, chance := range e.dealer {
			if t > 21 || t < mine {
				e.standing[mine].Add(e.standing[mine], times(chance, e.win))
			} else if t > mine {
				e.standing[mine].Sub(e.standing[mine], chance)
			}
		}
	}
	for t := 22; t < totalsOver; t++ {
		e.standing[t].SetInt64(-1)
	}
	return e
}

// dealerDraws adds up how the dealer's hand, held with a chance, ends; not as a blackjack.
func (e *endless) dealerDraws(held total, size int, chance *big.Rat) {
	best := held.best()
	switch {
	case size == 2 && best == 21:
	case best > 17 || best == 17 && !(held.soft() && e.rules.HitSoft17):
		e.dealer[best].Add(e.dealer[best], chance)
	default:
		for value := 1; value <= 10; value++ {
			e.dealerDraws(held.with(value), size+1, times(chance, chanceOf(value)))
		}
	}
}

// play returns what a hand is worth that can be hit and stood on.
func (e *endless) play(held total) *big.Rat {
	if held.best() >= 21 {
		return e.standing[held.best()]
	}
	if v := e.playing[held]; v != nil {
		return v
	}
	hit := average(func(value int) *big.Rat { return e.play(held.with(value)) })
	v := e.aim.choose(e.standing[held.best()], hit)
	e.playing[held] = v
	return v
}

// playTwo returns what a hand of two cards is worth that can also be doubled, if the rules allow it.
func (e *endless) playTwo(held total, fromSplit bool) *big.Rat {
	v := e.play(held)
	best := held.best()
	limited := e.rules.DoubleOn != blackjack.AnyTwo && (held.soft() || best < int(e.rules.DoubleOn) || best > 11)
	if best == 21 || limited || fromSplit && !e.rules.DoubleAfterSplit {
		return v
	}
	one := average(func(value int) *big.Rat { return e.standing[held.with(value).best()] })
	return e.aim.choose(v, times(big.NewRat(2, 1), one))
}

// split returns what it is worth to split a pair, to so many hands at the most.
func (e *endless) split(value, most int) *big.Rat {
	hand := func(second int) *big.Rat {
		held := total{}.with(value).with(second)
		if value == 1 {
			return e.standing[held.best()]
		}
		return e.playTwo(held, true)
	}
	any := average(hand)
	again := chanceOf(value)
	other := less(any, times(again, hand(value)))
	var rest func(hands, open int) *big.Rat
	rest = func(hands, open int) *big.Rat {
		if open == 0 || hands == most {
			return times(big.NewRat(int64(open), 1), any)
		}
		closed := plus(other, times(less(big.NewRat(1, 1), again), rest(hands, open-1)))
		return plus(closed, times(again, rest(hands+1, open+1)))
	}
	return rest(2, 2)
}

// deal returns the expected profit of a round with this upcard.
func (e *endless) deal(up int) *big.Rat {
	hole := new(big.Rat)
	if e.looks {
		hole = chanceOf(11 - up)
	}
	none := less(big.NewRat(1, 1), hole)
	profit := average(func(first int) *big.Rat {
		return average(func(second int) *big.Rat {
			held := total{}.with(first).with(second)
			if held.best() == 21 {
				pays := times(e.win, big.NewRat(int64(e.rules.BlackjackPays.Num), int64(e.rules.BlackjackPays.Den)))
				return times(less(none, e.natural), pays)
			}
			return less(times(none, e.first(first, second)), hole)
		})
	})
	if up == 1 && e.rules.Insurance {
		profit.Add(profit, e.aim.choose(new(big.Rat), less(times(big.NewRat(3, 2), chanceOf(10)), big.NewRat(1, 2))))
	}
	return profit
}

// first returns what the first two cards are worth, if they are no blackjack.
func (e *endless) first(first, second int) *big.Rat {
	v := e.playTwo(total{}.with(first).with(second), false)
	if e.rules.LateSurrender {
		half := big.NewRat(-1, 2)
		v = e.aim.choose(v, less(half, times(e.natural, big.NewRat(1, 2))))
	}
	if first == second {
		most := e.rules.MaxHands
		if first == 1 && !e.rules.ResplitAces {
			most = 2
		}
		for ; most >= 2; most-- {
			v = e.aim.choose(v, e.split(first, most))
		}
	}
	return v
}
