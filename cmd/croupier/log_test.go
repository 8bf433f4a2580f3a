package main

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/api"
	"croupier/fairness/commitlog"
	"croupier/sandbox/pgtest"
	"croupier/session"
)

// paperLog is a log that a dishonest house may show as it likes.
type paperLog struct {
	signer *commitlog.Signer
	mu     sync.Mutex
	leaves []commitlog.Leaf
	stored []tlog.Hash
	away   bool // it answers nothing
}

func (p *paperLog) ReadHashes(indexes []int64) (list []tlog.Hash, err error) {
	for _, index := range indexes {
		list = append(list, p.stored[index])
	}
	return list, nil
}

// show makes the log one of so many leaves, all from turn on of another house than the one that was shown before.
func (p *paperLog) show(t *testing.T, leaves, turn int) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.leaves, p.stored = nil, nil
	for i := range leaves {
		seed := uint64(i)
		if i >= turn {
			seed += 1 << 40
		}
		leaf := commitlog.Leaf{Kind: commitlog.Commitment, Value: sha256.Sum256(binary.BigEndian.AppendUint64(nil, seed))}
		hashes, err := tlog.StoredHashes(int64(i), leaf.Text(), p)
		if err != nil {
			t.Fatal(err)
		}
		p.leaves, p.stored = append(p.leaves, leaf), append(p.stored, hashes...)
	}
}

func (p *paperLog) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	path := strings.TrimPrefix(r.URL.Path, "/log/")
	switch tile, err := commitlog.ParseTilePath(path); {
	case p.away:
		http.Error(w, "away", http.StatusServiceUnavailable)
	case path == "key":
		_, _ = w.Write([]byte(p.signer.VerifierKey() + "\n"))
	case path == "checkpoint":
		root, _ := tlog.TreeHash(int64(len(p.leaves)), p)
		signed, _ := commitlog.Checkpoint{Origin: p.signer.Name(), Tree: tlog.Tree{N: int64(len(p.leaves)), Hash: root}}.Sign(p.signer)
		_, _ = w.Write(signed)
	case err == nil && commitlog.Within(tile, int64(len(p.leaves))):
		data, _ := tlog.ReadTileData(tile, p)
		_, _ = w.Write(data)
	default:
		http.NotFound(w, r)
	}
}

func newPaperLog(t *testing.T, leaves int) (*paperLog, string) {
	t.Helper()
	signer, err := commitlog.NewSigner("paper.example/log", ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize)))
	if err != nil {
		t.Fatal(err)
	}
	p := &paperLog{signer: signer}
	p.show(t, leaves, leaves)
	server := httptest.NewServer(p)
	t.Cleanup(server.Close)
	return p, server.URL
}

// A witness keeps what it saw, and goes on from it, through tiles of several levels.
func TestWitnessFollowsALog(t *testing.T) {
	t.Parallel()
	p, url := newPaperLog(t, 0)
	state := filepath.Join(t.TempDir(), "state.json")
	for _, size := range []int{0, 1, 1, 255, 256, 257, 1000, 66_000, 66_001} {
		p.show(t, size, size)
		out := program{}.ok(t, "log", "watch", url, "--once", "--state", state)
		kept, err := readCheckpointFile(state)
		if err != nil {
			t.Fatal(err)
		}
		if c, err := commitlog.OpenCheckpoint([]byte(kept), p.signer.Verifier()); err != nil || c.N != int64(size) {
			t.Fatalf("at size %d it keeps %v, %v; it said %s", size, c, err, out)
		}
	}
	if files, err := os.ReadDir(filepath.Dir(state)); err != nil || len(files) != 1 {
		t.Errorf("%v, %v", files, err)
	}
}

// A house that forks or rolls back its log, or shows one of another key, does not get past a witness, who keeps what it kept.
func TestWitnessFindsMisbehaviour(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*testing.T, *paperLog)
		say    []string
	}{
		"another log of the same size": {func(t *testing.T, p *paperLog) { p.show(t, 300, 299) }, []string{"two logs", "kept:", "shown:", "\n300\n"}},
		"a larger one that forks":      {func(t *testing.T, p *paperLog) { p.show(t, 5000, 20) }, []string{"two logs", "\n300\n", "\n5000\n"}},
		"a rollback":                   {func(t *testing.T, p *paperLog) { p.show(t, 299, 299) }, []string{"rolled", "had 300", "shows 299", "\n300\n", "\n299\n"}},
		"another key": {func(t *testing.T, p *paperLog) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.signer, _ = commitlog.NewSigner("paper.example/log", ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), 1)))
		}, []string{"not signed", "\n300\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, url := newPaperLog(t, 300)
			state := filepath.Join(t.TempDir(), "state.json")
			program{}.ok(t, "log", "watch", url, "--once", "--state", state)
			before, err := os.ReadFile(state)
			if err != nil {
				t.Fatal(err)
			}
			c.change(t, p)
			_, said, status := program{}.run(t, "log", "watch", url, "--once", "--state", state)
			if status != 1 {
				t.Errorf("exit status %d: %s", status, said)
			}
			for _, part := range c.say {
				if !strings.Contains(said, part) {
					t.Errorf("it does not say %q:\n%s", part, said)
				}
			}
			if after, err := os.ReadFile(state); err != nil || string(after) != string(before) {
				t.Errorf("it keeps %s, %v", after, err)
			}
		})
	}
}

// A house that cannot be asked has not misbehaved; a key that is not the kept one is refused before anything is asked.
func TestWitnessThatCannotAsk(t *testing.T) {
	t.Parallel()
	p, url := newPaperLog(t, 5)
	state := filepath.Join(t.TempDir(), "state.json")
	program{}.ok(t, "log", "watch", url, "--once", "--state", state, "--key", p.signer.VerifierKey())
	p.mu.Lock()
	p.away = true
	p.mu.Unlock()
	if _, said, status := (program{}).run(t, "log", "watch", url, "--once", "--state", state); status != 2 || strings.Contains(said, "exit status") {
		t.Errorf("exit status %d: %s", status, said)
	}
	other, err := commitlog.NewSigner("paper.example/log", ed25519.NewKeyFromSeed(append(make([]byte, ed25519.SeedSize-1), 1)))
	if err != nil {
		t.Fatal(err)
	}
	if _, said, status := (program{}).run(t, "log", "watch", url, "--once", "--state", state, "--key", other.VerifierKey()); status != 1 || !strings.Contains(said, p.signer.VerifierKey()) {
		t.Errorf("exit status %d: %s", status, said)
	}
}

// The commands of a real house: the key, a witness, the proof of a commitment and of a record, and the check of the database.
func TestLogOfAHouse(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	keys, err := masterKeyFlag{MasterKey: []string{oldKey}}.keys()
	if err != nil {
		t.Fatal(err)
	}
	catalogue, err := gamesFlags{}.catalogue()
	if err != nil {
		t.Fatal(err)
	}
	server, err := api.Start(t.Context(), api.Config{Listen: "127.0.0.1:0", DatabaseURL: url, Mode: "sandbox", MasterKeys: keys, Catalogue: catalogue,
		CommitmentLog: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		_ = server.Close(ctx)
	})
	operator, _, err := server.Operators.Create(t.Context(), "Casino", session.Sandbox, nil)
	if err != nil {
		t.Fatal(err)
	}
	player, err := server.Players.Ensure(t.Context(), operator, session.PlayerSpec{ExternalID: "p", Currency: "USD"})
	if err != nil {
		t.Fatal(err)
	}
	seeds, err := server.Floor.SeedsOf(t.Context(), player.ID)
	if err != nil {
		t.Fatal(err)
	}
	database := program{"CROUPIER_DATABASE_URL=" + url}
	key := strings.TrimSpace(database.ok(t, "log", "key"))
	for deadline := time.Now().Add(time.Minute); ; { // the log is written after what it is of
		_, said, status := program{}.run(t, "log", "verify", server.URL(), "--commitment", seeds.ServerSeedHash, "--key", key)
		if status == 0 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("not logged within a minute: %s", said)
		}
	}
	if report := database.ok(t, "log", "check", "--key", key, "--grace", "1m"); !strings.Contains(report, "2 commitments") || !strings.Contains(report, "The log holds.") {
		t.Errorf("it reports %s", report)
	}
	reader := auditor(t, url)
	if seen := strings.TrimSpace(program{}.ok(t, "log", "key", "--database-url", reader)); seen != key {
		t.Errorf("an auditor sees the key %s, not %s", seen, key)
	}
	program{}.ok(t, "log", "check", "--database-url", reader, "--key", key, "--grace", "1m")
	state := filepath.Join(t.TempDir(), "state.json")
	program{}.ok(t, "log", "watch", server.URL(), "--once", "--state", state, "--key", key)
	proven := program{}.ok(t, "log", "verify", server.URL(), "--commitment", seeds.ServerSeedHash, "--key", key)
	if !strings.Contains(proven, "croupier-log-v1 commitment "+seeds.ServerSeedHash) {
		t.Errorf("it proves %s", proven)
	}
	if _, said, status := (program{}).run(t, "log", "verify", server.URL(), "--commitment", strings.Repeat("a", 64)); status == 0 || !strings.Contains(said, "Not in the log") {
		t.Errorf("status %d: %s", status, said)
	}

	if report := (program{}).ok(t, "audit", "--database-url", reader, "--checkpoint", state, "--log-key", key, "--log-grace", "1m"); !strings.Contains(report, "2 commitments") ||
		!strings.Contains(report, "No difference was found") {
		t.Errorf("the audit reports %s", report)
	}

	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, sql := range []string{`SET session_replication_role = replica`, `UPDATE seed_pairs SET server_seed_hash = encode(sha256('x'), 'hex') WHERE seq = 1`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	out, said, status := database.run(t, "log", "check", "--checkpoint", state, "--grace", "0s", "--json")
	var report session.LogReport
	if err := json.Unmarshal([]byte(out), &report); err != nil || status != 1 || report.OK() || !strings.Contains(said, "does not hold") {
		t.Errorf("status %d, %v: %s %s", status, err, out, said)
	}
	if out, said, status := (program{}).run(t, "audit", "--database-url", reader, "--log-grace", "0s"); status != 1 || !strings.Contains(out, "a seed stays as it was logged") {
		t.Errorf("the audit ends with %d: %s%s", status, out, said)
	}
}
