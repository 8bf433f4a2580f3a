package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/wallet"
)

// SeedRenewer replaces server seeds that somebody may know: after a restore to an earlier time, or when the master key leaked together
// with the database. Servers may play meanwhile.
type SeedRenewer struct {
	DB    *pgxpool.Pool
	Vault *fairness.Vault
	Now   Clock
}

// renewBatch is how many players are looked up at once.
const renewBatch = 500

// renewFrom finds players whose active server seed was made before $1, after the player $2.
const renewFrom = `
	FROM seats s JOIN seed_pairs p ON p.player_id = s.player_id AND p.seq = s.seed_seq
	WHERE p.created_at < $1 AND s.player_id > $2`

// Count returns how many players have an active server seed that was made before a time.
func (r *SeedRenewer) Count(ctx context.Context, before time.Time) (players int, err error) {
	if err := r.DB.QueryRow(ctx, `SELECT count(*)`+renewFrom, before, uuid.Nil).Scan(&players); err != nil {
		return 0, fmt.Errorf("count old seeds: %w", err)
	}
	return players, nil
}

// Renew rotates every player's seeds until the active server seed was made at the time or later: twice in most cases, because the next
// seed is as old as the active one. Each rotation reveals a seed, and the server makes the client seed. It returns the players whom an
// open round keeps from it. It may be killed at any time, and begun again with the same time. It tells progress of every player.
func (r *SeedRenewer) Renew(ctx context.Context, before time.Time, progress func()) (open []uuid.UUID, err error) {
	var last uuid.UUID
	for {
		rows, err := r.DB.Query(ctx, `SELECT s.player_id`+renewFrom+` ORDER BY s.player_id LIMIT $3`, before, last, renewBatch)
		if err != nil {
			return open, fmt.Errorf("find old seeds: %w", err)
		}
		players, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
		if err != nil {
			return open, fmt.Errorf("find old seeds: %w", err)
		}
		for _, player := range players {
			err := r.renew(ctx, player, before)
			if errors.Is(err, &Error{Code: InvalidAction}) {
				open = append(open, player)
			} else if err != nil {
				return open, fmt.Errorf("renew the seeds of player %s: %w", player, err)
			}
			progress()
			last = player
		}
		if len(players) < renewBatch {
			return open, nil
		}
	}
}

// renew rotates one player's seeds until the active one is not older than before.
func (r *SeedRenewer) renew(ctx context.Context, player uuid.UUID, before time.Time) error {
	for {
		var old bool
		const sql = `SELECT p.created_at < $2 FROM seats s JOIN seed_pairs p ON p.player_id = s.player_id AND p.seq = s.seed_seq
			WHERE s.player_id = $1`
		if err := r.DB.QueryRow(ctx, sql, player, before).Scan(&old); err != nil || !old {
			return err
		}
		if err := wallet.Transact(ctx, r.DB, func(tx pgx.Tx) error {
			_, err := rotate(ctx, tx, r.Vault, rotation{player: player}, r.Now())
			return err
		}); err != nil {
			return err
		}
	}
}
