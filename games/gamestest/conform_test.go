package gamestest

import (
	"encoding/json"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
)

// All games of the catalogue have the same variants, but for blackjack, which has rules to choose from.
func TestGamesHaveTheUsualVariants(t *testing.T) {
	t.Parallel()
	for _, g := range builtin.Games() {
		var ids []string
		for _, v := range g.Variants {
			ids = append(ids, v.ID)
		}
		if g.ID != "blackjack" && (g.Default != "RTP_96" || !slices.Equal(ids, []string{"RTP_92", "RTP_94", "RTP_96", "RTP_97"})) {
			t.Errorf("%s has the variants %v, %s by default", g.ID, ids, g.Default)
		}
	}
}

// TestEveryGameConforms holds all games of the catalogue, and the ladder, to the Engine contract.
func TestEveryGameConforms(t *testing.T) {
	t.Parallel()
	for _, g := range append(builtin.Games(), Game()) {
		t.Run(g.ID, func(t *testing.T) {
			t.Parallel()
			m, ok := MovesOf(g.ID)
			if !ok {
				t.Fatal("nobody knows how to play it: add it to moves")
			}
			Conform(t, g, m, 32)
		})
	}
}

// notes is a T that keeps what it is told.
type notes struct {
	texts []string
}

func (n *notes) Helper()      {}
func (n *notes) Failed() bool { return len(n.texts) > 0 }

func (n *notes) Errorf(format string, args ...any) {
	n.texts = append(n.texts, fmt.Sprintf(format, args...))
}

func (n *notes) Fatalf(format string, args ...any) {
	n.Errorf(format, args...)
	runtime.Goexit()
}

// complaints returns what a check complains of.
func complaints(check func(T)) string {
	found := &notes{}
	var wg sync.WaitGroup
	wg.Go(func() { check(found) })
	wg.Wait()
	return strings.Join(found.texts, "\n")
}

// broken is the ladder with one promise broken.
type broken struct {
	games.Engine
	act     func(e games.Engine, r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error)
	view    func(e games.Engine, r games.Round, state json.RawMessage) (any, error)
	expire  func(e games.Engine, r games.Round, state json.RawMessage) (games.Step, error)
	endless bool // every climb leads back to the ground
}

// at is the round as the ladder is told of it.
func (b broken) at(r games.Round) games.Round {
	if b.endless {
		r.Step = 1
	}
	return r
}

func (b broken) Act(r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
	if b.act != nil {
		return b.act(b.Engine, r, state, a, d)
	}
	step, err := b.Engine.Act(b.at(r), state, a, d)
	if b.endless && err == nil {
		step = games.Step{Status: games.InProgress, State: state}
	}
	return step, err
}

func (b broken) View(r games.Round, state json.RawMessage) (any, error) {
	if b.view != nil {
		return b.view(b.Engine, r, state)
	}
	return b.Engine.View(b.at(r), state)
}

func (b broken) Expire(r games.Round, state json.RawMessage) (games.Step, error) {
	if b.expire != nil {
		return b.expire(b.Engine, r, state)
	}
	return b.Engine.Expire(b.at(r), state)
}

func (b broken) CashOut(r games.Round, state json.RawMessage) (games.Step, error) {
	return b.Engine.CashOut(b.at(r), state)
}

// Conform complains of an engine that breaks a promise, and of no other.
func TestConformFindsBrokenPromises(t *testing.T) {
	t.Parallel()
	var calls atomic.Int64
	for name, test := range map[string]struct {
		engine broken
		found  string
	}{
		"none": {broken{}, ""},
		"a secret memory": {broken{act: func(e games.Engine, r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
			step, err := e.Act(r, state, a, d)
			if err == nil {
				step.Outcome = calls.Add(1)
			}
			return step, err
		}}, "and again"},
		"any action": {broken{act: func(e games.Engine, r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
			a.Name = "climb"
			return e.Act(r, state, a, d)
		}}, "an action that no game has"},
		"any field": {broken{act: func(e games.Engine, r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
			a.Payload = json.RawMessage("{}")
			return e.Act(r, state, a, d)
		}}, `"no-such-field":1} on`},
		"an endless round": {broken{endless: true}, "goes on after"},
		"any state": {broken{view: func(e games.Engine, r games.Round, state json.RawMessage) (any, error) {
			view, err := e.View(r, state)
			if err != nil {
				return View{}, nil
			}
			return view, nil
		}}, "View of the state"},
		"a changing view": {broken{view: func(e games.Engine, r games.Round, state json.RawMessage) (any, error) {
			if _, err := e.View(r, state); err != nil {
				return nil, err
			}
			return View{Rung: int(calls.Add(1)), Multiplier: "0"}, nil
		}}, "is shown as"},
		"no expiry": {broken{expire: func(e games.Engine, r games.Round, state json.RawMessage) (games.Step, error) {
			return e.CashOut(r, state)
		}}, "expiry"},
		"a payload kept": {broken{act: func(e games.Engine, r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
			step, err := e.Act(r, state, a, d)
			if step.State != nil {
				step.State = a.Payload
			}
			return step, err
		}}, "???"},
		"a spoilt state": {broken{expire: func(e games.Engine, r games.Round, state json.RawMessage) (games.Step, error) {
			step, err := e.Expire(r, state)
			if err == nil {
				state[0] = '['
			}
			return step, err
		}}, ""},
	} {
		g := Game()
		test.engine.Engine = g.Variants[0].Engine
		g.Variants[0].Engine = test.engine
		text := complaints(func(found T) { Conform(found, g, moves["ladder"], 20) })
		if (text == "") != (name == "none") || !strings.Contains(text, test.found) {
			t.Errorf("%s: %q", name, text)
		}
	}
}
