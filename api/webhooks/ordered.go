package webhooks

import (
	"context"

	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// unpack makes letters of the first moves of an endpoint that is told in order, at the moves' place in the order. If it is cut off, or two
// runs do it, each letter is there once. It says whether there were any.
func (c *Courier) unpack(ctx context.Context, e Endpoint, limit int) (bool, error) {
	moves, err := c.movesOf(ctx, e.ID, limit)
	if err != nil || len(moves) == 0 {
		return false, err
	}
	events, err := c.expand(ctx, e, moves)
	if err != nil {
		return false, err
	}
	now := c.Now()
	for _, one := range events {
		one.since = now
	}
	return true, wallet.Transact(ctx, c.DB, func(tx pgx.Tx) error {
		gone, err := deleteMoves(ctx, tx, e, moves)
		if err != nil {
			return err
		}
		kept := events[:0:0]
		for _, one := range events {
			if gone[one.n] { // and not unpacked by another run before
				kept = append(kept, one)
			}
		}
		return insertLetters(ctx, tx, e, kept, c.config.Retrying, now)
	})
}

// inOrder reads the letters that may be tried now: those of a player up to the first that waits for its time. A letter that came after
// moves that are not unpacked waits for them. It is one statement, so one view of the tables: whoever sees a letter sees all that was
// written before it of its player.
func (c *Courier) inOrder(ctx context.Context, l *load, limit int) ([]*event, error) {
	return c.letters(ctx, `AND l.next_at <= $2
		AND l.n < coalesce((SELECT min(m.n) FROM webhook_moves m WHERE m.endpoint_id = $1), 9223372036854775807)
		AND NOT EXISTS (SELECT FROM webhook_letters b WHERE b.endpoint_id = $1 AND b.player_id = l.player_id AND b.dead_at IS NULL
			AND b.next_at > $2 AND (b.n, b.k) < (l.n, l.k))
		ORDER BY l.n, l.k LIMIT $3`, l.ID, l.begun, limit)
}

// postpone lets the letters that wait for an earlier one of their player be due when that is tried again: until then nobody need look at
// them.
func (c *Courier) postpone(ctx context.Context, l *load) error {
	_, err := c.DB.Exec(ctx, `UPDATE webhook_letters l SET next_at = b.next_at
		FROM (SELECT player_id, max(next_at) AS next_at, min(n) AS n FROM webhook_letters
			WHERE endpoint_id = $1 AND dead_at IS NULL AND next_at > $2 AND player_id IS NOT NULL GROUP BY player_id) b
		WHERE l.endpoint_id = $1 AND l.dead_at IS NULL AND l.next_at <= $2 AND l.player_id = b.player_id AND l.n >= b.n`, l.ID, l.begun)
	return err
}
