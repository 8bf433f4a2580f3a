//go:build !race

// The race detector keeps books of its own in memory, and makes 44,000 rounds ten times as slow. That the workers do not race is what
// the other tests of Run show.

package audit

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
)

// -rounds makes the memory test as large as time allows: go test ./session/audit -run TestMemory -rounds 10000000 -v
var memoryRounds = flag.Int("rounds", 40_000, "how many rounds TestMemoryDoesNotGrow audits, and TestWriteExport writes")

// -export writes an export for croupier audit: go test ./session/audit -run TestWriteExport -rounds 10000000 -export /tmp/rounds.jsonl
var exportFile = flag.String("export", "", "a file, or a named pipe, that TestWriteExport writes an export to")

func TestWriteExport(t *testing.T) {
	if *exportFile == "" {
		t.Skip("it is for measurements: give -export FILE")
	}
	out, err := os.OpenFile(*exportFile, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(generate(newCatalogue(t), out, *memoryRounds), out.Close()); err != nil {
		t.Fatal(err)
	}
}

// peakOf audits so many generated rounds and returns the most memory that the heap held meanwhile.
func peakOf(t *testing.T, rounds int) uint64 {
	t.Helper()
	catalogue := newCatalogue(t)
	lines, pipe := io.Pipe()
	go func() { pipe.CloseWithError(generate(catalogue, pipe, rounds)) }()
	var peak uint64
	var stats runtime.MemStats
	chunks := 0
	report, err := Run(context.Background(), lines, Options{Catalogue: catalogue, Progress: func(int) {
		if chunks++; chunks%20 == 0 {
			runtime.ReadMemStats(&stats)
			peak = max(peak, stats.HeapSys-stats.HeapReleased)
		}
	}})
	if err != nil {
		t.Fatal(err)
	}
	if !report.OK || report.Rounds != int64(rounds) || report.Verified != int64(rounds) {
		t.Fatalf("%d rounds, %d verified, %+v", report.Rounds, report.Verified, report.Differences)
	}
	t.Logf("%d rounds in %.1f s (%s, with their making), at most %d MiB", rounds, report.Seconds, report.Rate(), peak>>20)
	return peak
}

// Ten times as many rounds take no more memory.
func TestMemoryDoesNotGrow(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(100))
	few := peakOf(t, *memoryRounds/10)
	debug.FreeOSMemory()
	many := peakOf(t, *memoryRounds)
	if many > 2*few+(64<<20) {
		t.Errorf("%d rounds took %d MiB, a tenth of them %d MiB", *memoryRounds, many>>20, few>>20)
	}
}
