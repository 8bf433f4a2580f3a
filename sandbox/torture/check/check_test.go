package check_test

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"croupier/sandbox/pgtest"
	"croupier/sandbox/torture/check"
	"croupier/sandbox/torture/history"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// The check shares no code with what it judges, not even through another package.
func TestImports(t *testing.T) {
	t.Parallel()
	out, err := exec.Command("go", "list", "-deps", "croupier/sandbox/torture/check").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	packages := strings.Fields(string(out))
	if !slices.Contains(packages, "croupier/sandbox/torture/check") {
		t.Fatalf("go list does not list what was asked for: %s", out)
	}
	allowed := []string{"croupier/sandbox/torture/check", "croupier/sandbox/torture/history", "croupier/wallet/money", "croupier/games",
		"croupier/fairness"}
	for _, name := range packages {
		if strings.HasPrefix(name, "croupier/") && !slices.Contains(allowed, name) && !strings.HasPrefix(name, "croupier/games/") {
			t.Errorf("the check depends on %s", name)
		}
	}
}

// What is no history is told as such, and not as a finding.
func TestHistoriesThatAreNone(t *testing.T) {
	t.Parallel()
	database := pgtest.New(t)
	players := []history.Player{{ID: "00000000-0000-7000-8000-000000000001", Balance: "1"}}
	tries := []history.Try{{Sent: 1}}
	op := func(player string, kind history.Kind, payload string) *history.History {
		one := history.Op{Player: player, Kind: kind, Payload: []byte(payload), Tries: tries}
		return &history.History{Players: players, Ops: []history.Op{one}}
	}
	for name, h := range map[string]*history.History{
		"an op of nobody":            op("x", history.Balance, "{}"),
		"an op of no kind":           op(players[0].ID, "dance", "{}"),
		"a payload that is no JSON":  op(players[0].ID, history.Action, "{"),
		"a deposit of no amount":     op(players[0].ID, history.Deposit, `{"amount":"1"}`),
		"a player without a good id": {Players: []history.Player{{ID: "x"}}},
	} {
		if report, err := check.Run(t.Context(), database, h, nil); err == nil {
			t.Errorf("%s is checked: %+v", name, report)
		}
	}
	report, err := check.Run(t.Context(), database, &history.History{Players: players}, nil)
	if err != nil || report.Found(check.Stored) != 1 {
		t.Errorf("a player that is not there: %+v, %v", report, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := check.Run(ctx, database, &history.History{Players: players}, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a check that is cancelled ends with %v", err)
	}
	_, err = check.Run(t.Context(), "postgres://user:secret@[", &history.History{}, nil)
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("a URL that is none: %v", err)
	}
}

// Every rule's findings are counted, and only the first of them listed.
func TestReportIsBounded(t *testing.T) {
	t.Parallel()
	h := &history.History{}
	for i := range 130 {
		h.Players = append(h.Players, history.Player{ID: fmt.Sprintf("00000000-0000-7000-8000-%012d", i), Balance: "1"})
	}
	report, err := check.Run(t.Context(), pgtest.New(t), h, nil)
	if err != nil || report.Found(check.Stored) != 130 || len(report.Findings) != 100 || report.OK() {
		t.Fatalf("%d listed, %d found, %v", len(report.Findings), report.Found(check.Stored), err)
	}
	var text strings.Builder
	report.Print(&text)
	if !strings.Contains(text.String(), "130 FOUND") || !strings.Contains(text.String(), "30 more") {
		t.Errorf("printed: %s", &text)
	}
}
