package blackjack

import (
	"croupier/games"
	"croupier/wallet/money"
)

// Ceiling implements games.Ceiling: as many hands as the rules allow, each doubled if that may be, all of which win. A dealer's blackjack,
// against which insurance pays, leaves at most a stake that comes back.
func (e *Engine) Ceiling(money.Currency, games.Action) (games.Multiple, error) {
	const won, doubled = 2, 2 // a hand that wins pays twice its stake
	rules := e.variant.Rules
	split := int64(rules.MaxHands) * won
	if rules.DoubleAfterSplit {
		split *= doubled
	}
	natural := games.MultipleUnit + (games.MultipleUnit*int64(rules.BlackjackPays.Num)+int64(rules.BlackjackPays.Den)-1)/int64(rules.BlackjackPays.Den)
	insured := int64(games.MultipleUnit) * 5 / 2 // half of the stake at 2:1, and a blackjack of the player's own that stands off
	return games.Multiple(max(split*games.MultipleUnit, won*doubled*games.MultipleUnit, natural, insured)), nil
}
