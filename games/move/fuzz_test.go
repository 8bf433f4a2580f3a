package move

import (
	"encoding/json"
	"slices"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/wallet/money"
)

// FuzzMove throws payloads at an open round.
func FuzzMove(f *testing.F) {
	engine := variant(f, "RTP_96")
	opened := func(t testing.TB) gamestest.Table { return gamestest.Open(t, engine, forced(t, engine)) }
	gamestest.FuzzAction(f, opened, action, []string{
		`{"action":"move","dx":5.0,"dy":-3.0}`, `{"dx":3.0,"dy":-4.0}`, `{"dx":0,"dy":0.1}`, `{"dx":-0.0,"dy":0.00}`, `{"dx":5.0,"dy":0.1}`,
		`{"dx":1e999999999,"dy":1}`, `{"dx":999999999999999.999999999999999999,"dy":-999999999999999}`, `{"dx":1,"dx":2,"dy":0}`,
		`{"dx":1,"dy":0}{}`, "{\"dx\":1,\"d\xffy\":0}", `null`, ``, `[[[[`,
	}, func(t *testing.T, payload []byte, after gamestest.Table) {
		if o := after.Last.Step.Outcome.(Outcome); o.NewCells > 10 || len(o.Entered) != o.NewCells || o.CanCashOut != (o.NewCells > 0) {
			t.Fatalf("%q: %+v", payload, o)
		}
	})
}

// openState is a state after the move from the centre two cells to the right, with all traps in the two uppermost rows.
const openState = `{"version":1,"steps":1,"value":121704278,"takeable":true,"own":{"x":95,"y":75,"opened":[113,114],` +
	`"traps":[0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24]}}`

func openRound(t testing.TB) gamestest.Table {
	t.Helper()
	at := gamestest.NewTable(t, variant(t, "RTP_96"), fairness.NewSimulation(1))
	at.Round.Bet, at.Round.Stake, at.Round.Step = money.New(usd, 100), money.New(usd, 100), 2
	at.Last.State = json.RawMessage(openState)
	return at
}

// broken are changes of openState, each of which makes one thing wrong.
var broken = [][2]string{
	{`"version":1`, `"version":2`}, {`"version":1`, `"version":0`}, {`"steps":1`, `"steps":0`}, {`"steps":1`, `"steps":200`},
	{`121704278`, `121703468`}, {`121704278`, `96000000`}, {`121704278`, `0`}, {`121704278`, `-1`}, {`true`, `false`}, {`true`, `1`},
	{`"x":95`, `"x":150`}, {`"x":95`, `"x":-1`}, {`"x":95`, `"x":105`}, {`"y":75`, `"y":65`}, {`"y":75`, `"y":7.5`},
	{`[113,114]`, `[113]`}, {`[113,114]`, `[113,113]`}, {`[113,114]`, `[112,114]`}, {`[113,114]`, `[113,24]`}, {`[113,114]`, `[113,225]`},
	{`[113,114]`, `[-1,114]`}, {`[113,114]`, `null`}, {`23,24]`, `23]`}, {`23,24]`, `23,24,25]`}, {`23,24]`, `23,225]`}, {`23,24]`, `23,23]`},
	{`23,24]`, `24,23]`}, {`23,24]`, `23,112]`}, {`23,24]`, `23,113]`}, {`[0,1`, `[-1,1`}, {`}}`, `,"z":1}}`}, {`}}`, `}`}, {openState, `{}`},
	{openState, `null`}, {openState, ``},
}

func TestBrokenStates(t *testing.T) {
	t.Parallel()
	at := openRound(t)
	if _, err := at.Engine.View(at.Round, at.Last.State); err != nil {
		t.Fatalf("the state that is not broken: %v", err)
	}
	if _, err := variant(t, "RTP_97").View(at.Round, at.Last.State); err == nil {
		t.Error("a state of another variant is taken")
	}
	for _, state := range gamestest.Changed(t, openState, broken) {
		gamestest.RefusesState(t, at, state, moveOf(1, 0))
	}
}

// FuzzState throws states at the engine: one that it takes is worth what its opened cells are, and none of them is a trap.
func FuzzState(f *testing.F) {
	game := newMove(96)
	gamestest.FuzzState(f, openRound, gamestest.Changed(f, openState, broken), moveOf(1, 0), func(t *testing.T, at gamestest.Table) {
		r := gamestest.StateOf[State](t, at.Last.State)
		if cells := len(r.Own.Opened); cells >= lastCell || r.Takeable != (cells > 0) || r.Value != game.values[cells] {
			t.Fatalf("%q is worth %d for %d cells", at.Last.State, r.Value, cells)
		}
		for _, cell := range r.Own.Opened {
			if slices.Contains(r.Own.Traps, cell) {
				t.Fatalf("%q is taken with an opened trap", at.Last.State)
			}
		}
	})
}

// FuzzForce throws outcomes at Force: what it takes, it lays.
func FuzzForce(f *testing.F) {
	gamestest.FuzzForce(f, variant(f, "RTP_96"), []string{
		`{"traps":[[0,0],[14,14]]}`, `{"traps":[]}`, `{"traps":[[7,7]]}`, `{"traps":[[1,1],[1,1]]}`, `{"traps":null}`, `{}`, `{"traps":[[1,1,1]]}`,
	}, func(t *testing.T, outcome []byte, script fairness.Script) {
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
