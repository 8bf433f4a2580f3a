package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/riverqueue/river"

	"croupier/session"
)

// walletQueue is the queue of the jobs that wait for operators: those of the default queue do not wait for them.
const walletQueue = "wallets"

// walletEvery is how often what is due of operators' wallets is looked for.
const walletEvery = 5 * time.Second

// sweepWalletsArgs is the job of telling operators of wins and rollbacks, and of bets that nobody goes on with.
type sweepWalletsArgs struct{}

func (sweepWalletsArgs) Kind() string { return "sweep_wallets" }

func (sweepWalletsArgs) InsertOpts() river.InsertOpts {
	options := oneAtATime()
	options.Queue = walletQueue
	return options
}

// sweepWallets does what is due of operators' wallets.
type sweepWallets struct {
	river.WorkerDefaults[sweepWalletsArgs]
	floor *session.Floor
	log   *slog.Logger
}

// Work implements river.Worker.
func (w *sweepWallets) Work(ctx context.Context, _ *river.Job[sweepWalletsArgs]) error {
	done, err := w.floor.SweepWallets(ctx)
	if done > 0 {
		w.log.Info("finished wallet calls that were left", "players", done)
	}
	return err
}
