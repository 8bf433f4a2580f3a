package launch

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/wallet/money"
)

var usd, _ = money.LookupCurrency("USD")

// betOf is the action that opens a round.
func betOf(amount string) games.Action {
	return games.Action{Name: "bet", Payload: fmt.Appendf(nil, `{"action":"bet","amount":%s}`, amount)}
}

// shotOf is a launch.
func shotOf(angle, power string) games.Action {
	return games.Action{Name: action, Payload: fmt.Appendf(nil, `{"action":"launch","angle":%s,"power":%s}`, angle, power)}
}

func variant(t testing.TB, id string) games.Variant {
	t.Helper()
	return gamestest.Variant(t, Game(), id)
}

// forced are draws in which the winds are forced.
func forced(t testing.TB, e games.Engine, winds ...int) fairness.Draws {
	t.Helper()
	text, _ := json.Marshal(map[string]any{"winds": winds})
	return gamestest.Forced(t, e, string(text))
}

func TestDraws(t *testing.T) {
	t.Parallel()
	draws, trace := fairness.Traced(fairness.Forced(fairness.NewSimulation(1), fairness.Script{"1": {0}, "2": {0}}))
	_, _, err := gamestest.Play(variant(t, "RTP_96"), usd, draws, betOf("1"), shotOf("45.0", "100"), shotOf("45.0", "100"))
	if err != nil {
		t.Fatal(err)
	}
	want := []fairness.Draw{{Label: "1", N: 20, Words: []uint32{0}}, {Label: "2", N: 20, Words: []uint32{0}}}
	if !reflect.DeepEqual(trace.Draws, want) {
		t.Errorf("the draws are %+v", trace.Draws)
	}
}

func TestEndings(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	const best = 10                // the pad of 10×
	shot := shotOf("45.0", "1716") // the least power that gets to the ocean: it aims at pad 0, so that winds are pads
	shots := func(n int, a games.Action) []games.Action {
		actions := []games.Action{betOf("1.00")}
		for range n {
			actions = append(actions, a)
		}
		return actions
	}
	for name, test := range map[string]struct {
		winds   []int
		actions []games.Action
		status  games.Status
		payout  string
	}{
		"a splash loses":                        {[]int{0}, shots(1, shot), games.Completed, "0.00"},
		"a splash loses what was won before":    {[]int{best, 0}, shots(2, shot), games.Completed, "0.00"},
		"from 100 on it cashes out by itself":   {[]int{best, best, best}, shots(3, shot), games.CashedOut, "960.00"},
		"just below it goes on":                 {[]int{best, best}, shots(2, shot), games.InProgress, "0.00"},
		"the tenth shot cashes out by itself":   {make([]int, 10), shots(10, shotOf("45.0", "100")), games.CashedOut, "0.96"},
		"the ninth leaves one":                  {make([]int, 9), shots(9, shotOf("45.0", "100")), games.InProgress, "0.00"},
		"an opened round is worth nothing yet":  {[]int{0}, shots(0, shot), games.InProgress, "0.00"},
		"a landing multiplies by its own pad":   {[]int{3, best, 16}, shots(3, shot), games.CashedOut, "240.00"},
		"the tenth shot can be lost, of course": {append(make([]int, 9), 7), shots(10, shotOf("45.0", "100")), games.Completed, "0.00"},
	} {
		results, r, err := gamestest.Play(engine, usd, forced(t, engine, test.winds...), test.actions...)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		last := results[len(results)-1]
		if last.Status != test.status || last.Payout.String() != test.payout {
			t.Errorf("%s: %s, paying %s", name, last.Status, last.Payout)
		}
		if last.State != nil {
			checkViews(t, engine, r, last.State)
		}
	}
}

// checkViews compares what a round's view and its end by cash-out or expiry say.
func checkViews(t *testing.T, engine games.Engine, r games.Round, state json.RawMessage) {
	t.Helper()
	shown, err := engine.View(r, state)
	if err != nil {
		t.Fatal(err)
	}
	v := shown.(View)
	if v.CanCashOut != (r.Step > 1) || v.ShotsLeft != maxShots+1-r.Step {
		t.Errorf("after %d actions the view is %+v", r.Step, v)
	}
	expired, err := games.Expire(engine, r, state, fairness.NewSimulation(1))
	if err != nil {
		t.Fatal(err)
	}
	paid, err := games.CashOut(engine, r, state, fairness.NewSimulation(1))
	var wrong *games.ActionError
	switch {
	case r.Step == 1 && (!errors.As(err, &wrong) || !expired.Payout.Equal(r.Stake) || expired.Status != games.Completed):
		t.Errorf("before the first shot: cash-out %v, expiry pays %s", err, expired.Payout)
	case r.Step > 1 && (err != nil || !expired.Payout.Equal(paid.Payout) || paid.Status != games.CashedOut):
		t.Errorf("cash-out %v pays %s, expiry %s", err, paid.Payout, expired.Payout)
	}
}

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	for payload, want := range map[string]string{
		`{}`:                                   "angle is missing",
		`{"angle":62.0}`:                       "power is missing",
		`{"angle":62.05,"power":1800}`:         "angle must be a multiple of 0.1",
		`{"angle":9.9,"power":1800}`:           "angle must be from 10.0 to 80.0",
		`{"angle":80.1,"power":1800}`:          "angle must be from 10.0 to 80.0",
		`{"angle":-45,"power":1800}`:           "angle must be from 10.0 to 80.0",
		`{"angle":"62","power":1800}`:          "angle must be a number, not a string in quotes",
		`{"angle":6.2e1,"power":1800}`:         "angle must be written without an exponent",
		`{"angle":62,"power":1800.5}`:          "power must be a whole number",
		`{"angle":62,"power":99}`:              "power must be from 100 to 2000",
		`{"angle":62,"power":2001}`:            "power must be from 100 to 2000",
		`{"angle":62,"power":999999999999999}`: "power must be from 100 to 2000",
		`{"angle":62,"power":null}`:            "power must not be null",
		`{"angle":62,"power":1800,"wind":3}`:   "wind is an unknown field",
		`[]`:                                   "payload must be an object",
	} {
		_, _, err := gamestest.Play(engine, usd, fairness.NewSimulation(1), betOf("1"), games.Action{Name: action, Payload: []byte(payload)})
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: %v, want %s", payload, err, want)
		}
	}
	var wrong *games.ActionError
	if _, _, err := gamestest.Play(engine, usd, nil, shotOf("62", "1800")); !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"bet"}) {
		t.Errorf("a launch without a bet: %v", err)
	}
	draws := forced(t, engine, 0, 0)
	if _, _, err := gamestest.Play(engine, usd, draws, betOf("1"), betOf("1")); !errors.As(err, &wrong) || len(wrong.Allowed) != 1 {
		t.Errorf("a second bet: %v", err)
	}
	_, _, err := gamestest.Play(engine, usd, draws, betOf("1"), shotOf("45", "100"), betOf("1"))
	if !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"launch", "cashout"}) {
		t.Errorf("a bet after a shot: %v", err)
	}
}

func TestEqualNumbersAreEqualLaunches(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	var first string
	for _, a := range []games.Action{shotOf("62", "1800"), shotOf("62.0", "1800.0"), shotOf("62.000", "1800.00")} {
		results, _, err := gamestest.Play(engine, usd, forced(t, engine, 7), betOf("1"), a)
		if err != nil {
			t.Fatal(err)
		}
		if first == "" {
			first = string(results[1].Outcome)
		}
		if got := string(results[1].Outcome); got != first {
			t.Errorf("%s gives %s, not %s", a.Payload, got, first)
		}
	}
}

// TestForce forces every pad of every band from every aim.
func TestForce(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_94")
	for number := range bands {
		for pad := range padCount {
			aim := (pad * 7) % padCount
			a := games.Action{Name: action, Payload: launchAt(t, number, aim)}
			results, _, err := gamestest.Play(engine, usd, forced(t, engine, (pad-aim+padCount)%padCount), betOf("1"), a)
			if err != nil {
				t.Fatal(err)
			}
			if o := results[1].Step.Outcome.(Outcome); o.Band != number || o.Pad != pad || o.Aim != aim {
				t.Errorf("band %d, pad %d, aim %d: got %d, %d, %d", number, pad, aim, o.Band, o.Pad, o.Aim)
			}
		}
	}
	for text, want := range map[string]string{
		`{}`:                                    "winds is missing",
		`{"winds":[]}`:                          "winds must be an array of 1 to 10 winds",
		`{"winds":[0,0,0,0,0,0,0,0,0,0,0]}`:     "winds must be an array of 1 to 10 winds",
		`{"winds":[0,20]}`:                      "winds[1] must be a whole number from 0 to 19",
		`{"winds":[-1]}`:                        "winds[0] must be a whole number from 0 to 19",
		`{"winds":[0.5]}`:                       "winds[0] must be a whole number",
		`{"winds":7}`:                           "winds must be an array",
		`{"pads":[1]}`:                          "pads is an unknown field",
		`{"winds":[1],"multipliers":[1.1,2.0]}`: "multipliers is an unknown field",
	} {
		_, err := engine.Force(json.RawMessage(text))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}
