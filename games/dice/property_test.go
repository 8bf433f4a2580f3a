package dice

import (
	"bytes"
	"errors"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// TestAnyLegalRoll plays legal rolls from real seeds, in any currency.
func TestAnyLegalRoll(t *testing.T) {
	t.Parallel()
	variants, serverSeed := Game().Variants, fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(variants).Draw(t, "variant")
		c := rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
		stake := money.New(c, rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "stake"))
		chance := rapid.Int64Range(lowestChance, highestChance).Draw(t, "chance")
		nonce := rapid.Uint64().Draw(t, "nonce")
		action := rollOf(fmt.Sprintf(`{"action":"roll","amount":%s,"chance":%s}`, stake.Number(), percent(chance)))
		play := func() games.Result {
			draws := fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce)
			result, err := games.Play(v, games.Round{Currency: c}, nil, action, draws)
			if err != nil {
				t.Fatalf("%s: %v", action.Payload, err)
			}
			return result
		}
		result := play()
		outcome := result.Step.Outcome.(Outcome)
		roll, err := outcome.Roll.Scaled(places)
		if err != nil || roll < 0 || roll > 9_999 || outcome.Won != (roll < chance) || outcome.Chance != percent(chance) {
			t.Fatalf("%s gave %s, %v", action.Payload, result.Outcome, err)
		}
		// What is paid lies less than a minor unit from stake × multiple, and is nothing for a roll that loses.
		exact := stake.Times(int64(v.Engine.(Engine).rules.multiple(chance)))
		off := exact.Sub(result.Payout.Times(games.MultipleUnit))
		limit := money.New(c, games.MultipleUnit)
		if !result.Stake.Equal(stake) || outcome.Won && (off.Cmp(limit) >= 0 || off.Neg().Cmp(limit) >= 0) ||
			!outcome.Won && !result.Payout.IsZero() {
			t.Fatalf("%s: stake %s, %s paid %s", action.Payload, result.Stake, result.Outcome, result.Payout)
		}
		if again := play(); !bytes.Equal(again.Outcome, result.Outcome) || !again.Payout.Equal(result.Payout) {
			t.Fatalf("the same draws gave\n%s and\n%s", result.Outcome, again.Outcome)
		}
	})
}

// FuzzRoll throws payloads at the engine: it refuses with an error that names the field, or plays a legal stake.
func FuzzRoll(f *testing.F) {
	for _, seed := range []string{
		`{"action":"roll","amount":1.00,"chance":50}`, `{"amount":0.01,"chance":98.00}`, `{"amount":1,"chance":1e1}`,
		`{"amount":1,"chance":-0.00}`, `{"amount":1,"chance":99999999999999999999}`, `{"amount":1,"chance":50.000000000000000001}`,
		`{"amount":1,"chance":50,"chance":51}`, `{"amount":999999999999999.99,"chance":1}`, "{\"amount\":1,\"ch\xffance\":50}", `null`, ``, `[[`,
	} {
		f.Add([]byte(seed))
	}
	engine, c := New(96), currency(f, "USD")
	f.Fuzz(func(t *testing.T, payload []byte) {
		result, err := games.Play(engine, games.Round{Currency: c}, nil, rollOf(string(payload)), fairness.NewSimulation(1))
		var wrong *games.FieldError
		if errors.As(err, &wrong) {
			if wrong.Field == "" || wrong.Reason == "" {
				t.Fatalf("%q: an error that says nothing: %#v", payload, wrong)
			}
			return
		}
		if err != nil {
			t.Fatalf("%q: %v is no FieldError", payload, err)
		}
		if result.Stake.Sign() <= 0 || result.Payout.Sign() < 0 || result.Status != games.Completed {
			t.Fatalf("%q: stake %s, payout %s, %s", payload, result.Stake, result.Payout, result.Status)
		}
	})
}

// FuzzForce throws outcomes at Force: it refuses with an error that names the field, or gives one word that is a roll.
func FuzzForce(f *testing.F) {
	for _, seed := range []string{`{"roll":12.34}`, `{"roll":100}`, `{"roll":-1}`, `{"roll":1e1}`, `{"roll":null}`, `{}`} {
		f.Add([]byte(seed))
	}
	engine := New(96)
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := engine.Force(outcome)
		var wrong *games.FieldError
		switch {
		case err == nil && (len(script) != 1 || len(script[""]) != 1 || script[""][0] > 9_999):
			t.Fatalf("%q gave the script %v", outcome, script)
		case err != nil && !errors.As(err, &wrong):
			t.Fatalf("%q: %v is no FieldError", outcome, err)
		}
	})
}
