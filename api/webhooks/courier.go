package webhooks

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/prometheus/client_golang/prometheus"
)

// Courier delivers. Any number of servers may have one: of an endpoint one of them at a time is the runner, and one that is killed is
// replaced when its time as the runner is over.
type Courier struct {
	*Hooks
	log      *slog.Logger
	config   CourierConfig
	client   *http.Client
	attempts *prometheus.CounterVec

	mu   sync.Mutex
	slot time.Time // when the next event may be sent
}

// CourierConfig says how is delivered. The zero value of a field means its default.
type CourierConfig struct {
	Dialing
	Retrying
	Workers  int            // requests to one endpoint that are under way at the same time; default 16
	Pressure func() float64 // of play, from 0 to 1; default none
}

// The bounds of a run.
const (
	lookEvery   = 250 * time.Millisecond // with nothing to do
	runnerFor   = time.Minute            // a runner is taken to be alive
	renewEvery  = 15 * time.Second
	maxServed   = 64 // endpoints by one run at the same time
	letterBatch = 256
	movesBatch  = 8                // rows of webhook_moves of one pass at most, each of as many as 64 moves
	tripAfter   = 20               // failures in a row that say that the endpoint is down
	finishGrace = 2 * time.Second  // for what is under way when the server stops
	recordGrace = 3 * time.Second  // to write down what became of it
	askTimeout  = 15 * time.Second // of a statement
)

// NewCourier returns a courier of the endpoints.
func NewCourier(hooks *Hooks, log *slog.Logger, config CourierConfig) *Courier {
	if config.Workers == 0 {
		config.Workers = 16
	}
	if config.Pressure == nil {
		config.Pressure = func() float64 { return 0 }
	}
	config.Retrying = config.Retrying.withDefaults()
	config.Open = config.Open || hooks.Open
	return &Courier{Hooks: hooks, log: log, config: config, client: config.client(config.Workers),
		attempts: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "croupier_webhook_attempts_total",
			Help: "Attempts to deliver an event to an endpoint, by what became of it: delivered, failed, or dead, for the last that failed."},
			[]string{"outcome"})}
}

// Describe implements prometheus.Collector.
func (c *Courier) Describe(d chan<- *prometheus.Desc) { c.attempts.Describe(d) }

// Collect implements prometheus.Collector.
func (c *Courier) Collect(m chan<- prometheus.Metric) { c.attempts.Collect(m) }

// Run delivers what is due and what becomes due, for as long as a shift lasts or until the context ends.
func (c *Courier) Run(ctx context.Context, shift time.Duration) error {
	run, end := uuid.New(), time.Now().Add(shift)
	var all sync.WaitGroup
	defer all.Wait()
	var mu sync.Mutex
	served := map[uuid.UUID]bool{}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for time.Now().Before(end) {
		due, err := c.due(ctx, run)
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			return fmt.Errorf("which webhook endpoints are due: %w", err)
		}
		for _, endpoint := range due {
			mu.Lock()
			wait := served[endpoint] || len(served) >= maxServed
			if !wait {
				served[endpoint] = true
			}
			mu.Unlock()
			if wait {
				continue
			}
			all.Go(func() {
				if err := c.serve(ctx, run, endpoint, end); err != nil && ctx.Err() == nil {
					c.log.Warn("webhooks are not delivered now", "endpoint", endpoint, "error", err)
				}
				mu.Lock()
				delete(served, endpoint)
				mu.Unlock()
			})
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return nil
		}
	}
	return nil
}

// due are the endpoints for which there is something to do, and that no other run serves.
func (c *Courier) due(ctx context.Context, run uuid.UUID) ([]uuid.UUID, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	const sql = `SELECT id FROM webhook_endpoints e
		WHERE enabled AND coalesce(rests_until <= $1, true) AND (coalesce(runs_until <= $1, true) OR runner = $2)
			AND (EXISTS (SELECT FROM webhook_moves m WHERE m.endpoint_id = e.id)
				OR EXISTS (SELECT FROM webhook_letters l WHERE l.endpoint_id = e.id AND l.dead_at IS NULL AND l.next_at <= $1))`
	rows, err := c.DB.Query(ctx, sql, c.Now(), run)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[uuid.UUID])
}

// serve delivers to one endpoint until nothing is due or the shift is over, if no other run does.
func (c *Courier) serve(run context.Context, id, endpoint uuid.UUID, end time.Time) error {
	ctx, lost := context.WithCancel(run)
	defer lost()
	if mine, err := c.beRunner(ctx, id, endpoint); err != nil || !mine {
		return err
	}
	renewed := make(chan struct{})
	go func() {
		defer close(renewed)
		c.stayRunner(ctx, id, endpoint, lost)
	}()
	defer func() {
		lost()
		<-renewed
		c.release(run, id, endpoint)
	}()
	size := 1
	for ctx.Err() == nil && time.Now().Before(end) {
		begun := time.Now()
		more, err := c.pass(ctx, id, endpoint, size)
		if err != nil || !more {
			return err
		}
		switch took := time.Since(begun); {
		case took < time.Second/2:
			size = min(2*size, movesBatch)
		case took > 5*time.Second:
			size = max(size/2, 1)
		}
	}
	return nil
}

// beRunner makes a run the one that serves an endpoint, for runnerFor, unless another is.
func (c *Courier) beRunner(ctx context.Context, run, endpoint uuid.UUID) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	now := c.Now()
	tag, err := c.DB.Exec(ctx, `UPDATE webhook_endpoints SET runner = $2, runs_until = $3
		WHERE id = $1 AND enabled AND (coalesce(runs_until <= $4, true) OR runner = $2)`, endpoint, run, now.Add(runnerFor), now)
	return err == nil && tag.RowsAffected() == 1, err
}

// stayRunner goes on being the runner, until ctx ends. When that fails it says so: another may take over.
func (c *Courier) stayRunner(ctx context.Context, run, endpoint uuid.UUID, lost func()) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			if mine, err := c.beRunner(ctx, run, endpoint); err != nil || !mine {
				lost()
				return
			}
		}
	}
}

// release lets another run serve the endpoint at once.
func (c *Courier) release(run context.Context, id, endpoint uuid.UUID) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(run), recordGrace)
	defer cancel()
	const sql = `UPDATE webhook_endpoints SET runs_until = NULL, runner = NULL WHERE id = $1 AND runner = $2`
	if _, err := c.DB.Exec(ctx, sql, endpoint, id); err != nil && run.Err() == nil {
		c.log.Warn("a webhook endpoint is not released; it is served again in a minute", "endpoint", endpoint, "error", err)
	}
}

// yield waits for play: with its groups full a server sends 200 events a second, with half of that 1,600, with a third 5,400, and with
// hardly any as many as it can. An event takes about as much of the machine as a round, so this is what play may lose to it.
func (c *Courier) yield(ctx context.Context) {
	pressure := c.config.Pressure()
	if pressure < 0.2 {
		return
	}
	c.mu.Lock()
	now := time.Now()
	if c.slot.Before(now) {
		c.slot = now
	}
	wait := c.slot.Sub(now)
	c.slot = c.slot.Add(time.Duration(pressure * pressure * pressure * float64(5*time.Millisecond)))
	c.mu.Unlock()
	if wait < time.Millisecond {
		return
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
