package gamestest

import (
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

var ladder = cashout.Engine[Hidden]{Game: Ladder{96}}

func round(t testing.TB) games.Round {
	t.Helper()
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		t.Fatal(err)
	}
	return games.Round{Currency: usd}
}

func climb(t testing.TB, at *Table) {
	t.Helper()
	if err := at.Act("climb", `{"action":"climb"}`); err != nil {
		t.Fatal(err)
	}
}

// Climbing to any rung and cashing out there returns the variant's nominal return, less what truncation takes: computed by going
// through every loose rung, not from the factors.
func TestEveryStrategyReturnsTheSame(t *testing.T) {
	t.Parallel()
	for _, v := range Game().Variants {
		l := v.Engine.(cashout.Engine[Hidden]).Game.(Ladder)
		nominal := big.NewRat(l.percent, 100)
		analysis, err := l.Analyse()
		if err != nil {
			t.Fatal(err)
		}
		for rung := 1; rung <= topRung; rung++ {
			reached := new(big.Rat)
			for loose := firstLoose; loose < firstLoose+looseRungs; loose++ {
				if loose > rung {
					reached.Add(reached, big.NewRat(1, looseRungs))
				}
			}
			for range rung {
				reached.Mul(reached, big.NewRat(holds, sides))
			}
			got := reached.Mul(reached, big.NewRat(int64(l.worth(rung)), games.MultipleUnit))
			lost := new(big.Rat).Sub(nominal, got)
			if lost.Sign() < 0 || lost.Cmp(big.NewRat(1, 10_000_000)) > 0 || rung == 1 && got.Cmp(v.RTP()) != 0 {
				t.Errorf("%s: to rung %d returns %s, RTP %s", v.ID, rung, got.FloatString(10), v.RTP().FloatString(10))
			}
			if got.Cmp(analysis.Bounds.Lowest) < 0 || got.Cmp(analysis.Bounds.Highest) > 0 {
				t.Errorf("%s: to rung %d returns %s, outside the bounds", v.ID, rung, got.FloatString(10))
			}
			if rung == topRung && got.Cmp(analysis.Outlooks[1].Return.Low) != 0 {
				t.Errorf("%s: to the end returns %s, the analysis says otherwise", v.ID, got.FloatString(10))
			}
		}
	}
}

// The engine itself has the chances that the test above takes for granted.
func TestSimulation(t *testing.T) {
	t.Parallel()
	const rounds = 4_000
	d := fairness.NewSimulation(1)
	var reached [topRung + 1]int
	for range rounds {
		for at := Open(t, ladder, d); at.Last.State != nil; {
			climb(t, &at)
			if step := at.Last.Step.Outcome.(Outcome); !step.Fell {
				reached[step.Rung]++
			}
		}
	}
	// Six standard deviations, squared: (count − np)² ≤ 36·n·p·(1−p), in integers, for p = 0.48, 0.48² and 0.48³·7/8.
	for rung, p := range map[int]int64{1: 480_000, 2: 230_400, 3: 96_768} {
		off := int64(reached[rung])*1_000_000 - rounds*p
		if off/1_000_000*(off/1_000_000) > 36*rounds*p/1_000_000*(1_000_000-p)/1_000_000 {
			t.Errorf("rung %d was reached %d times in %d", rung, reached[rung], rounds)
		}
	}
}

func TestNothingShowsTheLooseRungOfAnOpenRound(t *testing.T) {
	t.Parallel()
	for loose := range uint32(looseRungs) {
		d := fairness.Forced(fairness.NewSimulation(1), fairness.Script{"init": {loose}, "1": {0}})
		at := Open(t, ladder, d)
		shown := ""
		for rung := range 2 {
			if rung > 0 {
				climb(t, &at)
			}
			shown += string(Shown(t, ladder, at.Round, at.Last.State)) + string(at.Last.Outcome)
		}
		want := `{"rung":0,"multiplier":0.96,"canCashOut":false}{"rung":0,"multiplier":0.96,"canCashOut":false}` +
			`{"rung":1,"multiplier":2,"canCashOut":true}{"rung":1,"multiplier":2,"canCashOut":true,"fell":false}`
		if shown != want {
			t.Errorf("with loose rung %d: %s", loose+firstLoose, shown)
		}
	}
}

// A round that nobody finishes is worth what it could be cashed out for; the stake of one that never climbed is returned.
func TestExpiry(t *testing.T) {
	t.Parallel()
	d := fairness.Forced(fairness.NewSimulation(1), fairness.Script{"init": {looseRungs - 1}, "1": {0}, "2": {0}})
	for climbs := range 3 {
		at := Open(t, ladder, d)
		for range climbs {
			climb(t, &at)
		}
		end, err := at.Expire()
		if err != nil {
			t.Fatal(err)
		}
		if climbs == 0 {
			if end.Status != games.Completed || end.Payout.String() != "1.00" {
				t.Errorf("before the first climb: %+v", end)
			}
			continue
		}
		taken, err := at.CashOut()
		if err != nil || end.Status != games.CashedOut || end.Win.Multiple != taken.Win.Multiple || !end.Win.Of.Equal(taken.Win.Of) || string(end.Outcome) != string(taken.Outcome) {
			t.Errorf("after %d climbs: %+v, cashed out %+v, %v", climbs, end, taken, err)
		}
	}
}

func TestForce(t *testing.T) {
	t.Parallel()
	for fall := 1; fall <= topRung+1; fall++ {
		outcome, _ := json.Marshal(map[string]int{"fallOnRung": fall})
		if fall > topRung {
			outcome = []byte(`{"fallOnRung":null}`)
		}
		at := Open(t, ladder, Forced(t, ladder, string(outcome)))
		for at.Last.State != nil {
			climb(t, &at)
		}
		last := at.Last
		got := last.Step.Outcome.(Outcome)
		if fall <= topRung && (!got.Fell || got.Rung != fall || last.Status != games.Completed || !last.Payout.IsZero()) ||
			fall > topRung && (got.Fell || got.Rung != topRung || last.Status != games.CashedOut || last.Payout.IsZero()) {
			t.Errorf("asked for a fall on rung %d, got %+v, %v", fall, got, last.Payout)
		}
	}
	for _, bad := range []string{`{"fallOnRung":0}`, `{"fallOnRung":10}`, `{"fallOnRung":"1"}`, `{"rung":1}`, `null`, ``} {
		var field *games.FieldError
		if script, err := ladder.Force(json.RawMessage(bad)); !errors.As(err, &field) {
			t.Errorf("%s gave %v, %v", bad, script, err)
		}
	}
}

func TestForeignStatesAreRefused(t *testing.T) {
	t.Parallel()
	good := `{"version":1,"steps":2,"value":416666666,"takeable":true,"own":{"loose":5}}`
	at := NewTable(t, ladder, fairness.NewSimulation(1))
	at.Round.Step = 3
	if _, err := ladder.View(at.Round, json.RawMessage(good)); err != nil {
		t.Fatal(err)
	}
	for _, text := range Changed(t, good, [][2]string{
		{`"version":1`, `"version":2`}, {`"steps":2`, `"steps":-1`}, {`"steps":2`, `"steps":3`}, {`"loose":5`, `"loose":11`},
		{`"loose":5`, `"loose":2`}, {"416666666", "416666667"}, {"416666666", "0"}, {"true", "false"}, {`"loose":5`, ""},
		{`"steps"`, `"Steps"`}, {good, `{"version":1,"rung":2,"multiple":416666666,"loose":5}`}, {good, "{}"}, {good, "null"}, {good, "\x00"},
	}) {
		RefusesState(t, at, text, ActionOf(`{"action":"climb"}`))
	}
}
