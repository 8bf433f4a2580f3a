package session

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// sweep finds the finished rounds that nobody hinted at: those of a server that was killed, of a transaction that was given up and took
// effect all the same, and of the time before there was a log. It looks at every round of the house three times:
//
//   - half a minute after it was opened, by the time in its id and the database's clock (recent);
//   - if it was open then, every ten seconds until it is over (open);
//   - from the first round to the last, whenever a server becomes the leader and once a day (whole). This trusts no clock and no memory,
//     so what the other two miss it finds.
type sweep struct {
	begun bool
	open  map[roundKey]struct{} // rounds that go on

	recent   time.Time // rounds opened before were looked at
	recentAt time.Time // when, by this server
	openAt   time.Time

	operators []uuid.UUID // whose rounds the whole sweep is still to look at
	after     uuid.UUID   // the first operator's rounds up to this one were looked at
	wholeAt   time.Time   // when the whole sweep ended
}

// sweepPace says how soon the sweep looks at what.
type sweepPace struct {
	lag    time.Duration // after which a round that is not logged was not hinted at
	first  time.Duration // what a new leader looks at before all the rest: rounds as old as this
	recent time.Duration // between two looks at recent rounds
	open   time.Duration // between two looks at open ones
	whole  time.Duration // between the end of a look at all and the next
}

var usualPace = sweepPace{lag: 30 * time.Second, first: 15 * time.Minute, recent: 5 * time.Second, open: 10 * time.Second, whole: 24 * time.Hour}

const (
	recentSlice = 10 * time.Second // of recent rounds, in one append
	wholeSlice  = 5000             // rounds of the whole sweep, in one append
)

// next returns some rounds that are over and were not logged when it looked, and whether it has more work waiting than time.
func (s *sweep) next(ctx context.Context, tx pgx.Tx, l *Log) (found []roundKey, more bool, err error) {
	if !s.begun {
		if err := s.begin(ctx, tx, l.pace); err != nil {
			return nil, false, fmt.Errorf("sweep: %w", err)
		}
	}
	now := time.Now() // between two looks of this process; what is stored is not judged by it
	if now.Sub(s.openAt) >= l.pace.open {
		s.openAt = now
		if found, err = s.nextOpen(ctx, tx); err != nil {
			return nil, false, fmt.Errorf("sweep open rounds: %w", err)
		}
	}
	if now.Sub(s.recentAt) >= l.pace.recent {
		late, behind, err := s.nextRecent(ctx, tx, l.pace.lag)
		if err != nil {
			return nil, false, fmt.Errorf("sweep recent rounds: %w", err)
		}
		found = append(found, late...)
		if !behind {
			s.recentAt = now
		}
	}
	if len(s.operators) == 0 && now.Sub(s.wholeAt) >= l.pace.whole {
		if s.operators, err = operatorIDs(ctx, tx); err != nil {
			return nil, false, fmt.Errorf("sweep: %w", err)
		}
		s.wholeAt = now
	}
	if len(s.operators) > 0 {
		old, err := s.nextWhole(ctx, tx)
		if err != nil {
			return nil, false, fmt.Errorf("sweep all rounds: %w", err)
		}
		more = len(old) > 0 // there is a backlog
		found = append(found, old...)
	}
	if len(found) > 0 {
		l.log.Debug("the sweep of the commitment log found rounds", "rounds", len(found))
	}
	return found, more, nil
}

// begin takes up the rounds that go on now. One that ends from here on is found by it, or begins after.
func (s *sweep) begin(ctx context.Context, tx pgx.Tx, pace sweepPace) error {
	keys, err := roundKeys(ctx, tx, openSinceSQL, uuid.Nil, uuid.Max)
	if err != nil {
		return err
	}
	s.open = make(map[roundKey]struct{}, len(keys))
	for _, k := range keys {
		s.open[k] = struct{}{}
	}
	if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&s.recent); err != nil {
		return err
	}
	s.recent = s.recent.Add(-pace.first)
	s.begun = true
	return nil
}

func operatorIDs(ctx context.Context, tx pgx.Tx) ([]uuid.UUID, error) {
	rows, err := tx.Query(ctx, `SELECT id FROM operators ORDER BY id`)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// nextOpen returns those of the open rounds that are over now.
func (s *sweep) nextOpen(ctx context.Context, tx pgx.Tx) ([]roundKey, error) {
	if len(s.open) == 0 {
		return nil, nil
	}
	keys := make([]roundKey, 0, len(s.open))
	for k := range s.open {
		keys = append(keys, k)
	}
	operators, rounds := columnsOf(keys)
	over, err := roundKeys(ctx, tx, `SELECT r.operator_id, r.id FROM unnest($1::uuid[], $2::uuid[]) AS k (operator_id, id)
		JOIN rounds r ON r.operator_id = k.operator_id AND r.id = k.id WHERE r.status <> 'in_progress'`, operators, rounds)
	for _, k := range over {
		delete(s.open, k)
	}
	return over, err
}

// openSinceSQL finds the rounds of a time that go on.
const openSinceSQL = `SELECT operator_id, id FROM rounds WHERE status = 'in_progress' AND id >= $1 AND id < $2 ORDER BY opened_at, id`

// recentSQL counts the rounds of a time that are over, and their leaves: every leaf is of such a round, so equal numbers say that none is
// missing. The inner query stays one (OFFSET 0), so that each operator's end of the index is read, whatever plan is made.
const recentSQL = `
	SELECT (SELECT count(*) FROM operators o CROSS JOIN LATERAL (
			SELECT FROM rounds r WHERE r.operator_id = o.id AND r.id >= $1 AND r.id < $2 AND r.status <> 'in_progress' OFFSET 0) r)
		= (SELECT count(*) FROM log_leaves WHERE round_id >= $1 AND round_id < $2)`

// missingSQL names those that have none.
const missingSQL = `
	SELECT r.operator_id, r.id FROM operators o CROSS JOIN LATERAL (
		SELECT r.operator_id, r.id FROM rounds r WHERE r.operator_id = o.id AND r.id >= $1 AND r.id < $2 AND r.status <> 'in_progress' OFFSET 0) r
	WHERE NOT EXISTS (SELECT FROM log_leaves l WHERE l.round_id = r.id)`

// nextRecent looks at the rounds of the next few seconds, and says whether there are more that are old enough.
func (s *sweep) nextRecent(ctx context.Context, tx pgx.Tx, lag time.Duration) (found []roundKey, behind bool, err error) {
	var until time.Time
	if err := tx.QueryRow(ctx, `SELECT clock_timestamp()`).Scan(&until); err != nil {
		return nil, false, err
	}
	until = until.Add(-lag)
	if slice := s.recent.Add(recentSlice); slice.Before(until) {
		until, behind = slice, true
	}
	if !s.recent.Before(until) {
		return nil, false, nil
	}
	from, to := idFloor(s.recent), idFloor(until)
	// The open ones first: one that ends meanwhile is counted, or is among them.
	open, err := roundKeys(ctx, tx, openSinceSQL, from, to)
	if err != nil {
		return nil, false, err
	}
	for _, k := range open {
		s.open[k] = struct{}{}
	}
	var whole bool
	if err := tx.QueryRow(ctx, recentSQL, from, to).Scan(&whole); err != nil {
		return nil, false, err
	}
	if !whole {
		if found, err = roundKeys(ctx, tx, missingSQL, from, to); err != nil {
			return nil, false, err
		}
	}
	s.recent = until
	return found, behind, nil
}

func roundKeys(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]roundKey, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (k roundKey, err error) {
		return k, row.Scan(&k.operator, &k.round)
	})
}

// wholeSQL looks at the next rounds of an operator: the last of them, and those that are over and have no leaf.
const wholeSQL = `
	WITH slice AS (SELECT id, status FROM rounds WHERE operator_id = $1 AND id > $2 ORDER BY id LIMIT $3)
	SELECT (SELECT id FROM slice ORDER BY id DESC LIMIT 1),
		ARRAY(SELECT s.id FROM slice s WHERE s.status <> 'in_progress' AND NOT EXISTS (SELECT FROM log_leaves l WHERE l.round_id = s.id) ORDER BY s.id)`

// nextWhole looks at the next rounds of the whole sweep.
func (s *sweep) nextWhole(ctx context.Context, tx pgx.Tx) (found []roundKey, err error) {
	operator := s.operators[0]
	var last *uuid.UUID
	var missing []uuid.UUID
	if err := tx.QueryRow(ctx, wholeSQL, operator, s.after, wholeSlice).Scan(&last, &missing); err != nil {
		return nil, err
	}
	if last == nil {
		s.operators, s.after = s.operators[1:], uuid.Nil
		return nil, nil
	}
	s.after = *last
	for _, id := range missing {
		found = append(found, roundKey{operator, id})
	}
	return found, nil
}
