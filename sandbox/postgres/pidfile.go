package postgres

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pidfile is what Postgres writes down about itself in its data directory.
type pidfile struct {
	pid   int
	ready bool // it takes connections
}

// readPidfile returns a zero pidfile if there is none or if it is only half written.
func readPidfile(data string) pidfile {
	text, _ := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	lines := strings.Split(string(text), "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return pidfile{}
	}
	return pidfile{pid: pid, ready: len(lines) > 7 && strings.TrimSpace(lines[7]) == "ready"}
}

// stopLeftover stops a server that outlived its owner. The caller holds the lock, so nobody needs that server any more. A pid
// that meanwhile belongs to some other program is left alone, and the file that names it is removed, for Postgres would refuse
// to start beside it.
func stopLeftover(ctx context.Context, data string) error {
	left := readPidfile(data)
	if left.pid == 0 || !alive(left.pid) {
		return nil // Postgres itself recognises a file whose process is dead
	}
	if !strings.Contains(commandLine(ctx, left.pid), " -D "+data+" ") {
		return os.Remove(filepath.Join(data, "postmaster.pid"))
	}
	for _, step := range escalation {
		if err := syscall.Kill(left.pid, step.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("stop Postgres %d that an earlier owner left: %w", left.pid, err)
		}
		if gone := poll(ctx, step.patience, func() bool { return !alive(left.pid) }); gone {
			return nil
		}
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("stop Postgres %d that an earlier owner left: %w", left.pid, err)
		}
	}
	return fmt.Errorf("the Postgres that an earlier owner left (process %d) does not end", left.pid)
}

// escalation is how a server is made to stop: fast shutdown, immediate shutdown (it recovers at the next start), force.
var escalation = []struct {
	signal   syscall.Signal
	patience time.Duration
}{
	{syscall.SIGINT, 20 * time.Second},
	{syscall.SIGQUIT, 5 * time.Second},
	{syscall.SIGKILL, 5 * time.Second},
}

// alive reports whether a process runs under the pid. One that ended but was not yet collected by its parent does not count.
func alive(pid int) bool {
	if err := syscall.Kill(pid, 0); err != nil {
		return errors.Is(err, syscall.EPERM)
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true // no /proc here, as on macOS
	}
	_, state, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(state, "Z")
}

// commandLine returns the program and arguments of a process, or "" if there is none.
func commandLine(ctx context.Context, pid int) string {
	if line, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid)); err == nil {
		return strings.ReplaceAll(string(line), "\x00", " ")
	}
	line, _ := exec.CommandContext(ctx, "ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return string(line)
}

// poll asks until done says yes (true), or the patience or the context ends (false).
func poll(ctx context.Context, patience time.Duration, done func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for !done() {
		select {
		case <-ctx.Done():
			return done()
		case <-ticker.C:
		}
	}
	return true
}
