package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/schollz/progressbar/v3"

	"croupier/games"
)

func reportsOf(t *testing.T, id string) []report {
	t.Helper()
	game, err := builtInGame(id)
	if err != nil {
		t.Fatal(err)
	}
	var reports []report
	for _, v := range game.Variants {
		r, err := analyse(game, v)
		if err != nil {
			t.Fatal(err)
		}
		reports = append(reports, r)
	}
	return reports
}

func noBar(_ string, steps int64) *progressbar.ProgressBar {
	return progressbar.NewOptions64(steps, progressbar.OptionSetWriter(io.Discard), progressbar.OptionSetVisibility(false))
}

func TestRTPSimulates(t *testing.T) {
	t.Parallel()
	dice, err := builtInGame("dice")
	if err != nil {
		t.Fatal(err)
	}
	var outs [2]bytes.Buffer
	for i := range outs {
		flags := rtpFlags{Variant: "RTP_96", Simulate: 40_000, Seed: 3, JSON: true}
		if err := flags.run(dice, &outs[i], noBar); err != nil {
			t.Fatal(err)
		}
	}
	if outs[0].String() != outs[1].String() {
		t.Error("the same seed simulated two different results")
	}
	var reports []reportJSON
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

func TestRTPTable(t *testing.T) {
	t.Parallel()
	reports := reportsOf(t, "slots")
	var all, one, summary bytes.Buffer
	if err := printTable(&all, reports); err != nil {
		t.Fatal(err)
	}
	if err := printTable(&one, reports[2:3]); err != nil {
		t.Fatal(err)
	}
	if err := printSummary(&summary, [][]report{reports}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"RTP_92", "RTP_94", "RTP_96", "RTP_97", "Return to player", "95.999", "Variance", "Maximum win"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in:\n%s", want, all.String())
		}
	}
	if meaning := "how often a round pays anything"; !strings.Contains(one.String(), meaning) || strings.Contains(one.String(), "RTP_92") {
		t.Errorf("no meanings, or another variant, in:\n%s", one.String())
	}
	if !strings.Contains(summary.String(), "slots") || !strings.Contains(summary.String(), "95.999") {
		t.Errorf("no slots in:\n%s", summary.String())
	}
}

func TestRTPRefuses(t *testing.T) {
	t.Parallel()
	dice, err := builtInGame("dice")
	if err != nil {
		t.Fatal(err)
	}
	for complaint, flags := range map[string]rtpFlags{
		"dice has RTP_92":           {Variant: "RTP_99"},
		"must not be negative":      {Simulate: -1},
		"give --simulate":           {Strategy: "safe"},
		"--strategy best: dice has": {Strategy: "best", Simulate: 1},
	} {
		if err := flags.run(dice, io.Discard, noBar); err == nil || !strings.Contains(err.Error(), complaint) {
			t.Errorf("got %v, want %q", err, complaint)
		}
	}
	if _, err := builtInGame("poker"); err == nil {
		t.Error("poker was accepted")
	}
}

// TestASimulationCanContradict makes sure that a wrong return would be noticed.
func TestASimulationCanContradict(t *testing.T) {
	t.Parallel()
	r := reportsOf(t, "slots")[0] // RTP_92, for which it would be strange to return 97 %
	s := &simulated{rounds: 1_000_000, tally: tally{staked: 1_000_000 * games.MultipleUnit, won: 970_000 * games.MultipleUnit}}
	s.compare(r.Outlooks[0])
	r.simulated = s
	if err := checkSimulations([]report{r}); err == nil {
		t.Errorf("z = %+.2f was accepted", s.z)
	}
}
