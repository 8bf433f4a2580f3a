// Package postgres runs a private Postgres cluster for the sandbox and for tests.
//
// It promises that the cluster is as durable as a real one, that nobody but its user and root can connect to it (a Unix socket
// in a private directory, no TCP), and that it never outlives its owner: after SIGKILL of the owner a watchdog stops it, and
// what even the watchdog missed is found at the next Start. It must never touch a cluster that it did not make.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// superuser is the database role that owns the cluster. It has no password: whoever reaches the socket may be it.
const superuser = "postgres"

// startTimeout bounds a start whose context has no deadline: initdb on a slow disk, or recovery after a crash.
const startTimeout = 2 * time.Minute

// Options say which cluster to start.
type Options struct {
	// Dir holds the cluster: data, log, lock and socket. It is made if missing. When we are root, another user must be able to
	// reach it.
	Dir string

	// Settings are postgresql.conf parameters on top of the defaults, which are durable and suit two cores.
	Settings map[string]string
}

// Cluster is a running Postgres that this process owns. Its methods may be called from any goroutine.
type Cluster struct {
	layout  layout
	options Options

	mu     sync.Mutex
	lock   *os.File // nil when not running
	server *server  // nil when not running
}

// Start starts the cluster in options.Dir, making it first if there is none, and returns when it takes connections. What an
// owner that was killed left running there is stopped first.
// Returns *InUseError if a live process owns the directory, *NotFoundError if there is no Postgres on this machine and none
// could be fetched, *StartError with the end of the log if Postgres gives up.
func Start(ctx context.Context, options Options) (*Cluster, error) {
	if options.Dir == "" {
		return nil, errors.New("start postgres: no directory given")
	}
	layout, err := newLayout(options.Dir)
	if err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	c := &Cluster{layout: layout, options: options}
	if err := c.Restart(ctx); err != nil {
		return nil, err
	}
	return c, nil
}

// Restart starts the cluster again after Stop or Kill, at the same URL; a running one is stopped first. Errors as Start's.
func (c *Cluster) Restart(ctx context.Context) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	// A server that ended by itself is no reason not to go on, and one that does not end is met again as a leftover.
	_ = c.end((*server).stop)
	if _, bounded := ctx.Deadline(); !bounded {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, startTimeout)
		defer cancel()
	}
	if err := makeDirs(c.layout.dir); err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	lock, err := lock(c.layout.dir, c.layout.lock)
	if err != nil {
		return fmt.Errorf("start postgres: %w", err)
	}
	if c.server, err = c.start(ctx); err != nil {
		return errors.Join(fmt.Errorf("start postgres in %s: %w", c.layout.dir, err), unlock(lock))
	}
	c.lock = lock
	return nil
}

// start does what Start promises, under the lock.
func (c *Cluster) start(ctx context.Context) (*server, error) {
	who, err := currentAccount()
	if err != nil {
		return nil, err
	}
	if err := who.reaches(ctx, c.layout.dir); err != nil {
		return nil, err
	}
	major, err := c.layout.dataMajor()
	if err != nil {
		return nil, err
	}
	bins, err := findBinaries(ctx, who, major)
	if err != nil {
		return nil, err
	}
	if major == 0 {
		if err := c.layout.initialise(ctx, bins, who); err != nil {
			return nil, err
		}
	}
	if err := errors.Join(who.own(c.layout.data), who.own(c.layout.socket)); err != nil {
		return nil, err
	}
	if err := stopLeftover(ctx, c.layout.data); err != nil {
		return nil, err
	}
	return c.launch(ctx, bins, who)
}

// launch tries again while sessions of a server that was killed still hold its shared memory; they notice within moments.
func (c *Cluster) launch(ctx context.Context, bins binaries, who account) (*server, error) {
	for {
		server, err := c.layout.launch(ctx, bins, who, settings(c.options.Settings))
		var failed *StartError
		if !errors.As(err, &failed) || !strings.Contains(failed.Lines, "shared memory block") {
			return server, err
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// Dir returns the cluster's directory, absolute. Its log is postgres.log there.
func (c *Cluster) Dir() string { return c.layout.dir }

// URL returns how to connect to a database of the cluster, for pgx and psql alike. It stays the same when the cluster starts
// again. The database "postgres" always exists.
func (c *Cluster) URL(database string) string {
	u := url.URL{
		Scheme:   "postgres",
		User:     url.User(superuser),
		Path:     "/" + database,
		RawQuery: url.Values{"host": {c.layout.socket}, "port": {strconv.Itoa(port)}}.Encode(),
	}
	return u.String()
}

// CreateDatabase makes an empty database; one that exists is left as it is.
func (c *Cluster) CreateDatabase(ctx context.Context, name string) error {
	conn, err := pgx.Connect(ctx, c.URL("postgres"))
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	defer conn.Close(ctx)
	_, err = conn.Exec(ctx, "CREATE DATABASE "+pgx.Identifier{name}.Sanitize())
	var refused *pgconn.PgError
	if errors.As(err, &refused) && refused.Code == "42P04" { // duplicate_database
		return nil
	}
	if err != nil {
		return fmt.Errorf("create database %s: %w", name, err)
	}
	return nil
}

// Stop cuts all sessions, lets Postgres write everything down, and waits until it has ended. A cluster that is not running is
// left alone. Returns an error with the end of the log if Postgres had ended by itself.
func (c *Cluster) Stop() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end((*server).stop)
}

// Kill ends Postgres with SIGKILL, without a chance to write anything down, for tests of faults. Restart, or Start on
// the same directory, brings it back.
func (c *Cluster) Kill() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.end((*server).kill)
}

func (c *Cluster) end(how func(*server) error) error {
	if c.server == nil {
		return nil
	}
	err := how(c.server)
	os.Remove(c.layout.socket) // it may be in /tmp; works only if it is empty, as it is after a clean stop
	err = errors.Join(err, unlock(c.lock))
	c.server, c.lock = nil, nil
	return err
}
