package webtest

import (
	"bytes"
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/sandbox"
	"croupier/sandbox/pgtest"
	"croupier/session"
	"croupier/session/audit"
)

// TestAuditPage opens reports of croupier audit as an auditor does who was sent one: from a disk.
func TestAuditPage(t *testing.T) {
	t.Parallel()
	h := &house{dataDir: t.TempDir(), browser: startBrowser(t)}
	var err error
	h.sandbox, err = sandbox.Start(t.Context(), sandbox.Options{Listen: "127.0.0.1:0", DataDir: h.dataDir, DatabaseURL: pgtest.New(t), Catalogue: catalogue(t),
		CommitmentLog: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 15*time.Second)
		defer cancel()
		if err := h.sandbox.Close(ctx); err != nil {
			t.Errorf("close the sandbox: %v", err)
		}
	})
	played(t, h)

	conn, err := pgx.Connect(t.Context(), h.sandbox.Info().DatabaseURL)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	o := audit.Options{Catalogue: catalogue(t), Log: session.LogCheck{Grace: patience}}
	var right, wrong *audit.Report
	err = audit.WithSnapshot(t.Context(), conn, func(tx pgx.Tx) error {
		if right, err = audit.Database(t.Context(), tx, o, audit.Steps{}); err != nil {
			return err
		}
		var lines bytes.Buffer
		if _, err = audit.Export(t.Context(), tx, audit.Filters{}, &lines, nil); err != nil {
			return err
		}
		tampered := strings.Replace(lines.String(), `"serverSeed":"`, `"serverSeed":"0`, 12) // which is no seed then
		tampered = strings.Replace(tampered, `"nonce":3,`, `"nonce":4,`, 1)
		wrong, err = audit.Run(t.Context(), strings.NewReader(tampered), o)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if !right.OK || right.Log == nil || wrong.OK || right.Verified < 200 {
		t.Fatalf("%+v\n%+v", right, wrong.Found)
	}
	right.Source, wrong.Source = "database casino", "/home/auditor/november/a-house-with-a-rather-long-name/rounds-2026-11.jsonl"
	good := auditPage(t, h, right)
	good.looksGood("audit")
	drawn(good)
	for _, part := range []string{"No difference was found.", "Commitment log", right.Log.RootHash, "Ledger", "payouts, 20 lines", "Not tested", "as expected"} {
		if !strings.Contains(good.text("main"), part) {
			t.Errorf("the page does not say %q", part)
		}
	}
	bad := auditPage(t, h, wrong)
	bad.looksGoodOn("audit-differences", "desktop-light", "phone-dark", "small-phone")
	if got := bad.text("main"); !strings.Contains(got, "differences were found.") || !strings.Contains(got, "an export holds none of them") {
		t.Errorf("of a tampered export the page says %.500s", got)
	}
}

// played plays every game, slots and dice often enough for tests of what they paid, and reveals the seeds of most rounds.
func played(t *testing.T, h *house) {
	t.Helper()
	p := h.newPlayer(t, "audited")
	choose := fairness.NewSimulation(8).Stream("choose")
	for _, g := range catalogue(t).Games() {
		moves, ok := gamestest.MovesOf(g.ID)
		if !ok || g.ID == gamestest.Game().ID {
			continue
		}
		rounds := 6
		if g.ID == "slots" || g.ID == "dice" {
			rounds = 100
		}
		if bet := moves.Bet; g.ID == "slots" { // most of them on all lines
			moves.Bet = func(choose *fairness.Stream) games.Action {
				if choose.Intn(10) == 0 {
					return bet(choose)
				}
				return games.Action{Name: "spin", Payload: []byte(`{"action":"spin","betPerLine":0.01,"activePaylines":20}`)}
			}
		}
		for range rounds {
			p.playRound(t, g.ID, moves, choose)
		}
	}
	p.post(t, "/seeds/rotate", `{"clientSeed":"my own"}`)
	moves, _ := gamestest.MovesOf("dice")
	p.playRound(t, "dice", moves, choose)
}

// auditPage opens a report's page.
func auditPage(t *testing.T, h *house, r *audit.Report) *tab {
	t.Helper()
	page, err := r.Page()
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "report.html")
	if err := os.WriteFile(file, page, 0o644); err != nil {
		t.Fatal(err)
	}
	b := h.open(t, desktop, (&url.URL{Scheme: "file", Path: file}).String())
	b.wait(`document.querySelector(".verdict") !== null`)
	if got := eval[int](b, `performance.getEntriesByType("resource").filter((e) => !e.name.startsWith("data:")).length`); got != 0 {
		t.Errorf("the page loaded %d things", got)
	}
	return b
}

// drawn checks that every plot is there to be seen, and that its shapes are within it.
func drawn(b *tab) {
	b.t.Helper()
	if n := eval[int](b, `document.querySelectorAll("svg").length`); n < 40 {
		b.t.Errorf("there are %d plots", n)
	}
	for _, screen := range screens {
		b.show(screen)
		hidden := eval[[]string](b, `[...document.querySelectorAll("svg")].filter((s) => {
			const box = s.getBoundingClientRect(), shapes = [...s.querySelectorAll("rect, line")].map((e) => e.getBoundingClientRect());
			return box.width < 40 || box.height < 8 || s.children.length > 0 && !s.parentElement.matches(".payout") &&
				!shapes.some((r) => r.width > 0 && r.height > 0 && r.left >= box.left - 2 && r.right <= box.right + 2);
		}).map((s) => s.parentElement.className + " " + s.outerHTML.slice(0, 120))`)
		for _, plot := range hidden {
			b.t.Errorf("not to be seen: %s", plot)
		}
	}
}
