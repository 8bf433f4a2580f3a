package guess

import (
	"testing"

	"croupier/fairness"
	"croupier/games/gamestest"
)

// BenchmarkRound plays whole rounds to the end.
func BenchmarkRound(b *testing.B) {
	gamestest.BenchRound(b, rulesOf(b, "RTP_96").Strategies()[1])
}

// BenchmarkStep plays a guess as the server does.
func BenchmarkStep(b *testing.B) {
	gamestest.BenchStep(b, open(b, rulesOf(b, "RTP_96"), fairness.NewSimulation(1)).Table, "guess", guessOf(3, "K"))
}
