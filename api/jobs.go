package api

import (
	"context"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivertype"

	"croupier/session"
)

// How the jobs beside play are run. A run that is killed is given up after rescueAfter, and until then no other begins.
const (
	expireEvery = time.Minute
	jobTimeout  = 5 * time.Minute
	rescueAfter = 6 * time.Minute
	jobPoll     = 2 * time.Second
)

// newJobs returns the queue of jobs that all servers of a database share: one of them is elected to put jobs in, and any runs them, one
// at a time. It has the database's connections for ordinary use, not the settler's.
func newJobs(db *pgxpool.Pool, log *slog.Logger, expire *expireRounds) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	if err := river.AddWorkerSafely(workers, expire); err != nil {
		return nil, err
	}
	return river.NewClient(riverpgxv5.New(db), &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}},
		PeriodicJobs: []*river.PeriodicJob{river.NewPeriodicJob(river.PeriodicInterval(expireEvery),
			func() (river.JobArgs, *river.InsertOpts) { return expireRoundsArgs{}, nil }, &river.PeriodicJobOpts{RunOnStart: true})},
		JobTimeout: jobTimeout, RescueStuckJobsAfter: rescueAfter,
		PollOnly: true, FetchPollInterval: jobPoll, // a connection less that listens
		ReindexerSchedule:           river.NeverSchedule(), // only the tables' owner may
		CompletedJobRetentionPeriod: time.Hour, DiscardedJobRetentionPeriod: 24 * time.Hour,
		Logger: slog.New(warnings{log.Handler()}),
	})
}

// warnings leaves out what River says when nothing is wrong: below the level of a warning, and when it is being stopped.
type warnings struct{ slog.Handler }

func (w warnings) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn && w.Handler.Enabled(ctx, level)
}

// Handle implements slog.Handler.
func (w warnings) Handle(ctx context.Context, r slog.Record) error {
	if ctx.Err() != nil {
		return nil
	}
	return w.Handler.Handle(ctx, r)
}

// WithAttrs implements slog.Handler.
func (w warnings) WithAttrs(attrs []slog.Attr) slog.Handler {
	return warnings{w.Handler.WithAttrs(attrs)}
}

// WithGroup implements slog.Handler.
func (w warnings) WithGroup(name string) slog.Handler { return warnings{w.Handler.WithGroup(name)} }

// expireRoundsArgs is the job of ending overdue rounds. The next one is put in only when the last is over, whatever became of it: it
// is not tried again, because the next one does the same.
type expireRoundsArgs struct{}

func (expireRoundsArgs) Kind() string { return "expire_rounds" }

func (expireRoundsArgs) InsertOpts() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{rivertype.JobStateAvailable,
		rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable}}}
}

// expireRounds ends the rounds that nobody finishes.
type expireRounds struct {
	river.WorkerDefaults[expireRoundsArgs]
	floor  *session.Floor
	expiry session.Expiry
	log    *slog.Logger
}

// Work implements river.Worker.
func (e *expireRounds) Work(ctx context.Context, _ *river.Job[expireRoundsArgs]) error {
	ended, err := e.floor.ExpireRounds(ctx, e.expiry)
	if ended > 0 {
		e.log.Info("ended rounds that nobody finished", "rounds", ended)
	}
	return err
}
