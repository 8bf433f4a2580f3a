package gamestest

import (
	"encoding/json"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// BenchRound measures whole rounds of a strategy, without states and money: on simulated draws, and drawn from seeds.
func BenchRound(b *testing.B, s games.Strategy) {
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	simulation, nonce := fairness.NewSimulation(1), uint64(0)
	for _, by := range []struct {
		name  string
		draws func() fairness.Draws
	}{
		{"simulated", func() fairness.Draws { return simulation }},
		{"seeded", func() fairness.Draws { nonce++; return pair.Round(nonce) }},
	} {
		b.Run(by.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := s.Round(by.draws()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchStep measures a step as the server plays it, over and over: state read and written, settled and encoded.
func BenchStep(b *testing.B, at Table, name, payload string) {
	b.ReportAllocs()
	action := games.Action{Name: name, Payload: json.RawMessage(payload)}
	for b.Loop() {
		if _, err := games.Play(at.Engine, at.Round, at.Last.State, action, at.Draws); err != nil {
			b.Fatal(err)
		}
	}
}
