package move

import (
	"testing"

	"croupier/games"
	"croupier/games/gamestest"
)

// BenchmarkRound measures whole rounds that are never cashed out, some eight cells each.
func BenchmarkRound(b *testing.B) {
	gamestest.BenchRound(b, Game().Variants[2].Engine.(games.Analyst).Strategies()[1])
}

// BenchmarkPath measures the way of a long move.
func BenchmarkPath(b *testing.B) {
	b.ReportAllocs()
	var buffer [2 * longest / cellSize]int
	for b.Loop() {
		path(buffer[:0], point{75, 75}, point{-37, 33})
	}
}

// BenchmarkStep measures one move of five cells as the server plays it.
func BenchmarkStep(b *testing.B) {
	gamestest.BenchStep(b, gamestest.Open(b, Game().Variants[2], forced(b, Game().Variants[2])), action, string(moveOf(50, 0).Payload))
}

// BenchmarkAnalyse measures the mathematics of one variant.
func BenchmarkAnalyse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		gamestest.Analyse(b, Game().Variants[2])
	}
}
