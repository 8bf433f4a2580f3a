package session

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"croupier/fairness/commitlog"
)

// strangeSQL are leaves of seeds that are not stored so.
const strangeSQL = `
	SELECT l.idx, l.kind, l.value FROM log_leaves l WHERE l.kind = 1
		AND NOT EXISTS (SELECT FROM seed_pairs s WHERE s.server_seed_hash = encode(l.value, 'hex'))
	UNION ALL SELECT l.idx, l.kind, l.value FROM log_leaves l WHERE l.kind = 2
		AND NOT EXISTS (SELECT FROM seed_pairs s WHERE s.server_seed = encode(l.value, 'hex'))
	ORDER BY 1`

// unloggedSeedsSQL are seeds that no leaf is of.
const unloggedSeedsSQL = `
	SELECT 1::smallint, decode(s.server_seed_hash, 'hex') FROM seed_pairs s
		WHERE NOT EXISTS (SELECT FROM log_leaves l WHERE l.kind = 1 AND l.round_id IS NULL AND l.value = decode(s.server_seed_hash, 'hex'))
	UNION ALL SELECT 2::smallint, decode(s.server_seed, 'hex') FROM seed_pairs s WHERE s.server_seed IS NOT NULL
		AND NOT EXISTS (SELECT FROM log_leaves l WHERE l.kind = 2 AND l.round_id IS NULL AND l.value = decode(s.server_seed, 'hex'))
	LIMIT $1`

// missing finds leaves of nothing, and what has no leaf yet.
func (c *logCheck) missing(ctx context.Context, tx pgx.Tx) error {
	rows, err := tx.Query(ctx, strangeSQL)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var leaf commitlog.Leaf
		var index int64
		var value []byte
		if err := rows.Scan(&index, &leaf.Kind, &value); err != nil {
			return err
		}
		c.find("a seed stays as it was logged", fmt.Sprintf("leaf %d", index), "%s %x: no seed pair has it", leaf.Kind, value)
	}
	if err := rows.Err(); err != nil {
		return err
	}
	if rows, err = tx.Query(ctx, unloggedSeedsSQL, maxLogWaiting); err != nil {
		return err
	}
	if c.seeds, err = pgx.CollectRows(rows, scanLeaf); err != nil {
		return err
	}
	keys, err := roundKeys(ctx, tx, `SELECT r.operator_id, r.id FROM rounds r WHERE r.status <> 'in_progress'
		AND NOT EXISTS (SELECT FROM log_leaves l WHERE l.round_id = r.id) LIMIT $1`, maxLogWaiting)
	for _, k := range keys {
		c.rounds = append(c.rounds, finishedRound{roundKey: k})
	}
	return err
}

// await waits for the leaves of what had none, and reports what has none then.
func (c *logCheck) await(ctx context.Context, db querier) error {
	end := time.Now().Add(c.how.Grace)
	for {
		var err error
		if c.rounds, err = unlogged(ctx, db, c.rounds); err != nil {
			return err
		}
		if c.seeds, err = unloggedSeeds(ctx, db, c.seeds); err != nil {
			return err
		}
		if len(c.rounds)+len(c.seeds) == 0 || !time.Now().Before(end) {
			break
		}
		pause(ctx, 100*time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err()
		}
	}
	const rule = "everything is logged"
	for _, k := range c.rounds {
		c.find(rule, "round "+k.round.String(), "it is over, and there is no leaf of it")
	}
	for _, s := range c.seeds {
		c.find(rule, fmt.Sprintf("%s %x", s.Kind, s.Value), "it is stored, and there is no leaf of it")
	}
	return nil
}

// unloggedSeeds returns those that no leaf is of.
func unloggedSeeds(ctx context.Context, db querier, seeds []commitlog.Leaf) (left []commitlog.Leaf, err error) {
	if len(seeds) == 0 {
		return nil, nil
	}
	kinds, values := make([]int16, len(seeds)), make([][]byte, len(seeds))
	for i := range seeds {
		kinds[i], values[i] = int16(seeds[i].Kind), seeds[i].Value[:]
	}
	rows, err := db.Query(ctx, `SELECT k.kind, k.value FROM unnest($1::smallint[], $2::bytea[]) AS k (kind, value)
		WHERE NOT EXISTS (SELECT FROM log_leaves l WHERE l.round_id IS NULL AND l.kind = k.kind AND l.value = k.value)`, kinds, values)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanLeaf)
}
