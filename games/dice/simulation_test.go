package dice

import (
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
)

// TestSimulation plays 1,000,000 rounds by each strategy.
func TestSimulation(t *testing.T) {
	t.Parallel()
	v := gamestest.Variant(t, Game(), "RTP_96")
	gamestest.Simulate(t, v, gamestest.Analyse(t, v), func(int) int { return 1_000_000 })
}

func TestAnalysis(t *testing.T) {
	t.Parallel()
	gamestest.EachVariant(t, Game(), func(t *testing.T, v games.Variant) { gamestest.CheckAnalysis(t, v, gamestest.Analyse(t, v)) })
}
