package odds

import (
	"sync"
	"sync/atomic"
)

// shoe is what is left of the cards. An endless one never runs out: its cards are a full pack, put back after each draw.
type shoe struct {
	cards   cards
	size    int64
	endless bool
}

func newShoe(decks int) *shoe {
	s := &shoe{endless: decks == 0}
	for rank := range s.cards {
		s.cards[rank] = int16(4 * max(decks, 1))
	}
	s.cards[ten] *= 4
	s.size = s.cards.total()
	return s
}

// less returns the shoe without n cards of a rank, and whether it holds so many.
func (s *shoe) less(rank int, n int16) (*shoe, bool) {
	left := *s
	if !s.endless {
		left.cards[rank] -= n
		left.size -= int64(n)
	}
	return &left, left.cards[rank] >= 0
}

// lessHand returns the shoe without a hand, and whether it holds one.
func (s *shoe) lessHand(c *cards, size int) (left shoe, holds bool) {
	left = *s
	if s.endless {
		return left, true
	}
	left.size -= int64(size)
	for rank, n := range c {
		left.cards[rank] -= n
		if left.cards[rank] < 0 {
			return left, false
		}
	}
	return left, true
}

// world is what a player knows while a hand is played: the dealer's upcard, whether the dealer has looked for a blackjack, and a
// shoe that holds the hand's cards and all that nobody has seen, the hole card among them.
type world struct {
	hands    catalogue
	script   *script
	shoe     *shoe
	up       int
	excluded int // the rank that the hole card is known not to be, or −1

	dealer []atomic.Pointer[Distribution] // by hand: how the dealer will end; made when asked for
	fewer  sync.Map                       // the worlds that without has made, by what is gone
}

// gone is what is gone from a shoe: n cards of a rank.
type gone struct {
	rank int
	n    int16
}

func newWorld(s *script, up int, peek bool, from *shoe) *world {
	w := &world{hands: allHands(), script: s, shoe: from, up: up, excluded: -1}
	if peek && up == ace {
		w.excluded = ten
	} else if peek && up == ten {
		w.excluded = ace
	}
	w.dealer = make([]atomic.Pointer[Distribution], len(w.hands))
	return w
}

// without returns the world in which n cards of a rank, which its shoe must hold, are gone besides. It is the same each time, with
// all that is known of it.
func (w *world) without(rank int, n int16) *world {
	if known, ok := w.fewer.Load(gone{rank, n}); ok {
		return known.(*world)
	}
	from, _ := w.shoe.less(rank, n)
	known, _ := w.fewer.LoadOrStore(gone{rank, n}, newWorld(w.script, w.up, w.excluded >= 0, from))
	return known.(*world)
}

// holds says whether the hand can be dealt from the shoe.
func (w *world) holds(h int16) bool {
	_, holds := w.shoe.lessHand(&w.hands[h].cards, w.hands[h].size)
	return holds
}

// dealerEnds returns how the dealer will end when the player holds just this hand of the shoe.
func (w *world) dealerEnds(h int16) *Distribution {
	if w.shoe.endless {
		h = 0
	}
	if d := w.dealer[h].Load(); d != nil {
		return d
	}
	left, _ := w.shoe.lessHand(&w.hands[h].cards, w.hands[h].size)
	d := w.script.play(&left).without(w.excluded >= 0)
	w.dealer[h].Store(&d) // if somebody else does it at the same time, it is the same
	return &d
}

// next returns the chance, as a fraction, that the card after the hand is of a rank.
func (w *world) next(h int16, rank int) (num, den int64) {
	if w.shoe.endless {
		return int64(w.shoe.cards[rank]), w.shoe.size
	}
	hand := &w.hands[h]
	hidden := int64(-1)
	if w.excluded >= 0 && w.excluded != rank {
		hidden = int64(w.shoe.cards[w.excluded] - hand.cards[w.excluded])
	}
	return w.chance(int64(w.shoe.cards[rank]-hand.cards[rank]), w.shoe.size-int64(hand.size), hidden)
}

// chance returns the chance of a card of which n are among the cards that nobody has seen. other is how many of these the hole
// card is known not to be, or −1 if there are none or if these are just the n.
//
// With N unseen cards, the hole card is one of N−other, and leaves n of the N−1 others, or n−1 if it is one of the n. That makes
// n·(N−1−other) / ((N−1)·(N−other)); and n / (N−1) if the hole card is known to be none of the n.
func (w *world) chance(n, unseen, other int64) (num, den int64) {
	switch {
	case n <= 0:
		return 0, 1
	case w.excluded < 0:
		return n, unseen
	case other < 0:
		return n, unseen - 1
	}
	return n * (unseen - 1 - other), (unseen - 1) * (unseen - other)
}
