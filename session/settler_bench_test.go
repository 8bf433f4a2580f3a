package session

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// BenchmarkSettle writes groups of spins, one after the other, and reports what each round took of its backend's processor time and
// of the write-ahead log:
//
//	go test ./session -run XXX -bench Settle -benchtime 2s
//
// The processor time of one backend, unlike the clock, says something on a busy machine, too.
func BenchmarkSettle(b *testing.B) {
	for _, group := range []int{1, 16, 128} {
		b.Run(fmt.Sprintf("group=%d", group), func(b *testing.B) { benchmarkSettle(b, group, false) })
		b.Run(fmt.Sprintf("group=%d/heard", group), func(b *testing.B) { benchmarkSettle(b, group, true) })
	}
}

// benchmarkSettle measures groups of a size, of an operator that has a webhook for what is played, or has not.
func benchmarkSettle(b *testing.B, size int, heard bool) {
	floor := setupFloor(b)
	if heard {
		floor.hook(b, "round.completed")
	}
	must(b, floor.floor.learnHearing(b.Context()))
	group := make([]*move, size)
	for i := range group {
		group[i] = moveOf(b, floor.sit(b, floor.player(b, "1000000.00"), "slots"), "first", spinPayload)
	}
	slices.SortFunc(group, func(a, b *move) int { return slices.Compare(a.player[:], b.player[:]) })
	columns := &batch{}
	settle := func(n int) {
		for i, m := range group {
			m.requestID, m.round, m.at = fmt.Sprintf("benchmark-of-the-settler-%08d-%02d", n, i%100), newID(), time.Now()
		}
		done, err := floor.settler.commit(columns, group)
		must(b, err)
		for i, m := range group {
			if !done[i] {
				b.Fatalf("round %d of player %d was not written", n, i)
			}
			m.version, m.nonce, m.before, m.after = m.version+1, m.nonce+1, m.after, m.after.Sub(m.stake).Add(m.payout)
		}
	}
	for n := range 50 { // the statement is prepared, the tables are not empty any more
		settle(n)
	}
	var pid int
	must(b, floor.db.QueryRow(b.Context(), `SELECT pg_backend_pid()`).Scan(&pid))
	cpu, wal := cpuOf(b, pid), floor.walWritten(b)
	n := 50
	for b.Loop() {
		settle(n)
		n++
	}
	rounds := float64(b.N * size)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/rounds, "µs/round")
	b.ReportMetric((cpuOf(b, pid)-cpu).Seconds()*1e6/rounds, "backend-µs/round")
	b.ReportMetric(float64(floor.walWritten(b)-wal)/rounds, "WAL-B/round")
	b.ReportMetric(0, "ns/op")
}

// cpuOf is the processor time that a process has used, 0 where there is no /proc.
func cpuOf(b *testing.B, pid int) time.Duration {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/schedstat", pid))
	if err != nil {
		return 0
	}
	var used time.Duration
	_, err = fmt.Sscan(strings.TrimSpace(string(text)), &used)
	must(b, err)
	return used
}

func (b *floorBundle) walWritten(t testing.TB) (bytes int64) {
	t.Helper()
	must(t, b.admin.QueryRow(t.Context(), `SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint`).Scan(&bytes))
	return bytes
}
