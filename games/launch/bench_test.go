package launch

import (
	"encoding/json"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// BenchmarkRound measures whole rounds of the calm strategy, some eight shots each, without seed hashing, states and money.
func BenchmarkRound(b *testing.B) {
	b.ReportAllocs()
	s := Game().Variants[2].Engine.(games.Analyst).Strategies()[2]
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
	s := Game().Variants[2].Engine.(games.Analyst).Strategies()[2]
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	var nonce uint64
	for b.Loop() {
		if _, _, err := s.Round(pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}

// BenchmarkStep measures one shot as the server plays it: state read and written, drawn from seeds, settled and encoded.
func BenchmarkStep(b *testing.B) {
	b.ReportAllocs()
	engine := Game().Variants[2]
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	results, r, err := play(engine, usd, pair.Round(0), betOf("1"))
	if err != nil {
		b.Fatal(err)
	}
	shot := games.Action{Name: action, Payload: json.RawMessage(`{"action":"launch","angle":62.0,"power":1800}`)}
	var nonce uint64
	for b.Loop() {
		if _, err := games.Play(engine, r, results[0].State, shot, pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}

// BenchmarkAnalyse measures the mathematics of one variant.
func BenchmarkAnalyse(b *testing.B) {
	for b.Loop() {
		analyse(b, Game().Variants[2])
	}
}
