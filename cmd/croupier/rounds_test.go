package main

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/api"
	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// An administrator voids rounds while the server plays, and the player who is connected is told.
func TestRoundsVoid(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	key, err := fairness.ParseKey(oldKey)
	must(t, err)
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	must(t, err)
	server, err := api.Start(t.Context(), api.Config{Listen: "127.0.0.1:0", DatabaseURL: url, Mode: "sandbox", MasterKeys: []fairness.Key{key},
		Catalogue: catalogue, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	must(t, err)
	t.Cleanup(func() { _ = server.Close(context.WithoutCancel(t.Context())) })
	operator, _, err := server.Operators.Create(t.Context(), "Casino", session.Sandbox, nil)
	must(t, err)
	launch, _, err := server.Access.CreateLaunch(t.Context(), operator, session.PlayerSpec{ExternalID: "player", Currency: "USD"}, "")
	must(t, err)
	grant, err := server.Access.Exchange(t.Context(), launch)
	must(t, err)
	ten, err := money.Parse(grant.Player.Currency, "10.00")
	must(t, err)
	_, err = server.Ledger.Deposit(t.Context(), wallet.Order{Operator: operator.ID, Player: grant.Player.ID, Amount: ten, TransactionID: "first"})
	must(t, err)
	claims, err := server.Tokens.Verify(t.Context(), grant.SessionToken)
	must(t, err)
	told := make(chan session.Event, 16)
	visit, err := server.Floor.Sit(t.Context(), session.Guest{Player: grant.Player.ID, Session: claims.SessionID, Game: "smash",
		Notify: func(e session.Event) { told <- e }})
	must(t, err)
	defer visit.Leave()
	answer, err := visit.Act(t.Context(), session.Request{ID: "r", Action: "bet", Payload: json.RawMessage(`{"action":"bet","amount":4.00}`)})
	must(t, err)
	var opened struct{ RoundID string }
	must(t, json.Unmarshal(answer, &opened))

	p := program{"CROUPIER_DATABASE_URL=" + url, "CROUPIER_MASTER_KEY=" + oldKey}
	for said, args := range map[string][]string{
		"not found": {uuid.NewString(), "--reason", "an outage"},
		"reason must have 1 to 200 printable characters": {opened.RoundID, "--reason", " "},
		"missing flags: --reason":                        {opened.RoundID},
	} {
		if _, got, status := p.run(t, append([]string{"rounds", "void"}, args...)...); status == 0 || !strings.Contains(strings.ToLower(got), said) {
			t.Errorf("%q: status %d: %s", args, status, got)
		}
	}
	wrong := program{"CROUPIER_DATABASE_URL=" + url, "CROUPIER_MASTER_KEY=" + newKey}
	if _, _, status := wrong.run(t, "rounds", "void", opened.RoundID, "--reason", "an outage"); status == 0 {
		t.Error("another master key voided a round")
	}
	out := p.ok(t, "rounds", "void", opened.RoundID, "--reason", "an outage", "--by", "Ann")
	if !strings.Contains(out, opened.RoundID) || !strings.Contains(out, "4.00 USD returned, balance 10.00") || !strings.Contains(out, "command by Ann") {
		t.Errorf("printed %s", out)
	}
	var again []struct{ RoundID, Status, Reason, By string }
	must(t, json.Unmarshal([]byte(p.ok(t, "rounds", "void", opened.RoundID, "--reason", "an outage", "--json")), &again))
	if len(again) != 1 || again[0].RoundID != opened.RoundID || again[0].Status != "voided" || again[0].Reason != "an outage" || again[0].By != "command by Ann" {
		t.Errorf("again %+v", again)
	}
	deadline := time.After(20 * time.Second)
	for expired := false; !expired; {
		select {
		case e := <-told:
			expired = e.Expired
		case <-deadline:
			t.Fatal("the player is not told")
		}
	}
	if list, err := visit.Untold(t.Context()); err != nil || len(list) != 1 || !list[0].Voided {
		t.Errorf("told %+v, %v", list, err)
	}
	if out := p.ok(t, "ledger", "check"); !strings.Contains(out, "The ledger holds.") {
		t.Errorf("ledger: %s", out)
	}
}

func TestSystemUserHasAName(t *testing.T) {
	t.Parallel()
	if systemUser() == "" || os.Getuid() == 0 && systemUser() != "root" {
		t.Errorf("the user is %q", systemUser())
	}
}
