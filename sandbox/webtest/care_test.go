package webtest

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/sandbox"
	"croupier/sandbox/pgtest"
	"croupier/session"
)

// The page waits out the minimum cycle, shows time and money, asks the player to acknowledge a reality check, and offers limits and the way
// out. Its players are of no jurisdiction, and so have the strictest profile.
func TestPageProtectsThePlayer(t *testing.T) {
	t.Parallel()
	j, err := session.ReadJurisdictions([]byte(`{"jurisdictions": {"UK": {"realityCheck": {"every": "1h", "answerWithin": "60s"}, "minimumCycle": {"slots": "2.5s"}}}}`))
	if err != nil {
		t.Fatal(err)
	}
	h := &house{dataDir: t.TempDir(), browser: startBrowser(t)}
	h.sandbox, err = sandbox.Start(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", DataDir: h.dataDir, DatabaseURL: pgtest.New(t), Catalogue: catalogue(t),
		Log: slog.New(slog.DiscardHandler), Jurisdictions: j})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.sandbox.Close(ctx); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	if h.db, err = pgxpool.New(t.Context(), h.sandbox.Info().DatabaseURL); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.db.Close)

	const name = "iris"
	b := h.open(t, desktop, h.sandbox.Info().WebURL)
	b.expect("403", "409") // what the server refuses
	b.signIn(name)
	b.wait(`document.querySelector("#session-line").textContent.startsWith("Playing for less than a minute, even: 0.00 USD")`)
	h.force(t, name, "[2,0,0,0,0]") // which pays nothing
	b.spin()
	b.spin() // at once: the page sends it again until the server takes it
	var apart time.Duration
	const between = `SELECT max(opened_at) - min(opened_at) FROM rounds`
	if err := h.db.QueryRow(t.Context(), between).Scan(&apart); err != nil || apart < 2500*time.Millisecond {
		t.Errorf("the rounds began %s apart, %v", apart, err)
	}
	b.wait(`/^Playing for less than a minute, (down|up|even)/.test(document.querySelector("#session-line").textContent)`)

	h.exec(t, `UPDATE play_times SET began_at = began_at - interval '1 hour', checked_at = checked_at - interval '1 hour'`)
	h.exec(t, `SELECT pg_notify('croupier_player', json_build_object('player', player_id, 'reason', 'care')::text) FROM play_times`)
	b.wait(`document.querySelector("#check").open`)
	if got := b.text("#check"); !strings.Contains(got, "Reality check") || !strings.Contains(got, "You have been playing for 1 hour. You staked 2.00 USD and are ") {
		t.Errorf("the check says %q", got)
	}
	b.looksGoodOn("reality-check", "desktop-light", "desktop-dark", "phone-light", "small-phone")
	b.press("\x1b")
	b.wait(`document.querySelector("#check").open`) // Escape is no answer
	b.click("#check-seen")
	b.wait(`!document.querySelector("#check").open`)
	h.wait(t, `SELECT count(*) FROM player_records WHERE kind = 'acknowledged'`, 1)

	b.click("#care-box summary")
	b.fill("#limit-value", "1.50")
	b.click("#limit-form button")
	b.wait(`document.querySelector('[data-limit="loss/day"]') && document.querySelector("#care-said").textContent === "It holds from now on."`)
	b.fill("#limit-value", "90")
	b.click("#limit-form button")
	b.wait(`document.querySelector("#care-said").textContent.startsWith("It stays as it is for 24 hours")`)
	if got := b.text(`[data-limit="loss/day"]`); !strings.HasPrefix(got, "Losses, a day: 1.50, ") || !strings.Contains(got, ": 90.00") {
		t.Errorf("the limit reads %q", got)
	}
	b.looksGoodOn("limits", "desktop-light", "phone-dark", "small-phone")
	b.click("#exclude-form button")
	b.wait(`document.querySelector("#care-said").textContent.startsWith("Tick that you are sure")`)
	b.click("#exclude-sure")
	b.click("#exclude-form button")
	b.wait(`document.body.dataset.connection === "ended" && !document.querySelector("#alert").hidden`)
	b.looksGoodOn("excluded", "desktop-light", "phone-light")
	h.wait(t, `SELECT count(*) FROM players WHERE status = 'excluded'`, 1)
}

func (h *house) exec(t *testing.T, sql string) {
	t.Helper()
	if _, err := h.db.Exec(t.Context(), sql); err != nil {
		t.Fatal(err)
	}
}

// wait waits until a query says a number.
func (h *house) wait(t *testing.T, sql string, want int) {
	t.Helper()
	end := time.Now().Add(patience)
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		var n int
		if err := h.db.QueryRow(t.Context(), sql).Scan(&n); err != nil {
			t.Fatal(err)
		}
		if n == want {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("%s: %d, want %d", sql, n, want)
		}
	}
}
