package wallet_test

import (
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"croupier/wallet"
)

func TestTransactTriesAgainWhatTheDatabaseAsksFor(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for code, want := range map[string]int{"40001": 10, "40P01": 10, "23505": 1} {
		tries := 0
		err := wallet.Transact(t.Context(), b.admin, func(tx pgx.Tx) error {
			tries++
			_, err := tx.Exec(t.Context(), `CREATE TABLE half_done (n int)`)
			if err != nil {
				return err
			}
			_, err = tx.Exec(t.Context(), `DO $$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '`+code+`'; END $$`)
			return err
		})
		var told *pgconn.PgError
		if tries != want || !errors.As(err, &told) || told.Code != code {
			t.Errorf("%s: %d tries, want %d; error %v", code, tries, want, err)
		}
	}
	tries := 0
	must(t, wallet.Transact(t.Context(), b.admin, func(tx pgx.Tx) error {
		if tries++; tries < 3 {
			return &pgconn.PgError{Code: "40001"}
		}
		_, err := tx.Exec(t.Context(), `CREATE TABLE half_done (n int)`) // nothing is left of the tries before
		return err
	}))
	own := errors.New("own")
	if err := wallet.Transact(t.Context(), b.admin, func(tx pgx.Tx) error {
		if _, err := tx.Exec(t.Context(), `DROP TABLE half_done`); err != nil {
			return err
		}
		return own
	}); !errors.Is(err, own) {
		t.Errorf("error %v", err)
	}
	var kept bool
	must(t, b.admin.QueryRow(t.Context(), `SELECT to_regclass('half_done') IS NOT NULL`).Scan(&kept))
	if !kept {
		t.Error("an error of the function did not roll back")
	}
}
