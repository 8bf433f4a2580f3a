package api

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"croupier/session"
)

// walletQueue is the queue of the jobs that wait for operators: those of the default queue do not wait for them.
const walletQueue = "wallets"

// How often what is due of operators' wallets is looked for, and how long for. A run that was killed keeps others from beginning for no longer
// than that: several at once do no harm, and an operator must not wait for its win until the dead run is given up.
const (
	walletEvery = 5 * time.Second
	walletRun   = 15 * time.Second
)

// sweepWalletsArgs is the job of telling operators of wins and rollbacks, and of bets that nobody goes on with.
type sweepWalletsArgs struct{}

func (sweepWalletsArgs) Kind() string { return "sweep_wallets" }

func (sweepWalletsArgs) InsertOpts() river.InsertOpts {
	options := oneAtATime()
	options.Queue, options.UniqueOpts.ByPeriod = walletQueue, walletRun
	return options
}

// sweepWallets does what is due of operators' wallets.
type sweepWallets struct {
	river.WorkerDefaults[sweepWalletsArgs]
	floor *session.Floor
	log   *slog.Logger
}

// Timeout implements river.Worker.
func (w *sweepWallets) Timeout(*river.Job[sweepWalletsArgs]) time.Duration { return walletRun }

// Work implements river.Worker.
func (w *sweepWallets) Work(ctx context.Context, _ *river.Job[sweepWalletsArgs]) error {
	done, err := w.floor.SweepWallets(ctx)
	if done > 0 {
		w.log.Info("finished wallet calls that were left", "players", done)
	}
	if errors.Is(err, context.DeadlineExceeded) { // the next run goes on
		return nil
	}
	return err
}
