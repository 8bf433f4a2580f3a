package main

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// benchDir is a directory that the user who runs Postgres for root can reach.
func benchDir(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	if err := os.Chmod(filepath.Dir(dir), 0o755); err != nil {
		t.Fatal(err)
	}
	return dir
}

// runBench runs a small benchmark and returns what it wrote and what it printed. Its figures mean nothing.
func runBench(t *testing.T, dir string, flags ...string) (*benchReport, string) {
	t.Helper()
	file := filepath.Join(dir, "report.json")
	out := program{}.ok(t, append([]string{"bench", "--dir=" + dir, "--warmup=100ms", "--duration=300ms", "--json=" + file}, flags...)...)
	report, err := readReport(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Passes {
		working(t, p.Lone)
		for _, point := range p.Points {
			working(t, point.Server)
			// Processor time comes in ticks of 10 ms, and there may have been none.
			if c := point.Cost; len(c.CPU) != 3 || c.WAL < 1000 || c.Group < 1 || c.Commits <= 0 {
				t.Errorf("a round of %s took %+v", point.Server.Name, c)
			}
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".croupier-bench-*")); len(left) > 0 {
		t.Errorf("the sandbox left %v", left)
	}
	return report, out
}

// working fails the test unless a series is what a working server gives.
func working(t *testing.T, s summary) {
	t.Helper()
	if s.Rounds == 0 || s.P50 <= 0 || s.P50 > s.P99 || s.P99 > s.P999 || len(s.Errors) > 0 {
		t.Errorf("not what a working server gives: %+v", s)
	}
}

// TestBench runs a small benchmark with the floor, and one that compares itself with it.
func TestBench(t *testing.T) {
	t.Parallel()
	dir := benchDir(t)
	r, out := runBench(t, dir, "--clients=8,2", "--floor", "--settlers=3", "--postgres-setting=wal_compression=off", "--postgres-setting=commit_siblings=17")
	p := r.Passes[0]
	if len(r.Passes) != 1 || len(p.Points) != 2 || p.Points[0].Clients != 2 || p.Points[1].Clients != 8 || p.Floor.Clients != 8 {
		t.Fatalf("wanted are 2 and 8 clients, and the floor beside 8:\n%s", out)
	}
	for _, s := range append(p.Floor.Tried, p.Floor.Best, p.Floor.Lone) {
		working(t, s)
	}
	if want := p.Points[1].Server.PerSecond / p.Floor.Best.PerSecond; math.Abs(p.Floor.Ratio-want) > 1e-9 {
		t.Errorf("ratio %v, want %v", p.Floor.Ratio, want)
	}
	if d := r.Database; d["commit_siblings"] != "17" || d["wal_compression"] != "off" || d["fsync"] != "on" {
		t.Errorf("the database was set up as %v", d)
	}
	players, played := int64(1+8+floorSeats(8)), p.Points[1].Server.Rounds+p.Floor.Best.Rounds
	if r.Ledger.Rounds < played || r.Ledger.Players != players {
		t.Errorf("the ledger has %d rounds of %d players; at least %d were played by %d", r.Ledger.Rounds, r.Ledger.Players, played, players)
	}
	for _, want := range []string{"server, 2 clients ", "server, 8 clients ", "floor, one connection ", "\nratio ", "\nalone ", "\nledger   holds: "} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not printed:\n%s", want, out)
		}
	}
}

// TestBenchFills fills a database that is kept, and measures it again, without filling it anew: a crowd of whom some play.
func TestBenchFills(t *testing.T) {
	t.Parallel()
	dir := benchDir(t)
	const rows = 13_250 // not a whole number of players, nor of visits; more than is played before
	keep := []string{"--keep=" + filepath.Join(dir, "kept"), "--rows=" + strconv.Itoa(rows)}
	r, out := runBench(t, dir, append(keep, "--clients=2", "--duration=400ms")...)
	if len(r.Passes) != 2 || r.Passes[0].Stored != 0 || r.Passes[1].Stored != rows || r.Ledger == nil || r.Ledger.Rounds <= rows {
		t.Fatalf("passes and ledger are not of a filled database:\n%s", out)
	}
	if r.Ledger.Players < 2*3+3 || !strings.Contains(out, "\ngrowth   from 0 to 13,250 rounds stored") {
		t.Errorf("%d players; printed:\n%s", r.Ledger.Players, out)
	}
	flags := append(keep, "--connected=40", "--playing=10%", "--no-check", "--compare="+filepath.Join(dir, "report.json"))
	library, _ := filepath.Glob("/usr/lib/postgresql/*/lib/" + statementsLibrary + ".so")
	if len(library) > 0 {
		flags = append(flags, "--statements")
	}
	again, out := runBench(t, dir, flags...)
	if p := again.Passes[0]; len(again.Passes) != 1 || p.Stored <= r.Passes[1].Stored || len(p.Points) != 1 || again.Ledger != nil {
		t.Fatalf("the kept database was not measured as it was:\n%s", out)
	}
	point := again.Passes[0].Points[0]
	m := point.Memory
	if point.Clients != 4 || point.Connected != 40 || m.Clients != 36 || m.Stacks <= 0 || m.Goroutines < 0.5 || m.ResidentAfter <= 0 {
		t.Errorf("%d of %d play, and memory is %+v; 4 of 40 were to", point.Clients, point.Connected, m)
	}
	if list := point.Cost.Statements; len(library) > 0 && (len(list) == 0 || list[0].Calls == 0 || list[0].Share <= 0) {
		t.Errorf("statements %+v", list)
	}
	for _, want := range []string{"\nmemory ", "\nledger   not checked", "\nsince " + filepath.Join(dir, "report.json"),
		"the seconds measured, 0.4 then and 0.3 now"} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not printed:\n%s", want, out)
		}
	}
}

// A wrong flag is named at once, before anything is started.
func TestBenchNamesWrongFlags(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "x.json")
	if err := os.WriteFile(file, []byte(`{"server":{}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	old := filepath.Join(t.TempDir(), "old.json")
	if err := os.WriteFile(old, []byte(`{"report":"croupier bench","version":1}`), 0o600); err != nil {
		t.Fatal(err)
	}
	for flags, complaint := range map[string]string{
		"--clients=0":                                   "--clients must be at least 1",
		"--connected=10 --clients=5":                    "instead of --clients",
		"--connected=10 --playing=10":                   "leaves nobody to wait",
		"--connected=10 --playing=x":                    `"x" is neither a share`,
		"--connected=10 --playing=120%":                 "neither a share",
		"--duration=0s":                                 "--duration must be more than 0",
		"--connected=100000000":                         "open files",
		"--compare=" + file:                             "is not a report",
		"--compare=" + old:                              "version 1",
		"--url=http://127.0.0.1:1 --api-key=k --rows=5": "need the database",
	} {
		_, said, status := program{}.run(t, append([]string{"bench", "--dir=" + t.TempDir()}, strings.Fields(flags)...)...)
		if status == 0 || !strings.Contains(said, complaint) {
			t.Errorf("%s: exit status %d: %s", flags, status, said)
		}
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
