package webtest

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// vectorClaims are the whole rounds of the test vectors.
func vectorClaims(t *testing.T) (all []claim) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "fairness", "testdata", "vectors.json"))
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Rounds []json.RawMessage `json:"rounds"`
	}
	if err := json.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	for i, record := range file.Rounds {
		all = append(all, claim{fmt.Sprintf("vector %d", i), record, "verified"})
	}
	return all
}

// riverRules are the rules of a machine that the verifiers do not come with, as the API shows them.
func riverRules(t *testing.T) (all []string) {
	t.Helper()
	for _, v := range lookup(t, catalogue(t), "river").Variants {
		text, err := json.Marshal(map[string]any{"gameId": "river-gold", "rules": v.RulesJSON, "rulesText": string(v.RulesJSON)})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, string(text))
	}
	return all
}

func lookup(t *testing.T, c *games.Catalogue, id string) games.Game {
	t.Helper()
	g, ok := c.Lookup(id)
	if !ok {
		t.Fatalf("there is no game %s", id)
	}
	return g
}

// playedClaims are rounds of every variant of every game, played at random: to the end, to a cash-out, to an expiry, and to a void.
func playedClaims(t *testing.T) (all []claim) {
	t.Helper()
	const perVariant = 12
	c := catalogue(t)
	choose := fairness.NewSimulation(5).Stream("choose")
	for _, g := range c.Games() {
		moves, ok := gamestest.MovesOf(g.ID)
		if g.ID == "river-gold" {
			ok = true // it has ten lines
			moves.Bet = func(choose *fairness.Stream) games.Action {
				return gamestest.ActionOf(fmt.Sprintf(`{"action":"spin","betPerLine":0.10,"activePaylines":%d}`, 1+choose.Intn(10)))
			}
		}
		if !ok || g.ID == gamestest.Game().ID {
			continue // the tests' own game has no verifier
		}
		for _, v := range g.Variants {
			for nonce := range uint64(perVariant) {
				currency := []string{"USD", "EUR", "BHD", "BTC", "ETH"}[nonce%5]
				if g.ID == "river-gold" {
					currency = []string{"USD", "EUR"}[nonce%2]
				}
				r := newRecorder(t, g, v.ID, currency, nonce, nil)
				playOut(t, r, moves, choose, int(nonce))
				all = append(all, claimOf(t, c, r, fmt.Sprintf("%s %s %d", g.ID, v.ID, nonce)))
			}
		}
	}
	return all
}

func newRecorder(t *testing.T, g games.Game, variant, currency string, nonce uint64, script fairness.Script) *gamestest.Recorder {
	t.Helper()
	seed, err := fairness.ParseServerSeed(hex.EncodeToString([]byte("rounds for both of the verifiers")))
	if err != nil {
		t.Fatal(err)
	}
	pair := fairness.Pair{ServerSeed: seed, ClientSeed: "webtest " + g.ID + variant}
	r, err := gamestest.NewRecorder(g, variant, currency, pair, nonce, script)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// playOut plays a round at random and ends it; every fourth expires after some steps, and one is voided.
func playOut(t *testing.T, r *gamestest.Recorder, moves gamestest.Moves, choose *fairness.Stream, n int) {
	t.Helper()
	result, err := r.Act(string(moves.Bet(choose).Payload))
	for steps := 0; err == nil && r.Open(); steps++ {
		if n == 9 && steps == 1 {
			result, err = r.Void(games.Voiding{Reason: "an outage é ☂", By: "test"})
			continue
		}
		if n%4 == 3 && steps == n/4 {
			result, err = r.Expire()
			continue
		}
		if a := moves.Next(result.Outcome, choose); a.Name == "" {
			result, err = r.CashOut()
		} else {
			result, err = r.Act(string(a.Payload))
		}
	}
	if err != nil {
		t.Fatal(err)
	}
}

// claimOf is a round that the server's verifier finds right.
func claimOf(t *testing.T, c *games.Catalogue, r *gamestest.Recorder, name string) claim {
	t.Helper()
	record := r.Record()
	if report, err := games.Verify(c, record); err != nil || !report.OK {
		t.Fatalf("%s: %v, %+v", name, err, report.Checks)
	}
	text, err := json.Marshal(record)
	if err != nil {
		t.Fatal(err)
	}
	return claim{name, text, "verified"}
}
