package migrations_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"croupier/migrations"
	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestUpDownUp(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	must(t, migrations.Up(t.Context(), url))
	must(t, migrations.Up(t.Context(), url)) // nothing is left to do
	before := schema(t, url)
	list, err := migrations.Status(t.Context(), url)
	must(t, err)
	for _, m := range list {
		if m.AppliedAt.IsZero() || m.Version == 0 || !strings.HasSuffix(m.File, ".sql") {
			t.Errorf("migration %+v", m)
		}
		must(t, migrations.Down(t.Context(), url))
	}
	if left := schema(t, url); len(left) != 0 {
		t.Errorf("taken back, but there is still:\n%s", strings.Join(left, "\n"))
	}
	if err := migrations.Down(t.Context(), url); err == nil {
		t.Error("more was taken back than there is")
	}
	must(t, migrations.Up(t.Context(), url))
	compare(t, before, schema(t, url))
}

// One step down and up again must not lose a guard.
func TestEachMigrationGoesDownAndUp(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	must(t, migrations.Up(t.Context(), url))
	before := schema(t, url)
	list, err := migrations.Status(t.Context(), url)
	must(t, err)
	for down := range list {
		for range down + 1 {
			must(t, migrations.Down(t.Context(), url))
		}
		must(t, migrations.Up(t.Context(), url))
		compare(t, before, schema(t, url))
	}
}

// Taking back the migration that made room for expiries does not take back what was recorded.
func TestRecordedExpiriesOutliveTheirMigration(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	conn := connect(t, url, "")
	record := func(kind string) error {
		_, err := conn.Exec(t.Context(), `INSERT INTO actions (player_id, session_id, request_id, type, request, answer, round_id, step, at)
			SELECT gen_random_uuid(), uuid_floor(now()), 'r', $1, '{}', '{}', gen_random_uuid(), 0, now()`, kind)
		return err
	}
	must(t, record("expiry"))
	if record("bonus") == nil {
		t.Error("an action of an unknown type was recorded")
	}
	for applied(t, url, 4) { // with those that stand on it
		must(t, migrations.Down(t.Context(), url))
	}
	if record("expiry") == nil {
		t.Error("an expiry was recorded by a schema that has none")
	}
	var kept int
	must(t, conn.QueryRow(t.Context(), `SELECT count(*) FROM actions WHERE type = 'expiry'`).Scan(&kept))
	must(t, migrations.Up(t.Context(), url))
	must(t, record("expiry"))
	if kept != 1 {
		t.Errorf("%d expiries are left", kept)
	}
}

// applied says whether a database has a migration.
func applied(t *testing.T, url string, version int64) bool {
	t.Helper()
	list, err := migrations.Status(t.Context(), url)
	must(t, err)
	return slices.ContainsFunc(list, func(m migrations.Migration) bool { return m.Version == version && !m.AppliedAt.IsZero() })
}

func compare(t *testing.T, before, after []string) {
	t.Helper()
	have := map[string]bool{}
	for _, line := range after {
		have[line] = true
	}
	for _, line := range before {
		if !have[line] {
			t.Errorf("lost: %s", line)
		}
		delete(have, line)
	}
	for line := range have {
		t.Errorf("new: %s", line)
	}
}

// schema lists the tables, columns, constraints, indexes, triggers, functions and grants that the migrations made.
func schema(t *testing.T, url string) []string {
	t.Helper()
	rows, err := connect(t, url, "").Query(t.Context(), `
		WITH tables AS (SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND relname NOT LIKE 'goose%')
		SELECT format('%s.%s %s %s', c.relname, attname, atttypid::regtype, attnotnull) FROM pg_attribute a JOIN tables c ON c.oid = attrelid
			WHERE attnum > 0 AND NOT attisdropped
		UNION ALL SELECT format('%s: %s %s', c.relname, conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN tables c ON c.oid = conrelid
		UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN tables c ON c.oid = indrelid
		UNION ALL SELECT format('%s %s', pg_get_triggerdef(g.oid), tgenabled) FROM pg_trigger g JOIN tables c ON c.oid = tgrelid WHERE NOT tgisinternal
		UNION ALL SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
		UNION ALL SELECT format('%s to %s: %s', table_name, grantee, privilege_type) FROM information_schema.role_table_grants
			JOIN tables c ON c.relname = table_name WHERE grantee IN ('croupier_app', 'croupier_auditor')
		UNION ALL SELECT format('%s.%s to %s: %s', table_name, column_name, grantee, privilege_type) FROM information_schema.role_column_grants
			JOIN tables c ON c.relname = table_name WHERE grantee IN ('croupier_app', 'croupier_auditor')
		ORDER BY 1`)
	must(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return list
}

func TestCheck(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	if err := migrations.Check(t.Context(), url); !errors.Is(err, migrations.ErrSchema) || !strings.Contains(err.Error(), "croupier migrate up") {
		t.Errorf("empty: %v", err)
	}
	must(t, migrations.Up(t.Context(), url))
	must(t, migrations.Check(t.Context(), url))
	must(t, migrations.Down(t.Context(), url))
	if err := migrations.Check(t.Context(), url); !errors.Is(err, migrations.ErrSchema) || !strings.Contains(err.Error(), "croupier migrate up") {
		t.Errorf("older: %v", err)
	}
	must(t, migrations.Up(t.Context(), url))
	exec(t, connect(t, url, ""), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)`)
	if err := migrations.Check(t.Context(), url); !errors.Is(err, migrations.ErrSchema) || !strings.Contains(err.Error(), "newer croupier") {
		t.Errorf("newer: %v", err)
	}
	for _, bad := range []string{"", "://", "postgres:///nowhere?host=/nonexistent"} {
		if err := migrations.Check(t.Context(), bad); err == nil || errors.Is(err, migrations.ErrSchema) {
			t.Errorf("URL %q: %v", bad, err)
		}
	}
}

// A newer binary was here: this one says so, and touches nothing.
func TestNewerSchema(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	list, err := migrations.Status(t.Context(), url)
	must(t, err)
	before := schema(t, url)
	exec(t, connect(t, url, ""), `INSERT INTO goose_db_version (version_id, is_applied) VALUES (9998, true), (9999, true)`)
	for name, do := range map[string]func() error{
		"up":    func() error { return migrations.Up(t.Context(), url) },
		"down":  func() error { return migrations.Down(t.Context(), url) },
		"check": func() error { return migrations.Check(t.Context(), url) },
	} {
		if err := do(); !errors.Is(err, migrations.ErrSchema) || !strings.Contains(err.Error(), "9998, 9999") {
			t.Errorf("%s: %v", name, err)
		}
	}
	newer, err := migrations.Status(t.Context(), url)
	must(t, err)
	if len(newer) != len(list)+2 {
		t.Fatalf("status %+v", newer)
	}
	for i, m := range newer {
		if unknown := i >= len(list); unknown != (m.File == "") || m.AppliedAt.IsZero() || unknown != (m.Version > 9000) {
			t.Errorf("migration %+v", m)
		}
	}
	compare(t, before, schema(t, url))
}

func TestTwoUpsAtOnce(t *testing.T) {
	t.Parallel()
	url := pgtest.Empty(t)
	done := make(chan error)
	const servers = 3
	for range servers {
		go func() { done <- migrations.Up(t.Context(), url) }()
	}
	for range servers {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	must(t, migrations.Check(t.Context(), url))
}

func connect(t testing.TB, url, role string) *pgx.Conn {
	t.Helper()
	config, err := pgx.ParseConfig(url)
	must(t, err)
	if role != "" {
		config.RuntimeParams["role"] = role
	}
	conn, err := pgx.ConnectConfig(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { conn.Close(t.Context()) })
	return conn
}

func exec(t testing.TB, conn *pgx.Conn, sql string, args ...any) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), sql, args...); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
