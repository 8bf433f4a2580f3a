package operatorwallet

import (
	"fmt"
	"testing"
	"time"

	"croupier/sandbox/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Pages of the list hold every transaction once, also those of one instant.
func TestPagesHoldEveryTransactionOnce(t *testing.T) {
	t.Parallel()
	at := time.Now().Truncate(time.Second)
	now := at
	w, err := Open(t.Context(), Config{DB: pgtest.Owner(t, pgtest.Empty(t)), Secret: "s", Welcome: "10.00", Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.authenticate(t.Context(), request{PlayerID: "p", Currency: "USD"}); err != nil {
		t.Fatal(err)
	}
	for i := range 7 {
		now = at.Add(time.Duration(i/3) * time.Second)
		if told, err := w.bet(t.Context(), request{TransactionID: fmt.Sprint(9 - i), PlayerID: "p", Currency: "USD", Amount: "1.00", RoundID: "r"}); err != nil || told.status != 200 {
			t.Fatal(told, err)
		}
	}
	seen, cursor := map[string]int{}, ""
	for range 10 {
		page, next, err := w.page(t.Context(), at, at.Add(time.Minute), cursor, 2)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range page {
			seen[one.TransactionID]++
		}
		if cursor = next; next == "" {
			break
		}
	}
	if len(seen) != 7 {
		t.Errorf("seen are %v", seen)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", id, n)
		}
	}
}
