package api

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"croupier/games"
	"croupier/session"
)

// shortExpiry makes a server end rounds after 2 minutes, by a clock that a test puts forward.
func shortExpiry(ahead *atomic.Int64) func(*Config) {
	return func(c *Config) {
		c.Expiry = session.Expiry{After: session.MinExpiry}
		c.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	}
}

// expiredPayload is what a test looks at in a round_expired.
type expiredPayload struct {
	result
	GameID string      `json:"gameId"`
	Stake  json.Number `json:"stake"`
	Payout json.Number `json:"payout"`
	At     time.Time   `json:"at"`
}

func (e envelope) expired(t testing.TB) (p expiredPayload) {
	t.Helper()
	if e.Type != "round_expired" || e.RequestID != "" {
		t.Fatalf("got %s %s, want a round_expired", e.Type, e.Payload)
	}
	if got := strings.Join(keysOf(t, e.Payload), " "); got != "at balance gameId outcome payout provablyFair roundId stake status" {
		t.Errorf("fields %s", got)
	}
	must(t, json.Unmarshal(e.Payload, &p))
	return p
}

// wantMarked waits until all that was told is marked as told, which comes after the telling.
func (s *testServer) wantMarked(t testing.TB) {
	t.Helper()
	deadline := time.Now().Add(answerWithin)
	for tick := time.Tick(10 * time.Millisecond); ; <-tick {
		var left int
		must(t, s.db.QueryRow(t.Context(), `SELECT count(*) FROM expiries WHERE told_at IS NULL`).Scan(&left))
		if left == 0 {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%d expiries are not marked as told", left)
		}
	}
}

// wantNothing fails the test if a message comes before the answer to the next request.
func (c *client) wantNothing() {
	c.t.Helper()
	c.send(`{"type":"ping","payload":{},"requestId":"nothing?"}`)
	if e := c.read(); e.RequestID != "nothing?" {
		c.t.Errorf("got %s %s, want nothing", e.Type, e.Payload)
	}
}

func TestExpiredRoundIsToldAtOnceAndOnce(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	a := newTestServer(t, withLadder(t), shortExpiry(&ahead))
	b := newTestServer(t, withLadder(t), shortExpiry(&ahead), func(c *Config) { c.DatabaseURL = a.config.DatabaseURL })
	p := a.operator(t).player(t, "USD", "100.00")
	c, slots := p.connect(t, "test-ladder"), p.connect(t, "slots")
	opened := c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	ahead.Store(int64(3 * time.Minute))
	ended, err := b.Floor.ExpireRounds(t.Context(), b.config.Expiry) // on another node than the player's, unless a job was faster
	if must(t, err); ended > 1 {
		t.Fatalf("%d rounds were ended", ended)
	}
	told := c.awaitType("round_expired").expired(t)
	if told.RoundID != opened.RoundID || told.GameID != "test-ladder" || told.Status != "completed" || told.Stake != "10.00" ||
		told.Payout != "10.00" || told.Balance.Before != "90.00" || told.Balance.After != "100.00" || told.Balance.Currency != "USD" ||
		told.ProvablyFair.ServerSeedHash != opened.ProvablyFair.ServerSeedHash || time.Since(told.At).Abs() > 10*time.Minute {
		t.Errorf("told %+v", told)
	}
	a.wantMarked(t)
	c.ask("cashout", `{}`, "late").wantError(t, string(session.RoundComplete))
	c.wantNothing()
	slots.wantNothing()
	p.connect(t, "ladder").wantNothing()
	p.connectAt(t, b, "ladder").wantNothing()
	var record games.Record
	p.get(t, "/rounds/"+opened.RoundID).into(t, &record)
	if last := record.Actions[len(record.Actions)-1]; last.Type != games.TypeExpiry || last.RequestID != "expiry" || last.Payout != "10.00" {
		t.Errorf("recorded %+v", last)
	}
	a.wantWholeLedger(t)
}

// The whole way: the server that the round was played on is gone, and the job of the next one ends the round. Its player hears of it
// when it connects, after the round that is open now.
func TestJobEndsRoundsAndTheNextConnectionTells(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	first := newTestServer(t, withLadder(t), shortExpiry(&ahead))
	o := first.operator(t)
	p, other := o.player(t, "USD", "100.00"), o.player(t, "USD", "100.00")
	gone := p.connect(t, "ladder")
	opened := gone.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	cut(gone.conn)
	for tick := time.Tick(10 * time.Millisecond); len(first.sockets.all()) > 0; <-tick {
	}
	ahead.Store(int64(3 * time.Minute))
	recent := other.connect(t, "ladder").ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	first.endJobs() // as when it goes away: another is elected to put the jobs in
	<-first.jobs.Stopped()
	next := newTestServer(t, withLadder(t), shortExpiry(&ahead), func(c *Config) { c.DatabaseURL = first.config.DatabaseURL })
	deadline := time.Now().Add(answerWithin)
	for tick := time.Tick(20 * time.Millisecond); p.balance(t) != "100.00"; <-tick {
		if time.Now().After(deadline) {
			t.Fatalf("no job ended the round; log:\n%s", next.logs)
		}
	}
	p.server = next
	c := p.connect(t, "ladder")
	if told := c.read().expired(t); told.RoundID != opened.RoundID {
		t.Errorf("told %+v", told)
	}
	next.wantMarked(t)
	c.wantNothing()
	p.connect(t, "ladder").wantNothing()
	if e := other.connect(t, "ladder").read(); e.Type != "round_recovered" || !strings.Contains(string(e.Payload), recent.RoundID) {
		t.Errorf("got %s %s, want the round that goes on", e.Type, e.Payload)
	}
	for _, line := range strings.Split(next.logs.String()+first.logs.String(), "\n") {
		if strings.Contains(line, `"level":"WARN"`) || strings.Contains(line, `"level":"ERROR"`) {
			t.Errorf("logged: %s", line)
		}
	}
	next.wantWholeLedger(t)
}

// What could not be written was not told: the next connection tells it.
func TestABrokenConnectionIsNotTold(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	s := newTestServer(t, withLadder(t), shortExpiry(&ahead))
	p := s.operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "ladder")
	opened := c.ask("action", `{"action":"bet","amount":10.00}`, "open").result(t)
	for _, there := range s.sockets.all() {
		there.out.mu.Lock()
		there.out.closed = true // as after a write that failed
		there.out.mu.Unlock()
	}
	ahead.Store(int64(3 * time.Minute))
	_, err := s.Floor.ExpireRounds(t.Context(), s.config.Expiry)
	must(t, err)
	again := p.connect(t, "ladder")
	if told := again.read().expired(t); told.RoundID != opened.RoundID {
		t.Errorf("told %+v", told)
	}
	s.wantMarked(t)
	p.connect(t, "ladder").wantNothing()
}

func TestDeliverSaysWhatBecameOfAMessage(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	p := s.operator(t).player(t, "USD", "100.00")
	c := p.connect(t, "slots")
	c.wantNothing()
	out := &s.sockets.all()[0].out
	if !out.deliver([]byte(`{"type":"x","timestamp":1}`)) {
		t.Error("a message to a client that is there was not delivered")
	}
	c.awaitType("x")
	// Somebody else writes, and fails before the message's turn.
	out.mu.Lock()
	out.writing = true
	out.mu.Unlock()
	delivered := make(chan bool)
	go func() { delivered <- out.deliver([]byte(`{"type":"y","timestamp":1}`)) }()
	for queued := 0; queued == 0; {
		out.mu.Lock()
		queued = len(out.queue)
		out.closed = queued > 0
		out.mu.Unlock()
	}
	out.flush()
	if <-delivered || out.deliver([]byte(`{}`)) {
		t.Error("a message on a broken connection was delivered")
	}
	c.conn.Close()
}
