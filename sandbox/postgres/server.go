package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"croupier/sandbox/postgres/watchdog"
)

// server is one running postgres process with the watchdog that stops it when we die.
type server struct {
	cmd    *exec.Cmd
	dog    *watchdog.Dog
	log    string
	offset int64         // where this server's part of the log begins
	exited chan struct{} // closed when the process has ended and was collected
}

// stopServer is the watchdog's script: fast shutdown of process $1, immediate shutdown if that takes over ten seconds.
const stopServer = `kill -INT "$1"
i=0
while kill -0 "$1" && [ $i -lt 150 ]; do
	i=$((i+1))
	[ $i -eq 100 ] && kill -QUIT "$1"
	sleep 0.1
done
`

// launch starts postgres on the data directory and waits until it takes connections.
func (l layout) launch(ctx context.Context, bins binaries, who account, options map[string]string) (*server, error) {
	log, err := os.OpenFile(l.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the server has its own descriptor
	offset, err := log.Seek(0, io.SeekEnd)
	if err != nil {
		return nil, err
	}

	args := []string{"-D", l.data, "-k", l.socket, "-p", strconv.Itoa(port)}
	for _, name := range slices.Sorted(maps.Keys(options)) {
		args = append(args, "-c", name+"="+options[name])
	}
	// Not ctx: it bounds the start, and must not kill the server afterwards.
	cmd := who.command(context.WithoutCancel(ctx), bins.path("postgres"), args...)
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("start postgres: %w", err)
	}
	s := &server{cmd: cmd, log: l.log, offset: offset, exited: make(chan struct{})}
	go s.wait()
	if s.dog, err = watchdog.Start(stopServer, strconv.Itoa(cmd.Process.Pid)); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	if err := s.awaitReady(ctx, l.data); err != nil {
		return nil, errors.Join(err, s.kill())
	}
	return s, nil
}

func (s *server) wait() {
	_ = s.cmd.Wait() // how it ended is in the log
	close(s.exited)
}

func (s *server) awaitReady(ctx context.Context, data string) error {
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		if file := readPidfile(data); file.ready && file.pid == s.cmd.Process.Pid {
			return nil
		}
		select {
		case <-s.exited:
			return &StartError{Log: s.log, Lines: s.lastLines()}
		case <-ctx.Done():
			return fmt.Errorf("postgres is not ready yet: %w; its log %s ends with:\n%s", ctx.Err(), s.log, s.lastLines())
		case <-ticker.C:
		}
	}
}

// StartError says that Postgres ended instead of starting.
type StartError struct {
	Log   string // its log file
	Lines string // what it wrote there last
}

func (e *StartError) Error() string {
	return fmt.Sprintf("postgres did not start; its log %s ends with:\n%s", e.Log, e.Lines)
}

// stop shuts down fast (sessions are cut, all is written), harder if that takes too long, and waits for the end.
func (s *server) stop() error {
	select {
	case <-s.exited:
		return errors.Join(fmt.Errorf("postgres had ended by itself; its log %s ends with:\n%s", s.log, s.lastLines()), s.dog.Release())
	default:
	}
	for _, step := range escalation {
		_ = s.cmd.Process.Signal(step.signal) // an error means that it has ended
		select {
		case <-s.exited:
			return s.dog.Release()
		case <-time.After(step.patience):
		}
	}
	return errors.Join(fmt.Errorf("postgres (process %d) does not end", s.cmd.Process.Pid), s.dog.Release())
}

// kill ends the server at once, as a crash would.
func (s *server) kill() error {
	_ = s.cmd.Process.Kill() // an error means that it has ended
	<-s.exited
	return s.dog.Release()
}

// lastLines returns the end of what this server wrote to its log, at most 20 lines.
func (s *server) lastLines() string {
	file, err := os.Open(s.log)
	if err != nil {
		return err.Error()
	}
	defer file.Close()
	const most = 8 << 10
	size, _ := file.Seek(0, io.SeekEnd)
	text, err := io.ReadAll(io.NewSectionReader(file, max(s.offset, size-most), most))
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-20):], "\n")
}
