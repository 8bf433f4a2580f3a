package torture

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"

	"croupier/sandbox/postgres/watchdog"
)

// server is one `croupier serve`, a process that is started, stopped, killed and started again at the same address.
type server struct {
	program string
	address string // host:port
	env     []string
	log     string              // file
	ended   func(string, error) // called when the process ends and nobody ended it

	mu      sync.Mutex
	process *process // nil: none
}

// process is one life of a server.
type process struct {
	cmd      *exec.Cmd
	dog      *watchdog.Dog
	exited   chan struct{} // closed after its end, when err is set
	err      error
	expected bool // its end; under the server's mu
}

// endServer is the watchdog's script: a server loses nothing by SIGKILL, and one that is stopped takes no other signal.
const endServer = `kill -KILL "$1"
`

// stopTime is how long a server may take to end by SIGTERM, and some more for a busy machine.
const stopTime, stopSlack = 10 * time.Second, 3 * time.Second

// launch starts a process, which may not be ready yet, or never be.
func (s *server) launch() (*process, error) {
	log, err := os.OpenFile(s.log, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own descriptor
	p := &process{cmd: exec.Command(s.program, "serve"), exited: make(chan struct{})}
	p.cmd.Env, p.cmd.Stdout, p.cmd.Stderr = s.env, log, log
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // Ctrl-C is for us: we end it
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("start a server: %w", err)
	}
	if p.dog, err = watchdog.Start(endServer, strconv.Itoa(p.cmd.Process.Pid)); err != nil {
		return nil, errors.Join(err, p.cmd.Process.Kill(), p.cmd.Wait())
	}
	s.mu.Lock()
	s.process = p
	s.mu.Unlock()
	go func() {
		p.err = errors.Join(p.cmd.Wait(), p.dog.Release())
		close(p.exited)
	}()
	return p, nil
}

// start starts the server and waits until it answers. While its database is away it ends by itself, and is started again.
func (s *server) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for {
		p, err := s.launch()
		if err != nil {
			return err
		}
		if s.awaitReady(ctx, p) {
			go s.watch(p)
			return nil
		}
		s.kill()
		if ctx.Err() != nil {
			return fmt.Errorf("the server at %s does not start: %w; its log is %s", s.address, ctx.Err(), s.log)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// awaitReady waits until the process answers, or has ended.
func (s *server) awaitReady(ctx context.Context, p *process) bool {
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		if alive(ctx, s.address) {
			return true
		}
		select {
		case <-p.exited:
			return false
		case <-ctx.Done():
			return false
		case <-ticker.C:
		}
	}
}

func alive(ctx context.Context, address string) bool {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+address+"/healthz", nil)
	if err != nil {
		return false
	}
	request.Close = true
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return false
	}
	response.Body.Close()
	return response.StatusCode == http.StatusOK
}

// watch tells of an end that nobody asked for.
func (s *server) watch(p *process) {
	<-p.exited
	s.mu.Lock()
	expected := p.expected
	s.mu.Unlock()
	if !expected {
		s.ended(filepath.Base(s.log), p.err)
	}
}

// expect returns the process whose end is no surprise from now on, nil if there is none.
func (s *server) expect() *process {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.process
	s.process = nil
	if p != nil {
		p.expected = true
	}
	return p
}

// kill ends the server as a crash would.
func (s *server) kill() {
	if p := s.expect(); p != nil {
		_ = p.cmd.Process.Kill() // an error means that it has ended
		<-p.exited
	}
}

// stop asks the server to end. The error says how it ended, if not as it should: within 10 s, with 0.
func (s *server) stop() error {
	p := s.expect()
	if p == nil {
		return nil
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM) // an error means that it has ended
	select {
	case <-p.exited:
		return p.err
	case <-time.After(stopTime + stopSlack):
	}
	_ = p.cmd.Process.Kill()
	<-p.exited
	return errLate
}

var errLate = fmt.Errorf("did not end within %s of SIGTERM", stopTime)

// pause stops the process as a machine that hangs would, until resume.
func (s *server) pause() { s.signal(syscall.SIGSTOP) }

func (s *server) resume() { s.signal(syscall.SIGCONT) }

func (s *server) signal(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process != nil {
		_ = s.process.cmd.Process.Signal(signal) // an error means that it has ended
	}
}
