package session

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/shopspring/decimal"

	"croupier/games"
	"croupier/wallet/money"
)

// care is what protects a player, as part of the position that the next move is computed from. What makes it stricter moves the seat, so
// that a move which was computed before is not written; what makes it laxer need not: whoever refuses looks at the database first.
type care struct {
	profile *Profile // nil: none
	bars    bars
	closed  []string // games that the house has closed; "" is all
	play    *playTime
	limits  []Limit
	usage   *usage // nil: no limit needs it

	lastGame   string // of the player's newest round, and when it began; known where a profile asks for it
	lastOpened time.Time
}

// bars are why a player may not play.
type bars struct {
	known           bool // there is a row
	suspended       bool
	excludedUntil   *time.Time // nil: not excluded, or for ever
	excludedAt      *time.Time
	excludedForGood bool
}

// status is a player's status at a time, and until when it is that; nil: until somebody changes it.
func (b bars) status(recorded string, now time.Time) (status string, until *time.Time) {
	if recorded != PlayerBarred || b.excludedUntil == nil || now.Before(*b.excludedUntil) {
		if recorded != PlayerBarred {
			return recorded, nil
		}
		return recorded, b.excludedUntil
	}
	if b.suspended {
		return PlayerSuspended, nil
	}
	return PlayerActive, nil
}

const selectBars = `b.player_id IS NOT NULL, b.suspended_at IS NOT NULL, b.excluded_at, b.excluded_until`

// barsRow is where selectBars is scanned into.
type barsRow struct {
	b     bars
	until pgtype.Timestamptz
}

func (r *barsRow) targets() []any {
	return []any{&r.b.known, &r.b.suspended, &r.b.excludedAt, &r.until}
}

func (r *barsRow) bars() bars {
	b := r.b
	if r.until.Valid && r.until.InfinityModifier == pgtype.Finite {
		at := r.until.Time.UTC()
		b.excludedUntil = &at
	}
	b.excludedForGood = r.until.Valid && r.until.InfinityModifier == pgtype.Infinity
	return b
}

const loadCareSQL = `
	SELECT ` + selectBars + `,
		t.session_id, t.began_at, t.checked_at, t.check_sent, t.limit_sent, t.limit_acked,
		array(SELECT game_id FROM (SELECT DISTINCT ON (game_id) game_id, closed FROM game_switches ORDER BY game_id, id DESC) s WHERE closed)
	FROM (SELECT $1::uuid AS id) p LEFT JOIN player_bars b ON b.player_id = p.id LEFT JOIN play_times t ON t.player_id = p.id`

const loadLastSQL = `SELECT game_id, opened_at FROM rounds WHERE player_id = $1 ORDER BY seed_seq DESC, nonce DESC LIMIT 1`

// queueCare adds what protects the player to the batch that loads a position.
func (f *Floor) queueCare(b *pgx.Batch, player uuid.UUID, p *position) {
	b.Queue(loadCareSQL, player).QueryRow(func(row pgx.Row) error { return p.care.scan(row) })
	b.Queue(selectLimits, player).Query(func(rows pgx.Rows) (err error) {
		p.care.limits, err = scanLimits(rows)
		return err
	})
	if f.jurisdictions != nil {
		b.Queue(loadLastSQL, player).Query(func(rows pgx.Rows) error {
			_, err := pgx.ForEachRow(rows, []any{&p.care.lastGame, &p.care.lastOpened}, func() error { return nil })
			return err
		})
	}
}

func (c *care) scan(row pgx.Row) error {
	var own barsRow
	var session *uuid.UUID
	var began, checked *time.Time
	var t playTime
	err := row.Scan(append(own.targets(), &session, &began, &checked, &t.checkSent, &t.limitSent, &t.limitAcked, &c.closed)...)
	if err != nil {
		return err
	}
	c.bars = own.bars()
	if session != nil {
		t.session, t.began, t.checked = *session, *began, *checked
		c.play = &t
	}
	return nil
}

// completeCare reads what is needed of the rest, once it is known what is needed: a player without limits costs nothing more. before is the
// position that was known last; what was counted for it holds as long as the seat did not move.
func (f *Floor) completeCare(ctx context.Context, p, before *position) (err error) {
	p.care.profile = f.jurisdictions.For(p.player.Jurisdiction)
	if !slices.ContainsFunc(p.care.limits, func(l Limit) bool { return l.Type == LossLimit || l.Type == WageringLimit }) {
		return nil
	}
	now := f.now()
	if before != nil && before.version == p.version && before.care.usage != nil && before.care.usage.day.Equal(Day.since(now)) {
		p.care.usage = before.care.usage
		return nil
	}
	p.care.usage, err = usageOf(ctx, f.db, p.player.ID, p.player.Currency, now)
	return err
}

// outdated says that what was counted is of another day.
func (c *care) outdated(now time.Time) bool {
	return c.usage != nil && !c.usage.day.Equal(Day.since(now))
}

// advance follows a committed move.
func (c *care) advance(m *move) {
	if c.usage != nil {
		c.usage.advance(m)
	}
	if c.profile != nil && m.opens {
		c.lastGame, c.lastOpened = m.game, m.at
	}
}

// mayOpen returns why the player may not begin a round of a game now, whatever the stake.
func (f *Floor) mayOpen(at *position, g games.Game, now time.Time) error {
	c := &at.care
	if err := at.barred(now, nil); err != nil {
		return err
	}
	if len(c.closed) > 0 && (slices.Contains(c.closed, g.ID) || slices.Contains(c.closed, "")) {
		return &Error{Code: GameNotAvailable, Message: "Game not available now", Details: map[string]any{"gameId": g.ID, "closed": true}}
	}
	if err := c.timeLeft(now); err != nil {
		return err
	}
	if c.profile == nil || c.lastGame == "" {
		return nil
	}
	last, known := f.catalogue.Lookup(c.lastGame)
	kind := games.Other
	if known {
		kind = games.KindOf(f.defaultBuild(last).variant.Engine)
	}
	if wait, cycle := c.profile.wait(kind, c.lastOpened, now); wait > 0 {
		return &Error{Code: TooManyMessages, Message: "The next round may not begin yet",
			Details: map[string]any{"retryAfterMs": (wait + time.Millisecond - 1).Milliseconds(), "minimumCycleMs": cycle.Milliseconds()}}
	}
	return nil
}

// barred returns PlayerExcluded unless the player may stake. open is the round that is open all the same, if there is one.
func (p *position) barred(now time.Time, open *openRound) error {
	if p.player.Status == PlayerActive {
		return nil
	}
	status, until := p.care.bars.status(p.player.Status, now)
	if status == PlayerActive {
		return nil
	}
	return excluded(status, until, open)
}

func excluded(status string, until *time.Time, open *openRound) *Error {
	details := map[string]any{"status": status}
	if until != nil {
		details["until"] = until.UTC()
	}
	if open != nil {
		details["openRound"] = open.id
	}
	return &Error{Code: PlayerExcluded, Message: "Player is " + status, Details: details}
}

// mayStake returns LimitReached when a stake would go past one of the player's limits.
func (c *care) mayStake(stake money.Amount, now time.Time) error {
	if c.usage == nil || stake.IsZero() {
		return nil
	}
	for _, l := range c.limits {
		if l.Type != LossLimit && l.Type != WageringLimit {
			continue
		}
		if bound, ok := l.at(now); ok {
			if used := c.usage.of(l.Type, l.Period); used.Add(stake.Decimal()).GreaterThan(bound) {
				return limitReached(l, bound, used, stake.Currency(), now)
			}
		}
	}
	return nil
}

// limitReached says which limit it was, and how much of it is used. Money is written as everywhere.
func limitReached(l Limit, bound, used decimal.Decimal, c money.Currency, now time.Time) *Error {
	details := map[string]any{"type": l.Type, "period": l.Period, "limit": moneyOf(c, bound), "used": moneyOf(c, used),
		"currency": c.Code(), "until": l.Period.until(now)}
	return &Error{Code: LimitReached, Message: fmt.Sprintf("The player's %s limit of the %s is reached", l.Type, l.Period), Details: details}
}

// moneyOf is an amount that was one before.
func moneyOf(c money.Currency, d decimal.Decimal) any {
	if a, err := money.FromDecimal(c, d); err == nil {
		return a
	}
	return d.String()
}
