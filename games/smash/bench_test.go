package smash

import (
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// BenchmarkRound plays whole rounds to the end, without seed hashing and JSON.
func BenchmarkRound(b *testing.B) {
	round, draws := rulesOf(b, "RTP_96").Strategies()[1].Round, fairness.NewSimulation(1)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := round(draws); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRoundFromSeeds plays the same rounds drawn from seeds.
func BenchmarkRoundFromSeeds(b *testing.B) {
	round := rulesOf(b, "RTP_96").Strategies()[1].Round
	seed, err := fairness.ParseServerSeed(strings.Repeat("ab", 32))
	if err != nil {
		b.Fatal(err)
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: "bench"}
	b.ReportAllocs()
	nonce := uint64(0)
	for b.Loop() {
		if _, _, err := round(pair.Round(nonce)); err != nil {
			b.Fatal(err)
		}
		nonce++
	}
}

// BenchmarkStep plays a hit as the server does: state and outcome are JSON.
func BenchmarkStep(b *testing.B) {
	table := forced(b, rulesOf(b, "RTP_96"), `{"multipliers":[1],"hammerBreakOnHit":null}`)
	action := games.Action{Name: "hit", Payload: hitPayload}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := games.Play(table.engine, table.round, table.last.State, action, table.draws); err != nil {
			b.Fatal(err)
		}
	}
}
