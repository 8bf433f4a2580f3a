package cashout_test

import (
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// A round that nobody finishes: the stake is returned while there is nothing to take, also after steps; then its value is paid.
func TestExpire(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		actions []games.Action
		status  games.Status
		payout  string
	}{
		"before the first step":        {[]games.Action{bet}, games.Completed, "1.00"},
		"after one that won nothing":   {[]games.Action{bet, look}, games.Completed, "1.00"},
		"after the first success":      {[]games.Action{bet, flip}, games.CashedOut, "1.92"},
		"after one more look":          {[]games.Action{bet, flip, look}, games.CashedOut, "1.92"},
		"one step away from the cap":   {[]games.Action{bet, flip, flip, flip}, games.CashedOut, "7.68"},
		"after a look and one success": {[]games.Action{bet, look, flip}, games.CashedOut, "1.92"},
	} {
		r, last := played(t, flips(7, 0), test.actions...)
		expired, err := games.Expire(engine, r, last.State, flips(7, 0))
		if err != nil || expired.Status != test.status || expired.Payout.String() != test.payout ||
			string(expired.Outcome) != `{"secret":7}` || expired.State != nil {
			t.Errorf("%s: %s paid %s, told %s, %v", name, expired.Status, expired.Payout, expired.Outcome, err)
		}
		// A cash-out pays the same where it is allowed, and is refused where there is nothing to take.
		cashed, err := games.CashOut(engine, r, last.State, flips(7, 0))
		var refused *games.ActionError
		if test.status == games.CashedOut {
			if err != nil || !cashed.Payout.Equal(expired.Payout) || cashed.Status != games.CashedOut {
				t.Errorf("%s: cashed out %s, %v", name, cashed.Payout, err)
			}
		} else if !errors.As(err, &refused) || !reflect.DeepEqual(refused.Allowed, []string{"flip"}) {
			t.Errorf("%s: a cash-out gave %v", name, err)
		}
	}
}

// At the cap the round pays by itself, exactly the cap.
func TestTheCapPays(t *testing.T) {
	t.Parallel()
	_, last := played(t, flips(7, 0), bet, flip, flip, flip, flip)
	if last.Status != games.CashedOut || last.Payout.String() != "10.00" || last.State != nil || string(last.Outcome) != `{"secret":7}` {
		t.Errorf("%s paid %s, told %s", last.Status, last.Payout, last.Outcome)
	}
}

func TestOtherEndings(t *testing.T) {
	t.Parallel()
	if _, last := played(t, flips(7, 1), bet, flip); last.Status != games.Completed || !last.Payout.IsZero() || last.State != nil {
		t.Errorf("lost: %s paid %s", last.Status, last.Payout)
	}
	if _, last := played(t, flips(0, 0), bet, look); last.Status != games.Completed || last.Payout.String() != "1.00" || last.State != nil {
		t.Errorf("refunded: %s paid %s", last.Status, last.Payout)
	}
}

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	r0, d := usd(t, 0), fairness.NewSimulation(1)
	opened, first := played(t, flips(7, 0), bet)
	later, second := played(t, flips(7, 0), bet, flip)
	for _, test := range []struct {
		r       games.Round
		state   json.RawMessage
		a       games.Action
		field   string
		allowed []string
	}{
		{r0, nil, act("bet", `{}`), "amount", nil},
		{r0, nil, act("bet", `{"amount":0}`), "amount", nil},
		{r0, nil, act("bet", `{"amount":0.001}`), "amount", nil},
		{r0, nil, act("bet", `{"amount":1,"look":true}`), "look", nil},
		{r0, nil, flip, "", []string{"bet"}},
		{opened, first.State, bet, "", []string{"flip"}},
		{opened, first.State, act("flip", `{"look":1}`), "look", nil},
		{later, second.State, bet, "", []string{"flip", "cashout"}},
		{later, second.State, act("flip", `[]`), "payload", nil},
	} {
		result, err := games.Play(engine, test.r, test.state, test.a, d)
		var field *games.FieldError
		var action *games.ActionError
		switch {
		case !reflect.DeepEqual(result, games.Result{}):
			t.Errorf("%s left %+v", test.a.Payload, result)
		case test.field != "" && (!errors.As(err, &field) || field.Field != test.field),
			test.field == "" && (!errors.As(err, &action) || action.Action != test.a.Name || !reflect.DeepEqual(action.Allowed, test.allowed)):
			t.Errorf("%s gave %v", test.a.Payload, err)
		}
	}
}

// refusals are the errors that the four methods that read a state give for one.
func refusals(r games.Round, state json.RawMessage) map[string]error {
	_, acted := engine.Act(r, state, flip, fairness.NewSimulation(1))
	_, cashed := engine.CashOut(r, state)
	_, expired := engine.Expire(r, state)
	_, viewed := engine.View(r, state)
	return map[string]error{"Act": acted, "CashOut": cashed, "Expire": expired, "View": viewed}
}

// A state is refused when no round of this engine at this step can be like it, whatever is wrong.
func TestInconsistentStatesAreRefused(t *testing.T) {
	t.Parallel()
	const before = `{"version":3,"steps":1,"value":96000000,"takeable":false,"own":{"secret":7}}`
	const after = `{"version":3,"steps":1,"value":192000000,"takeable":true,"own":{"secret":7}}`
	for _, good := range []string{before, after} {
		if err := refusals(usd(t, 2), json.RawMessage(good))["View"]; err != nil {
			t.Fatalf("%s: %v", good, err)
		}
	}
	for _, test := range []struct{ good, old, new string }{
		{after, `"version":3`, `"version":2`},
		{after, `"version":3`, `"version":4`},
		{after, `"version":3`, `"version":null`},
		{after, `"version":3,`, ``},
		{after, `"steps":1`, `"steps":0`},
		{after, `"steps":1`, `"steps":2`},
		{after, `"steps":1`, `"steps":-1`},
		{after, "192000000", "0"},
		{after, "192000000", "-1"},
		{after, "192000000", "1000000000"}, // the cap: that round is over
		{after, "192000000", "1000000001"},
		{after, "192000000", "1.5"},
		{after, "192000000", "9223372036854775808"},
		{after, "true", "false"}, // worth more than at the start, and nothing won
		{before, "96000000", "95999999"},
		{after, `"secret":7`, `"secret":10`},
		{after, `"secret":7`, `"secret":-1`},
		{after, `"secret":7`, ``},
		{after, `"secret":7`, `"secret":7,"other":1`},
		{after, `"own"`, `"Own"`},
		{after, `"takeable":true,`, ``},
		{after, `"takeable":true`, `"takeable":1`},
		{after, `"takeable":true`, `"takeable":true,"takeable":true`},
		{after, `}}`, `},"more":1}`},
		{after, `}}`, `}`},
		{after, `}}`, `}}{}`},
		{after, after, ``}, {after, after, `null`}, {after, after, `{}`}, {after, after, `[]`},
	} {
		text := strings.Replace(test.good, test.old, test.new, 1)
		for method, err := range refusals(usd(t, 2), json.RawMessage(text)) {
			var state *games.StateError
			if !errors.As(err, &state) {
				t.Errorf("%s of %s gave %v", method, text, err)
			}
		}
	}
	// Nothing can be taken of a round that has not played a step.
	var state *games.StateError
	text := json.RawMessage(`{"version":3,"steps":0,"value":96000000,"takeable":true,"own":{"secret":7}}`)
	if err := refusals(usd(t, 1), text)["CashOut"]; !errors.As(err, &state) {
		t.Errorf("a cash-out before the first step gave %v", err)
	}
}

// FuzzState throws texts at all that reads a state: they agree on whether it is one, and one that is, is written as it was read.
func FuzzState(f *testing.F) {
	_, first := played(f, flips(7, 0), bet)
	_, second := played(f, flips(7, 0), bet, flip)
	f.Add([]byte(first.State), 1)
	f.Add([]byte(second.State), 2)
	f.Add([]byte(second.State), 3)
	f.Add([]byte(`{"version":3,"steps":1,"value":1e8,"takeable":true,"own":{"secret":7}}`), 2)
	f.Fuzz(func(t *testing.T, text []byte, step int) {
		if step < 1 || step > 100 {
			return
		}
		r := usd(t, step)
		refused := refusals(r, text)
		var state *games.StateError
		bad := errors.As(refused["View"], &state)
		if errors.As(refused["Act"], &state) != bad || errors.As(refused["Expire"], &state) != bad || errors.As(refused["CashOut"], &state) != bad {
			t.Fatalf("%q: %v", text, refused)
		}
		if bad {
			return
		}
		ended, err := engine.Expire(r, text)
		if err != nil || ended.Win.Multiple <= 0 || ended.Win.Multiple >= most {
			t.Fatalf("%q expires with %+v, %v", text, ended, err)
		}
		next, err := engine.Act(r, text, look, fairness.NewSimulation(1))
		if err != nil || next.Status == games.Completed {
			return // the stake was returned
		}
		again, err := engine.Expire(usd(t, step+1), next.State)
		if err != nil || !reflect.DeepEqual(again, ended) {
			t.Fatalf("%q expires with %+v, and %s with %+v, %v", text, ended, next.State, again, err)
		}
	})
}
