package slots

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.LookupCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func variant(t testing.TB, id string) games.Variant {
	t.Helper()
	v, ok := Game().Variant(id)
	if !ok {
		t.Fatalf("no variant %s", id)
	}
	return v
}

func TestGameIsFitForTheCatalogue(t *testing.T) {
	t.Parallel()
	catalogue, err := games.NewCatalogue(Game())
	if err != nil {
		t.Fatal(err)
	}
	game, ok := catalogue.Lookup("slotty-slots")
	if !ok || game.ID != "slots" || game.Default != "RTP_96" || len(game.Variants) != len(variants) {
		t.Errorf("the catalogue has %+v", game)
	}
	hashes := map[string]bool{}
	for _, v := range game.Variants {
		hashes[v.RulesHash] = true
	}
	if len(hashes) != len(variants) {
		t.Errorf("%d rules hashes for %d variants", len(hashes), len(variants))
	}
}

// TestOutcome plays a round with a line win, scatters and free spins and compares every byte of what the player is told.
func TestOutcome(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	m := builtInMachine(t, "RTP_96")
	script, err := engine.Force(json.RawMessage(`{"reelPositions": [0, 1, 2, 3, 4]}`))
	if err != nil {
		t.Fatal(err)
	}
	script[""] = stopsWith(t, m, 3)
	for k := range 10 {
		script[fmt.Sprint("fs", k)] = stopsWith(t, m, 0)
	}
	script["fs4"] = []uint32{0, 1, 2, 3, 4}
	draws := fairness.Forced(fairness.NewSimulation(1), script)
	payload := `{"action": "spin", "betPerLine": 0.25, "activePaylines": 20}`
	result, err := games.Play(engine, games.Round{Currency: currency(t, "EUR")}, nil, games.Action{Name: "spin", Payload: []byte(payload)}, draws)
	if err != nil {
		t.Fatal(err)
	}
	if result.Stake.String() != "5.00" || result.Status != games.Completed || result.State != nil {
		t.Errorf("stake %s, %s, state %s", result.Stake, result.Status, result.State)
	}
	golden(t, "testdata/outcome.json", indented(t, result.Outcome))
}

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	for _, test := range []struct {
		currency, payload, field string
	}{
		{"USD", `{}`, "betPerLine"},
		{"USD", `[]`, "payload"},
		{"USD", `{"betPerLine": 1}`, "activePaylines"},
		{"USD", `{"activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": 1, "activePaylines": 1, "bank": 1}`, "bank"},
		{"USD", `{"betPerLine": "1", "activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": null, "activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": 0, "activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": -1, "activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": 0.001, "activePaylines": 1}`, "betPerLine"},
		{"JPY", `{"betPerLine": 0.5, "activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": 1e2, "activePaylines": 1}`, "betPerLine"},
		{"USD", `{"betPerLine": 1, "activePaylines": 0}`, "activePaylines"},
		{"USD", `{"betPerLine": 1, "activePaylines": 21}`, "activePaylines"},
		{"USD", `{"betPerLine": 1, "activePaylines": -1}`, "activePaylines"},
		{"USD", `{"betPerLine": 1, "activePaylines": 1.5}`, "activePaylines"},
		{"USD", `{"betPerLine": 1, "activePaylines": "20"}`, "activePaylines"},
		{"USD", `{"betPerLine": 1, "activePaylines": 99999999999999999999}`, "activePaylines"},
	} {
		_, err := engine.Open(games.Round{Currency: currency(t, test.currency)}, games.Action{Name: "spin", Payload: []byte(test.payload)}, nil)
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != test.field {
			t.Errorf("%s: %v, want a FieldError of %s", test.payload, err, test.field)
		}
	}
	_, err := engine.Open(games.Round{Currency: usd}, games.Action{Name: "bet", Payload: []byte(`{"amount": 1}`)}, nil)
	var wrong *games.ActionError
	if !errors.As(err, &wrong) || !reflect.DeepEqual(wrong.Allowed, []string{"spin"}) {
		t.Errorf("bet: %v", err)
	}
}

func TestNoRoundIsEverOpen(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	state := json.RawMessage(`{}`)
	var wrongState *games.StateError
	if _, err := engine.Act(games.Round{}, state, games.Action{Name: "spin"}, nil); !errors.As(err, &wrongState) {
		t.Errorf("Act: %v", err)
	}
	if _, err := engine.View(games.Round{}, state); !errors.As(err, &wrongState) {
		t.Errorf("View: %v", err)
	}
	var wrongAction *games.ActionError
	if _, err := engine.CashOut(games.Round{}, state); !errors.As(err, &wrongAction) {
		t.Errorf("CashOut: %v", err)
	}
}

func TestForce(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_94")
	for _, positions := range [][]int{{0, 0, 0, 0, 0}, {31, 31, 31, 31, 31}, {3, 7, 12, 1, 9}} {
		text, _ := json.Marshal(map[string]any{"reelPositions": positions})
		script, err := engine.Force(text)
		if err != nil {
			t.Fatal(err)
		}
		step, err := engine.Open(games.Round{Currency: usd}, spinOf(20), fairness.Forced(fairness.NewSimulation(1), script))
		if err != nil {
			t.Fatal(err)
		}
		if got := step.Outcome.(Outcome).ReelPositions; !slices.Equal(got, positions) {
			t.Errorf("forced %v, got %v", positions, got)
		}
	}
	for text, field := range map[string]string{
		`{}`:                                     "reelPositions",
		`{"reelPositions": 3}`:                   "reelPositions",
		`{"reelPositions": []}`:                  "reelPositions",
		`{"reelPositions": [1,2,3,4]}`:           "reelPositions",
		`{"reelPositions": [1,2,3,4,5,6]}`:       "reelPositions",
		`{"reelPositions": [1,2,32,4,5]}`:        "reelPositions[2]",
		`{"reelPositions": [1,2,3,4,-1]}`:        "reelPositions[4]",
		`{"reelPositions": [1,2,3,4,1.5]}`:       "reelPositions[4]",
		`{"reelPositions": [1,2,3,4,5], "x": 1}`: "x",
	} {
		_, err := engine.Force(json.RawMessage(text))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v, want a FieldError of %s", text, err, field)
		}
	}
}
