package watchdog

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// ownerVariable makes the test binary an owner: it arms a watchdog that writes to the named file and waits to be killed.
const ownerVariable = "CROUPIER_WATCHDOG_OWNER"

func TestMain(m *testing.M) {
	if file := os.Getenv(ownerVariable); file != "" {
		if _, err := Start(`echo "$2" >"$1"`, file, "barked"); err != nil {
			panic(err)
		}
		os.Stdout.WriteString("armed\n")
		io.Copy(io.Discard, os.Stdin) // until killed
	}
	os.Exit(m.Run())
}

func TestScriptRunsWhenTheOwnerIsKilled(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bark")
	if err := exec.Command("mkfifo", file).Run(); err != nil {
		t.Fatal(err)
	}
	owner := exec.Command(os.Args[0])
	owner.Env = append(os.Environ(), ownerVariable+"="+file)
	leash, err := owner.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	defer leash.Close()
	out, err := owner.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := owner.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "armed\n" {
		t.Fatalf("the owner said %q: %v", line, err)
	}
	owner.Process.Kill()
	owner.Wait()

	bark := make(chan string, 1)
	go func() {
		text, _ := os.ReadFile(file) // a fifo: blocks until the script writes
		bark <- string(text)
	}()
	select {
	case text := <-bark:
		if text != "barked\n" {
			t.Errorf("the script wrote %q", text)
		}
	case <-time.After(20 * time.Second):
		t.Fatal("the script did not run")
	}
}

func TestReleasedWatchdogIsGoneWithoutRunningItsScript(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "bark")
	dog, err := Start(`echo barked >"$1"`, file)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := dog.Release(); err != nil {
			t.Fatal(err)
		}
	}
	if dog.cmd.ProcessState == nil {
		t.Error("the shell was not waited for")
	}
	if _, err := os.Stat(file); err == nil {
		t.Error("the script ran")
	}
}

func TestReleaseOfNoWatchdog(t *testing.T) {
	t.Parallel()
	if err := (*Dog)(nil).Release(); err != nil {
		t.Error(err)
	}
}
