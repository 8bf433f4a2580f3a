package session

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/wallet"
)

// Switch is a game that the house has closed or opened again: no new rounds of it begin while it is closed, for no operator, and those that
// are open are finished by its rules.
type Switch struct {
	Game   string    `json:"gameId"` // "": all games
	Closed bool      `json:"closed"`
	By     string    `json:"by"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// SetSwitch closes or opens a game, or all games, on all servers of a database. Each of its states is recorded for ever. A game is named by
// its own id. Returns InvalidRequest for a reason that cannot be recorded, and NotFound for a game that no server of the database ever offered.
func SetSwitch(ctx context.Context, db *pgxpool.Pool, s Switch) error {
	if err := (Actor{By: s.By, Reason: s.Reason}).check(); err != nil {
		return err
	}
	if err := validateGameID(s.Game); err != nil {
		return err
	}
	err := wallet.Transact(ctx, db, func(tx pgx.Tx) error {
		var known bool
		if err := tx.QueryRow(ctx, `SELECT $1 = '' OR EXISTS (SELECT FROM builds WHERE game_id = $1)`, s.Game).Scan(&known); err != nil {
			return err
		}
		if !known {
			return Errorf(NotFound, "no game %q was ever offered here; name it by its own id", s.Game)
		}
		const sql = `INSERT INTO game_switches (game_id, closed, by, reason, at) VALUES ($1, $2, $3, $4, $5)`
		if _, err := tx.Exec(ctx, sql, s.Game, s.Closed, s.By, s.Reason, s.At); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `SELECT pg_notify($1, '')`, policyChannel)
		return err
	})
	if err != nil {
		return fmt.Errorf("switch a game: %w", err)
	}
	return nil
}

// Switches returns all that was ever switched, newest first.
func Switches(ctx context.Context, db *pgxpool.Pool) ([]Switch, error) {
	rows, err := db.Query(ctx, `SELECT game_id, closed, by, reason, at FROM game_switches ORDER BY id DESC`)
	if err != nil {
		return nil, fmt.Errorf("list the switches of games: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[Switch])
	if err != nil {
		return nil, fmt.Errorf("list the switches of games: %w", err)
	}
	return list, nil
}
