package fairness

import (
	"math/big"
	"testing"
)

var benchPair = Pair{ServerSeed: mustParseServerSeed("1f0c8a5b7d3e9264a1b2c3d4e5f60718293a4b5c6d7e8f901122334455667788"), ClientSeed: "benchmark"}

func mustParseServerSeed(text string) ServerSeed {
	seed, err := ParseServerSeed(text)
	if err != nil {
		panic(err)
	}
	return seed
}

// A single-step round: its draws, one stream, five reels.
func BenchmarkRound(b *testing.B) {
	b.ReportAllocs()
	var nonce uint64
	for b.Loop() {
		s := benchPair.Round(nonce).Stream("")
		for range 5 {
			s.Intn(64)
		}
		nonce++
	}
}

// One more label of a round that has its draws already.
func BenchmarkStream(b *testing.B) {
	b.ReportAllocs()
	d := benchPair.Round(1)
	for b.Loop() {
		d.Stream("fs7").Intn(64)
	}
}

func BenchmarkIntnSeeded(b *testing.B) {
	b.ReportAllocs()
	s := benchPair.Round(1).Stream("")
	for b.Loop() {
		s.Intn(37)
	}
}

func BenchmarkIntnSimulation(b *testing.B) {
	b.ReportAllocs()
	d := NewSimulation(1)
	for b.Loop() {
		d.Stream("").Intn(37)
	}
}

// Six decks, as blackjack shuffles them for every round.
func BenchmarkShuffle312(b *testing.B) {
	b.ReportAllocs()
	var shoe [312]uint8
	d := benchPair.Round(1)
	for b.Loop() {
		d.Stream("init").Shuffle(len(shoe), func(i, j int) { shoe[i], shoe[j] = shoe[j], shoe[i] })
	}
}

func BenchmarkRoundFair(b *testing.B) {
	b.ReportAllocs()
	d := NewSimulation(1)
	num, den := big.NewInt(123_456_789), big.NewInt(100_000_000)
	for b.Loop() {
		RoundFair(d, num, den)
	}
}

func BenchmarkSealOpen(b *testing.B) {
	b.ReportAllocs()
	v, _ := NewVault(testKey(b, 1))
	seed, aad := []byte(NewServerSeed().Reveal()), []byte("seed pair 7")
	for b.Loop() {
		if _, err := v.Open(v.Seal(seed, aad), aad); err != nil {
			b.Fatal(err)
		}
	}
}
