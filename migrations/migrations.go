// Package migrations holds the schema as goose SQL files and brings a database to it. Servers that start at once wait for one
// another on an advisory lock. An applied file is never edited: a change is a new file.
package migrations

import (
	"cmp"
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// ErrSchema is why a server refuses to start: the database's schema is not the one that this binary knows.
var ErrSchema = errors.New("schema mismatch")

// Migration is the state of one migration.
type Migration struct {
	Version   int64     `json:"version"`
	File      string    `json:"file,omitempty"`     // empty: this binary does not know it, a newer one applied it
	AppliedAt time.Time `json:"appliedAt,omitzero"` // zero: not applied
}

// Up applies all migrations that the database does not have yet. It returns ErrSchema if a newer binary applied others.
func Up(ctx context.Context, databaseURL string) error {
	return with(databaseURL, func(d database) error {
		if err := d.refuseNewer(ctx); err != nil {
			return err
		}
		_, err := d.Up(ctx)
		return err
	})
}

// Down takes back the newest applied migration, and with it the data that it made room for. It returns ErrSchema if a newer binary
// applied that one: only it knows how to take it back.
func Down(ctx context.Context, databaseURL string) error {
	return with(databaseURL, func(d database) error {
		if err := d.refuseNewer(ctx); err != nil {
			return err
		}
		_, err := d.Down(ctx)
		if errors.Is(err, goose.ErrNoNextVersion) {
			return errors.New("nothing to take back: no migration is applied")
		}
		return err
	})
}

// Status lists all migrations, oldest first: those of this binary, and what else was applied.
func Status(ctx context.Context, databaseURL string) (list []Migration, err error) {
	err = with(databaseURL, func(d database) error {
		list, err = d.list(ctx)
		return err
	})
	return list, err
}

// Check returns ErrSchema, wrapped with what to do, unless the database is at exactly the version that this binary knows.
func Check(ctx context.Context, databaseURL string) error {
	return with(databaseURL, func(d database) error {
		if err := d.refuseNewer(ctx); err != nil {
			return err
		}
		have, want, err := d.GetVersions(ctx)
		if err == nil && have != want {
			return fmt.Errorf("%w: the database is at version %d, this binary needs %d: run `croupier migrate up`", ErrSchema, have, want)
		}
		return err
	})
}

// database is one database, as its owner sees it.
type database struct {
	*goose.Provider
	db *sql.DB
}

func (d database) list(ctx context.Context) ([]Migration, error) {
	status, err := d.Status(ctx) // makes goose's table if there is none
	if err != nil {
		return nil, err
	}
	var list []Migration
	known := []int64{0} // goose's own mark that its table was made
	for _, s := range status {
		list = append(list, Migration{Version: s.Source.Version, File: s.Source.Path, AppliedAt: s.AppliedAt})
		known = append(known, s.Source.Version)
	}
	const others = `SELECT version_id, max(tstamp) FROM ` + goose.DefaultTablename + ` WHERE is_applied AND version_id <> ALL ($1) GROUP BY 1`
	rows, err := d.db.QueryContext(ctx, others, known)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var m Migration
		if err := rows.Scan(&m.Version, &m.AppliedAt); err != nil {
			return nil, err
		}
		list = append(list, m)
	}
	slices.SortFunc(list, func(a, b Migration) int { return cmp.Compare(a.Version, b.Version) })
	return list, rows.Err()
}

// refuseNewer returns ErrSchema, with the versions, if a newer binary has been here.
func (d database) refuseNewer(ctx context.Context) error {
	list, err := d.list(ctx)
	if err != nil {
		return err
	}
	var newer []string
	for _, m := range list {
		if m.File == "" {
			newer = append(newer, strconv.FormatInt(m.Version, 10))
		}
	}
	if newer != nil {
		return fmt.Errorf("%w: the database has migrations that are newer than this binary (version %s): run a newer croupier",
			ErrSchema, strings.Join(newer, ", "))
	}
	return nil
}

// with opens the database as its owner, hands it to goose and closes it.
func with(databaseURL string, do func(database) error) error {
	config, err := pgx.ParseConfig(databaseURL)
	if err != nil {
		return fmt.Errorf("database URL: %w", err)
	}
	db := stdlib.OpenDB(*config)
	defer db.Close()
	if err := db.Ping(); err != nil {
		return fmt.Errorf("the database cannot be reached: %w", err)
	}
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return fmt.Errorf("migrations: lock: %w", err)
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker))
	if err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	if err := do(database{provider, db}); err != nil {
		return fmt.Errorf("migrations: %w", err)
	}
	return nil
}
