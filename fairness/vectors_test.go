package fairness_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"croupier/fairness"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew from its inputs, keeping its rounds")

const (
	vectorsFile = "testdata/vectors.json"
	pythonFile  = "testdata/vectors_python.json"
	script      = "testdata/verify_vectors.py"
)

// vectors is a vectors file; docs/fairness.md describes the fields.
type vectors struct {
	Format      int             `json:"format"`
	MadeBy      string          `json:"madeBy"`
	Commitments []commitment    `json:"commitments"`
	ClientSeeds []clientSeed    `json:"clientSeeds"`
	Streams     []streamVector  `json:"streams"`
	Intn        []intnVector    `json:"intn"`
	Shuffles    []shuffleVector `json:"shuffles"`
	Weighted    []weighted      `json:"weighted"`
	Rounding    []rounding      `json:"rounding"`
	Rounds      []roundVector   `json:"rounds"`
}

type commitment struct {
	ServerSeed     string `json:"serverSeed"`
	ServerSeedHash string `json:"serverSeedHash"`
}

type clientSeed struct {
	ClientSeed string `json:"clientSeed"`
	Valid      bool   `json:"valid"`
}

// origin says which stream, or which round, a vector is about.
type origin struct {
	ServerSeed string          `json:"serverSeed"`
	ClientSeed string          `json:"clientSeed"`
	Nonce      uint64          `json:"nonce"`
	Label      string          `json:"label"`
	Script     fairness.Script `json:"script,omitempty"`
}

type streamVector struct {
	origin
	Message string `json:"message"`
	Bytes   string `json:"bytes"`
}

type intnVector struct {
	origin
	Draws []fairness.Draw `json:"draws"`
}

type shuffleVector struct {
	origin
	Length int   `json:"length"`
	Result []int `json:"result"`
}

type weighted struct {
	origin
	Weights []uint32 `json:"weights"`
	Picks   []int    `json:"picks"`
}

type rounding struct {
	origin
	Num    string          `json:"num"`
	Den    string          `json:"den"`
	Payout string          `json:"payout"`
	Draws  []fairness.Draw `json:"draws"`
}

// roundVector is what this package can check of a whole round; games adds and checks its own fields.
type roundVector struct {
	ServerSeed     string          `json:"serverSeed"`
	ServerSeedHash string          `json:"serverSeedHash"`
	ClientSeed     string          `json:"clientSeed"`
	Nonce          uint64          `json:"nonce"`
	Script         fairness.Script `json:"script,omitempty"`
	Draws          []fairness.Draw `json:"draws"`
}

func (o origin) draws(t *testing.T) (fairness.Draws, *fairness.Trace) {
	t.Helper()
	seed, err := fairness.ParseServerSeed(o.ServerSeed)
	if err != nil {
		t.Fatal(err)
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: o.ClientSeed}
	if err := pair.Validate(); err != nil {
		t.Fatal(err)
	}
	return fairness.Traced(fairness.Forced(pair.Round(o.Nonce), o.Script))
}

func (o origin) stream(t *testing.T) (*fairness.Stream, *fairness.Trace) {
	t.Helper()
	d, trace := o.draws(t)
	return d.Stream(o.Label), trace
}

// recompute returns v with every result computed by this package from v's inputs, rounds included.
func (v vectors) recompute(t *testing.T) vectors {
	t.Helper()
	for i := range v.Commitments {
		c := &v.Commitments[i]
		seed, err := fairness.ParseServerSeed(c.ServerSeed)
		if err != nil {
			t.Fatal(err)
		}
		c.ServerSeedHash = seed.Hash()
	}
	for i := range v.ClientSeeds {
		c := &v.ClientSeeds[i]
		c.Valid = fairness.ValidateClientSeed(c.ClientSeed) == nil
	}
	for i := range v.Streams {
		v.Streams[i].recompute(t)
	}
	for i := range v.Intn {
		for draw := range v.Intn[i].Draws {
			v.Intn[i].Draws[draw].Label = v.Intn[i].Label
		}
		v.Intn[i].Draws = redraw(t, v.Intn[i].origin, v.Intn[i].Draws)
	}
	for i := range v.Shuffles {
		v.Shuffles[i].recompute(t)
	}
	for i := range v.Weighted {
		w := &v.Weighted[i]
		stream, _ := w.stream(t)
		for pick := range w.Picks {
			w.Picks[pick] = stream.Weighted(w.Weights)
		}
	}
	for i := range v.Rounding {
		v.Rounding[i].recompute(t)
	}
	for i := range v.Rounds {
		v.Rounds[i].recompute(t)
	}
	return v
}

func (s *streamVector) recompute(t *testing.T) {
	s.Message = fmt.Sprintf("%s:%d", s.ClientSeed, s.Nonce)
	if s.Label != "" {
		s.Message += ":" + s.Label
	}
	stream, _ := s.stream(t)
	length := len(s.Bytes) / 2
	var all []byte
	for len(all) < length {
		word := stream.Uint32()
		all = append(all, byte(word>>24), byte(word>>16), byte(word>>8), byte(word))
	}
	s.Bytes = hex.EncodeToString(all[:length])
}

func (s *shuffleVector) recompute(t *testing.T) {
	s.Result = make([]int, s.Length)
	for i := range s.Result {
		s.Result[i] = i
	}
	stream, _ := s.stream(t)
	stream.Shuffle(s.Length, func(i, j int) { s.Result[i], s.Result[j] = s.Result[j], s.Result[i] })
}

func (r *rounding) recompute(t *testing.T) {
	num, ok := new(big.Int).SetString(r.Num, 10)
	den, ok2 := new(big.Int).SetString(r.Den, 10)
	if !ok || !ok2 {
		t.Fatalf("not a fraction: %s / %s", r.Num, r.Den)
	}
	d, trace := r.draws(t)
	r.Payout = fairness.RoundFair(d, num, den).String()
	r.Draws = append([]fairness.Draw{}, trace.Draws...)
}

func (r *roundVector) recompute(t *testing.T) {
	seed, err := fairness.ParseServerSeed(r.ServerSeed)
	if err != nil {
		t.Fatal(err)
	}
	r.ServerSeedHash = seed.Hash()
	o := origin{ServerSeed: r.ServerSeed, ClientSeed: r.ClientSeed, Nonce: r.Nonce, Script: r.Script}
	r.Draws = redraw(t, o, r.Draws)
}

// redraw makes the draws again: of each, only the label and n are believed.
func redraw(t *testing.T, o origin, draws []fairness.Draw) []fairness.Draw {
	t.Helper()
	d, trace := o.draws(t)
	streams := map[string]*fairness.Stream{}
	for _, draw := range draws {
		if streams[draw.Label] == nil {
			streams[draw.Label] = d.Stream(draw.Label)
		}
		streams[draw.Label].Intn(draw.N)
	}
	return trace.Draws
}

func readVectors(t *testing.T, file string) vectors {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var v vectors
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return v
}

func TestVectors(t *testing.T) {
	if *update {
		writeVectors(t)
	}
	for _, file := range []string{vectorsFile, pythonFile} {
		inFile, recomputed := readVectors(t, file), readVectors(t, file).recompute(t)
		if inFile.Format != 1 {
			t.Errorf("%s: format %d", file, inFile.Format)
		}
		compare(t, file+" commitments", inFile.Commitments, recomputed.Commitments)
		compare(t, file+" clientSeeds", inFile.ClientSeeds, recomputed.ClientSeeds)
		compare(t, file+" streams", inFile.Streams, recomputed.Streams)
		compare(t, file+" intn", inFile.Intn, recomputed.Intn)
		compare(t, file+" shuffles", inFile.Shuffles, recomputed.Shuffles)
		compare(t, file+" weighted", inFile.Weighted, recomputed.Weighted)
		compare(t, file+" rounding", inFile.Rounding, recomputed.Rounding)
		for i := range inFile.Rounds {
			compare(t, file+" rounds", inFile.Rounds[i:i+1], recomputed.Rounds[i:i+1])
		}
	}
}

func compare[T any](t *testing.T, section string, inFile, recomputed []T) {
	t.Helper()
	if len(inFile) == 0 {
		t.Errorf("%s is empty", section)
	}
	for i := range inFile {
		if a, b := jsonOf(t, inFile[i]), jsonOf(t, recomputed[i]); !bytes.Equal(a, b) {
			t.Errorf("%s[%d]\n  in the file %s\n  recomputed  %s", section, i, a, b)
		}
	}
}

func jsonOf(t *testing.T, v any) []byte {
	t.Helper()
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		t.Fatal(err)
	}
	return bytes.TrimSpace(text.Bytes())
}

// The independent implementation agrees with both files, and would say so if it did not.
func TestVectorsInPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("python3 is not installed")
	}
	t.Parallel()
	dir := t.TempDir()
	round := filepath.Join(dir, "round.json")
	writeFile(t, round, withSyntheticRound(t))
	if out, err := exec.Command(python, script, vectorsFile, pythonFile, round).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}

	again := filepath.Join(dir, "again.json")
	if out, err := exec.Command(python, script, "--generate", again).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if a, b := readFile(t, again), readFile(t, pythonFile); !bytes.Equal(a, b) {
		t.Errorf("%s is not what %s --generate writes", pythonFile, script)
	}

	arguments := []string{script}
	for section, damaged := range damage(t, readFile(t, round)) {
		file := filepath.Join(dir, section+".json")
		writeFile(t, file, damaged)
		arguments = append(arguments, file)
	}
	out, err := exec.Command(python, arguments...).CombinedOutput()
	if exit := (*exec.ExitError)(nil); !errors.As(err, &exit) || exit.ExitCode() != 1 {
		t.Errorf("damaged files: %v", err)
	}
	for _, file := range arguments[1:] {
		section := strings.TrimSuffix(filepath.Base(file), ".json")
		if !strings.Contains(string(out), fmt.Sprintf("%s: %s[0]", file, section)) {
			t.Errorf("a wrong result in %s goes unnoticed\n%s", section, out)
		}
	}
}

// withSyntheticRound returns vectors.json with one round in it whose draws interleave two labels, one of them forced.
func withSyntheticRound(t *testing.T) []byte {
	v := readVectors(t, vectorsFile)
	r := roundVector{ServerSeed: testSeed(7), ClientSeed: "whole round", Nonce: 9, Script: fairness.Script{"0": {1<<32 - 1, 11}}}
	for _, label := range []string{"init", "0", "init", "0"} {
		r.Draws = append(r.Draws, fairness.Draw{Label: label, N: 37})
	}
	r.recompute(t)
	if first := r.Draws[1]; len(first.Words) != 2 || first.Value != 11 {
		t.Errorf("the script was not followed: %+v", r.Draws)
	}
	v.Rounds = []roundVector{r}
	return jsonOf(t, v)
}

// damage returns, for each section, the file with the first result of its first item changed.
func damage(t *testing.T, good []byte) map[string][]byte {
	t.Helper()
	damaged := map[string][]byte{}
	for section, change := range map[string]func(v *vectors){
		"commitments": func(v *vectors) { v.Commitments[0].ServerSeedHash = strings.Repeat("0", 64) },
		"clientSeeds": func(v *vectors) { v.ClientSeeds[0].Valid = !v.ClientSeeds[0].Valid },
		"streams":     func(v *vectors) { v.Streams[0].Bytes = strings.Repeat("00", len(v.Streams[0].Bytes)/2) },
		"intn":        func(v *vectors) { v.Intn[0].Draws[1].Words[0]++ },
		"shuffles":    func(v *vectors) { v.Shuffles[0].Result = []int{0} },
		"weighted":    func(v *vectors) { v.Weighted[0].Picks[0]++ },
		"rounding":    func(v *vectors) { v.Rounding[0].Payout += "1" },
		"rounds":      func(v *vectors) { v.Rounds[0].Draws[2].Value++ },
	} {
		var v vectors
		if err := json.Unmarshal(good, &v); err != nil {
			t.Fatal(err)
		}
		change(&v)
		damaged[section] = jsonOf(t, v)
	}
	return damaged
}

func readFile(t *testing.T, file string) []byte {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func writeFile(t *testing.T, file string, text []byte) {
	t.Helper()
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
}

// testSeed returns the server seed that test number i uses.
func testSeed(i int) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "go vectors %d", i))
	return hex.EncodeToString(sum[:])
}
