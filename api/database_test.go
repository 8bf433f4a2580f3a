package api

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/migrations"
	"croupier/sandbox/pgtest"
	"croupier/sandbox/postgres"
	"croupier/session"
)

// patience bounds every wait for something that must come.
const patience = time.Minute

// eventually polls until ok holds.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(patience)
	for tick := time.Tick(10 * time.Millisecond); !ok(); {
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("in %s it did not come true that %s", patience, what)
		}
	}
}

// ownCluster starts a Postgres of the test's own, with the schema and settings, and returns it with the database's URL.
func ownCluster(t *testing.T, settings map[string]string) (*postgres.Cluster, string) {
	t.Helper()
	cluster := pgtest.Cluster(t, settings)
	must(t, cluster.CreateDatabase(t.Context(), "croupier"))
	must(t, migrations.Up(t.Context(), cluster.URL("croupier")))
	return cluster, cluster.URL("croupier")
}

func execute(t testing.TB, db *pgxpool.Pool, sql string) {
	t.Helper()
	_, err := db.Exec(t.Context(), sql)
	must(t, err)
}

// readiness is what /readyz says.
func (s *testServer) readiness(t testing.TB) (status int, database string) {
	t.Helper()
	r := s.send(t, s.request(t, http.MethodGet, "/readyz", nil, nil))
	_, after, _ := strings.Cut(r.text, `"database":"`)
	database, _, _ = strings.Cut(after, `"`)
	return r.status, database
}

func TestServerDoesNotStartOnAReadOnlyDatabase(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	owner := pgtest.Owner(t, url)
	execute(t, owner, `ALTER DATABASE `+owner.Config().ConnConfig.Database+` SET default_transaction_read_only = on`)
	_, err := Start(t.Context(), Config{DatabaseURL: url, Listen: "127.0.0.1:0", Mode: "sandbox", MasterKeys: testKeys(), Catalogue: testCatalogue()})
	if err == nil || !strings.Contains(err.Error(), "the database is read-only: default_transaction_read_only is on") {
		t.Errorf("error %v does not say why", err)
	}
}

// Whatever makes a running server's database read-only: players are refused, /readyz says why, and play goes on when it can, on the
// same sockets, without a restart.
func TestPlayWaitsUntilTheDatabaseIsWritable(t *testing.T) {
	t.Parallel()
	cluster, url := ownCluster(t, map[string]string{"wal_level": "replica"})
	s := newTestServer(t, func(c *Config) { c.DatabaseURL = url })
	o := s.operator(t)
	p := o.player(t, "USD", "100.00")
	c := p.connect(t, "slots")
	before := c.spin("before")
	before.result(t)

	refuses := func() (id string) {
		t.Helper()
		eventually(t, "play is refused", func() bool { // a session takes a setting a moment after it was told
			id = uuid.NewString()
			answer := c.spin(id)
			if answer.Type == "error" {
				answer.wantError(t, "30029")
			}
			return answer.Type == "error"
		})
		o.post(t, "/wallet/deposit", transferOf(p.ID, "1", "USD", id)).wants(t, http.StatusServiceUnavailable, session.Unavailable)
		eventually(t, "the server says that its database is read-only", func() bool {
			status, database := s.readiness(t)
			return status == http.StatusServiceUnavailable && database == checkReadOnly
		})
		return id
	}
	goesOn := func(id string) {
		t.Helper()
		eventually(t, "the server is ready", func() bool {
			status, _ := s.readiness(t)
			return status == http.StatusOK
		})
		c.spin(id).result(t) // the same request, which had no effect
		if again := c.spin("before"); string(again.Payload) != string(before.Payload) {
			t.Errorf("was answered %s, and afterwards %s", before.Payload, again.Payload)
		}
	}

	// A setting makes sessions read-only that are open already, and nothing else about them changes.
	admin := pgtest.Owner(t, cluster.URL("postgres"))
	execute(t, admin, `ALTER SYSTEM SET default_transaction_read_only = on`)
	execute(t, admin, `SELECT pg_reload_conf()`)
	refused := refuses()
	execute(t, admin, `ALTER SYSTEM RESET default_transaction_read_only`)
	execute(t, admin, `SELECT pg_reload_conf()`)
	goesOn(refused)

	// The server's connections lead to a standby, after its database was started again as one.
	must(t, cluster.Stop())
	must(t, os.WriteFile(filepath.Join(cluster.Dir(), "data", "standby.signal"), nil, 0o644))
	must(t, cluster.Restart(t.Context()))
	refused = refuses()
	_, err := Start(t.Context(), Config{DatabaseURL: url, Listen: "127.0.0.1:0", Mode: "sandbox", MasterKeys: testKeys(), Catalogue: testCatalogue()})
	if err == nil || !strings.Contains(err.Error(), "the database is read-only: it is a standby") {
		t.Errorf("error %v does not say why", err)
	}
	execute(t, pgtest.Owner(t, url), `SELECT pg_promote()`)
	goesOn(refused)
	s.wantWholeLedger(t)
}

// A connection that turned read-only is not used again: the pool dials, and finds the primary where the URL names several servers.
func TestConnectionThatTurnedReadOnlyIsDropped(t *testing.T) {
	t.Parallel()
	db, err := connect(t.Context(), pgtest.New(t), 1)
	must(t, err)
	defer db.Close()
	var old, now uint32
	must(t, db.QueryRow(t.Context(), `SELECT pg_backend_pid() FROM set_config('default_transaction_read_only', 'on', false)`).Scan(&old))
	if err := writable(t.Context(), db); !isReadOnly(err) {
		t.Errorf("error %v of a session that is read-only", err)
	}
	_, err = db.Exec(t.Context(), `DELETE FROM one_use_tokens`)
	if e, ok := err.(*pgconn.PgError); !ok || e.Code != sqlReadOnly {
		t.Errorf("error %v, want %s", err, sqlReadOnly)
	}
	must(t, db.QueryRow(t.Context(), `SELECT pg_backend_pid()`).Scan(&now))
	if now == old {
		t.Error("the read-only connection is used again")
	}
	must(t, writable(t.Context(), db))
}

// The server's limits are its own: those of the role or the database have no effect.
func TestTimeLimitsOfTheServersConnections(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	owner := pgtest.Owner(t, url)
	execute(t, owner, `ALTER DATABASE `+owner.Config().ConnConfig.Database+` SET lock_timeout = '1ms'`)
	db, err := connect(t.Context(), url, 1)
	must(t, err)
	defer db.Close()
	for name, want := range map[string]string{"statement_timeout": "10s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "30s"} {
		var is string
		must(t, db.QueryRow(t.Context(), `SELECT current_setting($1)`, name).Scan(&is))
		if is != want {
			t.Errorf("%s is %s, want %s", name, is, want)
		}
	}
}
