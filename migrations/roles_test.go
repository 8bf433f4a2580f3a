package migrations_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// privileges are what a role may do with tables of ours, as "table" or "table.column", by kind. Rights that it has as everybody count.
func privileges(t *testing.T, h *house, role string) map[string][]string {
	t.Helper()
	rows, err := h.owner.Query(t.Context(), `
		WITH tables AS (SELECT oid, relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')
				AND NOT relispartition),
			kinds (kind, by_column) AS (VALUES ('SELECT', true), ('UPDATE', true), ('INSERT', true), ('REFERENCES', true),
				('DELETE', false), ('TRUNCATE', false), ('TRIGGER', false))
		SELECT kind, relname::text FROM tables, kinds WHERE has_table_privilege($1, oid, kind)
		UNION ALL SELECT kind, relname || '.' || attname FROM tables, kinds, pg_attribute
			WHERE attrelid = tables.oid AND attnum > 0 AND NOT attisdropped AND by_column
			AND NOT has_table_privilege($1, tables.oid, kind) AND has_column_privilege($1, tables.oid, attnum, kind)
		ORDER BY 1, 2`, role)
	must(t, err)
	defer rows.Close()
	found := map[string][]string{}
	for rows.Next() {
		var kind, what string
		must(t, rows.Scan(&kind, &what))
		found[kind] = append(found[kind], what)
	}
	must(t, rows.Err())
	return found
}

// logIn makes a role that is in another and nothing else, and logs in as it. It is gone when the test ends.
func logIn(t *testing.T, h *house, in string) *pgx.Conn {
	t.Helper()
	url, name := h.owner.Config().ConnString(), pgx.Identifier{"member_" + strings.ReplaceAll(id().String(), "-", "")}.Sanitize()
	exec(t, h.owner, "CREATE ROLE "+name+" LOGIN IN ROLE "+in)
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.WithoutCancel(t.Context()), url)
		must(t, err)
		defer conn.Close(context.WithoutCancel(t.Context()))
		_, err = conn.Exec(context.WithoutCancel(t.Context()), "DROP ROLE "+name)
		must(t, err)
	})
	config, err := pgx.ParseConfig(url)
	must(t, err)
	config.User = strings.Trim(name, `"`)
	conn, err := pgx.ConnectConfig(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { conn.Close(context.WithoutCancel(t.Context())) })
	return conn
}

// An auditor reads what is recorded, and neither changes anything nor reads what is sealed, whatever it tries.
func TestTheAuditorOnlyReads(t *testing.T) {
	t.Parallel()
	h := setup(t)
	may := privileges(t, h, "croupier_auditor")
	if kinds := slices.Collect(maps.Keys(may)); len(kinds) != 1 || len(may["SELECT"]) == 0 {
		t.Fatalf("it may %v", may)
	}
	for _, what := range may["SELECT"] {
		table, column, _ := strings.Cut(what, ".")
		for _, secret := range []string{"api_keys", "signing_keys", "sessions", "one_use_tokens", "forced_outcomes",
			"webhook_endpoints", "webhook_secrets", "webhook_letters", "webhook_moves", "webhook_deliveries"} {
			if table == secret {
				t.Errorf("it reads %s", what)
			}
		}
		if strings.HasPrefix(column, "sealed") || column == "username" || column == "external_id" {
			t.Errorf("it reads %s", what)
		}
	}

	auditor := logIn(t, h, "croupier_auditor")
	for _, sql := range []string{"SELECT sealed_seed FROM seed_pairs", "SELECT sealed_state FROM rounds", "SELECT * FROM rounds",
		"SELECT sealed_key FROM log_keys",
		"SELECT r FROM rounds r", "TABLE seed_pairs", "SELECT sealed_key FROM receipt_keys", "SELECT FROM api_keys",
		"SELECT FROM signing_keys", "SELECT FROM one_use_tokens",
		"SELECT FROM sessions", "SELECT FROM forced_outcomes", "SELECT username FROM players",
		"SELECT stavalues1 FROM pg_statistic",
		"COPY (SELECT sealed_seed FROM seed_pairs) TO STDOUT", "SELECT rolpassword FROM pg_authid", "SELECT pg_read_file('PG_VERSION')"} {
		refused(t, byGrant, auditor, sql)
	}
	rows, err := h.owner.Query(t.Context(),
		`SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')`)
	must(t, err)
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, table := range tables {
		for _, sql := range []string{"DELETE FROM ", "TRUNCATE ", "DROP TABLE "} {
			refused(t, byGrant, auditor, sql+table)
		}
		refused(t, byGrant, auditor, "INSERT INTO "+table+" DEFAULT VALUES")
		refused(t, byGrant, auditor, "ALTER TABLE "+table+" DISABLE TRIGGER ALL")
	}
	for _, sql := range []string{"UPDATE seats SET balance = balance + 1", "UPDATE players SET status = 'excluded'",
		"SELECT FROM seats FOR UPDATE",
		"SELECT ensure_partitions(9)", "CREATE TABLE public.mine ()", "SET session_replication_role = replica", "SET ROLE croupier_app"} {
		refused(t, byGrant, auditor, sql)
	}
}

// What the server may do is spelled out here: history it only adds to, and what it may delete is over.
func TestWhatTheServerMayDo(t *testing.T) {
	t.Parallel()
	h := setup(t)
	may := privileges(t, h, "croupier_app")
	for _, never := range []string{"TRUNCATE", "TRIGGER", "REFERENCES"} {
		if len(may[never]) > 0 {
			t.Errorf("it may %s %v", never, may[never])
		}
	}
	deletes := []string{"forced_outcomes", "idempotency_keys", "report_hours", "report_open", "report_players", "log_rounds_due", "log_seeds_due", "one_use_tokens", "river_job", "river_leader",
		"river_notification", "river_queue",
		"used_signatures", "used_operator_tokens", "rate_usage",
		"webhook_deliveries", "webhook_endpoints", "webhook_letters", "webhook_moves", "webhook_secrets"}
	for _, table := range may["DELETE"] {
		if !slices.Contains(deletes, table) {
			t.Errorf("it may DELETE from %s", table)
		}
	}
	history := []string{"actions", "transfers", "operator_transactions", "builds", "log_leaves", "log_nodes", "log_checkpoints",
		"round_hours", "operator_changes", "operator_games", "wallet_reconciliations", "goose_db_version"}
	identity := []string{"operators.wallet_mode", "wallet_calls.id", "wallet_calls.kind", "wallet_calls.player_id", "wallet_calls.amount",
		"wallet_calls.round_id", "wallet_calls.made_at", "operators.id", "operators.mode", "operators.created_at", "players.id", "players.operator_id", "players.external_id", "players.currency", "sessions.id", "sessions.player_id",
		"sessions.expires_at",
		"one_use_tokens.hash", "one_use_tokens.purpose", "one_use_tokens.player_id", "one_use_tokens.expires_at", "signing_keys.kid",
		"signing_keys.public_key",
		"webhook_secrets.endpoint_id", "webhook_deliveries", "webhook_moves",
		"receipt_keys.public_key", "log_keys.origin", "log_keys.public_key"}
	for _, what := range may["UPDATE"] {
		table, column, _ := strings.Cut(what, ".")
		if slices.Contains(history, table) || slices.Contains(identity, what) ||
			column == "" && slices.ContainsFunc(identity, func(i string) bool { return strings.HasPrefix(i, table+".") }) {
			t.Errorf("it may UPDATE %s", what)
		}
	}
	refused(t, byGrant, h.app, "UPDATE operators SET mode = 'live'")
	refused(t, byGrant, h.app, "UPDATE players SET currency = 'EUR'")
	refused(t, byGrant, h.app, "UPDATE players SET operator_id = id")
	refused(t, byGrant, h.app, "UPDATE sessions SET expires_at = 'infinity'")
	refused(t, byGrant, h.app, "UPDATE signing_keys SET public_key = ''")
	exec(t, h.app, "UPDATE players SET status = 'suspended', username = 'x'")
}

// The server's role reads the house's tables, and nothing else of the machine or the cluster.
func TestWhatTheServerCannotRead(t *testing.T) {
	t.Parallel()
	h := setup(t)
	server := logIn(t, h, "croupier_app")
	exec(t, h.owner, "CREATE SCHEMA accounting CREATE TABLE salaries (of text)")
	for _, sql := range []string{"SELECT FROM accounting.salaries", "SELECT rolpassword FROM pg_authid", "SELECT passwd FROM pg_shadow",
		"SELECT pg_read_file('postgresql.conf')", "SELECT pg_ls_dir('.')", "COPY (SELECT 1) TO '/tmp/croupier-leak'",
		"COPY seats FROM PROGRAM 'id'",
		"SELECT lo_import('/etc/passwd')", "SELECT sum(stanumbers1[1]) FROM pg_statistic", "CREATE EXTENSION dblink",
		"CREATE TABLE public.mine ()",
		"ALTER FUNCTION refuse_change() SECURITY DEFINER", "SELECT pg_reload_conf()", "ALTER SYSTEM SET fsync = off",
		"SET ROLE pg_read_all_data", "SET ROLE croupier_auditor"} {
		refused(t, byGrant, server, sql)
	}
}
