package session

import (
	"testing"
	"time"
)

const timedProfile = `{"jurisdictions": {"UK": {"realityCheck": {"every": "60m", "answerWithin": "60s"}, "sessionLimit": "3h", "coolDown": "30m"}}}`

// warnings looks at what protects the player and returns the warnings that the visit was not told.
func (c chair) warnings(t testing.TB) []Warning {
	t.Helper()
	news, err := c.Care(t.Context())
	must(t, err)
	return news.Warnings
}

// A reality check is sent when it is due, once to every visit, and betting stops when it is not acknowledged in time: on every node, also
// after a reconnect. An open round goes on.
func TestRealityCheck(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 2, timedProfile)
	who := b.player(t, "UK", "100.00")
	one, other, ladder := b.nodes[0].sit(t, who, "dice"), b.nodes[1].sit(t, who, "dice"), b.nodes[1].sit(t, who, "ladder")
	if got := one.warnings(t); len(got) != 0 {
		t.Fatalf("warned of %+v at the start", got)
	}
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "dice", []byte(`{"roll":99.00}`)))
	must(t, one.roll(t, "2.50"))
	must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "ladder", []byte(`{"fallOnRung":null}`)))
	ladder.do(t, "bet", betPayload)
	b.clock.advance(time.Hour - time.Second)
	if one.CareDue(b.clock.now()) || len(one.warnings(t)) != 0 {
		t.Error("warned a second before the time")
	}
	must(t, second(other.Acknowledge(t.Context(), RealityCheck))) // ahead of its time it changes nothing
	b.clock.advance(time.Second)
	if !one.CareDue(b.clock.now()) {
		t.Error("the clock says nothing of a warning that is due")
	}
	got := one.warnings(t)
	if len(got) != 1 {
		t.Fatalf("warned of %+v", got)
	}
	if w := got[0]; w.Type != "reality_check" || w.SessionDuration != 3600 || w.TotalWagered.String() != "3.50" || w.NetResult.String() != "-3.50" ||
		w.NextAction != "acknowledge" || w.ExpiresIn != 60 {
		t.Errorf("warned of %+v", w)
	}
	if got := one.warnings(t); len(got) != 0 {
		t.Errorf("warned again of %+v", got)
	}
	b.clock.advance(20 * time.Second)
	if got := other.warnings(t); len(got) != 1 || got[0].ExpiresIn != 40 {
		t.Errorf("the other tab is warned of %+v", got)
	}
	must(t, one.roll(t, "1.00")) // there is time to acknowledge
	b.clock.advance(40 * time.Second)
	e := wantCode(t, one.roll(t, "1.00"), CheckWaits)
	if e.Details["warningType"] != RealityCheck {
		t.Errorf("refused with %v", e.Details)
	}
	again := b.nodes[1].sit(t, who, "dice")
	wantCode(t, again.roll(t, "1.00"), CheckWaits)
	if got := again.warnings(t); len(got) != 1 || got[0].ExpiresIn != 0 {
		t.Errorf("after a reconnect it is warned of %+v", got)
	}
	ladder.do(t, "climb", climbPayload)
	ladder.cashOut(t, "out")
	wantCode(t, second(again.Acknowledge(t.Context(), "nonsense")), Malformed)
	must(t, second(again.Acknowledge(t.Context(), RealityCheck)))
	must(t, second(again.Acknowledge(t.Context(), RealityCheck)))
	must(t, one.roll(t, "1.00")) // the node that heard nothing of it looks before it refuses
	if n := b.count(t, `SELECT count(*) FROM player_records WHERE player_id = $1 AND kind = 'acknowledged'`, who.ID); n != 1 {
		t.Errorf("%d acknowledgements are recorded", n)
	}

	// Nobody warns a player who is away; the check is due all the same, whoever looks.
	b.clock.advance(time.Hour + time.Minute)
	wantCode(t, other.roll(t, "1.00"), CheckWaits)
	b.clean(t)
}

// The time of play ends on every node, whatever session the player comes in with, and begins anew after the cool-down only.
func TestSessionLimitAndCoolDown(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 2, timedProfile)
	who := b.player(t, "UK", "100.00")
	tab := b.sit(t, who, "dice")
	tab.warnings(t)
	for range 2 {
		b.clock.advance(time.Hour)
		tab.warnings(t)
		must(t, second(tab.Acknowledge(t.Context(), RealityCheck)))
		must(t, tab.roll(t, "1.00"))
	}
	b.clock.advance(59 * time.Minute)
	got := tab.warnings(t)
	if len(got) != 1 || got[0].Type != "session_limit" || got[0].NextAction != "stop" || got[0].ExpiresIn != 60 || got[0].SessionDuration != 3*3600-60 {
		t.Fatalf("warned of %+v", got)
	}
	must(t, second(tab.Acknowledge(t.Context(), SessionLimitWarning)))
	if got := b.nodes[1].sit(t, who, "dice").warnings(t); len(got) != 0 {
		t.Errorf("warned of what was acknowledged: %+v", got)
	}
	must(t, tab.roll(t, "1.00"))
	b.clock.advance(time.Minute)
	e := wantCode(t, tab.roll(t, "1.00"), SessionLimitReached)
	until := b.clock.now().Add(30 * time.Minute)
	if e.Details["until"] != until || e.Details["limitMinutes"] != int64(180) {
		t.Errorf("refused with %v, want until %s", e.Details, until)
	}
	newcomer := who
	newcomer.session = b.session(t, who.ID)
	elsewhere := b.nodes[1].sit(t, newcomer, "dice")
	wantCode(t, elsewhere.roll(t, "1.00"), SessionLimitReached)
	b.clock.advance(30*time.Minute - time.Second)
	wantCode(t, elsewhere.roll(t, "1.00"), SessionLimitReached)
	b.clock.advance(time.Second)
	must(t, elsewhere.roll(t, "1.00"))
	must(t, tab.roll(t, "1.00"))
	b.clean(t)
}

// Signing in again does not begin the time anew; a break does.
func TestOnlyABreakBeginsTheTimeAnew(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, timedProfile)
	who := b.player(t, "UK", "100.00")
	must(t, b.sit(t, who, "dice").roll(t, "1.00"))
	sessionAfter := func(pause time.Duration) time.Duration {
		t.Helper()
		b.clock.advance(pause)
		who.session = b.session(t, who.ID)
		tab := b.sit(t, who, "dice")
		must(t, second(tab.Care(t.Context())))
		must(t, tab.roll(t, "1.00"))
		s, err := b.floor.SessionState(t.Context(), who.ID, who.session)
		must(t, err)
		return s.Duration
	}
	for _, test := range []struct{ pause, want time.Duration }{
		{20 * time.Minute, 20 * time.Minute}, {29 * time.Minute, 49 * time.Minute}, {30 * time.Minute, 0}, {10 * time.Minute, 10 * time.Minute},
	} {
		if got := sessionAfter(test.pause); got != test.want {
			t.Errorf("after a pause of %s the time is %s, want %s", test.pause, got, test.want)
		}
	}
}

// A player's own session limit holds without any profile, and the shorter of both where there is one.
func TestOwnSessionLimit(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "100.00")
	tab := b.sit(t, who, "dice")
	must(t, tab.roll(t, "1.00"))
	b.limit(t, who, SessionLimit, InSession, "10")
	must(t, tab.roll(t, "1.00"))
	b.clock.advance(10*time.Minute - time.Second)
	must(t, tab.roll(t, "1.00"))
	b.clock.advance(time.Second)
	wantCode(t, tab.roll(t, "1.00"), SessionLimitReached)
	b.clock.advance(defaultCoolDown)
	must(t, tab.roll(t, "1.00"))
	if n := b.count(t, `SELECT count(*) FROM play_times`); n != 1 {
		t.Errorf("%d players have a time", n)
	}
}

// A player whom nothing bounds has no row of any kind, and nothing but the position is read for a round.
func TestUnboundedPlayersCostNothing(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "100.00")
	tab := b.sit(t, who, "dice")
	must(t, second(tab.Care(t.Context())))
	must(t, tab.roll(t, "1.00"))
	at := tab.seat.at
	before := b.node.db.Stat().AcquireCount()
	for range 10 {
		must(t, tab.roll(t, "1.00"))
	}
	if tab.seat.at != at {
		t.Error("the position was loaded anew")
	}
	if n := b.node.db.Stat().AcquireCount() - before; n > 10 { // a group is written by one
		t.Errorf("10 rounds took %d connections", n)
	}
	for _, table := range []string{"play_times", "player_bars", "player_limits", "player_records", "limits_reached"} {
		if n := b.count(t, `SELECT count(*) FROM `+table); n != 0 {
			t.Errorf("%s has %d rows", table, n)
		}
	}
}
