package main

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"croupier/migrations"
	"croupier/sandbox/pgtest"
	"croupier/session"
)

// A game is closed and opened by command, with who and why; one that was never offered is a mistake.
func TestGamesAreClosedByCommand(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	if err := migrations.Up(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	_, err := pgtest.Owner(t, url).Exec(t.Context(), `INSERT INTO builds (game_id, variant, rules_hash, rules) VALUES ('slots', 'X', repeat('a', 64), '{}')`)
	if err != nil {
		t.Fatal(err)
	}
	flags := switchFlags{databaseFlag: databaseFlag{DatabaseURL: url}, Game: "slots", Reason: "a wrong paytable", By: "ada"}
	var out bytes.Buffer
	if err := flags.set(t.Context(), true, &out); err != nil || !strings.HasPrefix(out.String(), "No new round begins: game slots.") {
		t.Errorf("said %q, %v", out.String(), err)
	}
	flags.Game = "all"
	if err := flags.set(t.Context(), false, &out); err != nil {
		t.Error(err)
	}
	flags.Game = "slotz"
	var known *session.Error
	if err := flags.set(t.Context(), true, &out); !errors.As(err, &known) || known.Code != session.NotFound {
		t.Errorf("a game that is not there was closed: %v", err)
	}
	flags.Game, flags.Reason = "slots", "two\nlines"
	if err := flags.set(t.Context(), true, &out); !errors.As(err, &known) || known.Code != session.InvalidRequest {
		t.Errorf("a reason of two lines was taken: %v", err)
	}
	out.Reset()
	list := gamesListCmd{databaseFlag: databaseFlag{DatabaseURL: url}}
	if err := list.run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "opened   all games") || !strings.Contains(lines[1], "closed   slots") ||
		!strings.HasSuffix(lines[1], "command by ada: a wrong paytable") {
		t.Errorf("listed:\n%s", out.String())
	}
}

// What is wrong with a file of jurisdictions is told with the file's name.
func TestJurisdictionsFlag(t *testing.T) {
	t.Parallel()
	if j, err := (jurisdictionsFlag{}).profiles(); j != nil || err != nil {
		t.Errorf("without a file: %v, %v", j, err)
	}
	if j, err := (jurisdictionsFlag{"../../deploy/jurisdictions.json"}).profiles(); err != nil || len(j.Names()) != 2 {
		t.Errorf("the example: %v, %v", j.Names(), err)
	}
	bad := filepath.Join(t.TempDir(), "bad.json")
	if err := os.WriteFile(bad, []byte(`{"jurisdictions": {"UK": {"roundExpiry": "1m"}}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := (jurisdictionsFlag{bad}).profiles(); err == nil || !strings.Contains(err.Error(), bad) || !strings.Contains(err.Error(), "roundExpiry") {
		t.Errorf("a bad file: %v", err)
	}
}
