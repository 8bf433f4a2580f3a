package blackjack

import (
	"errors"
	"fmt"

	"croupier/games"
)

// rulesVersion counts the changes of what is not a switch: the order of the deal, the draws, the settlement.
const rulesVersion = 1

// Rules are the switches of a variant. What is not a switch: split aces get one card each, ten-valued cards of any rank are a
// pair, 21 after a split is not a blackjack, a hand of 21 stands by itself, nobody doubles for less, and insurance pays 2:1.
type Rules struct {
	Version          int      `json:"version"`
	Decks            int      `json:"decks"`            // 1, 2, 4, 6 or 8; 0: infinite, every card is drawn from a full pack
	HitSoft17        bool     `json:"hitSoft17"`        // the dealer draws to a soft 17
	BlackjackPays    Odds     `json:"blackjackPays"`    // 3:2 or 6:5
	DoubleOn         DoubleOn `json:"doubleOn"`         // what a hand of two cards may be doubled on
	DoubleAfterSplit bool     `json:"doubleAfterSplit"` // split hands may be doubled; split aces never
	MaxHands         int      `json:"maxHands"`         // 2 to 4: how many hands splits can make of one
	ResplitAces      bool     `json:"resplitAces"`      // a split ace that gets an ace may be split again, up to MaxHands
	LateSurrender    bool     `json:"lateSurrender"`    // as the first decision, and not against a dealer's blackjack
	Peek             bool     `json:"peek"`             // the dealer looks for blackjack first; otherwise there is no hole card
	Insurance        bool     `json:"insurance"`        // offered when the dealer shows an ace
	Commission       int      `json:"commission"`       // basis points (1/10,000) of what a hand wins on top of its stake
}

// Odds are what a stake wins: 3:2 is {3, 2}.
type Odds struct {
	Num int `json:"num"`
	Den int `json:"den"`
}

// DoubleOn is the lowest hard total that may be doubled, up to 11, or AnyTwo.
type DoubleOn int

// What may be doubled. But for AnyTwo, no soft hand may.
const (
	AnyTwo       DoubleOn = 0
	NineToEleven DoubleOn = 9
	TenToEleven  DoubleOn = 10
)

// maxHands is the most hands that any rules let a player have.
const maxHands = 4

// commissionUnit is the whole of a win in basis points.
const commissionUnit = 10_000

// Standard returns the rules of the default variant: 6 decks, the dealer stands on all 17s and peeks, blackjack pays 3:2, double
// on any first two cards, also after a split, split to 4 hands but aces only once, insurance, late surrender, no commission.
func Standard() Rules {
	return Rules{
		Version: rulesVersion, Decks: 6, BlackjackPays: Odds{3, 2}, DoubleOn: AnyTwo, DoubleAfterSplit: true, MaxHands: maxHands,
		LateSurrender: true, Peek: true, Insurance: true,
	}
}

// Check returns an error that names everything that is no rule of this game.
func (r Rules) Check() error {
	var wrong []error
	fail := func(format string, args ...any) { wrong = append(wrong, fmt.Errorf(format, args...)) }
	if r.Version != rulesVersion {
		fail("version is %d, not %d", r.Version, rulesVersion)
	}
	switch r.Decks {
	case 0, 1, 2, 4, 6, 8:
	default:
		fail("%d decks are not 1, 2, 4, 6, 8 or 0 for infinite", r.Decks)
	}
	if r.BlackjackPays != (Odds{3, 2}) && r.BlackjackPays != (Odds{6, 5}) {
		fail("a blackjack pays %d:%d, not 3:2 or 6:5", r.BlackjackPays.Num, r.BlackjackPays.Den)
	}
	if r.DoubleOn != AnyTwo && r.DoubleOn != NineToEleven && r.DoubleOn != TenToEleven {
		fail("doubling from %d is not from 9, from 10 or 0 for any two cards", r.DoubleOn)
	}
	if r.MaxHands < 2 || r.MaxHands > maxHands {
		fail("%d hands are not 2 to %d", r.MaxHands, maxHands)
	}
	if r.Commission < 0 || r.Commission > commissionUnit {
		fail("a commission of %d basis points is not from 0 to %d", r.Commission, commissionUnit)
	}
	return errors.Join(wrong...)
}

// evenMoney is what a bet of 1 wins, after commission, on top of its return. It is exact: a basis point is 10,000 units of 10^-8.
func (r Rules) evenMoney() games.Multiple {
	return games.Multiple(commissionUnit-r.Commission) * (games.MultipleUnit / commissionUnit)
}

// blackjackWin is what a bet of 1 wins with a blackjack, after commission. It is exact: 10,000 is divisible by 2 and by 5.
func (r Rules) blackjackWin() games.Multiple {
	return r.evenMoney() * games.Multiple(r.BlackjackPays.Num) / games.Multiple(r.BlackjackPays.Den)
}

// Reach is how many cards a round can take at the most, so that no more need be drawn than that. A hand takes another card only
// below a hard total of 21, the dealer only below 17: without the last card of each, aces counted 1, the hands are worth no more
// than 20 each and the dealer 16. The most cards of so little worth are the lowest ones of the shoe.
func (r Rules) Reach() int {
	worth, reach := 20*r.MaxHands+16, r.MaxHands+1
	if r.Decks == 0 {
		return worth + reach
	}
	for value := 1; worth >= value; value++ {
		n := min(4*r.Decks, worth/value)
		worth, reach = worth-n*value, reach+n
	}
	return reach
}
