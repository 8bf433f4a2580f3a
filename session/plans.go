package session

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// Rate is how many requests there may be: so many a second for ever, and so many at once after a pause.
type Rate struct {
	PerSecond int // 1 to 100,000
	Burst     int // 1 to 1,000,000, and at most what an hour has
}

// Plan says how many requests the API keys and the players of an operator may make.
type Plan struct {
	Name   string // 1–32 characters of a–z, 0–9, _ and -, the first a letter
	Key    Rate   // of one API key
	Player Rate   // of one player, over REST, by whatever connection or session
}

// defaultPlan is the plan of an operator that nothing was said for.
func (m Mode) defaultPlan() string {
	if m == Live {
		return "standard"
	}
	return "sandbox"
}

// PlanBook is all plans, and who is on which.
type PlanBook struct {
	Plans    []Plan // by name
	byName   map[string]Plan
	assigned map[uuid.UUID]string // by operator or API key
	modes    map[uuid.UUID]Mode   // of operators
	mode     Mode                 // of operators that are newer than the book
}

// Of returns the plan of an operator's API key, or with uuid.Nil that of its players.
func (b *PlanBook) Of(operator, key uuid.UUID) Plan {
	for _, subject := range []uuid.UUID{key, operator} {
		if plan, ok := b.byName[b.assigned[subject]]; ok {
			return plan
		}
	}
	mode, ok := b.modes[operator]
	if !ok {
		mode = b.mode
	}
	return b.byName[mode.defaultPlan()]
}

// PlanBook reads all plans. mode is that of operators that are not there yet.
func (o *Operators) PlanBook(ctx context.Context, mode Mode) (*PlanBook, error) {
	book := &PlanBook{byName: map[string]Plan{}, assigned: map[uuid.UUID]string{}, modes: map[uuid.UUID]Mode{}, mode: mode}
	batch := &pgx.Batch{}
	batch.Queue(`SELECT name, key_rate, key_burst, player_rate, player_burst FROM rate_plans ORDER BY name`).Query(func(rows pgx.Rows) error {
		var p Plan
		_, err := pgx.ForEachRow(rows, []any{&p.Name, &p.Key.PerSecond, &p.Key.Burst, &p.Player.PerSecond, &p.Player.Burst}, func() error {
			book.Plans = append(book.Plans, p)
			book.byName[p.Name] = p
			return nil
		})
		return err
	})
	batch.Queue(`SELECT DISTINCT ON (subject) subject, coalesce(plan, '') FROM rate_assignments ORDER BY subject, version DESC`).
		Query(func(rows pgx.Rows) error {
			var subject uuid.UUID
			var plan string
			_, err := pgx.ForEachRow(rows, []any{&subject, &plan}, func() error { book.assigned[subject] = plan; return nil })
			return err
		})
	batch.Queue(`SELECT id, mode FROM operators`).Query(func(rows pgx.Rows) error {
		var id uuid.UUID
		var mode Mode
		_, err := pgx.ForEachRow(rows, []any{&id, &mode}, func() error { book.modes[id] = mode; return nil })
		return err
	})
	if err := o.db.SendBatch(ctx, batch).Close(); err != nil {
		return nil, fmt.Errorf("read the rate plans: %w", err)
	}
	return book, nil
}

var planName = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// DefinePlan makes a plan, or changes one for all who are on it. It is for the house: the server's role may not. Returns InvalidRequest.
func (o *Operators) DefinePlan(ctx context.Context, p Plan) error {
	if !planName.MatchString(p.Name) {
		return FieldError(InvalidRequest, "plan", "must be 1–32 characters of a–z, 0–9, _ and -, the first a letter")
	}
	for field, rate := range map[string]Rate{"key": p.Key, "player": p.Player} {
		if rate.PerSecond < 1 || rate.PerSecond > 100_000 || rate.Burst < 1 || rate.Burst > min(1_000_000, 3600*rate.PerSecond) {
			return FieldError(InvalidRequest, field, "must be 1–100000 a second, and 1–1000000 at once but no more than an hour has")
		}
	}
	_, err := o.db.Exec(ctx, `
		INSERT INTO rate_plans (name, key_rate, key_burst, player_rate, player_burst) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (name) DO UPDATE SET key_rate = $2, key_burst = $3, player_rate = $4, player_burst = $5`,
		p.Name, p.Key.PerSecond, p.Key.Burst, p.Player.PerSecond, p.Player.Burst)
	if err != nil {
		return fmt.Errorf("define a rate plan: %w", err)
	}
	return nil
}

// UsePlan puts an operator, or one of its API keys, on a plan; with "" on the default again. It is for the house, and is recorded. Returns
// NotFound.
func (o *Operators) UsePlan(ctx context.Context, subject uuid.UUID, plan string, by KeyAdmin) error {
	err := wallet.Transact(ctx, o.db, func(tx pgx.Tx) error {
		var known, planned bool
		err := tx.QueryRow(ctx, `
			SELECT EXISTS (SELECT FROM operators WHERE id = $1) OR EXISTS (SELECT FROM api_keys WHERE id = $1),
				$2 = '' OR EXISTS (SELECT FROM rate_plans WHERE name = $2)`, subject, plan).Scan(&known, &planned)
		switch {
		case err != nil:
			return err
		case !known:
			return Errorf(NotFound, "there is no operator or API key %s", subject)
		case !planned:
			return Errorf(NotFound, "there is no plan %.40q", plan)
		}
		_, err = tx.Exec(ctx, `
			INSERT INTO rate_assignments (subject, version, plan, changed_at, changed_by)
			SELECT $1, coalesce(max(version), 0) + 1, nullif($2, ''), $3, $4 FROM rate_assignments WHERE subject = $1`, subject, plan, o.now(), by.name)
		return err
	})
	if err != nil {
		return fmt.Errorf("use a rate plan: %w", err)
	}
	return nil
}

// RateGrant is what was had of a limit that all servers share.
type RateGrant struct {
	Granted int           // requests that may be made
	Left    int           // how many more there are now, for whichever server asks; less than 0: so many were made too many
	Wait    time.Duration // until the next one is there, if none was granted
}

// leaseSQL takes up to $5 requests of a rate of $2 a second and $3 at once, after it has charged the $4 that were made already. What is used
// goes down at the rate. The database's clock counts: those of servers may differ. No more than two bursts are ever owed, so that whoever
// comes from another plan does not wait for ever.
const leaseSQL = `
	WITH held AS (
		SELECT subject, used, at, greatest(at, clock_timestamp()) AS now FROM rate_usage WHERE subject = $1 FOR NO KEY UPDATE
	), owed AS (
		SELECT subject, now, least(2 * $3::int, greatest(0, used - extract(epoch FROM now - at)::float8 * $2::int) + $4::int) AS used FROM held
	), may AS (
		SELECT subject, now, used, greatest(0, least($5::int, floor($3::int - used)))::int AS granted FROM owed
	)
	UPDATE rate_usage u SET used = may.used + may.granted, at = may.now FROM may WHERE u.subject = may.subject
	RETURNING may.granted, floor($3::int - u.used)::int, ceil(greatest(0, u.used + 1 - $3::int) / $2::int * 1000000)::bigint`

// LeaseRate takes up to n requests of what a subject, an API key or a player, may make on all servers together, and charges what was made
// before without asking.
func (o *Operators) LeaseRate(ctx context.Context, subject uuid.UUID, rate Rate, made, n int) (g RateGrant, err error) {
	var wait int64 // microseconds
	lease := func() error {
		return o.db.QueryRow(ctx, leaseSQL, subject, rate.PerSecond, rate.Burst, made, n).Scan(&g.Granted, &g.Left, &wait)
	}
	if err = lease(); errors.Is(err, pgx.ErrNoRows) {
		_, err = o.db.Exec(ctx, `INSERT INTO rate_usage (subject, used, at) VALUES ($1, 0, clock_timestamp()) ON CONFLICT DO NOTHING`, subject)
		if err == nil {
			err = lease()
		}
	}
	if err != nil {
		return RateGrant{}, fmt.Errorf("lease requests: %w", err)
	}
	g.Wait = time.Duration(wait) * time.Microsecond
	return g, nil
}

// SweepRates forgets subjects that have a full burst again since long, and returns how many.
func (o *Operators) SweepRates(ctx context.Context) (int64, error) {
	tag, err := o.db.Exec(ctx, `DELETE FROM rate_usage WHERE subject IN (
		SELECT subject FROM rate_usage WHERE at < now() - interval '2 hours' LIMIT 10000 FOR UPDATE SKIP LOCKED)`)
	if err != nil {
		return 0, fmt.Errorf("sweep the rates: %w", err)
	}
	return tag.RowsAffected(), nil
}
