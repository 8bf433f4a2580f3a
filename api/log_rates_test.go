package api

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"croupier/sandbox/pgtest"
	"croupier/session"
)

// ratesAnswer is what a test looks at in the published rates.
type ratesAnswer struct {
	Rounds, Finished, Voided, Open, VoidedPerMillion int64
	Days                                             []struct {
		Day                            string
		Rounds, Finished, Voided, Open int64
	}
}

func TestAnybodySeesHowManyRoundsAreVoided(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := newTestServer(t, withLadder(t), func(c *Config) {
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	rates := func() (got ratesAnswer) {
		t.Helper()
		s.get(t, "/log/rates").into(t, &got)
		return got
	}
	if got := rates(); got.Rounds != 0 || got.VoidedPerMillion != 0 || len(got.Days) != 0 {
		t.Errorf("of nothing: %+v", got)
	}
	o := s.operator(t)
	p := o.player(t, "USD", "100.00")
	slots, c := p.connect(t, "slots"), p.connect(t, "ladder")
	for _, id := range []string{"1", "2"} {
		slots.spin(id).result(t)
	}
	round := c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t).RoundID
	o.post(t, "/rounds/"+round+"/void", voidBody).into(t, &voidAnswer{})
	c.ask("action", `{"action":"bet","amount":10.00}`, "another").result(t)
	if got := rates(); got.Rounds != 0 {
		t.Errorf("counted anew at once: %+v", got)
	}
	ahead.Store(int64(ratesFor))
	got := rates()
	if got.Rounds != 4 || got.Finished != 2 || got.Voided != 1 || got.Open != 1 || got.VoidedPerMillion != 333_334 || len(got.Days) == 0 {
		t.Errorf("rates %+v", got)
	}
	var days int64
	for _, d := range got.Days {
		days += d.Rounds
	}
	if days != got.Rounds || got.Days[0].Day > time.Now().UTC().Format(time.DateOnly) {
		t.Errorf("days %+v", got.Days)
	}
	s.get(t, "/log/rates?days=0").wants(t, http.StatusBadRequest, session.InvalidRequest)
}

// The job of a server counts the hours that are over.
func TestTheJobCountsHours(t *testing.T) {
	t.Parallel()
	first := newTestServer(t)
	p := first.operator(t).player(t, "USD", "100.00")
	p.connect(t, "slots").spin("1").result(t)
	first.endJobs()
	<-first.jobs.Stopped()
	owner := pgtest.Owner(t, first.config.DatabaseURL)
	for _, sql := range []string{`ALTER TABLE rounds DISABLE TRIGGER USER`,
		`UPDATE rounds SET id = (left(uuid_floor(now() - interval '5 hours')::text, 14) || right(id::text, 22))::uuid`} {
		_, err := owner.Exec(t.Context(), sql)
		must(t, err)
	}
	next := newTestServer(t, func(c *Config) { c.DatabaseURL = first.config.DatabaseURL })
	deadline := time.Now().Add(answerWithin)
	for tick := time.Tick(20 * time.Millisecond); ; <-tick {
		var rounds int64
		must(t, next.db.QueryRow(t.Context(), `SELECT coalesce(sum(rounds), 0)::bigint FROM round_hours`).Scan(&rounds))
		if rounds == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d rounds were counted; log:\n%s", rounds, next.logs)
		}
	}
	if logged := next.logs.String(); strings.Contains(logged, `"level":"ERROR"`) {
		t.Errorf("logged %s", logged)
	}
}
