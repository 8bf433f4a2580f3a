package odds

import "croupier/games/blackjack"

// Splits
//
// A hand made by a split is played by its own cards and the upcard alone, whatever the hands beside it have drawn, and a pair
// that is split is split again whenever it comes again, up to a number of hands. Given that, nothing is approximated: unseen
// cards are as likely in any order, so every such hand has the same expectation as if it were the first to draw, and the hands
// beside it matter only by what is known of them all: which cards are of the pair, and which second cards are not.

// mostGone is the most cards of a pair that the terms of a split look at: of four hands, and of two other second cards.
const mostGone = 6

// splitting is a pair that is split against one upcard.
type splitting struct {
	rank  int
	most  int          // number of hands that the rules let it become
	first int16        // the hand of one card of the pair
	world []*following // by number of cards of the pair that are known to be gone from the shoe, less two
}

// newSplitting prepares the split of a pair against the upcard of w. choose says how hands are played, given the world in which
// the two cards of the pair are gone.
func newSplitting(r blackjack.Rules, w *world, rank int, choose func(w *world, first int16) line) *splitting {
	s := &splitting{rank: rank, most: r.MaxHands, first: w.hands.of(rank)}
	if rank == ace && !r.ResplitAces {
		s.most = 2
	}
	var by line
	for gone := int16(2); gone <= mostGone; gone++ {
		if from, _ := w.shoe.less(rank, gone-1); from.cards[rank] <= 0 {
			break // there are not so many
		}
		next := w.without(rank, gone-1)
		switch {
		case gone > 2:
		case rank == ace:
			by = newLine(len(w.hands))
			for h := range by.two {
				by.two[h] = blackjack.Stand // split aces get one card
			}
		default:
			by = choose(next, s.first)
		}
		s.world = append(s.world, next.follow(newPayTable(r), by))
	}
	return s
}

// again returns the chance that a card is of the pair when so many of it are gone.
func (s *splitting) again(gone int) Fixed {
	if gone-2 >= len(s.world) {
		return 0
	}
	return One.Over(s.world[gone-2].next(s.first, s.rank))
}

// term is a figure of one hand, by number of cards of the pair that are gone: over all second cards, and over those only that are
// not of the pair, each weighted by its chance.
type term struct {
	any, other [mostGone + 1]Fixed
}

// term computes a figure from that of each hand of two cards.
func (s *splitting) term(figure func(f *following, h int16) Fixed) (t term) {
	for i, f := range s.world {
		for rank, h := range f.hands[s.first].next {
			num, den := f.next(s.first, rank)
			if num == 0 {
				continue
			}
			part := figure(f, h).Over(num, den)
			t.any[i+2] += part
			if rank != s.rank {
				t.other[i+2] += part
			}
		}
	}
	return t
}

// sum returns the expected sum of a figure over all hands that a pair becomes, up to most of them. weigh makes of each part of
// it, given the number of hands it belongs to, what is to be added up; nil for the part itself.
//
// As long as there may be more hands, one hand after the other gets its second card: a card of the pair makes a hand more, any
// other closes the hand. When there are enough hands, the open ones may get any card.
func (s *splitting) sum(most int, t term, weigh func(part Fixed, hands int) Fixed) (sum Fixed) {
	var walk func(hands, open, closed int, chance Fixed)
	walk = func(hands, open, closed int, chance Fixed) {
		if hands == most || open == 0 {
			part := Fixed(open) * s.besides(closed, &t.any, hands)
			if closed > 0 {
				part += Fixed(closed) * s.besides(closed-1, &t.other, hands)
			}
			part = part.Times(chance)
			if weigh != nil {
				part = weigh(part, hands)
			}
			sum += part
			return
		}
		walk(hands, open-1, closed+1, chance)
		if again := s.again(hands); again > 0 {
			walk(hands+1, open+1, closed, chance.Times(again))
		}
	}
	walk(2, 2, 0, One)
	return sum
}

// besides returns the expectation of a figure where n more second cards, of hands beside, are not of the pair, by inclusion and
// exclusion: all cases, less those in which one of them is of the pair, and so on.
func (s *splitting) besides(n int, figure *[mostGone + 1]Fixed, gone int) (sum Fixed) {
	ways, chance := Fixed(1), One
	for i := 0; i <= n && chance > 0; i++ {
		part := ways * figure[gone+i].Times(chance)
		if i%2 == 1 {
			part = -part
		}
		sum += part
		ways = ways * Fixed(n-i) / Fixed(i+1)
		chance = chance.Times(s.again(gone + i))
	}
	return sum
}

// mean returns the expected profit of the split, given the way to play its hands, when it is split again up to the number of
// hands that the aim prefers, 2 if splitting again is not worth it.
func (s *splitting) mean(a aim) (chosen Fixed) {
	t := s.term(func(f *following, h int16) Fixed { return f.from(h).mean })
	for most := 2; most <= s.most; most++ {
		if mean := s.sum(most, t, nil); most == 2 || a.prefers(mean, chosen) {
			chosen = mean
		}
	}
	return chosen
}
