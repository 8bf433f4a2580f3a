package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// minExclusion is the shortest time that a player can be excluded for, and that an exclusion without an end lasts at least.
const minExclusion = 24 * time.Hour

// maxExclusion bounds an exclusion that has an end.
const maxExclusion = 100 * 365 * 24 * time.Hour

// Standing is whether a player may play.
type Standing struct {
	Status    string     // PlayerActive, PlayerSuspended or PlayerBarred
	Suspended bool       // also while the player is excluded
	Until     *time.Time // the end of an exclusion; nil: it has none, or there is none
}

// Suspend keeps a player from playing until the operator reinstates it. Rounds that are open are finished by their rules. One who is
// suspended already stays so, and nothing is recorded again. Returns PlayerNotFound, and InvalidRequest for a reason that cannot be recorded.
func (p *Players) Suspend(ctx context.Context, operator, player uuid.UUID, by Actor) (Standing, error) {
	return p.bar(ctx, operator, player, by, func(tx pgx.Tx, who Player, b bars, now time.Time) error {
		if b.suspended || who.Status == PlayerSuspended {
			return nil
		}
		const sql = `INSERT INTO player_bars (player_id, suspended_at) VALUES ($1, $2) ON CONFLICT (player_id) DO UPDATE SET suspended_at = excluded.suspended_at`
		if _, err := tx.Exec(ctx, sql, player, now); err != nil {
			return err
		}
		if status, _ := b.status(who.Status, now); status != PlayerBarred {
			if err := setStatus(ctx, tx, player, PlayerSuspended); err != nil {
				return err
			}
		}
		if err := record(ctx, tx, player, "suspended", by, nil, now); err != nil {
			return err
		}
		return wallet.Tell(ctx, tx, wallet.Event{Operator: operator, Player: player, Type: wallet.PlayerSuspended, At: now,
			Data: map[string]any{"playerId": player, "externalId": who.ExternalID, "reason": by.Reason, "by": by.By}})
	})
}

// Exclude keeps a player from playing until a time, nil for without an end, by the player's own wish. It is at least 24 hours, and cannot
// be shortened: one who is excluded already stays so at least as long. Rounds that are open are finished by their rules. Returns
// PlayerNotFound, InvalidRequest for a time that is too near or too far, and Conflict for one that comes before the end that there is.
func (p *Players) Exclude(ctx context.Context, operator, player uuid.UUID, until *time.Time, by Actor) (Standing, error) {
	return p.bar(ctx, operator, player, by, func(tx pgx.Tx, who Player, b bars, now time.Time) error {
		var end any = "infinity"
		if until != nil {
			to := until.UTC().Truncate(time.Microsecond)
			if to.Before(now.Add(minExclusion-time.Minute)) || to.After(now.Add(maxExclusion)) { // a minute, for clocks that differ
				return FieldError(InvalidRequest, "until", "must be at least 24 hours from now; left out: without an end")
			}
			end = to
		}
		status, has := b.status(who.Status, now)
		if status == PlayerBarred && until != nil && (has == nil || until.Before(*has)) {
			return &Error{Code: Conflict, Message: "The player is excluded for longer already; an exclusion cannot be shortened", Details: untilDetails(has)}
		}
		const sql = `INSERT INTO player_bars (player_id, excluded_at, excluded_until) VALUES ($1, $2, $3) ON CONFLICT (player_id)
			DO UPDATE SET excluded_at = excluded.excluded_at, excluded_until = excluded.excluded_until`
		if status == PlayerBarred && b.known && (until == nil && b.excludedForGood || has != nil && until != nil && has.Equal(until.Truncate(time.Microsecond))) {
			return nil // as it is already
		}
		if _, err := tx.Exec(ctx, sql, player, now, end); err != nil {
			return err
		}
		if err := setStatus(ctx, tx, player, PlayerBarred); err != nil {
			return err
		}
		data := map[string]any{"until": nil}
		if until != nil {
			data["until"] = until.UTC()
		}
		if err := record(ctx, tx, player, "excluded", by, data, now); err != nil {
			return err
		}
		data = map[string]any{"playerId": player, "externalId": who.ExternalID, "until": data["until"], "by": by.By}
		return wallet.Tell(ctx, tx, wallet.Event{Operator: operator, Player: player, Type: wallet.PlayerSelfExcluded, Data: data, At: now})
	})
}

func untilDetails(until *time.Time) map[string]any {
	if until == nil {
		return map[string]any{"until": nil}
	}
	return map[string]any{"until": until.UTC()}
}

// Reinstate lets a player play again who was suspended, or excluded without an end at least 24 hours ago. Returns PlayerNotFound, InvalidRequest
// for a reason that cannot be recorded, and Conflict while an exclusion has to last.
func (p *Players) Reinstate(ctx context.Context, operator, player uuid.UUID, by Actor) (Standing, error) {
	return p.bar(ctx, operator, player, by, func(tx pgx.Tx, who Player, b bars, now time.Time) error {
		status, until := b.status(who.Status, now)
		if status == PlayerActive && who.Status == PlayerActive {
			return nil
		}
		if status == PlayerBarred && b.excludedAt != nil {
			if until == nil {
				least := b.excludedAt.Add(minExclusion).UTC()
				until = &least
			}
			if now.Before(*until) {
				return &Error{Code: Conflict, Message: "The player is excluded until " + until.Format(time.RFC3339) + ", and stays so", Details: untilDetails(until)}
			}
		}
		const sql = `UPDATE player_bars SET suspended_at = NULL, excluded_at = NULL, excluded_until = NULL WHERE player_id = $1`
		if _, err := tx.Exec(ctx, sql, player); err != nil {
			return err
		}
		if err := setStatus(ctx, tx, player, PlayerActive); err != nil {
			return err
		}
		return record(ctx, tx, player, "reinstated", by, map[string]any{"was": status}, now)
	})
}

// bar changes why a player may not play, and returns what holds then.
func (p *Players) bar(ctx context.Context, operator, player uuid.UUID, by Actor, do func(pgx.Tx, Player, bars, time.Time) error) (s Standing, err error) {
	if err := by.check(); err != nil {
		return s, err
	}
	err = p.change(ctx, operator, player, func(tx pgx.Tx, who Player, now time.Time) error {
		before, err := barsOf(ctx, tx, player)
		if err == nil {
			err = do(tx, who, before, now)
		}
		if err == nil {
			s, err = standingOf(ctx, tx, player, now)
		}
		return err
	})
	if err != nil {
		return s, fmt.Errorf("change a player's standing: %w", err)
	}
	return s, nil
}

func setStatus(ctx context.Context, tx pgx.Tx, player uuid.UUID, status string) error {
	_, err := tx.Exec(ctx, `UPDATE players SET status = $2 WHERE id = $1 AND status <> $2`, player, status)
	return err
}

func barsOf(ctx context.Context, db rowQuerier, player uuid.UUID) (bars, error) {
	var row barsRow
	err := db.QueryRow(ctx, `SELECT `+selectBars+` FROM (SELECT $1::uuid AS id) p LEFT JOIN player_bars b ON b.player_id = p.id`, player).
		Scan(row.targets()...)
	return row.bars(), err
}

// standingOf returns whether a player may play at a time. Returns PlayerNotFound.
func standingOf(ctx context.Context, db rowQuerier, player uuid.UUID, now time.Time) (s Standing, err error) {
	var recorded string
	var row barsRow
	const sql = `SELECT p.status, ` + selectBars + ` FROM players p LEFT JOIN player_bars b ON b.player_id = p.id WHERE p.id = $1`
	err = db.QueryRow(ctx, sql, player).Scan(append([]any{&recorded}, row.targets()...)...)
	if errors.Is(err, pgx.ErrNoRows) {
		return s, playerNotFound()
	}
	b := row.bars()
	s.Status, s.Until = b.status(recorded, now)
	s.Suspended = b.suspended || s.Status == PlayerSuspended
	return s, err
}

// EndExclusions notes of the exclusions whose time is over that they are: their players could play again since then. It returns how many.
func (p *Players) EndExclusions(ctx context.Context) (ended int, err error) {
	now := p.now().UTC().Truncate(time.Microsecond)
	rows, err := p.db.Query(ctx, `SELECT b.player_id, p.operator_id FROM player_bars b JOIN players p ON p.id = b.player_id
		WHERE b.excluded_until <= $1 AND p.status = 'excluded' ORDER BY b.player_id LIMIT 1000`, now)
	if err != nil {
		return 0, fmt.Errorf("find exclusions that are over: %w", err)
	}
	type over struct{ Player, Operator uuid.UUID }
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[over])
	if err != nil {
		return 0, fmt.Errorf("find exclusions that are over: %w", err)
	}
	for _, o := range list {
		err := p.change(ctx, o.Operator, o.Player, func(tx pgx.Tx, who Player, now time.Time) error {
			b, err := barsOf(ctx, tx, o.Player)
			if err != nil {
				return err
			}
			status, _ := b.status(who.Status, now)
			if status == PlayerBarred || who.Status != PlayerBarred {
				return nil // excluded anew meanwhile, or another was faster
			}
			const sql = `UPDATE player_bars SET excluded_at = NULL, excluded_until = NULL WHERE player_id = $1`
			if _, err := tx.Exec(ctx, sql, o.Player); err != nil {
				return err
			}
			if err := setStatus(ctx, tx, o.Player, status); err != nil {
				return err
			}
			return record(ctx, tx, o.Player, "exclusion_over", Actor{By: "server"}, map[string]any{"until": b.excludedUntil}, now)
		})
		if err != nil {
			return ended, fmt.Errorf("end the exclusion of player %s: %w", o.Player, err)
		}
		ended++
	}
	return ended, nil
}
