package wallet_test

import (
	"context"
	"encoding/json"
	"flag"
	"log/slog"
	"os"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

func TestMain(m *testing.M) {
	if os.Getenv("RAPID_CHECKS") == "" { // 100, unless the flag says otherwise, are many for a model of a database
		_ = flag.Set("rapid.checks", "40")
	}
	pgtest.Main(m)
}

// bundle is a database with an operator whose players can deposit, withdraw and play.
type bundle struct {
	url      string
	db       *pgxpool.Pool // as the server connects
	admin    *pgxpool.Pool // as the owner of the tables
	ledger   *wallet.Ledger
	players  *session.Players
	floor    *session.Floor
	vault    *fairness.Vault
	operator session.Operator
}

func setup(t testing.TB) *bundle {
	t.Helper()
	url := pgtest.New(t)
	b := &bundle{url: url, db: pgtest.App(t, url), admin: pgtest.Owner(t, url)}
	key, err := fairness.ParseKey("3333333333333333333333333333333333333333333333333333333333333333")
	must(t, err)
	vault, err := fairness.NewVault(key)
	must(t, err)
	b.ledger = &wallet.Ledger{DB: b.db, Now: time.Now}
	b.players = session.NewPlayers(b.db, vault, time.Now)
	b.vault = vault
	b.operator = b.newOperator(t)
	catalogue, err := games.NewCatalogue(append(builtin.Games(), gamestest.Game())...)
	must(t, err)
	settler := session.NewSettler(b.db, slog.New(slog.DiscardHandler), session.SettlerConfig{})
	t.Cleanup(settler.Stop)
	b.floor, err = session.NewFloor(t.Context(), b.db, vault, catalogue, settler, time.Now, slog.New(slog.DiscardHandler))
	must(t, err)
	return b
}

func (b *bundle) newOperator(t testing.TB) session.Operator {
	t.Helper()
	operator, _, err := session.NewOperators(b.db, b.vault, time.Now).Create(t.Context(), "Test Casino", session.Sandbox, nil)
	must(t, err)
	return operator
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.LookupCurrency(code)
	must(t, err)
	return c
}

func amount(t testing.TB, code, number string) money.Amount {
	t.Helper()
	a, err := money.Parse(currency(t, code), number)
	must(t, err)
	return a
}

func (b *bundle) player(t testing.TB, code string) uuid.UUID {
	t.Helper()
	p, err := b.players.Ensure(t.Context(), b.operator, session.PlayerSpec{ExternalID: uuid.NewString(), Currency: code})
	must(t, err)
	return p.ID
}

func (b *bundle) order(player uuid.UUID, a money.Amount, id string) wallet.Order {
	return wallet.Order{Operator: b.operator.ID, Player: player, Amount: a, TransactionID: id}
}

// play has the player spin a few times, go up the ladder and down again, and leaves a round open.
func (b *bundle) play(t testing.TB, player uuid.UUID) {
	t.Helper()
	id := uuid.Must(uuid.NewV7())
	_, err := b.admin.Exec(t.Context(), `INSERT INTO sessions (id, player_id, created_at, expires_at) VALUES ($1, $2, now(), now() + '1 hour')`, id, player)
	must(t, err)
	sit := func(game string) *session.Visit {
		v, err := b.floor.Sit(t.Context(), session.Guest{Player: player, Session: id, Game: game, Notify: func(session.Event) {}})
		must(t, err)
		t.Cleanup(v.Leave)
		return v
	}
	spins, ladder := sit("slots"), sit("ladder")
	act := func(v *session.Visit, name, payload string) (status string) {
		text, err := v.Act(t.Context(), session.Request{ID: uuid.NewString(), Action: name, Payload: json.RawMessage(payload)})
		must(t, err)
		var told struct{ Status string }
		must(t, json.Unmarshal(text, &told))
		return told.Status
	}
	for range 5 {
		act(spins, "spin", `{"action":"spin","betPerLine":0.05,"activePaylines":20}`)
	}
	for range 3 {
		act(ladder, "bet", `{"action":"bet","amount":1.00}`)
		if act(ladder, "climb", `{"action":"climb"}`) == "in_progress" {
			_, err := ladder.CashOut(t.Context(), session.Request{ID: uuid.NewString(), Payload: json.RawMessage(`{}`)})
			must(t, err)
		}
	}
	act(ladder, "bet", `{"action":"bet","amount":2.00}`)
}

// findings proves the ledger and returns what is wrong by rule.
func (b *bundle) findings(t testing.TB) map[string][]wallet.Finding {
	t.Helper()
	proof, err := wallet.Check(context.WithoutCancel(t.Context()), b.db, nil) // as the server's role may
	must(t, err)
	byRule := map[string][]wallet.Finding{}
	for _, f := range proof.Findings {
		byRule[f.Rule] = append(byRule[f.Rule], f)
	}
	return byRule
}

func (b *bundle) clean(t testing.TB) {
	t.Helper()
	if found := b.findings(t); len(found) > 0 {
		t.Errorf("the ledger does not hold: %v", found)
	}
}
