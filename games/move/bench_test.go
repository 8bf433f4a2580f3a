package move

import (
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// BenchmarkRound measures whole rounds that are never cashed out, some eight cells each, without seed hashing, states and money.
func BenchmarkRound(b *testing.B) {
	b.ReportAllocs()
	s := Game().Variants[2].Engine.(games.Analyst).Strategies()[1]
	d := fairness.NewSimulation(1)
	for b.Loop() {
		if _, _, err := s.Round(d); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkSeededRound measures the same rounds drawn from seeds.
func BenchmarkSeededRound(b *testing.B) {
	b.ReportAllocs()
	s := Game().Variants[2].Engine.(games.Analyst).Strategies()[1]
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	var nonce uint64
	for b.Loop() {
		if _, _, err := s.Round(pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}

// BenchmarkPath measures the way of a long move.
func BenchmarkPath(b *testing.B) {
	b.ReportAllocs()
	var buffer [2 * longest / cellSize]int
	for b.Loop() {
		path(buffer[:0], point{75, 75}, point{-37, 33})
	}
}

// BenchmarkStep measures one move of five cells as the server plays it: state read and written, settled and encoded.
func BenchmarkStep(b *testing.B) {
	b.ReportAllocs()
	engine := Game().Variants[2]
	draws := forced(b, engine)
	results, r, err := play(engine, usd, draws, betOf("1"))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := games.Play(engine, r, results[0].State, moveOf(50, 0), draws); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkAnalyse measures the mathematics of one variant.
func BenchmarkAnalyse(b *testing.B) {
	for b.Loop() {
		analyse(b, Game().Variants[2])
	}
}
