package blackjack

import (
	"encoding/json"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// BenchmarkBasicStrategy measures the core: whole rounds played by the chart, without seed hashing, money and JSON.
func BenchmarkBasicStrategy(b *testing.B) {
	engine := Game().Variants[0].Engine.(*Engine)
	basic, draws := engine.Strategies()[0], fairness.NewSimulation(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := basic.Round(draws); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRound measures whole rounds as the server plays them, state and outcome encoded at every step: decline and stand. First
// from a simulation's draws, then from seeds.
func BenchmarkRound(b *testing.B) {
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	simulation := fairness.NewSimulation(1)
	for name, draws := range map[string]func(uint64) fairness.Draws{
		"simulation": func(uint64) fairness.Draws { return simulation }, "seeds": pair.Round,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			var nonce uint64
			for b.Loop() {
				playStanding(b, draws(nonce))
				nonce++
			}
		})
	}
}

func playStanding(b *testing.B, d fairness.Draws) {
	e := Game().Variants[0].Engine
	round, state := games.Round{Currency: currency(b, "USD")}, json.RawMessage(nil)
	action := games.Action{Name: "bet", Payload: json.RawMessage(`{"action":"bet","amount":1.00}`)}
	for {
		result, err := games.Play(e, round, state, action, d)
		if err != nil {
			b.Fatal(err)
		}
		if result.Status == games.Completed {
			return
		}
		round, state = round.Next(result), result.State
		action = games.Action{Name: "stand", Payload: json.RawMessage(`{}`)}
		if result.Step.Outcome.(Outcome).Insurance.Status == "offered" {
			action = games.Action{Name: "insurance", Payload: json.RawMessage(`{"accept":false}`)}
		}
	}
}

// BenchmarkOpen measures the deal alone, from seeds.
func BenchmarkOpen(b *testing.B) {
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	action := games.Action{Name: "bet", Payload: json.RawMessage(`{"action":"bet","amount":1.00}`)}
	round := games.Round{Currency: currency(b, "USD")}
	b.ReportAllocs()
	var nonce uint64
	for b.Loop() {
		if _, err := games.Play(Game().Variants[0].Engine, round, nil, action, pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}
