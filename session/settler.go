package session

import (
	"cmp"
	"context"
	_ "embed"
	"encoding/binary"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
)

//go:embed settle.sql
var settleSQL string

// SettlerConfig bounds the settler. The zero value of a field means its default.
type SettlerConfig struct {
	Writers int           // groups that are written at the same time; default 2
	Group   int           // moves in a group at most; default 96
	Queue   int           // moves that may wait; default 4,096. Past it a move is answered 30029 at once
	Timeout time.Duration // of one group; default 5 s

	Receipts *ReceiptKeys // what receipts are signed with; nil: none are given
}

// Settler writes the moves of many players in one transaction: it takes what queued while the last commit ran, with no waiting
// timer, and tells each player's goroutine only after the commit. Several Settlers, in one process or in many, may share a
// database. A bad move never fails its neighbours.
type Settler struct {
	db         *pgxpool.Pool
	log        *slog.Logger
	config     SettlerConfig
	statements map[kind]*statement
	queue      chan *move
	stopped    chan struct{}
	ended      chan struct{} // closed when the last writer has ended
	stop       sync.Once
	writers    sync.WaitGroup
	moving     atomic.Int64   // Unix nanoseconds of when a writer last took or ended a group
	finished   finishedRounds // for the commitment log
	hearing    hearing        // the operators that have webhooks for play
	pressure   atomic.Int64   // see Pressure
	groups     prometheus.Histogram
	failed     prometheus.Counter
}

// NewSettler starts a settler's writers; Stop ends them.
func NewSettler(db *pgxpool.Pool, log *slog.Logger, config SettlerConfig) *Settler {
	config.Writers = cmp.Or(config.Writers, 2)
	// Two groups of a middle size keep the processors busy in turn; one group of all who wait makes everybody wait for everybody
	// (docs/performance.md has the figures).
	config.Group = cmp.Or(config.Group, 96)
	config.Queue = cmp.Or(config.Queue, 4096)
	config.Timeout = cmp.Or(config.Timeout, 5*time.Second)
	s := &Settler{
		db: db, log: log, config: config,
		queue:   make(chan *move, config.Queue),
		stopped: make(chan struct{}),
		ended:   make(chan struct{}),
		groups: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "croupier_settler_group_moves",
			Help: "Moves written by one commit.", Buckets: prometheus.ExponentialBuckets(1, 2, 10)}),
		failed: prometheus.NewCounter(prometheus.CounterOpts{Name: "croupier_settler_failed_groups_total",
			Help: "Groups that the database did not take whole."}),
	}
	var err error
	if s.statements, err = newStatements(settleSQL); err != nil {
		panic(err) // the program is broken, and its tests too
	}
	for range config.Writers {
		s.writers.Go(s.write)
	}
	return s
}

// Describe and Collect make a Settler a prometheus.Collector.
func (s *Settler) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(s, c) }

// Collect implements prometheus.Collector.
func (s *Settler) Collect(c chan<- prometheus.Metric) {
	s.groups.Collect(c)
	s.failed.Collect(c)
	c <- prometheus.MustNewConstMetric(queuedMoves, prometheus.GaugeValue, float64(len(s.queue)))
}

var queuedMoves = prometheus.NewDesc("croupier_settler_queued_moves", "Moves that wait for a writer.", nil, nil)

// Stop writes what is queued and ends the writers. A move that comes later is answered with Busy. It may be called twice.
func (s *Settler) Stop() {
	s.stop.Do(func() {
		close(s.stopped)
		s.writers.Wait()
		close(s.ended)
	})
}

// Health returns an error when the settler cannot take a move, or leaves moves waiting.
func (s *Settler) Health() error {
	switch n := len(s.queue); {
	case n == cap(s.queue):
		return errors.New("the settler's queue is full")
	case n > 0 && time.Since(time.Unix(0, s.moving.Load())) > 2*s.config.Timeout:
		return fmt.Errorf("%d moves wait and no writer takes them", n)
	}
	return nil
}

// settle queues a move and waits for its verdict. It returns Busy, and the move is not written then, when the queue is full or the
// settler was stopped.
// It does not give up on a queued move: only a verdict says what became of it, and the writers' timeout bounds the wait.
func (s *Settler) settle(m *move) (verdict, error) {
	select {
	case s.queue <- m:
	default:
		return later, busy()
	}
	select {
	case told := <-m.settled:
		return told, m.cause
	case <-s.ended:
	}
	select {
	case told := <-m.settled:
		return told, m.cause
	default: // nobody will take it from the queue any more
		return later, busy()
	}
}

func busy() *Error {
	return &Error{Code: Busy, Message: "Server busy, nothing was done; retry with the same requestId",
		Details: map[string]any{"retryAfterMs": 250}}
}

// write takes groups from the queue until the settler is stopped and the queue is empty.
func (s *Settler) write() {
	group := make([]*move, 0, s.config.Group)
	batch := &batch{}
	for {
		clear(group) // what was played is not kept until the next crowd
		group = group[:0]
		select {
		case m := <-s.queue:
			group = append(group, m)
		case <-s.stopped:
			select {
			case m := <-s.queue:
				group = append(group, m)
			default:
				return
			}
		}
	collect:
		for len(group) < s.config.Group {
			select {
			case m := <-s.queue:
				group = append(group, m)
			default:
				break collect
			}
		}
		s.moving.Store(time.Now().UnixNano())
		s.writeGroup(batch, group)
		s.moving.Store(time.Now().UnixNano())
	}
}

// writeGroup commits a group and tells every move its verdict. When the database refuses the group as a whole because of what is
// in it, its halves are tried alone, so that only the bad move is left without effect.
func (s *Settler) writeGroup(b *batch, group []*move) {
	slices.SortFunc(group, func(a, b *move) int { return slices.Compare(a.player[:], b.player[:]) })
	s.groups.Observe(float64(len(group)))
	s.feel(len(group))
	receipts := s.beginSigning(group)
	done, err := s.commit(b, group)
	if err == nil {
		s.giveReceipts(receipts, group, done)
		s.finished.add(group, done)
		for i, m := range group {
			told := stale
			if done[i] {
				told = written
			}
			m.settled <- told
		}
		return
	}
	s.failed.Inc()
	told := judge(err)
	if held := s.held(err, group); len(held) > 0 && len(held) < len(group) {
		for _, m := range held {
			m.cause = fmt.Errorf("settle round %s: %w", m.round, err)
			m.settled <- later
		}
		s.writeGroup(b, slices.DeleteFunc(slices.Clone(group), func(m *move) bool { return slices.Contains(held, m) }))
		return
	}
	if told == failed && len(group) > 1 {
		half := len(group) / 2
		s.writeGroup(b, group[:half])
		s.writeGroup(b, group[half:])
		return
	}
	if told == unknown {
		s.finished.add(group, nil)
	}
	if told != failed { // whose one move is told as an incident
		s.log.Warn("a group was not settled", "moves", len(group), "error", err)
	}
	for _, m := range group {
		m.cause = fmt.Errorf("settle round %s: %w", m.round, err)
		m.settled <- told
	}
}

// judge says what an error of the one statement means for all of its moves. An ERROR that the server reports has rolled it back; a
// broken connection, or a server that is going away, leaves open whether the commit was made.
func judge(err error) verdict {
	if pgconn.SafeToRetry(err) { // nothing was sent
		return later
	}
	var reported *pgconn.PgError
	if !errors.As(err, &reported) || reported.SeverityUnlocalized != "ERROR" {
		return unknown
	}
	switch reported.Code[:2] {
	// Data exception, integrity constraint, what the statement itself may not do, a limit of the program (nesting, size), a trigger's
	// refusal, damage in a table: each may be one move's alone.
	case "22", "23", "42", "54", "P0", "XX":
		return failed
	}
	return later
}

// commit writes the group in one transaction, again when the database asks for it, and reports which moves took effect.
func (s *Settler) commit(b *batch, group []*move) (done []bool, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), s.config.Timeout)
	defer cancel()
	b.fill(s.statements[s.kindOf(group)], group)
	for attempt := 1; ; attempt++ {
		done, err = s.try(ctx, b)
		var again *pgconn.PgError
		if attempt < 10 && errors.As(err, &again) && (again.Code == "40001" || again.Code == "40P01") {
			continue
		}
		return done, err
	}
}

func (s *Settler) kindOf(group []*move) (k kind) {
	hears := s.hearing.of()
	for _, m := range group {
		k.heard = k.heard || hears(m.operator)
		k.steps = k.steps || !m.opens || m.state != nil
		k.forced = k.forced || m.forced != nil
	}
	return k
}

// try sends the batch once. Statements are prepared on a connection when it first needs them.
func (s *Settler) try(ctx context.Context, b *batch) ([]bool, error) {
	conn, err := s.db.Acquire(ctx)
	if err != nil {
		return nil, &notSent{err}
	}
	defer conn.Release()
	prepared, err := conn.Conn().Prepare(ctx, b.statement.name, b.statement.sql)
	if err != nil {
		return nil, &notSent{err}
	}
	done := make([]bool, b.size)
	rows := conn.Conn().PgConn().ExecPrepared(ctx, prepared.Name, b.params, b.statement.formats, binaryResult)
	for rows.NextRow() {
		n := binary.BigEndian.Uint64(rows.Values()[0]) // the move's place in the group, from 1
		done[n-1] = true
	}
	_, err = rows.Close()
	var reported *pgconn.PgError
	if errors.As(err, &reported) && reported.Code == "26000" { // somebody discarded the statement, and pgx does not know
		_ = conn.Conn().Close(ctx)
	}
	return done, err
}

// notSent is an error from before a batch was sent: nothing of it can have taken effect.
type notSent struct{ cause error }

func (e *notSent) Error() string { return "not sent: " + e.cause.Error() }
func (e *notSent) Unwrap() error { return e.cause }

// SafeToRetry makes pgconn.SafeToRetry say so.
func (e *notSent) SafeToRetry() bool { return true }

var binaryResult = []int16{pgx.BinaryFormatCode}
