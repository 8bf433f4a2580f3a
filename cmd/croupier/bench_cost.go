package main

import (
	"bufio"
	"context"
	"fmt"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// spending is what the server and its database took in some turns.
type spending struct {
	cpu            cpuSeconds
	wal, images    int64   // bytes; page images in them
	moves, commits float64 // that the settler wrote
	time           time.Duration
	statements     statements
	logLag         float64 // seconds, the longest of any look
}

// look is what was taken until a moment.
type look struct {
	at             time.Time
	cpu            cpuSeconds
	wal, images    int64
	moves, commits float64
	statements     statements
	appends        map[float64]float64 // to the commitment log, by the most seconds that they came late; +Inf: all
}

// look reads what was taken until now: from /proc, from the database, from the server's metrics. What cannot be known is 0.
func (b *bench) look(ctx context.Context) (look, error) {
	l := look{at: time.Now(), cpu: cpuOf(b.target.pid)}
	gauges, err := b.scrape(ctx)
	if err != nil {
		return l, err
	}
	l.moves, l.commits = gauges["croupier_settler_group_moves_sum"], gauges["croupier_settler_group_moves_count"]
	l.appends = appendsBy(gauges)
	if b.db == nil {
		return l, nil
	}
	const written = `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint, (SELECT wal_fpi FROM pg_stat_wal)`
	if err := b.db.QueryRow(ctx, written).Scan(&l.wal, &l.images); err != nil {
		return l, fmt.Errorf("look at the write-ahead log: %w", err)
	}
	if b.Statements {
		l.statements, err = b.readStatements(ctx)
	}
	return l, err
}

// add adds what was taken between two looks.
func (s *spending) add(before, after look) {
	if s.cpu == nil {
		s.cpu, s.statements = cpuSeconds{}, statements{}
	}
	s.cpu.add(before.cpu, after.cpu)
	s.wal += after.wal - before.wal
	s.images += after.images - before.images
	s.moves += after.moves - before.moves
	s.commits += after.commits - before.commits
	s.time += after.at.Sub(before.at)
	s.statements.add(before.statements, after.statements)
	s.logLag = max(s.logLag, slowestAppend(before.appends, after.appends))
}

// appendsBy reads the buckets of the server's histogram of how late the commitment log is.
func appendsBy(gauges map[string]float64) map[float64]float64 {
	const name = `croupier_log_lag_seconds_bucket{le="`
	appends := map[float64]float64{}
	for key, count := range gauges {
		if bound, found := strings.CutPrefix(key, name); found {
			if seconds, err := strconv.ParseFloat(strings.TrimSuffix(bound, `"}`), 64); err == nil {
				appends[seconds] = count
			}
		}
	}
	return appends
}

// slowestAppend returns the bound that no append between two looks was slower than, 0 if there was none.
func slowestAppend(before, after map[float64]float64) float64 {
	all := after[math.Inf(1)] - before[math.Inf(1)]
	if all == 0 {
		return 0
	}
	for _, bound := range slices.Sorted(maps.Keys(after)) {
		if after[bound]-before[bound] == all {
			return min(bound, math.MaxFloat64) // JSON has no infinity
		}
	}
	return 0
}

// benchCost is what one round of the server took, its players' part included. 0: not known.
type benchCost struct {
	CPU        map[string]float64 `json:"cpuMicroseconds,omitempty"` // of a core, by "bench", "server" and "postgres"
	WAL        float64            `json:"walBytes,omitempty"`        // with page images, and with what Postgres did beside the rounds
	Images     float64            `json:"walPageImages,omitempty"`   // about: Postgres counts them a second late
	Group      float64            `json:"roundsPerCommit,omitempty"`
	Commits    float64            `json:"commitsPerSecond,omitempty"`
	LogLag     float64            `json:"logLagSeconds,omitempty"` // no finished round waited longer for its leaf in the commitment log
	Statements []statement        `json:"statements,omitempty"`
}

// perRound divides it by the rounds of a series.
func (s *spending) perRound(played *series) benchCost {
	rounds := float64(max(1, played.latency.TotalCount()))
	cost := benchCost{CPU: map[string]float64{}, WAL: float64(s.wal) / rounds, Images: float64(s.images) / rounds, LogLag: s.logLag,
		Statements: s.statements.list()}
	for who, seconds := range s.cpu {
		cost.CPU[who] = seconds * 1e6 / rounds
	}
	if s.commits > 0 {
		cost.Group, cost.Commits = s.moves/s.commits, s.commits/s.time.Seconds()
	}
	return cost
}

// scrape reads the server's metrics that have no labels.
func (b *bench) scrape(ctx context.Context) (map[string]float64, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, b.operator.base+"/metrics", nil)
	if err != nil {
		return nil, err
	}
	response, err := b.operator.http.Do(request)
	if err != nil {
		return nil, fmt.Errorf("look at the server's metrics: %w", err)
	}
	defer response.Body.Close()
	gauges := map[string]float64{}
	lines := bufio.NewScanner(response.Body)
	for lines.Scan() {
		name, text, _ := strings.Cut(lines.Text(), " ")
		if value, err := strconv.ParseFloat(text, 64); err == nil {
			gauges[name] = value
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("look at the server's metrics: %w", err)
	}
	return gauges, nil // empty, if the server keeps them to itself
}
