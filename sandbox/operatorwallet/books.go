package operatorwallet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"croupier/wallet/money"
)

// entry is a transaction as it is kept.
type entry struct {
	kind, player, currency, round, state string
	amount                               decimal.Decimal
	status                               int
	answer                               string
	rollback                             *string
}

// same says whether an entry is of the same content as a request.
func (e entry) same(kind string, asked request, amount decimal.Decimal) bool {
	return e.kind == kind && e.player == asked.PlayerID && e.currency == asked.Currency && e.round == asked.RoundID && e.amount.Equal(amount)
}

// authenticate lets a player in, who has an account from then on.
func (w *Wallet) authenticate(ctx context.Context, asked request) (answer, error) {
	const sql = `INSERT INTO accounts (player, currency, balance) VALUES ($1, $2, $3::numeric) ON CONFLICT DO NOTHING`
	if _, err := w.config.DB.Exec(ctx, sql, asked.PlayerID, asked.Currency, w.config.Welcome); err != nil {
		return answer{}, err
	}
	return w.balance(ctx, asked)
}

func (w *Wallet) balance(ctx context.Context, asked request) (answer, error) {
	balance, err := held(ctx, w.config.DB, asked, "")
	if errors.Is(err, pgx.ErrNoRows) {
		return unknownPlayer(), nil
	}
	return accepted("", asked.Currency, balance), err
}

func unknownPlayer() answer {
	return refuse(http.StatusNotFound, "player_not_found", "there is no such player in that currency")
}

// querier is a pool or a transaction.
type querier interface {
	QueryRow(ctx context.Context, sql string, args ...any) pgx.Row
}

func held(ctx context.Context, db querier, asked request, lock string) (balance decimal.Decimal, err error) {
	var text string
	err = db.QueryRow(ctx, `SELECT balance::text FROM accounts WHERE player = $1 AND currency = $2`+lock, asked.PlayerID, asked.Currency).Scan(&text)
	if err != nil {
		return balance, err
	}
	return decimal.NewFromString(text)
}

// accepted is the answer to what was done, with the balance after it, in as many decimals as the currency has.
func accepted(id, currency string, balance decimal.Decimal) answer {
	body, _ := json.Marshal(map[string]any{"transactionId": id, "balance": json.Number(written(balance, currency)), "currency": currency})
	return answer{http.StatusOK, string(body)}
}

// written is an amount with as many decimals as its currency has.
func written(amount decimal.Decimal, currency string) string {
	c, err := money.LookupCurrency(currency)
	if err != nil { // an account that was made by hand
		return amount.String()
	}
	return amount.StringFixed(int32(c.Scale()))
}

func (w *Wallet) bet(ctx context.Context, asked request) (answer, error) {
	return w.carryOut(ctx, "bet", asked, func(balance, amount decimal.Decimal) (decimal.Decimal, string, answer) {
		if balance.LessThan(amount) {
			return balance, "refused", tooLittle(balance, asked.Currency)
		}
		balance = balance.Sub(amount)
		return balance, "accepted", accepted(asked.TransactionID, asked.Currency, balance)
	})
}

// tooLittle is the refusal of a bet of more than the player has.
func tooLittle(balance decimal.Decimal, currency string) answer {
	body, _ := json.Marshal(map[string]any{"error": map[string]any{"code": "insufficient_funds", "message": "the player has less than that",
		"balance": json.Number(written(balance, currency))}})
	return answer{http.StatusPaymentRequired, string(body)}
}

func (w *Wallet) win(ctx context.Context, asked request) (answer, error) {
	return w.carryOut(ctx, "win", asked, func(balance, amount decimal.Decimal) (decimal.Decimal, string, answer) {
		balance = balance.Add(amount)
		return balance, "accepted", accepted(asked.TransactionID, asked.Currency, balance)
	})
}

// amountOf reads the amount of a request. Its grammar is checked before it is parsed: a decimal with a great exponent takes for ever.
func amountOf(asked request) (decimal.Decimal, bool) {
	currency, err := money.LookupCurrency(asked.Currency)
	if err != nil {
		return decimal.Decimal{}, false
	}
	amount, err := money.Parse(currency, asked.Amount)
	return amount.Decimal(), err == nil && amount.Sign() > 0
}

// carryOut moves money once for a transaction id, and answers every repetition with the first answer.
func (w *Wallet) carryOut(ctx context.Context, kind string, asked request,
	move func(balance, amount decimal.Decimal) (after decimal.Decimal, state string, told answer)) (told answer, err error) {
	return w.booked(ctx, asked, func(tx pgx.Tx, amount, balance decimal.Decimal, known *entry) (answer, error) {
		switch {
		case known != nil && !known.same(kind, asked, amount):
			return conflict(), nil
		case known != nil && known.state == "rolled_back":
			return refuse(http.StatusConflict, "rolled_back", "the bet was rolled back"), nil
		case known != nil:
			return answer{known.status, known.answer}, nil
		}
		after, state, told := move(balance, amount)
		if err := w.insert(ctx, tx, kind, asked, amount, state, told, nil); err != nil {
			return told, err
		}
		return told, setBalance(ctx, tx, asked, after)
	})
}

// rollback takes a bet back, or makes sure that it will never be taken: the tombstone of a bet that did not arrive refuses it when it does.
func (w *Wallet) rollback(ctx context.Context, asked request) (answer, error) {
	return w.booked(ctx, asked, func(tx pgx.Tx, amount, balance decimal.Decimal, known *entry) (answer, error) {
		switch {
		case known == nil:
			told := accepted(asked.TransactionID, asked.Currency, balance)
			return told, w.insert(ctx, tx, "bet", asked, amount, "rolled_back", answer{http.StatusConflict, "{}"}, &told.body)
		case !known.same("bet", asked, amount):
			return conflict(), nil
		case known.rollback != nil:
			return answer{http.StatusOK, *known.rollback}, nil
		}
		state := known.state
		if state == "accepted" {
			balance, state = balance.Add(amount), "rolled_back"
			if err := setBalance(ctx, tx, asked, balance); err != nil {
				return answer{}, err
			}
		}
		told := accepted(asked.TransactionID, asked.Currency, balance)
		_, err := tx.Exec(ctx, `UPDATE transactions SET state = $2, rollback = $3 WHERE id = $1`, asked.TransactionID, state, told.body)
		return told, err
	})
}

func conflict() answer {
	return refuse(http.StatusConflict, "transaction_conflict", "the transactionId was used for something else")
}

// booked runs do in a transaction, with the account locked and what is known of the transaction id.
func (w *Wallet) booked(ctx context.Context, asked request,
	do func(tx pgx.Tx, amount, balance decimal.Decimal, known *entry) (answer, error)) (told answer, err error) {
	amount, ok := amountOf(asked)
	if !ok || asked.TransactionID == "" || asked.RoundID == "" {
		return refuse(http.StatusBadRequest, "invalid_request", "transactionId, roundId and an amount greater than 0 are needed"), nil
	}
	const attempts = 5
	for range attempts {
		err = pgx.BeginFunc(ctx, w.config.DB, func(tx pgx.Tx) error {
			balance, err := held(ctx, tx, asked, ` FOR UPDATE`)
			if errors.Is(err, pgx.ErrNoRows) {
				told = unknownPlayer()
				return nil
			} else if err != nil {
				return err
			}
			known, err := find(ctx, tx, asked.TransactionID)
			if err == nil {
				told, err = do(tx, amount, balance, known)
			}
			return err
		})
		if !errors.Is(err, errAgain) {
			break
		}
	}
	return told, err
}

func find(ctx context.Context, tx pgx.Tx, id string) (*entry, error) {
	var e entry
	var amount string
	const sql = `SELECT kind, player, currency, round, state, amount::text, status, answer, rollback FROM transactions WHERE id = $1 FOR UPDATE`
	err := tx.QueryRow(ctx, sql, id).Scan(&e.kind, &e.player, &e.currency, &e.round, &e.state, &amount, &e.status, &e.answer, &e.rollback)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		e.amount, err = decimal.NewFromString(amount)
	}
	return &e, err
}

func (w *Wallet) insert(ctx context.Context, tx pgx.Tx, kind string, asked request, amount decimal.Decimal, state string, told answer, rollback *string) error {
	tag, err := tx.Exec(ctx, `INSERT INTO transactions (id, kind, player, currency, amount, round, state, status, answer, rollback, at)
		VALUES ($1, $2, $3, $4, $5::numeric, $6, $7, $8, $9, $10, $11) ON CONFLICT DO NOTHING`,
		asked.TransactionID, kind, asked.PlayerID, asked.Currency, written(amount, asked.Currency), asked.RoundID, state, told.status, told.body, rollback, w.config.Now())
	if err == nil && tag.RowsAffected() == 0 {
		err = errAgain // another player's, just now
	}
	return err
}

func setBalance(ctx context.Context, tx pgx.Tx, asked request, balance decimal.Decimal) error {
	_, err := tx.Exec(ctx, `UPDATE accounts SET balance = $3::numeric WHERE player = $1 AND currency = $2`, asked.PlayerID, asked.Currency, written(balance, asked.Currency))
	return err
}

// listed is a transaction as GET /transactions shows it.
type listed struct {
	TransactionID string      `json:"transactionId"`
	Kind          string      `json:"kind"`
	PlayerID      string      `json:"playerId"`
	Currency      string      `json:"currency"`
	Amount        json.Number `json:"amount"`
	State         string      `json:"state"`
	At            time.Time   `json:"at"`
}

// list is GET /transactions?from=…&to=…&limit=…&cursor=…: what was booked from one time until before another, oldest first.
func (w *Wallet) list(out http.ResponseWriter, r *http.Request) {
	if reason := w.unsigned(r, nil); reason != "" {
		write(out, refuse(http.StatusUnauthorized, "wrong_signature", reason))
		return
	}
	query := r.URL.Query()
	from, err1 := time.Parse(time.RFC3339Nano, query.Get("from"))
	to, err2 := time.Parse(time.RFC3339Nano, query.Get("to"))
	limit, err3 := strconv.Atoi(query.Get("limit"))
	if err := errors.Join(err1, err2, err3); err != nil || limit < 1 {
		write(out, refuse(http.StatusBadRequest, "invalid_request", "from and to must be RFC 3339 times, limit a number"))
		return
	}
	page, next, err := w.page(r.Context(), from, to, query.Get("cursor"), min(limit, 1000))
	if err != nil {
		w.config.Log.Error("wallet", "call", "transactions", "error", err)
		write(out, refuse(http.StatusInternalServerError, "internal", "try again"))
		return
	}
	body, err := json.Marshal(map[string]any{"transactions": page, "nextCursor": next})
	if err != nil {
		body = nil
	}
	write(out, answer{http.StatusOK, string(body)})
}

func (w *Wallet) page(ctx context.Context, from, to time.Time, cursor string, limit int) (page []listed, next string, err error) {
	const sql = `SELECT id, kind, player, currency, amount::text, state, at FROM transactions WHERE at >= $1 AND at < $2
		AND (at, id) > (SELECT coalesce(max(at), '-infinity'), $3 FROM transactions WHERE id = $3) ORDER BY at, id LIMIT $4`
	rows, err := w.config.DB.Query(ctx, sql, from, to, cursor, limit)
	if err != nil {
		return nil, "", err
	}
	page, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (l listed, err error) {
		var amount string
		err = row.Scan(&l.TransactionID, &l.Kind, &l.PlayerID, &l.Currency, &amount, &l.State, &l.At)
		l.Amount, l.At = json.Number(amount), l.At.UTC()
		return l, err
	})
	if len(page) == limit {
		next = page[limit-1].TransactionID
	}
	if err != nil {
		err = fmt.Errorf("list transactions: %w", err)
	}
	return append([]listed{}, page...), next, err
}
