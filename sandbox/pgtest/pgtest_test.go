package pgtest

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

// hangVariable makes the test binary one whose tests hang.
const hangVariable = "CROUPIER_TEST_HANG"

func TestMain(m *testing.M) {
	if os.Getenv(hangVariable) != "" {
		_, err := cluster()
		fmt.Println(made.dir, err)
		io.Copy(io.Discard, os.Stdin)
		os.Exit(1)
	}
	Main(m)
}

func TestKilledTestsLeaveNothing(t *testing.T) {
	t.Parallel()
	tests := exec.Command(os.Args[0])
	tests.Env = append(os.Environ(), hangVariable+"=1")
	leash, err := tests.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer leash.Close()
	out, err := tests.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := tests.Start(); err != nil {
		t.Fatal(err)
	}
	line, _ := bufio.NewReader(out).ReadString('\n')
	tests.Process.Kill()
	tests.Wait()
	dir, said, _ := strings.Cut(strings.TrimSpace(line), " ")
	if said != "<nil>" {
		t.Fatalf("the tests to be killed said %q", line)
	}
	// The watchdog deletes the directory only after the server in it has ended.
	deadline := time.After(30 * time.Second)
	for tick := time.Tick(20 * time.Millisecond); ; {
		if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("%s is still there", dir)
		case <-tick:
		}
	}
}

func TestNewGivesSeparateMigratedDatabases(t *testing.T) {
	t.Parallel()
	one, two := connect(t, New(t)), connect(t, New(t))
	for _, conn := range []*pgx.Conn{one, two} {
		var migrated bool
		query(t, conn, &migrated, "SELECT to_regclass('goose_db_version') IS NOT NULL")
		if !migrated {
			t.Error("the migrations were not applied")
		}
	}
	if _, err := one.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
		t.Fatal(err)
	}
	var leaked bool
	query(t, two, &leaked, "SELECT to_regclass('mine') IS NOT NULL")
	if leaked {
		t.Error("a table of one database is seen in another")
	}
}

func TestNewDropsItsDatabaseUnderOpenSessions(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("use", func(t *testing.T) {
		conn, err := pgx.Connect(t.Context(), New(t)) // never closed
		if err != nil {
			t.Fatal(err)
		}
		query(t, conn, &name, "SELECT current_database()")
	})
	server, err := databaseURL("postgres")
	if err != nil {
		t.Fatal(err)
	}
	var exists bool
	query(t, connect(t, server), &exists, "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)", name)
	if exists {
		t.Errorf("database %s was left behind", name)
	}
}

func TestEmptyHasNoTables(t *testing.T) {
	t.Parallel()
	var tables int
	query(t, connect(t, Empty(t)), &tables, "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")
	if tables != 0 {
		t.Errorf("an empty database has %d tables", tables)
	}
}

func TestClusterMayBeKilledAndRestarted(t *testing.T) {
	t.Parallel()
	c := Cluster(t)
	conn := connect(t, c.URL("postgres"))
	if _, err := conn.Exec(t.Context(), "CREATE TABLE kept AS SELECT 7 AS n"); err != nil {
		t.Fatal(err)
	}
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := conn.Ping(t.Context()); err == nil {
		t.Error("a session survived the kill")
	}
	if err := c.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	var n int
	query(t, connect(t, c.URL("postgres")), &n, "SELECT n FROM kept")
	if n != 7 {
		t.Errorf("n = %d after recovery, committed was 7", n)
	}
}

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func query(t *testing.T, conn *pgx.Conn, into any, sql string, args ...any) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), sql, args...).Scan(into); err != nil {
		t.Fatal(err)
	}
}

func TestAppIsNotTheOwner(t *testing.T) {
	t.Parallel()
	url := New(t)
	for want, pool := range map[bool]*pgxpool.Pool{false: App(t, url), true: Owner(t, url)} {
		var owns bool
		const sql = `SELECT pg_has_role(current_user, relowner, 'MEMBER') FROM pg_class WHERE oid = 'seats'::regclass`
		if err := pool.QueryRow(t.Context(), sql).Scan(&owns); err != nil {
			t.Fatal(err)
		}
		if owns != want {
			t.Errorf("owns the tables: %v, want %v", owns, want)
		}
	}
}
