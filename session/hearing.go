package session

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
)

// hearing knows which operators have an enabled webhook endpoint for what is played, as far as this node knows: it spares all others the
// question. Whether, and which, is decided by the settling statement itself. The zero value is a node that does not know, and asks always.
type hearing struct {
	operators atomic.Pointer[map[uuid.UUID]bool] // nil: not known
}

// of returns a function that says whether an operator may have such an endpoint.
func (h *hearing) of() func(operator uuid.UUID) bool {
	known := h.operators.Load()
	if known == nil {
		return func(uuid.UUID) bool { return true }
	}
	return func(operator uuid.UUID) bool { return (*known)[operator] }
}

// forget is for a node that would not be told of a change.
func (h *hearing) forget() { h.operators.Store(nil) }

// learnHearing asks the database which operators hear. The caller listens on policyChannel, which tells of every change.
func (f *Floor) learnHearing(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	rows, err := f.db.Query(ctx, `SELECT DISTINCT operator_id FROM webhook_endpoints WHERE plays AND enabled`)
	if err != nil {
		return fmt.Errorf("which operators have webhooks: %w", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
	if err != nil {
		return fmt.Errorf("which operators have webhooks: %w", err)
	}
	known := make(map[uuid.UUID]bool, len(list))
	for _, operator := range list {
		known[operator] = true
	}
	f.settler.hearing.operators.Store(&known)
	return nil
}

// NotifyPolicy tells all nodes, when tx commits, that what an operator asked for has changed: how seeds are rotated, or what it hears.
func NotifyPolicy(ctx context.Context, tx pgx.Tx) error {
	_, err := tx.Exec(ctx, `SELECT pg_notify($1, '')`, policyChannel)
	return err
}

// pressureUnit is a pressure of 1.
const pressureUnit = 1 << 20

// feel remembers how many moves the groups have, the newest counting an eighth.
func (s *Settler) feel(moves int) {
	now := int64(moves) * pressureUnit / int64(max(s.config.Group, 1))
	was := s.pressure.Load()
	s.pressure.Store(was + (now-was)/8) // a lost update of two writers is no harm
}

// Pressure is how full the settler's groups are of late, from 0 to 1: with more to do the groups grow, and at 1 moves wait. Who can wait
// himself may yield by it.
func (s *Settler) Pressure() float64 {
	if time.Since(time.Unix(0, s.moving.Load())) > time.Second {
		return 0
	}
	return float64(s.pressure.Load()) / pressureUnit
}
