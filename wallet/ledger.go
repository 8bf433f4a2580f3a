package wallet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/shopspring/decimal"

	"croupier/wallet/money"
)

// PlayerChannel is the channel on which every node is told that a player was changed by another way than play.
const PlayerChannel = "croupier_player"

// Change is the payload of a notification on PlayerChannel. Without a Balance the money did not move.
type Change struct {
	Player   uuid.UUID `json:"player"`
	Reason   string    `json:"reason"`
	Currency string    `json:"currency,omitempty"`
	Balance  string    `json:"balance,omitempty"`
	Amount   string    `json:"amount,omitempty"`
	Version  int64     `json:"version,omitempty"` // of the seat when the balance was that
}

// Notify tells all nodes of a change when tx commits.
func Notify(ctx context.Context, tx pgx.Tx, c Change) error {
	payload, err := json.Marshal(c)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, `SELECT pg_notify($1, $2)`, PlayerChannel, string(payload))
	return err
}

// Code says what a transfer is for.
type Code string

// The codes of transfers, each between two accounts: player, escrow (both the player's own), house and funding (both their
// operator's, in the player's currency).
const (
	Stake      Code = "stake"      // player → house, or → escrow while the round is open
	Lapse      Code = "lapse"      // escrow → house, when the round is over
	Payout     Code = "payout"     // house → player
	Refund     Code = "refund"     // escrow → player, when the round is voided
	Deposit    Code = "deposit"    // funding → player
	Withdrawal Code = "withdrawal" // player → funding
)

// The reasons why an operator's transfer is refused.
var (
	ErrNoPlayer     = errors.New("player not found")
	ErrCurrency     = errors.New("the player has another currency")
	ErrInsufficient = errors.New("insufficient balance")
	ErrReused       = errors.New("transaction id was used for another transfer")
	ErrNotPositive  = errors.New("amount must be greater than 0")
	ErrTooMuch      = errors.New("the balance would have more than 15 integer digits")
	ErrSeamless     = errors.New("the player's money is in the operator's own wallet")
)

// balanceBound is what a deposit must keep a balance below, in units of the currency: the wire's numbers have 15 integer digits.
var balanceBound = decimal.New(1, money.MaxIntegerDigits)

// Ledger moves money between operators and players. Play moves it by the settler, in the same tables.
type Ledger struct {
	DB  *pgxpool.Pool
	Now func() time.Time

	// Admit, if not nil, is asked before a deposit is made, in its transaction, which holds the player's seat. What it refuses is not made and
	// Deposit returns refused; what it wrote in tx is committed then.
	Admit func(ctx context.Context, tx pgx.Tx, o Order) (refused, err error)
}

// Order is a deposit or a withdrawal that an operator asks for.
type Order struct {
	Operator      uuid.UUID
	Player        uuid.UUID
	Amount        money.Amount // > 0
	TransactionID string       // the operator's, 1–128 characters: the same id again gets the same answer
}

// Receipt is what became of an order.
type Receipt struct {
	TransactionID string
	Transfer      uuid.UUID
	Balance       money.Amount // the player's, after the transfer
	Duplicate     bool         // the id was known: nothing moved now, and the rest is the first answer
}

// Deposit moves money from the operator to the player. Errors: ErrNoPlayer, ErrCurrency, ErrReused, ErrNotPositive, ErrTooMuch, ErrSeamless.
func (l *Ledger) Deposit(ctx context.Context, o Order) (Receipt, error) {
	return l.move(ctx, o, Deposit)
}

// Withdraw moves money from the player to the operator. Errors: those of Deposit, and *InsufficientError.
func (l *Ledger) Withdraw(ctx context.Context, o Order) (Receipt, error) {
	return l.move(ctx, o, Withdrawal)
}

func (l *Ledger) move(ctx context.Context, o Order, code Code) (r Receipt, err error) {
	if o.Amount.Sign() <= 0 {
		return r, ErrNotPositive
	}
	var kept error
	err = Transact(ctx, l.DB, func(tx pgx.Tx) error {
		kept = nil // the transaction may be run again
		if r, err = known(ctx, tx, o, code); err != nil || r.Duplicate {
			return err
		}
		if l.Admit != nil && code == Deposit {
			if kept, err = l.Admit(ctx, tx, o); kept != nil || err != nil {
				return err
			}
		}
		var version int64
		if r, version, err = apply(ctx, tx, o, code, l.Now()); err != nil {
			return err
		}
		delta := o.Amount
		if code == Withdrawal {
			delta = delta.Neg()
		}
		if err := tellMoved(ctx, tx, o, code, r, l.Now()); err != nil {
			return err
		}
		return Notify(ctx, tx, Change{Player: o.Player, Reason: string(code), Currency: o.Amount.Currency().Code(),
			Balance: r.Balance.String(), Amount: delta.String(), Version: version})
	})
	if code == Withdrawal && errors.Is(err, ErrInsufficient) {
		err = errors.Join(err, l.tellRefused(ctx, o, err))
	}
	if err == nil && kept != nil {
		return Receipt{}, kept
	}
	if err != nil && !refused(err) {
		err = fmt.Errorf("%s %q of player %s: %w", code, o.TransactionID, o.Player, err)
	}
	return r, err
}

func refused(err error) bool {
	for _, reason := range []error{ErrNoPlayer, ErrCurrency, ErrInsufficient, ErrReused, ErrTooMuch, ErrSeamless} {
		if errors.Is(err, reason) {
			return true
		}
	}
	return false
}

// known locks the player's seat, so that of two orders with one id the second sees the first, and returns the receipt of an
// order that was carried out before.
func known(ctx context.Context, tx pgx.Tx, o Order, code Code) (Receipt, error) {
	var currency string
	var seamless bool
	const lock = `SELECT p.currency, o.wallet_mode = 'seamless' FROM seats s JOIN players p ON p.id = s.player_id
		JOIN operators o ON o.id = p.operator_id WHERE s.player_id = $1 AND p.operator_id = $2 FOR UPDATE OF s`
	if err := tx.QueryRow(ctx, lock, o.Player, o.Operator).Scan(&currency, &seamless); errors.Is(err, pgx.ErrNoRows) {
		return Receipt{}, ErrNoPlayer
	} else if err != nil {
		return Receipt{}, err
	}
	if seamless {
		return Receipt{}, ErrSeamless
	}
	if currency != o.Amount.Currency().Code() {
		return Receipt{}, fmt.Errorf("%w: %s", ErrCurrency, currency)
	}
	var player uuid.UUID
	var was Code
	var amount, balance pgtype.Numeric
	r := Receipt{TransactionID: o.TransactionID, Duplicate: true}
	const find = `SELECT player_id, code, amount, transfer_id, balance FROM operator_transactions WHERE operator_id = $1 AND transaction_id = $2`
	err := tx.QueryRow(ctx, find, o.Operator, o.TransactionID).Scan(&player, &was, &amount, &r.Transfer, &balance)
	if errors.Is(err, pgx.ErrNoRows) {
		return Receipt{}, nil
	} else if err != nil {
		return Receipt{}, err
	}
	if player != o.Player || was != code {
		return Receipt{}, ErrReused
	}
	before, err := FromNumeric(o.Amount.Currency(), amount)
	if err != nil {
		return Receipt{}, err
	}
	if !before.Equal(o.Amount) {
		return Receipt{}, ErrReused
	}
	r.Balance, err = FromNumeric(o.Amount.Currency(), balance)
	return r, err
}

// apply moves the money. The caller has the seat's lock.
func apply(ctx context.Context, tx pgx.Tx, o Order, code Code, now time.Time) (r Receipt, version int64, err error) {
	r = Receipt{TransactionID: o.TransactionID, Transfer: uuid.Must(uuid.NewV7())}
	debit, credit, delta := "funding", "player", o.Amount
	if code == Withdrawal {
		debit, credit, delta = credit, debit, o.Amount.Neg()
	}
	var balance pgtype.Numeric
	const seat = `UPDATE seats SET version = version + 1, balance = balance + $2 WHERE player_id = $1 AND balance + $2 >= 0 RETURNING balance, version`
	if err := tx.QueryRow(ctx, seat, o.Player, Numeric(delta)).Scan(&balance, &version); errors.Is(err, pgx.ErrNoRows) {
		return r, 0, insufficient(ctx, tx, o)
	} else if err != nil {
		return r, 0, err
	}
	if r.Balance, err = FromNumeric(o.Amount.Currency(), balance); err != nil {
		return r, 0, err
	}
	if code == Deposit && r.Balance.Decimal().GreaterThanOrEqual(balanceBound) {
		return r, 0, ErrTooMuch
	}
	b := &pgx.Batch{}
	b.Queue(`INSERT INTO transfers (player_id, id, debit, credit, amount, code, balance, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
		o.Player, r.Transfer, debit, credit, Numeric(o.Amount), code, balance, now)
	// Another player's order with the same id may be under way: the second waits here, and is told when the first has committed.
	b.Queue(`INSERT INTO operator_transactions (operator_id, transaction_id, player_id, code, amount, transfer_id, balance, at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING`,
		o.Operator, o.TransactionID, o.Player, code, Numeric(o.Amount), r.Transfer, balance, now).
		Exec(func(tag pgconn.CommandTag) error {
			if tag.RowsAffected() == 0 {
				return ErrReused
			}
			return nil
		})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return r, 0, err
	}
	return r, version, nil
}
