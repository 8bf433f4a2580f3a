package session

import (
	"context"
	"crypto/ed25519"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"

	"croupier/fairness"
	"croupier/fairness/commitlog"
)

// Log is the commitment log of a database: every commitment to a server seed, every reveal and the hash of every finished round's record
// is a leaf of a Merkle tree that only grows, whose root is signed whenever it has grown. Any number of servers may run one on a database;
// one of them appends. Play does not wait for it, and writes nothing for it.
type Log struct {
	db        *pgxpool.Pool
	signer    *commitlog.Signer
	now       Clock
	log       *slog.Logger
	finished  *finishedRounds
	leading   atomic.Bool // this server appends
	pace      sweepPace
	goodbye   time.Duration // for the last hint and the last append of a server that stops
	leaves    prometheus.Counter
	lag       prometheus.Histogram
	published atomic.Pointer[Published]
	reading   sync.Mutex // held by the one goroutine that looks for a newer checkpoint
	readAt    time.Time
}

// LogConfig is what a Log needs.
type LogConfig struct {
	DB      *pgxpool.Pool
	Vault   *fairness.Vault
	Settler *Settler // whose finished rounds are logged first; nil: none
	// Origin names a log that is new; "" for a random name. It must have no spaces and no +. One that is there keeps its name.
	Origin string
	Now    Clock
	Log    *slog.Logger
}

// OpenLog reads the log's key, and makes it if there is none.
func OpenLog(ctx context.Context, c LogConfig) (*Log, error) {
	signer, err := openLogKey(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("key of the commitment log: %w", err)
	}
	l := &Log{
		db: c.DB, signer: signer, now: c.Now, log: c.Log, finished: &finishedRounds{}, pace: usualPace, goodbye: goodbyeBound,
		leaves: prometheus.NewCounter(prometheus.CounterOpts{Name: "croupier_log_leaves_total",
			Help: "Leaves that this server has added to the commitment log."}),
		lag: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "croupier_log_lag_seconds", Buckets: logLags,
			Help: "From the commit of a finished round to that of its leaf: of each append, the oldest round that this server finished itself."}),
	}
	if c.Settler != nil {
		l.finished = &c.Settler.finished
	}
	return l, nil
}

// logLags are the bounds of the buckets of croupier_log_lag_seconds.
var logLags = []float64{0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60}

// Describe and Collect make a Log a prometheus.Collector.
func (l *Log) Describe(c chan<- *prometheus.Desc) { prometheus.DescribeByCollect(l, c) }

// Collect implements prometheus.Collector.
func (l *Log) Collect(c chan<- prometheus.Metric) {
	l.leaves.Collect(c)
	l.lag.Collect(c)
}

// VerifierKey is the log's public key, as golang.org/x/mod/sumdb/note writes it. It never changes.
func (l *Log) VerifierKey() string { return l.signer.VerifierKey() }

// Run appends what is new, or stands by while another server does, until the context ends. Then it notes what its own server has finished,
// so that nothing waits for a sweep.
func (l *Log) Run(ctx context.Context) {
	l.finished.wanted.Store(true)
	// The leader goes last: it logs what its own server has hinted at before.
	leading, stopLeading := context.WithCancel(context.WithoutCancel(ctx))
	done := make(chan struct{})
	go func() {
		l.lead(leading)
		close(done)
	}()
	l.hint(ctx)
	stopLeading()
	<-done
}

// logKeyAAD binds the sealed key to its log.
func logKeyAAD(origin string) []byte { return []byte("log/" + origin) }

func openLogKey(ctx context.Context, c LogConfig) (*commitlog.Signer, error) {
	signer, err := readLogKey(ctx, c.DB, c.Vault)
	if !errors.Is(err, pgx.ErrNoRows) {
		return signer, err
	}
	origin := c.Origin
	if origin == "" {
		random := uuid.New()
		origin = "croupier-log/" + hex.EncodeToString(random[:8])
	}
	if len(origin) > 200 || strings.ContainsFunc(origin, func(r rune) bool { return r <= ' ' || r == '+' || r > '~' }) {
		return nil, fmt.Errorf("%q cannot name a log", origin)
	}
	_, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		return nil, err
	}
	// Of several servers that start at once, one makes the key.
	const sql = `INSERT INTO log_keys (origin, sealed_key, public_key, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	_, err = c.DB.Exec(ctx, sql, origin, c.Vault.Seal(private.Seed(), logKeyAAD(origin)), []byte(private.Public().(ed25519.PublicKey)), c.Now())
	if err != nil {
		return nil, err
	}
	return readLogKey(ctx, c.DB, c.Vault)
}

// readLogKey takes the public key from the sealed one: whoever can write to the database but has no master key cannot put another in.
func readLogKey(ctx context.Context, db rowQuerier, vault *fairness.Vault) (*commitlog.Signer, error) {
	var origin string
	var sealed []byte
	if err := db.QueryRow(ctx, `SELECT origin, sealed_key FROM log_keys`).Scan(&origin, &sealed); err != nil {
		return nil, err
	}
	seed, err := vault.Open(sealed, logKeyAAD(origin))
	if err != nil {
		return nil, err
	}
	if len(seed) != ed25519.SeedSize {
		return nil, errDamaged
	}
	return commitlog.NewSigner(origin, ed25519.NewKeyFromSeed(seed))
}

// LogVerifierKey returns the public key of a database's commitment log, without any secret. Returns NotFound where there is none yet.
func LogVerifierKey(ctx context.Context, db rowQuerier) (string, error) {
	var origin string
	var public []byte
	err := db.QueryRow(ctx, `SELECT origin, public_key FROM log_keys`).Scan(&origin, &public)
	if errors.Is(err, pgx.ErrNoRows) {
		return "", Errorf(NotFound, "There is no commitment log yet: a server makes it when it first starts")
	}
	if err != nil {
		return "", fmt.Errorf("key of the commitment log: %w", err)
	}
	return commitlog.VerifierKey(origin, public)
}

// The leader is whose session holds this lock. What it writes, it writes in that session: without the lock nothing of it is committed.
const logLockSQL = `SELECT pg_try_advisory_lock(hashtext('croupier.log'))`

// How the leader works.
const (
	appendEvery  = 250 * time.Millisecond // with nothing left to do
	leadAgain    = time.Second            // for a server that does not lead, or whose lead has ended
	appendBound  = 15 * time.Second       // for one append
	goodbyeBound = 500 * time.Millisecond // for the last hint of a server that stops, and as long for its last append
)

// leaderSettings end the session of a leader that falls silent, so that another can lead.
const leaderSettings = `SET idle_session_timeout = '10s'; SET idle_in_transaction_session_timeout = '10s'`

func (l *Log) lead(ctx context.Context) {
	for ctx.Err() == nil {
		if err := l.leadOnce(ctx); err != nil && ctx.Err() == nil {
			l.log.Warn("the commitment log is not appended to by this server now", "error", err)
		}
		pause(ctx, leadAgain)
	}
}

// leadOnce appends for as long as it can, if nobody else does.
func (l *Log) leadOnce(ctx context.Context) error {
	conn, err := l.takeLead(ctx)
	if err != nil || conn == nil {
		return err
	}
	defer hangUp(ctx, conn)
	l.leading.Store(true) // from here on it takes what its own server finishes from memory
	defer l.leading.Store(false)
	a := &appender{log: l, conn: conn}
	working, cancel := lingering(ctx, l.goodbye)
	defer cancel()
	for last := false; !last; {
		last = ctx.Err() != nil // once more, with what was noted last
		more, err := a.step(working)
		if err != nil {
			return err
		}
		if !more {
			pause(ctx, appendEvery)
		}
	}
	return nil
}

// lingering returns a context that ends some time after another.
func lingering(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	longer, cancel := context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(d, cancel) })
	return longer, func() {
		stop()
		cancel()
	}
}

// takeLead returns a connection that holds the lock, nil if another does. It must not go back to the pool.
func (l *Log) takeLead(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	pooled, err := l.db.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	var taken bool
	if err := pooled.QueryRow(ctx, logLockSQL).Scan(&taken); err != nil || !taken {
		pooled.Release()
		return nil, err
	}
	conn := pooled.Hijack()
	if _, err := conn.PgConn().Exec(ctx, leaderSettings).ReadAll(); err != nil {
		hangUp(ctx, conn)
		return nil, err
	}
	l.log.Debug("this server appends to the commitment log")
	return conn, nil
}

// inTx runs do in a transaction of the leader's session.
func (a *appender) inTx(ctx context.Context, do func(pgx.Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, appendBound)
	defer cancel()
	return pgx.BeginFunc(ctx, a.conn, do)
}
