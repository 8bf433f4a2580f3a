package main

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// The bytes of a stream are what docs/fairness.md says, written again from its words.
func specifiedStream(serverSeed, message string, length int) []byte {
	var stream []byte
	for i := 0; len(stream) < length; i++ {
		m := message
		if i > 0 {
			m += "#" + strconv.Itoa(i)
		}
		mac := hmac.New(sha512.New, []byte(serverSeed))
		mac.Write([]byte(m))
		stream = mac.Sum(stream)
	}
	return stream[:length]
}

func TestRNGOfOneStream(t *testing.T) {
	t.Parallel()
	seed := strings.Repeat("0123456789abcdef", 4)
	of := []string{"--server-seed", seed, "--client-seed", "lab", "--nonce", "7"}
	for _, length := range []int{1, 4, 6, 64, 1001} {
		raw := program{}.ok(t, append([]string{"rng", "--raw", "--count", strconv.Itoa(length)}, of...)...)
		if raw != string(specifiedStream(seed, "lab:7", length)) {
			t.Errorf("%d bytes are others than those of the specification", length)
		}
	}
	labelled := program{}.ok(t, append([]string{"rng", "--raw", "--count", "200", "--label", "init"}, of...)...)
	if labelled != string(specifiedStream(seed, "lab:7:init", 200)) {
		t.Error("the labelled stream is another one")
	}
	var want strings.Builder
	words, drawn := specifiedStream(seed, "lab:7", 4000), 0
	for const37 := uint64(1<<32) / 37 * 37; drawn < 500; words = words[4:] {
		if word := uint64(binary.BigEndian.Uint32(words)); word < const37 {
			fmt.Fprintln(&want, word%37)
			drawn++
		}
	}
	if scaled := (program{}).ok(t, append([]string{"rng", "--scaled", "37", "--count", "500"}, of...)...); scaled != want.String() {
		t.Error("the scaled numbers are others than those of the specification")
	}
}

func TestRNGOfManySeeds(t *testing.T) {
	t.Parallel()
	derived := func(what string, pair int) string {
		sum := sha256.Sum256(fmt.Appendf(nil, "lab/%s/%d", what, pair))
		return hex.EncodeToString(sum[:])
	}
	const round, pair = 4 * rngDraws, 4 * rngDraws * rngRounds
	got := program{}.ok(t, "rng", "--raw", "--count", strconv.Itoa(pair+round), "--seeds-from", "lab")
	for _, at := range []struct{ offset, pair, nonce int }{{0, 0, 0}, {round, 0, 1}, {pair - round, 0, rngRounds - 1}, {pair, 1, 0}} {
		want := specifiedStream(derived("server", at.pair), fmt.Sprintf("%s:%d", derived("client", at.pair)[:32], at.nonce), round)
		if got[at.offset:at.offset+round] != string(want) {
			t.Errorf("pair %d, nonce %d: other bytes than those of the specification", at.pair, at.nonce)
		}
	}
	one, two := program{}.ok(t, "rng", "--raw", "--count", "64"), program{}.ok(t, "rng", "--raw", "--count", "64")
	if len(one) != 64 || one == two {
		t.Error("two runs on random seeds gave the same")
	}
	for line := range strings.Lines(program{}.ok(t, "rng", "--scaled", "6", "--count", "1000")) {
		if n, err := strconv.Atoi(strings.TrimSuffix(line, "\n")); err != nil || n < 0 || n > 5 {
			t.Fatalf("scaled: %q", line)
		}
	}
}

// Whoever reads has enough at some time: that is no error, and nothing is said.
func TestRNGEndsQuietlyWhenNobodyReads(t *testing.T) {
	t.Parallel()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(t.Context(), os.Args[0], "rng", "--raw")
	cmd.Stdout, cmd.Stderr = writer, &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	writer.Close()
	if _, err := reader.Read(make([]byte, 1<<16)); err != nil {
		t.Error(err)
	}
	reader.Close()
	if err := cmd.Wait(); err != nil || said.Len() > 0 {
		t.Errorf("ended with %v, and said %q", err, said.String())
	}
}

func TestRNGRefusals(t *testing.T) {
	t.Parallel()
	seed := strings.Repeat("ab", 32)
	for _, c := range []struct{ args, want string }{
		{"rng", "--raw"},
		{"rng --raw --scaled 6", "--scaled"},
		{"rng --scaled 0", "1 to 4294967296"},
		{"rng --scaled 4294967297", "1 to 4294967296"},
		{"rng --raw --count=-1", "--count"},
		{"rng --raw --client-seed x", "--server-seed"},
		{"rng --raw --server-seed " + seed, "--client-seed"},
		{"rng --raw --server-seed " + seed[1:] + " --client-seed x", "64 lowercase hex"},
		{"rng --raw --server-seed " + seed + " --client-seed a:b", "without ':'"},
		{"rng --raw --server-seed " + seed + " --client-seed x --label A", "--label"},
		{"rng --raw --server-seed " + seed + " --client-seed x --seeds-from y", "one of them"},
	} {
		if _, said, status := (program{}).run(t, strings.Fields(c.args)...); status == 0 || !strings.Contains(said, c.want) {
			t.Errorf("%s: status %d, said %q", c.args, status, said)
		}
	}
}
