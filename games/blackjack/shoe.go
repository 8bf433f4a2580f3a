package blackjack

import "croupier/fairness"

// Shoe deals the cards of a round. The shoe of n decks is the cards 0 to 51 n times in that order, shuffled by
// fairness.Stream.Shuffle and dealt from its last card down. As the shuffle fixes the last card with its first draw, the one
// before it with its second and so on, a shoe makes each draw only when the card is dealt: the cards are the same as those of the
// full shuffle. In an infinite shoe every card is a draw of its own, Intn(52). A shoe is not safe for concurrent use.
type Shoe struct {
	cards  []Card // a whole shoe; or, of a stacked one, the cards that are left, the next one last
	left   int    // cards that are not dealt
	stream *fairness.Stream
	swaps  []uint16 // what each draw swapped with, to put the cards back in order
	decks  int
}

// NewShoe returns a shoe of so many decks, 0 for infinite, that must be shuffled before it deals.
func NewShoe(decks int) *Shoe {
	s := &Shoe{cards: make([]Card, decks*packSize), decks: decks}
	for i := range s.cards {
		s.cards[i] = Card(i % packSize)
	}
	return s
}

// Shuffle puts all cards back and shuffles them anew by the stream's next draws, which are made as the cards are dealt.
func (s *Shoe) Shuffle(stream *fairness.Stream) {
	for k := len(s.swaps) - 1; k >= 0; k-- {
		i, j := len(s.cards)-1-k, s.swaps[k]
		s.cards[i], s.cards[j] = s.cards[j], s.cards[i]
	}
	s.swaps = s.swaps[:0]
	s.stream, s.left = stream, len(s.cards)
}

// Stacked returns a shoe that deals these cards, the first one first. It panics when it is asked for more.
func Stacked(cards ...Card) *Shoe {
	s := &Shoe{cards: make([]Card, len(cards)), left: len(cards), decks: -1}
	for i, c := range cards {
		s.cards[len(cards)-1-i] = c
	}
	return s
}

// Deal returns the next card.
func (s *Shoe) Deal() Card {
	if s.decks == 0 {
		return Card(s.stream.Intn(packSize))
	}
	s.left--
	i := s.left
	if s.stream != nil && i > 0 {
		j := int(s.stream.Intn(uint64(i) + 1))
		s.cards[i], s.cards[j] = s.cards[j], s.cards[i]
		s.swaps = append(s.swaps, uint16(j))
	}
	return s.cards[i]
}

// rest returns the cards that a stacked shoe has left, the next one first.
func (s *Shoe) rest() []Card {
	cards := make([]Card, s.left)
	for i := range cards {
		cards[i] = s.cards[s.left-1-i]
	}
	return cards
}
