package blackjack

import "strings"

// Card is one of the 52 cards: its rank is the number mod 13 (0 ace, 1 two, … 8 nine, 9 ten, 10 jack, 11 queen, 12 king), its
// suit the number divided by 13 (0 spades, 1 hearts, 2 diamonds, 3 clubs).
type Card uint8

// A pack of cards.
const (
	packSize = 52
	ranks    = 13
)

const (
	rankNames = "A23456789TJQK"
	suitNames = "SHDC"
)

// Value is what the card counts: 1 for an ace, 2 to 9, 10 for tens and pictures.
func (c Card) Value() int { return int(values[c%packSize]) }

// values are the cards' values; a table is faster than the two divisions.
var values = func() (v [packSize]uint8) {
	for c := range v {
		v[c] = uint8(min(c%ranks+1, 10))
	}
	return v
}()

// String writes rank and suit: "AS" is the ace of spades, "TD" the ten of diamonds.
func (c Card) String() string { return allNames[2*(int(c)%packSize):][:2] }

// allNames are the names of all cards, one after the other, so that a name is a piece of them.
var allNames = func() string {
	var names strings.Builder
	for c := range packSize {
		names.WriteByte(rankNames[c%ranks])
		names.WriteByte(suitNames[c/ranks])
	}
	return names.String()
}()

// ParseCard reads what String writes.
func ParseCard(text string) (c Card, ok bool) {
	if len(text) != 2 {
		return 0, false
	}
	rank, suit := strings.IndexByte(rankNames, text[0]), strings.IndexByte(suitNames, text[1])
	if rank < 0 || suit < 0 {
		return 0, false
	}
	return Card(suit*ranks + rank), true
}

// cardList writes cards one after the other: "ASTD".
func cardList(cards []Card) string {
	var text strings.Builder
	text.Grow(2 * len(cards))
	for _, c := range cards {
		text.WriteString(c.String())
	}
	return text.String()
}

// parseCardList reads what cardList writes.
func parseCardList(text string) (cards []Card, ok bool) {
	if len(text)%2 != 0 {
		return nil, false
	}
	cards = make([]Card, 0, len(text)/2)
	for ; text != ""; text = text[2:] {
		c, ok := ParseCard(text[:2])
		if !ok {
			return nil, false
		}
		cards = append(cards, c)
	}
	return cards, true
}

func cardNames(cards []Card) []string {
	names := make([]string, len(cards))
	for i, c := range cards {
		names[i] = c.String()
	}
	return names
}
