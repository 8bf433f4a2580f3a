package torture

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	mathrand "math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"

	"croupier/sandbox/postgres"
	"croupier/sandbox/postgres/watchdog"
)

// The names in a run's own cluster.
const (
	databaseName = "croupier"
	loginRole    = "croupier_torture"
)

// database is a run's own Postgres. The servers reach it by TCP as a role that owns nothing, we by its socket as its superuser.
type database struct {
	cluster  *postgres.Cluster
	address  string // host:port, for the servers' proxies
	password string
}

// startDatabase starts a cluster in dir, which the user that runs Postgres for root must be able to enter.
func startDatabase(ctx context.Context, dir string) (*database, error) {
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// The private cluster's own rules refuse all of TCP. The file holds no secret, and Postgres reads it as another user than root.
	rules := filepath.Join(dir, "pg_hba.conf")
	text := fmt.Sprintf("local all all trust\nhost %s %s 127.0.0.1/32 scram-sha-256\n", databaseName, loginRole)
	if err := os.WriteFile(rules, []byte(text), 0o644); err != nil {
		return nil, err
	}
	d := &database{address: net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), password: rand.Text()}
	d.cluster, err = postgres.Start(ctx, postgres.Options{Dir: filepath.Join(dir, "postgres"), Settings: map[string]string{
		"hba_file": rules, "listen_addresses": "127.0.0.1", "port": strconv.Itoa(port), "shared_buffers": "64MB", "max_wal_size": "1GB",
	}})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// freePort returns a port that nobody listens on, of those that the kernel does not hand out to connections: a Postgres or a server
// that was killed finds it free again.
func freePort() (int, error) {
	const lowest, highest = 15_000, 32_000
	for range 100 {
		port := lowest + mathrand.IntN(highest-lowest)
		listener, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err == nil {
			return port, listener.Close()
		}
	}
	return 0, fmt.Errorf("no port from %d to %d is free", lowest, highest)
}

// owner is how the schema's owner, and the checker, connect: past everything that is made bad. The socket is named after the port.
func (d *database) owner(name string) string {
	_, port, _ := net.SplitHostPort(d.address) // we joined it
	u, err := url.Parse(d.cluster.URL(name))
	if err != nil {
		return d.cluster.URL(name)
	}
	query := u.Query()
	query.Set("port", port)
	u.RawQuery = query.Encode()
	return u.String()
}

// through is how a server connects by way of a proxy.
func (d *database) through(address string) string {
	u := url.URL{Scheme: "postgres", User: url.UserPassword(loginRole, d.password), Host: address, Path: "/" + databaseName,
		RawQuery: "sslmode=disable"}
	return u.String()
}

// run runs statements as the owner on a connection of their own.
func (d *database) run(ctx context.Context, name string, statements ...string) error {
	conn, err := pgx.Connect(ctx, d.owner(name))
	if err != nil {
		return fmt.Errorf("connect to the run's database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for _, statement := range statements {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return fmt.Errorf("%s: %w", statement, err)
		}
	}
	return nil
}

// restart brings the cluster back after a kill. Its port may be taken for a moment.
func (d *database) restart(ctx context.Context) (err error) {
	for range 5 {
		if err = d.cluster.Restart(ctx); err == nil || ctx.Err() != nil {
			return err
		}
	}
	return err
}

// terminate ends sessions of the servers that are at work, again and again for a while: some of them in the middle of COMMIT. It
// returns how many, and how many of these were waiting for the disk to take their commit.
func (d *database) terminate(ctx context.Context, during, every time.Duration) (ended, committing int, err error) {
	const sql = `
		SELECT count(pg_terminate_backend(pid)), count(*) FILTER (WHERE wait_event IN ('WALSync', 'WALWrite'))
		FROM pg_stat_activity WHERE usename = $1 AND state = 'active' AND (wait_event IN ('WALSync', 'WALWrite') OR random() < 0.2)`
	conn, err := pgx.Connect(ctx, d.owner(databaseName))
	if err != nil {
		return 0, 0, fmt.Errorf("end sessions: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	for until := time.Now().Add(during); time.Now().Before(until); {
		var n, inside int
		if err := conn.QueryRow(ctx, sql, loginRole).Scan(&n, &inside); err != nil {
			return ended, committing, fmt.Errorf("end sessions: %w", err)
		}
		ended, committing = ended+n, committing+inside
		time.Sleep(every)
	}
	return ended, committing, nil
}

// goOn is the watchdog's script while Postgres is stopped: what is stopped could not be ended.
const goOn = `kill -CONT "$@"
`

// pause stops all processes of the cluster, as a disk that does not answer would, and lets them go on after a while, or when the
// context ends.
func (d *database) pause(ctx context.Context, during time.Duration) error {
	postmaster, err := d.postmaster()
	if err != nil {
		return err
	}
	if err := syscall.Kill(postmaster, syscall.SIGSTOP); err != nil { // first: it starts the others
		return fmt.Errorf("stop Postgres: %w", err)
	}
	pids := append(children(postmaster), postmaster)
	names := make([]string, len(pids))
	for i, pid := range pids {
		names[i] = strconv.Itoa(pid)
	}
	dog, err := watchdog.Start(goOn, names...)
	if err == nil {
		for _, pid := range pids {
			_ = syscall.Kill(pid, syscall.SIGSTOP) // an error means that it has ended
		}
		wait(ctx, during)
	}
	for _, pid := range pids {
		_ = syscall.Kill(pid, syscall.SIGCONT)
	}
	return errors.Join(err, dog.Release())
}

func (d *database) postmaster() (int, error) {
	text, err := os.ReadFile(filepath.Join(d.cluster.Dir(), "data", "postmaster.pid"))
	if err != nil {
		return 0, fmt.Errorf("find Postgres: %w", err)
	}
	first, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(first)
	if err != nil || pid <= 1 {
		return 0, fmt.Errorf("find Postgres: its pid file says %q", first)
	}
	return pid, nil
}

// wait waits for d, or until the context ends.
func wait(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
