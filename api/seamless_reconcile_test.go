package api

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"croupier/session"
)

// Books that agree are said to; whatever differs is found and named, whichever book is wrong.
func TestReconciliationFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	p := s.player(t)
	c := p.connect(t, "slots")
	for i := range 6 {
		c.spin(fmt.Sprint(i)).result(t)
	}
	s.agree(t)
	until := time.Now().Add(time.Minute)
	r, err := s.reconciler.Run(t.Context(), s.operator.Operator.ID, until.Add(-time.Hour), until)
	must(t, err)
	calls := strings.Count(s.states(t), "bet settled") + strings.Count(s.states(t), "win accepted")
	if !r.Agrees() || r.Matched != calls || len(r.Totals) != 1 || !r.Totals[0].Bets.Equal(r.Totals[0].BetsThere) || r.Totals[0].Bets.String() != "6" {
		t.Errorf("of books that agree: %+v, want %d", r, calls)
	}
	for _, sql := range []string{
		`DELETE FROM transactions WHERE id = (SELECT id FROM transactions WHERE kind = 'bet' ORDER BY id LIMIT 1)`,
		`UPDATE transactions SET amount = amount + 0.01 WHERE id = (SELECT id FROM transactions WHERE kind = 'bet' ORDER BY id LIMIT 1)`,
		`UPDATE transactions SET state = 'rolled_back' WHERE id = (SELECT id FROM transactions WHERE kind = 'bet' ORDER BY id DESC LIMIT 1)`,
		`INSERT INTO transactions SELECT 'made up', kind, player, currency, amount, round, state, status, answer, rollback, at FROM transactions LIMIT 1`,
		`INSERT INTO transactions SELECT gen_random_uuid()::text, kind, player, currency, amount, round, state, status, answer, rollback, at FROM transactions LIMIT 1`,
	} {
		tag, err := s.books.Exec(t.Context(), sql)
		must(t, err)
		if tag.RowsAffected() != 1 {
			t.Fatalf("%s: %s", sql, tag)
		}
	}
	r, err = s.reconciler.Run(t.Context(), s.operator.Operator.ID, until.Add(-time.Hour), until)
	must(t, err)
	if r.Agrees() || r.MissingThere != 1 || r.Differs != 2 || r.MissingHere != 2 || r.Matched != calls-3 || len(r.Items) != 5 {
		t.Errorf("of books that differ: %+v", r)
	}
	var kept int
	must(t, s.own.QueryRow(t.Context(), `SELECT count(*) FROM wallet_reconciliations WHERE report ->> 'differs' = '2'`).Scan(&kept))
	if kept != 1 {
		t.Errorf("%d reports are kept", kept)
	}
	if _, err := s.reconciler.Run(t.Context(), s.testServer.operator(t).Operator.ID, until.Add(-time.Hour), until); err == nil {
		t.Error("an operator without a wallet was reconciled with")
	}
}

// Every day is reconciled once, when it is over.
func TestReconciliationIsDaily(t *testing.T) {
	t.Parallel()
	s := newSeamless(t)
	clock := time.Now().UTC().Truncate(24 * time.Hour).Add(24 * time.Hour)
	r := *s.reconciler
	r.Now = func() time.Time { return clock }
	runs := map[string]int{}
	for range 30 {
		must(t, r.Daily(t.Context(), func(one *session.Reconciliation) { runs[one.Since.Format(time.DateOnly)]++ }))
		clock = clock.Add(time.Hour)
	}
	today, next := time.Now().UTC().Format(time.DateOnly), time.Now().UTC().Add(24*time.Hour).Format(time.DateOnly)
	if len(runs) != 2 || runs[today] != 1 || runs[next] != 1 {
		t.Errorf("runs by day: %v", runs)
	}
}
