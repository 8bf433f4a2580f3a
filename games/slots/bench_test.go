package slots

import (
	"encoding/json"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

var usd, _ = money.LookupCurrency("USD")

// spinOf is the action of a spin of 0.01 a line.
func spinOf(lines int) games.Action {
	payload, _ := json.Marshal(map[string]any{"action": "spin", "betPerLine": json.Number("0.01"), "activePaylines": lines})
	return games.Action{Name: "spin", Payload: payload}
}

// BenchmarkPlay measures the core: whole rounds on 20 lines, without seed hashing and without money.
func BenchmarkPlay(b *testing.B) {
	m := builtInMachine(b, "RTP_96")
	draws := fairness.NewSimulation(1)
	var r round
	b.ReportAllocs()
	for b.Loop() {
		m.play(&r, 20, draws)
	}
}

// BenchmarkOpen measures the same rounds through the engine: reading the bet, and the outcome in money.
func BenchmarkOpen(b *testing.B) {
	engine := Game().Variants[2]
	draws, action := fairness.NewSimulation(1), spinOf(20)
	for b.Loop() {
		if _, err := engine.Open(games.Round{Currency: usd}, action, draws); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkPlayStep measures them as the server plays them: drawn from seeds, settled and encoded.
func BenchmarkPlayStep(b *testing.B) {
	engine, action := Game().Variants[2], spinOf(20)
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	var nonce uint64
	for b.Loop() {
		if _, err := games.Play(engine, games.Round{Currency: usd}, nil, action, pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}
