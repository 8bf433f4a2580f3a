package webhooks

import (
	"context"
	"fmt"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// load is what one pass is to deliver to one endpoint.
type load struct {
	Endpoint
	run      uuid.UUID
	failures int       // passes in a row in which it was down
	moves    []played  // whose events are among those below
	events   []*event  // in order
	unpacked bool      // moves became letters
	begun    time.Time // by the courier's clock
}

// pass takes what is due, tries it once and writes down what became of it. more says that something was done, and there may be more. A
// pass that is cut off anywhere before the end leaves everything as it was: what it has delivered is delivered again.
func (c *Courier) pass(ctx context.Context, run, endpoint uuid.UUID, size int) (more bool, err error) {
	asking, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	l := &load{run: run, begun: c.Now()}
	if ok, err := c.find(asking, l, endpoint); err != nil || !ok {
		return false, err
	}
	keys, err := c.keys(asking, endpoint)
	if err != nil {
		return false, err
	}
	if err := c.take(asking, l, size); err != nil {
		return false, fmt.Errorf("take what is due: %w", err)
	}
	if len(l.events) == 0 && len(l.moves) == 0 {
		return l.unpacked, nil
	}
	c.tryAll(ctx, l, keys)
	recording, cancel := context.WithTimeout(context.WithoutCancel(ctx), recordGrace+askTimeout)
	defer cancel()
	if ctx.Err() != nil { // the server stops, and waits for this
		recording, cancel = context.WithTimeout(recording, recordGrace)
		defer cancel()
	}
	if err := c.record(recording, l); err != nil {
		return false, fmt.Errorf("write down what was delivered: %w", err)
	}
	return true, nil
}

// find reads the endpoint, and says whether it may be called now.
func (c *Courier) find(ctx context.Context, l *load, endpoint uuid.UUID) (bool, error) {
	rows, err := c.DB.Query(ctx, selectEndpoints+`WHERE id = $1 AND enabled AND coalesce(rests_until <= $2, true)`, endpoint, l.begun)
	if err != nil {
		return false, err
	}
	list, err := pgx.CollectRows(rows, scanEndpoint)
	if err != nil || len(list) == 0 {
		return false, err
	}
	l.Endpoint = list[0]
	return true, c.DB.QueryRow(ctx, `SELECT failures FROM webhook_endpoints WHERE id = $1`, endpoint).Scan(&l.failures)
}

// take reads what is due. Of an endpoint that was down it takes little: one letter, or one row of moves if there is no letter.
func (c *Courier) take(ctx context.Context, l *load, size int) (err error) {
	letters := letterBatch
	if l.failures > 0 {
		letters, size = 1, 1
	}
	if l.Ordering == ByPlayer {
		if l.unpacked, err = c.unpack(ctx, l.Endpoint, size); err != nil {
			return err
		}
		if l.events, err = c.inOrder(ctx, l, letters); err == nil && len(l.events) == 0 && !l.unpacked {
			err = c.postpone(ctx, l)
		}
		return err
	}
	if l.events, err = c.letters(ctx, `AND l.next_at <= $2 ORDER BY l.next_at LIMIT $3`, l.ID, l.begun, letters); err != nil {
		return err
	}
	if l.failures > 0 && len(l.events) > 0 {
		return nil
	}
	if l.moves, err = c.movesOf(ctx, l.ID, size); err != nil {
		return err
	}
	played, err := c.expand(ctx, l.Endpoint, l.moves)
	for _, e := range played {
		e.since = l.begun
	}
	l.events = append(l.events, played...)
	return err
}

func (c *Courier) movesOf(ctx context.Context, endpoint uuid.UUID, limit int) ([]played, error) {
	rows, err := c.DB.Query(ctx, selectMoves+`WHERE endpoint_id = $1 ORDER BY n LIMIT $2`, endpoint, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanPlayed)
}

func (c *Courier) letters(ctx context.Context, where string, args ...any) ([]*event, error) {
	rows, err := c.DB.Query(ctx, `SELECT l.n, l.k, l.event_id, l.type, l.player_id, l.at, l.data, l.since, l.tries
		FROM webhook_letters l WHERE l.endpoint_id = $1 AND l.dead_at IS NULL `+where, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (*event, error) {
		e := &event{letter: true}
		var player *uuid.UUID
		var data []byte
		err := row.Scan(&e.n, &e.k, &e.id, &e.kind, &player, &e.at, &data, &e.since, &e.tries)
		if player != nil {
			e.player = *player
		}
		e.data = data
		return e, err
	})
}

// tryAll tries each event once, with several requests under way. What comes after a failure in its lane, and after the endpoint was found
// to be down, is not tried. When ctx ends, what is under way has finishGrace.
func (c *Courier) tryAll(ctx context.Context, l *load, keys []*standardwebhooks.Webhook) {
	sending, cut := context.WithCancel(context.WithoutCancel(ctx))
	defer cut()
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(finishGrace, cut) })
	defer stop()
	s := &sender{client: c.client, url: l.URL, keys: keys, now: c.Now}
	trip, crew := int64(tripAfter), min(c.config.Workers, len(l.events))
	if l.failures > 0 {
		trip, crew = 1, min(crew, 1)
	}
	var row atomic.Int64 // failures in a row
	var gone atomic.Bool // it wants nothing any more
	lanes := make(chan []*event)
	var workers sync.WaitGroup
	for range crew {
		workers.Go(func() {
			for lane := range lanes {
				for _, e := range lane {
					if c.yield(ctx); ctx.Err() != nil || row.Load() >= trip || gone.Load() {
						break
					}
					e.result = s.send(sending, e)
					if e.result == nil || e.result.failure == "" {
						row.Store(0)
						continue
					}
					if e.result.down() {
						row.Add(1)
					}
					if e.result.status == http.StatusGone {
						gone.Store(true)
					}
					break // of one lane the next waits for this one
				}
			}
		})
	}
	for _, lane := range l.lanes() {
		lanes <- lane
	}
	close(lanes)
	workers.Wait()
}

// lanes are the events that must be sent one after the other: each its own, or those of a player.
func (l *load) lanes() (all [][]*event) {
	of := map[uuid.UUID]int{}
	for _, e := range l.events {
		at, known := of[e.player]
		if l.Ordering == ByPlayer && e.player != uuid.Nil && known {
			all[at] = append(all[at], e)
			continue
		}
		of[e.player] = len(all)
		all = append(all, []*event{e})
	}
	return all
}
