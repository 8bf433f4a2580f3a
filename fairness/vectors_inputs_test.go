package fairness_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"croupier/fairness"
)

// writeVectors writes vectors.json from vectorInputs, one vector a line. The rounds in the file are games' and stay as they are.
func writeVectors(t *testing.T) {
	var old struct {
		Rounds []json.RawMessage `json:"rounds"`
	}
	if err := json.Unmarshal(readFile(t, vectorsFile), &old); err != nil {
		t.Fatal(err)
	}
	v := vectorInputs().recompute(t)
	var out bytes.Buffer
	fmt.Fprintf(&out, "{\n\"format\": %d,\n\"madeBy\": %q", v.Format, v.MadeBy)
	section(t, &out, "commitments", v.Commitments)
	section(t, &out, "clientSeeds", v.ClientSeeds)
	section(t, &out, "streams", v.Streams)
	section(t, &out, "intn", v.Intn)
	section(t, &out, "shuffles", v.Shuffles)
	section(t, &out, "weighted", v.Weighted)
	section(t, &out, "rounding", v.Rounding)
	section(t, &out, "rounds", old.Rounds)
	out.WriteString("\n}\n")
	writeFile(t, vectorsFile, out.Bytes())
}

func section[T any](t *testing.T, out *bytes.Buffer, name string, items []T) {
	t.Helper()
	lines := make([]string, len(items))
	for i, item := range items {
		lines[i] = "\n" + string(jsonOf(t, item))
	}
	fmt.Fprintf(out, ",\n%q: [%s\n]", name, strings.Join(lines, ","))
}

// vectorInputs returns vectors without their results; where a result is there, it only says how long it is to be.
func vectorInputs() vectors {
	v := vectors{Format: 1, MadeBy: "go test ./fairness -run TestVectors -update"}
	for i := range 3 {
		v.Commitments = append(v.Commitments, commitment{ServerSeed: testSeed(i)})
	}
	v.Commitments = append(v.Commitments, commitment{ServerSeed: strings.Repeat("0", 64)})
	for _, seed := range []string{
		"a", "0", " ", "two words", "!", "~", "~~", `"quoted\"`, strings.Repeat("x", 64), "5f3b9c0a1d7e4b62", "<&>'",
		"", strings.Repeat("x", 65), ":", "#", "abc:42", "abc#1", "tab\t", "line\n", "\x00", "\x1f", "\x7f", "é", "seed\u00a0", "😀",
	} {
		v.ClientSeeds = append(v.ClientSeeds, clientSeed{ClientSeed: seed})
	}
	v.Streams = []streamVector{
		{origin: at(0, "player", 0, ""), Bytes: hexOf(200)},
		{origin: at(0, "player", 1, ""), Bytes: hexOf(64)},
		{origin: at(0, "player", 1, "init"), Bytes: hexOf(132)},
		{origin: at(0, "player", 1, "0"), Bytes: hexOf(65)},
		{origin: at(1, "player", 1, "10"), Bytes: hexOf(64)},
		{origin: at(1, "player", 1<<53-1, "fs0"), Bytes: hexOf(68)},
		{origin: at(1, `~}|{zZ aA0!"$%&'()*+,-./;<=>?@[\]^_`, 7, "fs12"), Bytes: hexOf(128)},
		{origin: at(2, strings.Repeat("x", 64), 4294967296, "pay"), Bytes: hexOf(64)},
		{origin: at(2, "long", 2, ""), Bytes: hexOf(720)}, // eleven blocks and a bit: "#10" has two digits
	}
	v.Intn = intnInputs()
	for i, length := range []int{0, 1, 2, 3, 10, 52, 312} {
		v.Shuffles = append(v.Shuffles, shuffleVector{origin: at(i%3, "shuffle", uint64(i), "init"), Length: length})
	}
	v.Weighted = []weighted{
		{origin: at(0, "weighted", 0, "0"), Weights: []uint32{1}, Picks: make([]int, 3)},
		{origin: at(0, "weighted", 1, "0"), Weights: []uint32{50, 30, 15, 5}, Picks: make([]int, 40)},
		{origin: at(1, "weighted", 2, "0"), Weights: []uint32{0, 7, 0, 0, 3, 0}, Picks: make([]int, 20)},
		{origin: at(1, "weighted", 3, "0"), Weights: []uint32{1<<32 - 1, 1}, Picks: make([]int, 5)},
		{origin: at(2, "weighted", 4, "0"), Weights: []uint32{1 << 30, 1 << 30, 1}, Picks: make([]int, 20)},
	}
	v.Rounding = roundingInputs()
	return v
}

func intnInputs() []intnVector {
	const max = 1<<32 - 1
	forced := at(2, "forced", 3, "init")
	forced.Script = fairness.Script{
		// 3·2^30: the first value refused, the last value, the last accepted; then 1 as it is; then 2^31+1 starts in the script
		// and goes on with the seeds' bytes.
		"init": {3 << 30, max, 3<<30 - 1, 1, max, 1<<31 + 1},
		"0":    {9, 9, 9},
	}
	return []intnVector{
		{at(0, "intn", 0, ""), asking(1, 2, 3, 6, 10, 37, 52, 64, 100, 1000, 1_000_000, 1<<31, max, 1<<32)},
		{at(0, "intn", 1, "0"), asking(repeat(12, 1<<31+1)...)},
		{at(1, "intn", 2, "1"), asking(repeat(12, 3<<30)...)},
		{at(2, "intn", 3, "fs3"), asking(repeat(40, 1<<31+1, 3<<30)...)}, // over the border of a block
		{forced, asking(3<<30, 1<<32, 1<<31+1, 10)},
	}
}

func roundingInputs() []rounding {
	var all []rounding
	for i, f := range [][2]string{
		{"0", "1"}, {"0", "100000000"}, {"7", "1"}, {"100000000", "100000000"}, {"1", "100000000"}, {"99999999", "100000000"},
		{"1050000000", "100000000"}, {"5", "3"}, {"22", "7"}, {"4294967297", "4294967296"}, {"340282366920938463463374607431768211457", "2"},
	} {
		all = append(all, rounding{origin: at(i%3, "rounding", uint64(i), fairness.PayLabel), Num: f[0], Den: f[1]})
	}
	// One payout written in three ways: the draw is the same.
	for _, f := range [][2]string{{"3", "2"}, {"6", "4"}, {"150000000", "100000000"}} {
		all = append(all, rounding{origin: at(0, "rounding", 100, fairness.PayLabel), Num: f[0], Den: f[1]})
	}
	// 5/3: up on 0 and 1, down on 2, and 2^32-1 is refused.
	for i, script := range [][]uint32{{0}, {1}, {2}, {1<<32 - 1, 3}, {1<<32 - 1, 1<<32 - 1, 5}} {
		o := at(0, "rounding", 200+uint64(i), fairness.PayLabel)
		o.Script = fairness.Script{fairness.PayLabel: script}
		all = append(all, rounding{origin: o, Num: "5", Den: "3"})
	}
	return all
}

func at(seed int, client string, nonce uint64, label string) origin {
	return origin{ServerSeed: testSeed(seed), ClientSeed: client, Nonce: nonce, Label: label}
}

func hexOf(length int) string {
	return strings.Repeat("00", length)
}

func asking(ns ...uint64) []fairness.Draw {
	draws := make([]fairness.Draw, len(ns))
	for i, n := range ns {
		draws[i].N = n
	}
	return draws
}

func repeat(times int, ns ...uint64) []uint64 {
	var all []uint64
	for range times {
		all = append(all, ns...)
	}
	return all
}
