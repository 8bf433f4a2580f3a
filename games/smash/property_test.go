package smash

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
)

// TestAnyLegalPlay plays legal rounds, some of them of high factors, so that they come to the maximum win.
func TestAnyLegalPlay(t *testing.T) {
	t.Parallel()
	gamestest.LegalPlay{
		Game: Game(), Steps: lastThreshold,
		Outcome: func(t *rapid.T) string {
			if !rapid.Bool().Draw(t, "forced") {
				return ""
			}
			threshold := rapid.IntRange(firstThreshold, lastThreshold).Draw(t, "threshold")
			twos := strings.Repeat(",2", rapid.IntRange(0, 6).Draw(t, "twos"))
			return fmt.Sprintf(`{"multipliers":[2%s],"hammerBreakOnHit":null,"crackThreshold":%d}`, twos, threshold)
		},
		Step: func(*rapid.T, json.RawMessage) string { return string(hitPayload) },
	}.Check(t)
}

// TestNothingOpenDependsOnTheSecrets plays the same hits on every safe and every hammer: while they go on, all players are told the same.
func TestNothingOpenDependsOnTheSecrets(t *testing.T) {
	t.Parallel()
	g := rulesOf(t, "RTP_96")
	var told [lastThreshold + 1][]byte // by hit
	for threshold := firstThreshold; threshold <= lastThreshold; threshold++ {
		for breaks := range lastThreshold + 1 {
			hammer := "null"
			if breaks > 0 {
				hammer = fmt.Sprint(breaks)
			}
			round := forced(t, g, fmt.Sprintf(`{"multipliers":[],"hammerBreakOnHit":%s,"crackThreshold":%d}`, hammer, threshold))
			round.Draws = fairness.NewSimulation(7)
			for round.Last.Status == games.InProgress {
				view := gamestest.Shown(t, round.Engine, round.Round, round.Last.State)
				text := append(view, round.Last.Outcome...)
				hits := round.Round.Step - 1
				if told[hits] == nil {
					told[hits] = text
				}
				if !bytes.Equal(told[hits], text) {
					t.Fatalf("threshold %d, break %d, after %d hits:\n%s\n%s", threshold, breaks, hits, text, told[hits])
				}
				round.hit(t)
			}
		}
	}
	if told[lastThreshold-1] == nil || told[lastThreshold] != nil {
		t.Error("the longest round has another length than the last threshold")
	}
}

// FuzzHit throws payloads at a round.
func FuzzHit(f *testing.F) {
	opened := func(t testing.TB) gamestest.Table {
		return forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1],"hammerBreakOnHit":null}`).Table
	}
	gamestest.FuzzAction(f, opened, "hit", []string{
		string(hitPayload), `{}`, `{"action":"hit","x":1}`, `{"action":1}`, `null`, ``, `[[[`, `{}{}`, "{\"a\xff\":1}",
	}, func(t *testing.T, payload []byte, after gamestest.Table) {
		if gamestest.StateOf[State](t, after.Last.State).Steps != 1 {
			t.Fatalf("%q led to %s", payload, after.Last.State)
		}
	})
}

// FuzzForce throws outcomes at Force: with what it takes a round can be opened.
func FuzzForce(f *testing.F) {
	g := rulesOf(f, "RTP_96")
	gamestest.FuzzForce(f, Engine{Game: g}, []string{
		`{"multipliers":[1,1.25],"hammerBreakOnHit":null}`, `{"multipliers":[],"hammerBreakOnHit":5,"crackThreshold":9}`,
		`{"multipliers":[1.250],"hammerBreakOnHit":2}`, `{"multipliers":[1e2]}`, `{"multipliers":[99999999999999999999]}`, `{}`, `null`,
	}, func(t *testing.T, _ []byte, script fairness.Script) {
		open(t, g, fairness.Forced(fairness.NewSimulation(1), script))
	})
}

// hitTwice is a round after two hits.
func hitTwice(t testing.TB) gamestest.Table {
	t.Helper()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1,2],"hammerBreakOnHit":5,"crackThreshold":11}`)
	round.hit(t)
	round.hit(t)
	return round.Table
}

var another = games.Action{Name: "hit", Payload: hitPayload}

// FuzzState throws states at the engine.
func FuzzState(f *testing.F) {
	gamestest.FuzzState(f, hitTwice, gamestest.Changed(f, string(hitTwice(f).Last.State), corruptions), another, nil)
}

// corruptions are changes of the state that FuzzState and TestForeignStates begin with.
var corruptions = [][2]string{
	{`"version":1`, `"version":2`},
	{`"version":1`, `"version":0`},
	{`"steps":2`, `"steps":1`},
	{`"steps":2`, `"steps":3`},
	{`"takeable":true`, `"takeable":false`},
	{`"threshold":11`, `"threshold":8`},
	{`"threshold":11`, `"threshold":21`},
	{`"threshold":11`, `"threshold":1e1`},
	{`"breaksOn":5`, `"breaksOn":2`},
	{`"breaksOn":5`, `"breaksOn":21`},
	{`"breaksOn":5`, `"breaksOn":-1`},
	{`"breaksOn":5`, `"breaksOn":null`},
	{`"value":`, `"value":-`},
	{`"value":`, `"value":999`},
	{`"value":`, `"worth":`},
	{`{`, `{"x":1,`},
	{`}}`, `}`},
}

func TestForeignStates(t *testing.T) {
	t.Parallel()
	round := hitTwice(t)
	for _, text := range gamestest.Changed(t, string(round.Last.State), corruptions) {
		gamestest.RefusesState(t, round, text, another)
	}
}
