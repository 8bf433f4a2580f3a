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
	b.ReportAllocs()
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
	b.ReportAllocs()
	for b.Loop() {
		if _, err := games.Play(engine, games.Round{Currency: usd}, nil, action, pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}

// recordedRound returns the record of a round as a server leaves it.
func recordedRound(b *testing.B, variant games.Variant, pair fairness.Pair, nonce uint64) games.Record {
	action := spinOf(20)
	result, err := games.Play(variant, games.Round{Currency: usd}, nil, action, pair.Round(nonce))
	if err != nil {
		b.Fatal(err)
	}
	return games.Record{
		RoundID: "8c6b1c0e", GameID: "slots", Variant: variant.ID, RulesHash: variant.RulesHash, Status: result.Status,
		Stake: result.Stake.Number(), Payout: result.Payout.Number(), Currency: "USD",
		ServerSeedHash: pair.ServerSeed.Hash(), ServerSeed: pair.ServerSeed.Reveal(), ClientSeed: pair.ClientSeed, Nonce: nonce,
		Actions: []games.RecordedAction{{Type: games.TypeAction, Payload: action.Payload, Outcome: result.Outcome,
			Stake: result.Stake.Number(), Payout: result.Payout.Number(), Balance: "100.00"}},
	}
}

// BenchmarkVerify measures the whole verification of rounds as they come, winning ones and free spins among them, HMAC included.
func BenchmarkVerify(b *testing.B) {
	catalogue, err := games.NewCatalogue(Game())
	if err != nil {
		b.Fatal(err)
	}
	game, _ := catalogue.Lookup("slots")
	variant, _ := game.Variant("RTP_96")
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "benchmark"}
	records := make([]games.Record, 2000)
	for nonce := range records {
		records[nonce] = recordedRound(b, variant, pair, uint64(nonce))
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if report, err := games.Verify(catalogue, records[i%len(records)]); err != nil || !report.OK {
			b.Fatalf("%+v, %v", report.Checks, err)
		}
		i++
	}
}
