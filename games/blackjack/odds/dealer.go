package odds

// Outcome is how the dealer's hand ends.
type Outcome int

// The dealer's outcomes.
const (
	Dealer17 Outcome = iota
	Dealer18
	Dealer19
	Dealer20
	Dealer21 // not a blackjack
	DealerBlackjack
	DealerBust
	Outcomes // their number
)

// Distribution is the chance of each of the dealer's outcomes.
type Distribution [Outcomes]Fixed

// mostDrawn bounds the number of cards that a dealer draws to the upcard, by either rule at soft 17 and from any number of decks.
const mostDrawn = 16

// script is all that a dealer can draw to an upcard, as a tree of multisets with the ranks in order, so that what two multisets
// begin with is multiplied out once. Nodes are in depth-first order.
//
// Cards are drawn without looking at them first, so every order of the same cards is as likely: the chance of an outcome is the
// sum, over the multisets that end in it, of the number of orders in which a dealer can draw them times the chance of one order.
type script struct {
	nodes  []node
	copies [ranks]int64 // the most cards of each rank that a dealer draws
}

type node struct {
	rank, copy uint8  // the card that this node adds: the copy-th of its rank
	size       uint8  // number of cards drawn, this one included
	slot       uint8  // where to count: outcome·mostDrawn + size
	orders     uint32 // in how many orders a dealer ends with just these cards; 0 if never
	skip       int32  // the node after all those below this one
}

// newScript lists what a dealer draws to an upcard.
func newScript(up int, hitsSoft17 bool) *script {
	type end struct {
		orders  uint32
		outcome Outcome
	}
	ends := make(map[cards]end)
	var draw func(drawn cards, size int)
	draw = func(drawn cards, size int) {
		held := drawn
		held[up]++
		h := newHand(held)
		if size > 0 && (h.best > 17 || h.best == 17 && !(h.soft && hitsSoft17)) {
			e := ends[drawn]
			e.orders++
			switch {
			case h.best > 21:
				e.outcome = DealerBust
			case h.best == 21 && size == 1:
				e.outcome = DealerBlackjack
			default:
				e.outcome = Outcome(h.best - 17)
			}
			ends[drawn] = e
			return
		}
		for rank := range ranks {
			drawn[rank]++
			draw(drawn, size+1)
			drawn[rank]--
		}
	}
	draw(cards{}, 0)

	within := make(map[cards]bool) // what the multisets begin with
	for drawn := range ends {
		for rank := ranks - 1; rank >= 0; rank-- {
			for drawn[rank] > 0 {
				within[drawn] = true
				drawn[rank]--
			}
		}
	}
	s := &script{}
	var grow func(drawn cards, size, from int)
	grow = func(drawn cards, size, from int) {
		for rank := from; rank < ranks; rank++ {
			drawn[rank]++
			if within[drawn] {
				e := ends[drawn]
				s.copies[rank] = max(s.copies[rank], int64(drawn[rank]))
				s.nodes = append(s.nodes, node{rank: uint8(rank), copy: uint8(drawn[rank]), size: uint8(size + 1),
					slot: uint8(int(e.outcome)*mostDrawn + size + 1), orders: e.orders})
				at := len(s.nodes) - 1
				grow(drawn, size+1, rank)
				s.nodes[at].skip = int32(len(s.nodes))
			}
			drawn[rank]--
		}
	}
	grow(cards{}, 0, 0)
	return s
}

// play returns how the dealer ends when drawing from a shoe. Every count must be ≥ 0.
//
// Each chance is truncated at most once a card, so the sum is off by less than the number of orders (22,465 at most) times
// mostDrawn units: 5·10^-12.
func (s *script) play(from *shoe) Distribution {
	// As if a card were put back each time, but never the same one twice; what that makes too little is made up for by size
	// below.
	var chance [ranks][mostDrawn]Fixed
	for rank, copies := range s.copies {
		for copy := range copies {
			left := int64(from.cards[rank])
			if !from.endless {
				left -= copy
			}
			if left > 0 {
				chance[rank][copy] = One.Over(left, from.size)
			}
		}
	}
	var path [mostDrawn]Fixed
	var sums [int(Outcomes) * mostDrawn]Fixed
	path[0] = One
	for i := 0; i < len(s.nodes); {
		n := &s.nodes[i]
		p := path[(n.size-1)%mostDrawn].timesPositive(chance[n.rank%ranks][(n.copy-1)%mostDrawn])
		if p == 0 {
			i = int(n.skip)
			continue
		}
		path[n.size%mostDrawn] = p
		sums[n.slot] += p * Fixed(n.orders)
		i++
	}
	var d Distribution
	for outcome := range d {
		d[outcome] = from.withoutReturn(sums[outcome*mostDrawn:][:mostDrawn])
	}
	return d
}

// withoutReturn adds up chances by number of cards drawn, each times size^n/(size·(size−1)·…), n being that number.
func (s *shoe) withoutReturn(byNumber []Fixed) (sum Fixed) {
	for n := len(byNumber) - 1; n > 0; n-- {
		if sum += byNumber[n]; sum != 0 && !s.endless {
			sum = sum.Over(s.size, s.size-int64(n-1))
		}
	}
	return sum
}

// without returns the distribution once it is known that the dealer has no blackjack.
func (d Distribution) without(blackjack bool) Distribution {
	none := One - d[DealerBlackjack]
	if !blackjack || none == One {
		return d
	}
	for outcome := range d {
		d[outcome] = d[outcome].Divide(none)
	}
	d[DealerBlackjack] = 0
	return d
}
