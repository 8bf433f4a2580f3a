package api

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// readOnly says that a database can be reached, and not written to.
type readOnly struct{ why string }

func (e *readOnly) Error() string { return "the database is read-only: " + e.why }

// SafeToRetry makes pgconn.SafeToRetry say that nothing was sent: a connection is refused before it is used.
func (e *readOnly) SafeToRetry() bool { return true }

// sqlReadOnly is SQLSTATE read_only_sql_transaction.
const sqlReadOnly = "25006"

// connect opens the pool as croupier_app, whatever role the URL names: append-only tables are so to the server itself. Sequential
// scans and hash joins are never right for what a server asks, and a plan made while a table was empty would prefer them.
//
// No wait for a lock is as long as the settler's for its statement (5 s), so that it is told of it, and knows that nothing was done.
// What a server that has gone silent left in a transaction is rolled back, so that no seat stays locked.
func connect(ctx context.Context, url string, connections int32) (*pgxpool.Pool, error) {
	config, err := pgxpool.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w", err)
	}
	config.MaxConns = connections
	for name, value := range map[string]string{
		"role": "croupier_app", "application_name": "croupier", "timezone": "UTC",
		"statement_timeout": "10s", "lock_timeout": "3s", "idle_in_transaction_session_timeout": "30s",
		"plan_cache_mode": "force_generic_plan", "enable_seqscan": "off", "enable_hashjoin": "off", "enable_mergejoin": "off", "jit": "off",
	} {
		config.ConnConfig.RuntimeParams[name] = value
	}
	writableOnly(&config.ConnConfig.Config)
	db, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	if err := db.Ping(ctx); err != nil {
		db.Close()
		return nil, fmt.Errorf("connect to the database: %w", err)
	}
	return db, nil
}

// writableOnly makes every connection one to a database that can be written to, as target_session_attrs=read-write does at the
// beginning of it, and ends it when that is over: a pool would go on for long with a server that became a standby.
func writableOnly(config *pgconn.Config) {
	config.ValidateConnect = func(ctx context.Context, c *pgconn.PgConn) error {
		results, err := c.Exec(ctx, `SELECT pg_is_in_recovery(), current_setting('transaction_read_only')`).ReadAll()
		if err != nil {
			return err
		}
		switch row := results[0].Rows[0]; {
		case string(row[0]) == "t":
			return &readOnly{"it is a standby, in recovery"}
		case string(row[1]) == "on":
			return &readOnly{"default_transaction_read_only is on"}
		}
		return nil
	}
	keep := config.OnPgError
	config.OnPgError = func(c *pgconn.PgConn, e *pgconn.PgError) bool { return e.Code != sqlReadOnly && keep(c, e) }
}

// writable returns an error unless the pool's database can be read and written to.
func writable(ctx context.Context, db *pgxpool.Pool) error {
	var set string
	if err := db.QueryRow(ctx, `SELECT current_setting('transaction_read_only')`).Scan(&set); err != nil {
		return err
	}
	if set == "on" {
		return &readOnly{"transaction_read_only is on"}
	}
	return nil
}

// isReadOnly tells a database that is read-only from one that is away.
func isReadOnly(err error) bool {
	var found *readOnly
	return errors.As(err, &found)
}
