package wallet

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/wallet/money"
)

// Transfer is one movement as a player's statement shows it.
type Transfer struct {
	ID       uuid.UUID    `json:"id"`
	Code     Code         `json:"code"`
	Debit    string       `json:"debit"`
	Credit   string       `json:"credit"`
	Amount   money.Amount `json:"amount"`
	Currency string       `json:"currency"`
	Balance  money.Amount `json:"balance"` // of the player's account, after it
	RoundID  *uuid.UUID   `json:"roundId,omitempty"`
	At       time.Time    `json:"at"`
}

// MaxPage is the most transfers that one page of a statement has.
const MaxPage = 200

// Balances is what a player has.
type Balances struct {
	Balance money.Amount // free to stake or withdraw
	Escrow  money.Amount // at stake in open rounds
}

// Balances returns what the operator's player has. Errors: ErrNoPlayer.
func (l *Ledger) Balances(ctx context.Context, operator, player uuid.UUID) (b Balances, err error) {
	var code string
	var balance, escrow pgtype.Numeric
	const sql = `SELECT p.currency, s.balance, s.escrow FROM seats s JOIN players p ON p.id = s.player_id WHERE s.player_id = $1 AND p.operator_id = $2`
	if err = l.DB.QueryRow(ctx, sql, player, operator).Scan(&code, &balance, &escrow); errors.Is(err, pgx.ErrNoRows) {
		return b, ErrNoPlayer
	} else if err != nil {
		return b, fmt.Errorf("balance of player %s: %w", player, err)
	}
	currency, err := money.LookupCurrency(code)
	if err != nil {
		return b, err
	}
	if b.Balance, err = FromNumeric(currency, balance); err != nil {
		return b, err
	}
	b.Escrow, err = FromNumeric(currency, escrow)
	return b, err
}

// StatementQuery asks for a player's transfers, newest first.
type StatementQuery struct {
	Operator, Player uuid.UUID
	From, To         time.Time // made at From or later, and before To; zero: no bound
	Code             Code      // "": of any
	Cursor           uuid.UUID // the last transfer of the page before; zero: from the newest
	Limit            int       // 1 to MaxPage
}

// idSlack is by how much more than their time ids of transfers are looked for: an id is made a moment before, by the same clock.
const idSlack = time.Hour

// Statement returns the player's transfers and the cursor of the next page (the zero UUID: there is none). Errors: ErrNoPlayer.
func (l *Ledger) Statement(ctx context.Context, q StatementQuery) (page []Transfer, next uuid.UUID, err error) {
	b, err := l.Balances(ctx, q.Operator, q.Player)
	if err != nil {
		return nil, next, err
	}
	if q.Cursor == (uuid.UUID{}) {
		q.Cursor = uuid.Max
	}
	limit := max(1, min(q.Limit, MaxPage))
	const sql = `SELECT id, code, debit, credit, amount, round_id, balance, at FROM transfers
		WHERE player_id = $1 AND id < $2 AND ($4 = '' OR code = $4) AND ($5::timestamptz IS NULL OR at >= $5 AND id >= uuid_floor($5 - $7::interval))
			AND ($6::timestamptz IS NULL OR at < $6 AND id < uuid_floor($6 + $7::interval))
		ORDER BY id DESC LIMIT $3`
	rows, err := l.DB.Query(ctx, sql, q.Player, q.Cursor, limit+1, string(q.Code), bound(q.From), bound(q.To), idSlack)
	if err != nil {
		return nil, next, fmt.Errorf("statement of player %s: %w", q.Player, err)
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (Transfer, error) { return scanTransfer(row, b.Balance.Currency()) })
	if err != nil {
		return nil, next, fmt.Errorf("statement of player %s: %w", q.Player, err)
	}
	if len(page) > limit {
		page = page[:limit]
		next = page[limit-1].ID
	}
	return page, next, nil
}

// bound is a time as the query takes it, nil for none.
func bound(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func scanTransfer(row pgx.CollectableRow, c money.Currency) (t Transfer, err error) {
	var amount, balance pgtype.Numeric
	t.Currency = c.Code()
	if err = row.Scan(&t.ID, &t.Code, &t.Debit, &t.Credit, &amount, &t.RoundID, &balance, &t.At); err != nil {
		return t, err
	}
	if t.Amount, err = FromNumeric(c, amount); err != nil {
		return t, err
	}
	t.Balance, err = FromNumeric(c, balance)
	return t, err
}
