package webtest

import (
	"context"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"croupier/api"
	"croupier/fairness"
	"croupier/session"
)

// atlantis is a jurisdiction whose rounds the test ends: those of the other tests go on.
const atlantis = "Atlantis"

// another starts a second server of the sandbox's database, until the test ends.
func (h *house) another(t *testing.T, expiry session.Expiry, now session.Clock) *api.Server {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(h.dataDir, "sandbox.json"))
	if err != nil {
		t.Fatal(err)
	}
	var secrets struct {
		MasterKey string `json:"masterKey"`
	}
	if err := json.Unmarshal(text, &secrets); err != nil {
		t.Fatal(err)
	}
	key, err := fairness.ParseKey(secrets.MasterKey)
	if err != nil {
		t.Fatal(err)
	}
	server, err := api.Start(t.Context(), api.Config{Listen: "127.0.0.1:0", DatabaseURL: h.sandbox.Info().DatabaseURL, Mode: "sandbox",
		MasterKeys: []fairness.Key{key}, Catalogue: catalogue(t), Log: slog.New(slog.DiscardHandler), Expiry: expiry, Now: now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return server
}

// settleUnfinished ends the open rounds of a jurisdiction's players, as the server will tomorrow: by one whose clock is a day ahead.
func (h *house) settleUnfinished(t *testing.T, rounds int) {
	t.Helper()
	const day, never = 24 * time.Hour, 10_000 * time.Hour
	expiry := session.Expiry{After: never, In: map[string]time.Duration{atlantis: day}}
	server := h.another(t, expiry, func() time.Time { return time.Now().Add(day + time.Hour) })
	// The server's own job may have been faster.
	if ended, err := server.Floor.ExpireRounds(t.Context(), expiry); err != nil || ended > rounds {
		t.Fatalf("%d rounds were ended, want %d at most: %v", ended, rounds, err)
	}
}

// unfinished leaves rounds alone until the server ends them: one under the player's eyes, one while nobody is there.
func unfinished(t *testing.T, h *house) {
	const name = "uma"
	b := h.open(t, desktop, h.sandbox.Info().WebURL+"#smash")
	b.sitDown(name)
	if _, err := h.db.Exec(t.Context(), `UPDATE players SET jurisdiction = $1 WHERE external_id = $2`, atlantis, "web-"+name); err != nil {
		t.Fatal(err)
	}
	h.forceGame(t, name, "smash", `{"multipliers":[1],"hammerBreakOnHit":null}`)
	b.bet("10.00")
	b.press(" ")
	b.said("Hit 1: × 1.1111.")
	b.click(`#games a[href="#guess"]`)
	b.wait(`document.body.dataset.game === "guess"`)
	b.bet("5.00")
	b.balanceIs("985.00")

	h.settleUnfinished(t, 2)
	b.wait(`document.querySelectorAll("#notices .notice").length === 1`)
	if got := b.text("#notices"); !strings.Contains(got, "Your round of Guess was not finished in time") || !strings.Contains(got, "5.00 paid on a stake of 5.00") {
		t.Errorf("noticed %q", got)
	}
	b.said("Nobody finished the round, so it was settled. The stake of 5.00 came back.")
	b.free()
	b.balanceIs(h.account(t, name).balance)

	b.click(`#games a[href="#smash"]`)
	b.wait(`document.body.dataset.game === "smash" && document.querySelectorAll("#notices .notice").length === 2`)
	b.free()
	b.balanceIs(h.account(t, name).balance)
	b.sceneLooksGood("expired")
	b.click("#notices .notice button")
	b.click("#notices .notice button")
	b.wait(`document.querySelectorAll("#notices .notice").length === 0`)
	proof := b.proved(1)
	if !strings.Contains(proof, "Settled by the server, because nobody finished the round.") {
		t.Errorf("the proof says %q", proof)
	}
	h.checkLedger(t)
}
