package move

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// FuzzMove throws payloads at an open round: it refuses with an error that names the field, or plays a move.
func FuzzMove(f *testing.F) {
	for _, seed := range []string{
		`{"action":"move","dx":5.0,"dy":-3.0}`, `{"dx":3.0,"dy":-4.0}`, `{"dx":0,"dy":0.1}`, `{"dx":-0.0,"dy":0.00}`, `{"dx":5.0,"dy":0.1}`,
		`{"dx":1e999999999,"dy":1}`, `{"dx":999999999999999.999999999999999999,"dy":-999999999999999}`, `{"dx":1,"dx":2,"dy":0}`,
		`{"dx":1,"dy":0}{}`, "{\"dx\":1,\"d\xffy\":0}", `null`, ``, `[[[[`,
	} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	f.Fuzz(func(t *testing.T, payload []byte) {
		results, _, err := play(engine, usd, forced(t, engine), betOf("1"), games.Action{Name: action, Payload: payload})
		var wrong *games.FieldError
		switch {
		case errors.As(err, &wrong) && wrong.Field != "" && wrong.Reason != "":
		case err != nil:
			t.Fatalf("%q: %#v is no good error", payload, err)
		default:
			if o := results[1].Step.Outcome.(Outcome); o.NewCells > 10 || len(o.Entered) != o.NewCells || o.CanCashOut != (o.NewCells > 0) {
				t.Fatalf("%q: %+v", payload, o)
			}
		}
	})
}

// openState is a state after the move from the centre two cells to the right, with all traps in the two uppermost rows.
const openState = `{"version":1,"steps":1,"value":121704278,"takeable":true,"own":{"x":95,"y":75,"opened":[113,114],` +
	`"traps":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24]}}`

func openRound() games.Round {
	return games.Round{Currency: usd, Bet: money.New(usd, 100), Stake: money.New(usd, 100), Step: 2}
}

// brokenStates are openState, each with one thing wrong.
func brokenStates() []string {
	var broken []string
	for _, change := range [][2]string{
		{`"version":1`, `"version":2`}, {`"version":1`, `"version":0`}, {`"steps":1`, `"steps":0`}, {`"steps":1`, `"steps":200`},
		{`121704278`, `121703468`}, {`121704278`, `96000000`}, {`121704278`, `0`}, {`121704278`, `-1`}, {`true`, `false`}, {`true`, `1`},
		{`"x":95`, `"x":150`}, {`"x":95`, `"x":-1`}, {`"x":95`, `"x":105`}, {`"y":75`, `"y":65`}, {`"y":75`, `"y":7.5`},
		{`[113,114]`, `[113]`}, {`[113,114]`, `[113,113]`}, {`[113,114]`, `[112,114]`}, {`[113,114]`, `[113,24]`}, {`[113,114]`, `[113,225]`},
		{`[113,114]`, `[-1,114]`}, {`[113,114]`, `null`}, {`23,24]`, `23]`}, {`23,24]`, `23,24,25]`}, {`23,24]`, `23,225]`}, {`23,24]`, `23,23]`},
		{`23,24]`, `24,23]`}, {`23,24]`, `23,112]`}, {`23,24]`, `23,113]`}, {`[0,1`, `[-1,1`}, {`}}`, `,"z":1}}`}, {`}}`, `}`}, {openState, `{}`},
		{openState, `null`}, {openState, ``},
	} {
		broken = append(broken, strings.Replace(openState, change[0], change[1], 1))
	}
	return broken
}

func TestBrokenStates(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	if _, err := engine.View(openRound(), json.RawMessage(openState)); err != nil {
		t.Fatalf("the state that is not broken: %v", err)
	}
	if _, err := variant(t, "RTP_97").View(openRound(), json.RawMessage(openState)); err == nil {
		t.Error("a state of another variant is taken")
	}
	for _, state := range brokenStates() {
		text := json.RawMessage(state)
		_, played := engine.Act(openRound(), text, moveOf(1, 0), fairness.NewSimulation(1))
		_, shown := engine.View(openRound(), text)
		_, paid := engine.CashOut(openRound(), text)
		_, expired := engine.Expire(openRound(), text)
		for _, err := range []error{played, shown, paid, expired} {
			var wrong *games.StateError
			if !errors.As(err, &wrong) {
				t.Errorf("%s: %v is no StateError", state, err)
			}
		}
	}
}

// FuzzState throws states at the engine: it refuses with a StateError, or the state is one of a round in progress.
func FuzzState(f *testing.F) {
	f.Add([]byte(openState))
	for _, state := range brokenStates() {
		f.Add([]byte(state))
	}
	engine := variant(f, "RTP_96")
	game := newMove(96)
	f.Fuzz(func(t *testing.T, state []byte) {
		step, err := engine.CashOut(openRound(), state)
		var wrong *games.StateError
		var early *games.ActionError
		switch {
		case errors.As(err, &wrong):
			if _, err := engine.View(openRound(), state); !errors.As(err, &wrong) {
				t.Fatalf("%q is shown: %v", state, err)
			}
		case errors.As(err, &early):
		case err != nil:
			t.Fatalf("%q: %v", state, err)
		default:
			o := step.Outcome.(Reveal)
			if len(o.Opened) == 0 || len(o.Opened) >= lastCell || step.Win.Multiple != game.values[len(o.Opened)] {
				t.Fatalf("%q pays %d for %d cells", state, step.Win.Multiple, len(o.Opened))
			}
			for _, cell := range o.Opened {
				if slices.Contains(o.Traps, cell) {
					t.Fatalf("%q is paid with an opened trap", state)
				}
			}
		}
	})
}

// FuzzForce throws outcomes at Force: it refuses with an error that names the field, or lays the traps.
func FuzzForce(f *testing.F) {
	for _, seed := range []string{
		`{"traps":[[0,0],[14,14]]}`, `{"traps":[]}`, `{"traps":[[7,7]]}`, `{"traps":[[1,1],[1,1]]}`, `{"traps":null}`, `{}`, `{"traps":[[1,1,1]]}`,
	} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := engine.Force(outcome)
		var wrong *games.FieldError
		if err != nil {
			if !errors.As(err, &wrong) {
				t.Fatalf("%q: %v is no FieldError", outcome, err)
			}
			return
		}
		var wanted struct {
			Traps [][2]int `json:"traps"`
		}
		if err := games.Decode(outcome, &wanted); err != nil {
			t.Fatal(err)
		}
		dealt := (&move{}).Deal(fairness.Forced(fairness.NewSimulation(1), script).Stream("init"))
		for _, at := range wanted.Traps {
			if !slices.Contains(dealt.Traps, side*at[1]+at[0]) {
				t.Fatalf("%q lays %v", outcome, dealt.Traps)
			}
		}
	})
}
