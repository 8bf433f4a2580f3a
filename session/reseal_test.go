package session

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/games"
	"croupier/sandbox/pgtest"
)

// vaultOf is a vault of test keys, the first of which seals.
func vaultOf(t testing.TB, twoHexDigits ...string) *fairness.Vault {
	t.Helper()
	var keys []fairness.Key
	for _, digits := range twoHexDigits {
		key, err := fairness.ParseKey(strings.Repeat(digits, 32))
		must(t, err)
		keys = append(keys, key)
	}
	vault, err := fairness.NewVault(keys[0], keys[1:]...)
	must(t, err)
	return vault
}

// sealedCrowd makes players whose seeds, open rounds, keys and secrets are sealed under the bundle's key, "22".
func (b *floorBundle) sealedCrowd(t testing.TB, n int) []somebody {
	t.Helper()
	crowd := make([]somebody, n)
	for i := range crowd {
		crowd[i] = b.player(t, "100000.00") // enough to play for as long as it takes
		c := b.sit(t, crowd[i], "guess")
		c.do(t, "bet", betPayload)
		b.sit(t, crowd[i], "slots").spins(t, 1)
		c.Leave()
	}
	return crowd
}

// The list of what is sealed is whole: a migration that seals more must say so here.
func TestResealingKnowsEverySealedColumn(t *testing.T) {
	t.Parallel()
	rows, err := pgtest.Owner(t, pgtest.New(t)).Query(t.Context(), `
		SELECT c.relname || '.' || attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
		WHERE c.relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND attname LIKE 'sealed%' ORDER BY 1`)
	must(t, err)
	defer rows.Close()
	var have, know []string
	for rows.Next() {
		var name string
		must(t, rows.Scan(&name))
		have = append(have, name)
	}
	for _, c := range sealedColumns {
		know = append(know, c.name)
	}
	slices.Sort(know)
	if !slices.Equal(have, know) {
		t.Errorf("sealed are %q, sealed anew are %q", have, know)
	}
}

// While players play on two servers, everything is sealed anew; a run that is ended in the middle is gone on with. Afterwards servers
// that have never had the old key play on, with the rounds that were open.
func TestResealingWhilePlayersPlay(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	crowd := b.sealedCrowd(t, 60)
	both := vaultOf(t, "33", "22")
	b.floor.vault = both // as a server that was started anew
	r := Resealer{DB: pgtest.App(t, b.url), Vault: both}
	before, err := r.Left(t.Context())
	must(t, err)
	if want := 1 + 1 + 1 + 60 + 120; before != want { // a key for tokens, one for receipts, an API key, a round and two seeds of each player
		t.Errorf("%d values are sealed under the old key, want %d", before, want)
	}

	playing, stop := context.WithCancel(t.Context())
	var all sync.WaitGroup
	defer all.Wait()
	defer stop()
	for _, who := range crowd[:4] {
		c, g := b.sit(t, who, "slots"), b.sit(t, who, "guess")
		all.Go(func() {
			for i := 0; playing.Err() == nil; i++ {
				c.spin(t, uuid.NewString())
				if i == 3 { // a step of the open round, which is sealed anew by it
					_, _ = g.Act(t.Context(), request(uuid.NewString(), `{"action":"guess","position":3,"character":"A"}`))
				}
			}
		})
	}
	killed, kill := context.WithCancel(t.Context())
	done := 0
	_, err = r.Reseal(killed, func(rows int) {
		if done += rows; done > 10 {
			kill()
		}
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("a run that was ended: %v", err)
	}
	left, err := r.Left(t.Context())
	must(t, err)
	if left == 0 || left >= before {
		t.Errorf("%d of %d are left in the middle", left, before)
	}
	columns, err := r.Reseal(t.Context(), func(int) {})
	must(t, err)
	for _, c := range columns {
		if c.Left != 0 || len(c.Closed) != 0 {
			t.Errorf("%+v", c)
		}
	}
	stop()
	all.Wait()
	if columns, err = r.Reseal(t.Context(), func(int) { t.Error("something was done again") }); err != nil || columns[0].Resealed != 0 {
		t.Errorf("once more: %+v, %v", columns, err)
	}

	b.vault = vaultOf(t, "33")
	n := b.open(t, SettlerConfig{})
	if _, err := OpenKeyRing(t.Context(), n.db, b.vault, time.Now, DefaultLifetimes().Token); err != nil {
		t.Errorf("signing keys under the new key: %v", err)
	}
	for _, who := range crowd {
		g := n.sit(t, who, "guess")
		if _, err := g.Recover(t.Context()); err != nil {
			t.Fatalf("an open round under the new key: %v", err)
		}
		_, err := g.Act(t.Context(), request(uuid.NewString(), `{"action":"guess","position":0,"character":"Q"}`))
		must(t, err)
		n.sit(t, who, "slots").spin(t, uuid.NewString())
	}
	b.clean(t)
}

// What no key opens is named and left as it is; the rest is done.
func TestResealingNamesWhatDoesNotOpen(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.sealedCrowd(t, 3)[1]
	var damaged []byte
	must(t, b.admin.QueryRow(t.Context(), `UPDATE seed_pairs SET sealed_seed = set_byte(sealed_seed, 40, get_byte(sealed_seed, 40) # 1)
		WHERE player_id = $1 AND seq = 1 RETURNING sealed_seed`, who.ID).Scan(&damaged))
	r := Resealer{DB: b.admin, Vault: vaultOf(t, "33", "22")}
	columns, err := r.Reseal(t.Context(), func(int) {})
	must(t, err)
	seeds := columns[slices.IndexFunc(columns, func(c Resealed) bool { return c.Column == "seed_pairs.sealed_seed" })]
	if seeds.Resealed != 5 || seeds.Left != 1 || len(seeds.Closed) != 1 || !strings.HasPrefix(seeds.Closed[0], who.ID.String()+"/1: ") {
		t.Errorf("%+v", seeds)
	}
	if n := b.count(t, `SELECT count(*) FROM seed_pairs WHERE sealed_seed = $1`, damaged); n != 1 {
		t.Error("the damaged value was changed")
	}
	// Without the old key nothing opens, and nothing is touched.
	columns, err = (&Resealer{DB: b.admin, Vault: vaultOf(t, "44")}).Reseal(t.Context(), func(int) { t.Error("something was sealed") })
	must(t, err)
	if columns[3].Left != 6 || len(columns[3].Closed) != 6 || !strings.Contains(columns[3].Closed[0], fairness.ErrSealKey.Error()) {
		t.Errorf("with another key: %+v", columns[3])
	}
}

// A row that play holds is not waited for: the pass leaves it, and the next one takes it.
func TestResealingDoesNotWaitForPlay(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.sealedCrowd(t, 2)[0]
	tx, err := b.admin.Begin(t.Context())
	must(t, err)
	defer func() { _ = tx.Rollback(t.Context()) }()
	must(t, second(tx.Exec(t.Context(), `SELECT FROM seed_pairs WHERE player_id = $1 AND seq = 0 FOR NO KEY UPDATE`, who.ID)))
	must(t, second(tx.Exec(t.Context(), `SELECT FROM rounds WHERE player_id = $1 AND status = $2 FOR NO KEY UPDATE`, who.ID,
		games.InProgress)))
	r := Resealer{DB: pgtest.App(t, b.url), Vault: vaultOf(t, "33", "22")}
	for i, want := range map[int]int{2: 1, 3: 3} { // rounds, seed_pairs
		if _, written, _, err := r.pass(t.Context(), sealedColumns[i], func(int) {}); err != nil || written != want {
			t.Errorf("%s: %d written, want %d: %v", sealedColumns[i].name, written, want, err)
		}
	}
	must(t, tx.Rollback(t.Context()))
	for _, i := range []int{2, 3} {
		if _, written, _, err := r.pass(t.Context(), sealedColumns[i], func(int) {}); err != nil || written != 1 {
			t.Errorf("%s: %d written afterwards: %v", sealedColumns[i].name, written, err)
		}
	}
}
