package session

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// AdmitDeposit implements wallet.Ledger's Admit: it returns, as refused, PlayerExcluded for a player who may not play, and LimitReached for a
// deposit that would go past a limit. The caller holds the player's seat, so no other deposit is counted or made meanwhile. What tx has of
// the refusal, the event of it, is to be committed.
func (p *Players) AdmitDeposit(ctx context.Context, tx pgx.Tx, o wallet.Order) (refused, err error) {
	now := p.now().UTC().Truncate(time.Microsecond)
	s, err := standingOf(ctx, tx, o.Player, now)
	if err != nil {
		return nil, err
	}
	if s.Status != PlayerActive {
		return excluded(s.Status, s.Until, nil), nil
	}
	limits, err := limitsOf(ctx, tx, o.Player, now)
	if err != nil {
		return nil, err
	}
	for _, l := range limits {
		if l.Type != DepositLimit {
			continue
		}
		sums, err := sumsOf(ctx, tx, o.Player, o.Amount.Currency(), now, l.Period.since(now))
		if err != nil {
			return nil, err
		}
		if used := sums[0].deposited.Decimal(); used.Add(o.Amount.Decimal()).GreaterThan(l.Value) {
			reached := limitReached(l, l.Value, used, o.Amount.Currency(), now)
			return reached, tellLimitReached(ctx, tx, o.Operator, o.Player, reached, now)
		}
	}
	return nil, nil
}

// tellLimitReached tells the operator that a limit refused something, once for each of its periods.
func tellLimitReached(ctx context.Context, tx pgx.Tx, operator, player uuid.UUID, e *Error, now time.Time) error {
	kind, okType := e.Details["type"].(LimitType)
	period, okPeriod := e.Details["period"].(LimitPeriod)
	if !okType || !okPeriod {
		return fmt.Errorf("no limit is reached: %w", e)
	}
	const sql = `INSERT INTO limits_reached (player_id, type, period, since, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`
	tag, err := tx.Exec(ctx, sql, player, kind, period, period.since(now), now)
	if err != nil || tag.RowsAffected() == 0 {
		return err
	}
	if err := record(ctx, tx, player, "limit_reached", Actor{By: "server"}, e.Details, now); err != nil {
		return err
	}
	data := maps.Clone(e.Details)
	data["playerId"] = player
	return wallet.Tell(ctx, tx, wallet.Event{Operator: operator, Player: player, Type: wallet.PlayerLimitReached, Data: data, At: now})
}

// noteLimit tells the operator of a limit that refused a bet. That it could not be told changes nothing for the player.
func (v *Visit) noteLimit(ctx context.Context, err error) {
	var reached *Error
	if !errors.As(err, &reached) || reached.Code != LimitReached {
		return
	}
	f := v.seat.floor
	now := f.now().UTC().Truncate(time.Microsecond)
	key := fmt.Sprint(reached.Details["type"], reached.Details["period"], Day.since(now))
	if told := v.seat.limitTold.Load(); told != nil && *told == key {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), requestTimeout)
	defer cancel()
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		var operator uuid.UUID
		if err := tx.QueryRow(ctx, `SELECT operator_id FROM players WHERE id = $1`, v.seat.player).Scan(&operator); err != nil {
			return err
		}
		return tellLimitReached(ctx, tx, operator, v.seat.player, reached, now)
	})
	if err != nil {
		f.log.Warn("a limit that is reached is not told of", "player", v.seat.player, "error", err)
		return
	}
	v.seat.limitTold.Store(&key)
}
