package migrations_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/riverqueue/river/riverdriver/riverpgxv5"
	"github.com/riverqueue/river/rivermigrate"

	"croupier/sandbox/pgtest"
)

// Our files hold what River's own migrator would make: a River that wants other tables is noticed here, not at night.
func TestRiverFindsItsTables(t *testing.T) {
	t.Parallel()
	ours, theirs := pgtest.Owner(t, pgtest.New(t)), pgtest.Owner(t, pgtest.Empty(t))
	migrator := func(db *pgxpool.Pool) *rivermigrate.Migrator[pgx.Tx] {
		m, err := rivermigrate.New(riverpgxv5.New(db), nil)
		must(t, err)
		return m
	}
	_, err := migrator(theirs).Migrate(t.Context(), rivermigrate.DirectionUp, nil)
	must(t, err)
	found, err := migrator(ours).Validate(t.Context(), nil)
	must(t, err)
	if !found.OK {
		t.Errorf("River finds: %v", found.Messages)
	}
	compare(t, riverTables(t, theirs), riverTables(t, ours))
}

// riverTables lists River's tables but for the one of its migrations, whose key has another name when River remade it.
func riverTables(t *testing.T, db *pgxpool.Pool) []string {
	t.Helper()
	rows, err := db.Query(t.Context(), `
		WITH tables AS (SELECT oid, relname, relpersistence FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
			AND relname LIKE 'river\_%' AND relname <> 'river_migration')
		SELECT format('%s %s', relname, relpersistence) FROM tables
		UNION ALL SELECT format('%s.%s %s %s %s', c.relname, attname, format_type(atttypid, atttypmod), attnotnull, pg_get_expr(adbin, adrelid))
			FROM pg_attribute a JOIN tables c ON c.oid = attrelid LEFT JOIN pg_attrdef d ON d.adrelid = attrelid AND d.adnum = attnum
			WHERE attnum > 0 AND NOT attisdropped
		UNION ALL SELECT format('%s: %s %s', c.relname, conname, pg_get_constraintdef(k.oid)) FROM pg_constraint k JOIN tables c ON c.oid = conrelid
		UNION ALL SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN tables c ON c.oid = indrelid
		UNION ALL SELECT format('%s %s', pg_get_triggerdef(g.oid), tgenabled) FROM pg_trigger g JOIN tables c ON c.oid = tgrelid WHERE NOT tgisinternal
		UNION ALL SELECT regexp_replace(pg_get_functiondef(oid), '\s+', ' ', 'g') FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND proname LIKE 'river\_%'
		UNION ALL SELECT enumlabel FROM pg_enum WHERE enumtypid = 'river_job_state'::regtype`)
	must(t, err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	if len(list) < 60 {
		t.Errorf("only %d things are there: %q", len(list), list)
	}
	return list
}
