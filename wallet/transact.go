package wallet

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"
)

// transactAttempts bounds how often a transaction is tried that the database asks to be tried again.
const transactAttempts = 10

// Transact runs do in a transaction and commits it. It runs do again, from the start, after a serialization failure (40001) or a
// deadlock (40P01), ten times at most. An error of do rolls back. When the connection is lost during COMMIT, the error does not
// say whether the transaction took effect: look it up by key.
func Transact(ctx context.Context, db *pgxpool.Pool, do func(pgx.Tx) error) error {
	for attempt := 1; ; attempt++ {
		err := pgx.BeginFunc(ctx, db, do)
		var again *pgconn.PgError
		if !errors.As(err, &again) || (again.Code != "40001" && again.Code != "40P01") {
			return err
		}
		if attempt == transactAttempts {
			return fmt.Errorf("gave up after %d attempts: %w", attempt, err)
		}
	}
}
