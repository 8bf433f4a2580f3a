package gamestest

import (
	"encoding/json"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// Table plays a round through games.Play and states that are JSON, on draws of any kind. A copy of it plays on by itself.
type Table struct {
	Engine games.Engine
	Draws  fairness.Draws
	Round  games.Round
	Last   games.Result // of the last step; its State is nil before the first and after the last
}

// NewTable prepares a round in US dollars.
func NewTable(t testing.TB, e games.Engine, d fairness.Draws) Table {
	t.Helper()
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		t.Fatal(err)
	}
	return Table{Engine: e, Draws: d, Round: games.Round{Currency: usd}}
}

// Open places a bet of one dollar in a game with a cash-out.
func Open(t testing.TB, e games.Engine, d fairness.Draws) Table {
	t.Helper()
	table := NewTable(t, e, d)
	if err := table.Act("bet", `{"action":"bet","amount":1.00}`); err != nil {
		t.Fatal(err)
	}
	return table
}

// Act plays an action. One that is refused changes nothing.
func (t *Table) Act(name, payload string) error {
	return t.act(games.Action{Name: name, Payload: json.RawMessage(payload)})
}

func (t *Table) act(a games.Action) error {
	result, err := games.Play(t.Engine, t.Round, t.Last.State, a, t.Draws)
	if err == nil {
		t.Round, t.Last = t.Round.Next(result), result
	}
	return err
}

// CashOut returns what a cash-out would do.
func (t *Table) CashOut() (games.Result, error) {
	return games.CashOut(t.Engine, t.Round, t.Last.State, t.Draws)
}

// Expire returns what the expiry of the round would do.
func (t *Table) Expire() (games.Result, error) {
	return games.Expire(t.Engine, t.Round, t.Last.State, t.Draws)
}

// Play plays actions until one is refused, and returns what they did and the round after them.
func Play(e games.Engine, c money.Currency, d fairness.Draws, actions ...games.Action) (results []games.Result, r games.Round, err error) {
	table := Table{Engine: e, Draws: d, Round: games.Round{Currency: c}}
	for _, a := range actions {
		if err = table.act(a); err != nil {
			break
		}
		results = append(results, table.Last)
	}
	return results, table.Round, err
}

// Shown returns what an engine shows of an open round, as JSON.
func Shown(t T, e games.Engine, r games.Round, state json.RawMessage) json.RawMessage {
	t.Helper()
	view, err := e.View(r, state)
	if err != nil {
		t.Fatalf("the view of %s: %v", state, err)
	}
	text, err := games.Encode(view)
	if err != nil {
		t.Fatalf("the view of %s: %v", state, err)
	}
	return text
}

// Forced are simulated draws that lead to an outcome.
func Forced(t T, e interface {
	Force(outcome json.RawMessage) (fairness.Script, error)
}, outcome string) fairness.Draws {
	t.Helper()
	script, err := e.Force(json.RawMessage(outcome))
	if err != nil {
		t.Fatalf("%s: %v", outcome, err)
	}
	return fairness.Forced(fairness.NewSimulation(1), script)
}

// StateOf reads a state of a game with a cash-out.
func StateOf[S any](t T, text json.RawMessage) cashout.Round[S] {
	t.Helper()
	var r cashout.Round[S]
	if err := games.Decode(text, &r); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return r
}

// Variant returns a variant of a game.
func Variant(t T, g games.Game, id string) games.Variant {
	t.Helper()
	v, ok := g.Variant(id)
	if !ok {
		t.Fatalf("no variant %s", id)
	}
	return v
}

// EachVariant runs a test on every variant of a game.
func EachVariant(t *testing.T, g games.Game, test func(t *testing.T, v games.Variant)) {
	t.Helper()
	for _, v := range g.Variants {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			test(t, v)
		})
	}
}
