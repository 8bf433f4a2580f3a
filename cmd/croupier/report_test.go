package main

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"time"

	"croupier/api"
	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/wallet"
	"croupier/wallet/money"
)

// The command reports what the server would, in each of its forms, and finds and repairs sums that are wrong.
func TestReportCommand(t *testing.T) {
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
	visit, err := server.Floor.Sit(t.Context(), session.Guest{Player: grant.Player.ID, Session: claims.SessionID, Game: "slots", Notify: func(session.Event) {}})
	must(t, err)
	defer visit.Leave()
	for i := range 2 {
		_, err := visit.Act(t.Context(), session.Request{ID: fmt.Sprint(i), Action: "spin", Payload: json.RawMessage(`{"action":"spin","betPerLine":0.05,"activePaylines":20}`)})
		must(t, err)
	}

	p := program{"CROUPIER_DATABASE_URL=" + url}
	day := time.Now().UTC()
	args := []string{"report", "games", "--operator", operator.ID.String(), "--from", day.AddDate(0, 0, -1).Format(time.DateOnly), "--to", day.Format(time.DateOnly)}
	if out := p.ok(t, append(args, "--by", "day,game")...); !strings.Contains(out, "up to now") || !strings.Contains(out, "slots") || !strings.Contains(out, "2.00") ||
		!strings.Contains(out, "0.959992") {
		t.Errorf("printed:\n%s", out)
	}
	if rows, err := csv.NewReader(strings.NewReader(p.ok(t, append(args, "--csv")...))).ReadAll(); err != nil || len(rows) != 2 || rows[1][5] != "2" {
		t.Errorf("%v: %q", err, rows)
	}
	var data struct {
		Final bool
		Rows  []struct{ Wagered json.Number }
	}
	must(t, json.Unmarshal([]byte(p.ok(t, append(args, "--json")...)), &data))
	if len(data.Rows) != 1 || data.Rows[0].Wagered != "2.00" {
		t.Errorf("%+v", data)
	}
	if _, said, status := p.run(t, "report", "--operator", operator.ID.String(), "--from", "yesterday"); status != 1 || !strings.Contains(said, "from: must be a day") {
		t.Errorf("status %d: %s", status, said)
	}

	p.ok(t, "report", "check")
	_, err = pgtest.Owner(t, url).Exec(t.Context(), `UPDATE report_progress SET until = now() + interval '1 minute'`) // as if all was counted, and nothing was
	must(t, err)
	if out, said, status := p.run(t, "report", "check"); status != 1 || !strings.Contains(out, "slots") || !strings.Contains(said, "--repair") {
		t.Errorf("status %d: %s%s", status, out, said)
	}
	if out := p.ok(t, "report", "check", "--repair"); !strings.Contains(out, "repaired") {
		t.Errorf("printed %s", out)
	}
	p.ok(t, "report", "check", "--json")
}
