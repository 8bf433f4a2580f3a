package slots

import (
	"math"
	"sync"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// TestSimulation plays 10,000,000 rounds (a hundredth of them under the race detector) and compares what they return with the exact
// value: the z-score has to be within ±4. The seeds are fixed, so that it cannot fail by chance.
func TestSimulation(t *testing.T) {
	t.Parallel()
	rounds := 10_000_000
	if raceEnabled {
		rounds /= 100
	}
	m := builtInMachine(t, "RTP_96")
	var wins [2]int64
	var wg sync.WaitGroup
	for half := range wins {
		wg.Go(func() {
			draws := fairness.NewSimulation(uint64(half))
			var r round
			for range rounds / len(wins) {
				m.play(&r, len(m.lines), draws)
				wins[half] += r.total
			}
		})
	}
	wg.Wait()
	s, _ := m.statistics(m.lines)
	law := s.round()
	mean, _ := law.mean.Float64()
	variance, _ := law.variance.Float64()
	n := float64(rounds)
	z := (float64(wins[0]+wins[1]) - n*mean) / math.Sqrt(n*variance)
	t.Logf("%d rounds return %.6f, z = %+.2f", rounds, float64(wins[0]+wins[1])/n/20, z)
	if math.Abs(z) > 4 {
		t.Errorf("z = %+.2f", z)
	}
}

// TestOpenPlaysWhatIsSimulated makes sure that the rounds above are those that the server plays.
func TestOpenPlaysWhatIsSimulated(t *testing.T) {
	t.Parallel()
	m, engine := builtInMachine(t, "RTP_96"), variant(t, "RTP_96")
	core, contract := fairness.NewSimulation(9), fairness.NewSimulation(9)
	var r round
	count := 20_000
	if raceEnabled {
		count /= 10
	}
	for i := range count {
		lines := 1 + i%20
		m.play(&r, lines, core)
		result, err := games.Play(engine, games.Round{Currency: usd}, nil, spinOf(lines), contract)
		if err != nil {
			t.Fatal(err)
		}
		if minor := result.Payout.Minor().Int64(); minor != r.total { // at 0.01 a line, a cent is a bet per line
			t.Fatalf("round %d: the engine pays %d cents, the core %d", i, minor, r.total)
		}
	}
}
