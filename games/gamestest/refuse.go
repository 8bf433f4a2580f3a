package gamestest

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// onState returns what the methods of an engine say to a text as a state of a round.
func onState(e games.Engine, r games.Round, text json.RawMessage, a games.Action, d fairness.Draws) map[string]error {
	_, acted := e.Act(r, text, a, d)
	_, expired := e.Expire(r, text)
	_, viewed := e.View(r, text)
	_, cashed := e.CashOut(r, text)
	return map[string]error{"Act": acted, "Expire": expired, "View": viewed, "CashOut": cashed}
}

// RefusesState says that no method of the engine of a game with a cash-out takes a text for the state of the round.
func RefusesState(t T, at Table, text string, a games.Action) {
	t.Helper()
	for name, err := range onState(at.Engine, at.Round, json.RawMessage(text), a, at.Draws) {
		var wrong *games.StateError
		if !errors.As(err, &wrong) {
			t.Errorf("%s of the state %q gave %v, no StateError", name, text, err)
		}
	}
}

// Changed returns a text with each of the changes made to it, the first occurrence of one text replaced by another.
func Changed(t T, text string, changes [][2]string) (changed []string) {
	t.Helper()
	for _, change := range changes {
		with := strings.Replace(text, change[0], change[1], 1)
		if with == text {
			t.Errorf("%s does not change %s", change, text)
		}
		changed = append(changed, with)
	}
	return changed
}

// FuzzAction throws payloads at a round as it stands: the engine refuses them with an error that says why, or plays them; played looks
// at what that led to.
func FuzzAction(f *testing.F, at func(t testing.TB) Table, name string, seeds []string, played func(t *testing.T, payload []byte, after Table)) {
	add(f, seeds)
	f.Fuzz(func(t *testing.T, payload []byte) {
		table := at(t)
		err := table.Act(name, string(payload))
		var field *games.FieldError
		var action *games.ActionError
		switch {
		case errors.As(err, &field):
			if field.Field == "" || field.Reason == "" {
				t.Fatalf("%q: an error that says nothing: %#v", payload, field)
			}
		case errors.As(err, &action):
			if action.Reason == "" || !slices.Contains(action.Allowed, name) {
				t.Fatalf("%q: an error that says nothing: %#v", payload, action)
			}
		case err != nil:
			t.Fatalf("%q: %v", payload, err)
		default:
			played(t, payload, table)
		}
	})
}

// FuzzState throws states at the engine of a game with a cash-out: it refuses what is not a state of the round, and can play on with
// all that it takes, unless the state has made the action impossible. taken, where it is not nil, looks at what is taken.
func FuzzState(f *testing.F, at func(t testing.TB) Table, seeds []string, a games.Action, taken func(t *testing.T, at Table)) {
	add(f, append(seeds, string(at(f).Last.State), `{}`, `null`, ``))
	f.Fuzz(func(t *testing.T, state []byte) {
		table := at(t)
		if _, err := table.Engine.View(table.Round, state); err != nil {
			RefusesState(t, table, string(state), a)
			return
		}
		table.Last.State = state
		played := table
		var impossible *games.ActionError
		if err := played.act(a); err != nil && (!errors.As(err, &impossible) || impossible.Reason == "") {
			t.Fatalf("%s is shown, and played with %v", state, err)
		}
		if taken != nil {
			taken(t, table)
		}
	})
}

// FuzzForce throws outcomes at Force: it refuses them with an error that names the field, or gives draws; forced looks at those.
func FuzzForce(f *testing.F, e games.Engine, seeds []string, forced func(t *testing.T, outcome []byte, script fairness.Script)) {
	add(f, seeds)
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := e.Force(outcome)
		var wrong *games.FieldError
		switch {
		case err == nil:
			forced(t, outcome, script)
		case !errors.As(err, &wrong) || wrong.Field == "" || wrong.Reason == "":
			t.Fatalf("%q: %#v is no good error", outcome, err)
		}
	})
}

func add(f *testing.F, seeds []string) {
	for _, seed := range seeds {
		f.Add([]byte(seed))
	}
}
