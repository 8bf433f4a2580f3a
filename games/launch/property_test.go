package launch

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
	"croupier/wallet/money"
)

// TestAnyLegalRound plays legal rounds, some of them with forced winds.
func TestAnyLegalRound(t *testing.T) {
	t.Parallel()
	gamestest.LegalPlay{
		Game: Game(), Steps: maxShots,
		Outcome: func(t *rapid.T) string {
			winds := rapid.SliceOfN(rapid.IntRange(0, padCount-1), 0, maxShots).Draw(t, "winds")
			if len(winds) == 0 {
				return ""
			}
			text, _ := json.Marshal(map[string]any{"winds": winds})
			return string(text)
		},
		Step: func(t *rapid.T, _ json.RawMessage) string {
			angle := rapid.IntRange(minAngle, maxAngle).Draw(t, "angle")
			power := rapid.IntRange(minPower, maxPower).Draw(t, "power")
			return string(shotOf(fmt.Sprintf("%d.%d", angle/10, angle%10), fmt.Sprint(power)).Payload)
		},
		Open: checkOpen,
		Over: func(t *rapid.T, last games.Result) {
			o := last.Step.Outcome.(Outcome)
			if o.Splash != (last.Status == games.Completed) || o.Splash != (o.Multiplier == "0") || o.Splash != (last.Win.Multiple == 0) ||
				o.CanCashOut || last.Win.Multiple >= most {
				t.Fatalf("%s with the outcome %+v", last.Status, o)
			}
		},
	}.Check(t)
}

// checkOpen checks what an open round is worth, and that its view shows all of its state and nothing else.
func checkOpen(t *rapid.T, e games.Engine, r games.Round, state json.RawMessage) {
	shown, err := e.View(r, state)
	if err != nil {
		t.Fatal(err)
	}
	var stored struct {
		Value int64 `json:"value"`
		Own   State `json:"own"`
	}
	if err := json.Unmarshal(state, &stored); err != nil {
		t.Fatal(err)
	}
	v := shown.(View)
	if stored.Value <= 0 || stored.Value >= enough || v.Multiplier != money.Number(games.Multiple(stored.Value).String()) {
		t.Fatalf("worth %d, shown as %s", stored.Value, v.Multiplier)
	}
	var seen State
	seen.Landings = []Landing{}
	for _, shot := range v.Shots {
		seen.Landings = append(seen.Landings, shot.Landing)
	}
	if !reflect.DeepEqual(seen, stored.Own) {
		t.Fatalf("the state %s is shown as %+v", state, v)
	}
}

// opened is a round before its first shot.
func opened(t testing.TB) gamestest.Table {
	return gamestest.Open(t, variant(t, "RTP_96"), fairness.NewSimulation(1))
}

// FuzzLaunch throws payloads at an open round.
func FuzzLaunch(f *testing.F) {
	gamestest.FuzzAction(f, opened, action, []string{
		`{"action":"launch","angle":62.0,"power":1800}`, `{"angle":10,"power":100}`, `{"angle":80.0,"power":2000.0}`,
		`{"angle":62.05,"power":1800}`, `{"angle":1e999999999,"power":1}`, `{"angle":-0.0,"power":-0}`,
		`{"angle":999999999999999.999999999999999999,"power":999999999999999}`, `{"angle":45,"angle":46,"power":500}`,
		`{"angle":45,"power":500}{}`, "{\"angle\":45,\"pow\xffer\":500}", `null`, ``, `[[[[`,
	}, func(t *testing.T, payload []byte, after gamestest.Table) {
		if o := after.Last.Step.Outcome.(Outcome); o.Range < 348 || o.Range > 407_747 || o.Pad != (o.Aim+o.Wind)%padCount {
			t.Fatalf("%q: %+v", payload, o)
		}
	})
}

// FuzzState throws states at the engine: the value of one that it takes is the value of its landing.
func FuzzState(f *testing.F) {
	const good = `{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":0}]}}`
	shotOnce := func(t testing.TB) gamestest.Table {
		at := gamestest.NewTable(t, variant(t, "RTP_96"), fairness.NewSimulation(1))
		at.Round.Bet, at.Round.Stake, at.Round.Step = money.New(usd, 100), money.New(usd, 100), 2
		at.Last.State = json.RawMessage(good)
		return at
	}
	gamestest.FuzzState(f, shotOnce, []string{
		good,
		`{"version":2,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":0}]}}`,
		`{"version":1,"steps":1,"value":96000001,"takeable":true,"own":{"landings":[{"band":0,"pad":0}]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":false,"own":{"landings":[{"band":0,"pad":0}]}}`,
		`{"version":1,"steps":2,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":0}]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":8,"pad":0}]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":20}]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":9}]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":-1}]}}`,
		`{"version":1,"steps":1,"value":96000000,"takeable":true}`, `{}`, `null`, ``,
	}, shotOf("45.0", "100"), func(t *testing.T, at gamestest.Table) {
		r := gamestest.StateOf[State](t, at.Last.State)
		if len(r.Own.Landings) != 1 {
			t.Fatalf("%q is taken with %d landings", at.Last.State, len(r.Own.Landings))
		}
		first := r.Own.Landings[0]
		if want := (96_000_000 / factorScale) * bands[first.Band].Pads[first.Pad]; want == 0 || int64(r.Value) != want {
			t.Fatalf("%q is taken, worth %d", at.Last.State, want)
		}
	})
}

// FuzzForce throws outcomes at Force: what it takes are one draw a shot.
func FuzzForce(f *testing.F) {
	gamestest.FuzzForce(f, variant(f, "RTP_96"), []string{`{"winds":[0,19]}`, `{"winds":[]}`, `{"winds":[20]}`, `{"winds":null}`, `{}`, `{"pads":[1]}`},
		func(t *testing.T, outcome []byte, script fairness.Script) {
			if len(script) < 1 || len(script) > maxShots || len(script["1"]) != 1 {
				t.Fatalf("%q gave the script %v", outcome, script)
			}
		})
}
