// Package webtest drives the sandbox's page in headless Chromium against the real server and a real Postgres. Whatever it sees on
// the screen is held against the database.
package webtest

import (
	"context"
	"log/slog"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/games"
	"croupier/games/builtin"
	"croupier/games/gamestest"
	"croupier/sandbox"
	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// TestPage runs everything on one sandbox and one browser. Each subtest is a player of its own in a browser profile of its own.
func TestPage(t *testing.T) {
	t.Parallel()
	h := &house{dataDir: t.TempDir(), browser: startBrowser(t)}
	h.sandbox = startSandbox(t, h.dataDir)
	var err error
	if h.db, err = pgxpool.New(t.Context(), h.sandbox.Info().DatabaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.db.Close)
	for name, test := range map[string]func(*testing.T, *house){
		"a session from sign-in to proof": story,
		"looks":                           looks,
		"money from outside and words for refusals":            refusals,
		"attempts to reconnect are five and two seconds apart": attempts,
		"a session is refreshed, and ends":                     expiry,
		"a forged record is found out":                         forged,
		"no celebration of a return within the stake":          modesty,
		"a long history":              longHistory,
		"one place at a time":         elsewhere,
		"free spins":                  freeSpins,
		"another machine":             otherMachine,
		"a game without a table":      noTable,
		"the API's page":              apiPage,
		"blackjack":                   blackjackRounds,
		"guess":                       guessRounds,
		"launch":                      launchRounds,
		"smash":                       smashRounds,
		"move":                        moveRounds,
		"dice":                        diceRounds,
		"any past round":              recall,
		"rounds checked elsewhere":    checkedElsewhere,
		"the verifiers":               verifiers,
		"the verifier as a page":      verifierPage,
		"rounds that nobody finishes": unfinished,
		"rounds that are voided":      voidedRounds,
		"seeds rotated elsewhere":     rotatedElsewhere,
		"who may embed":               embedding,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, h)
		})
	}
}

// house is what the subtests share.
type house struct {
	sandbox *sandbox.Sandbox
	dataDir string
	browser context.Context
	db      *pgxpool.Pool
}

// everyGame is what the sandbox offers: the built-in games, a machine that came from a file, and the tests' own game.
var everyGame = sync.OnceValues(func() (*games.Catalogue, error) {
	river, err := river()
	if err != nil {
		return nil, err
	}
	return games.NewCatalogue(append(builtin.Games(), river, gamestest.Game())...)
})

func catalogue(t *testing.T) *games.Catalogue {
	t.Helper()
	c, err := everyGame()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func startSandbox(t *testing.T, dataDir string) *sandbox.Sandbox {
	t.Helper()
	s, err := sandbox.Start(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", DataDir: dataDir, DatabaseURL: pgtest.New(t),
		Catalogue: catalogue(t), Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := s.Close(ctx); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	return s
}
