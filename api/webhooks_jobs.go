package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"croupier/api/webhooks"
)

// Delivery of webhooks has a queue of its own, so that endpoints that are slow keep no other job waiting. A job is a shift: it delivers for
// shiftFor, and the next is put in a little earlier, so one is always under way, also a few seconds after a server was killed.
const (
	webhooksQueue = "webhooks"
	shiftEvery    = 10 * time.Second
	shiftFor      = shiftEvery + 2*jobPoll
	pruneEvery    = time.Hour
)

// deliverWebhooksArgs is the job of delivering to the endpoints of all operators.
type deliverWebhooksArgs struct{}

func (deliverWebhooksArgs) Kind() string { return "deliver_webhooks" }

func (deliverWebhooksArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, Queue: webhooksQueue}
}

// deliverWebhooks delivers for a shift.
type deliverWebhooks struct {
	river.WorkerDefaults[deliverWebhooksArgs]
	courier *webhooks.Courier
}

// Work implements river.Worker.
func (d *deliverWebhooks) Work(ctx context.Context, _ *river.Job[deliverWebhooksArgs]) error {
	return d.courier.Run(ctx, shiftFor)
}

// pruneWebhooksArgs is the job of deleting what the log of webhooks need not have any more.
type pruneWebhooksArgs struct{}

func (pruneWebhooksArgs) Kind() string { return "prune_webhooks" }

func (pruneWebhooksArgs) InsertOpts() river.InsertOpts { return oneAtATime() }

// pruneWebhooks deletes attempts that are too old.
type pruneWebhooks struct {
	river.WorkerDefaults[pruneWebhooksArgs]
	hooks *webhooks.Hooks
	keep  time.Duration
	log   *slog.Logger
}

// Work implements river.Worker.
func (p *pruneWebhooks) Work(ctx context.Context, _ *river.Job[pruneWebhooksArgs]) error {
	deleted, err := p.hooks.Prune(ctx, p.keep)
	if deleted > 0 {
		p.log.Info("pruned the log of webhooks", "attempts", deleted)
	}
	return err
}
