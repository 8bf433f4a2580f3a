package api

import (
	"context"
	"errors"
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
	agedEvery   = 5 * time.Minute
	countEvery  = 20 * time.Minute
	sumEvery    = time.Minute
	agedAtOnce  = 5000 // players whose seeds are rotated by one run: other jobs wait for it
	jobTimeout  = 5 * time.Minute
	rescueAfter = 6 * time.Minute
	jobPoll     = 2 * time.Second
)

// newJobs returns the queue of jobs that all servers of a database share: one of them is elected to put jobs in, and any runs them, one
// at a time. It has the database's connections for ordinary use, not the settler's.
func newJobs(db *pgxpool.Pool, log *slog.Logger, jobs ...job) (*river.Client[pgx.Tx], error) {
	workers := river.NewWorkers()
	var err error
	for _, add := range jobs {
		err = errors.Join(err, add(workers))
	}
	if err != nil {
		return nil, err
	}
	return river.NewClient(riverpgxv5.New(db), &river.Config{
		Workers: workers, Queues: map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: 1}, webhooksQueue: {MaxWorkers: 2},
			walletQueue: {MaxWorkers: 1}, reconcileQueue: {MaxWorkers: 1}},
		PeriodicJobs: []*river.PeriodicJob{periodic(expireEvery, expireRoundsArgs{}), periodic(agedEvery, rotateSeedsArgs{}),
			periodic(countEvery, countRoundsArgs{}), periodic(sumEvery, sumReportsArgs{}), periodic(shiftEvery, deliverWebhooksArgs{}),
			periodic(pruneEvery, pruneWebhooksArgs{}), periodic(walletEvery, sweepWalletsArgs{}), periodic(reconcileEvery, reconcileArgs{})},
		JobTimeout: jobTimeout, RescueStuckJobsAfter: rescueAfter,
		PollOnly: true, FetchPollInterval: jobPoll, // a connection less that listens
		ReindexerSchedule:           river.NeverSchedule(), // only the tables' owner may
		CompletedJobRetentionPeriod: time.Hour, DiscardedJobRetentionPeriod: 24 * time.Hour,
		Logger: slog.New(warnings{log.Handler()}),
	})
}

// job adds the worker of one kind of jobs.
type job func(*river.Workers) error

func jobOf[T river.JobArgs](w river.Worker[T]) job {
	return func(all *river.Workers) error { return river.AddWorkerSafely(all, w) }
}

// periodic puts a job in at once and then every so often.
func periodic(every time.Duration, args river.JobArgs) *river.PeriodicJob {
	return river.NewPeriodicJob(river.PeriodicInterval(every), func() (river.JobArgs, *river.InsertOpts) { return args, nil },
		&river.PeriodicJobOpts{RunOnStart: true})
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

// oneAtATime are the options of a job that is put in only when the last of its kind is over, whatever became of that: it is not tried
// again, because the next one does the same.
func oneAtATime() river.InsertOpts {
	return river.InsertOpts{MaxAttempts: 1, UniqueOpts: river.UniqueOpts{ByState: []rivertype.JobState{rivertype.JobStateAvailable,
		rivertype.JobStatePending, rivertype.JobStateRunning, rivertype.JobStateScheduled, rivertype.JobStateRetryable}}}
}

// expireRoundsArgs is the job of ending overdue rounds.
type expireRoundsArgs struct{}

func (expireRoundsArgs) Kind() string { return "expire_rounds" }

func (expireRoundsArgs) InsertOpts() river.InsertOpts { return oneAtATime() }

// expireRounds ends the rounds that nobody finishes, and notes which exclusions are over.
type expireRounds struct {
	river.WorkerDefaults[expireRoundsArgs]
	floor   *session.Floor
	players *session.Players
	expiry  session.Expiry
	log     *slog.Logger
}

// Work implements river.Worker.
func (e *expireRounds) Work(ctx context.Context, _ *river.Job[expireRoundsArgs]) error {
	ended, err := e.floor.ExpireRounds(ctx, e.expiry)
	if ended > 0 {
		e.log.Info("ended rounds that nobody finished", "rounds", ended)
	}
	over, problem := e.players.EndExclusions(ctx)
	if over > 0 {
		e.log.Info("exclusions are over", "players", over)
	}
	return errors.Join(err, problem)
}

// rotateSeedsArgs is the job of rotating seeds that are in use for longer than their operator's policy allows.
type rotateSeedsArgs struct{}

func (rotateSeedsArgs) Kind() string { return "rotate_seeds" }

func (rotateSeedsArgs) InsertOpts() river.InsertOpts { return oneAtATime() }

// rotateSeeds rotates the seeds of players who are away. Those who play rotate by playing.
type rotateSeeds struct {
	river.WorkerDefaults[rotateSeedsArgs]
	floor *session.Floor
	log   *slog.Logger
}

// Work implements river.Worker.
func (r *rotateSeeds) Work(ctx context.Context, _ *river.Job[rotateSeedsArgs]) error {
	rotated, err := r.floor.RotateAgedSeeds(ctx, agedAtOnce)
	if rotated > 0 {
		r.log.Info("rotated seeds by their operators' policies", "players", rotated)
	}
	return err
}

// countRoundsArgs is the job of counting the rounds of hours that are over.
type countRoundsArgs struct{}

func (countRoundsArgs) Kind() string { return "count_rounds" }

func (countRoundsArgs) InsertOpts() river.InsertOpts { return oneAtATime() }

// countRounds counts the rounds of hours that are over, so that nobody who asks for rates need count them again.
type countRounds struct {
	river.WorkerDefaults[countRoundsArgs]
	floor *session.Floor
}

// Work implements river.Worker.
func (c *countRounds) Work(ctx context.Context, _ *river.Job[countRoundsArgs]) error {
	_, err := c.floor.CountHours(ctx)
	return err
}

// sumReportsArgs is the job of adding up rounds for reports.
type sumReportsArgs struct{}

func (sumReportsArgs) Kind() string { return "sum_reports" }

func (sumReportsArgs) InsertOpts() river.InsertOpts { return oneAtATime() }

// sumReports adds up the rounds of the last minutes, and looks a second time at days that ended a while ago. It also forgets the answers of
// calls that carried an Idempotency-Key a day ago.
type sumReports struct {
	river.WorkerDefaults[sumReportsArgs]
	floor     *session.Floor
	operators *session.Operators
}

// Work implements river.Worker.
func (r *sumReports) Work(ctx context.Context, _ *river.Job[sumReportsArgs]) error {
	_, err := r.floor.CountReports(ctx)
	if err == nil {
		_, err = r.floor.CheckReports(ctx)
	}
	return errors.Join(err, r.operators.ForgetAnswers(ctx))
}
