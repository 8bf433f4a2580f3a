package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/wallet"
)

// ForceOutcome makes the sandbox player's next round of a game (an id or an alias, the operator's too) come out as asked; what was asked for before is
// replaced. The round is played by the rules as ever, and marked for ever. An open round is not touched. Returns GameNotAvailable,
// PlayerNotFound, Forbidden for a player of a live operator, and InvalidRequest naming the field of an outcome that cannot be.
func (f *Floor) ForceOutcome(ctx context.Context, operator, player uuid.UUID, game string, outcome json.RawMessage) error {
	g, err := f.Offer(ctx, operator, game)
	if err != nil {
		return err
	}
	build, err := f.buildOf(g)
	if err != nil {
		return err
	}
	script, err := build.variant.Engine.Force(outcome)
	var field *games.FieldError
	if errors.As(err, &field) {
		return FieldError(InvalidRequest, outcomePath(field.Field), field.Reason)
	}
	if err != nil {
		return fmt.Errorf("force an outcome of %s: %w", g.ID, err)
	}
	text, err := json.Marshal(script)
	if err != nil {
		return fmt.Errorf("force an outcome of %s: %w", g.ID, err)
	}
	return f.inSandbox(ctx, operator, player, func(tx pgx.Tx) error {
		const upsert = `INSERT INTO forced_outcomes (player_id, game_id, script, created_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (player_id, game_id) DO UPDATE SET script = excluded.script, created_at = excluded.created_at`
		if _, err := tx.Exec(ctx, upsert, player, g.ID, text, f.now()); err != nil {
			return err
		}
		return wallet.Notify(ctx, tx, wallet.Change{Player: player, Reason: "forced_outcome"})
	})
}

// ClearForced forgets the outcomes that a sandbox player's next rounds were to have. Returns Conflict while a round is open,
// PlayerNotFound, and Forbidden for a player of a live operator.
func (f *Floor) ClearForced(ctx context.Context, operator, player uuid.UUID) error {
	return f.inSandbox(ctx, operator, player, func(tx pgx.Tx) error {
		var open []uuid.UUID
		const find = `SELECT coalesce(array_agg(id), '{}') FROM rounds WHERE player_id = $1 AND status = 'in_progress'`
		if err := tx.QueryRow(ctx, find, player).Scan(&open); err != nil {
			return err
		}
		if len(open) > 0 {
			return &Error{Code: Conflict, Message: "The player has an open round", Details: map[string]any{"openRounds": open}}
		}
		if _, err := tx.Exec(ctx, `DELETE FROM forced_outcomes WHERE player_id = $1`, player); err != nil {
			return err
		}
		return wallet.Notify(ctx, tx, wallet.Change{Player: player, Reason: "reset"})
	})
}

// inSandbox changes something of an operator's sandbox player: the seat is locked and its version goes on, so that no node plays on
// from what it remembers.
func (f *Floor) inSandbox(ctx context.Context, operator, player uuid.UUID, change func(pgx.Tx) error) error {
	err := wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		var mode Mode
		const find = `SELECT o.mode FROM players p JOIN operators o ON o.id = p.operator_id WHERE p.id = $1 AND p.operator_id = $2`
		err := tx.QueryRow(ctx, find, player, operator).Scan(&mode)
		switch {
		case errors.Is(err, pgx.ErrNoRows):
			return playerNotFound()
		case err != nil:
			return err
		case mode != Sandbox:
			return Errorf(Forbidden, "Only a sandbox operator's players can be tested with")
		}
		if _, err := tx.Exec(ctx, `UPDATE seats SET version = version + 1 WHERE player_id = $1`, player); err != nil {
			return err
		}
		return change(tx)
	})
	if err != nil {
		return fmt.Errorf("sandbox player %s: %w", player, err)
	}
	return nil
}

// outcomePath is the path of an outcome's field in the request that it came in.
func outcomePath(field string) string {
	if field == "payload" {
		return "outcome"
	}
	return "outcome." + field
}
