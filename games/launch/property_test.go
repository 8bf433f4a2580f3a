package launch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// TestAnyLegalRound plays legal rounds from real seeds, and plays each again from what was recorded.
func TestAnyLegalRound(t *testing.T) {
	t.Parallel()
	game, serverSeed := Game(), fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		code := rapid.SampledFrom([]string{"USD", "JPY", "BTC"}).Draw(t, "currency")
		currency, err := money.LookupCurrency(code)
		if err != nil {
			t.Fatal(err)
		}
		nonce := rapid.Uint64().Draw(t, "nonce")
		winds := rapid.SliceOfN(rapid.IntRange(0, padCount-1), 0, maxShots).Draw(t, "winds")
		draws := func() fairness.Draws {
			seeded := fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce)
			if len(winds) == 0 {
				return seeded
			}
			text, _ := json.Marshal(map[string]any{"winds": winds})
			script, err := v.Force(text)
			if err != nil {
				t.Fatal(err)
			}
			return fairness.Forced(seeded, script)
		}
		stake := money.New(currency, rapid.Int64Range(1, 1_000_000_000).Draw(t, "stake"))
		actions, results := playAny(t, v, stake, draws())
		again, _, err := play(v, currency, draws(), actions...)
		if err != nil {
			t.Fatal(err)
		}
		for i := range actions {
			if !bytes.Equal(again[i].Outcome, results[i].Outcome) || !bytes.Equal(again[i].State, results[i].State) ||
				!again[i].Payout.Equal(results[i].Payout) || again[i].Status != results[i].Status {
				t.Fatalf("action %d again: %s, was %s", i, again[i].Outcome, results[i].Outcome)
			}
		}
	})
}

// playAny plays a round to its end, checking what it is worth at every step.
func playAny(t *rapid.T, e games.Engine, stake money.Amount, d fairness.Draws) (actions []games.Action, results []games.Result) {
	r := games.Round{Currency: stake.Currency()}
	a := betOf(string(stake.Number()))
	var state json.RawMessage
	for {
		result, err := games.Play(e, r, state, a, d)
		if err != nil {
			t.Fatalf("%s: %v", a.Payload, err)
		}
		actions, results = append(actions, a), append(results, result)
		r, state = r.Next(result), result.State
		if !r.Stake.Equal(stake) || r.Step > maxShots+1 {
			t.Fatalf("after %d actions %s is at stake", r.Step, r.Stake)
		}
		if result.Status != games.InProgress {
			checkEnd(t, result, stake)
			return actions, results
		}
		checkOpen(t, e, r, state)
		if r.Step > 1 && rapid.IntRange(0, 9).Draw(t, "cash out") == 0 {
			if _, err := games.CashOut(e, r, state, d); err != nil {
				t.Fatal(err)
			}
			return actions, results
		}
		angle := rapid.IntRange(minAngle, maxAngle).Draw(t, "angle")
		power := rapid.IntRange(minPower, maxPower).Draw(t, "power")
		a = shotOf(fmt.Sprintf("%d.%d", angle/10, angle%10), fmt.Sprint(power))
	}
}

// checkEnd checks the payout of a round that ended by itself: what it was worth, rounded to a neighbouring minor unit.
func checkEnd(t *rapid.T, result games.Result, stake money.Amount) {
	o := result.Step.Outcome.(Outcome)
	if o.Splash != (result.Status == games.Completed) || o.CanCashOut || o.Splash != (o.Multiplier == "0") {
		t.Fatalf("%s with the outcome %+v", result.Status, o)
	}
	if o.Splash != (result.Win.Multiple == 0) || result.Win.Multiple < 0 || result.Win.Multiple >= most {
		t.Fatalf("%s pays %d", result.Status, result.Win.Multiple)
	}
	if lost := result.Payout.IsZero(); o.Splash && !lost || result.Payout.Cmp(stake.Times(most/games.MultipleUnit)) > 0 {
		t.Fatalf("a stake of %s pays %s", stake, result.Payout)
	}
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

// FuzzLaunch throws payloads at an open round: it refuses with an error that names the field, or plays a launch.
func FuzzLaunch(f *testing.F) {
	for _, seed := range []string{
		`{"action":"launch","angle":62.0,"power":1800}`, `{"angle":10,"power":100}`, `{"angle":80.0,"power":2000.0}`,
		`{"angle":62.05,"power":1800}`, `{"angle":1e999999999,"power":1}`, `{"angle":-0.0,"power":-0}`,
		`{"angle":999999999999999.999999999999999999,"power":999999999999999}`, `{"angle":45,"angle":46,"power":500}`,
		`{"angle":45,"power":500}{}`, "{\"angle\":45,\"pow\xffer\":500}", `null`, ``, `[[[[`,
	} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	f.Fuzz(func(t *testing.T, payload []byte) {
		results, _, err := play(engine, usd, fairness.NewSimulation(1), betOf("1"), games.Action{Name: action, Payload: payload})
		var wrong *games.FieldError
		switch {
		case errors.As(err, &wrong) && wrong.Field != "" && wrong.Reason != "":
		case err != nil:
			t.Fatalf("%q: %#v is no good error", payload, err)
		default:
			if o := results[1].Step.Outcome.(Outcome); o.Range < 348 || o.Range > 407_747 || o.Pad != (o.Aim+o.Wind)%padCount {
				t.Fatalf("%q: %+v", payload, o)
			}
		}
	})
}

// FuzzState throws states at the engine: it refuses with a StateError, or the state is one that it would write itself.
func FuzzState(f *testing.F) {
	const good = `{"version":1,"steps":1,"value":96000000,"takeable":true,"own":{"landings":[{"band":0,"pad":0}]}}`
	for _, seed := range []string{
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
	} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	f.Fuzz(func(t *testing.T, state []byte) {
		r := games.Round{Currency: usd, Bet: money.New(usd, 100), Stake: money.New(usd, 100), Step: 2}
		result, err := games.Play(engine, r, state, shotOf("45.0", "100"), fairness.NewSimulation(1))
		var wrong *games.StateError
		if errors.As(err, &wrong) {
			for what, by := range map[string]func() error{
				"view":    func() error { _, err := engine.View(r, state); return err },
				"expiry":  func() error { _, err := engine.Expire(r, state); return err },
				"cashout": func() error { _, err := engine.CashOut(r, state); return err },
			} {
				if err := by(); !errors.As(err, &wrong) {
					t.Fatalf("%q: %s is %v, not refused", state, what, err)
				}
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v is no StateError", state, err)
		}
		o := result.Step.Outcome.(Outcome)
		first := o.Shots[0]
		want := (96_000_000 / factorScale) * bands[first.Band].Pads[first.Pad]
		if len(o.Shots) != 2 || want == 0 || !bytes.Contains(state, fmt.Append(nil, want)) {
			t.Fatalf("%q was played as a round with the shots %+v", state, o.Shots)
		}
	})
}

// FuzzForce throws outcomes at Force: it refuses with an error that names the field, or gives one draw a shot.
func FuzzForce(f *testing.F) {
	for _, seed := range []string{`{"winds":[0,19]}`, `{"winds":[]}`, `{"winds":[20]}`, `{"winds":null}`, `{}`, `{"pads":[1]}`} {
		f.Add([]byte(seed))
	}
	engine := variant(f, "RTP_96")
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := engine.Force(outcome)
		var wrong *games.FieldError
		switch {
		case err != nil && !errors.As(err, &wrong):
			t.Fatalf("%q: %v is no FieldError", outcome, err)
		case err == nil && (len(script) < 1 || len(script) > maxShots || len(script["1"]) != 1):
			t.Fatalf("%q gave the script %v", outcome, script)
		}
	})
}
