package webhooks

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/session"
	"croupier/wallet"
)

const selectEndpoints = `SELECT id, operator_id, url, description, events, ordering, jackpot_from, enabled, disabled_at,
	coalesce(disabled_reason, ''), failing_since, created_at FROM webhook_endpoints `

func scanEndpoint(row pgx.CollectableRow) (e Endpoint, err error) {
	return e, row.Scan(&e.ID, &e.Operator, &e.URL, &e.Description, &e.Events, &e.Ordering, &e.JackpotFrom, &e.Enabled, &e.DisabledAt,
		&e.DisabledReason, &e.FailingSince, &e.CreatedAt)
}

// Create makes an endpoint and the secret that its events are signed with, which nobody can ask for later. Returns session.InvalidRequest,
// and session.Conflict when the operator has MaxEndpoints.
func (h *Hooks) Create(ctx context.Context, operator uuid.UUID, spec Spec) (e Endpoint, secret string, err error) {
	if err := spec.complete(h.Open); err != nil {
		return e, "", err
	}
	e = Endpoint{ID: uuid.Must(uuid.NewV7()), Operator: operator, URL: spec.URL, Description: spec.Description, Events: spec.Events,
		Ordering: spec.Ordering, JackpotFrom: spec.JackpotFrom, Enabled: true, CreatedAt: h.Now()}
	err = wallet.Transact(ctx, h.DB, func(tx pgx.Tx) error {
		var have int
		if err := tx.QueryRow(ctx, `SELECT count(*) FROM webhook_endpoints WHERE operator_id = $1`, operator).Scan(&have); err != nil {
			return err
		}
		if have >= MaxEndpoints {
			return session.Errorf(session.Conflict, "There are %d webhook endpoints already", MaxEndpoints)
		}
		_, err := tx.Exec(ctx, `INSERT INTO webhook_endpoints (id, operator_id, url, description, events, ordering, jackpot_from, enabled, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, true, $8)`, e.ID, operator, e.URL, e.Description, e.Events, e.Ordering, e.JackpotFrom, e.CreatedAt)
		if err != nil {
			return err
		}
		if secret, err = h.newSecret(ctx, tx, e.ID); err != nil {
			return err
		}
		return session.NotifyPolicy(ctx, tx)
	})
	if err != nil {
		return Endpoint{}, "", fmt.Errorf("make a webhook endpoint: %w", err)
	}
	return e, secret, nil
}

// List returns an operator's endpoints, oldest first.
func (h *Hooks) List(ctx context.Context, operator uuid.UUID) ([]Endpoint, error) {
	rows, err := h.DB.Query(ctx, selectEndpoints+`WHERE operator_id = $1 ORDER BY id`, operator)
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", err)
	}
	list, err := pgx.CollectRows(rows, scanEndpoint)
	if err != nil {
		return nil, fmt.Errorf("list webhook endpoints: %w", err)
	}
	return list, nil
}

// ByID returns an operator's endpoint, or session.NotFound.
func (h *Hooks) ByID(ctx context.Context, operator, endpoint uuid.UUID) (Endpoint, error) {
	rows, err := h.DB.Query(ctx, selectEndpoints+`WHERE operator_id = $1 AND id = $2`, operator, endpoint)
	if err != nil {
		return Endpoint{}, fmt.Errorf("find webhook endpoint: %w", err)
	}
	e, err := pgx.CollectExactlyOneRow(rows, scanEndpoint)
	if errors.Is(err, pgx.ErrNoRows) {
		return Endpoint{}, notFound()
	}
	if err != nil {
		return Endpoint{}, fmt.Errorf("find webhook endpoint: %w", err)
	}
	return e, nil
}

// Change puts a spec in the place of an endpoint's. What waits for delivery goes to the new URL. Returns session.NotFound and
// session.InvalidRequest.
func (h *Hooks) Change(ctx context.Context, operator, endpoint uuid.UUID, spec Spec) error {
	if err := spec.complete(h.Open); err != nil {
		return err
	}
	return h.change(ctx, operator, endpoint, `UPDATE webhook_endpoints SET url = $3, description = $4, events = $5, ordering = $6, jackpot_from = $7
		WHERE operator_id = $1 AND id = $2`, spec.URL, spec.Description, spec.Events, spec.Ordering, spec.JackpotFrom)
}

// Enable lets an endpoint be told again, of what waits since it was disabled, too: its three days begin anew. Returns session.NotFound.
func (h *Hooks) Enable(ctx context.Context, operator, endpoint uuid.UUID) error {
	return h.change(ctx, operator, endpoint, `WITH again AS (UPDATE webhook_letters SET since = $3, next_at = $3, tries = 0
			WHERE endpoint_id = $2 AND dead_at IS NULL AND EXISTS (SELECT FROM webhook_endpoints WHERE operator_id = $1 AND id = $2 AND NOT enabled))
		UPDATE webhook_endpoints SET enabled = true, disabled_at = NULL, disabled_reason = NULL, failing_since = NULL, failures = 0, rests_until = NULL
		WHERE operator_id = $1 AND id = $2`, h.Now())
}

// Disable ends what an endpoint is told, until it is enabled. What happens meanwhile it is not told of, what waits is kept. Returns
// session.NotFound.
func (h *Hooks) Disable(ctx context.Context, operator, endpoint uuid.UUID, reason string) error {
	return h.change(ctx, operator, endpoint, `UPDATE webhook_endpoints SET enabled = false, disabled_at = coalesce(disabled_at, $3),
		disabled_reason = coalesce(disabled_reason, $4) WHERE operator_id = $1 AND id = $2`, h.Now(), reason)
}

// Delete removes an endpoint with all that waits for it, its dead letters and its log. Returns session.NotFound.
func (h *Hooks) Delete(ctx context.Context, operator, endpoint uuid.UUID) error {
	if err := h.change(ctx, operator, endpoint, `DELETE FROM webhook_endpoints WHERE operator_id = $1 AND id = $2`); err != nil {
		return err
	}
	return h.sweep(ctx)
}

// sweep removes what is left of endpoints that are gone: a move that was committed while its endpoint was deleted may have left something.
func (h *Hooks) sweep(ctx context.Context) error {
	for _, table := range []string{"webhook_moves", "webhook_letters", "webhook_deliveries"} {
		_, err := h.DB.Exec(ctx, `DELETE FROM `+table+` WHERE endpoint_id = ANY (ARRAY(
			WITH RECURSIVE seen AS ( -- each endpoint of the table, by its index
				(SELECT endpoint_id FROM `+table+` ORDER BY endpoint_id LIMIT 1)
				UNION ALL SELECT (SELECT t.endpoint_id FROM `+table+` t WHERE t.endpoint_id > s.endpoint_id ORDER BY t.endpoint_id LIMIT 1)
				FROM seen s WHERE s.endpoint_id IS NOT NULL)
			SELECT endpoint_id FROM seen s WHERE endpoint_id IS NOT NULL
				AND NOT EXISTS (SELECT FROM webhook_endpoints e WHERE e.id = s.endpoint_id)))`)
		if err != nil {
			return fmt.Errorf("remove what is left of deleted webhook endpoints: %w", err)
		}
	}
	return nil
}

// change changes one endpoint by a statement whose first arguments are its operator and its id, and tells all nodes.
func (h *Hooks) change(ctx context.Context, operator, endpoint uuid.UUID, sql string, args ...any) error {
	err := wallet.Transact(ctx, h.DB, func(tx pgx.Tx) error {
		if err := lock(ctx, tx, operator, endpoint); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sql, append([]any{operator, endpoint}, args...)...); err != nil {
			return err
		}
		return session.NotifyPolicy(ctx, tx)
	})
	if err != nil {
		return fmt.Errorf("change webhook endpoint %s: %w", endpoint, err)
	}
	return nil
}
