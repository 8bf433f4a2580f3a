package session

import (
	"strings"
	"testing"

	"croupier/fairness"
)

func TestEnsureMakesAPlayerReadyToPlay(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	spec := PlayerSpec{ExternalID: "p 1", Currency: "JPY", Jurisdiction: "MT", Locale: "en-GB", Username: "Zoë"}
	player, err := b.players.Ensure(t.Context(), b.operator, spec)
	must(t, err)
	for _, find := range []func() (Player, error){
		func() (Player, error) { return b.players.ByID(t.Context(), b.operator.ID, player.ID) },
		func() (Player, error) { return b.players.ByExternalID(t.Context(), b.operator.ID, "p 1") },
		func() (Player, error) { return b.players.Ensure(t.Context(), b.operator, spec) },
	} {
		found, err := find()
		must(t, err)
		if found != player {
			t.Errorf("found %+v, want %+v", found, player)
		}
	}
	if player.Currency.Code() != "JPY" || player.Username != "Zoë" || player.Jurisdiction != "MT" || player.Locale != "en-GB" || player.Status != PlayerActive {
		t.Errorf("player %+v", player)
	}
	if n := b.count(t, `SELECT count(*) FROM seats WHERE player_id = $1 AND version = 0 AND balance = 0 AND seed_seq = 0 AND next_nonce = 0`, player.ID); n != 1 {
		t.Error("no fresh seat")
	}
	for seq := range 2 {
		var hash string
		var sealed []byte
		var client, by *string
		var active bool
		must(t, b.db.QueryRow(t.Context(), `
			SELECT server_seed_hash, sealed_seed, client_seed, client_seed_by, activated_at IS NOT NULL
			FROM seed_pairs WHERE player_id = $1 AND seq = $2`, player.ID, seq).Scan(&hash, &sealed, &client, &by, &active))
		plain, err := b.vault.Open(sealed, SeedAAD(player.ID, seq))
		must(t, err)
		seed, err := fairness.ParseServerSeed(string(plain))
		must(t, err)
		if seed.Hash() != hash || active != (seq == 0) || (client != nil) != active {
			t.Errorf("seed pair %d: hash %s, active %t, client seed %v", seq, hash, active, client)
		}
		if active {
			must(t, fairness.ValidateClientSeed(*client))
			if *by != "server" {
				t.Errorf("the client seed is said to be by %s", *by)
			}
		}
		if _, err := b.vault.Open(sealed, SeedAAD(player.ID, seq+1)); err == nil {
			t.Error("a server seed opens as another pair's")
		}
	}
}

func TestEnsureOfOneTwiceAtOnceMakesOnePlayer(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	players := make([]Player, 12)
	for _, err := range race(len(players), func(i int) (err error) {
		players[i], err = b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"})
		return err
	}) {
		must(t, err)
	}
	for _, p := range players {
		if p != players[0] {
			t.Fatalf("two players, %+v and %+v", p, players[0])
		}
	}
	if n := b.count(t, `SELECT (SELECT count(*) FROM players) * 100 + (SELECT count(*) FROM seats) * 10 + (SELECT count(*) FROM seed_pairs)`); n != 112 {
		t.Errorf("players, seats, seed pairs: %d, want 112", n)
	}
}

func TestEnsureUpdatesWhatIsGiven(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	version := func() int { return b.count(t, `SELECT version FROM seats`) }
	first, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD", Username: "Ann", Locale: "en"})
	must(t, err)
	same, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD"})
	must(t, err)
	if same != first || version() != 0 {
		t.Fatalf("%+v at version %d, want %+v unchanged", same, version(), first)
	}
	changed, err := b.players.Ensure(t.Context(), b.operator, PlayerSpec{ExternalID: "p", Currency: "USD", Username: "Bea", Jurisdiction: "MT"})
	must(t, err)
	if changed.Username != "Bea" || changed.Locale != "en" || changed.Jurisdiction != "MT" || version() != 1 {
		t.Fatalf("%+v at version %d", changed, version())
	}
	found, err := b.players.ByID(t.Context(), b.operator.ID, first.ID)
	must(t, err)
	if found != changed {
		t.Fatalf("stored %+v, told %+v", found, changed)
	}
}

func TestPlayersThatAreRefused(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	b.arrive(t, "usd")
	for _, test := range []struct {
		name  string
		spec  PlayerSpec
		code  Code
		field string
	}{
		{"no id", PlayerSpec{Currency: "USD"}, InvalidRequest, "playerId"},
		{"id too long", PlayerSpec{ExternalID: strings.Repeat("é", 129), Currency: "USD"}, InvalidRequest, "playerId"},
		{"NUL in the id", PlayerSpec{ExternalID: "a\x00", Currency: "USD"}, InvalidRequest, "playerId"},
		{"id is not UTF-8", PlayerSpec{ExternalID: "a\xff", Currency: "USD"}, InvalidRequest, "playerId"},
		{"id turns the text around", PlayerSpec{ExternalID: "a\u202eb", Currency: "USD"}, InvalidRequest, "playerId"},
		{"username too long", PlayerSpec{ExternalID: "p", Currency: "USD", Username: strings.Repeat("u", 129)}, InvalidRequest, "username"},
		{"line break in the username", PlayerSpec{ExternalID: "p", Currency: "USD", Username: "a\nb"}, InvalidRequest, "username"},
		{"locale too long", PlayerSpec{ExternalID: "p", Currency: "USD", Locale: strings.Repeat("l", 65)}, InvalidRequest, "locale"},
		{"control character in the jurisdiction", PlayerSpec{ExternalID: "p", Currency: "USD", Jurisdiction: "M\x1bT"}, InvalidRequest, "jurisdiction"},
		{"no currency", PlayerSpec{ExternalID: "p"}, InvalidCurrency, "currency"},
		{"unknown currency", PlayerSpec{ExternalID: "p", Currency: "XXX"}, InvalidCurrency, "currency"},
		{"currency in lower case", PlayerSpec{ExternalID: "p", Currency: "usd"}, InvalidCurrency, "currency"},
		{"another currency", PlayerSpec{ExternalID: "usd", Currency: "EUR"}, InvalidCurrency, "currency"},
	} {
		_, err := b.players.Ensure(t.Context(), b.operator, test.spec)
		e := wantCode(t, err, test.code)
		if e.Details["field"] != test.field {
			t.Errorf("%s: %v, want one of %s", test.name, e, test.field)
		}
		if test.name == "another currency" && (e.Details["currency"] != "USD" || !strings.Contains(e.Message, "USD")) {
			t.Errorf("%v does not tell the player's currency", e)
		}
	}
	if n := b.count(t, `SELECT count(*) FROM players`); n != 1 {
		t.Errorf("%d players, want only the first", n)
	}
}

func TestPlayersAreTheirOperatorsOnly(t *testing.T) {
	t.Parallel()
	b := setupAccess(t)
	player := b.arrive(t, "p").Player
	other, _, err := b.operators.Create(t.Context(), "Other", Sandbox, nil)
	must(t, err)
	_, err = b.players.ByID(t.Context(), other.ID, player.ID)
	wantCode(t, err, PlayerNotFound)
	for _, id := range []string{"p", "", "\x00", "\xff"} {
		_, err = b.players.ByExternalID(t.Context(), other.ID, id)
		wantCode(t, err, PlayerNotFound)
	}
	theirs, err := b.players.Ensure(t.Context(), other, PlayerSpec{ExternalID: "p", Currency: "EUR"})
	must(t, err)
	if theirs.ID == player.ID {
		t.Error("two operators share a player")
	}
}
