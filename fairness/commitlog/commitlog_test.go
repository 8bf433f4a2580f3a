package commitlog_test

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"croupier/fairness/commitlog"
)

func leafAt(i int) commitlog.Leaf {
	return commitlog.Leaf{Kind: commitlog.Kind(1 + i%3), Value: sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(i)))}
}

// tree is a tree of so many leaves as tlog itself stores it.
type tree struct{ stored []tlog.Hash }

func (s *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		found[i] = s.stored[index]
	}
	return found, nil
}

func (s *tree) add(t testing.TB, n int) {
	t.Helper()
	hashes, err := tlog.StoredHashes(int64(n), leafAt(n).Text(), s)
	must(t, err)
	s.stored = append(s.stored, hashes...)
}

func (s *tree) root(t testing.TB, size int) tlog.Hash {
	t.Helper()
	root, err := tlog.TreeHash(int64(size), s)
	must(t, err)
	return root
}

// The frontier has the root that tlog has, at every size, and every node that it gives is in tlog's tree.
func TestFrontierIsTheTreeOfRFC6962(t *testing.T) {
	t.Parallel()
	stored, f := &tree{}, &commitlog.Frontier{}
	if f.Root() != sha256.Sum256(nil) {
		t.Errorf("the empty tree has root %s", f.Root())
	}
	nodes := map[[2]int64]tlog.Hash{}
	const most = 1<<16 + 700
	for size := 1; size <= most; size++ {
		stored.add(t, size-1)
		for _, n := range f.Append(leafAt(size - 1).Hash()) {
			index := tlog.StoredHashIndex(commitlog.TileHeight*n.Level, n.N)
			if stored.stored[index] != n.Hash {
				t.Fatalf("size %d: node %d/%d is not that of the tree", size, n.Level, n.N)
			}
			nodes[[2]int64{int64(n.Level), n.N}] = n.Hash
		}
		if size < 1500 || size > 1<<16-3 || size%997 == 0 {
			if f.Size() != int64(size) || f.Root() != stored.root(t, size) {
				t.Fatalf("size %d: root %s", size, f.Root())
			}
		}
	}
	if want := most/256 + 1; len(nodes) != want {
		t.Errorf("%d nodes, want %d", len(nodes), want)
	}
	again, err := commitlog.NewFrontier(most, func(level int, begin, end int64) (edge []tlog.Hash, err error) {
		for n := begin; n < end; n++ {
			if level == 0 {
				edge = append(edge, leafAt(int(n)).Hash())
			} else {
				edge = append(edge, nodes[[2]int64{int64(level), n}])
			}
		}
		return edge, nil
	})
	must(t, err)
	other := again.Clone()
	again.Append(leafAt(most).Hash())
	stored.add(t, most)
	if other.Root() != stored.root(t, most) || again.Root() != stored.root(t, most+1) {
		t.Error("a frontier that was taken up again has another root")
	}
	if _, err := commitlog.NewFrontier(5, func(int, int64, int64) ([]tlog.Hash, error) { return make([]tlog.Hash, 4), nil }); err == nil {
		t.Error("a frontier with a leaf missing was taken up")
	}
}

// A leaf's bytes never change: these were computed by hand, with sha256sum.
func TestLeafBytes(t *testing.T) {
	t.Parallel()
	value, err := commitlog.ParseValue("58badd9b455145b487ad24c7f259cc437cc4ffd0784716845249321fb5961cfc")
	must(t, err)
	for kind, want := range map[commitlog.Kind]string{
		commitlog.Commitment: "croupier-log-v1 commitment 58badd9b455145b487ad24c7f259cc437cc4ffd0784716845249321fb5961cfc",
		commitlog.Reveal:     "croupier-log-v1 reveal 58badd9b455145b487ad24c7f259cc437cc4ffd0784716845249321fb5961cfc",
		commitlog.Round:      "croupier-log-v1 round 58badd9b455145b487ad24c7f259cc437cc4ffd0784716845249321fb5961cfc",
	} {
		leaf := commitlog.Leaf{Kind: kind, Value: value}
		if string(leaf.Text()) != want || leaf.Hash() != sha256.Sum256([]byte("\x00"+want)) {
			t.Errorf("leaf %q", leaf.Text())
		}
		if again, err := commitlog.ParseLeaf(want); err != nil || again != leaf {
			t.Errorf("%q is read as %v, %v", want, again, err)
		}
	}
	digits := hex.EncodeToString(value[:])
	for _, bad := range []string{"", "croupier-log-v1 round", "croupier-log-v2 round " + digits, "croupier-log-v1 bet " + digits, "croupier-log-v1  " + digits,
		"croupier-log-v1 round " + strings.ToUpper(digits), "croupier-log-v1 round " + digits + "\n", "croupier-log-v1 round " + digits[2:], "croupier-log-v1 round " + digits + " x"} {
		if leaf, err := commitlog.ParseLeaf(bad); err == nil {
			t.Errorf("%q is read as %v", bad, leaf)
		}
	}
}

func TestCheckpointsAreSigned(t *testing.T) {
	t.Parallel()
	signer, err := commitlog.NewSigner("play.example/log", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{7}, ed25519.SeedSize)))
	must(t, err)
	other, err := commitlog.NewSigner("play.example/log", ed25519.NewKeyFromSeed(bytes.Repeat([]byte{8}, ed25519.SeedSize)))
	must(t, err)
	c := commitlog.Checkpoint{Origin: "play.example/log", Tree: tlog.Tree{N: 20852163, Hash: sha256.Sum256([]byte("x"))}}
	signed, err := c.Sign(signer)
	must(t, err)
	// As any other program reads it: by the key's text alone.
	verifier, err := note.NewVerifier(signer.VerifierKey())
	must(t, err)
	if got, err := commitlog.OpenCheckpoint(signed, verifier); err != nil || got != c {
		t.Errorf("%v, %v", got, err)
	}
	if _, err := commitlog.OpenCheckpoint(signed, other.Verifier()); err == nil {
		t.Error("another key's checkpoint was opened")
	}
	if _, err := commitlog.OpenCheckpoint(bytes.Replace(signed, []byte("20852163"), []byte("20852164"), 1), verifier); err == nil {
		t.Error("an altered checkpoint was opened")
	}
	stranger := c
	stranger.Origin = "other.example/log"
	signed, err = stranger.Sign(signer)
	must(t, err)
	if _, err := commitlog.OpenCheckpoint(signed, verifier); err == nil {
		t.Error("the checkpoint of another log was opened")
	}
	if text := fmt.Sprintf("%v %+v %s", signer, signer, signer); strings.Contains(text, hex.EncodeToString(bytes.Repeat([]byte{7}, 8))) || strings.Contains(text, "[7 7") {
		t.Errorf("the signer prints %s", text)
	}
	if _, err := commitlog.NewSigner("two words", ed25519.NewKeyFromSeed(make([]byte, 32))); err == nil {
		t.Error("a log has a name with a space")
	}
	for _, bad := range []string{"", "a\n1\n", "\n1\n" + c.Hash.String() + "\n", "a\n01\n" + c.Hash.String() + "\n", "a\n-1\n" + c.Hash.String() + "\n", "a\n1\nx\n", "a\n1\n" + c.Hash.String()} {
		if got, err := commitlog.ParseCheckpoint(bad); err == nil {
			t.Errorf("%q is read as %v", bad, got)
		}
	}
	if got, err := commitlog.ParseCheckpoint(c.String() + "more\n"); err != nil || got != c {
		t.Errorf("with an extension: %v, %v", got, err)
	}
}

// The paths are those of c2sp.org/tlog-tiles, with its own example.
func TestTilePaths(t *testing.T) {
	t.Parallel()
	for path, tile := range map[string]tlog.Tile{
		"tile/0/000":                  {H: 8, L: 0, N: 0, W: 256},
		"tile/1/x001/x234/067":        {H: 8, L: 1, N: 1234067, W: 256},
		"tile/0/x001/x234/067.p/8":    {H: 8, L: 0, N: 1234067, W: 8},
		"tile/entries/x001/067.p/255": {H: 8, L: -1, N: 1067, W: 255},
		"tile/entries/067":            {H: 8, L: -1, N: 67, W: 256},
	} {
		if got, err := commitlog.ParseTilePath(path); err != nil || got != tile {
			t.Errorf("%s is read as %v, %v", path, got, err)
		}
		if got := commitlog.TilePath(tile); got != path {
			t.Errorf("%v is written %s, want %s", tile, got, path)
		}
	}
	for _, bad := range []string{"", "tile", "tile/", "tile/0", "tile/0/0", "tile/00/000", "tile/data/000", "tile/8/0/000", "tile/64/000", "tile/0/000.p/0", "tile/0/000.p/256",
		"tile/0/000.p/01", "tile/-1/000", "tile/0/1000", "tile/0/x000/001", "tile/0/../000", "tile/entries/entries/000", "0/000", "tile/0/x999/x999/x999/x999/x999/x999/x999/999"} {
		if got, err := commitlog.ParseTilePath(bad); err == nil && commitlog.Within(got, 1<<62) {
			t.Errorf("%s is read as %v", bad, got)
		}
	}
}

// The specification's own example: a tree of 70,000 leaves.
func TestTilesOfATree(t *testing.T) {
	t.Parallel()
	const size = 70_000
	for path, want := range map[string]bool{
		"tile/0/272": true, "tile/0/273": false, "tile/0/273.p/112": true, "tile/0/273.p/1": true, "tile/0/273.p/113": false, "tile/0/274.p/1": false,
		"tile/1/000": true, "tile/1/001": false, "tile/1/001.p/17": true, "tile/1/001.p/18": false, "tile/2/000.p/1": true, "tile/2/000.p/2": false,
		"tile/3/000.p/1": false, "tile/63/000.p/1": false, "tile/entries/272": true, "tile/entries/273.p/112": true, "tile/entries/273": false,
	} {
		tile, err := commitlog.ParseTilePath(path)
		must(t, err)
		if got := commitlog.Within(tile, size); got != want {
			t.Errorf("%s is in a tree of %d leaves: %v, want %v", path, size, got, want)
		}
	}
}

func TestEntries(t *testing.T) {
	t.Parallel()
	var bundle []byte
	for i := range 256 {
		bundle = commitlog.AppendEntry(bundle, leafAt(i))
	}
	list, err := commitlog.ParseEntries(bundle)
	must(t, err)
	for i, leaf := range list {
		if leaf != leafAt(i) {
			t.Fatalf("entry %d is %v", i, leaf)
		}
	}
	for _, cut := range []int{1, len(bundle) - 1} {
		if _, err := commitlog.ParseEntries(bundle[:cut]); err == nil {
			t.Errorf("a bundle of %d bytes is whole", cut)
		}
	}
	if len(list) != 256 {
		t.Errorf("%d entries", len(list))
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
