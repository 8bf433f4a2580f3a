package postgres

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"
)

// The variables that make the test binary the owner of a cluster in another process.
const (
	ownerDir     = "CROUPIER_TEST_OWNER_DIR"
	ownerLoseDog = "CROUPIER_TEST_OWNER_LOSE_WATCHDOG"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(ownerDir); dir != "" {
		beOwner(dir)
	}
	os.Exit(m.Run())
}

// beOwner starts a cluster, says the process id of Postgres, and waits to be killed.
func beOwner(dir string) {
	c, err := Start(context.Background(), Options{Dir: dir, Settings: map[string]string{"shared_buffers": "16MB"}})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	if os.Getenv(ownerLoseDog) != "" {
		if err := syscall.Kill(c.server.dog.PID(), syscall.SIGKILL); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	fmt.Println(c.server.cmd.Process.Pid)
	io.Copy(io.Discard, os.Stdin)
	os.Exit(1)
}

// runOwner starts the test binary as owner and returns the process with the id of its Postgres.
func runOwner(t *testing.T, dir string, environment ...string) (owner *exec.Cmd, server int) {
	t.Helper()
	owner = exec.Command(os.Args[0])
	owner.Env = append(append(os.Environ(), ownerDir+"="+dir), environment...)
	leash, err := owner.StdinPipe() // its end is the owner's end, too, should this test die
	if err != nil {
		t.Fatal(err)
	}
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		leash.Close()
		owner.Process.Kill()
		owner.Wait()
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	if _, err := fmt.Sscan(line, &server); err != nil {
		t.Fatalf("the owner said %q", line)
	}
	return owner, server
}

func TestOtherProcessIsNamedAsOwner(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	owner, server := runOwner(t, dir)
	_, err := Start(t.Context(), Options{Dir: dir})
	var used *InUseError
	if !errors.As(err, &used) || used.PID != owner.Process.Pid {
		t.Errorf("Start beside process %d gave %v", owner.Process.Pid, err)
	}
	if !alive(server) {
		t.Error("the owner's Postgres was stopped")
	}
	owner.Process.Kill()
	awaitEnd(t, server)
}

func TestPostgresEndsWithAKilledOwner(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	owner, server := runOwner(t, dir)
	owner.Process.Kill()
	awaitEnd(t, server)
	start(t, dir)
}

func TestLeftoverIsStoppedBeforeTheNextStart(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	owner, leftover := runOwner(t, dir, ownerLoseDog+"=1")
	owner.Process.Kill()
	owner.Wait()
	if !alive(leftover) {
		t.Fatal("Postgres ended without a watchdog: this test tests nothing")
	}
	c := start(t, dir)
	if alive(leftover) {
		t.Errorf("process %d is still there", leftover)
	}
	sql(t, c.URL("postgres"), "SELECT 1")
}

func TestStrangerUnderALeftPidIsSpared(t *testing.T) {
	t.Parallel()
	dir := newDir(t)
	c := start(t, dir)
	if err := c.Kill(); err != nil {
		t.Fatal(err)
	}
	who, err := currentAccount()
	if err != nil {
		t.Fatal(err)
	}
	stranger := who.command(t.Context(), "/bin/cat") // of the same user, so that Postgres would mind
	leash, err := stranger.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := stranger.Start(); err != nil {
		t.Fatal(err)
	}
	forged := fmt.Sprintf("%d\n%s\n", stranger.Process.Pid, c.layout.data)
	if err := os.WriteFile(c.layout.data+"/postmaster.pid", []byte(forged), 0o600); err != nil {
		t.Fatal(err)
	}
	start(t, dir)
	leash.Close()
	if err := stranger.Wait(); err != nil {
		t.Errorf("the stranger did not end in peace: %v", err)
	}
}

// awaitEnd waits until a process that is not our child has ended.
func awaitEnd(t *testing.T, pid int) {
	t.Helper()
	if !poll(t.Context(), 20*time.Second, func() bool { return !alive(pid) }) {
		t.Fatalf("process %d does not end", pid)
	}
}
