package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"runtime"
	"slices"
	"time"

	"croupier/wallet"
)

// A report says what it is, so that another file is not taken for one.
const (
	reportKind    = "croupier bench"
	reportVersion = 2
)

// benchReport is what a benchmark found.
type benchReport struct {
	Kind     string            `json:"report"` // reportKind
	Version  int               `json:"version"`
	At       time.Time         `json:"at"`
	Machine  string            `json:"machine"`            // cores, system, architecture
	Database map[string]string `json:"database,omitempty"` // its version, what it promises of a commit, and what was asked for; none: not known
	Settlers int               `json:"settlers,omitempty"` // 0: the server's default, or not known
	Warmup   float64           `json:"warmupSeconds"`
	Duration float64           `json:"durationSeconds"`
	Think    float64           `json:"thinkSeconds"`
	Passes   []*benchPass      `json:"passes"`
	Ledger   *wallet.Proof     `json:"ledger"` // that it holds after all this; nil: not checked
}

// benchPass is what was measured on a database of one size.
type benchPass struct {
	Stored int64         `json:"storedRounds"` // before it
	Lone   summary       `json:"loneServer"`
	Points []*benchPoint `json:"points"`
	Floor  *benchFloor   `json:"floor"` // nil: not measured
}

// benchPoint is the server with one number of clients.
type benchPoint struct {
	Clients   int          `json:"clients"`   // who play
	Connected int          `json:"connected"` // with those who only wait
	Server    summary      `json:"server"`
	Cost      benchCost    `json:"costOfARound"`
	Memory    *benchMemory `json:"memoryOfAWaitingClient,omitempty"` // nil: nobody waited, or it is not known

	Webhooks *benchWebhooks `json:"webhooks,omitempty"` // nil: not measured
}

// benchFloor is one commit per round.
type benchFloor struct {
	Clients     int       `json:"besideClients"` // of the server
	Connections int       `json:"connections"`   // with which it was the fastest
	Best        summary   `json:"inTurnsWithServer"`
	Ratio       float64   `json:"ratio"` // the server's rounds/s by the floor's
	Lone        summary   `json:"oneConnectionAlone"`
	Tried       []summary `json:"tried"`
}

// point finds the one with the same clients, nil if there is none.
func (p *benchPass) point(like *benchPoint) *benchPoint {
	for _, found := range p.Points {
		if found.Clients == like.Clients && found.Connected == like.Connected {
			return found
		}
	}
	return nil
}

func (b *bench) newReport(ctx context.Context) (*benchReport, error) {
	r := &benchReport{Kind: reportKind, Version: reportVersion, At: time.Now().UTC().Truncate(time.Second), Settlers: b.Settlers,
		Warmup: b.Warmup.Seconds(), Duration: b.Duration.Seconds(), Think: b.Think.Seconds(),
		Machine: fmt.Sprintf("%d cores, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH)}
	if b.db == nil {
		return r, nil
	}
	r.Database = map[string]string{}
	asked := slices.Collect(maps.Keys(b.settings()))
	for _, setting := range append(asked, "server_version", "fsync", "synchronous_commit", "full_page_writes") {
		var value string
		if err := b.db.QueryRow(ctx, "SELECT current_setting($1)", setting).Scan(&value); err != nil {
			return nil, fmt.Errorf("look at the database: %w", err)
		}
		r.Database[setting] = value
	}
	return r, nil
}

func (r *benchReport) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// readReport reads what write wrote.
func readReport(file string) (*benchReport, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	r := &benchReport{}
	if err := json.Unmarshal(text, r); err != nil || r.Kind != reportKind {
		return nil, fmt.Errorf("%s is not a report that croupier bench wrote with --json", file)
	}
	if r.Version != reportVersion {
		return nil, fmt.Errorf("%s is a report of version %d, and this program compares version %d: measure again", file, r.Version, reportVersion)
	}
	return r, nil
}

// summary is a series in figures.
type summary struct {
	Name      string           `json:"name"`
	PerSecond float64          `json:"roundsPerSecond"`
	Rounds    int64            `json:"rounds"`
	P50       float64          `json:"p50Ms"`
	P99       float64          `json:"p99Ms"`
	P999      float64          `json:"p999Ms"`
	Max       float64          `json:"maxMs"`
	Errors    map[string]int64 `json:"errors"`
	Turns     []float64        `json:"turnsRoundsPerSecond"`
}

func (s *series) summary() summary {
	ms := func(percent float64) float64 { return float64(s.latency.ValueAtPercentile(percent)) / 1000 }
	return summary{Name: s.name, PerSecond: s.perSecond(), Rounds: s.latency.TotalCount(), P50: ms(50), P99: ms(99), P999: ms(99.9),
		Max: float64(s.latency.Max()) / 1000, Errors: s.errors, Turns: s.turns}
}
