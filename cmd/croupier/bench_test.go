package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestBench runs a small benchmark with everything in it: a server process of its own, clients, the floor, the ledger check.
func TestBench(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil { // for the user that runs Postgres for root
		t.Fatal(err)
	}
	file := filepath.Join(dir, "report.json")
	c := benchCmd{Dir: dir, Clients: 8, Warmup: 100 * time.Millisecond, Duration: 300 * time.Millisecond, Floor: true, JSON: file, Settlers: 3,
		postgresFlag: postgresFlag{PostgresSetting: map[string]string{"wal_compression": "off", "commit_siblings": "17"}}}
	if err := c.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var report struct {
		Server, LoneServer, Floor summary
		FloorTried                []summary
		Ratio                     float64
		Database                  map[string]string
		Ledger                    struct{ Rounds, Players int64 }
	}
	if err := json.Unmarshal(text, &report); err != nil {
		t.Fatal(err)
	}
	for _, s := range append(report.FloorTried, report.Server, report.LoneServer, report.Floor) {
		if s.Rounds == 0 || s.P50 <= 0 || s.P50 > s.P99 || s.P99 > s.P999 || len(s.Errors) > 0 {
			t.Errorf("not what a working server gives: %+v", s)
		}
	}
	if want := report.Server.PerSecond / report.Floor.PerSecond; report.Ratio != want {
		t.Errorf("ratio %v, want %v", report.Ratio, want)
	}
	if d := report.Database; d["commit_siblings"] != "17" || d["wal_compression"] != "off" || d["fsync"] != "on" {
		t.Errorf("the database was set up as %v", d)
	}
	players := int64(1 + c.Clients + floorSeats(c.Clients))
	if played := report.Server.Rounds + report.Floor.Rounds; report.Ledger.Rounds < played || report.Ledger.Players != players {
		t.Errorf("the ledger has %d rounds of %d players; at least %d were played by %d", report.Ledger.Rounds, report.Ledger.Players, played, players)
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".croupier-bench-*")); len(left) > 0 {
		t.Errorf("the sandbox left %v", left)
	}
}

// What is for a sandbox of the benchmark's own has no effect on a server that runs already, so it is refused.
func TestBenchRefusesSettingsForARunningServer(t *testing.T) {
	t.Parallel()
	for _, flag := range []string{"--settlers=3", "--postgres-setting=fsync=off"} {
		_, said, status := program{}.run(t, "bench", "--url=http://127.0.0.1:1", "--api-key=k", "--api-secret=s", flag)
		if status != 1 || !strings.Contains(said, flag) || !strings.Contains(said, "runs already") {
			t.Errorf("%s: exit status %d: %s", flag, status, said)
		}
	}
}

// TestBenchChecksAnswers makes sure that a wrong answer ends a benchmark instead of being counted.
func TestBenchChecksAnswers(t *testing.T) {
	t.Parallel()
	const id = "0198b6f0-7a52-7c3e-9d0a-000000000001"
	answer := func(id, before, after, win string) string {
		return fmt.Sprintf(`{"type":"action_result","payload":{"roundId":"r","status":"completed","outcome":{"totalWin":%s,"freeSpins":[]},`+
			`"balance":{"before":%s,"after":%s,"currency":"USD"},"provablyFair":{"clientSeed":"x"}},"requestId":"%s","timestamp":1}`, win, before, after, id)
	}
	for name, test := range map[string]struct{ text, wrong string }{
		"a loss":                 {answer(id, "10.00", "9.00", "0.00"), ""},
		"a win":                  {answer(id, "10.00", "21.50", "12.50"), ""},
		"another request":        {answer(strings.Replace(id, "1", "2", 1), "10.00", "9.00", "0.00"), "not to this request"},
		"a longer request id":    {answer(id+"0", "10.00", "9.00", "0.00"), "not to this request"},
		"another balance before": {answer(id, "10.01", "9.01", "0.00"), "does not add up"},
		"a stake not taken":      {answer(id, "10.00", "10.00", "0.00"), "does not add up"},
		"a win not paid":         {answer(id, "10.00", "9.00", "0.01"), "does not add up"},
		"money without cents":    {answer(id, "10", "9", "0"), "not written as"},
		"no balance":             {strings.Replace(answer(id, "10.00", "9.00", "0.00"), "balance", "b", 1), "missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := &benchClient{answer: []byte(test.text), balance: 1000, keep: &samples{}}
			err := c.check([]byte(id))
			if test.wrong == "" && (err != nil || len(c.keep.list) != 1 || !json.Valid([]byte(c.keep.list[0].payload))) {
				t.Errorf("refused: %v, kept %v", err, c.keep.list)
			}
			if test.wrong != "" && (err == nil || !strings.Contains(err.Error(), test.wrong)) {
				t.Errorf("got %v, want %q", err, test.wrong)
			}
		})
	}
}
