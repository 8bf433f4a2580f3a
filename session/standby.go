package session

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgxpool"
)

// errUnconfirmed says that something is stored and may still be taken back by a failover.
var errUnconfirmed = errors.New("stored, and not known to be on the standby")

// confirm returns when all that could be read before is on the synchronous standby too, if there is to be one. A commit that nobody waits
// for any more can be read on the primary before the standby has it: pgx cancels what it gives up, and Postgres then ends the wait and
// not the commit; a primary that starts again does not wait for old commits either. A standby has commits in order, so one that is made
// now and waited for confirms them all.
func (f *Floor) confirm(ctx context.Context) error { return confirm(ctx, f.db) }

func confirm(ctx context.Context, db *pgxpool.Pool) error {
	const sql = `SELECT pg_logical_emit_message(true, 'croupier', '') WHERE current_setting('synchronous_standby_names') <> ''`
	if _, err := db.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%w: %w", errUnconfirmed, err)
	}
	return nil
}
