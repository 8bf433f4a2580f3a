package session

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/wallet/money"
)

// SessionState is what a player is told of the time and the money of the session, and of the rules for both.
type SessionState struct {
	Began        time.Time // the time of play; where nothing bounds it, the session
	Duration     time.Duration
	TotalWagered money.Amount // since then
	NetResult    money.Amount // what came back, less what was staked

	Jurisdiction string // whose profile holds: "" for none, "strictest" where the player's own is not known
	RealityCheck time.Duration
	SessionLimit time.Duration
	MinimumCycle map[games.Kind]time.Duration
	MaxBet       *money.Amount
	Autoplay     bool
}

// SessionState returns what a player is told of a session. Returns PlayerNotFound, and SessionExpired for a session that is not the player's.
func (f *Floor) SessionState(ctx context.Context, player, session uuid.UUID) (s SessionState, err error) {
	at, err := f.load(ctx, player)
	if err != nil {
		return s, err
	}
	now := f.now().UTC()
	if at.care.play != nil {
		s.Began = at.care.play.began.UTC()
	} else if err = f.db.QueryRow(ctx, `SELECT created_at FROM sessions WHERE id = $1 AND player_id = $2`, session, player).Scan(&s.Began); err != nil {
		return s, Errorf(SessionExpired, "Session expired")
	}
	sums, err := sumsOf(ctx, f.db, player, at.player.Currency, now, s.Began)
	if err != nil {
		return s, fmt.Errorf("what player %s has wagered: %w", player, err)
	}
	r := at.care.timeRules(now)
	s.Duration, s.TotalWagered, s.NetResult = now.Sub(s.Began), sums[0].used(WageringLimit), sums[0].used(LossLimit).Neg()
	s.RealityCheck, s.SessionLimit, s.Autoplay = r.check, r.limit, true
	if p := at.care.profile; p != nil {
		s.Jurisdiction, s.MinimumCycle, s.Autoplay = p.Name, p.MinimumCycle, !p.AutoplayBarred
		if most, ok := p.MaxBet[at.player.Currency]; ok {
			s.MaxBet = &most
		}
	}
	return s, nil
}

// UsedLimit is a limit with how much of it is used in the period that goes on.
type UsedLimit struct {
	Limit
	Currency money.Currency
	Used     *money.Amount // nil of a session limit
}

// UsedLimits returns an operator's player's limits as they stand now, with how much of them is used. Returns PlayerNotFound.
func (p *Players) UsedLimits(ctx context.Context, operator, player uuid.UUID) ([]UsedLimit, error) {
	who, err := p.ByID(ctx, operator, player)
	if err != nil {
		return nil, err
	}
	now := p.now().UTC()
	limits, err := limitsOf(ctx, p.db, player, now)
	if err != nil {
		return nil, fmt.Errorf("limits of player %s: %w", player, err)
	}
	used, err := usageOf(ctx, p.db, player, who.Currency, now)
	if err != nil {
		return nil, fmt.Errorf("what player %s used of limits: %w", player, err)
	}
	list := []UsedLimit{}
	for _, l := range limits {
		u := UsedLimit{Limit: l, Currency: who.Currency}
		if l.Type != SessionLimit {
			if amount, err := money.FromDecimal(who.Currency, used.of(l.Type, l.Period)); err == nil {
				u.Used = &amount
			}
		}
		list = append(list, u)
	}
	return list, nil
}
