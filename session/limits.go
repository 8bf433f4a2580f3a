package session

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/shopspring/decimal"

	"croupier/wallet"
	"croupier/wallet/money"
)

// LimitType is what a limit of a player bounds.
type LimitType string

// The types of limits.
const (
	DepositLimit  LimitType = "deposit"  // what comes in
	LossLimit     LimitType = "loss"     // stakes, less what came back of rounds
	WageringLimit LimitType = "wagering" // stakes, less those of rounds that were voided
	SessionLimit  LimitType = "session"  // minutes of play without a break
)

// LimitPeriod is what a limit is counted over.
type LimitPeriod string

// The periods, in UTC. That of a session limit is the session.
const (
	Day       LimitPeriod = "day"   // from 00:00
	Week      LimitPeriod = "week"  // from Monday, 00:00
	Month     LimitPeriod = "month" // from the 1st, 00:00
	InSession LimitPeriod = "session"
)

// relaxAfter is how long a limit stays as it was when it is raised or removed.
const relaxAfter = 24 * time.Hour

// maxSessionMinutes is the longest session limit: a day, as long as a session.
const maxSessionMinutes = 24 * 60

// since is when the period began that a time is in.
func (p LimitPeriod) since(t time.Time) time.Time {
	t = t.UTC()
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	switch p {
	case Week:
		return day.AddDate(0, 0, -int(t.Weekday()+6)%7)
	case Month:
		return day.AddDate(0, 0, 1-t.Day())
	}
	return day
}

// until is when the period ends that a time is in.
func (p LimitPeriod) until(t time.Time) time.Time {
	from := p.since(t)
	switch p {
	case Week:
		return from.AddDate(0, 0, 7)
	case Month:
		return from.AddDate(0, 1, 0)
	}
	return from.AddDate(0, 0, 1)
}

// Limit is a limit that a player has: money of the player's currency, or minutes.
type Limit struct {
	Type   LimitType
	Period LimitPeriod
	Value  decimal.Decimal

	// What it will be from PendingAt on; nil: it stays. Removed says that it goes.
	PendingAt *time.Time
	Pending   decimal.Decimal
	Removed   bool
}

// at is what bounds at a time. ok is false when nothing does.
func (l Limit) at(now time.Time) (value decimal.Decimal, ok bool) {
	if l.PendingAt == nil || now.Before(*l.PendingAt) {
		return l.Value, true
	}
	return l.Pending, !l.Removed
}

// settled is the limit as it stands at a time. ok is false when it is gone.
func (l Limit) settled(now time.Time) (Limit, bool) {
	value, ok := l.at(now)
	if l.PendingAt != nil && !now.Before(*l.PendingAt) {
		l.PendingAt, l.Pending, l.Removed = nil, decimal.Decimal{}, false
	}
	l.Value = value
	return l, ok
}

const selectLimits = `SELECT type, period, value::text, pending::text, pending_at FROM player_limits WHERE player_id = $1 ORDER BY type, period`

func scanLimits(rows pgx.Rows) ([]Limit, error) {
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (l Limit, err error) {
		var value string
		var pending *string
		if err = row.Scan(&l.Type, &l.Period, &value, &pending, &l.PendingAt); err != nil {
			return l, err
		}
		if l.Value, err = decimal.NewFromString(value); err != nil || pending == nil {
			return l, err
		}
		if l.Removed = *pending == "Infinity"; !l.Removed {
			l.Pending, err = decimal.NewFromString(*pending)
		}
		return l, err
	})
}

// LimitChange asks for another limit.
type LimitChange struct {
	Type   LimitType
	Period LimitPeriod
	Value  money.Number // money of the player's currency, or whole minutes; "" removes the limit
}

// Actor is who does something about a player, as it is recorded, and why.
type Actor struct {
	By     string // "player", an API key, or who did it by command; 1–100 characters
	Reason string // at most 200 printable characters; an operator must say why
}

// ThePlayer is the player's own wish.
func ThePlayer(reason string) Actor { return Actor{By: "player", Reason: reason} }

func (a Actor) check() error {
	if n := len([]rune(a.Reason)); n > 200 || !printable(a.Reason) || a.Reason == "" && a.By != "player" {
		return FieldError(InvalidRequest, "reason", "must have 1 to 200 printable characters")
	}
	return nil
}

// parse returns the value of a change, with wants being false for a removal.
func (c LimitChange) parse(currency money.Currency) (value decimal.Decimal, wants bool, err error) {
	money4 := slices.Contains([]LimitType{DepositLimit, LossLimit, WageringLimit}, c.Type)
	switch {
	case !money4 && c.Type != SessionLimit:
		return value, false, FieldError(InvalidRequest, "type", "must be deposit, loss, wagering or session")
	case money4 && !slices.Contains([]LimitPeriod{Day, Week, Month}, c.Period):
		return value, false, FieldError(InvalidRequest, "period", "must be day, week or month")
	case !money4 && c.Period != InSession:
		return value, false, FieldError(InvalidRequest, "period", "must be session")
	case c.Value == "":
		return value, false, nil
	case !money4:
		minutes, err := c.Value.Scaled(0)
		if err != nil || minutes < 1 || minutes > maxSessionMinutes {
			return value, false, FieldError(InvalidRequest, "amount", fmt.Sprintf("must be whole minutes from 1 to %d", maxSessionMinutes))
		}
		return decimal.NewFromInt(minutes), true, nil
	}
	amount, err := money.Parse(currency, c.Value)
	var wrong *money.NumberError
	if errors.As(err, &wrong) {
		return value, false, FieldError(InvalidRequest, "amount", wrong.Reason)
	}
	if err == nil && amount.Sign() < 0 {
		return value, false, FieldError(InvalidRequest, "amount", "must not be negative")
	}
	return amount.Decimal(), true, err
}

// changed is what a change makes of the limit as it stands now, nil for none. What is stricter, or as strict, acts now; anything else waits.
func changed(old *Limit, c LimitChange, value decimal.Decimal, wants bool, now time.Time) *Limit {
	if old == nil && !wants {
		return nil
	}
	if old == nil || wants && value.LessThanOrEqual(old.Value) {
		return &Limit{Type: c.Type, Period: c.Period, Value: value}
	}
	if old.PendingAt != nil && old.Removed == !wants && (!wants || old.Pending.Equal(value)) {
		return old // asked for already: its time goes on
	}
	next := *old
	from := now.Add(relaxAfter)
	next.PendingAt, next.Pending, next.Removed = &from, value, !wants
	return &next
}

// Limits returns an operator's player's limits as they stand now. Returns PlayerNotFound.
func (p *Players) Limits(ctx context.Context, operator, player uuid.UUID) ([]Limit, error) {
	if _, err := p.ByID(ctx, operator, player); err != nil {
		return nil, err
	}
	limits, err := limitsOf(ctx, p.db, player, p.now())
	if err != nil {
		return nil, fmt.Errorf("limits of player %s: %w", player, err)
	}
	return limits, nil
}

func limitsOf(ctx context.Context, db querier, player uuid.UUID, now time.Time) ([]Limit, error) {
	rows, err := db.Query(ctx, selectLimits, player)
	if err != nil {
		return nil, err
	}
	stored, err := scanLimits(rows)
	limits := []Limit{}
	for _, l := range stored {
		if l, ok := l.settled(now); ok {
			limits = append(limits, l)
		}
	}
	return limits, err
}

// SetLimits changes limits of an operator's player, all or none, and returns all that the player has. A limit that becomes stricter does so
// with the player's next move, on whatever node; one that is raised or removed stays for 24 hours as it was. Who did it and why is recorded
// for ever. Returns PlayerNotFound, and InvalidRequest, which names type, period, value or reason.
func (p *Players) SetLimits(ctx context.Context, operator, player uuid.UUID, changes []LimitChange, by Actor) (limits []Limit, err error) {
	if err := by.check(); err != nil {
		return nil, err
	}
	err = p.change(ctx, operator, player, func(tx pgx.Tx, who Player, now time.Time) error {
		for _, c := range changes {
			if err := p.setLimit(ctx, tx, who, c, by, now); err != nil {
				return err
			}
		}
		limits, err = limitsOf(ctx, tx, player, now)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("set limits: %w", err)
	}
	return limits, nil
}

func (p *Players) setLimit(ctx context.Context, tx pgx.Tx, who Player, c LimitChange, by Actor, now time.Time) error {
	value, wants, err := c.parse(who.Currency)
	if err != nil {
		return err
	}
	have, err := limitsOf(ctx, tx, who.ID, now)
	if err != nil {
		return err
	}
	var old *Limit
	if i := slices.IndexFunc(have, func(l Limit) bool { return l.Type == c.Type && l.Period == c.Period }); i >= 0 {
		old = &have[i]
	}
	next := changed(old, c, value, wants, now)
	if next == nil {
		return nil
	}
	var pending *string
	kind := "limit_set"
	data := map[string]any{"type": c.Type, "period": c.Period, "amount": value.String()}
	if next.PendingAt != nil {
		text := next.Pending.String()
		if next.Removed {
			text = "Infinity"
			data["amount"] = nil
		}
		pending, kind = &text, "limit_relaxed"
		data["from"] = next.PendingAt.UTC()
	}
	if old != nil {
		data["was"] = old.Value.String()
	}
	const upsert = `INSERT INTO player_limits (player_id, type, period, value, pending, pending_at) VALUES ($1, $2, $3, $4::text::numeric, $5::text::numeric, $6)
		ON CONFLICT (player_id, type, period) DO UPDATE SET value = excluded.value, pending = excluded.pending, pending_at = excluded.pending_at`
	if _, err := tx.Exec(ctx, upsert, who.ID, c.Type, c.Period, next.Value.String(), pending, next.PendingAt); err != nil {
		return err
	}
	return record(ctx, tx, who.ID, kind, by, data, now)
}

// change runs do in a transaction that holds the player's seat and moves it, so that every move that was computed before is computed anew,
// and tells all nodes. Times are to the microsecond, as the database keeps them.
func (p *Players) change(ctx context.Context, operator, player uuid.UUID, do func(pgx.Tx, Player, time.Time) error) error {
	return wallet.Transact(ctx, p.db, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `UPDATE seats SET version = version + 1 WHERE player_id = $1`, player); err != nil {
			return err
		}
		who, err := scanPlayer(tx.QueryRow(ctx, selectPlayer+`WHERE operator_id = $1 AND id = $2`, operator, player))
		if err != nil {
			return err
		}
		if err := do(tx, who, p.now().UTC().Truncate(time.Microsecond)); err != nil {
			return err
		}
		return wallet.Notify(ctx, tx, wallet.Change{Player: player, Reason: careReason})
	})
}

// careReason is the reason of a wallet.Change after which a player's visits look at what they may do.
const careReason = "care"

// record writes what was done about a player, for ever.
func record(ctx context.Context, tx pgx.Tx, player uuid.UUID, kind string, by Actor, data map[string]any, at time.Time) error {
	if data == nil {
		data = map[string]any{}
	}
	const sql = `INSERT INTO player_records (id, player_id, kind, by, reason, data, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	_, err := tx.Exec(ctx, sql, newID(), player, kind, by.By, by.Reason, data, at)
	return err
}

// Number writes a value of the limit: money with the currency's decimals, or minutes.
func (l UsedLimit) Number(value decimal.Decimal) money.Number {
	if l.Type == SessionLimit {
		return money.Number(value.String())
	}
	return money.Number(value.StringFixed(int32(l.Currency.Scale())))
}
