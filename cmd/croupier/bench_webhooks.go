package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"sync/atomic"
	"time"

	"croupier/wallet"
)

// benchWebhooks is what is measured of a server that tells of every round.
type benchWebhooks struct {
	Told      summary   `json:"inTurnsWithServer"`
	Cost      benchCost `json:"costOfARound"`
	Ratios    []float64 `json:"ratios"`             // of each pair of turns: rounds/s told by rounds/s untold
	Ratio     float64   `json:"ratio"`              // the middle one
	PerSecond float64   `json:"deliveredPerSecond"` // while clients played
	Played    int64     `json:"roundsTold"`         // counted or not: those of the ramp and of the warm-up too; 0: not known
	Delivered int64     `json:"delivered"`          // requests, up to the end of the last turn
	Drained   float64   `json:"drainedPerSecond"`   // afterwards, with nobody playing; 0: nothing waited
	Left      int64     `json:"left"`               // moves that still waited when the benchmark ended; -1: not known
}

// hookBench is an endpoint for every round, whose receiver is in this process: on the measured machine, as the clients are, so what it
// takes is taken from the server.
type hookBench struct {
	b        *bench
	endpoint string
	server   *http.Server
	received atomic.Int64
}

// openHooks makes the endpoint. It is told nothing until tell says so.
func (b *bench) openHooks(ctx context.Context) (_ *hookBench, err error) {
	h := &hookBench{b: b}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	h.server = &http.Server{ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // a request that is cut off comes again
		h.received.Add(1)
		w.WriteHeader(http.StatusNoContent)
	})}
	go func() { _ = h.server.Serve(l) }() // until close
	var made struct{ Endpoint struct{ EndpointID string } }
	body := map[string]any{"url": "http://" + l.Addr().String() + "/", "events": []wallet.EventType{wallet.RoundCompleted}, "description": "croupier bench"}
	if err := b.operator.call(ctx, "/api/v1/webhooks/endpoints", body, &made); err != nil {
		return nil, errors.Join(fmt.Errorf("make a webhook endpoint: %w", err), h.server.Close())
	}
	h.endpoint = made.Endpoint.EndpointID
	return h, h.tell(ctx, false)
}

// tell lets the server tell of rounds, or not: what waits then waits on.
func (h *hookBench) tell(ctx context.Context, on bool) error {
	what := "disable"
	if on {
		what = "enable"
	}
	return h.b.operator.call(ctx, "/api/v1/webhooks/endpoints/"+h.endpoint+"/"+what, struct{}{}, nil)
}

// waiting is how many rounds wait to be told, -1 if it is not known.
func (h *hookBench) waiting(ctx context.Context) (n int64, err error) {
	if h.b.db == nil {
		return -1, nil
	}
	return n, h.b.db.QueryRow(ctx, `SELECT coalesce((SELECT sum(cardinality(rounds)) FROM webhook_moves WHERE endpoint_id = $1), 0)
		+ (SELECT count(*) FROM webhook_letters WHERE endpoint_id = $1)`, h.endpoint).Scan(&n)
}

func (h *hookBench) close(ctx context.Context) error {
	return errors.Join(h.tell(context.WithoutCancel(ctx), false), h.server.Close())
}

// hookSeries are the turns in which rounds are told.
type hookSeries struct {
	*hookBench
	told      *series
	spent     *spending
	delivered int64
	seconds   float64
}

// turn is a turn of the server in which it tells of every round.
func (h *hookSeries) turn(ctx context.Context, clients []roundPlayer, length time.Duration) error {
	if err := h.tell(ctx, true); err != nil {
		return err
	}
	before, begun := h.received.Load(), time.Now()
	if err := h.b.serverTurn(ctx, h.told, h.spent, clients, length); err != nil {
		return err
	}
	h.delivered += h.received.Load() - before
	h.seconds += time.Since(begun).Seconds()
	return h.tell(ctx, false)
}

// result is what the turns say, after what waited has had as long as a turn to be delivered. quiet are the turns in which nothing was told.
func (h *hookSeries) result(ctx context.Context, quiet *series) (*benchWebhooks, error) {
	w := &benchWebhooks{Told: h.told.summary(), Cost: h.spent.perRound(h.told), PerSecond: float64(h.delivered) / max(h.seconds, 1e-9), Delivered: h.delivered}
	for i, told := range w.Told.Turns {
		w.Ratios = append(w.Ratios, told/max(quiet.turns[i], 1e-9))
	}
	sorted := slices.Sorted(slices.Values(w.Ratios))
	w.Ratio = (sorted[(len(sorted)-1)/2] + sorted[len(sorted)/2]) / 2
	left, err := h.waiting(ctx)
	if err != nil {
		return nil, err
	}
	w.Played = w.Delivered + max(left, 0)
	h.b.say("%d rounds wait to be told: delivering, %s at most", left, 2*longestTurn)
	if err := h.tell(ctx, true); err != nil {
		return nil, err
	}
	before, begun := h.received.Load(), time.Now()
	for left != 0 && time.Since(begun) < 2*longestTurn {
		if err := wait(ctx, 100*time.Millisecond); err != nil {
			return nil, err
		}
		if w.Left, err = h.waiting(ctx); err != nil {
			return nil, err
		}
		if w.Left <= 0 {
			break
		}
	}
	if left > 0 {
		w.Drained = float64(h.received.Load()-before) / time.Since(begun).Seconds()
	}
	return w, h.tell(ctx, false)
}

// print writes what telling cost.
func (w *benchWebhooks) print(out io.Writer) {
	fmt.Fprintf(out, "told of every round: %.3f of the rounds/s, the middle of", w.Ratio)
	for _, r := range w.Ratios {
		fmt.Fprintf(out, " %.3f", r)
	}
	fmt.Fprintf(out, "; delivered %.0f/s while playing", w.PerSecond)
	if w.Drained > 0 {
		fmt.Fprintf(out, " and %.0f/s afterwards", w.Drained)
	}
	switch {
	case w.Left > 0:
		fmt.Fprintf(out, "; %s of %s rounds waited at the end", grouped(w.Left), grouped(w.Played))
	case w.Left == 0:
		fmt.Fprintf(out, "; all %s were delivered", grouped(w.Played))
	}
	fmt.Fprintln(out)
}
