package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"croupier/wallet"
)

// benchReport is what a benchmark found.
type benchReport struct {
	At               time.Time
	Clients          int
	Warmup           time.Duration
	Duration         time.Duration
	Think            time.Duration
	Machine          string            // cores, system, architecture
	Database         map[string]string // its version and what it promises of a commit; nil: not known
	Server           *series
	LoneServer       *series
	Floor            *series // nil: not measured
	FloorConnections int     // with which it was the fastest
	FloorTried       []*series
	CPU              cpuSeconds    // in the server's turns
	Ledger           *wallet.Proof // that it holds after all this; nil: not known
}

func (b *bench) newReport(ctx context.Context) (*benchReport, error) {
	r := &benchReport{At: time.Now().UTC(), Clients: b.Clients, Warmup: b.Warmup, Duration: b.Duration, Think: b.Think,
		Machine: fmt.Sprintf("%d cores, %s/%s", runtime.NumCPU(), runtime.GOOS, runtime.GOARCH),
		Server:  newSeries(fmt.Sprintf("server, %d clients", b.Clients)), LoneServer: newSeries("server, one client"), CPU: cpuSeconds{}}
	if b.target.DatabaseURL == "" {
		return r, nil
	}
	conn, err := pgx.Connect(ctx, b.target.DatabaseURL)
	if err != nil {
		return nil, fmt.Errorf("look at the database: %w", err)
	}
	defer conn.Close(ctx)
	r.Database = map[string]string{}
	settings := []string{"server_version", "fsync", "synchronous_commit", "full_page_writes"}
	for _, setting := range append(settings, slices.Collect(maps.Keys(b.PostgresSetting))...) {
		var value string
		if err := conn.QueryRow(ctx, "SELECT current_setting($1)", setting).Scan(&value); err != nil {
			return nil, fmt.Errorf("look at the database: %w", err)
		}
		r.Database[setting] = value
	}
	return r, nil
}

// ratio is the server's rounds/s by the floor's, 0 if the floor was not measured.
func (r *benchReport) ratio() float64 {
	if r.Floor == nil || r.Floor.perSecond() == 0 {
		return 0
	}
	return r.Server.perSecond() / r.Floor.perSecond()
}

func (r *benchReport) print(w io.Writer) {
	fmt.Fprintf(w, "\nslots, %s measured after %s of warm-up; %s", r.Duration, r.Warmup, r.Machine)
	for _, name := range slices.Sorted(maps.Keys(r.Database)) {
		fmt.Fprintf(w, "; %s %s", name, r.Database[name])
	}
	fmt.Fprintf(w, "\n\n%-24s %10s %9s %9s %9s %9s   %s\n", "", "rounds/s", "p50 ms", "p99 ms", "p99.9 ms", "max ms", "rounds/s of each turn")
	r.Server.print(w)
	if r.Floor != nil {
		r.Floor.print(w)
	}
	r.LoneServer.print(w)
	for _, s := range r.FloorTried {
		s.print(w)
	}
	fmt.Fprintf(w, "\nerrors   %s\n", r.errorsLine())
	if ratio := r.ratio(); ratio > 0 {
		fmt.Fprintf(w, "ratio    %.2f, server by floor\n", ratio)
	}
	if len(r.CPU) > 0 {
		fmt.Fprintf(w, "CPU      %s of a core, per round of the server\n", r.CPU.perRound(r.Server))
	}
	if r.Ledger != nil {
		fmt.Fprintf(w, "ledger   holds: %d rounds, %d transfers\n", r.Ledger.Rounds, r.Ledger.Transfers)
	}
}

// errorsLine lists the codes of all answers of the server that were no results.
func (r *benchReport) errorsLine() string {
	if len(r.Server.errors) == 0 {
		return "none"
	}
	var parts []string
	for _, code := range slices.Sorted(maps.Keys(r.Server.errors)) {
		parts = append(parts, fmt.Sprintf("%s: %d", code, r.Server.errors[code]))
	}
	return strings.Join(parts, ", ")
}

func (r *benchReport) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// MarshalJSON implements json.Marshaler. Durations are in seconds.
func (r *benchReport) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"at": r.At, "clients": r.Clients, "warmupSeconds": r.Warmup.Seconds(), "durationSeconds": r.Duration.Seconds(), "thinkSeconds": r.Think.Seconds(),
		"machine": r.Machine, "database": r.Database, "server": r.Server, "loneServer": r.LoneServer, "floor": r.Floor,
		"floorConnections": r.FloorConnections, "floorTried": r.FloorTried, "ratio": r.ratio(), "cpuSeconds": r.CPU, "ledger": r.Ledger,
	})
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

// MarshalJSON implements json.Marshaler.
func (s *series) MarshalJSON() ([]byte, error) { return json.Marshal(s.summary()) }

func (s *series) print(w io.Writer) {
	m := s.summary()
	fmt.Fprintf(w, "%-24s %10.0f %9.2f %9.2f %9.2f %9.2f  ", m.Name, m.PerSecond, m.P50, m.P99, m.P999, m.Max)
	for _, turn := range m.Turns {
		fmt.Fprintf(w, " %.0f", turn)
	}
	fmt.Fprintln(w)
}
