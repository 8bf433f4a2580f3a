package pgtest

import (
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// App returns a pool on a database that sees it as api.Start's does: in the role that owns nothing, with the same time limits and
// plans. It is closed when the test ends.
func App(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	return open(t, url, map[string]string{
		"role": "croupier_app", "application_name": "croupier", "timezone": "UTC",
		"statement_timeout": "10s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "30s",
		"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
	})
}

// Owner returns a pool in the role that owns the tables, for tests that look behind the server, or break what it may not. It is
// closed when the test ends.
func Owner(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	return open(t, url, nil)
}

func open(t testing.TB, url string, parameters map[string]string) *pgxpool.Pool {
	t.Helper()
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	config.MaxConns = 8
	for name, value := range parameters {
		config.ConnConfig.RuntimeParams[name] = value
	}
	pool, err := pgxpool.NewWithConfig(t.Context(), config)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(pool.Close)
	return pool
}
