package pgtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"

	"croupier/migrations"
	"croupier/sandbox/postgres"
	"croupier/sandbox/postgres/watchdog"

	"github.com/jackc/pgx/v5"
)

// What the tests of one binary share, made on first use. A failure is remembered and told to every later test.
var (
	directory = sync.OnceValues(makeDirectory) // everything of ours on disk is below it
	cluster   = sync.OnceValues(startCluster)
	template  = sync.OnceValues(buildTemplate) // the name of the migrated database
)

// made collects what Main has to undo.
var made struct {
	dog      *watchdog.Dog
	dir      string
	cluster  *postgres.Cluster
	template string
}

// settings make a cluster small, for several test binaries run at once. Durability stays on: it is what is tested.
var settings = map[string]string{
	"shared_buffers":  "64MB",
	"max_wal_size":    "1GB",
	"wal_compression": "off", // copying the template takes a third less without
}

// removeDir is the watchdog's script: wait for the servers below $1, whose own watchdogs stop them, then delete it.
const removeDir = `i=0
while [ -n "$(find "$1" -name postmaster.pid)" ] && [ $i -lt 150 ]; do
	i=$((i+1))
	sleep 0.1
done
rm -rf -- "$1"
`

func makeDirectory() (string, error) {
	// Not the TMPDIR variable's directory: it may be too long for a socket, or private to root.
	dir, err := os.MkdirTemp("/tmp", "croupier-test-")
	if err != nil {
		return "", err
	}
	made.dir = dir
	if made.dog, err = watchdog.Start(removeDir, dir); err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711) // Postgres runs as another user when we are root
}

var clusters atomic.Int64

// newDir returns a directory for one more cluster.
func newDir() (string, error) {
	dir, err := directory()
	return filepath.Join(dir, strconv.FormatInt(clusters.Add(1), 10)), err
}

func startCluster() (*postgres.Cluster, error) {
	dir, err := newDir()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	made.cluster, err = postgres.Start(ctx, postgres.Options{Dir: dir, Settings: settings})
	return made.cluster, err
}

// databaseURL returns the URL of a database on the server that the environment names, or else on the shared cluster.
func databaseURL(name string) (string, error) {
	server := os.Getenv(ServerVariable)
	if server == "" {
		c, err := cluster()
		if err != nil {
			return "", err
		}
		return c.URL(name), nil
	}
	u, err := url.Parse(server)
	if err != nil || u.Scheme != "postgres" && u.Scheme != "postgresql" {
		return "", errors.New(ServerVariable + " is not a postgres:// URL") // it may hold a password: do not repeat it
	}
	u.Path = "/" + name
	return u.String(), nil
}

// databaseName makes a name that no other binary uses on the same server.
func databaseName(suffix string) string {
	return fmt.Sprintf("croupier_test_%s_%s", run, suffix)
}

var run = fmt.Sprintf("%d_%x", os.Getpid(), rand.Uint32())

func buildTemplate() (string, error) {
	name := databaseName("template")
	if err := administer("CREATE DATABASE " + name); err != nil {
		return "", err
	}
	made.template = name
	target, err := databaseURL(name)
	if err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := migrations.Up(ctx, target); err != nil {
		return "", err
	}
	// A session in the template would make every copy of it fail.
	return name, administer("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
}

// administer runs one statement on a connection of its own to the server's database "postgres".
func administer(statement string) error {
	server, err := databaseURL("postgres")
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}

// cleanUp undoes what was made, in the order that needs no watchdog.
func cleanUp() error {
	var errs []error
	if made.template != "" && made.cluster == nil { // on a server that stays
		errs = append(errs, administer("DROP DATABASE "+made.template+" WITH (FORCE)"))
	}
	if made.cluster != nil {
		errs = append(errs, made.cluster.Stop())
	}
	if made.dir != "" {
		errs = append(errs, os.RemoveAll(made.dir))
	}
	return errors.Join(append(errs, made.dog.Release())...)
}
