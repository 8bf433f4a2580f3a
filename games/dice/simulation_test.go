package dice

import (
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
)

// TestSimulation plays 1,000,000 rounds by each strategy.
func TestSimulation(t *testing.T) {
	t.Parallel()
	analysis, err := New(96).Analyse()
	if err != nil {
		t.Fatal(err)
	}
	gamestest.Simulate(t, gamestest.Variant(t, Game(), "RTP_96"), analysis, func(int) int { return 1_000_000 })
}

func TestAnalysis(t *testing.T) {
	t.Parallel()
	gamestest.EachVariant(t, Game(), func(t *testing.T, v games.Variant) {
		analysis, err := v.Engine.(Engine).Analyse()
		if err != nil {
			t.Fatal(err)
		}
		gamestest.CheckAnalysis(t, v, analysis)
	})
}
