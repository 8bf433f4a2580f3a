package blackjack

import (
	"errors"

	"croupier/fairness"
	"croupier/games"
)

// Move is a decision of the player.
type Move uint8

// The moves.
const (
	Hit Move = iota
	Stand
	Double
	Split
	Surrender
	Insure  // takes the insurance that is offered
	Decline // does not
)

// Moves is a set of moves.
type Moves uint8

func movesOf(moves ...Move) (set Moves) {
	for _, m := range moves {
		set |= 1 << m
	}
	return set
}

// Has says whether the set holds m.
func (s Moves) Has(m Move) bool { return s&(1<<m) != 0 }

// InsuranceStatus is how a round's insurance stands.
type InsuranceStatus uint8

// The statuses of insurance.
const (
	NotOffered InsuranceStatus = iota
	Offered                    // it must be answered before anything else
	Declined
	Taken
)

// Table is one player's round, from the deal to the last card of the dealer. It knows cards and bets, no money: the opening bet is
// 1. One table serves any number of rounds; it is not safe for concurrent use.
type Table struct {
	rules     Rules
	shoe      *Shoe
	dealer    Hand
	hands     [maxHands]Hand
	count     int // of the hands in play
	active    int // the hand that decides
	insurance InsuranceStatus
	over      bool
	watch     *[]Dealt // is told of every card that is shown; nil when nobody looks
}

// Dealt is a card that the player gets to see: on which hand, or the dealer's.
type Dealt struct {
	Card Card
	Hand int // from 0; Dealer for the dealer's
}

// Dealer is the hand number of the dealer.
const Dealer = -1

// NewTable returns a table for rules, which must be valid, with a shoe that deals enough: Rules.Reach says how much.
func NewTable(rules Rules, shoe *Shoe) *Table {
	return &Table{rules: rules, shoe: shoe, over: true}
}

// Shuffle is a fresh round on a freshly shuffled shoe: see Shoe.Shuffle and Deal.
func (t *Table) Shuffle(stream *fairness.Stream, insurable bool) {
	t.shoe.Shuffle(stream)
	t.Deal(insurable)
}

// Deal begins a round: a card to the player, the dealer's upcard, a second card to the player and, if the dealer peeks, the hole
// card. The round may be over at once. insurable is false when half of the bet is less than the smallest unit of money: then
// insurance is not offered.
func (t *Table) Deal(insurable bool) {
	t.dealer, t.hands[0] = Hand{}, Hand{status: Playing}
	t.count, t.active, t.insurance, t.over = 1, 0, NotOffered, false
	t.give(0)
	t.dealerDraws()
	t.give(0)
	if t.rules.Peek {
		t.dealer.add(t.shoe.Deal()) // face down: nobody is told
	}
	if t.hands[0].isNatural() {
		t.hands[0].status = Natural
	}
	if t.rules.Insurance && insurable && t.Up().Value() == 1 {
		t.insurance = Offered
		return
	}
	t.begin()
}

// begin ends the round at once if there is nothing to decide, and lets the player play otherwise.
func (t *Table) begin() {
	h := &t.hands[0]
	if t.rules.Peek && t.dealer.isNatural() && h.status == Playing {
		h.status = Stood // there is nothing left to decide
	}
	if h.status != Playing {
		t.finish()
	}
}

func (t *Table) give(hand int) {
	c := t.shoe.Deal()
	t.hands[hand].add(c)
	t.show(c, hand)
}

func (t *Table) dealerDraws() {
	c := t.shoe.Deal()
	t.dealer.add(c)
	t.show(c, Dealer)
}

func (t *Table) show(c Card, hand int) {
	if t.watch != nil {
		*t.watch = append(*t.watch, Dealt{c, hand})
	}
}

// Rules returns the rules of the table.
func (t *Table) Rules() Rules { return t.rules }

// Up returns the dealer's upcard.
func (t *Table) Up() Card { return t.dealer.cards[0] }

// Over says whether the round is over.
func (t *Table) Over() bool { return t.over }

// Hands returns the player's hands. They are shared: do not change them, nor keep them over a move.
func (t *Table) Hands() []Hand { return t.hands[:t.count] }

// Hand returns the hand that decides, while the round is not over. It is shared, as those of Hands are.
func (t *Table) Hand() *Hand { return &t.hands[t.active] }

// Active returns the number, from 0, of the hand that decides.
func (t *Table) Active() int { return t.active }

// DealerHand returns all of the dealer's cards, once the round is over; before, it holds what the player must not see.
func (t *Table) DealerHand() *Hand { return &t.dealer }

// Insurance returns how the round's insurance stands.
func (t *Table) Insurance() InsuranceStatus { return t.insurance }

// Allowed returns the moves that the rules allow now: none when the round is over.
func (t *Table) Allowed() Moves {
	switch {
	case t.over:
		return 0
	case t.insurance == Offered:
		return movesOf(Insure, Decline)
	}
	allowed := movesOf(Stand)
	h := t.Hand()
	if !h.isSplitAce() {
		allowed |= movesOf(Hit)
	}
	if t.rules.mayDouble(h) {
		allowed |= movesOf(Double)
	}
	if t.rules.maySplit(h, t.count) {
		allowed |= movesOf(Split)
	}
	if t.rules.LateSurrender && h.size == 2 && !h.fromSplit {
		allowed |= movesOf(Surrender)
	}
	return allowed
}

// mayDouble says whether the first two cards of a hand may be doubled.
func (r *Rules) mayDouble(h *Hand) bool {
	if h.size != 2 || h.fromSplit && !r.DoubleAfterSplit || h.isSplitAce() {
		return false
	}
	total, soft := h.Total()
	return r.DoubleOn == AnyTwo || !soft && total >= int(r.DoubleOn) && total <= 11
}

// maySplit says whether a hand, one of so many, may be split.
func (r *Rules) maySplit(h *Hand, hands int) bool {
	_, pair := h.Pair()
	return pair && hands < r.MaxHands && (!h.isSplitAce() || r.ResplitAces)
}

// ErrMove is returned for a move that Allowed does not hold.
var ErrMove = errors.New("blackjack: the rules do not allow this move now")

// Play makes a move, and all that follows from it by itself. It returns ErrMove, having changed nothing, unless it is allowed.
func (t *Table) Play(m Move) error {
	if !t.Allowed().Has(m) {
		return ErrMove
	}
	h := t.Hand()
	switch m {
	case Hit:
		t.give(t.active)
	case Stand:
		h.status = Stood
	case Double:
		h.doubled = true
		t.give(t.active)
		h.status = Stood
	case Split:
		t.split()
	case Surrender:
		h.status = Surrendered
	case Insure:
		t.insurance = Taken
		t.begin()
		return nil
	case Decline:
		t.insurance = Declined
		t.begin()
		return nil
	}
	t.goOn()
	return nil
}

// split makes two hands of the active one: its second card begins a hand that is played right after it, and gets its own second
// card only then.
func (t *Table) split() {
	copy(t.hands[t.active+2:], t.hands[t.active+1:t.count])
	t.count++
	h, second := t.Hand(), &t.hands[t.active+1]
	first, moved := h.cards[0], h.cards[1]
	*h, *second = Hand{fromSplit: true, status: Playing}, Hand{fromSplit: true, status: Waiting}
	h.add(first)
	second.add(moved)
	t.give(t.active)
}

// goOn gives the turn to the next hand while the active one has nothing to decide, and ends the round after the last.
func (t *Table) goOn() {
	for {
		h := t.Hand()
		h.status = t.statusNow(h)
		if h.status == Playing {
			return
		}
		if t.active+1 == t.count {
			t.finish()
			return
		}
		t.active++
		t.hands[t.active].status = Playing
		t.give(t.active)
	}
}

// statusNow is the status of a hand after a card or a decision.
func (t *Table) statusNow(h *Hand) HandStatus {
	total, _ := h.Total()
	switch {
	case total > 21:
		return Bust
	case h.status == Playing && (total == 21 || h.isSplitAce() && !t.rules.maySplit(h, t.count)):
		return Stood
	}
	return h.status
}

// finish shows the hole card, draws for the dealer what is needed to settle the hands, and ends the round.
func (t *Table) finish() {
	t.over = true
	stood, asks := t.awaits()
	if t.rules.Peek {
		t.show(t.dealer.cards[1], Dealer)
	} else if stood || asks {
		t.dealerDraws()
	}
	if stood {
		for t.dealerMustDraw() {
			t.dealerDraws()
		}
	}
}

// awaits says what the hands wait for: stood, for the dealer to draw to the end; asks, only for whether the dealer has a blackjack,
// as a blackjack, a surrendered hand and insurance do.
func (t *Table) awaits() (stood, asks bool) {
	mayBeNatural := t.Up().Value() == 1 || t.Up().Value() == 10
	asks = t.insurance == Taken
	for i := range t.count {
		switch t.hands[i].status {
		case Stood:
			stood = true
		case Natural, Surrendered:
			asks = asks || mayBeNatural
		}
	}
	return stood, asks
}

func (t *Table) dealerMustDraw() bool {
	total, soft := t.dealer.Total()
	return total < 17 || total == 17 && soft && t.rules.HitSoft17
}

// HandResult is how a hand ended.
type HandResult string

// The results of a hand, as players are told them.
const (
	ResultWin       HandResult = "win"
	ResultLose      HandResult = "lose"
	ResultPush      HandResult = "push"
	ResultBlackjack HandResult = "blackjack" // won with a blackjack
	ResultBust      HandResult = "bust"
	ResultSurrender HandResult = "surrender"
)

// HandResult returns how hand i of a round that is over ended, and what it pays, its stake included, in opening bets.
func (t *Table) HandResult(i int) (HandResult, games.Multiple) {
	h := &t.hands[i]
	stake := games.Multiple(h.stakes()) * games.MultipleUnit
	dealerNatural := t.dealer.isNatural()
	switch {
	case h.status == Bust:
		return ResultBust, 0
	case h.status == Natural && dealerNatural:
		return ResultPush, stake
	case h.status == Natural:
		return ResultBlackjack, stake + t.rules.blackjackWin()
	case dealerNatural: // beats a 21 of any other kind, and is not surrendered to
		return ResultLose, 0
	case h.status == Surrendered:
		return ResultSurrender, stake / 2
	}
	mine, _ := h.Total()
	dealers, _ := t.dealer.Total()
	switch {
	case dealers > 21 || mine > dealers:
		return ResultWin, stake + games.Multiple(h.stakes())*t.rules.evenMoney()
	case mine == dealers:
		return ResultPush, stake
	}
	return ResultLose, 0
}

// InsuranceWins says, of a round that is over, whether insurance was taken and won.
func (t *Table) InsuranceWins() bool { return t.insurance == Taken && t.dealer.isNatural() }

// Result returns what was staked on the hands of a round that is over and what they pay, their stakes included, in opening bets,
// without insurance.
func (t *Table) Result() (staked, won games.Multiple) {
	for i := range t.count {
		_, pays := t.HandResult(i)
		won += pays
		staked += games.Multiple(t.hands[i].stakes()) * games.MultipleUnit
	}
	return staked, won
}
