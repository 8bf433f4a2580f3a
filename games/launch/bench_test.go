package launch

import (
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// BenchmarkRound measures whole rounds of the calm strategy, some eight shots each.
func BenchmarkRound(b *testing.B) {
	gamestest.BenchRound(b, Game().Variants[2].Engine.(games.Analyst).Strategies()[2])
}

// BenchmarkStep measures one shot as the server plays it.
func BenchmarkStep(b *testing.B) {
	at := gamestest.Open(b, Game().Variants[2], fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}.Round(0))
	gamestest.BenchStep(b, at, action, `{"action":"launch","angle":62.0,"power":1800}`)
}

// BenchmarkAnalyse measures the mathematics of one variant.
func BenchmarkAnalyse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		gamestest.Analyse(b, Game().Variants[2])
	}
}
