package smash

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
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
	game, _ := catalogue.Lookup("safe-smash")
	seed := fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		variant := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		rec := games.Record{
			RoundID: "test", GameID: game.ID, Variant: variant.ID, RulesHash: variant.RulesHash, Currency: "USD",
			ServerSeedHash: seed.Hash(), ServerSeed: seed.Reveal(), ClientSeed: "player", Nonce: rapid.Uint64().Draw(t, "nonce"),
		}
		pair := fairness.Pair{ServerSeed: seed, ClientSeed: rec.ClientSeed}
		if rapid.Bool().Draw(t, "forced") {
			threshold := rapid.IntRange(firstThreshold, lastThreshold).Draw(t, "threshold")
			twos := strings.Repeat(",2", rapid.IntRange(0, 6).Draw(t, "twos"))
			outcome := fmt.Sprintf(`{"multipliers":[2%s],"hammerBreakOnHit":null,"crackThreshold":%d}`, twos, threshold)
			if rec.Forced, err = variant.Force(json.RawMessage(outcome)); err != nil {
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
			if own.Value <= 0 || own.Value >= most || len(rec.Actions) > lastThreshold {
				t.Fatalf("after %d actions the state is %+v", len(rec.Actions), own)
			}
			if own.Takeable && rapid.IntRange(0, 19).Draw(t, "cash out") == 0 {
				step(rapid.SampledFrom([]games.ActionType{games.TypeCashOut, games.TypeExpiry}).Draw(t, "how"), "", `{}`)
				break
			}
			step(games.TypeAction, "hit", string(hitPayload))
		}
		rec.Stake, rec.Payout = round.Stake.Number(), paid.Number()
		report, err := games.Verify(catalogue, rec)
		if err != nil || !report.OK {
			t.Fatalf("%v %+v", err, report.Checks)
		}
	})
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
			round.draws = fairness.NewSimulation(7)
			for round.last.Status == games.InProgress {
				view, err := round.engine.View(round.round, round.last.State)
				if err != nil {
					t.Fatal(err)
				}
				text, err := games.Encode(view)
				if err != nil {
					t.Fatal(err)
				}
				text = append(text, round.last.Outcome...)
				hits := round.round.Step - 1
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

// FuzzHit throws payloads at a round: it refuses them with an error that names the field, or plays a hit.
func FuzzHit(f *testing.F) {
	for _, seed := range []string{
		string(hitPayload), `{}`, `{"action":"hit","x":1}`, `{"action":1}`, `null`, ``, `[[[`, `{}{}`, "{\"a\xff\":1}",
	} {
		f.Add([]byte(seed))
	}
	before := forced(f, rulesOf(f, "RTP_96"), `{"multipliers":[1],"hammerBreakOnHit":null}`)
	f.Fuzz(func(t *testing.T, payload []byte) {
		round := *before
		err := round.act("hit", string(payload))
		var field *games.FieldError
		switch {
		case errors.As(err, &field):
			if field.Field == "" || field.Reason == "" {
				t.Fatalf("%q: an error that says nothing: %#v", payload, field)
			}
		case err != nil:
			t.Fatalf("%q: %v", payload, err)
		case stateOf(t, round.last.State).Steps != 1:
			t.Fatalf("%q led to %s", payload, round.last.State)
		}
	})
}

// FuzzForce throws outcomes at Force: it refuses with an error that names the field, or gives draws for a round that can be opened.
func FuzzForce(f *testing.F) {
	for _, seed := range []string{
		`{"multipliers":[1,1.25],"hammerBreakOnHit":null}`, `{"multipliers":[],"hammerBreakOnHit":5,"crackThreshold":9}`,
		`{"multipliers":[1.250],"hammerBreakOnHit":2}`, `{"multipliers":[1e2]}`, `{"multipliers":[99999999999999999999]}`, `{}`, `null`,
	} {
		f.Add([]byte(seed))
	}
	g := rulesOf(f, "RTP_96")
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := g.Force(outcome)
		var wrong *games.FieldError
		switch {
		case err == nil:
			open(t, g, fairness.Forced(fairness.NewSimulation(1), script))
		case !errors.As(err, &wrong):
			t.Fatalf("%q: %v is no FieldError", outcome, err)
		}
	})
}

// FuzzState throws states at the engine: it refuses what is not a state, and can play on with all that it takes.
func FuzzState(f *testing.F) {
	round := forced(f, rulesOf(f, "RTP_96"), `{"multipliers":[1,2],"hammerBreakOnHit":5,"crackThreshold":11}`)
	round.hit(f)
	round.hit(f)
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
		if played := tampered.act("hit", string(hitPayload)); (err == nil) != (played == nil) {
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
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1,2],"hammerBreakOnHit":5,"crackThreshold":11}`)
	round.hit(t)
	round.hit(t)
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
				return tampered.act("hit", string(hitPayload))
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
