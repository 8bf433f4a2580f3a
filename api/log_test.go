package api

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
	"croupier/games"
	"croupier/session"
)

// proofOf waits until something is in the log, and returns its proof.
func (s *testServer) proofOf(t *testing.T, query string) (p logProofData) {
	t.Helper()
	deadline := time.After(time.Minute)
	for tick := time.Tick(20 * time.Millisecond); ; {
		reply := s.get(t, "/log/proof?"+query)
		if reply.status == http.StatusOK {
			reply.into(t, &p)
			return p
		}
		reply.wants(t, http.StatusNotFound, session.NotFound)
		select {
		case <-tick:
		case <-deadline:
			t.Fatalf("%s is not in the log", query)
		}
	}
}

func parseHashes(t *testing.T, texts []string) (list []tlog.Hash) {
	t.Helper()
	for _, text := range texts {
		h, err := tlog.ParseHash(text)
		must(t, err)
		list = append(list, h)
	}
	return list
}

// A player proves, with nothing but the log's key and what the server showed, that a commitment, a round and a reveal are in the log, and
// that the log of the first is the beginning of that of the last.
func TestAnybodyProvesWhatIsLogged(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.PublicURL = "https://play.example/" })
	player := s.operator(t).player(t, "USD", "10.00")
	key := strings.TrimSpace(s.get(t, "/log/key").text)
	verifier, err := note.NewVerifier(key)
	must(t, err)
	if verifier.Name() != "play.example/log" {
		t.Errorf("the log's name is %q", verifier.Name())
	}
	verify := func(p logProofData) commitlog.Checkpoint {
		t.Helper()
		c, err := commitlog.OpenCheckpoint([]byte(p.Checkpoint), verifier)
		must(t, err)
		leaf := tlog.RecordHash([]byte(p.Leaf))
		must(t, tlog.CheckRecord(parseHashes(t, p.Proof), c.N, c.Hash, p.Index, leaf))
		if p.LeafHash != leaf.String() || p.Size != c.N || p.RootHash != c.Hash.String() || p.VerifierKey != key {
			t.Errorf("proof %+v of checkpoint %v", p, c)
		}
		return c
	}
	var seeds struct{ ServerSeedHash, NextServerSeedHash string }
	player.get(t, "/seeds").into(t, &seeds)
	committed := s.proofOf(t, "commitment="+seeds.ServerSeedHash)
	first := verify(committed)
	if committed.Leaf != "croupier-log-v1 commitment "+seeds.ServerSeedHash {
		t.Errorf("leaf %q", committed.Leaf)
	}
	round := player.spin(t)
	text := player.get(t, "/rounds/"+round).Data
	rec, err := games.ParseRecord(text)
	must(t, err)
	hash, err := rec.Hash()
	must(t, err)
	logged := s.proofOf(t, "round="+round)
	verify(logged)
	if logged.Leaf != fmt.Sprintf("croupier-log-v1 round %x", hash[:]) {
		t.Errorf("leaf %q of the record %s", logged.Leaf, text)
	}
	var rotated struct{ Revealed struct{ ServerSeed string } }
	player.post(t, "/seeds/rotate", map[string]any{"clientSeed": "mine"}).into(t, &rotated)
	revealed := s.proofOf(t, "reveal="+rotated.Revealed.ServerSeed)
	last := verify(revealed)
	if committed.Index >= logged.Index || logged.Index >= revealed.Index {
		t.Errorf("leaves %d, %d, %d", committed.Index, logged.Index, revealed.Index)
	}
	var grown logConsistencyData
	s.get(t, fmt.Sprintf("/log/consistency?from=%d&to=%d", first.N, last.N)).into(t, &grown)
	must(t, tlog.CheckTree(parseHashes(t, grown.Proof), last.N, last.Hash, first.N, first.Hash))
	if grown.FromRoot != first.Hash.String() || grown.ToRoot != last.Hash.String() {
		t.Errorf("%+v", grown)
	}
}

func TestLogRefusesInTheHousesWords(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	for path, field := range map[string]string{
		"/log/proof": "round", "/log/proof?round=x": "round", "/log/proof?commitment=" + strings.Repeat("G", 64): "commitment", "/log/proof?reveal=00": "reveal",
		"/log/proof?reveal=" + strings.Repeat("a", 64) + "&commitment=" + strings.Repeat("a", 64): "round", "/log/consistency": "from",
		"/log/consistency?from=0": "from", "/log/consistency?from=99999": "from", "/log/consistency?from=1&to=99999": "to",
	} {
		reply := s.get(t, path)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if path == "/log/consistency?from=99999" { // of a log that may be empty
			continue
		}
		if reply.fields()[field] == "" {
			t.Errorf("%s: %s", path, reply.text)
		}
	}
	for _, path := range []string{"/log/proof?commitment=" + strings.Repeat("a", 64), "/log/proof?round=0198b6f0-7a52-7c3e-9d0a-3f1f6f0c2b11",
		"/log/tile/0/999", "/log/tile/0/000.p/256", "/log/tile/x", "/log/tile/8/0/000", "/log/tile/entries/999", "/log/tile/63/000.p/1"} {
		s.get(t, path).wants(t, http.StatusNotFound, session.NotFound)
	}
}

// The files of the log are as c2sp.org/tlog-tiles says, and may be kept as long as they are true.
func TestLogIsPublishedAsTiles(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	verifier, err := note.NewVerifier(strings.TrimSpace(s.get(t, "/log/key").text))
	must(t, err)
	player := s.operator(t).player(t, "USD", "10.00")
	s.proofOf(t, "round="+player.spin(t))
	signed := s.get(t, "/log/checkpoint")
	c, err := commitlog.OpenCheckpoint([]byte(signed.text), verifier)
	must(t, err)
	if got := signed.header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
		t.Errorf("a checkpoint is %s", got)
	}
	if age, err := strconv.Atoi(strings.TrimPrefix(signed.header.Get("Cache-Control"), "public, max-age=")); err != nil || age > 5 {
		t.Errorf("a checkpoint may be kept: %s", signed.header.Get("Cache-Control"))
	}
	f := &commitlog.Frontier{}
	hashes := s.get(t, fmt.Sprintf("/log/tile/0/000.p/%d", c.N))
	entries := s.get(t, fmt.Sprintf("/log/tile/entries/000.p/%d", c.N))
	leaves, err := commitlog.ParseEntries([]byte(entries.text))
	must(t, err)
	for i, leaf := range leaves {
		hash := leaf.Hash()
		f.Append(hash)
		if hashes.text[i*tlog.HashSize:(i+1)*tlog.HashSize] != string(hash[:]) {
			t.Errorf("leaf %d is another in its tile", i)
		}
	}
	if f.Size() != c.N || f.Root() != c.Hash {
		t.Errorf("the entries are %d with root %s, signed is %v", f.Size(), f.Root(), c.Tree)
	}
	for name, tile := range map[string]*reply{"hashes": hashes, "entries": entries} {
		if h := tile.header; h.Get("Content-Type") != "application/octet-stream" || !strings.Contains(h.Get("Cache-Control"), "immutable") || h.Get("Access-Control-Allow-Origin") != "*" {
			t.Errorf("%s: %v", name, h)
		}
	}
}
