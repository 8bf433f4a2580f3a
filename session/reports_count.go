package session

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// The pace of counting for reports. A round's id is made when it is played, and it is written within seconds or never, unless its server was
// frozen between the two: what comes later than reportSettles is found when its day is counted again, after reportChecks.
const (
	reportSettles = 10 * time.Minute
	reportSlice   = 2 * time.Minute    // of rounds that one transaction counts: at 5,000 a second, 600,000
	reportChecks  = 25 * time.Hour     // after the end of a day
	reportFolds   = 5000               // rounds that were open, and are not any more, that one transaction counts
	reportLock    = "croupier.reports" // the advisory lock of whoever changes the sums
	reportColumns = `operator_id, hour, opened, game_id, build_id, currency, kind, rounds, bets, wagered, won, bet_squares, net_squares, net_bets`
)

// reportSums are what is kept of the rounds of source, a relation with the columns of rounds: those that are over, by the hour in which they ended.
// A round that was voided is voided whether it was forced or not.
const reportSums = `
	SELECT r.operator_id, date_trunc('hour', r.closed_at, 'UTC') AS hour, (uuid_time(r.id) AT TIME ZONE 'UTC')::date AS opened, r.game_id, r.build_id,
		p.currency, CASE WHEN r.status = 'voided' THEN 'voided' WHEN r.forced IS NOT NULL THEN 'forced' ELSE 'played' END AS kind,
		count(*) AS rounds, sum(r.bet) AS bets, sum(r.stake) AS wagered, sum(r.payout) AS won, sum(r.bet * r.bet) AS bet_squares,
		sum((r.payout - r.stake) * (r.payout - r.stake)) AS net_squares, sum((r.payout - r.stake) * r.bet) AS net_bets
	FROM {source} r JOIN players p ON p.id = r.player_id
	WHERE r.closed_at IS NOT NULL
	GROUP BY 1, 2, 3, 4, 5, 6, 7`

// addSums adds the sums of a relation named over to what is there, and who played.
const addSums = `, added AS (
		INSERT INTO report_hours AS h (` + reportColumns + `) ` + reportSums + `
		ON CONFLICT (operator_id, hour, opened, game_id, build_id, currency, kind) DO UPDATE SET rounds = h.rounds + excluded.rounds,
			bets = h.bets + excluded.bets, wagered = h.wagered + excluded.wagered, won = h.won + excluded.won,
			bet_squares = h.bet_squares + excluded.bet_squares, net_squares = h.net_squares + excluded.net_squares, net_bets = h.net_bets + excluded.net_bets
	), who AS (
		INSERT INTO report_players (operator_id, day, game_id, player_id)
		SELECT DISTINCT operator_id, (closed_at AT TIME ZONE 'UTC')::date, game_id, player_id FROM {source} WHERE closed_at IS NOT NULL
		ON CONFLICT DO NOTHING
	), waiting AS (
		INSERT INTO report_open (operator_id, round_id) SELECT operator_id, id FROM {source} WHERE closed_at IS NULL
		ON CONFLICT DO NOTHING
	)`

// countRangeSQL counts the rounds whose ids are of [$1, $2): those that are over into the sums, the others into report_open, all in one snapshot.
var countRangeSQL = strings.ReplaceAll(`
	WITH found AS MATERIALIZED (
		SELECT r.* FROM operators o CROSS JOIN LATERAL (
			SELECT operator_id, id, player_id, game_id, build_id, status, bet, stake, payout, forced IS NOT NULL OR NULL AS forced, closed_at
			FROM rounds WHERE operator_id = o.id AND id >= uuid_floor($1) AND id < uuid_floor($2) OFFSET 0) r
	)`+addSums+`
	SELECT count(*) FROM found`, `{source}`, `found`)

// foldSQL counts rounds that were open when their time was counted and are over now.
var foldSQL = strings.ReplaceAll(`
	WITH over AS MATERIALIZED (
		SELECT r.operator_id, r.id, r.player_id, r.game_id, r.build_id, r.status, r.bet, r.stake, r.payout, r.forced IS NOT NULL OR NULL AS forced, r.closed_at
		FROM report_open w JOIN rounds r ON r.operator_id = w.operator_id AND r.id = w.round_id
		WHERE r.closed_at IS NOT NULL LIMIT $1
	), folded AS (
		DELETE FROM report_open w USING over WHERE w.operator_id = over.operator_id AND w.round_id = over.id
	)`+addSumsOfEnded+`
	SELECT count(*) FROM over`, `{source}`, `over`)

// addSumsOfEnded is addSums where no round is open: report_open, from which they are taken, is not touched twice by one statement.
var addSumsOfEnded = addSums[:strings.Index(addSums, `, waiting AS (`)]

// CountReports brings the sums for reports forward to some minutes before now, and returns how many rounds it counted. It may be killed, and
// several nodes may do so at once: one counts, the others leave it to that one. Time is the database's.
func (f *Floor) CountReports(ctx context.Context) (rounds int64, err error) {
	for {
		n, done, err := f.countStep(ctx)
		rounds += n
		if err != nil {
			return rounds, fmt.Errorf("count rounds for reports: %w", err)
		}
		if done {
			return rounds, nil
		}
	}
}

// countStep counts one slice of time, and what ended of the slices before.
func (f *Floor) countStep(ctx context.Context) (rounds int64, done bool, err error) {
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		rounds, done = 0, true
		mine, err := lockReports(ctx, tx, false)
		if err != nil || !mine {
			return err
		}
		if err := tx.QueryRow(ctx, foldSQL, reportFolds).Scan(&rounds); err != nil {
			return err
		}
		done = rounds < reportFolds
		from, to, err := nextSlice(ctx, tx)
		if err != nil || from.IsZero() {
			return err
		}
		done = false
		var found int64
		if err := tx.QueryRow(ctx, countRangeSQL, from, to).Scan(&found); err != nil {
			return err
		}
		rounds += found
		_, err = tx.Exec(ctx, `UPDATE report_progress SET until = $1`, to)
		return err
	})
	return rounds, done, err
}

// lockReports says whether this transaction may change the sums. Who waits does so for those that count now.
func lockReports(ctx context.Context, tx pgx.Tx, wait bool) (mine bool, err error) {
	if wait {
		_, err = tx.Exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended($1, 0))`, reportLock)
		return err == nil, err
	}
	err = tx.QueryRow(ctx, `SELECT pg_try_advisory_xact_lock(hashtextextended($1, 0))`, reportLock).Scan(&mine)
	return mine, err
}

// nextSlice is the time to be counted next, in whole minutes, zero if there is none. Time without rounds is left out.
func nextSlice(ctx context.Context, tx pgx.Tx) (from, to time.Time, err error) {
	const sql = `
		WITH p AS (SELECT until, date_trunc('minute', now() - $1::interval) AS last FROM report_progress), next AS (
			SELECT min(r.id::text)::uuid AS id
			FROM p CROSS JOIN operators o CROSS JOIN LATERAL (SELECT id FROM rounds
				WHERE operator_id = o.id AND id >= uuid_floor(p.until) ORDER BY id LIMIT 1) r)
		SELECT greatest(until, date_trunc('hour', coalesce(uuid_time(next.id), last))), last FROM p CROSS JOIN next`
	var last time.Time
	if err := tx.QueryRow(ctx, sql, reportSettles).Scan(&from, &last); err != nil {
		return from, to, err
	}
	if to = from.Add(reportSlice); to.After(last) {
		to = last
	}
	if !to.After(from) {
		return time.Time{}, to, nil
	}
	return from, to, nil
}

// CheckReports counts days a second time that ended more than a day ago, each once, and counts anew those whose sums do not have all of their
// rounds: some were written long after they were played. It returns the days that it counted anew.
func (f *Floor) CheckReports(ctx context.Context) (anew []time.Time, err error) {
	for {
		day, err := f.nextToCheck(ctx)
		if err != nil || day.IsZero() {
			return anew, err
		}
		was, err := f.RecountDay(ctx, day)
		if err != nil {
			return anew, err
		}
		if was != nil {
			anew = append(anew, day)
			f.log.Warn("rounds were written long after they were played: the day is counted anew", "day", day.Format(time.DateOnly), "rows", len(was))
		}
		if _, err := f.db.Exec(ctx, `UPDATE report_progress SET checked = greatest(checked, $1::date + 1)`, day); err != nil {
			return anew, fmt.Errorf("check reports: %w", err)
		}
	}
}

// nextToCheck is the first day with rounds that was counted once and can be counted for the second time, zero if there is none.
func (f *Floor) nextToCheck(ctx context.Context) (day time.Time, err error) {
	const sql = `SELECT min((uuid_time(r.id) AT TIME ZONE 'UTC')::date)
		FROM report_progress p CROSS JOIN operators o CROSS JOIN LATERAL (SELECT id FROM rounds
			WHERE operator_id = o.id AND id >= uuid_floor(p.checked AT TIME ZONE 'UTC') AND id < uuid_floor(p.until) ORDER BY id LIMIT 1) r
		WHERE (uuid_time(r.id) AT TIME ZONE 'UTC')::date + 1 <= (now() - $1::interval) AT TIME ZONE 'UTC'`
	var found *time.Time
	if err := f.db.QueryRow(ctx, sql, reportChecks).Scan(&found); err != nil {
		return day, fmt.Errorf("check reports: %w", err)
	}
	if found != nil {
		day = *found
	}
	return day, nil
}

// ReportDifference is a row of the sums that is not what the rounds are.
type ReportDifference struct {
	Operator, Game, Currency, Kind string
	Hour                           time.Time
	Kept, True                     string // rounds, bets, wagered, won and the squares; "": no row
}

// dayDiffersSQL compares the rows of the rounds whose ids are of a day with these rounds. Rounds that report_open has are not in the sums yet.
var dayDiffersSQL = strings.ReplaceAll(`
	WITH bounds AS (
		SELECT uuid_floor($1::date::timestamp AT TIME ZONE 'UTC') AS low,
			uuid_floor(least(($1::date + 1)::timestamp AT TIME ZONE 'UTC', (SELECT until FROM report_progress))) AS high
	), found AS MATERIALIZED (
		SELECT r.* FROM bounds b CROSS JOIN operators o CROSS JOIN LATERAL (
			SELECT * FROM rounds WHERE operator_id = o.id AND id >= b.low AND id < b.high OFFSET 0) r
		WHERE NOT EXISTS (SELECT FROM report_open w WHERE w.operator_id = r.operator_id AND w.round_id = r.id)
	), truth AS (`+reportSums+`), kept AS (SELECT `+reportColumns+` FROM report_hours WHERE opened = $1::date)
	SELECT coalesce(k.operator_id, t.operator_id)::text, coalesce(k.game_id, t.game_id), coalesce(k.currency, t.currency), coalesce(k.kind, t.kind),
		coalesce(k.hour, t.hour),
		coalesce(concat_ws(' ', k.rounds, trim_scale(k.bets), trim_scale(k.wagered), trim_scale(k.won), trim_scale(k.bet_squares),
			trim_scale(k.net_squares), trim_scale(k.net_bets)), ''),
		coalesce(concat_ws(' ', t.rounds, trim_scale(t.bets), trim_scale(t.wagered), trim_scale(t.won), trim_scale(t.bet_squares),
			trim_scale(t.net_squares), trim_scale(t.net_bets)), '')
	FROM kept k FULL JOIN truth t USING (operator_id, hour, opened, game_id, build_id, currency, kind)
	WHERE (k.rounds, k.bets, k.wagered, k.won, k.bet_squares, k.net_squares, k.net_bets)
		IS DISTINCT FROM (t.rounds, t.bets, t.wagered, t.won, t.bet_squares, t.net_squares, t.net_bets)
	UNION ALL
	SELECT operator_id::text, game_id, '', 'open', uuid_time(id), '', 'neither counted nor known to be open' FROM found WHERE closed_at IS NULL
	ORDER BY 1, 5, 2, 3, 4`, `{source}`, `found`)

// DayDifferences holds the sums of the rounds that were opened on a UTC day against these rounds. It changes nothing.
func (f *Floor) DayDifferences(ctx context.Context, day time.Time) (found []ReportDifference, err error) {
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		found, err = dayDifferences(ctx, tx, day)
		return err
	})
	return found, err
}

// dayDifferences looks at a whole day, which the context bounds and no limit of one statement.
func dayDifferences(ctx context.Context, tx pgx.Tx, day time.Time) ([]ReportDifference, error) {
	_, err := tx.Exec(ctx, `SET LOCAL statement_timeout = 0`)
	if err != nil {
		return nil, fmt.Errorf("check the sums of %s: %w", day.Format(time.DateOnly), err)
	}
	rows, err := tx.Query(ctx, dayDiffersSQL, day)
	if err != nil {
		return nil, fmt.Errorf("check the sums of %s: %w", day.Format(time.DateOnly), err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d ReportDifference, err error) {
		err = row.Scan(&d.Operator, &d.Game, &d.Currency, &d.Kind, &d.Hour, &d.Kept, &d.True)
		d.Hour = d.Hour.UTC()
		if d.Kept == "0" || d.Kept == " " {
			d.Kept = ""
		}
		return d, err
	})
	if err != nil {
		return nil, fmt.Errorf("check the sums of %s: %w", day.Format(time.DateOnly), err)
	}
	return found, nil
}

// CountedDays are the first day with rounds and the day up to which they are counted, zero where nothing is counted.
func (f *Floor) CountedDays(ctx context.Context) (first, last time.Time, err error) {
	const sql = `SELECT (SELECT min((uuid_time(r.id) AT TIME ZONE 'UTC')::date) FROM operators o CROSS JOIN LATERAL (
			SELECT id FROM rounds WHERE operator_id = o.id ORDER BY id LIMIT 1) r), (until AT TIME ZONE 'UTC')::date FROM report_progress`
	var day *time.Time
	err = f.db.QueryRow(ctx, sql).Scan(&day, &last)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && (day == nil || last.Before(*day)) {
		return first, time.Time{}, nil
	}
	if err != nil {
		return first, last, fmt.Errorf("which days are counted: %w", err)
	}
	return *day, last, nil
}

// RecountDay counts the rounds that were opened on a UTC day anew if their sums are not what they are, and returns what was different.
func (f *Floor) RecountDay(ctx context.Context, day time.Time) (was []ReportDifference, err error) {
	err = wallet.Transact(ctx, f.db, func(tx pgx.Tx) error {
		if _, err := lockReports(ctx, tx, true); err != nil {
			return err
		}
		if was, err = dayDifferences(ctx, tx, day); err != nil || len(was) == 0 {
			return err
		}
		const clear = `
			WITH sums AS (DELETE FROM report_hours WHERE opened = $1::date)
			DELETE FROM report_open WHERE round_id >= uuid_floor($1::date::timestamp AT TIME ZONE 'UTC')
				AND round_id < uuid_floor(($1::date + 1)::timestamp AT TIME ZONE 'UTC')`
		if _, err := tx.Exec(ctx, clear, day); err != nil {
			return err
		}
		const bounds = `SELECT $1::date::timestamp AT TIME ZONE 'UTC', least(($1::date + 1)::timestamp AT TIME ZONE 'UTC', until) FROM report_progress`
		var from, to time.Time
		if err := tx.QueryRow(ctx, bounds, day).Scan(&from, &to); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, countRangeSQL, from, to)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("count %s anew: %w", day.Format(time.DateOnly), err)
	}
	return was, nil
}
