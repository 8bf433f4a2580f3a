package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"croupier/session/audit"
)

// auditor makes a role that is in croupier_auditor and nothing else, and returns the database's URL for it.
func auditor(t *testing.T, database string) string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	defer conn.Close(context.WithoutCancel(t.Context()))
	role := fmt.Sprintf("auditor_%d_%x", os.Getpid(), []byte(conn.Config().Database[max(0, len(conn.Config().Database)-12):]))
	_, err = conn.Exec(t.Context(), "CREATE ROLE "+role+" LOGIN IN ROLE croupier_auditor")
	must(t, err)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.WithoutCancel(t.Context()), database)
		must(t, err)
		defer conn.Close(context.WithoutCancel(t.Context()))
		_, err = conn.Exec(context.WithoutCancel(t.Context()), "DROP ROLE "+role)
		must(t, err)
	})
	place, err := url.Parse(database)
	must(t, err)
	place.User = url.User(role)
	return place.String()
}

// An auditor exports, audits the export, and audits the database, with a role that reads and while the server runs; and a round that
// was changed afterwards is found.
func TestAnAuditorsDay(t *testing.T) {
	t.Parallel()
	d := dine(t)
	for i := range 40 {
		d.roll(t, fmt.Sprintf("r-%d", i))
	}
	d.rotate(t, "s-1")
	id := d.roll(t, "live")
	reader, dir := auditor(t, d.database), t.TempDir()
	at := func(name string) string { return filepath.Join(dir, name) }

	lines := program{}.ok(t, "export", "rounds", "--database-url", reader, "--since", "2020-01-01")
	must(t, os.WriteFile(at("rounds.jsonl"), []byte(lines), 0o600))
	program{}.ok(t, "export", "rounds", "--database-url", reader, "--output", at("again.jsonl"), "--game", "dice")
	out := program{}.ok(t, "audit", at("rounds.jsonl"), "--json", at("report.json"), "--html", at("report.html"))
	for _, part := range []string{"41 rounds", "recomputed   40 rounds", "not checked  1 rounds: the server seed is not revealed yet (as " + id, "No difference was found"} {
		if !strings.Contains(out, part) {
			t.Errorf("the report has no %q:\n%s", part, out)
		}
	}
	var report audit.Report
	text, err := os.ReadFile(at("report.json"))
	must(t, err)
	must(t, json.Unmarshal(text, &report))
	page, err := os.ReadFile(at("report.html"))
	must(t, err)
	if !report.OK || report.Verified != 40 || !strings.Contains(string(page), "No difference was found") || strings.Contains(string(page), "<script") {
		t.Errorf("%+v\n%s", report, page)
	}
	program{}.ok(t, "audit", at("again.jsonl"))
	if out := (program{}).ok(t, "audit", "--database-url", reader); !strings.Contains(out, "No difference was found") || strings.Contains(out, reader) ||
		!strings.Contains(out, "the commitment log: this database keeps none") {
		t.Errorf("%s", out)
	}
	if out := (program{}).ok(t, "ledger", "check", "--database-url", reader); !strings.Contains(out, "The ledger holds.") {
		t.Errorf("%s", out)
	}

	owner, err := pgx.Connect(t.Context(), d.database)
	must(t, err)
	defer owner.Close(context.WithoutCancel(t.Context()))
	_, err = owner.Exec(t.Context(), `SET session_replication_role = replica; UPDATE rounds SET payout = payout + 1 WHERE nonce = 7 AND seed_seq = 0`)
	must(t, err)
	out, said, status := program{}.run(t, "audit", "--database-url", reader)
	if status != 1 || !strings.Contains(out, "outcome") || !strings.Contains(said, "differences") {
		t.Errorf("exit status %d\n%s%s", status, out, said)
	}
	if _, said, status := (program{}).run(t, "audit"); status != 1 || !strings.Contains(said, "what is to be audited") {
		t.Errorf("exit status %d, %s", status, said)
	}
	if _, said, status := (program{}).run(t, "audit", at("rounds.jsonl"), "--log-key", "k"); status != 1 || !strings.Contains(said, "--database-url") {
		t.Errorf("exit status %d, %s", status, said)
	}
	if _, said, status := (program{}).run(t, "export", "rounds", "--database-url", reader, "--since", "yesterday"); status != 1 || !strings.Contains(said, "--since") {
		t.Errorf("exit status %d, %s", status, said)
	}
}
