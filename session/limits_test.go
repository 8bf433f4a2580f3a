package session

import (
	"testing"
	"time"

	"croupier/wallet"
	"croupier/wallet/money"
)

// TestPeriods holds the beginnings of days, weeks and months against the calendar.
func TestPeriods(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("east", 5*60*60)
	for _, test := range []struct {
		at, day, week, month, next string
	}{
		{"2026-03-04T12:00:00Z", "2026-03-04", "2026-03-02", "2026-03-01", "2026-04-01"},
		{"2026-03-01T23:59:59Z", "2026-03-01", "2026-02-23", "2026-03-01", "2026-04-01"}, // a Sunday
		{"2026-03-02T00:00:00Z", "2026-03-02", "2026-03-02", "2026-03-01", "2026-04-01"}, // a Monday
		{"2027-01-01T00:00:00Z", "2027-01-01", "2026-12-28", "2027-01-01", "2027-02-01"},
		{"2028-02-29T08:00:00Z", "2028-02-29", "2028-02-28", "2028-02-01", "2028-03-01"},
	} {
		at, err := time.Parse(time.RFC3339, test.at)
		must(t, err)
		for _, zone := range []*time.Location{time.UTC, east} {
			got := []string{Day.since(at.In(zone)).Format(time.DateOnly), Week.since(at.In(zone)).Format(time.DateOnly),
				Month.since(at.In(zone)).Format(time.DateOnly), Month.until(at.In(zone)).Format(time.DateOnly)}
			for i, want := range []string{test.day, test.week, test.month, test.next} {
				if got[i] != want {
					t.Errorf("of %s in %s: %v, want %s in place %d", test.at, zone, got, want, i)
				}
			}
		}
	}
}

// A limit becomes stricter at once, and laxer a day later: on every node, whatever it remembers.
func TestLimitsTightenAtOnceAndRelaxAfterADay(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 2, "")
	who := b.player(t, "", "1000.00")
	tabs := []chair{b.nodes[0].sit(t, who, "dice"), b.nodes[1].sit(t, who, "dice")} // nobody listens: what is remembered is not corrected
	for _, tab := range tabs {
		must(t, tab.roll(t, "1.00"))
	}
	b.limit(t, who, WageringLimit, Day, "10.00")
	must(t, tabs[0].roll(t, "5.00"))
	e := wantCode(t, tabs[1].roll(t, "3.01"), LimitReached)
	if e.Details["type"] != WageringLimit || e.Details["period"] != Day || e.Details["used"].(interface{ String() string }).String() != "7.00" {
		t.Errorf("details %v", e.Details)
	}
	must(t, tabs[1].roll(t, "3.00"))
	wantCode(t, tabs[0].roll(t, "0.10"), LimitReached)

	limits := b.limit(t, who, WageringLimit, Day, "50.00")
	if l := limits[0]; l.Value.String() != "10" || l.PendingAt == nil || !l.PendingAt.Equal(b.clock.now().Add(24*time.Hour)) {
		t.Errorf("an increase acts as %+v", l)
	}
	wantCode(t, tabs[1].roll(t, "0.10"), LimitReached)
	b.clock.advance(24*time.Hour - time.Second)
	must(t, tabs[0].roll(t, "10.00")) // another day, the old limit
	wantCode(t, tabs[1].roll(t, "0.10"), LimitReached)
	b.clock.advance(time.Second)
	must(t, tabs[1].roll(t, "40.00"))
	wantCode(t, tabs[0].roll(t, "0.10"), LimitReached)

	b.limit(t, who, WageringLimit, Day, "") // removed: a day later
	wantCode(t, tabs[0].roll(t, "0.10"), LimitReached)
	b.limit(t, who, WageringLimit, Day, "20.00") // a decrease takes the removal back
	b.clock.advance(24 * time.Hour)
	wantCode(t, tabs[0].roll(t, "20.01"), LimitReached)
	b.limit(t, who, WageringLimit, Day, "")
	b.clock.advance(24 * time.Hour)
	must(t, tabs[0].roll(t, "100.00"))
	if n := b.count(t, `SELECT count(*) FROM player_records WHERE player_id = $1 AND kind IN ('limit_set', 'limit_relaxed') AND by = 'player'`, who.ID); n != 5 {
		t.Errorf("%d changes are recorded, want 5", n)
	}
	if n, days := b.told(t, who, wallet.PlayerLimitReached), 3; n != days {
		t.Errorf("the operator was told %d times that a limit is reached, want once for each of %d days", n, days)
	}
	b.clean(t)
}

// What was lost is what was staked less what came back, with what is at stake counted as lost.
func TestLossLimit(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "100.00")
	b.limit(t, who, LossLimit, Week, "10.00")
	tab, ladder := b.sit(t, who, "dice"), b.sit(t, who, "ladder")
	force := func(roll string) {
		t.Helper()
		must(t, b.floor.ForceOutcome(t.Context(), b.operator.ID, who.ID, "dice", []byte(`{"roll":`+roll+`}`)))
	}
	force("99.00")
	must(t, tab.roll(t, "6.00"))
	wantCode(t, tab.roll(t, "4.01"), LimitReached)
	force("1.00")
	must(t, tab.roll(t, "4.00")) // wins 7.68 at 96 %: 2.32 are lost
	wantCode(t, tab.roll(t, "7.69"), LimitReached)
	must(t, second(ladder.Act(t.Context(), request("bet", `{"action":"bet","amount":7.00}`))))
	wantCode(t, tab.roll(t, "0.69"), LimitReached) // 7.00 are at stake
	must(t, second(b.floor.Void(t.Context(), b.operator.ID, b.openRound(t, who), outage)))
	force("99.00")
	must(t, tab.roll(t, "7.68"))
	wantCode(t, tab.roll(t, "0.10"), LimitReached)
	b.clock.advance(5 * 24 * time.Hour) // Monday
	must(t, tab.roll(t, "1.00"))
	b.clean(t)
}

// Deposits are counted under the seat's lock, over every period, and refused with the event in the same transaction.
func TestDepositLimits(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "5.00")
	b.limit(t, who, DepositLimit, Day, "10.00")
	b.limit(t, who, DepositLimit, Month, "25.00")
	errs := race(8, func(int) error { return b.pay(t, who, "1.00") })
	refused := 0
	for _, err := range errs {
		if err != nil {
			wantCode(t, err, LimitReached)
			refused++
		}
	}
	if refused != 3 || b.seat(t, who.ID).Balance != "10.00" {
		t.Errorf("%d of 8 were refused, the balance is %s", refused, b.seat(t, who.ID).Balance)
	}
	b.clock.advance(24 * time.Hour)
	must(t, b.pay(t, who, "10.00"))
	b.clock.advance(24 * time.Hour)
	e := wantCode(t, b.pay(t, who, "5.01"), LimitReached)
	if e.Details["period"] != Month {
		t.Errorf("refused by %v", e.Details)
	}
	must(t, b.pay(t, who, "5.00"))
	b.clock.advance(30 * 24 * time.Hour)
	must(t, b.pay(t, who, "10.00"))
	if n := b.told(t, who, wallet.PlayerLimitReached); n != 2 {
		t.Errorf("told %d times, want once for the day and once for the month", n)
	}
	b.clean(t)
}

// Limits that cannot be are refused, and change nothing.
func TestLimitsThatCannotBe(t *testing.T) {
	t.Parallel()
	b := setupCare(t, 1, "")
	who := b.player(t, "", "5.00")
	for field, c := range map[string]LimitChange{
		"type": {"budget", Day, "1.00"}, "period": {LossLimit, InSession, "1.00"}, "amount": {LossLimit, Day, "-1.00"},
		"reason": {LossLimit, Day, "1.00"},
	} {
		by := ThePlayer("")
		if field == "reason" {
			by = Actor{By: "API key"}
		}
		_, err := b.players.SetLimits(t.Context(), b.operator.ID, who.ID, []LimitChange{{LossLimit, Week, "1.00"}, c}, by)
		if e := wantCode(t, err, InvalidRequest); e.Details["field"] != field {
			t.Errorf("%+v: %v", c, e)
		}
	}
	for _, value := range []string{"0.001", "1e3"} {
		_, err := b.players.SetLimits(t.Context(), b.operator.ID, who.ID, []LimitChange{{LossLimit, Day, money.Number(value)}}, ThePlayer(""))
		wantCode(t, err, InvalidRequest)
	}
	for _, value := range []string{"0", "1.5", "1441"} {
		_, err := b.players.SetLimits(t.Context(), b.operator.ID, who.ID, []LimitChange{{SessionLimit, InSession, money.Number(value)}}, ThePlayer(""))
		wantCode(t, err, InvalidRequest)
	}
	if _, err := b.players.SetLimits(t.Context(), newID(), who.ID, nil, ThePlayer("")); asError(err) == nil || asError(err).Code != PlayerNotFound {
		t.Errorf("another operator's call: %v", err)
	}
	if limits, err := b.players.Limits(t.Context(), b.operator.ID, who.ID); err != nil || len(limits) != 0 {
		t.Errorf("limits %v, %v", limits, err)
	}
}
