package session_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"croupier/games"
	"croupier/session"
	"croupier/session/audit"
)

func init() { session.AuditDatabase = auditDatabase }

// auditDatabase audits a database in which somebody played, and that keeps a commitment log.
func auditDatabase(t testing.TB, url string, catalogue *games.Catalogue) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var report *audit.Report
	err = audit.WithSnapshot(t.Context(), conn, func(tx pgx.Tx) error {
		report, err = audit.Database(t.Context(), tx, audit.Options{Catalogue: catalogue}, audit.Steps{})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range report.Differences {
		t.Errorf("audit: %+v", d)
	}
	if !report.OK || report.Verified == 0 || report.Log == nil || report.Log.Rounds < report.Verified || report.Ledger == nil {
		t.Errorf("%d differences, %d rounds verified, log %+v", report.Found, report.Verified, report.Log)
	}
}
