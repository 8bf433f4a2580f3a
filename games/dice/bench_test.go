package dice

import (
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// BenchmarkPlay measures the core: a round without seed hashing and without money.
func BenchmarkPlay(b *testing.B) {
	b.ReportAllocs()
	e, draws := New(96), fairness.NewSimulation(1)
	for b.Loop() {
		e.rules.play(plainest, draws)
	}
}

// BenchmarkOpen measures the same rounds through the engine: reading the bet, and the outcome in money.
func BenchmarkOpen(b *testing.B) {
	b.ReportAllocs()
	e, draws, r := New(96), fairness.NewSimulation(1), games.Round{Currency: usd}
	action := rollOf(`{"action":"roll","amount":1.00,"chance":49.50}`)
	for b.Loop() {
		if _, err := e.Open(r, action, draws); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlayStep measures them as the server plays and the verifiers check them: drawn from seeds, settled and encoded.
func BenchmarkPlayStep(b *testing.B) {
	b.ReportAllocs()
	e, r := New(96), games.Round{Currency: usd}
	action := rollOf(`{"action":"roll","amount":1.00,"chance":49.50}`)
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	var nonce uint64
	for b.Loop() {
		if _, err := games.Play(e, r, nil, action, pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}
