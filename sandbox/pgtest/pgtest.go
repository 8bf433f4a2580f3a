// Package pgtest gives every test a real Postgres database of its own.
//
// A test binary whose TestMain calls Main gets one private cluster, started by the first test that asks for a database, and a
// template with all migrations applied, which every New copies. It must never leave anything behind: not a process, not a
// directory, however the tests end.
package pgtest

import (
	"context"
	"fmt"
	"maps"
	"os"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"croupier/sandbox/postgres"
)

// ServerVariable names the environment variable with the postgres:// URL of an existing server to test on instead, as a
// superuser of it. Databases named croupier_test_… are made there, and dropped unless the tests are killed.
const ServerVariable = "CROUPIER_TEST_DATABASE_URL"

// patience bounds every step of setting up and tearing down.
const patience = time.Minute

// Main runs the tests of a package, stops what they made New start, and exits:
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
func Main(m *testing.M) {
	code := m.Run()
	if err := cleanUp(); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// New returns the URL of a fresh database with all migrations applied. It is dropped when the test ends, together with the
// sessions that are still in it.
func New(t testing.TB) string {
	t.Helper()
	name, err := template()
	if err != nil {
		t.Fatalf("pgtest: template: %v", err)
	}
	return create(t, " TEMPLATE "+name)
}

// Empty returns the URL of a fresh database without any tables, for tests of the migrations themselves.
func Empty(t testing.TB) string {
	t.Helper()
	return create(t, "")
}

var databases atomic.Int64

func create(t testing.TB, clause string) string {
	t.Helper()
	name := databaseName(strconv.FormatInt(databases.Add(1), 10))
	if err := administer("CREATE DATABASE " + name + clause); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := administer("DROP DATABASE " + name + " WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	url, err := databaseURL(name)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	return url
}

// Cluster starts a private cluster of one test's own, without migrations, that it may Kill, Stop and Restart. It is stopped
// and deleted when the test ends. own are settings on top of those of every test's cluster.
func Cluster(t testing.TB, own ...map[string]string) *postgres.Cluster {
	t.Helper()
	dir, err := newDir()
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	all := maps.Clone(settings)
	for _, more := range own {
		maps.Copy(all, more)
	}
	c, err := postgres.Start(ctx, postgres.Options{Dir: dir, Settings: all})
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := c.Stop(); err != nil {
			t.Errorf("pgtest: %v", err)
		}
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return c
}
