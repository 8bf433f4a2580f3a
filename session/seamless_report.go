package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/wallet"
	"croupier/wallet/money"
)

// UnresolvedCall is a bet or a win that is not over: on its way, or refused by the operator though it must take it.
type UnresolvedCall struct {
	ID         uuid.UUID    `json:"transactionId"`
	Kind       WalletKind   `json:"kind"`
	State      string       `json:"state"`
	PlayerID   uuid.UUID    `json:"playerId"`
	ExternalID string       `json:"externalId"`
	RoundID    uuid.UUID    `json:"roundId"`
	GameID     string       `json:"gameId"`
	Amount     money.Amount `json:"amount"`
	Currency   string       `json:"currency"`
	Attempts   int          `json:"attempts"`
	Reason     string       `json:"reason,omitempty"` // why it is not over, as the last call was answered
	MadeAt     time.Time    `json:"madeAt"`
	ChangedAt  time.Time    `json:"changedAt"`
}

// WalletDesk is where people look after the bets and wins of operators that hold their players' money.
type WalletDesk struct {
	db  *pgxpool.Pool
	now Clock
}

// NewWalletDesk returns the desk of a database.
func NewWalletDesk(db *pgxpool.Pool, now Clock) *WalletDesk { return &WalletDesk{db: db, now: now} }

// Unresolved lists what is not over of an operator's bets and wins, oldest first, from after a call on (the zero UUID: from the oldest),
// but for the bets of rounds in progress.
func (d *WalletDesk) Unresolved(ctx context.Context, operator, after uuid.UUID, limit int) ([]UnresolvedCall, error) {
	const sql = `
		SELECT c.id, c.kind, c.state, c.player_id, p.external_id, c.round_id, c.game_id, c.amount, p.currency, c.attempts, coalesce(c.reason, ''),
			c.made_at, c.changed_at
		FROM wallet_calls c JOIN players p ON p.id = c.player_id
		WHERE c.operator_id = $1 AND c.id > $2 AND c.state NOT IN ('settled', 'refused', 'rolled_back', 'accepted', 'resolved')
			AND NOT (c.state = 'played' AND EXISTS (SELECT FROM rounds r WHERE r.operator_id = c.operator_id AND r.id = c.round_id AND r.status = 'in_progress'))
		ORDER BY c.id LIMIT $3`
	rows, err := d.db.Query(ctx, sql, operator, after, limit)
	if err != nil {
		return nil, fmt.Errorf("unresolved wallet calls: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (u UnresolvedCall, err error) {
		var amount pgtype.Numeric
		err = row.Scan(&u.ID, &u.Kind, &u.State, &u.PlayerID, &u.ExternalID, &u.RoundID, &u.GameID, &amount, &u.Currency, &u.Attempts, &u.Reason,
			&u.MadeAt, &u.ChangedAt)
		if err != nil {
			return u, err
		}
		currency, err := money.LookupCurrency(u.Currency)
		if err != nil {
			return u, err
		}
		u.Amount, err = wallet.FromNumeric(currency, amount)
		return u, err
	})
	if err != nil {
		return nil, fmt.Errorf("unresolved wallet calls: %w", err)
	}
	return list, nil
}

// Retry makes a rejected call due again: once more, as if it had not been refused. Returns NotFound, and Conflict for a call that is not
// rejected.
func (d *WalletDesk) Retry(ctx context.Context, operator, call uuid.UUID) error {
	return d.changeRejected(ctx, operator, call, `CASE kind WHEN 'bet' THEN 'rolling_back' ELSE 'pending' END`, "told again by hand")
}

// Resolve notes that people have settled a rejected call with the operator by hand, and how. Returns NotFound, Conflict as Retry,
// and InvalidRequest for a reason that is not 1 to 400 printable characters.
func (d *WalletDesk) Resolve(ctx context.Context, operator, call uuid.UUID, reason string) error {
	if n := len([]rune(reason)); n < 1 || n > 400 || !printable(reason) {
		return FieldError(InvalidRequest, "reason", "must be 1–400 printable characters")
	}
	return d.changeRejected(ctx, operator, call, `'resolved'`, reason)
}

func (d *WalletDesk) changeRejected(ctx context.Context, operator, call uuid.UUID, state, reason string) error {
	var was string
	err := d.db.QueryRow(ctx, `SELECT state FROM wallet_calls WHERE operator_id = $1 AND id = $2`, operator, call).Scan(&was)
	if errors.Is(err, pgx.ErrNoRows) {
		return Errorf(NotFound, "Wallet call not found")
	}
	if err == nil && was != callRejected {
		return &Error{Code: Conflict, Message: "Only what the operator has rejected is changed by hand", Details: map[string]any{"state": was}}
	}
	if err == nil {
		_, err = d.db.Exec(ctx, `UPDATE wallet_calls SET state = `+state+`, due_at = $2, changed_at = $2, reason = $3 WHERE id = $1 AND state = 'rejected'`,
			call, d.now(), reason)
	}
	if err != nil {
		return fmt.Errorf("wallet call %s: %w", call, err)
	}
	return nil
}

// KeptReconciliation is a reconciliation as it was kept.
type KeptReconciliation struct {
	At     time.Time
	Agrees bool
	Report json.RawMessage // a Reconciliation
}

// Reconciliations lists the newest reconciliations with an operator.
func (d *WalletDesk) Reconciliations(ctx context.Context, operator uuid.UUID, limit int) ([]KeptReconciliation, error) {
	const sql = `SELECT at, report FROM wallet_reconciliations WHERE operator_id = $1 ORDER BY id DESC LIMIT $2`
	rows, err := d.db.Query(ctx, sql, operator, limit)
	if err != nil {
		return nil, fmt.Errorf("reconciliations: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (k KeptReconciliation, err error) {
		var text []byte
		if err := row.Scan(&k.At, &text); err != nil {
			return k, err
		}
		var r Reconciliation
		err = json.Unmarshal(text, &r)
		k.At, k.Report, k.Agrees = k.At.UTC(), text, r.Agrees()
		return k, err
	})
	if err != nil {
		return nil, fmt.Errorf("reconciliations: %w", err)
	}
	return list, nil
}
