package torture_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox"
	"croupier/sandbox/torture"
	"croupier/sandbox/torture/history"
)

// Environment variables that make the test binary one that only torments, to be killed.
const (
	childProgram = "CROUPIER_TEST_TORTURE_PROGRAM"
	childDir     = "CROUPIER_TEST_TORTURE_DIR"
)

func TestMain(m *testing.M) {
	if program := os.Getenv(childProgram); program != "" {
		_, err := torture.Run(context.Background(), torture.Options{Seed: 5, For: time.Hour, Clients: 4, Program: program,
			Dir: os.Getenv(childDir), Faults: []string{"pause-postgres", "pause-server"}, Progress: os.Stdout})
		fmt.Println(err)
		os.Exit(1)
	}
	code := m.Run()
	if dir, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(dir))
	}
	os.Exit(code)
}

// built is the program to be tormented, made once, without the race detector: it is not what is tested for races here.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "croupier-torture-program-")
	if err != nil {
		return "", err
	}
	program := filepath.Join(dir, "croupier")
	if out, err := exec.Command("go", "build", "-o", program, "croupier/cmd/croupier").CombinedOutput(); err != nil {
		return program, fmt.Errorf("build croupier: %w: %s", err, out)
	}
	return program, nil
})

func program(t *testing.T) string {
	t.Helper()
	name, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return name
}

// place is a directory that the user who runs Postgres for root can reach. After the test it must be empty: nothing outlives a run.
func place(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "croupier-test-torture-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
		os.RemoveAll(dir)
	})
	return dir
}

// TestNothingIsLost is the whole thing, shortly: every kind of fault, while clients play all games.
func TestNothingIsLost(t *testing.T) {
	kept := t.TempDir()
	report, err := torture.Run(t.Context(), torture.Options{Seed: 4, For: 10 * time.Second, Clients: 24, Program: program(t),
		Dir: place(t), Progress: t.Output(), KeepDir: kept})
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	report.Print(&text)
	t.Log(text.String())
	if !report.OK() {
		t.Errorf("%d findings", len(report.Findings))
		tail(t, filepath.Join(kept, "server-0.log"), filepath.Join(kept, "server-1.log"))
	}
	kinds, _ := torture.Kinds()
	for _, kind := range kinds {
		if report.Faults[kind] == 0 {
			t.Errorf("there was no fault %s", kind)
		}
	}
	for _, kind := range []history.Kind{history.Action, history.Cashout, history.Rotate, history.Balance, history.Seeds, history.Deposit, history.Withdrawal} {
		if report.Ops[kind]["done"] == 0 {
			t.Errorf("no %s was done", kind)
		}
	}
	if report.Retried == 0 || report.Rounds == 0 || report.Connects <= int64(report.Clients) {
		t.Errorf("%d requests were sent again, %d rounds were played, %d sockets opened", report.Retried, report.Rounds, report.Connects)
	}
	if report.Leaves < report.Rounds {
		t.Errorf("%d rounds were played, and the commitment log has %d leaves", report.Rounds, report.Leaves)
	}
	if c := report.Check.Counts; c.Ops == 0 || c.Rounds == 0 || c.Replayed == 0 || c.Retried == 0 || c.Linearized == 0 {
		t.Errorf("the checker looked at too little: %+v", c)
	}
	file, err := os.Open(filepath.Join(kept, "history.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if h, err := history.Read(file); err != nil || len(h.Ops) != report.Check.Counts.Ops || len(h.Faults) == 0 {
		t.Errorf("the history that was kept cannot be used: %v", err)
	}
}

// tail logs the end of files.
func tail(t *testing.T, names ...string) {
	t.Helper()
	for _, name := range names {
		text, err := os.ReadFile(name)
		lines := strings.Split(strings.TrimSpace(string(text)), "\n")
		t.Log(name, err, "\n", strings.Join(lines[max(0, len(lines)-20):], "\n"))
	}
}

func TestEndsInGoodOrder(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	// Who cancels is the run itself, as soon as it plays.
	o := torture.Options{Seed: 6, For: time.Hour, Clients: 4, Program: program(t), Dir: place(t), Progress: told{"play for", cancel}}
	if _, err := torture.Run(ctx, o); !errors.Is(err, context.Canceled) {
		t.Errorf("ended with %v", err)
	}
}

// told calls a function when a text is written to it.
type told struct {
	text string
	then func()
}

func (w told) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(w.text)) {
		w.then()
	}
	return len(p), nil
}

// TestKilledRunLeavesNothing kills a run that stops processes: what is stopped cannot end by itself.
func TestKilledRunLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := place(t)
	run := exec.Command(os.Args[0])
	run.Env = append(os.Environ(), childProgram+"="+program(t), childDir+"="+dir)
	out, err := run.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		run.Process.Kill()
		run.Wait()
	})
	said := make([]byte, 0, 4096)
	for !bytes.Contains(said, []byte("the last was")) {
		n, err := out.Read(said[len(said):cap(said)])
		if err != nil {
			t.Fatalf("it ended: %v: %s", err, said)
		}
		said = said[:len(said)+n]
	}
	if err := run.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	deadline := time.After(time.Minute)
	for tick := time.Tick(50 * time.Millisecond); ; {
		left, err := os.ReadDir(dir)
		processes := commands(t, dir)
		if err == nil && len(left) == 0 && len(processes) == 0 {
			return
		}
		select {
		case <-deadline:
			t.Fatalf("left behind: %v, processes %q", left, processes)
		case <-tick:
		}
	}
}

// commands are the command lines and environments of processes that name a text, without our own.
func commands(t *testing.T, text string) (found []string) {
	t.Helper()
	processes, err := filepath.Glob("/proc/[0-9]*/cmdline")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range processes {
		line, _ := os.ReadFile(name) // one that ends meanwhile is no matter
		if bytes.Contains(line, []byte(text)) {
			found = append(found, string(bytes.ReplaceAll(line, []byte{0}, []byte{' '})))
		}
	}
	return found
}

// TestServersOfSomebodyElse plays on a server that it did not start, and leaves it running.
func TestServersOfSomebodyElse(t *testing.T) {
	t.Parallel()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("/tmp", "croupier-test-torture-")
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	s, err := sandbox.Start(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", DataDir: dir, Catalogue: catalogue})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	info := s.Info()
	report, err := torture.Run(t.Context(), torture.Options{Seed: 8, For: time.Second, Clients: 4, Against: []string{info.BaseURL + "/"},
		DatabaseURL: info.DatabaseURL, APIKey: info.APIKey, APISecret: info.APISecret, Progress: t.Output()})
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK() || report.Rounds == 0 || len(report.Faults) > 0 {
		t.Errorf("%d rounds, faults %v, findings %+v", report.Rounds, report.Faults, report.Findings)
	}
}

func TestUnknownFaultIsNamed(t *testing.T) {
	t.Parallel()
	_, err := torture.Run(t.Context(), torture.Options{Faults: []string{"flood"}})
	if err == nil || !strings.Contains(err.Error(), "flood") || !strings.Contains(err.Error(), "kill-postgres") {
		t.Errorf("an unknown fault gave %v", err)
	}
}
