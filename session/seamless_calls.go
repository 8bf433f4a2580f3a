package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"

	"croupier/games"
	"croupier/wallet"
	"croupier/wallet/money"
)

// The states of a wallet call. Migration 00014 says which follows which.
const (
	callPending     = "pending"
	callConfirmed   = "confirmed"
	callPlayed      = "played"
	callSettled     = "settled"
	callRefused     = "refused"
	callRollingBack = "rolling_back"
	callRolledBack  = "rolled_back"
	callAccepted    = "accepted"
	callRejected    = "rejected"
)

// walletRow is a bet or a win, as it stands.
type walletRow struct {
	id       uuid.UUID
	kind     WalletKind // WalletBet or WalletWin
	state    string
	amount   money.Amount
	round    uuid.UUID
	game     string
	session  uuid.UUID // zero for a win
	request  string
	due      time.Time
	attempts int
	answered bool // of a bet: its request has taken effect
	over     bool // its round is over
}

// toDeliver says whether the operator must be told of it until it answers.
func (c *walletRow) toDeliver() bool {
	return c.state == callRollingBack || c.kind == WalletWin && c.state == callPending
}

// openCallsSQL lists what is not over of a player.
const openCallsSQL = `
	SELECT c.id, c.kind, c.state, c.amount, c.round_id, c.game_id, c.session_id, coalesce(c.request_id, ''), c.due_at, c.attempts,
		c.kind = 'bet' AND EXISTS (SELECT FROM actions a WHERE a.player_id = c.player_id AND a.session_id = c.session_id AND a.request_id = c.request_id),
		coalesce(r.status <> 'in_progress', false)
	FROM wallet_calls c LEFT JOIN rounds r ON r.operator_id = c.operator_id AND r.id = c.round_id
	WHERE c.player_id = $1 AND c.state IN ('pending', 'confirmed', 'played', 'rolling_back') ORDER BY c.id`

func (f *Floor) openCalls(ctx context.Context, player Player) ([]walletRow, error) {
	rows, err := f.db.Query(ctx, openCallsSQL, player.ID)
	if err != nil {
		return nil, fmt.Errorf("wallet calls of player %s: %w", player.ID, err)
	}
	calls, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (c walletRow, err error) {
		var amount pgtype.Numeric
		var session *uuid.UUID
		err = row.Scan(&c.id, &c.kind, &c.state, &amount, &c.round, &c.game, &session, &c.request, &c.due, &c.attempts, &c.answered, &c.over)
		if err != nil {
			return c, err
		}
		if session != nil {
			c.session = *session
		}
		c.amount, err = wallet.FromNumeric(player.Currency, amount)
		return c, err
	})
	if err != nil {
		return nil, fmt.Errorf("wallet calls of player %s: %w", player.ID, err)
	}
	return calls, nil
}

// errInHand says that another bet of the player is in hand, or that this request has taken effect already.
var errInHand = errors.New("another bet is in hand")

// writeBet makes the row of a bet, before anything is sent. Of one request, and of one player at a time, there is one at most: it returns
// errInHand when there is one, and when the request has taken effect.
func (f *Floor) writeBet(ctx context.Context, player Player, c walletRow) error {
	now := f.now()
	const sql = `
		INSERT INTO wallet_calls (id, operator_id, player_id, kind, state, amount, round_id, game_id, session_id, request_id, due_at, made_at, changed_at)
		SELECT $1, $2, $3, 'bet', 'pending', $4, $5, $6, $7, $8, $9, $10, $10
		WHERE NOT EXISTS (SELECT FROM actions WHERE player_id = $3 AND session_id = $7 AND request_id = $8)
		ON CONFLICT DO NOTHING`
	tag, err := f.db.Exec(ctx, sql, c.id, player.OperatorID, player.ID, wallet.Numeric(c.amount), c.round, c.game, c.session, c.request,
		now.Add(f.wallets.timeout+sendSlack), now)
	switch {
	case err != nil:
		return fmt.Errorf("write bet %s: %w", c.id, err)
	case tag.RowsAffected() == 0:
		return errInHand
	}
	return nil
}

// errTooLate says that a bet was given up by somebody else meanwhile.
var errTooLate = errors.New("the bet was given up meanwhile")

// confirmBet takes a bet that the operator has taken, with the balance that it told: the player's account, which mirrors the operator's
// wallet, shows what that was before the bet, so that the move takes the stake from it. It returns the seat's version. Of this and of
// giving the bet up, one happens.
func (f *Floor) confirmBet(ctx context.Context, player Player, c walletRow, balance money.Amount) (version int64, err error) {
	now := f.now()
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		o := wallet.Order{Operator: player.OperatorID, Player: player.ID, Amount: balance.Add(c.amount), TransactionID: "wallet-" + c.id.String()}
		if version, err = wallet.Mirror(ctx, tx, o, now); err != nil { // which locks the seat
			return err
		}
		const sql = `UPDATE wallet_calls SET state = 'confirmed', balance = $2, due_at = $3, changed_at = $4 WHERE id = $1 AND state = 'pending'`
		tag, err := tx.Exec(ctx, sql, c.id, wallet.Numeric(balance), now.Add(inHandFor), now)
		if err == nil && tag.RowsAffected() == 0 {
			err = errTooLate
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("confirm bet %s: %w", c.id, err)
	}
	return version, nil
}

// refuseBet notes that the operator refused a bet, or that it was not sent at all.
func (f *Floor) refuseBet(ctx context.Context, c walletRow, reason string) error {
	const sql = `UPDATE wallet_calls SET state = 'refused', reason = $2, changed_at = $3 WHERE id = $1 AND state = 'pending'`
	if _, err := f.db.Exec(ctx, sql, c.id, clipped(reason), f.now()); err != nil {
		return fmt.Errorf("note that bet %s was refused: %w", c.id, err)
	}
	return nil
}

// giveUpSQL gives bets up that are in hand and were not played: the player's seat is locked by the statement before it, so that a move that
// is being written is either seen, or finds that the seat has moved.
const giveUpSQL = `
	UPDATE wallet_calls c SET state = 'rolling_back', due_at = $3, changed_at = $3, reason = $4
	WHERE c.player_id = $1 AND c.id = $2 AND c.state IN ('pending', 'confirmed')
		AND NOT EXISTS (SELECT FROM actions a WHERE a.player_id = c.player_id AND a.session_id = c.session_id AND a.request_id = c.request_id)`

// giveUp decides that a bet does not stand, unless its request has taken effect, and reports whether it did. From then on it is rolled back
// until the operator accepts that, and the move that was to take its stake cannot be written.
func (f *Floor) giveUp(ctx context.Context, player uuid.UUID, bet uuid.UUID, reason string) (done bool, err error) {
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE seats SET version = version + 1 WHERE player_id = $1`, player); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, giveUpSQL, player, bet, f.now(), clipped(reason))
		done = err == nil && tag.RowsAffected() > 0
		return err
	})
	if err != nil {
		return false, fmt.Errorf("give up bet %s: %w", bet, err)
	}
	return done, nil
}

// clipped is a reason as it is kept: at most 500 characters, printable.
func clipped(reason string) string {
	runes := []rune(reason)
	for i, r := range runes {
		if r < ' ' || r == 0x7f {
			runes[i] = ' '
		}
	}
	return string(runes[:min(len(runes), 500)])
}

// bookSQL follows what has happened to the player's rounds: a bet whose request has taken effect is played, and settled or rolled back when
// its round is over.
const bookSQL = `
	UPDATE wallet_calls c SET changed_at = $2, due_at = $2, state = CASE r.status WHEN 'in_progress' THEN 'played' WHEN 'voided' THEN 'rolling_back' ELSE 'settled' END,
		reason = CASE r.status WHEN 'voided' THEN 'the round was voided' END
	FROM rounds r
	WHERE c.player_id = $1 AND c.kind = 'bet' AND c.state IN ('confirmed', 'played') AND r.operator_id = c.operator_id AND r.id = c.round_id
		AND (c.state = 'confirmed' OR r.status <> 'in_progress')
		AND EXISTS (SELECT FROM actions a WHERE a.player_id = c.player_id AND a.session_id = c.session_id AND a.request_id = c.request_id)
	RETURNING c.round_id, r.status, c.operator_id, c.game_id, r.payout`

// winSQL makes the win of a round, once.
const winSQL = `
	INSERT INTO wallet_calls (id, operator_id, player_id, kind, state, amount, round_id, game_id, due_at, made_at, changed_at)
	VALUES ($1, $2, $3, 'win', 'pending', $4, $5, $6, $7, $7, $7) ON CONFLICT DO NOTHING`

// book follows what has happened to the player's rounds, and makes the wins that the operator is to be told of. It asks the ledger alone, so
// it may be run at any time, by anybody, and again.
func (f *Floor) book(ctx context.Context, player uuid.UUID) error {
	now := f.now()
	err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT FROM seats WHERE player_id = $1 FOR UPDATE`, player); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, bookSQL, player, now)
		if err != nil {
			return err
		}
		type ended struct {
			round, operator uuid.UUID
			status          games.Status
			game            string
			payout          pgtype.Numeric
		}
		list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e ended, err error) {
			return e, row.Scan(&e.round, &e.status, &e.operator, &e.game, &e.payout)
		})
		if err != nil {
			return err
		}
		for _, e := range list {
			if e.status == games.InProgress || e.status == games.Voided || e.payout.Int == nil || e.payout.Int.Sign() <= 0 {
				continue
			}
			if _, err := tx.Exec(ctx, winSQL, newID(), e.operator, player, e.payout, e.round, e.game, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("follow the rounds of player %s: %w", player, err)
	}
	return nil
}
