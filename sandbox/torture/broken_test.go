package torture_test

import (
	"bytes"
	"cmp"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"croupier/sandbox/torture"
	"croupier/sandbox/torture/check"
)

// TestBrokenSettlerIsFoundOut lets a crowd play, with nothing else wrong, on servers that damage about one move in 32, each in another
// way (session/settler_broken.go). Every way must be found, by the rule that is there for it; and the same program, not told to damage
// anything, must pass.
func TestBrokenSettlerIsFoundOut(t *testing.T) {
	t.Parallel()
	program := filepath.Join(t.TempDir(), "croupier")
	if out, err := exec.Command("go", "build", "-tags", "broken", "-o", program, "croupier/cmd/croupier").CombinedOutput(); err != nil {
		t.Fatalf("build a broken croupier: %v: %s", err, out)
	}
	// A nonce that comes again is refused by the database, if the server does not see it.
	nonces := "ALTER TABLE rounds DROP CONSTRAINT rounds_player_id_seed_seq_nonce_key"
	for _, broken := range []struct{ kind, rule, weaken string }{
		{"", "", ""},
		{"lost-acknowledgement", check.Stored, ""},
		{"double-charge", check.Money, ""},
		{"reused-nonce", check.Nonces, nonces},
		{"balance-drift", check.Money, ""},
	} {
		t.Run(cmp.Or(broken.kind, "not broken"), func(t *testing.T) {
			t.Parallel()
			o := torture.Options{Seed: 7, For: 3 * time.Second, Clients: 12, Faults: []string{}, Program: program,
				Env: []string{"CROUPIER_BROKEN=" + broken.kind}, Dir: place(t), KeepDir: t.TempDir(), Progress: t.Output()}
			if broken.weaken != "" {
				o.Weaken = []string{broken.weaken}
			}
			report, err := torture.Run(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			if broken.rule == "" && !report.OK() || report.Check.Counts.Results == 0 {
				t.Errorf("not broken, and found is %+v; counts %+v", report.Findings, report.Check.Counts)
			}
			if broken.rule != "" && report.Check.Found(broken.rule) == 0 {
				t.Errorf("not found: %s; what is found is %+v", broken.rule, report.Findings)
			}
			summarize(t, report)
		})
	}
	t.Run("no such kind", func(t *testing.T) {
		cmd := exec.Command(program, "--help")
		cmd.Env = []string{"CROUPIER_BROKEN=gently"}
		out, err := cmd.CombinedOutput()
		if err == nil || !strings.Contains(string(out), "balance-drift") {
			t.Errorf("%v: %s", err, out)
		}
	})
}

// summarize logs how many findings each rule had.
func summarize(t *testing.T, report *torture.Report) {
	t.Helper()
	var text bytes.Buffer
	report.Print(&text)
	lines := slices.Collect(strings.Lines(text.String()))
	end := slices.IndexFunc(lines, func(line string) bool { return strings.HasPrefix(line, "!") })
	if end < 0 {
		end = len(lines)
	}
	t.Log(strings.Join(lines[:end], ""))
}
