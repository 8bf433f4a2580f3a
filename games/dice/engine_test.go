package dice

import (
	"encoding/json"
	"errors"
	"reflect"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

var usd, _ = money.LookupCurrency("USD")

// rollOf is the opening action with a payload.
func rollOf(payload string) games.Action {
	return games.Action{Name: "roll", Payload: json.RawMessage(payload)}
}

// A roll wins when it is below the chance, not when it equals it.
func TestOutcome(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		forced, chance, want, paid string
	}{
		{`{"roll":49.49}`, "49.50", `{"roll":49.49,"chance":49.50,"multiplier":1.9393,"won":true}`, "193.93"},
		{`{"roll":49.50}`, "49.5", `{"roll":49.50,"chance":49.50,"multiplier":1.9393,"won":false}`, "0.00"},
		{`{"roll":0}`, "1", `{"roll":0.00,"chance":1.00,"multiplier":96,"won":true}`, "9600.00"},
		{`{"roll":1.0}`, "1.00", `{"roll":1.00,"chance":1.00,"multiplier":96,"won":false}`, "0.00"},
		{`{"roll":97.99}`, "98", `{"roll":97.99,"chance":98.00,"multiplier":0.9795,"won":true}`, "97.95"},
		{`{"roll":99.99}`, "98.00", `{"roll":99.99,"chance":98.00,"multiplier":0.9795,"won":false}`, "0.00"},
		{`{"roll":9.05}`, "9.06", `{"roll":9.05,"chance":9.06,"multiplier":10.596,"won":true}`, "1059.60"},
	} {
		script, err := New(96).Force(json.RawMessage(test.forced))
		if err != nil {
			t.Fatal(err)
		}
		script[fairness.PayLabel] = []uint32{fairnessDown}
		draws := fairness.Forced(fairness.NewSimulation(1), script)
		r := games.Round{Currency: usd}
		result, err := games.Play(New(96), r, nil, rollOf(`{"action":"roll","amount":100,"chance":`+test.chance+`}`), draws)
		if err != nil {
			t.Fatal(err)
		}
		if string(result.Outcome) != test.want || result.Payout.String() != test.paid ||
			result.Stake.String() != "100.00" || result.Status != games.Completed || result.State != nil {
			t.Errorf("%s: %s paid %s, stake %s, %s", test.forced, result.Outcome, result.Payout, result.Stake, result.Status)
		}
	}
}

// fairnessDown makes a payout with a fraction of a cent be rounded down: the draw is below 10^8 and not below any fraction here.
const fairnessDown = 99_999_999

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	engine := New(96)
	for _, test := range []struct {
		payload, field, reason string
	}{
		{`[]`, "payload", "must be an object"},
		{`{"chance":50}`, "amount", "is missing"},
		{`{"amount":1}`, "chance", "is missing"},
		{`{"amount":1,"chance":null}`, "chance", "must not be null"},
		{`{"amount":1,"chance":"50"}`, "chance", "must be a number, not a string in quotes"},
		{`{"amount":1,"chance":5e1}`, "chance", "must be written without an exponent"},
		{`{"amount":1,"chance":50.001}`, "chance", "must be a multiple of 0.01"},
		{`{"amount":1,"chance":0.99}`, "chance", "must be from 1.00 to 98.00"},
		{`{"amount":1,"chance":98.01}`, "chance", "must be from 1.00 to 98.00"},
		{`{"amount":1,"chance":-50}`, "chance", "must be from 1.00 to 98.00"},
		{`{"amount":1,"chance":999999999999999}`, "chance", "must be from 1.00 to 98.00"},
		{`{"amount":0,"chance":50}`, "amount", "must be more than zero"},
		{`{"amount":-1,"chance":50}`, "amount", "must be more than zero"},
		{`{"amount":0.001,"chance":50}`, "amount", "must have at most 2 decimals in USD"},
		{`{"amount":1,"chance":50,"over":true}`, "over", "is an unknown field"},
	} {
		_, err := engine.Open(games.Round{Currency: usd}, rollOf(test.payload), nil)
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != test.field || wrong.Reason != test.reason {
			t.Errorf("%s: %v, want %s %s", test.payload, err, test.field, test.reason)
		}
	}
	_, err := engine.Open(games.Round{Currency: usd}, games.Action{Name: "spin", Payload: []byte(`{}`)}, nil)
	var wrong *games.ActionError
	if !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"roll"}) {
		t.Errorf("spin: %v", err)
	}
}

func TestNoRoundIsEverOpen(t *testing.T) {
	t.Parallel()
	engine, state := New(96), json.RawMessage(`{"version":1}`)
	var wrongState *games.StateError
	if _, err := engine.Act(games.Round{}, state, rollOf(`{}`), nil); !errors.As(err, &wrongState) {
		t.Errorf("Act: %v", err)
	}
	if _, err := engine.View(games.Round{}, state); !errors.As(err, &wrongState) {
		t.Errorf("View: %v", err)
	}
	if _, err := engine.Expire(games.Round{}, state); !errors.As(err, &wrongState) {
		t.Errorf("Expire: %v", err)
	}
	var wrongAction *games.ActionError
	if _, err := engine.CashOut(games.Round{}, state); !errors.As(err, &wrongAction) {
		t.Errorf("CashOut: %v", err)
	}
}

// Every roll can be forced, and nothing else.
func TestForce(t *testing.T) {
	t.Parallel()
	engine := New(94)
	for roll := range int64(rolls) {
		text, err := json.Marshal(map[string]any{"roll": percent(roll)})
		if err != nil {
			t.Fatal(err)
		}
		script, err := engine.Force(text)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := engine.rules.play(plainest, fairness.Forced(fairness.NewSimulation(1), script)); got != roll {
			t.Fatalf("forced %s, rolled %d", text, got)
		}
	}
	for text, field := range map[string]string{
		`{}`: "roll", `{"roll":-0.01}`: "roll", `{"roll":100}`: "roll", `{"roll":1.001}`: "roll", `{"roll":"1"}`: "roll",
		`{"roll":null}`: "roll", `{"roll":1,"won":true}`: "won", `null`: "payload", ``: "payload",
	} {
		_, err := engine.Force(json.RawMessage(text))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v, want a FieldError of %s", text, err, field)
		}
	}
}
