package wallet

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet/money"
)

// Mirror brings a player's account to the amount of the order, by a deposit or a withdrawal of the difference under the order's
// transaction id, and returns the version of the seat afterwards. It is for players whose operator holds the balance: our account shows
// what the operator's wallet said last. Where that is what was expected, nothing is written. The seat is locked until tx ends. Errors:
// ErrTooMuch, ErrReused.
func Mirror(ctx context.Context, tx pgx.Tx, o Order, now time.Time) (version int64, err error) {
	var balance pgtype.Numeric
	const lock = `SELECT version, balance FROM seats WHERE player_id = $1 FOR UPDATE`
	if err := tx.QueryRow(ctx, lock, o.Player).Scan(&version, &balance); err != nil {
		return 0, err
	}
	held, err := FromNumeric(o.Amount.Currency(), balance)
	if err != nil {
		return 0, err
	}
	difference, code := o.Amount.Sub(held), Deposit
	switch difference.Sign() {
	case 0:
		return version, nil
	case -1:
		difference, code = difference.Neg(), Withdrawal
	}
	o.Amount = difference
	_, version, err = apply(ctx, tx, o, code, now)
	return version, err
}

// TooMuch says whether a balance is too much for the wire's numbers: it has more than 15 digits before the point.
func TooMuch(a money.Amount) bool { return a.Decimal().GreaterThanOrEqual(balanceBound) }
