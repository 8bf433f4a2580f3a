package webhooks

import (
	"context"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// Delivery is one attempt.
type Delivery struct {
	ID       uuid.UUID
	Endpoint uuid.UUID
	EventID  string // the webhook-id
	Type     wallet.EventType
	Attempt  int // from 1
	At       time.Time
	Took     time.Duration // to the millisecond
	Status   *int          // of the answer; nil: there was none
	Failure  string        // "": it was accepted
	Answer   string        // of a failure, its first bytes as one printable line
}

// Deliveries lists attempts, newest first: all, or with failed only those that failed. It returns the cursor of the next page, uuid.Nil if
// there is none.
func (h *Hooks) Deliveries(ctx context.Context, operator uuid.UUID, page Page, failed bool) ([]Delivery, uuid.UUID, error) {
	before, limit := page.bounds()
	only := ""
	if failed {
		only = "AND failure IS NOT NULL"
	}
	rows, err := h.DB.Query(ctx, `SELECT d.* FROM webhook_endpoints e CROSS JOIN LATERAL (
			SELECT id, endpoint_id, event_id, type, attempt, at, took_ms, status, coalesce(failure, ''), coalesce(answer, '') FROM webhook_deliveries
			WHERE endpoint_id = e.id AND id < $3 `+only+` ORDER BY id DESC LIMIT $4) d
		WHERE e.operator_id = $1 AND ($2::uuid IS NULL OR e.id = $2) ORDER BY d.id DESC LIMIT $4`, operator, page.Endpoint, before, limit+1)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("list webhook deliveries: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d Delivery, err error) {
		var ms int
		err = row.Scan(&d.ID, &d.Endpoint, &d.EventID, &d.Type, &d.Attempt, &d.At, &ms, &d.Status, &d.Failure, &d.Answer)
		d.Took = time.Duration(ms) * time.Millisecond
		return d, err
	})
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("list webhook deliveries: %w", err)
	}
	list, next := cut(list, limit, func(d Delivery) uuid.UUID { return d.ID })
	return list, next, nil
}

// DefaultLogFor is for how long attempts are kept.
const DefaultLogFor = 30 * 24 * time.Hour

// Prune deletes the attempts that are older than keep, part by part so that no transaction is long, old secrets that have ended, and what
// is left of endpoints that were deleted. It returns how many attempts it deleted.
func (h *Hooks) Prune(ctx context.Context, keep time.Duration) (deleted int64, err error) {
	const part = 5000
	limit := h.Now().Add(-keep)
	for {
		tag, err := h.DB.Exec(ctx, `DELETE FROM webhook_deliveries d USING webhook_endpoints e CROSS JOIN LATERAL (
				SELECT id FROM webhook_deliveries WHERE endpoint_id = e.id AND id < uuid_floor($1) ORDER BY id LIMIT $2) old
			WHERE d.endpoint_id = e.id AND d.id = old.id`, limit, part)
		if err != nil {
			return deleted, fmt.Errorf("prune the log of webhooks: %w", err)
		}
		if deleted += tag.RowsAffected(); tag.RowsAffected() < part {
			break
		}
	}
	if _, err := h.DB.Exec(ctx, `DELETE FROM webhook_secrets WHERE ends_at <= $1`, h.Now()); err != nil {
		return deleted, fmt.Errorf("delete webhook secrets that have ended: %w", err)
	}
	return deleted, h.sweep(ctx)
}

// Test sends an endpoint a webhook.test now, whatever it is told otherwise and whether or not it is enabled, and returns what came of it.
// It is in the log, and is not tried again. Returns session.NotFound.
func (c *Courier) Test(ctx context.Context, operator, endpoint uuid.UUID) (Delivery, error) {
	target, err := c.ByID(ctx, operator, endpoint)
	if err != nil {
		return Delivery{}, err
	}
	keys, err := c.keys(ctx, endpoint)
	if err != nil {
		return Delivery{}, err
	}
	e := &event{id: "evt_" + hexOf(uuid.Must(uuid.NewV7())), kind: TestEvent, at: c.Now(), data: fmt.Appendf(nil, `{"endpointId":%q}`, endpoint)}
	s := &sender{client: c.client, url: target.URL, keys: keys, now: c.Now}
	if e.result = s.send(ctx, e); e.result == nil {
		return Delivery{}, fmt.Errorf("test webhook endpoint %s: %w", endpoint, ctx.Err())
	}
	err = pgx.BeginFunc(ctx, c.DB, func(tx pgx.Tx) error {
		return insertDeliveries(ctx, tx, &load{Endpoint: target, events: []*event{e}})
	})
	if err != nil {
		return Delivery{}, fmt.Errorf("log the test of webhook endpoint %s: %w", endpoint, err)
	}
	d := Delivery{ID: e.result.id, Endpoint: endpoint, EventID: e.id, Type: e.kind, Attempt: 1, At: e.result.at, Took: e.result.took.Truncate(time.Millisecond),
		Failure: e.result.failure, Answer: e.result.answer}
	d.Status = orNull(e.result.status)
	return d, nil
}
