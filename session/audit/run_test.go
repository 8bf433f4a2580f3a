package audit

import (
	"bytes"
	"context"
	"math"
	"reflect"
	"syscall"
	"testing"
	"time"

	"croupier/games"
)

// What the scanner reads is what the decoder reads.
func TestReadersAgree(t *testing.T) {
	t.Parallel()
	catalogue := newCatalogue(t)
	var export bytes.Buffer
	if err := generate(catalogue, &export, 300); err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range bytes.Lines(export.Bytes()) {
		line = bytes.TrimSpace(line)
		var fast, slow entry
		if err := readSlow(line, &slow); err != nil {
			t.Fatal(err)
		}
		if slow.kind != lineRound && slow.kind != lineTransfer {
			continue
		}
		if !readFast(line, string(line), &fast) {
			t.Fatalf("the scanner does not read %s", line)
		}
		lines++
		if len(fast.record.Actions) == 0 {
			fast.record.Actions, fast.told = nil, nil
		}
		if slow.kind == lineTransfer {
			fast.record = slow.record
		}
		if !reflect.DeepEqual(fast, slow) {
			t.Fatalf("%s:\nscanned %+v\ndecoded %+v", line, fast, slow)
		}
	}
	if lines != 301 {
		t.Errorf("%d lines", lines)
	}
}

func TestPValue(t *testing.T) {
	t.Parallel()
	for _, one := range []struct {
		statistic float64
		freedom   int
		p         float64
	}{{3.841459, 1, 0.05}, {6.634897, 1, 0.01}, {18.307038, 10, 0.05}, {10, 10, 0.440493}, {293.247835, 255, 0.05}, {0, 5, 1}, {5000, 10, 0}} {
		if p := pValue(one.statistic, one.freedom); math.Abs(p-one.p) > 2e-6 {
			t.Errorf("%v of %d degrees: p = %v, want %v", one.statistic, one.freedom, p, one.p)
		}
	}
}

// cpu is how much time of processors this process has used.
func cpu(b *testing.B) time.Duration {
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkVerify is what recomputing alone takes, of an audit's work.
func BenchmarkVerify(b *testing.B) {
	catalogue := newCatalogue(b)
	var export bytes.Buffer
	if err := generate(catalogue, &export, 1000); err != nil {
		b.Fatal(err)
	}
	var records []games.Record
	for line := range bytes.Lines(export.Bytes()) {
		var e entry
		if err := readLine(bytes.TrimSpace(line), string(bytes.TrimSpace(line)), &e); err != nil {
			b.Fatal(err)
		}
		if e.kind == lineRound {
			records = append(records, e.record)
		}
	}
	before := cpu(b)
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		report, err := games.Verify(catalogue, records[n%len(records)])
		if err != nil || !report.OK {
			b.Fatalf("%v, %+v", err, report)
		}
		n++
	}
	b.ReportMetric(float64(b.N)/(cpu(b)-before).Seconds(), "rounds/cpu-s")
}

// BenchmarkRun audits an export. Its rounds of a second of a core are what to compare: they do not depend on what else the machine does.
func BenchmarkRun(b *testing.B) {
	const rounds = 20_000
	catalogue := newCatalogue(b)
	var export bytes.Buffer
	if err := generate(catalogue, &export, rounds); err != nil {
		b.Fatal(err)
	}
	analyse(catalogue.Games()[0].Variants[0]) // once, whatever the number of rounds
	before := cpu(b)
	b.SetBytes(int64(export.Len()))
	b.ReportAllocs()
	for b.Loop() {
		report, err := Run(context.Background(), bytes.NewReader(export.Bytes()), Options{Catalogue: catalogue})
		if err != nil || !report.OK || report.Verified != rounds {
			b.Fatalf("%v, %+v", err, report)
		}
	}
	b.ReportMetric(rounds*float64(b.N)/b.Elapsed().Seconds(), "rounds/s")
	b.ReportMetric(rounds*float64(b.N)/(cpu(b)-before).Seconds(), "rounds/cpu-s")
}
