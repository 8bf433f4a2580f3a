package session

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Rates say what became of the rounds that were ever opened: each is finished by its game's rules, voided, or still open.
type Rates struct {
	RoundCounts
	Days []DayRates // in UTC, oldest first; none for a day on which no round was opened
}

// DayRates are the rates of the rounds that were opened on a day.
type DayRates struct {
	Day time.Time // its beginning in UTC
	RoundCounts
}

// RoundCounts are numbers of rounds. Rounds is the sum of the others.
type RoundCounts struct {
	Rounds, Finished, Voided, Open int64
}

// VoidedPerMillion is how many of a million rounds that ended were voided, rounded up; 0 where none has ended.
func (c RoundCounts) VoidedPerMillion() int64 {
	ended := c.Finished + c.Voided
	if ended == 0 {
		return 0
	}
	return (c.Voided*1_000_000 + ended - 1) / ended
}

// hourSettles is how long after its end an hour is counted for ever. A round's id is made when it is played, and it is written within
// seconds or never; servers' clocks may differ by the rest.
const hourSettles = 10 * time.Minute

// ratesSQL counts rounds by the day of their ids: those of the hours that were counted, and those after them, one by one. The voided and the
// open ones are few, and have indexes of their own.
const ratesSQL = `
	WITH counted AS (SELECT coalesce(max(hour) + interval '1 hour', 'epoch') AS until FROM round_hours), part AS (
		SELECT date_trunc('day', hour, 'UTC') AS day, rounds, 0::bigint AS voided, 0::bigint AS open FROM round_hours
		UNION ALL
		SELECT date_trunc('day', uuid_time(r.id), 'UTC'), count(*), 0, 0
		FROM counted c CROSS JOIN operators o
		CROSS JOIN LATERAL (SELECT id FROM rounds WHERE operator_id = o.id AND id >= uuid_floor(c.until) OFFSET 0) r GROUP BY 1
		UNION ALL
		SELECT date_trunc('day', uuid_time(id), 'UTC'), 0, count(*), 0 FROM rounds WHERE status = 'voided' GROUP BY 1
		UNION ALL
		SELECT date_trunc('day', uuid_time(id), 'UTC'), 0, 0, count(*) FROM rounds WHERE status = 'in_progress' GROUP BY 1)
	SELECT day, sum(rounds)::bigint, sum(voided)::bigint, sum(open)::bigint FROM part GROUP BY day ORDER BY day`

// Rates counts what became of all rounds, at one moment.
func (f *Floor) Rates(ctx context.Context) (r Rates, err error) {
	rows, err := f.db.Query(ctx, ratesSQL)
	if err == nil {
		r.Days, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DayRates, err error) {
			err = row.Scan(&d.Day, &d.Rounds, &d.Voided, &d.Open)
			d.Day, d.Finished = d.Day.UTC(), d.Rounds-d.Voided-d.Open
			return d, err
		})
	}
	if err != nil {
		return Rates{}, fmt.Errorf("count what became of the rounds: %w", err)
	}
	for _, d := range r.Days {
		r.Rounds, r.Finished, r.Voided, r.Open = r.Rounds+d.Rounds, r.Finished+d.Finished, r.Voided+d.Voided, r.Open+d.Open
	}
	return r, nil
}

// countHourSQL counts the first hour that has rounds and is not counted, if it is over for long enough.
const countHourSQL = `
	WITH next AS (
		SELECT date_trunc('hour', uuid_time(min(r.id::text)::uuid), 'UTC') AS hour
		FROM operators o CROSS JOIN LATERAL (SELECT id FROM rounds WHERE operator_id = o.id
			AND id >= (SELECT uuid_floor(coalesce(max(hour) + interval '1 hour', 'epoch')) FROM round_hours) ORDER BY id LIMIT 1) r)
	INSERT INTO round_hours (hour, rounds)
	SELECT n.hour, (SELECT count(*) FROM operators o CROSS JOIN LATERAL (SELECT FROM rounds
		WHERE operator_id = o.id AND id >= uuid_floor(n.hour) AND id < uuid_floor(n.hour + interval '1 hour') OFFSET 0) r)
	FROM next n WHERE n.hour <= now() - interval '1 hour' - $1::interval
	ON CONFLICT DO NOTHING RETURNING hour`

// CountHours counts the rounds of the hours that are over, hour by hour, and returns how many hours it counted. Several nodes may do so at
// once: an hour is counted once. Hours are over by the database's clock.
func (f *Floor) CountHours(ctx context.Context) (hours int, err error) {
	for {
		tag, err := f.db.Exec(ctx, countHourSQL, hourSettles)
		if err != nil {
			return hours, fmt.Errorf("count the rounds of an hour: %w", err)
		}
		if tag.RowsAffected() == 0 { // none is over, or another node counts
			return hours, nil
		}
		hours++
	}
}
