package wallet

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet/money"
)

// InsufficientError is an ErrInsufficient with the amounts.
type InsufficientError struct {
	Required, Available money.Amount
}

func (e *InsufficientError) Error() string {
	return fmt.Sprintf("%v: %s of %s", ErrInsufficient, e.Available, e.Required)
}

// Unwrap returns ErrInsufficient.
func (e *InsufficientError) Unwrap() error { return ErrInsufficient }

// insufficient says how much there is instead. The caller has the seat's lock.
func insufficient(ctx context.Context, tx pgx.Tx, o Order) error {
	var balance pgtype.Numeric
	if err := tx.QueryRow(ctx, `SELECT balance FROM seats WHERE player_id = $1`, o.Player).Scan(&balance); err != nil {
		return err
	}
	available, err := FromNumeric(o.Amount.Currency(), balance)
	if err != nil {
		return err
	}
	return &InsufficientError{Required: o.Amount, Available: available}
}
