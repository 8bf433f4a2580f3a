package session

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"croupier/migrations"
	"croupier/sandbox/pgtest"
	"croupier/sandbox/postgres/watchdog"
)

// smallDisk is a file system of 96 MiB, in memory, that can be filled to the last page.
type smallDisk struct{ dir string }

func newSmallDisk(t *testing.T) smallDisk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root can mount the small disk that this test fills")
	}
	dir, err := os.MkdirTemp("/tmp", "croupier-disk-") // which Postgres's user can enter, as it cannot t.TempDir()
	must(t, err)
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=96m,mode=0755"); err != nil {
		must(t, os.Remove(dir))
		t.Skipf("this machine does not let us mount the small disk that this test fills: %v", err)
	}
	dog, err := watchdog.Start(`umount -l "$1"; rmdir "$1"`, dir)
	must(t, err)
	t.Cleanup(func() {
		if err := errors.Join(syscall.Unmount(dir, syscall.MNT_DETACH), os.Remove(dir), dog.Release()); err != nil {
			t.Error(err)
		}
	})
	return smallDisk{dir}
}

// room makes a directory on the disk that belongs to whom owner belongs to.
func (d smallDisk) room(t *testing.T, name, owner string) string {
	t.Helper()
	var like syscall.Stat_t
	must(t, syscall.Stat(owner, &like))
	path := filepath.Join(d.dir, name)
	must(t, os.Mkdir(path, 0o700))
	must(t, os.Chown(path, int(like.Uid), int(like.Gid)))
	return path
}

func (d smallDisk) balloon() string { return filepath.Join(d.dir, "balloon") }

// fill leaves no space.
func (d smallDisk) fill(t *testing.T) {
	t.Helper()
	f, err := os.OpenFile(d.balloon(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	must(t, err)
	defer f.Close()
	for page := make([]byte, os.Getpagesize()); err == nil; {
		_, err = f.Write(page)
	}
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatal(err)
	}
}

func (d smallDisk) free(t *testing.T) {
	t.Helper()
	must(t, os.Remove(d.balloon()))
}

// TestDiskIsFull fills the disk under the tables, which makes statements fail, and then the one under the log, which ends Postgres.
// Either way players are refused, nothing that was told is lost, and play goes on with the same requests when there is space.
func TestDiskIsFull(t *testing.T) {
	t.Parallel()
	disk := newSmallDisk(t)
	cluster := pgtest.Cluster(t, map[string]string{"min_wal_size": "32MB", "max_wal_size": "32MB"})
	must(t, cluster.CreateDatabase(t.Context(), "croupier"))
	must(t, migrations.Up(t.Context(), cluster.URL("croupier")))
	b := setupFloorAt(t, cluster.URL("croupier"))
	data := filepath.Join(cluster.Dir(), "data")
	who := b.player(t, "10000.00")
	c := b.sit(t, who, "slots")
	told := map[string]string{}
	// spin plays until a spin is refused within a time, which it returns the id of.
	spin := func(name string, within time.Duration) (refused string, err error) {
		for i := 0; ; i++ {
			id := fmt.Sprint(name, i)
			ctx, cancel := context.WithTimeout(t.Context(), within)
			text, err := c.Act(ctx, request(id, spinPayload))
			cancel()
			if err != nil {
				return id, err
			}
			told[id] = string(text)
		}
	}
	goesOn := func(id string) { // with the request that was refused
		t.Helper()
		eventually(t, "play goes on", func() bool {
			text, err := c.Act(t.Context(), request(id, spinPayload))
			told[id] = string(text)
			return err == nil
		})
		for id, text := range told {
			b.stored(t, who, id, text)
		}
		if proof := b.clean(t); proof.Rounds != int64(len(told)) {
			t.Errorf("%d rounds, %d were told", proof.Rounds, len(told))
		}
	}

	// The tables' disk: ERROR 53100, and Postgres goes on.
	for _, sql := range []string{
		`CREATE TABLESPACE small LOCATION '` + disk.room(t, "tables", data) + `'`,
		`GRANT CREATE ON TABLESPACE small TO PUBLIC`,
		`ALTER TABLE rounds SET TABLESPACE small`,
	} {
		must(t, second(b.admin.Exec(t.Context(), sql)))
	}
	disk.fill(t)
	id, err := spin("tables", patience)
	wantCode(t, err, Busy)
	disk.free(t)
	goesOn(id)

	// The log's disk: PANIC. Postgres ends all sessions, recovers, and ends again, until there is space.
	must(t, cluster.Stop())
	room := disk.room(t, "log", data)
	must(t, exec.Command("cp", "-a", filepath.Join(data, "pg_wal")+"/.", room).Run())
	must(t, os.RemoveAll(filepath.Join(data, "pg_wal")))
	must(t, os.Symlink(room, filepath.Join(data, "pg_wal")))
	must(t, cluster.Restart(t.Context()))
	b.admin.Reset() // which has only lost connections: the server's own must find that out by itself
	goesOn("log")
	disk.fill(t)
	eventually(t, "the log is full", func() bool { // each switch begins another of its files
		return second(b.admin.Exec(t.Context(), `SELECT pg_switch_wal() FROM pg_logical_emit_message(false, 'fill', 'x')`)) != nil
	})
	id, err = spin("panic", 3*time.Second)
	if e := asError(err); e == nil || e.Code != Busy && (e.Code != Internal || e.Details["unknown"] != true) {
		t.Errorf("a spin on a full disk was answered %v", err)
	}
	disk.free(t)
	must(t, cluster.Restart(t.Context())) // as whoever watches over it does
	b.admin.Reset()
	goesOn(id)
}
