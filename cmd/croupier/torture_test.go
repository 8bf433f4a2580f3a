package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"croupier/sandbox/torture"
)

// The package's own tests are of what a run does; this is of what people type and get.
func TestTorture(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file, kept := filepath.Join(dir, "report.json"), filepath.Join(dir, "kept")
	out, said, status := program{}.run(t, "torture", "--for=500ms", "--clients=3", "--no-faults", "--seed=11", "--dir=/tmp", "--json="+file, "--keep="+kept)
	if status != 0 {
		t.Fatalf("exit status %d: %s\n%s", status, said, out)
	}
	for text, in := range map[string]string{"seed 11": said, "checking": said, "nothing found": out, "0 faults": out, "each player's history is linearizable": out} {
		if !strings.Contains(in, text) {
			t.Errorf("%q is not in:\n%s", text, in)
		}
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report torture.Report
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	if report.Seed != 11 || report.Clients != 3 || report.Ops["action"]["done"] == 0 || report.Check.Counts.Ops == 0 {
		t.Errorf("the report is %s", text)
	}
	for _, name := range []string{"history.jsonl", "postgres.log", "server-0.log", "server-1.log"} {
		if _, err := os.Stat(filepath.Join(kept, name)); err != nil {
			t.Error(err)
		}
	}
}

func TestTortureRefusesFlagsThatDoNotGoTogether(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ flags, says string }{
		{"--for=0s", "--for"},
		{"--clients=0", "--clients"},
		{"--no-faults --faults=kill-postgres", "exclude"},
		{"--faults=flood", "kill-postgres"},
		{"--against=http://127.0.0.1:1 --no-faults", "--faults"},
		{"--against=http://127.0.0.1:1", "API key"},
		{"--database-url=postgres://x", "--against"},
	} {
		_, said, status := program{}.run(t, append([]string{"torture"}, strings.Fields(c.flags)...)...)
		if status != 1 || !strings.Contains(said, c.says) {
			t.Errorf("%s: exit status %d, %s", c.flags, status, said)
		}
	}
}
