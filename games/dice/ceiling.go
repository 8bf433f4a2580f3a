package dice

import (
	"croupier/games"
	"croupier/wallet/money"
)

// Ceiling implements games.Ceiling: what a win pays at the chance that the action names.
func (e Engine) Ceiling(_ money.Currency, a games.Action) (games.Multiple, error) {
	var bet struct {
		Amount money.Number `json:"amount"`
		Chance money.Number `json:"chance"`
	}
	if err := games.Decode(a.Payload, &bet); err != nil {
		return 0, err
	}
	chance, err := hundredths("chance", bet.Chance)
	if err != nil || chance < lowestChance || chance > highestChance {
		return 0, &games.FieldError{Field: "chance", Reason: "must be from 1.00 to 98.00"}
	}
	return e.rules.multiple(chance), nil
}
