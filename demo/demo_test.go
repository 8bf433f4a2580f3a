// Package demo holds the demonstration script, and the test that keeps it true.
package demo

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// program builds croupier for the tests and returns where it is.
func program(t *testing.T) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "croupier")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", name, "croupier/cmd/croupier").CombinedOutput(); err != nil {
		t.Fatalf("build: %v\n%s", err, out)
	}
	return name
}

// demo runs the script and returns what it says. The script must leave nothing behind.
func demo(t *testing.T, croupier string, args ...string) (string, error) {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // for the user that runs Postgres for root
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "bash", append([]string{"demo.sh"}, args...)...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // so that it ends its sandbox
	cmd.Env = append(os.Environ(), "CROUPIER="+croupier, "TMPDIR="+dir)
	out, err := cmd.CombinedOutput()
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("the script left %v", left)
	}
	return string(out), err
}

// TestTheWholeWay plays the demonstration against a sandbox that it starts itself.
func TestTheWholeWay(t *testing.T) {
	t.Parallel()
	out, err := demo(t, program(t))
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, said := range []string{"the same answer, byte for byte", "The ledger holds.", "All as promised."} {
		if !strings.Contains(out, said) {
			t.Errorf("it does not say %q:\n%s", said, out)
		}
	}
}

// TestItCanFail holds the script against a WebSocket client that answers every request with another result: it must notice.
func TestItCanFail(t *testing.T) {
	t.Parallel()
	honest := program(t)
	liar := filepath.Join(t.TempDir(), "liar")
	const script = `#!/bin/sh
[ "$1" = ws ] || exec "$REAL" "$@"
"$REAL" "$@" | sed "s/\"roundId\":\"......../\"roundId\":\"$(printf %08d $$)/"
`
	if err := os.WriteFile(liar, []byte(strings.ReplaceAll(script, "$REAL", honest)), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := demo(t, liar)
	if err == nil || !strings.Contains(out, "NOT AS PROMISED: the same answer, byte for byte") {
		t.Errorf("the script believes a client that lies: %v\n%s", err, out)
	}
	if strings.Contains(out, "All as promised") {
		t.Errorf("the script went on after a failure:\n%s", out)
	}
}
