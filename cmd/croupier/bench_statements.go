package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// statementsLibrary counts what Postgres does by statement. It must be loaded when Postgres starts.
const statementsLibrary = "pg_stat_statements"

// statement is what Postgres did for one statement. A commit, with its wait for the disk, comes after its statement and is not in the
// statement's time.
type statement struct {
	Text  string  `json:"text"`
	Calls int64   `json:"calls"`
	Rows  int64   `json:"rows"`
	Time  float64 `json:"milliseconds"`
	WAL   int64   `json:"walBytes"`
	Share float64 `json:"shareOfTime"` // 0 to 1, of all statements
}

// statements are by Postgres' own id of a statement.
type statements map[int64]statement

// countStatements lets the database count what it does by statement.
func (b *bench) countStatements(ctx context.Context) error {
	if _, err := b.db.Exec(ctx, "CREATE EXTENSION IF NOT EXISTS "+statementsLibrary); err != nil {
		return fmt.Errorf("--statements: %w", err)
	}
	if _, err := b.readStatements(ctx); err != nil {
		return fmt.Errorf("--statements: a Postgres that runs already must have been started with shared_preload_libraries=%s: %w",
			statementsLibrary, err)
	}
	return nil
}

func (b *bench) readStatements(ctx context.Context) (statements, error) {
	rows, err := b.db.Query(ctx, `
		SELECT queryid, min(query), sum(calls)::bigint, sum(rows)::bigint, sum(total_exec_time), sum(wal_bytes)::bigint
		FROM `+statementsLibrary+` WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND queryid IS NOT NULL
			AND query NOT LIKE '%`+statementsLibrary+`%'
		GROUP BY queryid`)
	if err != nil {
		return nil, err
	}
	found := statements{}
	var id int64
	var s statement
	_, err = pgx.ForEachRow(rows, []any{&id, &s.Text, &s.Calls, &s.Rows, &s.Time, &s.WAL}, func() error {
		s.Text = strings.Join(strings.Fields(s.Text), " ")
		found[id] = s
		return nil
	})
	return found, err
}

// add adds what was done between two looks.
func (all statements) add(before, after statements) {
	for id, now := range after {
		was, sum := before[id], all[id]
		sum.Text = now.Text
		sum.Calls += now.Calls - was.Calls
		sum.Rows += now.Rows - was.Rows
		sum.Time += now.Time - was.Time
		sum.WAL += now.WAL - was.WAL
		all[id] = sum
	}
}

// list is the statements that were called, those that took longest first.
func (all statements) list() []statement {
	var list []statement
	var total float64
	for _, s := range all {
		if s.Calls > 0 {
			list = append(list, s)
			total += s.Time
		}
	}
	for i := range list {
		list[i].Share = list[i].Time / max(total, 1e-9)
	}
	slices.SortFunc(list, func(a, b statement) int { return cmp.Or(cmp.Compare(b.Time, a.Time), cmp.Compare(a.Text, b.Text)) })
	return list
}
