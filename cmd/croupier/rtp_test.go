package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"math/big"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/schollz/progressbar/v3"
)

var updateRTP = flag.Bool("update-rtp", false, "write docs/rtp.md instead of comparing with it")

// slotsReports computes the reports once for all tests.
var slotsReports = sync.OnceValue(func() (reports []slotsReport) {
	variants, err := slotsVariants()
	if err != nil {
		panic(err)
	}
	for _, v := range variants {
		reports = append(reports, slotsReport{Report: v.engine.Report(), hash: v.hash})
	}
	return reports
})

func noBar(_ string, steps int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(steps, progressbar.OptionSetWriter(io.Discard), progressbar.OptionSetVisibility(false))
}

// TestRTPPageIsWhatIsComputed keeps docs/rtp.md equal to what the code computes.
func TestRTPPageIsWhatIsComputed(t *testing.T) {
	t.Parallel()
	const path = "../../docs/rtp.md"
	page := rtpPage(slotsReports())
	if *updateRTP {
		if err := os.WriteFile(path, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if page != string(want) {
		t.Errorf("docs/rtp.md differs (go test ./cmd/croupier -run RTPPage -update-rtp writes it); computed:\n%s", page)
	}
}

func rtpPage(reports []slotsReport) string {
	var page strings.Builder
	page.WriteString(`# Return to player, exactly

Generated from the code by ` + "`go test ./cmd/croupier -run RTPPage -update-rtp`" + `; a test keeps it true. Every value is computed in
rational arithmetic and shown rounded. No variant returns more than its nominal share, or less than 0.05 percentage points below
it. ` + "`croupier rtp slots`" + ` prints the same; ` + "`--simulate 10000000`" + ` confirms it with the server's own engine, ` + "`--full-cycle`" + ` by playing
every way in which the reels can stop.

## slots

Wins are multiples of the stake. There is nothing to decide, so this is the return of every way to play. See [the rules](games/slots.md).

`)
	cells := func(name string, value func(slotsReport) string, meaning string) {
		fmt.Fprintf(&page, "| %s |", strings.Replace(name, "  ", "– ", 1))
		for _, r := range reports {
			fmt.Fprintf(&page, " %s |", value(r))
		}
		fmt.Fprintf(&page, " %s |\n", meaning)
	}
	cells("", func(r slotsReport) string { return r.Variant }, "What it is")
	cells("---", func(slotsReport) string { return "--:" }, "---")
	for _, row := range slotsRows {
		cells(row.name, row.value, row.meaning)
	}
	page.WriteString("\nThe return as a fraction, and the hash of the rules that have it:\n\n| variant | return | rulesHash |\n|---|---|---|\n")
	for _, r := range reports {
		fmt.Fprintf(&page, "| %s | %s | `%s` |\n", r.Variant, r.Return.Total, r.hash)
	}
	return page.String()
}

func TestRTPSlotsSimulates(t *testing.T) {
	t.Parallel()
	var outs [2]bytes.Buffer
	for i := range outs {
		command := rtpSlotsCmd{Variant: "RTP_96", Simulate: 40_000, Seed: 3, JSON: true}
		if err := command.run(&outs[i], noBar); err != nil {
			t.Fatal(err)
		}
	}
	if outs[0].String() != outs[1].String() {
		t.Error("the same seed simulated two different results")
	}
	var reports []slotsReportJSON
	if err := json.Unmarshal(outs[0].Bytes(), &reports); err != nil {
		t.Fatal(err)
	}
	if len(reports) != 1 || reports[0].Simulation == nil || reports[0].Simulation.Rounds != 40_000 {
		t.Fatalf("got %+v", reports)
	}
	rtp, ok := new(big.Rat).SetString(reports[0].RTP.Fraction)
	if !ok || rtp.Cmp(big.NewRat(96, 100)) > 0 {
		t.Errorf("RTP %v", reports[0].RTP)
	}
	if z := reports[0].Simulation.Z; math.Abs(z) > maxZ || z == 0 {
		t.Errorf("z = %v", z)
	}
}

func TestRTPSlotsTable(t *testing.T) {
	t.Parallel()
	var all, one bytes.Buffer
	if err := printSlots(&all, slotsReports()); err != nil {
		t.Fatal(err)
	}
	if err := printSlots(&one, slotsReports()[2:3]); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"RTP_92", "RTP_94", "RTP_96", "RTP_97", "Return to player", "95.999", "Variance", "Largest win of a round"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in:\n%s", want, all.String())
		}
	}
	if meaning := "how often a round wins anything"; !strings.Contains(one.String(), meaning) || strings.Contains(one.String(), "RTP_92") {
		t.Errorf("no meanings, or another variant, in:\n%s", one.String())
	}
}

func TestRTPSlotsRefuses(t *testing.T) {
	t.Parallel()
	for _, command := range []rtpSlotsCmd{{Variant: "RTP_99"}, {Simulate: -1}} {
		if err := command.run(io.Discard, noBar); err == nil {
			t.Errorf("%+v was accepted", command)
		}
	}
}

// TestASimulationCanContradict makes sure that a wrong return would be noticed.
func TestASimulationCanContradict(t *testing.T) {
	t.Parallel()
	report := slotsReports()[0].Report // RTP_92, for which it would be strange to return 97 %
	s := &simulated{rounds: 1_000_000, won: 1_000_000 * 20 * 97 / 100}
	s.compare(report)
	if err := checkSimulations([]slotsReport{{Report: report, simulated: s}}); err == nil {
		t.Errorf("z = %+.2f was accepted", s.z)
	}
}
