package webhooks

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/session"
	"croupier/wallet"
)

// DeadLetter is an event that an endpoint did not accept in all its time. It is kept until it is sent again or deleted.
type DeadLetter struct {
	ID       uuid.UUID
	Endpoint uuid.UUID
	EventID  string // the webhook-id
	Type     wallet.EventType
	PlayerID *uuid.UUID
	Data     json.RawMessage
	At       time.Time // when it happened
	Tries    int
	DeadAt   time.Time
	Status   *int // of the last answer
	Failure  string
	Answer   string
}

// Page asks for a part of a list.
type Page struct {
	Endpoint *uuid.UUID // of this endpoint only; nil: of all of the operator's
	Before   uuid.UUID  // the cursor; uuid.Nil: from the newest
	Limit    int        // 1 to MaxPage
}

// MaxPage is the most that one page of a list has.
const MaxPage = 200

func (p Page) bounds() (before uuid.UUID, limit int) {
	if p.Before == uuid.Nil {
		p.Before = uuid.Max
	}
	return p.Before, max(1, min(p.Limit, MaxPage))
}

// cut leaves out what is past the limit of a page, and returns the cursor of the next one, uuid.Nil if there is none.
func cut[T any](list []T, limit int, id func(T) uuid.UUID) ([]T, uuid.UUID) {
	if len(list) <= limit {
		return list, uuid.Nil
	}
	return list[:limit], id(list[limit-1])
}

// Dead lists dead letters in no order that means anything, and returns the cursor of the next page, uuid.Nil if there is none.
func (h *Hooks) Dead(ctx context.Context, operator uuid.UUID, page Page) ([]DeadLetter, uuid.UUID, error) {
	before, limit := page.bounds()
	rows, err := h.DB.Query(ctx, `SELECT l.* FROM webhook_endpoints e CROSS JOIN LATERAL (
			SELECT id, endpoint_id, event_id, type, player_id, data, at, tries, dead_at, status, coalesce(failure, ''), coalesce(answer, '')
			FROM webhook_letters WHERE endpoint_id = e.id AND dead_at IS NOT NULL AND id < $3 ORDER BY id DESC LIMIT $4) l
		WHERE e.operator_id = $1 AND ($2::uuid IS NULL OR e.id = $2) ORDER BY l.id DESC LIMIT $4`, operator, page.Endpoint, before, limit+1)
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("list dead letters: %w", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d DeadLetter, err error) {
		var data []byte
		err = row.Scan(&d.ID, &d.Endpoint, &d.EventID, &d.Type, &d.PlayerID, &data, &d.At, &d.Tries, &d.DeadAt, &d.Status, &d.Failure, &d.Answer)
		d.Data = data
		return d, err
	})
	if err != nil {
		return nil, uuid.Nil, fmt.Errorf("list dead letters: %w", err)
	}
	list, next := cut(list, limit, func(d DeadLetter) uuid.UUID { return d.ID })
	return list, next, nil
}

// Resend makes dead letters due again, for as long as new ones are tried: one, or with uuid.Nil all of an endpoint. It returns how many.
// Returns session.NotFound for an endpoint that is not the operator's or a letter that is not dead.
func (h *Hooks) Resend(ctx context.Context, operator, endpoint, letter uuid.UUID) (int, error) {
	return h.onDead(ctx, operator, endpoint, letter, `UPDATE webhook_letters SET dead_at = NULL, tries = 0, since = $4, next_at = $4
		WHERE dead_at IS NOT NULL AND `, h.Now())
}

// Forget deletes dead letters, as Resend sends them.
func (h *Hooks) Forget(ctx context.Context, operator, endpoint, letter uuid.UUID) (int, error) {
	return h.onDead(ctx, operator, endpoint, letter, `DELETE FROM webhook_letters WHERE dead_at IS NOT NULL AND `)
}

func (h *Hooks) onDead(ctx context.Context, operator, endpoint, letter uuid.UUID, change string, args ...any) (int, error) {
	const which = `endpoint_id = $2 AND ($3::uuid IS NULL OR id = $3) AND EXISTS (SELECT FROM webhook_endpoints WHERE id = $2 AND operator_id = $1)`
	tag, err := h.DB.Exec(ctx, change+which, append([]any{operator, endpoint, orNull(letter)}, args...)...)
	if err != nil {
		return 0, fmt.Errorf("dead letters of webhook endpoint %s: %w", endpoint, err)
	}
	if tag.RowsAffected() == 0 {
		if _, err := h.ByID(ctx, operator, endpoint); err != nil {
			return 0, err
		}
		if letter != uuid.Nil {
			return 0, session.Errorf(session.NotFound, "Dead letter not found")
		}
	}
	return int(tag.RowsAffected()), nil
}

// EndpointOfLetter returns the endpoint that a dead letter of the operator's is for. Returns session.NotFound.
func (h *Hooks) EndpointOfLetter(ctx context.Context, operator, letter uuid.UUID) (uuid.UUID, error) {
	rows, err := h.DB.Query(ctx, `SELECT l.endpoint_id FROM webhook_endpoints e JOIN webhook_letters l ON l.endpoint_id = e.id AND l.dead_at IS NOT NULL
		WHERE e.operator_id = $1 AND l.id = $2`, operator, letter)
	if err != nil {
		return uuid.Nil, fmt.Errorf("find dead letter: %w", err)
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return uuid.Nil, fmt.Errorf("find dead letter: %w", err)
	}
	if len(found) == 0 {
		return uuid.Nil, session.Errorf(session.NotFound, "Dead letter not found")
	}
	return found[0], nil
}
