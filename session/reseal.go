package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
)

// Resealed is what Reseal did to one column.
type Resealed struct {
	Column   string   `json:"column"`   // table.column
	Resealed int      `json:"resealed"` // values that were sealed anew
	Left     int      `json:"left"`     // values that are still sealed under another key
	Closed   []string `json:"closed"`   // rows among them whose value opens under no key, with why; at most 100
}

// Resealer seals everything anew that is not sealed under the vault's current key. It may run while servers play, and be killed at any
// time: what is done stays done, and the next run goes on.
type Resealer struct {
	DB    *pgxpool.Pool
	Vault *fairness.Vault // holds the new key, and the old ones
}

// The pace of a Resealer.
const (
	resealBatch  = 200                    // rows of one commit: none is locked for longer than that takes
	resealPasses = 20                     // through a column at most: what play holds at the moment is left for the next
	resealPause  = 250 * time.Millisecond // between them
	mostClosed   = 100
)

// Left returns how many values are sealed under another key than the current one.
func (r *Resealer) Left(ctx context.Context) (total int, err error) {
	for _, c := range sealedColumns {
		n, err := r.left(ctx, c)
		if err != nil {
			return 0, err
		}
		total += n
	}
	return total, nil
}

func (r *Resealer) left(ctx context.Context, c sealedColumn) (n int, err error) {
	if err := r.DB.QueryRow(ctx, c.left, r.Vault.SealPrefix()).Scan(&n); err != nil {
		return 0, fmt.Errorf("count what other keys seal in %s: %w", c.name, err)
	}
	return n, nil
}

// Reseal seals everything anew and tells progress of every few rows. Nothing depends on an old key any more when Left is 0 in all that
// it returns. Otherwise there are values that no key of the vault opens, or a server still seals under an old one.
func (r *Resealer) Reseal(ctx context.Context, progress func(rows int)) ([]Resealed, error) {
	all := make([]Resealed, len(sealedColumns))
	for i, c := range sealedColumns {
		var err error
		if all[i], err = r.column(ctx, c, progress); err != nil {
			return nil, fmt.Errorf("seal %s anew: %w", c.name, err)
		}
	}
	// Only now, when all is done: servers went on sealing meanwhile.
	for i, c := range sealedColumns {
		var err error
		if all[i].Left, err = r.left(ctx, c); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// column goes through a column until it finds nothing but what does not open.
func (r *Resealer) column(ctx context.Context, c sealedColumn, progress func(rows int)) (Resealed, error) {
	done := Resealed{Column: c.name}
	for range resealPasses {
		found, written, closed, err := r.pass(ctx, c, progress)
		done.Resealed += written
		if err != nil {
			return done, err
		}
		done.Closed = closed[:min(len(closed), mostClosed)]
		if found == len(closed) {
			break
		}
		pause(ctx, resealPause)
	}
	return done, nil
}

// pass goes through a column once. It returns how many rows were found under another key, how many of them were written, and which did
// not open.
func (r *Resealer) pass(ctx context.Context, c sealedColumn, progress func(rows int)) (found, written int, closed []string, err error) {
	closed = []string{}
	for last := c.first; ; {
		rows, err := r.find(ctx, c, last)
		if err != nil {
			return found, written, closed, err
		}
		batch, unopened := r.sealAnew(c, rows)
		found, closed = found+len(rows), append(closed, unopened...)
		if len(batch.id) > 0 {
			tag, err := r.DB.Exec(ctx, c.write, batch.id, batch.part, batch.was, batch.now)
			if err != nil {
				return found, written, closed, err
			}
			written += int(tag.RowsAffected())
			progress(int(tag.RowsAffected()))
		}
		if len(rows) < resealBatch {
			return found, written, closed, nil
		}
		last = rows[len(rows)-1]
	}
}

// find returns the next rows after last. It locks none.
func (r *Resealer) find(ctx context.Context, c sealedColumn, last sealedRow) ([]sealedRow, error) {
	rows, err := r.DB.Query(ctx, c.find, r.Vault.SealPrefix(), resealBatch, last.id, last.part)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (s sealedRow, err error) { return s, row.Scan(&s.id, &s.part, &s.sealed) })
}

// sealedAnew is a batch as a statement takes it.
type sealedAnew struct {
	id, part []string
	was, now [][]byte
}

// sealAnew opens values and seals them under the current key. It names the rows that do not open.
func (r *Resealer) sealAnew(c sealedColumn, rows []sealedRow) (batch sealedAnew, closed []string) {
	for _, row := range rows {
		aad := c.aad(row.id, row.part)
		plain, err := r.Vault.Open(row.sealed, aad)
		if err != nil {
			closed = append(closed, fmt.Sprintf("%s: %v", strings.TrimSuffix(row.id+"/"+row.part, "/"), err))
			continue
		}
		batch.id, batch.part = append(batch.id, row.id), append(batch.part, row.part)
		batch.was, batch.now = append(batch.was, row.sealed), append(batch.now, r.Vault.Seal(plain, aad))
	}
	return batch, closed
}
