package session

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// errWaiting says why a player cannot bet just now, in words for the player.
var errWaiting = errors.New("the operator's wallet has not answered for an earlier round yet")

// resolve deals with one call that is not over, before the player's next bet or in the sweep. Returns errWaiting while somebody else waits
// for the operator, and when the operator does not answer.
func (f *Floor) resolve(ctx context.Context, to WalletTarget, player Player, c walletRow) error {
	switch {
	case c.kind == WalletBet && c.state == callPlayed && !c.over:
		return nil // a round in progress
	case c.kind == WalletBet && (c.answered || c.state == callPlayed):
		if err := f.book(ctx, player.ID); err != nil {
			return err
		}
		return f.resolveAll(ctx, to, player)
	case c.kind == WalletBet && (c.state == callPending || c.state == callConfirmed):
		if f.now().Before(c.due) {
			return errWaiting
		}
		done, err := f.giveUp(ctx, player.ID, c.id, "it was in hand for too long, and was not played")
		if err != nil {
			return err
		}
		if !done {
			return errWaiting // it was played just now, or given up by somebody else
		}
		c.state = callRollingBack
	}
	if done := f.wallets.delivering(c.id); done != nil {
		select {
		case <-done:
		case <-ctx.Done():
			return errWaiting
		}
		return f.again(ctx, to, player, c.id)
	}
	if !f.deliver(ctx, to, player, c) {
		return errWaiting
	}
	return nil
}

// resolveAll delivers what following the player's rounds has made.
func (f *Floor) resolveAll(ctx context.Context, to WalletTarget, player Player) error {
	calls, err := f.openCalls(ctx, player)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if !c.toDeliver() {
			continue
		}
		if err := f.resolve(ctx, to, player, c); err != nil {
			return err
		}
	}
	return nil
}

// again looks whether a delivery that was waited for succeeded, and makes it otherwise.
func (f *Floor) again(ctx context.Context, to WalletTarget, player Player, id uuid.UUID) error {
	calls, err := f.openCalls(ctx, player)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if c.id == id && !f.deliver(ctx, to, player, c) {
			return errWaiting
		}
	}
	return nil
}

// deliverSoon tells an operator of a win or a rollback without the caller's waiting.
func (f *Floor) deliverSoon(to WalletTarget, player Player, c walletRow) {
	w := &f.wallets
	w.slot(to.Operator) // makes the maps
	w.mu.Lock()
	if w.underWay[c.id] != nil {
		w.mu.Unlock()
		return
	}
	done := make(chan struct{})
	w.underWay[c.id] = done
	w.mu.Unlock()
	w.deliveries.Go(func() {
		defer func() {
			w.mu.Lock()
			delete(w.underWay, c.id)
			w.mu.Unlock()
			close(done)
		}()
		ctx, cancel := context.WithTimeout(context.Background(), w.timeout+f.settler.config.Timeout)
		defer cancel()
		f.deliver(ctx, to, player, c)
	})
}

func (w *operatorWallets) delivering(call uuid.UUID) chan struct{} {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.underWay[call]
}

// FinishDeliveries waits for the calls to operators that are under way. What is cut off is told at the next start.
func (f *Floor) FinishDeliveries() { f.wallets.deliveries.Wait() }

// deliver tells an operator of a win or a rollback once, and writes down what it answered. It reports whether that is the end of it: the
// operator accepted it, or refused what it must take, which is for people to look at. Otherwise it is due again some time later.
func (f *Floor) deliver(ctx context.Context, to WalletTarget, player Player, c walletRow) (over bool) {
	balance, err := f.wallets.call(ctx, to, c.call(player))
	var refused *WalletRefusal
	switch {
	case err == nil:
		over, err = true, f.delivered(ctx, player, c, wallet.Numeric(balance))
	case errors.As(err, &refused):
		f.log.Error("an operator's wallet refuses what it must take: it is not tried again by itself", "call_id", c.id, "kind", c.call(player).Kind,
			"round_id", c.round, "player", player.ID, "operator", player.OperatorID, "error", err)
		const sql = `UPDATE wallet_calls SET state = 'rejected', reason = $3, attempts = attempts + 1, changed_at = $4 WHERE id = $1 AND state = $2`
		over = true
		_, err = f.db.Exec(ctx, sql, c.id, c.state, clipped(err.Error()), f.now())
	default:
		f.log.Warn("an operator's wallet did not answer", "call_id", c.id, "kind", c.call(player).Kind, "round_id", c.round, "attempts", c.attempts+1,
			"player", player.ID, "operator", player.OperatorID, "error", err)
		const sql = `UPDATE wallet_calls SET attempts = attempts + 1, due_at = $3, reason = $4, changed_at = $5 WHERE id = $1 AND state = $2`
		now := f.now()
		_, err = f.db.Exec(context.WithoutCancel(ctx), sql, c.id, c.state, now.Add(backOff(c.attempts)), clipped(err.Error()), now)
	}
	if err != nil {
		f.log.Warn("write down what an operator's wallet answered", "call_id", c.id, "error", err)
		return false
	}
	return over
}

// delivered writes down that an operator accepted a win or a rollback, and tells it of the latter by webhook.
func (f *Floor) delivered(ctx context.Context, player Player, c walletRow, balance any) error {
	state := callAccepted
	if c.kind == WalletBet {
		state = callRolledBack
	}
	now := f.now()
	return wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		const sql = `UPDATE wallet_calls SET state = $3, balance = $4, attempts = attempts + 1, changed_at = $5 WHERE id = $1 AND state = $2`
		tag, err := tx.Exec(ctx, sql, c.id, c.state, state, balance, now)
		if err != nil {
			return fmt.Errorf("wallet call %s was accepted: %w", c.id, err)
		}
		if tag.RowsAffected() == 0 || c.kind == WalletWin { // 0: somebody else has heard the same
			return nil
		}
		return wallet.Tell(ctx, tx, wallet.Event{Operator: player.OperatorID, Player: player.ID, Type: wallet.WalletRollback, At: now, Data: rolledBack{
			TransactionID: c.id, PlayerID: player.ID, ExternalID: player.ExternalID, RoundID: c.round, GameID: c.game, Amount: c.amount.String(),
			Currency: c.amount.Currency().Code()}})
	})
}

// rolledBack is the data of wallet.rollback.
type rolledBack struct {
	TransactionID uuid.UUID `json:"transactionId"` // of the bet
	PlayerID      uuid.UUID `json:"playerId"`
	ExternalID    string    `json:"externalId"`
	RoundID       uuid.UUID `json:"roundId"`
	GameID        string    `json:"gameId"`
	Amount        string    `json:"amount"`
	Currency      string    `json:"currency"`
}

// backOff is how long after the n-th failure, from 0, a call is due again: from a second, doubled up to five minutes, some of it by chance so
// that an operator that comes back is not told everything at once.
func backOff(n int) time.Duration {
	d := min(time.Second<<min(n, 9), 5*time.Minute)
	return d/2 + rand.N(d/2)
}
