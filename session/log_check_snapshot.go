package session

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// LogKept says whether a database has a commitment log: something was once written to it. Its key is there in every database that a server
// was started on.
func LogKept(ctx context.Context, db rowQuerier) (kept bool, err error) {
	const sql = `SELECT EXISTS (SELECT FROM log_leaves) OR EXISTS (SELECT FROM log_checkpoints)`
	if err := db.QueryRow(ctx, sql).Scan(&kept); err != nil {
		return false, fmt.Errorf("look for the commitment log: %w", err)
	}
	return kept, nil
}

// CheckLogIn is CheckLog in a snapshot that the caller has taken, and looks at other things in as well. What has no leaf in the snapshot is
// looked for again in a connection of its own, as a snapshot never shows what comes later; if how.Grace is 0, in the snapshot alone.
func CheckLogIn(ctx context.Context, snapshot pgx.Tx, how LogCheck) (*LogReport, error) {
	c := newLogCheck(how)
	err := c.snapshot(ctx, snapshot)
	if err == nil {
		err = c.awaitBeside(ctx, snapshot)
	}
	if err != nil {
		return nil, fmt.Errorf("check the commitment log: %w", err)
	}
	return c.report, nil
}

func (c *logCheck) awaitBeside(ctx context.Context, snapshot pgx.Tx) error {
	if c.how.Grace == 0 || len(c.rounds)+len(c.seeds) == 0 {
		return c.await(ctx, snapshot)
	}
	later, err := pgx.ConnectConfig(ctx, snapshot.Conn().Config())
	if err != nil {
		return err
	}
	defer later.Close(context.WithoutCancel(ctx))
	return c.await(ctx, later)
}
