package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"croupier/api"
	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// smashed is the record of a round of smash under a seed that is revealed: a bet, a hit, and a cash-out if the hammer held.
func smashed(t *testing.T, forced fairness.Script) games.Record {
	t.Helper()
	game, err := builtInGame("smash")
	must(t, err)
	seed, err := fairness.ParseServerSeed(strings.Repeat("5eed", 16))
	must(t, err)
	recorder, err := gamestest.NewRecorder(game, game.Default, "USD", fairness.Pair{ServerSeed: seed, ClientSeed: "verify me"}, 3, forced)
	must(t, err)
	for _, payload := range []string{`{"action":"bet","amount":1.37}`, `{"action":"hit"}`} {
		_, err := recorder.Act(payload)
		must(t, err)
	}
	if recorder.Open() {
		_, err := recorder.CashOut()
		must(t, err)
	}
	return recorder.Record()
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// file writes a text where the test's files are.
func file(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "round.json")
	must(t, os.WriteFile(name, []byte(text), 0o600))
	return name
}

func textOf(t *testing.T, rec games.Record) string {
	t.Helper()
	text, err := json.Marshal(rec)
	must(t, err)
	return string(text)
}

func TestVerifyARecord(t *testing.T) {
	t.Parallel()
	rec := smashed(t, nil)
	text := textOf(t, rec)
	for name, form := range map[string]string{"a record": text, "an answer of the API": `{"success":true,"data":` + text + `}`,
		"a line of an export": `{"line":"round","playerId":"x",` + text[1:] + "\n"} {
		out := program{}.ok(t, "verify", file(t, form))
		for _, part := range []string{rec.RoundID, `"verify me:3:init"`, "BYTES FROM", "commitment", "checks passed", "Balances are not checked"} {
			if !strings.Contains(out, part) {
				t.Errorf("%s: the output has no %q:\n%s", name, part, out)
			}
		}
		if strings.Contains(out, "FORCED") || strings.Contains(out, "WRONG") {
			t.Errorf("%s: %s", name, out)
		}
	}
}

// Every draw is shown with the bytes that it was made of: those are in the stream where the table says.
func TestVerifyShowsWhereDrawsAre(t *testing.T) {
	t.Parallel()
	rec := smashed(t, nil)
	var shown struct {
		OK    bool
		Draws []drawn
	}
	must(t, json.Unmarshal([]byte(program{}.ok(t, "verify", "--json", file(t, textOf(t, rec)))), &shown))
	seed, err := fairness.ParseServerSeed(rec.ServerSeed)
	must(t, err)
	if !shown.OK || len(shown.Draws) < 2 {
		t.Fatalf("%+v", shown)
	}
	for _, d := range shown.Draws {
		stream := fairness.Pair{ServerSeed: seed, ClientSeed: rec.ClientSeed}.Round(rec.Nonce).Stream(d.Label)
		bytes := ""
		for len(bytes) < 2*d.Offset+len(d.Bytes) {
			bytes += fmt.Sprintf("%08x", stream.Uint32())
		}
		if got := bytes[2*d.Offset:]; got != d.Bytes || d.Forced {
			t.Errorf("%+v: the stream has %s there", d, got)
		}
	}
}

func TestVerifyFindsDifferences(t *testing.T) {
	t.Parallel()
	rec := smashed(t, nil)
	rec.Payout = "1000.00"
	out, said, status := program{}.run(t, "verify", file(t, textOf(t, rec)))
	if status != 1 || !strings.Contains(out, "WRONG") || !strings.Contains(out, "1000.00") || !strings.Contains(said, "not what its seeds give") {
		t.Errorf("exit status %d\n%s%s", status, out, said)
	}
	rec = smashed(t, nil)
	rec.ServerSeed = ""
	if out, said, status = (program{}).run(t, "verify", file(t, textOf(t, rec))); status != 2 || !strings.Contains(said, "not revealed yet") || out != "" {
		t.Errorf("a seed that is kept: exit status %d: %s%s", status, out, said)
	}
	for _, form := range []string{"", "no JSON", "{}", `{"data":{}}`, textOf(t, smashed(t, nil)) + "{}", `{"line":"header","roundId":"x"}`} {
		if _, said, status := (program{}).run(t, "verify", file(t, form)); status != 1 || said == "" {
			t.Errorf("%.40q: exit status %d, %s", form, status, said)
		}
	}
}

func TestVerifySaysWhatIsForced(t *testing.T) {
	t.Parallel()
	rec := smashed(t, fairness.Script{"init": {7}})
	out := program{}.ok(t, "verify", file(t, textOf(t, rec)))
	if !strings.Contains(out, "FORCED") || !strings.Contains(out, "script") || !strings.Contains(out, "00000007") {
		t.Errorf("%s", out)
	}
}

// A round that is given by its seeds and actions comes out as it was recorded, and nothing is said to have been compared.
func TestVerifyComputesFromFlags(t *testing.T) {
	t.Parallel()
	rec := smashed(t, nil)
	args := []string{"verify", "--game", "smash", "--server-seed", rec.ServerSeed, "--client-seed", rec.ClientSeed, "--nonce", "3"}
	for _, a := range rec.Actions {
		text := string(a.Payload)
		if a.Type == games.TypeCashOut {
			text = "cashout"
		}
		args = append(args, "--action", text)
	}
	out := program{}.ok(t, args...)
	for _, a := range rec.Actions {
		if !strings.Contains(out, string(a.Outcome)) {
			t.Errorf("the output has no %s:\n%s", a.Outcome, out)
		}
	}
	if !strings.Contains(out, "Nothing was compared") || strings.Contains(out, "checks passed") {
		t.Errorf("%s", out)
	}
	and := func(more ...string) []string { return slices.Concat(args, more) }
	for _, wrong := range [][]string{args[:len(args)-2*len(rec.Actions)], and("--action", "cashout", "--action", "cashout"), and("--currency", "XXQ"),
		and("--variant", "RTP_1"), and("round.json"), {"verify"}, {"verify", "--server", "http://127.0.0.1:1", "x"}} {
		if _, said, status := (program{}).run(t, wrong...); status != 1 || said == "" {
			t.Errorf("%v: exit status %d, %s", wrong, status, said)
		}
	}
}

// diner is a player of a server that was started for the test.
type diner struct {
	server   *api.Server
	database string
	token    string
	key      session.APIKey
	visit    *session.Visit
}

func dine(t *testing.T) *diner {
	t.Helper()
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	must(t, err)
	key, err := fairness.ParseKey(strings.Repeat("5a", 32))
	must(t, err)
	d := &diner{database: pgtest.New(t)}
	d.server, err = api.Start(t.Context(), api.Config{Listen: "127.0.0.1:0", DatabaseURL: d.database, Mode: "sandbox", MasterKeys: []fairness.Key{key},
		Catalogue: catalogue, Log: slog.New(slog.DiscardHandler)})
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), 30*time.Second)
		defer cancel()
		_ = d.server.Close(ctx) // what it finds too late is nothing of this test's
	})
	operator, made, err := d.server.Operators.Create(t.Context(), "Dinner", session.Sandbox, nil)
	must(t, err)
	d.key = made
	launch, _, err := d.server.Access.CreateLaunch(t.Context(), operator, session.PlayerSpec{ExternalID: "diner", Currency: "USD"}, "")
	must(t, err)
	grant, err := d.server.Access.Exchange(t.Context(), launch)
	must(t, err)
	d.token = grant.SessionToken
	claims, err := d.server.Tokens.Verify(t.Context(), d.token)
	must(t, err)
	amount, err := money.Parse(grant.Player.Currency, "100")
	must(t, err)
	_, err = d.server.Ledger.Deposit(t.Context(), wallet.Order{Operator: operator.ID, Player: grant.Player.ID, Amount: amount, TransactionID: "made"})
	must(t, err)
	d.visit, err = d.server.Floor.Sit(t.Context(), session.Guest{Player: grant.Player.ID, Session: claims.SessionID, Game: "dice", Notify: func(session.Event) {}})
	must(t, err)
	t.Cleanup(d.visit.Leave)
	return d
}

// roll plays a round and returns its id.
func (d *diner) roll(t *testing.T, request string) (id string) {
	t.Helper()
	answer, err := d.visit.Act(t.Context(), session.Request{ID: request, Payload: []byte(`{"action":"roll","amount":1.00,"chance":50}`), Action: "roll"})
	must(t, err)
	var told struct{ RoundID string }
	must(t, json.Unmarshal(answer, &told))
	return told.RoundID
}

func (d *diner) rotate(t *testing.T, request string) {
	t.Helper()
	_, err := d.visit.Rotate(t.Context(), session.Request{ID: request, Payload: []byte(`{"clientSeed":"dessert"}`)}, "dessert")
	must(t, err)
}

func TestVerifyAsksAServer(t *testing.T) {
	t.Parallel()
	d := dine(t)
	id, server := d.roll(t, "r-1"), "http://"+d.server.Addr().String()
	if _, said, status := (program{}).run(t, "verify", "--server", server, "--token", d.token, id); status != 2 || !strings.Contains(said, "not revealed yet") {
		t.Errorf("before the reveal: exit status %d, %s", status, said)
	}
	d.rotate(t, "s-1")
	for _, who := range [][]string{{"--token", d.token}, {"--api-key", d.key.Key, "--api-secret", d.key.Secret}} {
		out := program{}.ok(t, append([]string{"verify", "--server", server, id}, who...)...)
		if !strings.Contains(out, id) || !strings.Contains(out, "checks passed") {
			t.Errorf("%s", out)
		}
	}
	if _, said, status := (program{}).run(t, "verify", "--server", server, "--token", d.token, "nobody"); status != 1 || !strings.Contains(said, "Round not found") {
		t.Errorf("a round that is not there: exit status %d, %s", status, said)
	}
}
