package cashout

import (
	"croupier/games"
	"croupier/wallet/money"
)

// Ceiling implements games.Ceiling: the maximum win, or the stake itself, which may come back.
func (e Engine[S]) Ceiling(money.Currency, games.Action) (games.Multiple, error) {
	return max(e.Most(), games.MultipleUnit), nil
}
