package fairness

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

const goldenSeed = "1f0c8a5b7d3e9264a1b2c3d4e5f60718293a4b5c6d7e8f901122334455667788"

// Whatever is hashed can be read back in one way only, so no two blocks of a seed pair's rounds have the same message.
func TestMessagesAreInjective(t *testing.T) {
	t.Parallel()
	const printable = `[ -"$-9;-~]` // ASCII from space to tilde without # and :
	rapid.Check(t, func(t *rapid.T) {
		client := rapid.StringMatching(printable+`{1,64}`).Draw(t, "client seed")
		if err := ValidateClientSeed(client); err != nil {
			t.Fatal(err)
		}
		nonce, block := rapid.Uint64().Draw(t, "nonce"), rapid.Uint64Range(0, 1<<62).Draw(t, "block")
		label := rapid.StringMatching(`[a-z0-9]{0,10}`).Draw(t, "label")

		text, counter, numbered := strings.Cut(string(message(nil, client, nonce, label)), "#")
		if numbered {
			t.Fatalf("the message holds a #: %q#%q", text, counter)
		}
		parts := strings.Split(text, ":")
		want := []string{client, strconv.FormatUint(nonce, 10)}
		if label != "" {
			want = append(want, label)
		}
		if !reflect.DeepEqual(parts, want) {
			t.Errorf("message %q reads back as %q", text, parts)
		}
		hashed := hashedMessage(client, nonce, label, block)
		if before, after, found := strings.Cut(hashed, "#"); before != text || found != (block > 0) || found && after != strconv.FormatUint(block, 10) {
			t.Errorf("block %d of %q hashes %q", block, text, hashed)
		}
	})
}

// hashedMessage returns what the source hashes for its block.
func hashedMessage(client string, nonce uint64, label string, block uint64) string {
	b := blocks{message: message(nil, client, nonce, label), next: block}
	return string(b.blockMessage())
}

// A known product lets a client seed hold the separator: "abc:42" at nonce 0 then draws what "abc" at nonce 42 step 0 will draw.
func TestClientSeedCannotReachIntoAnotherRound(t *testing.T) {
	t.Parallel()
	server := mustParseServerSeed(goldenSeed)
	for _, client := range []string{"abc:42", "abc#1", "", "é", strings.Repeat("x", 65)} {
		pair := Pair{ServerSeed: server, ClientSeed: client}
		if pair.Validate() == nil {
			t.Errorf("client seed %q is valid", client)
		}
		if !panics(func() { pair.Round(0) }) {
			t.Errorf("client seed %q is played", client)
		}
	}
	if !panics(func() { Pair{ClientSeed: "abc"}.Round(0) }) {
		t.Error("rounds without a server seed are played")
	}
	d := Pair{ServerSeed: server, ClientSeed: "abc"}.Round(42)
	for _, label := range []string{"0:1", "0#1", "Pay", "fs-1", "é"} {
		if !panics(func() { d.Stream(label) }) {
			t.Errorf("label %q is accepted", label)
		}
	}
}

// The streams of a round share one hash: interleaving them, at any block border, changes none of them.
func TestStreamsOfARoundAreIndependent(t *testing.T) {
	t.Parallel()
	pair := Pair{ServerSeed: mustParseServerSeed(goldenSeed), ClientSeed: "interleaved"}
	labels := []string{"", "init", "0", "fs0"}
	rapid.Check(t, func(t *rapid.T) {
		shared, streams, used := pair.Round(3), map[string]*Stream{}, map[string][]uint32{}
		for range rapid.IntRange(1, 150).Draw(t, "draws") {
			label := rapid.SampledFrom(labels).Draw(t, "label")
			if streams[label] == nil {
				streams[label] = shared.Stream(label)
			}
			used[label] = append(used[label], streams[label].Uint32())
		}
		for label, got := range used {
			alone := pair.Round(3).Stream(label)
			for i := range got {
				if want := alone.Uint32(); got[i] != want {
					t.Fatalf("label %q: word %d is %#x among others and %#x alone", label, i, got[i], want)
				}
			}
		}
	})
}

func TestLabelStartsAfreshEachTime(t *testing.T) {
	t.Parallel()
	d := Pair{ServerSeed: mustParseServerSeed(goldenSeed), ClientSeed: "again"}.Round(3)
	if a, b := d.Stream("init").Uint32(), d.Stream("init").Uint32(); a != b {
		t.Errorf("the stream of one label began with %#x and with %#x", a, b)
	}
}

func TestForcedPutsTheScriptFirst(t *testing.T) {
	t.Parallel()
	pair := Pair{ServerSeed: mustParseServerSeed(goldenSeed), ClientSeed: "forced"}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.Uint32(), 0, 40).Draw(t, "script")
		kept := append([]uint32{}, words...)
		d := Forced(pair.Round(1), Script{"init": words})
		for range 2 { // the script serves each stream of the label
			s, seeds := d.Stream("init"), pair.Round(1).Stream("init")
			for i, want := range words {
				if got := s.Uint32(); got != want {
					t.Fatalf("word %d is %d, the script says %d", i, got, want)
				}
			}
			for i := range 40 {
				if got, want := s.Uint32(), seeds.Uint32(); got != want {
					t.Fatalf("word %d after the script is %d, the seeds say %d", i, got, want)
				}
			}
		}
		if got, want := d.Stream("0").Uint32(), pair.Round(1).Stream("0").Uint32(); got != want {
			t.Errorf("a label without a script begins with %d, the seeds say %d", got, want)
		}
		if !reflect.DeepEqual(kept, append([]uint32{}, words...)) {
			t.Error("the script was changed")
		}
	})
}

func TestForcedOnASimulationEndsWithItsStream(t *testing.T) {
	t.Parallel()
	d := Forced(NewSimulation(1), Script{"0": {1, 2, 3}})
	d.Stream("0").Uint32()
	if got, want := d.Stream("1").Uint32(), NewSimulation(1).Stream("").Uint32(); got != want {
		t.Errorf("another label begins with %d, the simulation says %d", got, want)
	}
}

// Watching changes nothing, and the trace lists every draw, the words that were refused included, in whatever order of wrapping.
func TestTracedListsEveryDraw(t *testing.T) {
	t.Parallel()
	round := Pair{ServerSeed: mustParseServerSeed(goldenSeed), ClientSeed: "traced"}.Round(1)
	script := Script{"0": {1<<32 - 1, 8}}
	inside, insideTrace := Traced(round)
	outside, outsideTrace := Traced(Forced(round, script))
	plain := Forced(round, script)
	play := func(d Draws) []uint64 {
		first, second := d.Stream("0"), d.Stream("1")
		values := []uint64{first.Intn(7), uint64(second.Uint32()), first.Intn(5), uint64(second.Weighted([]uint32{1, 1, 1}))}
		second.Shuffle(3, func(i, j int) { values = append(values, uint64(i), uint64(j)) })
		return values
	}
	want := play(plain)
	if got := play(outside); !reflect.DeepEqual(got, want) {
		t.Errorf("traced %v, untraced %v", got, want)
	}
	if got := play(Forced(inside, script)); !reflect.DeepEqual(got, want) {
		t.Errorf("traced inside %v, untraced %v", got, want)
	}
	if !reflect.DeepEqual(insideTrace, outsideTrace) {
		t.Errorf("traces differ:\n%+v\n%+v", insideTrace, outsideTrace)
	}
	draws := outsideTrace.Draws
	if len(draws) != 6 || !reflect.DeepEqual(draws[0], Draw{Label: "0", N: 7, Words: []uint32{1<<32 - 1, 8}, Value: 1}) {
		t.Errorf("trace: %+v", draws)
	}
	for i, d := range []Draw{{Label: "1", N: 1 << 32}, {Label: "0", N: 5}, {Label: "1", N: 3}, {Label: "1", N: 3}, {Label: "1", N: 2}} {
		if got := draws[i+1]; got.Label != d.Label || got.N != d.N || got.Value != uint64(got.Words[len(got.Words)-1])%d.N {
			t.Errorf("draw %d: %+v", i+1, got)
		}
	}
}

// Draws keep their words while the trace grows, in the middle of a draw as well, and none reaches into the words of the next.
func TestTraceKeepsWordsApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var script []uint32
		var want []Draw
		for range rapid.IntRange(1, 6).Draw(t, "draws") {
			words := make([]uint32, rapid.IntRange(0, 3*usualDraws).Draw(t, "refused"))
			for i := range words {
				words[i] = 1<<32 - 1 - uint32(i%4) // 2^32 is 4 more than a multiple of 7
			}
			words = append(words, rapid.Uint32Range(0, 1<<31).Draw(t, "taken"))
			want = append(want, Draw{Label: "0", N: 7, Words: words, Value: uint64(words[len(words)-1] % 7)})
			script = append(script, words...)
		}
		d, trace := Traced(Forced(NewSimulation(1), Script{"0": script}))
		s := d.Stream("0")
		for range want {
			s.Intn(7)
		}
		for _, draw := range trace.Draws {
			_ = append(draw.Words, 99)
		}
		if !reflect.DeepEqual(trace.Draws, want) {
			t.Fatalf("drawn %v, traced %v", want, trace.Draws)
		}
	})
}

// A keyed pair draws what the pair does, also where streams of two rounds take turns and are longer than a block.
func TestKeyedPairDrawsTheSame(t *testing.T) {
	t.Parallel()
	keyed := benchPair.Keyed()
	for nonce := range uint64(50) {
		a, b := keyed.Round(nonce).Stream("init"), keyed.Round(nonce+1).Stream("")
		wantA, wantB := benchPair.Round(nonce).Stream("init"), benchPair.Round(nonce+1).Stream("")
		for i := range 40 {
			if a.Uint32() != wantA.Uint32() || b.Intn(1000) != wantB.Intn(1000) {
				t.Fatalf("nonce %d, draw %d differs", nonce, i)
			}
		}
	}
}

// A trace that is used again lists what a new one would.
func TestRetracedListsTheSame(t *testing.T) {
	t.Parallel()
	var used Trace
	for nonce := range uint64(30) {
		fresh, trace := Traced(benchPair.Round(nonce))
		for _, d := range []Draws{fresh, Retraced(benchPair.Round(nonce), &used)} {
			s := d.Stream("x")
			for range nonce % 12 {
				s.Intn(3_000_000_000) // which refuses words
			}
			d.Stream("").Uint32()
		}
		if !reflect.DeepEqual(used.Draws, trace.Draws) {
			t.Fatalf("nonce %d: %+v, a new trace lists %+v", nonce, used.Draws, trace.Draws)
		}
	}
}
