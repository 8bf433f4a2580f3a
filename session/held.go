package session

import (
	"context"
	"errors"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// held returns the moves whose seats somebody keeps locked, after a wait for a lock was given up: their neighbours need not wait again.
func (s *Settler) held(err error, group []*move) (held []*move) {
	var waited *pgconn.PgError
	if !errors.As(err, &waited) || waited.Code != "55P03" || len(group) == 1 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), s.config.Timeout)
	defer cancel()
	players := make([][16]byte, len(group))
	for i, m := range group {
		players[i] = m.player
	}
	rows, err := s.db.Query(ctx, `SELECT player_id FROM seats WHERE player_id = ANY ($1) FOR UPDATE SKIP LOCKED`, players)
	if err != nil {
		return nil
	}
	free, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
	if err != nil {
		return nil
	}
	for _, m := range group {
		if !slices.Contains(free, [16]byte(m.player)) {
			held = append(held, m)
		}
	}
	return held
}
