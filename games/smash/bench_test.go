package smash

import (
	"testing"

	"croupier/games/gamestest"
)

// BenchmarkRound plays whole rounds to the end.
func BenchmarkRound(b *testing.B) {
	gamestest.BenchRound(b, rulesOf(b, "RTP_96").Strategies()[1])
}

// BenchmarkStep plays a hit as the server does.
func BenchmarkStep(b *testing.B) {
	gamestest.BenchStep(b, forced(b, rulesOf(b, "RTP_96"), `{"multipliers":[1],"hammerBreakOnHit":null}`).Table, "hit", string(hitPayload))
}
