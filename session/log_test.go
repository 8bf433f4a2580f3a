package session

import (
	"strings"
	"testing"

	"github.com/google/uuid"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
)

// Every commitment, round and reveal gets its leaf, in the order in which they must have come, and what the leaf says can be computed from
// what the player has.
func TestEverythingIsLogged(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	k := b.keepLog(t, b.node)
	who := b.player(t, "100.00")
	seeds, err := b.floor.SeedsOf(t.Context(), who.ID)
	must(t, err)
	slots := b.sit(t, who, "slots")
	spin := slots.spin(t, "spin")                             // whose record is read again
	kept, receipt := slots.actWith(t, "receipt", spinPayload) // whose hash is known
	ladder := b.sit(t, who, "ladder")
	ladder.do(t, "bet", betPayload)
	over := ladder.finish(t)
	rotated, err := b.floor.RotateSeeds(t.Context(), who.ID, "mine")
	must(t, err)

	committed := b.leafOf(t, seedLeaf(t, commitlog.Commitment, seeds.ServerSeedHash))
	revealed := b.leafOf(t, seedLeaf(t, commitlog.Reveal, rotated.Revealed.ServerSeed))
	b.leafOf(t, seedLeaf(t, commitlog.Commitment, rotated.NextServerSeedHash))
	for _, round := range []uuid.UUID{spin.RoundID, kept.RoundID, over.RoundID} {
		if at := b.logged(t, round); at < committed || revealed < at {
			t.Errorf("round %s is leaf %d, its commitment %d, the reveal %d", round, at, committed, revealed)
		}
		rec, err := b.floor.Round(t.Context(), b.operator.ID, nil, round)
		must(t, err)
		value, err := rec.Hash() // with the seed in it
		must(t, err)
		proof, err := k.ProveRound(t.Context(), round)
		must(t, err)
		if round == kept.RoundID && value != receipt.RecordHash {
			t.Errorf("round %s hashes to %x, its receipt has %x", round, value[:], receipt.RecordHash[:])
		}
		if proof.Leaf != (commitlog.Leaf{Kind: commitlog.Round, Value: value}) {
			t.Errorf("round %s is logged as %s, its record hashes to %x", round, proof.Leaf.Text(), value)
		}
	}
	report := b.whole(t)
	if report.Commitments != 3 || report.Reveals != 1 || report.Rounds != 3 || report.Size != 7 || report.Checkpoints == 0 || report.Origin == "" {
		t.Errorf("%+v", report)
	}
	if n := b.count(t, `SELECT (SELECT count(*) FROM log_rounds_due) + (SELECT count(*) FROM log_seeds_due)`); n != 0 {
		t.Errorf("%d things are still due", n)
	}
}

// A round that goes on has no leaf, and what is logged says nothing of a seed that is not revealed.
func TestNothingIsLoggedBeforeItsTime(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	k := b.keepLog(t, b.node, func(l *Log) { l.pace = hasty })
	who := b.player(t, "100.00")
	ladder := b.sit(t, who, "ladder")
	open := ladder.do(t, "bet", betPayload)
	b.logged(t, b.sit(t, who, "slots").spin(t, "spin").RoundID)
	b.whole(t)
	if n := b.count(t, `SELECT count(*) FROM log_leaves WHERE round_id = $1 OR kind = 2`, open.RoundID); n != 0 {
		t.Errorf("%d leaves of an open round, or of a seed in use", n)
	}
	if _, err := k.ProveRound(t.Context(), open.RoundID); asError(err) == nil || asError(err).Code != NotFound {
		t.Errorf("error %v", err)
	}
	ladder.finish(t)
	b.logged(t, open.RoundID)
}

// Proofs hold for whoever has the key alone, at every size, and what is not there is not proven.
func TestProofsHold(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	k := b.keepLog(t, b.node)
	empty, err := k.Latest(t.Context())
	must(t, err)
	if _, err := commitlog.OpenCheckpoint([]byte(empty.Note), k.signer.Verifier()); err != nil {
		t.Errorf("the first checkpoint: %v", err)
	}
	for range 150 { // more than a tile of commitments
		_, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: uuid.NewString(), Currency: "USD"})
		must(t, err)
	}
	var latest *Published
	eventually(t, "all is published", func() bool {
		latest, err = k.Latest(t.Context())
		must(t, err)
		return latest.N == 300
	})
	signed, err := commitlog.OpenCheckpoint([]byte(latest.Note), k.signer.Verifier())
	must(t, err)
	if signed != latest.Checkpoint {
		t.Errorf("signed %v, shown %v", signed, latest.Checkpoint)
	}
	for _, index := range []int64{0, 1, 255, 256, 299} {
		leaves, err := logLeaves(t.Context(), b.db, index, index+1)
		must(t, err)
		p, err := k.ProveSeed(t.Context(), leaves[0])
		must(t, err)
		must(t, tlog.CheckRecord(p.Proof, signed.N, signed.Hash, index, leaves[0].Hash()))
	}
	for _, sizes := range [][2]int64{{1, 1}, {1, 300}, {37, 211}, {255, 256}, {256, 257}, {256, 300}, {299, 0}} {
		c, err := k.ProveConsistency(t.Context(), sizes[0], sizes[1])
		must(t, err)
		must(t, tlog.CheckTree(c.Proof, c.To.N, c.To.Hash, c.From.N, c.From.Hash))
	}
	for _, sizes := range [][2]int64{{0, 300}, {2, 1}, {1, 301}, {-1, 0}, {1, -1}} {
		if _, err := k.ProveConsistency(t.Context(), sizes[0], sizes[1]); asError(err) == nil || asError(err).Code != InvalidRequest {
			t.Errorf("consistency of %v: %v", sizes, err)
		}
	}
	for _, leaf := range []commitlog.Leaf{{Kind: commitlog.Commitment}, {Kind: commitlog.Reveal}} {
		if _, err := k.ProveSeed(t.Context(), leaf); asError(err) == nil || asError(err).Code != NotFound {
			t.Errorf("proof of %s: %v", leaf.Text(), err)
		}
	}
	b.tiles(t, k, 300)
	b.whole(t)
}

// tiles reads the whole log by its tiles alone, and computes the root from them.
func (b *floorBundle) tiles(t *testing.T, k *keeper, size int64) {
	t.Helper()
	f := &commitlog.Frontier{}
	for _, tile := range []tlog.Tile{{H: 8, L: -1, N: 0, W: 256}, {H: 8, L: -1, N: 1, W: int(size - 256)}} {
		bundle, err := k.Tile(t.Context(), tile)
		must(t, err)
		leaves, err := commitlog.ParseEntries(bundle)
		must(t, err)
		tile.L = 0
		hashes, err := k.Tile(t.Context(), tile)
		must(t, err)
		for i, leaf := range leaves {
			hash := leaf.Hash()
			f.Append(hash)
			if string(hashes[i*tlog.HashSize:(i+1)*tlog.HashSize]) != string(hash[:]) {
				t.Fatalf("tile %d: leaf %d and its hash differ", tile.N, i)
			}
		}
	}
	latest, err := k.Latest(t.Context())
	must(t, err)
	if f.Root() != latest.Hash {
		t.Errorf("the entries have root %s, signed is %s", f.Root(), latest.Hash)
	}
	for _, tile := range []tlog.Tile{{H: 8, L: 0, N: 1, W: 256}, {H: 8, L: 1, N: 0, W: 2}, {H: 8, L: 2, N: 0, W: 1}, {H: 8, L: -1, N: 2, W: 1}} {
		if _, err := k.Tile(t.Context(), tile); asError(err) == nil || asError(err).Code != NotFound {
			t.Errorf("tile %v: %v", tile, err)
		}
	}
}

// The key is made once, of however many servers start at once, keeps its name, and is nothing without the master key.
func TestLogKeyStays(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	keys := make([]string, 8)
	for _, err := range race(len(keys), func(i int) error {
		l, err := OpenLog(t.Context(), LogConfig{DB: b.db, Vault: b.vault, Origin: "play.example/log", Now: b.floor.now, Log: b.floor.log})
		if err == nil {
			keys[i] = l.VerifierKey()
		}
		return err
	}) {
		must(t, err)
	}
	again, err := OpenLog(t.Context(), LogConfig{DB: b.db, Vault: b.vault, Origin: "elsewhere.example/log", Now: b.floor.now, Log: b.floor.log})
	must(t, err)
	noted, err := LogVerifierKey(t.Context(), b.admin)
	must(t, err)
	for _, key := range append(keys, again.VerifierKey(), noted) {
		if key != keys[0] || !strings.HasPrefix(key, "play.example/log+") {
			t.Errorf("key %s", key)
		}
	}
	if _, err := OpenLog(t.Context(), LogConfig{DB: b.db, Vault: testVault(t, "23"), Now: b.floor.now, Log: b.floor.log}); err == nil {
		t.Error("the log was opened with another master key")
	}
	other := setupFloor(t)
	if _, err := OpenLog(t.Context(), LogConfig{DB: other.db, Vault: other.vault, Origin: "two words", Now: b.floor.now, Log: b.floor.log}); err == nil {
		t.Error("a log was named with a space")
	}
	if _, err := LogVerifierKey(t.Context(), other.admin); asError(err) == nil || asError(err).Code != NotFound {
		t.Errorf("the key of no log: %v", err)
	}
}
