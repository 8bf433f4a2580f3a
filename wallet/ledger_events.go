package wallet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet/money"
)

// movedEvent is the data of wallet.deposit_confirmed and wallet.withdrawal_completed.
type movedEvent struct {
	PlayerID      uuid.UUID    `json:"playerId"`
	TransactionID string       `json:"transactionId"` // the operator's
	TransferID    uuid.UUID    `json:"transferId"`    // ours
	Amount        money.Amount `json:"amount"`
	Currency      string       `json:"currency"`
	Balance       money.Amount `json:"balance"` // after it
}

// tellMoved tells of a transfer in its own transaction. The caller has the seat's lock.
func tellMoved(ctx context.Context, tx pgx.Tx, o Order, code Code, r Receipt, at time.Time) error {
	kind := DepositConfirmed
	if code == Withdrawal {
		kind = WithdrawalCompleted
	}
	return Tell(ctx, tx, Event{Operator: o.Operator, Player: o.Player, Type: kind, At: at, Data: movedEvent{
		PlayerID: o.Player, TransactionID: o.TransactionID, TransferID: r.Transfer, Amount: o.Amount, Currency: o.Amount.Currency().Code(),
		Balance: r.Balance}})
}

// refusedEvent is the data of wallet.withdrawal_failed.
type refusedEvent struct {
	PlayerID      uuid.UUID    `json:"playerId"`
	TransactionID string       `json:"transactionId"`
	Amount        money.Amount `json:"amount"`
	Currency      string       `json:"currency"`
	Available     money.Amount `json:"available"`
	Reason        string       `json:"reason"` // insufficient_balance
}

// tellRefused tells of a withdrawal that was refused because the balance is too small. Nothing else is written of it, so this is a
// transaction of its own, and as often as the same withdrawal is refused it is told.
func (l *Ledger) tellRefused(ctx context.Context, o Order, cause error) error {
	var short *InsufficientError
	if !errors.As(cause, &short) {
		return nil
	}
	err := Transact(ctx, l.DB, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, o.Player); err != nil {
			return err
		}
		return Tell(ctx, tx, Event{Operator: o.Operator, Player: o.Player, Type: WithdrawalFailed, At: l.Now(), Data: refusedEvent{
			PlayerID: o.Player, TransactionID: o.TransactionID, Amount: o.Amount, Currency: o.Amount.Currency().Code(),
			Available: short.Available, Reason: "insufficient_balance"}})
	})
	if err != nil {
		return fmt.Errorf("tell of a refused withdrawal: %w", err)
	}
	return nil
}
