package webhooks

import (
	"context"
	"net/http"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/session"
	"croupier/wallet"
)

// record writes down what became of a load, in one transaction. It need not reach the disk before the next pass: what a power cut takes
// away of it is delivered again, and play's commits need not share the disk with it.
func (c *Courier) record(ctx context.Context, l *load) error {
	now := c.Now()
	err := wallet.Transact(ctx, c.DB, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL synchronous_commit = off`); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, `SELECT FROM webhook_endpoints WHERE id = $1 FOR KEY SHARE`, l.ID)
		if err != nil || tag.RowsAffected() == 0 { // it was deleted meanwhile
			return err
		}
		if err := insertDeliveries(ctx, tx, l); err != nil {
			return err
		}
		if err := c.recordMoves(ctx, tx, l, now); err != nil {
			return err
		}
		if err := c.recordLetters(ctx, tx, l, now); err != nil {
			return err
		}
		return c.recordEndpoint(ctx, tx, l, now)
	})
	if err == nil {
		c.count(l, now)
	}
	return err
}

// count counts attempts for the metrics.
func (c *Courier) count(l *load, now time.Time) {
	for _, e := range l.events {
		if e.result == nil {
			continue
		}
		outcome := "delivered"
		if e.result.failure != "" {
			outcome = "failed"
			if _, again := c.config.next(e.tries+1, e.since, now); !again {
				outcome = "dead"
			}
		}
		c.attempts.WithLabelValues(outcome).Inc()
	}
}

func insertDeliveries(ctx context.Context, tx pgx.Tx, l *load) error {
	var tried [][]any
	for _, e := range l.events {
		if r := e.result; r != nil {
			tried = append(tried, []any{l.ID, r.id, e.id, string(e.kind), int32(e.tries + 1), r.at, int32(r.took.Milliseconds()),
				orNull(int32(r.status)), orNull(r.failure), orNull(r.answer)})
		}
	}
	if len(tried) == 0 {
		return nil
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"webhook_deliveries"}, []string{"endpoint_id", "id", "event_id", "type", "attempt", "at",
		"took_ms", "status", "failure", "answer"}, pgx.CopyFromRows(tried))
	return err
}

// orNull is nil for what is zero.
func orNull[T comparable](v T) *T {
	var zero T
	if v == zero {
		return nil
	}
	return &v
}

// recordMoves deletes the moves of which anything was tried; what of them was not delivered becomes letters. The others stay as they are:
// of an endpoint that is down the rows of moves take far less room than letters do.
func (c *Courier) recordMoves(ctx context.Context, tx pgx.Tx, l *load, now time.Time) error {
	wanted, tried := map[int64]bool{}, map[int64]bool{}
	for _, e := range l.events {
		if !e.letter {
			wanted[e.n] = true
			tried[e.n] = tried[e.n] || e.result != nil
		}
	}
	var over []played
	for _, m := range l.moves {
		if tried[m.n] || !wanted[m.n] { // or nothing of it is for this endpoint
			over = append(over, m)
		}
	}
	gone, err := deleteMoves(ctx, tx, l.Endpoint, over)
	if err != nil {
		return err
	}
	var left []*event
	for _, e := range l.events {
		if !e.letter && gone[e.n] && (e.result == nil || e.result.failure != "") {
			left = append(left, e)
		}
	}
	return insertLetters(ctx, tx, l.Endpoint, left, c.config.Retrying, now)
}

// deleteMoves deletes rows of webhook_moves and returns those that were there.
func deleteMoves(ctx context.Context, tx pgx.Tx, e Endpoint, list []played) (map[int64]bool, error) {
	gone := map[int64]bool{}
	if len(list) == 0 {
		return gone, nil
	}
	numbers := make([]int64, len(list))
	for i, p := range list {
		numbers[i] = p.n
	}
	rows, err := tx.Query(ctx, `DELETE FROM webhook_moves WHERE endpoint_id = $1 AND n = ANY ($2) RETURNING n`, e.ID, numbers)
	if err != nil {
		return nil, err
	}
	deleted, err := pgx.CollectRows(rows, pgx.RowTo[int64])
	for _, n := range deleted {
		gone[n] = true
	}
	return gone, err
}

// insertLetters writes events of moves as letters: those that failed wait for their next attempt, the others are due.
func insertLetters(ctx context.Context, tx pgx.Tx, to Endpoint, list []*event, retrying Retrying, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	rows := make([][]any, len(list))
	for i, e := range list {
		tries, next, dead := e.fate(retrying, now)
		r := e.result
		if r == nil {
			r = &result{}
		}
		rows[i] = []any{to.ID, e.n, int32(e.k), uuid.New(), e.id, string(e.kind), orNull(e.player), string(e.data), e.at, e.since, int32(tries),
			next, orNull(int32(r.status)), orNull(r.failure), orNull(r.answer), dead}
	}
	_, err := tx.CopyFrom(ctx, pgx.Identifier{"webhook_letters"}, []string{"endpoint_id", "n", "k", "id", "event_id", "type", "player_id", "data",
		"at", "since", "tries", "next_at", "status", "failure", "answer", "dead_at"}, pgx.CopyFromRows(rows))
	return err
}

// fate is what comes after an attempt that failed, or that was not made: it is tried again, or dead.
func (e *event) fate(retrying Retrying, now time.Time) (tries int, next time.Time, dead *time.Time) {
	if e.result == nil {
		return e.tries, now, nil
	}
	next, again := retrying.next(e.tries+1, e.since, now)
	if !again {
		return e.tries + 1, now, &now
	}
	return e.tries + 1, next, nil
}

// recordLetters deletes the letters that were delivered, and writes when the others are tried again.
func (c *Courier) recordLetters(ctx context.Context, tx pgx.Tx, l *load, now time.Time) error {
	b := &pgx.Batch{}
	var n []int64
	var k []int32
	for _, e := range l.events {
		if !e.letter || e.result == nil {
			continue
		}
		if e.result.failure == "" {
			n, k = append(n, e.n), append(k, int32(e.k))
			continue
		}
		tries, next, dead := e.fate(c.config.Retrying, now)
		b.Queue(`UPDATE webhook_letters SET tries = $4, next_at = $5, dead_at = $6, status = $7, failure = $8, answer = $9
			WHERE endpoint_id = $1 AND n = $2 AND k = $3`, l.ID, e.n, e.k, tries, next, dead, orNull(int32(e.result.status)),
			orNull(e.result.failure), orNull(e.result.answer))
	}
	if len(n) > 0 {
		b.Queue(`DELETE FROM webhook_letters l USING unnest($2::bigint[], $3::int[]) AS d (n, k)
			WHERE l.endpoint_id = $1 AND l.n = d.n AND l.k = d.k`, l.ID, n, k)
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// recordEndpoint writes how the endpoint does: it rests when it is down, is called as ever when it accepts again, and is disabled when it
// has accepted nothing for days or says itself that it is gone.
func (c *Courier) recordEndpoint(ctx context.Context, tx pgx.Tx, l *load, now time.Time) error {
	accepted, refused, down, gone := false, false, false, false
	for _, e := range l.events {
		if r := e.result; r != nil {
			accepted = accepted || r.failure == ""
			refused = refused || r.failure != ""
			down = down || r.failure != "" && r.down()
			gone = gone || r.status == http.StatusGone
		}
	}
	switch {
	case gone:
		return c.disable(ctx, tx, l, now, "it answered 410: it is gone")
	case accepted && (l.failures > 0 || l.FailingSince != nil):
		_, err := tx.Exec(ctx, `WITH due AS (UPDATE webhook_letters SET next_at = $2 WHERE endpoint_id = $1 AND dead_at IS NULL AND next_at > $2 AND $3)
			UPDATE webhook_endpoints SET failing_since = NULL, failures = 0, rests_until = NULL WHERE id = $1`, l.ID, now, l.failures > 0)
		return err
	case accepted || !refused:
		return nil
	case l.FailingSince != nil && now.Sub(*l.FailingSince) >= c.config.Disable:
		return c.disable(ctx, tx, l, now, "it has accepted nothing since "+l.FailingSince.UTC().Format(time.RFC3339))
	}
	failures, rests := l.failures, (*time.Time)(nil)
	if down {
		failures++
		until := now.Add(c.config.rest(failures))
		rests = &until
	}
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoints SET failing_since = coalesce(failing_since, $2), failures = $3, rests_until = $4 WHERE id = $1`,
		l.ID, now, failures, rests)
	return err
}

// disabledData is the data of the system.incident about an endpoint that was disabled.
type disabledData struct {
	Kind       string    `json:"kind"` // webhook_endpoint_disabled
	EndpointID uuid.UUID `json:"endpointId"`
	URL        string    `json:"url"`
	Reason     string    `json:"reason"`
	Message    string    `json:"message"`
}

// disable ends what the endpoint is told and tells the operator's other endpoints of it.
func (c *Courier) disable(ctx context.Context, tx pgx.Tx, l *load, now time.Time, reason string) error {
	_, err := tx.Exec(ctx, `UPDATE webhook_endpoints SET enabled = false, disabled_at = $2, disabled_reason = $3 WHERE id = $1 AND enabled`, l.ID, now, reason)
	if err != nil {
		return err
	}
	c.log.Warn("a webhook endpoint is disabled", "operator", l.Operator, "endpoint", l.ID, "reason", reason)
	err = wallet.Tell(ctx, tx, wallet.Event{Operator: l.Operator, Type: wallet.Incident, At: now, Data: disabledData{
		Kind: "webhook_endpoint_disabled", EndpointID: l.ID, URL: l.URL, Reason: reason,
		Message: "A webhook endpoint is not told any more. What waited for it is kept; enable it when it works."}})
	if err != nil {
		return err
	}
	return session.NotifyPolicy(ctx, tx)
}
