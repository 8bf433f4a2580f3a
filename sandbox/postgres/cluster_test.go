package postgres

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestStopKeepsDataAndURL(t *testing.T) {
	t.Parallel()
	c := start(t, newDir(t))
	for range 2 {
		if err := c.CreateDatabase(t.Context(), "it's mine"); err != nil { // a second time changes nothing
			t.Fatal(err)
		}
	}
	url := c.URL("it's mine")
	sql(t, url, "CREATE TABLE kept AS SELECT 7 AS n")
	for range 2 { // Stop may be called twice
		if err := c.Stop(); err != nil {
			t.Fatal(err)
		}
	}
	if err := connects(t, url); err == nil {
		t.Fatal("a stopped cluster takes connections")
	}
	again := start(t, c.Dir())
	if again.URL("it's mine") != url {
		t.Errorf("the URL changed from %s to %s", url, again.URL("it's mine"))
	}
	if n := sql(t, url, "SELECT n::text FROM kept"); n != "7" {
		t.Errorf("n = %s, written was 7", n)
	}
}

func TestKillLosesNothingCommitted(t *testing.T) {
	t.Parallel()
	c := start(t, newDir(t))
	url := c.URL("postgres")
	sql(t, url, "CREATE TABLE kept (n int)")
	for round := range 3 {
		sql(t, url, "INSERT INTO kept VALUES (1)")
		if err := c.Kill(); err != nil {
			t.Fatal(err)
		}
		var err error
		if round == 0 {
			c, err = Start(t.Context(), Options{Dir: c.Dir()})
		} else {
			err = c.Restart(t.Context())
		}
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { c.Stop() })
	}
	if n := sql(t, url, "SELECT count(*)::text FROM kept"); n != "3" {
		t.Errorf("%s of 3 committed rows are there", n)
	}
}

func TestFailedStartShowsTheLog(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), Options{Dir: newDir(t), Settings: map[string]string{"shared_buffers": "plenty"}})
	var failed *StartError
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), `invalid value for parameter "shared_buffers": "plenty"`) {
		t.Errorf("a wrong setting gave %v", err)
	}
}

func TestStopTellsThatPostgresDied(t *testing.T) {
	t.Parallel()
	c := start(t, newDir(t))
	if err := syscall.Kill(c.server.cmd.Process.Pid, syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	<-c.server.exited
	if err := c.Stop(); err == nil || !strings.Contains(err.Error(), "ended by itself") {
		t.Errorf("Stop gave %v", err)
	}
}

func TestLongDirectoryGetsAShortSocket(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(newDir(t), strings.Repeat("long-", 25))
	c := start(t, dir)
	sql(t, c.URL("postgres"), "SELECT 1")
	if strings.HasPrefix(c.layout.socket, dir) || len(c.layout.socket) > 60 {
		t.Errorf("the socket is in %s", c.layout.socket)
	}
	if err := c.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(c.layout.socket); err == nil {
		t.Errorf("%s was left behind", c.layout.socket)
	}
}

// newDir returns a short path for a cluster that the user who runs Postgres for root can reach, unlike t.TempDir's.
func newDir(t *testing.T) string {
	t.Helper()
	parent, err := os.MkdirTemp("/tmp", "croupier-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(parent); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(parent, 0o711); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(parent, "c")
}

func start(t *testing.T, dir string) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), Options{Dir: dir, Settings: map[string]string{"max_connections": "17", "shared_buffers": "16MB"}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Stop() })
	return c
}

func connects(t *testing.T, url string) error {
	conn, err := pgx.Connect(t.Context(), url)
	if err == nil {
		conn.Close(t.Context())
	}
	return err
}

// sql runs one statement and returns the first column of its first row, "" if it has none.
func sql(t *testing.T, url, statement string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	rows, err := conn.Query(t.Context(), statement)
	if err != nil {
		t.Fatal(err)
	}
	text, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
	if len(text) == 0 {
		return ""
	}
	return text[0]
}
