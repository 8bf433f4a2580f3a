package session

import (
	"strings"
	"testing"
	"time"
)

// What is counted once an hour is over, and what is counted one by one, come to the same, and to what the rounds are.
func TestRatesCountEveryRoundOnce(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	if r, err := b.floor.Rates(t.Context()); err != nil || r.RoundCounts != (RoundCounts{}) || len(r.Days) != 0 || r.VoidedPerMillion() != 0 {
		t.Errorf("of nothing: %+v, %v", r, err)
	}
	for range 2 {
		who := b.player(t, "100.00")
		slots := b.sit(t, who, "slots")
		for _, id := range []string{"1", "2", "3"} {
			slots.spin(t, id)
		}
		b.void(t, b.node, b.sit(t, who, "ladder").do(t, "bet", betPayload).RoundID)
		b.sit(t, who, "ladder").do(t, "open", betPayload)
	}
	check := func(when string, days int) {
		t.Helper()
		r, err := b.floor.Rates(t.Context())
		must(t, err)
		want := RoundCounts{Rounds: 10, Finished: 6, Voided: 2, Open: 2}
		if r.RoundCounts != want || len(r.Days) != days || r.VoidedPerMillion() != 250_000 {
			t.Errorf("%s: %+v, want %+v on %d days", when, r, want, days)
		}
		for _, d := range r.Days {
			if d.Finished < 0 || d.Rounds != d.Finished+d.Voided+d.Open || d.Day.Truncate(24*time.Hour) != d.Day {
				t.Errorf("%s: day %+v", when, d)
			}
		}
	}
	today := b.count(t, `SELECT count(DISTINCT date_trunc('day', uuid_time(id), 'UTC')) FROM rounds`)
	check("one by one", today)
	if n, err := b.floor.CountHours(t.Context()); n != 0 && today == 1 || err != nil {
		t.Errorf("%d hours were counted that are not over: %v", n, err)
	}
	// As if each round had been played hours before the one after it, three days ago and later.
	for _, sql := range []string{`ALTER TABLE rounds DISABLE TRIGGER USER`, `
		WITH old AS (SELECT id, uuid_floor(now() - interval '72 hours' + interval '8 hours' * row_number() OVER (ORDER BY id)) AS floor FROM rounds)
		UPDATE rounds r SET id = (left(floor::text, 14) || right(r.id::text, 22))::uuid FROM old WHERE old.id = r.id`} {
		_, err := b.admin.Exec(t.Context(), sql)
		must(t, err)
	}
	days := b.count(t, `SELECT count(DISTINCT date_trunc('day', uuid_time(id), 'UTC')) FROM rounds`)
	if days < 3 {
		t.Fatalf("the rounds are of %d days", days)
	}
	check("moved", days)
	if counted, err := race2(func() (int, error) { return b.floor.CountHours(t.Context()) }); err != nil || counted < 8 {
		t.Errorf("%d hours were counted: %v", counted, err)
	}
	if n := b.count(t, `SELECT sum(rounds) FROM round_hours`); n < 8 || n > 10 {
		t.Errorf("%d rounds were counted", n)
	}
	check("counted", days)
	if n, err := b.floor.CountHours(t.Context()); n != 0 || err != nil {
		t.Errorf("%d hours were counted again: %v", n, err)
	}
}

// race2 does the same twice at once, and adds up.
func race2(do func() (int, error)) (sum int, err error) {
	counts := make([]int, 2)
	for _, e := range race(2, func(i int) (err error) {
		counts[i], err = do()
		return err
	}) {
		if e != nil {
			err = e
		}
	}
	return counts[0] + counts[1], err
}

// Voided and open rounds are found by their indexes, and those of an hour by their keys, however many were ever played.
func TestRatesAreCountedByIndexes(t *testing.T) {
	t.Parallel()
	b := setupFloor(t)
	b.void(t, b.node, b.sit(t, b.player(t, "10.00"), "ladder").do(t, "bet", betPayload).RoundID)
	for _, sql := range []string{ratesSQL, countHourSQL} {
		tx, err := b.admin.Begin(t.Context())
		must(t, err)
		_, err = tx.Exec(t.Context(), `SET LOCAL enable_seqscan = off`) // of a handful of rounds, a scan would be cheaper
		must(t, err)
		args := []any{hourSettles}
		if sql == ratesSQL {
			args = nil
		}
		rows, err := tx.Query(t.Context(), `EXPLAIN `+sql, args...)
		must(t, err)
		var plan []string
		for rows.Next() {
			var line string
			must(t, rows.Scan(&line))
			plan = append(plan, line)
		}
		must(t, rows.Err())
		must(t, tx.Rollback(t.Context()))
		if text := strings.Join(plan, "\n"); strings.Contains(text, "Seq Scan on rounds") || !strings.Contains(text, "rounds_pkey") ||
			sql == ratesSQL && !strings.Contains(text, "rounds_voided") {
			t.Errorf("the plan is:\n%s", text)
		}
	}
}
