package webtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"croupier/fairness/verifier"
)

// claim is a record and what both verifiers must say of it: "verified", "failed" or "unchecked".
type claim struct {
	name    string
	record  json.RawMessage
	verdict string
}

// verifiers holds both independent verifiers to rounds that the server's own code found right, and to forgeries of them.
func verifiers(t *testing.T, h *house) {
	page := h.openVerifier(t)
	t.Run("vectors", func(t *testing.T) { checkClaims(t, page.on(t), vectorClaims(t), nil) })
	t.Run("rounds of every variant", func(t *testing.T) { checkClaims(t, page.on(t), playedClaims(t), riverRules(t)) })
	t.Run("rounds at the edges", func(t *testing.T) { checkClaims(t, page.on(t), edgeClaims(t), nil) })
	t.Run("forgeries", func(t *testing.T) { checkClaims(t, page.on(t), forgedClaims(t), nil) })
	t.Run("receipts", func(t *testing.T) { receipts(t, page.on(t)) })
	t.Run("a live server", func(t *testing.T) { liveRounds(t, h, page.on(t)) })
}

// openVerifier opens the page as the server gives it, under the server's policy.
func (h *house) openVerifier(t *testing.T) *tab {
	for path, want := range map[string][]byte{"/verifier": verifier.Page, "/verifier/verify.py": verifier.Program} {
		response, err := http.Get(h.sandbox.Info().BaseURL + path)
		if err != nil {
			t.Fatal(err)
		}
		got, err := io.ReadAll(response.Body)
		if response.Body.Close(); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s: %s, %d bytes, %v", path, response.Status, len(got), err)
		}
		policy := response.Header.Get("Content-Security-Policy")
		if !strings.Contains(policy, "script-src 'sha256-") || strings.Contains(policy, "unsafe") ||
			response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is served with %v", path, response.Header)
		}
	}
	b := h.open(t, desktop, h.sandbox.Info().BaseURL+"/verifier")
	b.wait(`document.querySelectorAll("#f-rules option").length > 20`)
	return b
}

// on is the tab for a test below the one that opened it.
func (b *tab) on(t *testing.T) *tab { return &tab{t: t, ctx: b.ctx} }

// checkClaims shows the claims to both verifiers. more is what they are shown first: rules or seeds.
func checkClaims(t *testing.T, b *tab, claims []claim, more []string) {
	t.Helper()
	lines := slices.Clone(more)
	for _, c := range claims {
		lines = append(lines, string(c.record))
	}
	for by, verdicts := range map[string][]string{"verify.py": pythonSays(t, lines), "the page": pageSays(b, lines)} {
		if len(verdicts) != len(claims) {
			t.Fatalf("%s says %d verdicts of %d rounds", by, len(verdicts), len(claims))
		}
		wrong := 0
		for i, c := range claims {
			verdict, report, _ := strings.Cut(verdicts[i], " ")
			if verdict != c.verdict {
				if wrong++; wrong > 5 {
					t.Fatalf("%s: and more", by)
				}
				t.Errorf("%s: %s: it says %s\nrecord %s\nreport %s", c.name, by, verdict, c.record, report)
			}
		}
	}
}

// pageSays returns what the page finds of the rounds in the lines: the verdict, a space, and what differs.
func pageSays(b *tab, lines []string) []string {
	b.t.Helper()
	text, err := json.Marshal(strings.Join(lines, "\n"))
	if err != nil {
		b.t.Fatal(err)
	}
	return eval[[]string](b, fmt.Sprintf(`verifyTexts([%s]).then((all) => all.map((r) => r.verdict + " " + [r.problem, ...r.notes].join(" ") +
		writeJSON(r.checks.filter((c) => !c.ok).map((c) => [c.name, c.computed, c.recorded]))))`, text))
}

// pythonSays returns the same of verify.py, which runs as a player runs it.
func pythonSays(t *testing.T, lines []string) []string {
	t.Helper()
	out, status := runPython(t, lines, "--json")
	var verdicts []string
	want := 0
	for line := range bytes.Lines(out) {
		var report struct {
			Verdict string          `json:"verdict"`
			Problem *string         `json:"problem"`
			Notes   json.RawMessage `json:"notes"`
			Checks  []struct {
				Name               string
				OK                 bool
				Computed, Recorded json.RawMessage
			} `json:"checks"`
		}
		if err := json.Unmarshal(line, &report); err != nil {
			t.Fatalf("verify.py --json: %v in %.200s", err, line)
		}
		told := report.Verdict + " " + string(report.Notes)
		if report.Problem != nil {
			told += *report.Problem
		}
		for _, check := range report.Checks {
			if !check.OK {
				told += fmt.Sprintf(" [%s: computed %s, recorded %s]", check.Name, check.Computed, check.Recorded)
			}
		}
		verdicts = append(verdicts, told)
		switch {
		case report.Verdict == "failed":
			want = 1
		case report.Verdict == "unchecked" && want == 0:
			want = 2
		}
	}
	if status != want {
		t.Errorf("verify.py ended with %d, want %d", status, want)
	}
	return verdicts
}

// runPython gives the lines to verify.py and returns what it says, and its exit status.
func runPython(t *testing.T, lines []string, flags ...string) ([]byte, int) {
	t.Helper()
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("no python3 here, so nobody looked at verify.py; scripts/setup.sh test installs it, or names the command that does")
	}
	dir := t.TempDir()
	program, rounds := filepath.Join(dir, "verify.py"), filepath.Join(dir, "rounds.jsonl")
	err = errors.Join(os.WriteFile(program, verifier.Program, 0o600), os.WriteFile(rounds, []byte(strings.Join(lines, "\n")), 0o600))
	if err != nil {
		t.Fatal(err)
	}
	var out, complaint bytes.Buffer
	run := exec.CommandContext(t.Context(), python, append([]string{"-I", "-W", "error", program, rounds}, flags...)...)
	run.Stdout, run.Stderr = &out, &complaint
	err = run.Run()
	var ended *exec.ExitError
	if err != nil && (!errors.As(err, &ended) || bytes.Contains(complaint.Bytes(), []byte("Traceback"))) {
		t.Fatalf("verify.py: %v\n%s", err, &complaint)
	}
	return out.Bytes(), run.ProcessState.ExitCode()
}
