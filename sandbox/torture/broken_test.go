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
	for _, broken := range []struct {
		kind, rule string
		weaken     []string
	}{
		{"", "", nil},
		{"lost-acknowledgement", check.Stored, nil},
		{"double-charge", check.Money, nil},
		{"reused-nonce", check.Nonces, []string{nonces}},
		{"balance-drift", check.Money, nil},
	} {
		t.Run(cmp.Or(broken.kind, "not broken"), func(t *testing.T) {
			t.Parallel()
			report := playBroken(t, broken.rule, torture.Options{Seed: 7, For: time.Second, Clients: 12, Faults: []string{}, Program: program,
				Env: []string{"CROUPIER_BROKEN=" + broken.kind}, Weaken: broken.weaken})
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

// playBroken lets a crowd play until the rule is broken, or anything at all where there is no rule to break, or so many requests took
// effect that one in 32 must have been among them: on a busy machine that takes longer.
func playBroken(t *testing.T, rule string, o torture.Options) *torture.Report {
	t.Helper()
	enough := 500
	if rule == "" {
		enough = 100
	}
	for {
		o.Dir, o.KeepDir, o.Progress = place(t), t.TempDir(), t.Output()
		report, err := torture.Run(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		found := rule == "" && !report.OK() || rule != "" && report.Check.Found(rule) > 0
		if found || report.Check.Counts.Actions >= enough {
			return report
		}
		o.For *= 2
	}
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
