package guess

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// TestAnyLegalPlay plays legal rounds from real seeds, some of them forced, and verifies their records.
func TestAnyLegalPlay(t *testing.T) {
	t.Parallel()
	catalogue, err := games.NewCatalogue(Game())
	if err != nil {
		t.Fatal(err)
	}
	game, _ := catalogue.Lookup("guess")
	seed := fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		variant := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		rec := games.Record{
			RoundID: "test", GameID: game.ID, Variant: variant.ID, RulesHash: variant.RulesHash, Currency: "USD",
			ServerSeedHash: seed.Hash(), ServerSeed: seed.Reveal(), ClientSeed: "player", Nonce: rapid.Uint64().Draw(t, "nonce"),
		}
		pair := fairness.Pair{ServerSeed: seed, ClientSeed: rec.ClientSeed}
		if rapid.Bool().Draw(t, "forced") {
			letters := rapid.StringOfN(rapid.SampledFrom([]rune("ABC")), positions, positions, positions).Draw(t, "key")
			rec.Forced, err = variant.Force(json.RawMessage(`{"key":"` + letters + `"}`))
			if err != nil {
				t.Fatal(err)
			}
		}
		round, state, paid := games.Round{Currency: usd}, json.RawMessage(nil), money.Zero(usd)
		step := func(kind games.ActionType, name, payload string) {
			draws := fairness.Forced(pair.Round(rec.Nonce), rec.Forced)
			var result games.Result
			switch kind {
			case games.TypeCashOut:
				result, err = games.CashOut(variant, round, state, draws)
			case games.TypeExpiry:
				result, err = games.Expire(variant, round, state, draws)
			default:
				result, err = games.Play(variant, round, state, games.Action{Name: name, Payload: json.RawMessage(payload)}, draws)
			}
			if err != nil {
				t.Fatalf("%s %s: %v", name, payload, err)
			}
			paid = paid.Add(result.Payout)
			rec.Actions = append(rec.Actions, games.RecordedAction{
				Step: len(rec.Actions), RequestID: "r", Type: kind, Payload: json.RawMessage(payload), Outcome: result.Outcome,
				Stake: result.Stake.Number(), Payout: result.Payout.Number(), Balance: "0", At: time.Unix(0, 0),
			})
			round, state, rec.Status = round.Next(result), result.State, result.Status
			if result.Win.Multiple < 0 || result.Win.Multiple > most {
				t.Fatalf("the win is %v", result.Win.Multiple)
			}
		}
		step(games.TypeAction, "bet", `{"action":"bet","amount":0.07}`)
		for rec.Status == games.InProgress {
			own := stateOf(t, state)
			if own.Value <= 0 || own.Value >= most || len(rec.Actions) > longest {
				t.Fatalf("after %d actions the state is %+v", len(rec.Actions), own)
			}
			if own.Takeable && rapid.IntRange(0, 9).Draw(t, "cash out") == 0 {
				step(rapid.SampledFrom([]games.ActionType{games.TypeCashOut, games.TypeExpiry}).Draw(t, "how"), "", `{}`)
				break
			}
			position := rapid.IntRange(0, positions-1).Filter(func(i int) bool { return !own.Own.Revealed[i] }).Draw(t, "position")
			open := strings.Map(func(c rune) rune {
				if strings.ContainsRune(own.Own.Struck[position], c) {
					return -1
				}
				return c
			}, alphabet)
			character := rapid.SampledFrom([]byte(open[:min(len(open), 5)])).Draw(t, "character")
			step(games.TypeAction, "guess", guessOf(position, string(character)))
		}
		rec.Stake, rec.Payout = round.Stake.Number(), paid.Number()
		report, err := games.Verify(catalogue, rec)
		if err != nil || !report.OK {
			t.Fatalf("%v %+v", err, report.Checks)
		}
	})
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
		var shown [2][]byte
		for i, round := range []*table{one, other} {
			view, err := round.engine.View(round.round, round.last.State)
			if err != nil {
				t.Fatal(err)
			}
			if shown[i], err = games.Encode(view); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(shown[0], shown[1]) || !bytes.Equal(one.last.Outcome, other.last.Outcome) {
			t.Errorf("shown:\n%s\n%s\n%s\n%s", shown[0], shown[1], one.last.Outcome, other.last.Outcome)
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

// FuzzGuess throws payloads at a round: it refuses them with an error that says why and changes nothing, or plays a legal guess.
func FuzzGuess(f *testing.F) {
	for _, seed := range []string{
		guessOf(3, "K"), guessOf(0, "A"), guessOf(12, "K"), guessOf(-1, "K"), guessOf(0, "k"), guessOf(0, "Ä"),
		guessOf(0, ""), guessOf(0, "AB"),
		guessOf(1, "B"), `{"position":3.0,"character":"K"}`, `{"position":3}`, `{"position":"3","character":"K"}`, `{}`, `null`, ``, `[[[`,
		`{"position":3,"position":3,"character":"K"}`, `{"position":3,"character":"K","x":1}`, `{"position":3,"character":null}`,
		"{\"position\":3,\"character\":\"\xff\"}",
	} {
		f.Add([]byte(seed))
	}
	g := rulesOf(f, "RTP_96")
	before := forced(f, g, `{"key":"ABCDEFGHIJKL"}`)
	before.guess(f, 0, "A")
	before.guess(f, 1, "C")
	f.Fuzz(func(t *testing.T, payload []byte) {
		round := *before
		err := round.act("guess", string(payload))
		var field *games.FieldError
		var action *games.ActionError
		switch {
		case errors.As(err, &field):
			if field.Field == "" || field.Reason == "" {
				t.Fatalf("%q: an error that says nothing: %#v", payload, field)
			}
		case errors.As(err, &action):
			if action.Reason == "" || len(action.Allowed) != 2 {
				t.Fatalf("%q: an error that says nothing: %#v", payload, action)
			}
		case err != nil:
			t.Fatalf("%q: %v", payload, err)
		case round.last.Status == games.InProgress:
			if own := stateOf(t, round.last.State); !g.Valid(own) || own.Steps != 3 {
				t.Fatalf("%q led to %+v", payload, own)
			}
		}
	})
}

// FuzzState throws states at the engine: it refuses what is not a state, and can play on with all that it takes.
func FuzzState(f *testing.F) {
	g := rulesOf(f, "RTP_96")
	round := forced(f, g, `{"key":"ABCDEFGHIJKL"}`)
	round.guess(f, 0, "A")
	round.guess(f, 1, "C")
	state := string(round.last.State)
	f.Add([]byte(state))
	for _, change := range corruptions {
		f.Add([]byte(strings.Replace(state, change[0], change[1], 1)))
	}
	f.Fuzz(func(t *testing.T, state []byte) {
		tampered := *round
		tampered.last.State = append(json.RawMessage{}, state...)
		_, err := tampered.engine.View(tampered.round, tampered.last.State)
		var wrong *games.StateError
		if err != nil && !errors.As(err, &wrong) {
			t.Fatalf("%s: %v is no StateError", state, err)
		}
		played := tampered.act("guess", guessOf(5, "9"))
		var refused *games.ActionError
		if (err == nil) != (played == nil) && !errors.As(played, &refused) {
			t.Fatalf("%s: shown with %v, played with %v", state, err, played)
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
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"ABCDEFGHIJKL"}`)
	round.guess(t, 0, "A")
	round.guess(t, 1, "C")
	state := string(round.last.State)
	for _, change := range corruptions {
		text := strings.Replace(state, change[0], change[1], 1)
		if text == state {
			t.Errorf("%s does not change %s", change, state)
		}
		var wrong *games.StateError
		for name, try := range map[string]func() error{
			"view": func() error { _, err := round.engine.View(round.round, json.RawMessage(text)); return err },
			"play": func() error {
				tampered := *round
				tampered.last.State = json.RawMessage(text)
				return tampered.act("guess", guessOf(5, "9"))
			},
			"cash out": func() error {
				_, err := games.CashOut(round.engine, round.round, json.RawMessage(text), round.draws)
				return err
			},
			"expire": func() error {
				_, err := games.Expire(round.engine, round.round, json.RawMessage(text), round.draws)
				return err
			},
		} {
			if err := try(); !errors.As(err, &wrong) {
				t.Errorf("%s: %s: %v is no StateError", change, name, err)
			}
		}
	}
}
