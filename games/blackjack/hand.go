package blackjack

// maxCards is the most cards of a hand: below a hard 21 it may take one more, and the 20 before it count at least 1 each.
const maxCards = 21

// HandStatus is where a player's hand stands.
type HandStatus uint8

// The statuses of a hand.
const (
	Waiting     HandStatus = iota // split off, with one card; its turn is to come
	Playing                       // its player decides
	Stood                         // by decision, or by itself: at 21, doubled, or a split ace
	Bust                          // over 21
	Natural                       // a blackjack: 21 with the first two cards
	Surrendered                   // given up for half of its stake
)

// Hand is a player's hand or the dealer's. It is a value.
type Hand struct {
	cards     [maxCards]Card
	size      uint8
	hard      uint8 // the sum of the cards' values, aces counted 1
	ace       bool
	status    HandStatus
	doubled   bool
	fromSplit bool
}

func (h *Hand) add(c Card) {
	h.cards[h.size] = c
	h.size++
	v := c.Value()
	h.hard += uint8(v)
	h.ace = h.ace || v == 1
}

// Cards returns the cards in the order dealt.
func (h *Hand) Cards() []Card { return h.cards[:h.size] }

// Size returns the number of cards.
func (h *Hand) Size() int { return int(h.size) }

// Total returns what the hand is worth. It is soft when an ace in it counts 11.
func (h *Hand) Total() (total int, soft bool) {
	if h.ace && h.hard <= 11 {
		return int(h.hard) + 10, true
	}
	return int(h.hard), false
}

// Pair returns the value of the cards, 1 for aces, if they are two of the same value.
func (h *Hand) Pair() (value int, ok bool) {
	if h.size != 2 {
		return 0, false
	}
	value = h.cards[0].Value()
	return value, value == h.cards[1].Value()
}

// Status returns where the hand stands. The dealer's has no meaning.
func (h *Hand) Status() HandStatus { return h.status }

// Doubled says whether the stake on the hand was doubled.
func (h *Hand) Doubled() bool { return h.doubled }

// FromSplit says whether the hand is one of a split.
func (h *Hand) FromSplit() bool { return h.fromSplit }

// stakes is what is staked on the hand, in opening bets.
func (h *Hand) stakes() int {
	if h.doubled {
		return 2
	}
	return 1
}

func (h *Hand) is21() bool {
	total, _ := h.Total()
	return total == 21
}

// isNatural says whether the cards would be a blackjack, were they the first two.
func (h *Hand) isNatural() bool { return h.size == 2 && h.is21() }

// isSplitAce says whether the hand is a split ace, which gets one card and no more.
func (h *Hand) isSplitAce() bool { return h.fromSplit && h.cards[0].Value() == 1 }
