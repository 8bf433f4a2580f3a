package dice

import (
	"bytes"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/gamestest"
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

// FuzzRoll throws payloads at the engine.
func FuzzRoll(f *testing.F) {
	opening := func(t testing.TB) gamestest.Table { return gamestest.NewTable(t, New(96), fairness.NewSimulation(1)) }
	gamestest.FuzzAction(f, opening, "roll", []string{
		`{"action":"roll","amount":1.00,"chance":50}`, `{"amount":0.01,"chance":98.00}`, `{"amount":1,"chance":1e1}`,
		`{"amount":1,"chance":-0.00}`, `{"amount":1,"chance":99999999999999999999}`, `{"amount":1,"chance":50.000000000000000001}`,
		`{"amount":1,"chance":50,"chance":51}`, `{"amount":999999999999999.99,"chance":1}`, "{\"amount\":1,\"ch\xffance\":50}", `null`, ``, `[[`,
	}, func(t *testing.T, payload []byte, after gamestest.Table) {
		if last := after.Last; last.Stake.Sign() <= 0 || last.Payout.Sign() < 0 || last.Status != games.Completed {
			t.Fatalf("%q: stake %s, payout %s, %s", payload, last.Stake, last.Payout, last.Status)
		}
	})
}

// FuzzForce throws outcomes at Force: what it takes is one word that is a roll.
func FuzzForce(f *testing.F) {
	gamestest.FuzzForce(f, New(96), []string{`{"roll":12.34}`, `{"roll":100}`, `{"roll":-1}`, `{"roll":1e1}`, `{"roll":null}`, `{}`},
		func(t *testing.T, outcome []byte, script fairness.Script) {
			if len(script) != 1 || len(script[""]) != 1 || script[""][0] > 9_999 {
				t.Fatalf("%q gave the script %v", outcome, script)
			}
		})
}
