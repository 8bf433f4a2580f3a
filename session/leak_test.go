package session

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/games"
	"croupier/migrations"
	"croupier/sandbox/pgtest"
)

// secret is something that must not be found in a stolen database, in all forms that somebody would think of.
type secret struct {
	what  string
	forms [][]byte
}

// secretText is a secret that is a text, as a state.
func secretText(what, text string) secret {
	s := secret{what: what}
	for _, form := range []string{text, strings.ToUpper(text), hex.EncodeToString([]byte(text)),
		base64.StdEncoding.EncodeToString([]byte(text)), base64.RawURLEncoding.EncodeToString([]byte(text))} {
		s.forms = append(s.forms, []byte(form))
	}
	return s
}

// secretSeed is a server seed: its text, and the 32 bytes that it writes.
func secretSeed(t testing.TB, what, text string) secret {
	t.Helper()
	raw, err := hex.DecodeString(text)
	must(t, err)
	s := secretText(what, text)
	s.forms = append(s.forms, raw, []byte(base64.RawStdEncoding.EncodeToString(raw)), []byte(base64.RawURLEncoding.EncodeToString(raw)))
	return s
}

// foundIn says whether a form of the secret is in some bytes.
func (s secret) foundIn(text []byte) bool {
	for _, form := range s.forms {
		if bytes.Contains(text, form) {
			return true
		}
	}
	return false
}

// hidden are the parts of an engine's state that could be searched for: the whole, and every text in it that is not a mere word.
func hidden(t testing.TB, what string, state []byte) []secret {
	t.Helper()
	list := []secret{secretText(what+", the state", string(state))}
	var walk func(any)
	walk = func(v any) {
		switch v := v.(type) {
		case string:
			if len(v) >= 12 {
				list = append(list, secretText(what+", a part of the state", v))
			}
		case []any:
			for _, one := range v {
				walk(one)
			}
		case map[string]any:
			for _, one := range v {
				walk(one)
			}
		}
	}
	var parsed any
	must(t, json.Unmarshal(state, &parsed))
	walk(parsed)
	return list
}

// live returns what the database keeps secret now, opened with the master key: seeds, states, API secrets and signing keys.
func (b *floorBundle) live(t testing.TB) (list []secret) {
	t.Helper()
	open := func(sql string, found func(key string, part int32, sealed []byte)) {
		rows, err := b.admin.Query(t.Context(), sql)
		must(t, err)
		defer rows.Close()
		for rows.Next() {
			var key string
			var part int32
			var sealed []byte
			must(t, rows.Scan(&key, &part, &sealed))
			found(key, part, sealed)
		}
		must(t, rows.Err())
	}
	plain := func(sealed, aad []byte) []byte {
		text, err := b.vault.Open(sealed, aad)
		must(t, err)
		return text
	}
	open(`SELECT player_id::text, seq, sealed_seed FROM seed_pairs WHERE revealed_at IS NULL`, func(key string, seq int32, sealed []byte) {
		seed := plain(sealed, SeedAAD(uuid.MustParse(key), int(seq)))
		list = append(list, secretSeed(t, fmt.Sprintf("server seed %s/%d", key, seq), string(seed)))
	})
	open(`SELECT id::text, 0, sealed_state FROM rounds WHERE status = 'in_progress'`, func(key string, _ int32, sealed []byte) {
		list = append(list, hidden(t, "round "+key, plain(sealed, stateAAD(uuid.MustParse(key))))...)
	})
	open(`SELECT id::text, 0, sealed_secret FROM api_keys`, func(key string, _ int32, sealed []byte) {
		list = append(list, secretText("API secret "+key, string(plain(sealed, secretAAD(uuid.MustParse(key))))))
	})
	open(`SELECT kid, 0, sealed_key FROM signing_keys`, func(key string, _ int32, sealed []byte) {
		list = append(list, secretSeed(t, "signing key "+key, hex.EncodeToString(plain(sealed, []byte(key)))))
	})
	return list
}

// dump returns everything that the tables hold, by column: as text, and what is binary as it is.
func (b *floorBundle) dump(t testing.TB) map[string][]byte {
	t.Helper()
	rows, err := b.admin.Query(t.Context(), `
		SELECT format('%I.%I', n.nspname, c.relname), quote_ident(a.attname), a.atttypid = 'bytea'::regtype
		FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid JOIN pg_namespace n ON n.oid = relnamespace
		WHERE relkind IN ('r', 'm', 'S') AND attnum > 0 AND NOT attisdropped AND nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`)
	must(t, err)
	type column struct {
		table, name string
		binary      bool
	}
	var columns []column
	for rows.Next() {
		var c column
		must(t, rows.Scan(&c.table, &c.name, &c.binary))
		columns = append(columns, c)
	}
	must(t, rows.Err())
	all := map[string][]byte{}
	for _, c := range columns {
		var text *string
		must(t, b.admin.QueryRow(t.Context(), fmt.Sprintf(`SELECT string_agg(%s::text, E'\n') FROM %s`, c.name, c.table)).Scan(&text))
		if text != nil {
			all[c.table+"."+c.name] = []byte(*text)
		}
		if c.binary {
			var raw []byte
			must(t, b.admin.QueryRow(t.Context(), fmt.Sprintf(`SELECT string_agg(%s, '\x00'::bytea) FROM %s`, c.name, c.table)).Scan(&raw))
			all[c.table+"."+c.name+", binary"] = raw
		}
	}
	return all
}

// beginRounds leaves a round of every game with hidden things open for a player, and returns how many.
func (b *floorBundle) beginRounds(t testing.TB, who somebody) (open int) {
	t.Helper()
	for _, game := range []string{"blackjack", "guess", "launch", "smash", "move", "ladder"} {
		c := b.sit(t, who, game)
		for range 20 { // a natural blackjack is over at once
			if c.do(t, uuid.NewString(), betPayload).Status == games.InProgress {
				open++
				break
			}
		}
	}
	return open
}

// Whoever has the whole database, its files and its log, and not the master key, has no live seed, no hidden card and nobody's key.
func TestLeakedDatabaseRevealsNothingThatIsLive(t *testing.T) {
	t.Parallel()
	cluster := pgtest.Cluster(t)
	must(t, cluster.CreateDatabase(t.Context(), "croupier"))
	must(t, migrations.Up(t.Context(), cluster.URL("croupier")))
	b := setupFloorAt(t, cluster.URL("croupier"))
	var revealed secret
	for range 3 {
		who := b.player(t, "1000.00")
		c := b.sit(t, who, "slots")
		c.spins(t, 3)
		r, _ := c.rotated(t, uuid.NewString(), "my own seed")
		revealed = secretSeed(t, "the revealed seed", r.Revealed.ServerSeed)
		c.spins(t, 3)
		if open := b.beginRounds(t, who); open != 6 {
			t.Fatalf("%d rounds are open", open)
		}
	}
	secrets := b.live(t)
	if len(secrets) < 3*(2+6+2)+2 { // seeds, states, a shoe and a key; an API secret and a signing key
		t.Fatalf("only %d secrets to look for", len(secrets))
	}
	columns := b.dump(t)
	for column, text := range columns {
		for _, s := range secrets {
			if s.foundIn(text) {
				t.Errorf("%s is in %s", s.what, column)
			}
		}
	}
	if !revealed.foundIn(columns["public.seed_pairs.server_seed"]) || len(columns) < 80 {
		t.Errorf("%d columns were searched, and a seed that is there was not found, or too few columns", len(columns))
	}

	b.settler.Stop()
	b.db.Close()
	b.admin.Close()
	must(t, cluster.Stop())
	searched, there := 0, false
	must(t, filepath.WalkDir(cluster.Dir(), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		searched++
		there = there || revealed.foundIn(text)
		for _, s := range secrets {
			if s.foundIn(text) {
				t.Errorf("%s is in the file %s", s.what, path)
			}
		}
		return nil
	}))
	if searched < 100 || !there {
		t.Errorf("%d files were searched, and a seed that is there was found: %v", searched, there)
	}
}

// A master key that is not the right one opens nothing, and plays nothing.
func TestWrongMasterKeyOpensNothing(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	who := b.player(t, "10.00")
	b.sit(t, who, "guess").do(t, "bet", betPayload)
	before := b.seat(t, who.ID)
	thief := b.open(t, SettlerConfig{})
	thief.floor.vault = testVault(t, "23")
	_, err := thief.floor.SeedsOf(t.Context(), who.ID)
	if !errors.Is(err, fairness.ErrSealKey) || !errors.Is(err, errDamaged) {
		t.Errorf("seeds under another key: %v", err)
	}
	_, err = thief.sit(t, who, "slots").Act(t.Context(), request("spin", spinPayload))
	wantCode(t, err, Internal)
	if _, err := thief.floor.RotateSeeds(t.Context(), b.player(t, "1.00").ID, ""); !errors.Is(err, fairness.ErrSealKey) {
		t.Errorf("a rotation under another key: %v", err)
	}
	var sealed []byte
	must(t, b.admin.QueryRow(t.Context(), `SELECT sealed_state FROM rounds WHERE player_id = $1`, who.ID).Scan(&sealed))
	// Nor when the value pretends to be sealed under that key.
	copy(sealed, testVault(t, "23").SealPrefix())
	var round uuid.UUID
	must(t, b.admin.QueryRow(t.Context(), `SELECT id FROM rounds WHERE player_id = $1`, who.ID).Scan(&round))
	if _, err := testVault(t, "23").Open(sealed, stateAAD(round)); !errors.Is(err, fairness.ErrSealForged) {
		t.Errorf("a state under another key: %v", err)
	}
	if after := b.seat(t, who.ID); after != before {
		t.Errorf("the seat was %+v and is %+v", before, after)
	}
}
