package session

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// How a sweep goes about the wallets of operators.
const (
	sweepBatch    = 200 // players of one operator at once
	sweepWorkers  = 8   // of one operator
	sweepPatience = 3   // calls that an operator leaves without an answer before it is left alone until the next sweep
)

// dueSQL finds the players of whom something is to be done: bets that nobody goes on with, wins and rollbacks to tell, rounds that are over.
// Every operator has its own share of them: one that is away, of whom much is due, keeps no other out.
const dueSQL = `
	SELECT o.id, d.player_id FROM operators o CROSS JOIN LATERAL (
		SELECT c.player_id FROM wallet_calls c LEFT JOIN rounds r ON r.operator_id = c.operator_id AND r.id = c.round_id
		WHERE c.operator_id = o.id AND c.due_at <= $1 AND c.state IN ('pending', 'confirmed', 'played', 'rolling_back')
			AND (c.state <> 'played' OR r.status <> 'in_progress')
		GROUP BY c.player_id ORDER BY min(c.due_at) LIMIT $2) d
	WHERE o.wallet_mode = 'seamless'`

// SweepWallets does what is due of all seamless players: bets that were left in hand are given up or found to be played, operators are told of
// wins and rollbacks. It returns how many players nothing is left of. Any number of nodes may do so at once, and any may be killed while it
// does. An operator that does not answer keeps no other waiting.
func (f *Floor) SweepWallets(ctx context.Context) (done int, err error) {
	rows, err := f.db.Query(ctx, dueSQL, f.now(), sweepBatch)
	if err != nil {
		return 0, fmt.Errorf("find what is due of wallets: %w", err)
	}
	due := map[uuid.UUID][]uuid.UUID{}
	for rows.Next() {
		var operator, player uuid.UUID
		if err := rows.Scan(&operator, &player); err != nil {
			return 0, fmt.Errorf("find what is due of wallets: %w", err)
		}
		due[operator] = append(due[operator], player)
	}
	if err := rows.Err(); err != nil {
		return 0, fmt.Errorf("find what is due of wallets: %w", err)
	}
	var swept atomic.Int64
	var all sync.WaitGroup
	for operator, players := range due {
		all.Go(func() { swept.Add(f.sweepOperator(ctx, operator, players)) })
	}
	all.Wait()
	return int(swept.Load()), ctx.Err()
}

func (f *Floor) sweepOperator(ctx context.Context, operator uuid.UUID, players []uuid.UUID) int64 {
	var swept, unanswered atomic.Int64
	next := make(chan uuid.UUID)
	var all sync.WaitGroup
	for range min(sweepWorkers, len(players)) {
		all.Go(func() {
			for player := range next {
				switch err := f.sweepPlayer(ctx, player); {
				case err == nil:
					swept.Add(1)
				case errors.Is(err, errWaiting):
					unanswered.Add(1)
				default:
					f.log.Warn("sweep a player's wallet calls", "player", player, "operator", operator, "error", err)
				}
			}
		})
	}
	for _, player := range players {
		if ctx.Err() != nil || unanswered.Load() >= sweepPatience {
			break
		}
		next <- player
	}
	close(next)
	all.Wait()
	return swept.Load()
}

func (f *Floor) sweepPlayer(ctx context.Context, id uuid.UUID) error {
	player, target, err := f.seamlessPlayer(ctx, id)
	if err != nil {
		return err
	}
	calls, err := f.openCalls(ctx, player)
	if err != nil {
		return err
	}
	for _, c := range calls {
		if c.toDeliver() && f.now().Before(c.due) {
			continue
		}
		if err := f.resolve(ctx, *target, player, c); err != nil {
			return err
		}
	}
	return nil
}

// seamlessPlayer returns a player with the wallet where the money is, nil if that is the ledger.
func (f *Floor) seamlessPlayer(ctx context.Context, id uuid.UUID) (player Player, target *WalletTarget, err error) {
	player, err = scanPlayer(f.db.QueryRow(ctx, selectPlayer+`WHERE id = $1`, id))
	if err != nil {
		return player, nil, err
	}
	t, err := f.scanWallet(f.db.QueryRow(ctx, loadWalletSQL, id))
	if errors.Is(err, pgx.ErrNoRows) {
		return player, nil, nil
	}
	return player, &t, err
}
