package games

import (
	"math/big"

	"croupier/wallet/money"
)

// Ceiling is an engine that knows what a round can pay at most. Every engine of the catalogue is one.
type Ceiling interface {
	// Ceiling returns a multiple of the opening stake that no round which the action opens can pay more than, however it is played: later
	// stakes, and what they win, are in it. It is never too little; it may be a little too much. The action is one that Open took in the
	// currency.
	Ceiling(c money.Currency, a Action) (Multiple, error)
}

// MostPaid returns the most that a round can pay which an action opens with a stake, its stakes included, in whole minor units. ok is
// false when the rules do not say.
func MostPaid(e Engine, a Action, stake money.Amount) (most money.Amount, ok bool) {
	multiple, ok := ceilingOf(e, a, stake.Currency())
	if !ok {
		return most, false
	}
	product := new(big.Int).Mul(stake.Minor(), big.NewInt(int64(multiple)))
	product.Add(product, big.NewInt(MultipleUnit-1)) // fair rounding may round up
	return money.FromMinor(stake.Currency(), product.Quo(product, big.NewInt(MultipleUnit))), true
}

// StakeFor returns the largest stake with which a round that the action opens cannot pay more than most. ok is false when the rules
// do not say what it can pay.
func StakeFor(e Engine, a Action, most money.Amount) (stake money.Amount, ok bool) {
	multiple, ok := ceilingOf(e, a, most.Currency())
	if !ok {
		return stake, false
	}
	units := new(big.Int).Mul(most.Minor(), big.NewInt(MultipleUnit))
	return money.FromMinor(most.Currency(), units.Quo(units, big.NewInt(int64(multiple)))), true
}

func ceilingOf(e Engine, a Action, c money.Currency) (Multiple, bool) {
	knows, ok := e.(Ceiling)
	if !ok {
		return 0, false
	}
	multiple, err := knows.Ceiling(c, a)
	return multiple, err == nil && multiple > 0
}

// CeilingOf is the multiple of a fraction, rounded up: what is a ceiling stays one. ok is false when it is too large to be one.
func CeilingOf(r *big.Rat) (m Multiple, ok bool) {
	scaled := new(big.Int).Mul(r.Num(), big.NewInt(MultipleUnit))
	rest := new(big.Int)
	scaled.QuoRem(scaled, r.Denom(), rest)
	if rest.Sign() > 0 {
		scaled.Add(scaled, big.NewInt(1))
	}
	return Multiple(scaled.Int64()), scaled.IsInt64()
}
