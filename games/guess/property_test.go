package guess

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// TestAnyLegalPlay plays legal rounds, some of them of keys of which many characters are alike.
func TestAnyLegalPlay(t *testing.T) {
	t.Parallel()
	gamestest.LegalPlay{
		Game: Game(), Steps: longest,
		Outcome: func(t *rapid.T) string {
			if !rapid.Bool().Draw(t, "forced") {
				return ""
			}
			return `{"key":"` + rapid.StringOfN(rapid.SampledFrom([]rune("ABC")), positions, positions, positions).Draw(t, "key") + `"}`
		},
		Step: func(t *rapid.T, state json.RawMessage) string {
			own := gamestest.StateOf[State](t, state).Own
			position := rapid.IntRange(0, positions-1).Filter(func(i int) bool { return !own.Revealed[i] }).Draw(t, "position")
			open := strings.Map(func(c rune) rune {
				if strings.ContainsRune(own.Struck[position], c) {
					return -1
				}
				return c
			}, alphabet)
			return guessOf(position, string(rapid.SampledFrom([]byte(open[:min(len(open), 5)])).Draw(t, "character")))
		},
	}.Check(t)
}

// TestNothingOpenDependsOnTheKey changes what nobody has guessed of the key, and plays on: whoever plays is told the same until a
// guess tells the keys apart.
func TestNothingOpenDependsOnTheKey(t *testing.T) {
	t.Parallel()
	g := rulesOf(t, "RTP_96")
	one := forced(t, g, `{"key":"ABCDEFGHIJKL","rises":[6,7,2,6]}`)
	other := forced(t, g, `{"key":"AZYXWVUTSRQP","rises":[6,7,2,6]}`)
	same := func() {
		t.Helper()
		var shown [2]json.RawMessage
		for i, round := range []*table{one, other} {
			shown[i] = gamestest.Shown(t, round.Engine, round.Round, round.Last.State)
		}
		if !bytes.Equal(shown[0], shown[1]) || !bytes.Equal(one.Last.Outcome, other.Last.Outcome) {
			t.Errorf("shown:\n%s\n%s\n%s\n%s", shown[0], shown[1], one.Last.Outcome, other.Last.Outcome)
		}
	}
	same()
	for i, character := range []string{"9", "8", "A", "7"} {
		position := (i + 2) % 4 * 3 // 6, 9, 0, 3
		one.guess(t, position, character)
		other.guess(t, position, character)
		same()
	}
}

// FuzzGuess throws payloads at a round.
func FuzzGuess(f *testing.F) {
	g := rulesOf(f, "RTP_96")
	gamestest.FuzzAction(f, twoGuessed, "guess", []string{
		guessOf(3, "K"), guessOf(0, "A"), guessOf(12, "K"), guessOf(-1, "K"), guessOf(0, "k"), guessOf(0, "Ä"),
		guessOf(0, ""), guessOf(0, "AB"),
		guessOf(1, "B"), `{"position":3.0,"character":"K"}`, `{"position":3}`, `{"position":"3","character":"K"}`, `{}`, `null`, ``, `[[[`,
		`{"position":3,"position":3,"character":"K"}`, `{"position":3,"character":"K","x":1}`, `{"position":3,"character":null}`,
		"{\"position\":3,\"character\":\"\xff\"}",
	}, func(t *testing.T, payload []byte, after gamestest.Table) {
		if after.Last.Status != games.InProgress {
			return
		}
		if own := gamestest.StateOf[State](t, after.Last.State); !g.Valid(own) || own.Steps != 3 {
			t.Fatalf("%q led to %+v", payload, own)
		}
	})
}

// twoGuessed is a round with a right guess and a wrong one.
func twoGuessed(t testing.TB) gamestest.Table {
	t.Helper()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"ABCDEFGHIJKL"}`)
	round.guess(t, 0, "A")
	round.guess(t, 1, "C")
	return round.Table
}

var another = games.Action{Name: "guess", Payload: json.RawMessage(guessOf(5, "9"))}

// FuzzState throws states at the engine.
func FuzzState(f *testing.F) {
	gamestest.FuzzState(f, twoGuessed, gamestest.Changed(f, string(twoGuessed(f).Last.State), corruptions), another, nil)
}

// FuzzForce throws outcomes at Force: what it takes, it deals.
func FuzzForce(f *testing.F) {
	g := rulesOf(f, "RTP_96")
	gamestest.FuzzForce(f, Engine{Game: g}, []string{
		`{"key":"ABCDEFGHIJKL"}`, `{"key":"K7QXA0ZB19MM","rises":[9,4,6]}`, `{"key":"ABCDEFGHIJKL","rises":[]}`, `{"key":"abc"}`, `{}`, `null`,
	}, func(t *testing.T, outcome []byte, script fairness.Script) {
		round := open(t, g, fairness.Forced(fairness.NewSimulation(1), script))
		if dealt := gamestest.StateOf[State](t, round.Last.State).Own.Key; !bytes.Contains(outcome, []byte(dealt)) {
			t.Fatalf("%q dealt %s", outcome, dealt)
		}
	})
}

// corruptions are changes of the state that FuzzState and TestForeignStates begin with.
var corruptions = [][2]string{
	{`"version":1`, `"version":2`},
	{`"version":1`, `"version":0`},
	{`"steps":2`, `"steps":1`},
	{`"steps":2`, `"steps":3`},
	{`"takeable":true`, `"takeable":false`},
	{`"key":"ABC`, `"key":"ABc`},
	{`"key":"ABC`, `"key":"AB`},
	{`"key":"ABC`, `"key":"ACC`}, // struck from there
	{`"trace":`, `"trace":9`},
	{`"trace":`, `"trace":-`},
	{`"trace":`, `"trace":0.`},
	{`"value":`, `"value":-`},
	{`"value":`, `"value":999`},
	{`"value":`, `"worth":`},
	{`[true,false`, `[true,true`},
	{`[true,false`, `[false,false`},
	{`[true,false`, `[true`},
	{`["","C"`, `["","CC"`},
	{`["","C"`, `["","C","D"`},
	{`["","C"`, `["","c"`},
	{`["","C"`, `["C","C"`},
	{`{`, `{"x":1,`},
	{`}}`, `}`},
}

func TestForeignStates(t *testing.T) {
	t.Parallel()
	round := twoGuessed(t)
	for _, text := range gamestest.Changed(t, string(round.Last.State), corruptions) {
		gamestest.RefusesState(t, round, text, another)
	}
}
