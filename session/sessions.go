package session

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// SessionRecord is what a player is told of a session.
type SessionRecord struct {
	ID        uuid.UUID
	CreatedAt time.Time
	ExpiresAt time.Time  // past it no refresh helps
	EndedAt   *time.Time // by a logout, or because a refresh token came twice; nil: by nobody
}

// Sessions returns the sessions of a player, newest first, at most limit.
func (a *Access) Sessions(ctx context.Context, player uuid.UUID, limit int) ([]SessionRecord, error) {
	const sql = `SELECT id, created_at, expires_at, revoked_at FROM sessions WHERE player_id = $1 ORDER BY id DESC LIMIT $2`
	rows, err := a.db.Query(ctx, sql, player, limit)
	if err != nil {
		return nil, fmt.Errorf("sessions of player %s: %w", player, err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s SessionRecord, err error) {
		return s, row.Scan(&s.ID, &s.CreatedAt, &s.ExpiresAt, &s.EndedAt)
	})
	if err != nil {
		return nil, fmt.Errorf("sessions of player %s: %w", player, err)
	}
	return list, nil
}

// EndSession ends a session of the player's as Logout does. One that has ended is no error. Returns NotFound.
func (a *Access) EndSession(ctx context.Context, player, id uuid.UUID) (s SessionRecord, err error) {
	err = wallet.Transact(ctx, a.db, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, `SELECT id FROM sessions WHERE id = $1 AND player_id = $2`, id, player)
		if err != nil {
			return err
		}
		if found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID]); err != nil {
			return err
		} else if len(found) == 0 {
			return Errorf(NotFound, "Session not found")
		}
		if err := a.end(ctx, tx, id); err != nil {
			return err
		}
		return tx.QueryRow(ctx, `SELECT id, created_at, expires_at, revoked_at FROM sessions WHERE id = $1`, id).
			Scan(&s.ID, &s.CreatedAt, &s.ExpiresAt, &s.EndedAt)
	})
	if err != nil {
		return SessionRecord{}, fmt.Errorf("end a session: %w", err)
	}
	return s, nil
}
