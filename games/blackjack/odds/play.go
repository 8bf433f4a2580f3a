package odds

import "croupier/games/blackjack"

// result is what is known of a hand's profit, in its first stake. It adds up over cases when each is weighted by its chance.
type result struct {
	mean   Fixed
	square Fixed // the mean of the profit's square
	lost   Fixed // the chance that all that was staked is lost, so that the hand pays nothing
}

func (r *result) add(other result) {
	r.mean += other.mean
	r.square += other.square
	r.lost += other.lost
}

func (r result) over(num, den int64) result {
	return result{r.mean.Over(num, den), r.square.Over(num, den), r.lost.Over(num, den)}
}

// doubled returns the result at twice the stake.
func (r result) doubled() result { return result{2 * r.mean, 4 * r.square, r.lost} }

var lostStake = result{mean: -One, square: One, lost: One}

// payTable are what the rules pay.
type payTable struct {
	win, natural Fixed // the profit of a hand that wins, and of a blackjack, per stake
}

func newPayTable(r blackjack.Rules) payTable {
	const basisPoints = 10_000
	win := One.Over(int64(basisPoints-r.Commission), basisPoints)
	return payTable{win, win.Over(int64(r.BlackjackPays.Num), int64(r.BlackjackPays.Den))}
}

// stand returns the result of a hand that takes no more cards and is no blackjack.
func (w *world) stand(pay payTable, h int16) (sum result) {
	for outcome := range Outcomes {
		sum.add(w.standAgainst(pay, h, outcome))
	}
	return sum
}

// standAgainst returns what the dealer's ending in one way adds to the result of a hand that stands.
func (w *world) standAgainst(pay payTable, h int16, outcome Outcome) result {
	chance, best := w.dealerEnds(h)[outcome], w.hands[h].best
	switch total := 17 + int(outcome-Dealer17); {
	case outcome == DealerBust, outcome < DealerBlackjack && total < best:
		mean := chance.Times(pay.win)
		return result{mean: mean, square: mean.Times(pay.win)}
	case outcome < DealerBlackjack && total == best:
		return result{}
	}
	return result{mean: -chance, square: chance, lost: chance}
}

// double returns the mean of one card more at twice the stake, per first stake.
func (w *world) double(pay payTable, h int16) Fixed {
	return 2 * w.draw(h, lostStake, func(next int16) result { return w.stand(pay, next) }).mean
}

// draw returns the result of a card more, given that of a bust and of every hand which is not bust by it.
func (w *world) draw(h int16, busted result, after func(next int16) result) (sum result) {
	for rank, next := range w.hands[h].next {
		num, den := w.next(h, rank)
		switch {
		case num == 0:
		case next == bust:
			sum.add(busted.over(num, den))
		default:
			sum.add(after(next).over(num, den))
		}
	}
	return sum
}

// line is a way to play a hand by its cards alone, against one upcard: a move for the first two cards, and one for more.
type line struct {
	two, more []blackjack.Move // by hand
}

func newLine(hands int) line {
	return line{make([]blackjack.Move, hands), make([]blackjack.Move, hands)}
}

// following plays hands of a world by a line, and remembers what it has found.
type following struct {
	*world
	pay    payTable
	by     line
	stands func(h int16) result
	busted result
	found  []*result // of hands of more than two cards
}

func (w *world) follow(pay payTable, by line) *following {
	return &following{
		world: w, pay: pay, by: by, stands: func(h int16) result { return w.stand(pay, h) }, busted: lostStake,
		found: make([]*result, len(w.hands)),
	}
}

// against follows the same line, but gives only what the dealer's ending in one way adds, as if the chance that the dealer ends
// so were the same whatever cards a bust hand holds: that of the hand beside.
func (f *following) against(outcome Outcome, beside int16) *following {
	only := f.world.follow(f.pay, f.by)
	only.stands = func(h int16) result { return f.standAgainst(f.pay, h, outcome) }
	chance := f.dealerEnds(beside)[outcome]
	only.busted = result{mean: -chance, square: chance, lost: chance}
	return only
}

// from returns the result of a hand that may still be hit, stood on or, of two cards, doubled, as the line says.
func (f *following) from(h int16) result {
	if f.hands[h].size == 2 {
		return f.play(h, f.by.two[h])
	}
	if f.found[h] == nil {
		r := f.play(h, f.by.more[h])
		f.found[h] = &r
	}
	return *f.found[h]
}

func (f *following) play(h int16, m blackjack.Move) result {
	switch m {
	case blackjack.Hit:
		return f.draw(h, f.busted, f.from)
	case blackjack.Double:
		return f.draw(h, f.busted, f.stands).doubled()
	}
	return f.stands(h)
}

// aim is the play that is looked for: the best or the worst.
type aim int

const (
	bestPlay  aim = 1
	worstPlay aim = -1
)

// prefers says whether a move that is worth one value is chosen rather than a move that is worth another.
func (a aim) prefers(value, other Fixed) bool { return Fixed(a)*value > Fixed(a)*other }

// choice is what the moves are worth to a hand, but for splitting.
type choice struct {
	stand, hit, double Fixed
	later              Fixed // the one of stand and hit that is chosen
	move               blackjack.Move
}

// optimise returns what hitting and standing are worth, to the play that is looked for, to all hands of a world that hold the
// cards of core, the number of a hand. double is filled in for hands of two cards.
func (w *world) optimise(a aim, pay payTable, core int16) []choice {
	choices := make([]choice, len(w.hands))
	for i := len(w.hands) - 1; i > 0; i-- {
		h := int16(i)
		if hand := &w.hands[h]; hand.size < 2 || !hand.cards.hold(&w.hands[core].cards) || !w.holds(h) {
			continue
		}
		c := &choices[h]
		c.stand = w.stand(pay, h).mean
		c.hit = w.draw(h, lostStake, func(next int16) result { return result{mean: choices[next].later} }).mean
		c.later, c.move = c.stand, blackjack.Stand
		if a.prefers(c.hit, c.stand) && w.hands[h].best < 21 { // 21 stands by itself
			c.later, c.move = c.hit, blackjack.Hit
		}
		if w.hands[h].size == 2 {
			c.double = w.double(pay, h)
		}
	}
	return choices
}

func (c *cards) hold(part *cards) bool {
	for rank, n := range part {
		if c[rank] < n {
			return false
		}
	}
	return true
}

// mayDouble says whether the rules allow to double a hand of two cards, of which a split made one if fromSplit.
func mayDouble(r blackjack.Rules, h *hand, fromSplit bool) bool {
	switch {
	case h.best == 21 || fromSplit && !r.DoubleAfterSplit:
		return false
	case r.DoubleOn == blackjack.AnyTwo:
		return true
	}
	return !h.soft && h.hard >= int(r.DoubleOn) && h.hard <= 11
}

// chosenLine returns the way to play hands that are not split again nor surrendered, given the choices of optimise.
func (w *world) chosenLine(a aim, r blackjack.Rules, choices []choice) line {
	l := newLine(len(w.hands))
	for h := range choices {
		c := &choices[h]
		l.two[h], l.more[h] = c.move, c.move
		if w.hands[h].size == 2 && a.prefers(c.double, c.later) && mayDouble(r, &w.hands[h], true) {
			l.two[h] = blackjack.Double
		}
	}
	return l
}
