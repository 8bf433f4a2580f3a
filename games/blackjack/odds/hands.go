package odds

import "sync"

// Ranks are numbered by value: 0 is the ace, 1 the two, and 9 everything that counts ten.
const (
	ranks = 10
	ace   = 0
	ten   = 9
)

// cards counts the cards of a hand or a shoe by rank.
type cards [ranks]int16

func (c *cards) total() (n int64) {
	for _, count := range c {
		n += int64(count)
	}
	return n
}

// hand is a multiset of cards that is not bust.
type hand struct {
	cards cards
	size  int // number of cards
	hard  int // total with aces as 1
	best  int // total with an ace as 11 if that does not bust
	soft  bool
	next  [ranks]int16 // the hand with one card more of the rank, or bust
}

// bust stands for any hand over 21.
const bust = -1

// catalogue lists all the hands that are not bust, number 0 being the empty one. A hand's number is below those of all that it
// can become by more cards.
type catalogue []hand

var allHands = sync.OnceValue(listHands)

func listHands() catalogue {
	var list catalogue
	numbers := make(map[cards]int16)
	var visit func(c cards, from int)
	for hard := 0; hard <= 21; hard++ {
		visit = func(c cards, from int) {
			left := hard
			for rank, n := range c {
				left -= (rank + 1) * int(n)
			}
			if left == 0 {
				numbers[c] = int16(len(list))
				list = append(list, newHand(c))
				return
			}
			for rank := from; rank < ranks && rank < left; rank++ {
				more := c
				more[rank]++
				visit(more, rank)
			}
		}
		visit(cards{}, 0)
	}
	for i := range list {
		for rank := range ranks {
			more := list[i].cards
			more[rank]++
			number, found := numbers[more]
			if !found {
				number = bust
			}
			list[i].next[rank] = number
		}
	}
	return list
}

func newHand(c cards) hand {
	h := hand{cards: c}
	for rank, n := range c {
		h.size += int(n)
		h.hard += (rank + 1) * int(n)
	}
	h.best = h.hard
	if c[ace] > 0 && h.hard <= 11 {
		h.best, h.soft = h.hard+10, true
	}
	return h
}

// of returns the number of the hand of these ranks, which must not be bust.
func (list catalogue) of(hand ...int) int16 {
	number := int16(0)
	for _, rank := range hand {
		number = list[number].next[rank]
	}
	return number
}

// pairOf returns the rank of a hand that is a pair, and whether it is one.
func (h *hand) pairOf() (rank int, is bool) {
	if h.size != 2 {
		return 0, false
	}
	for rank, n := range h.cards {
		if n == 2 {
			return rank, true
		}
	}
	return 0, false
}
