package blackjack

import (
	"encoding/json"
	"fmt"

	"croupier/fairness"
	"croupier/games"
)

// Force takes {"player": [two cards], "dealer": [upcard, hole card], "next": [cards]} and returns the draws by which the shoe
// begins with them. Where the dealer does not peek, "dealer" is the upcard alone; "next", the cards that are dealt after those, may
// be left out. All other cards are shuffled as ever.
func (e *Engine) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		Player []string  `json:"player"`
		Dealer []string  `json:"dealer"`
		Next   *[]string `json:"next"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	dealers := 1
	if e.variant.Rules.Peek {
		dealers = 2
	}
	player, err := forcedCards("player", wanted.Player, 2, 2)
	if err != nil {
		return nil, err
	}
	dealer, err := forcedCards("dealer", wanted.Dealer, dealers, dealers)
	if err != nil {
		return nil, err
	}
	order := append([]Card{player[0], dealer[0], player[1]}, dealer[1:]...)
	if wanted.Next != nil {
		next, err := forcedCards("next", *wanted.Next, 0, e.variant.Rules.Reach()-len(order))
		if err != nil {
			return nil, err
		}
		order = append(order, next...)
	}
	words, missing := NewShoe(e.variant.Rules.Decks).wordsFor(order)
	if missing >= 0 {
		reason := fmt.Sprintf("must not hold %v more often than the shoe, which has %d decks", order[missing], e.variant.Rules.Decks)
		return nil, &games.FieldError{Field: "payload", Reason: reason}
	}
	return fairness.Script{initLabel: words}, nil
}

// forcedCards reads from least to most cards. Returns *games.FieldError.
func forcedCards(field string, names []string, least, most int) ([]Card, error) {
	switch {
	case len(names) >= least && len(names) <= most:
	case least == most:
		return nil, &games.FieldError{Field: field, Reason: fmt.Sprintf("must be %d cards", least)}
	default:
		return nil, &games.FieldError{Field: field, Reason: fmt.Sprintf("must be at most %d cards", most)}
	}
	cards := make([]Card, len(names))
	for i, name := range names {
		c, ok := ParseCard(name)
		if !ok {
			reason := `must be a card such as "AS", "TD" or "9H"`
			return nil, &games.FieldError{Field: fmt.Sprintf("%s[%d]", field, i), Reason: reason}
		}
		cards[i] = c
	}
	return cards, nil
}

// wordsFor returns the words that make a fresh shoe's shuffle deal these cards first: the k-th draw swaps the card at its place
// with the wanted one, wherever the draws before have left that. missing is the number of the first card that the shoe has not
// enough of, or −1. The shoe is spent.
func (s *Shoe) wordsFor(order []Card) (words []uint32, missing int) {
	for k, card := range order {
		if s.decks == 0 {
			words = append(words, uint32(card))
			continue
		}
		i := len(s.cards) - 1 - k
		j := 0
		for j <= i && s.cards[j] != card {
			j++
		}
		if j > i {
			return nil, k
		}
		s.cards[i], s.cards[j] = s.cards[j], s.cards[i]
		words = append(words, uint32(j)) // Intn(n) of a number below n is that number
	}
	return words, -1
}
