// Package wallet keeps the money: the double-entry ledger and the rules by which it may move. A movement is one immutable row
// that names both accounts, so it balances by construction; every stored balance equals the sum of its transfers at every
// instant. It never rounds, and never tells of a movement before it is committed.
package wallet

import (
	"fmt"

	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"croupier/wallet/money"
)

// Numeric returns the amount as Postgres keeps it, with the currency's own scale.
func Numeric(a money.Amount) pgtype.Numeric {
	return pgtype.Numeric{Int: a.Minor(), Exp: -int32(a.Currency().Scale()), Valid: true}
}

// FromNumeric returns an amount that Postgres kept. It errs on NULL, NaN, infinity, and on more decimals than the currency has.
func FromNumeric(c money.Currency, n pgtype.Numeric) (money.Amount, error) {
	if !n.Valid || n.NaN || n.InfinityModifier != pgtype.Finite {
		return money.Amount{}, fmt.Errorf("stored amount is not a number")
	}
	return money.FromDecimal(c, decimal.NewFromBigInt(n.Int, n.Exp))
}
