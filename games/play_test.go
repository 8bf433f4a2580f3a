package games_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// scripted is an engine that returns what it is told to: for the promises that Play holds engines to.
type scripted struct {
	games.Engine
	step games.Step
	seen *games.Round
}

func (s scripted) Open(r games.Round, _ games.Action, _ fairness.Draws) (games.Step, error) {
	if s.seen != nil {
		*s.seen = r
	}
	return s.step, nil
}

func (s scripted) Act(games.Round, json.RawMessage, games.Action, fairness.Draws) (games.Step, error) {
	return s.step, nil
}

func (s scripted) CashOut(games.Round, json.RawMessage) (games.Step, error) { return s.step, nil }

func (s scripted) Expire(games.Round, json.RawMessage) (games.Step, error) { return s.step, nil }

var noAction = games.Action{Name: "any", Payload: json.RawMessage("{}")}

func TestPlayHoldsEnginesToTheirPromises(t *testing.T) {
	t.Parallel()
	usd, eur := currency(t, "USD"), currency(t, "EUR")
	r, d, open := games.Round{Currency: usd}, fairness.NewSimulation(1), json.RawMessage("{}")
	for complaint, step := range map[string]games.Step{
		"unknown status":                     {Status: "won"},
		`unknown status ""`:                  {},
		"without a state":                    {Status: games.InProgress},
		"that is a JSON object":              {Status: games.InProgress, State: json.RawMessage("null")},
		"a state that is a JSON object":      {Status: games.InProgress, State: json.RawMessage(`{"a":`)},
		"left a state when the round":        {Status: games.Completed, State: open},
		"paid while the round is open":       {Status: games.InProgress, State: open, Win: games.Win{Of: money.New(usd, 1), Multiple: 1}},
		"took a negative stake":              {Status: games.Completed, Stake: money.New(usd, -1)},
		"took a stake in EUR in a round":     {Status: games.Completed, Stake: money.New(eur, 1)},
		"negative win":                       {Status: games.Completed, Win: games.Win{Of: money.New(usd, 1), Multiple: -1}},
		"gave a negative win":                {Status: games.Completed, Win: games.Win{Of: money.New(usd, -1), Multiple: 1}},
		"gave a win in EUR":                  {Status: games.Completed, Win: games.Win{Of: money.New(eur, 1), Multiple: 1}},
		"gave a win in no currency":          {Status: games.Completed, Win: games.Win{Multiple: 1}},
		"gave an outcome that is not JSON: ": {Status: games.Completed, Outcome: make(chan int)},
	} {
		for _, state := range []json.RawMessage{nil, open} {
			_, err := games.Play(scripted{step: step}, r, state, noAction, d)
			var broken *games.EngineError
			if !errors.As(err, &broken) || !strings.Contains(err.Error(), complaint) {
				t.Errorf("%+v: got %v, want %q", step, err, complaint)
			}
		}
	}
	for complaint, step := range map[string]games.Step{
		"left the round open at cashout": {Status: games.InProgress, State: open},
		"took a stake at cashout":        {Status: games.CashedOut, Stake: money.New(usd, 1)},
	} {
		_, err := games.CashOut(scripted{step: step}, r, open, d)
		var broken *games.EngineError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), complaint) {
			t.Errorf("%+v: got %v, want %q", step, err, complaint)
		}
		_, err = games.Expire(scripted{step: step}, r, open, d)
		if complaint = strings.Replace(complaint, "cashout", "expiry", 1); !errors.As(err, &broken) || !strings.Contains(err.Error(), complaint) {
			t.Errorf("%+v: got %v, want %q", step, err, complaint)
		}
	}
	if _, err := games.Play(scripted{}, games.Round{}, nil, noAction, d); err == nil {
		t.Error("played a round without a currency")
	}
	if _, err := games.CashOut(scripted{}, games.Round{}, open, d); err == nil {
		t.Error("cashed out a round without a currency")
	}
	if _, err := games.Expire(scripted{}, games.Round{}, open, d); err == nil {
		t.Error("expired a round without a currency")
	}
}

func TestPlayFillsIn(t *testing.T) {
	t.Parallel()
	usd := currency(t, "USD")
	var seen games.Round
	result, err := games.Play(scripted{step: games.Step{Status: games.Completed}, seen: &seen},
		games.Round{Currency: usd, Bet: money.New(usd, 7), Step: 3}, nil, noAction, fairness.NewSimulation(1))
	if err != nil || result.Payout.String() != "0.00" || result.Stake.String() != "0.00" || string(result.Outcome) != "null" {
		t.Errorf("got %+v, %v", result, err)
	}
	if seen.Step != 0 || seen.Bet.String() != "0.00" || seen.Stake.String() != "0.00" {
		t.Errorf("the opening action saw %+v", seen)
	}
	// What is staked later, as by doubling, counts towards the round's stake but not its bet.
	r := games.Round{Currency: usd}
	for _, minor := range []int64{100, 0, 250} {
		r = r.Next(games.Result{Step: games.Step{Stake: money.New(usd, minor)}})
	}
	if r.Bet.String() != "1.00" || r.Stake.String() != "3.50" || r.Step != 3 || r.Label() != "3" {
		t.Errorf("got %+v", r)
	}
}

func TestOnlyAnOpenRoundEndsWithoutAnAction(t *testing.T) {
	t.Parallel()
	var refused *games.ActionError
	_, err := games.CashOut(scripted{}, games.Round{Currency: currency(t, "USD")}, nil, fairness.NewSimulation(1))
	if !errors.As(err, &refused) || refused.Action != "cashout" {
		t.Errorf("got %v", err)
	}
	_, err = games.Expire(scripted{}, games.Round{Currency: currency(t, "USD")}, nil, fairness.NewSimulation(1))
	if !errors.As(err, &refused) || refused.Action != "expiry" {
		t.Errorf("expired: %v", err)
	}
}

// Over many nonces a payout of 19.2 cents is 19 or 20, and 20 with a chance of exactly one in five.
func TestPayoutsAreRoundedFairly(t *testing.T) {
	t.Parallel()
	const rounds = 10_000
	usd := currency(t, "USD")
	step := games.Step{Status: games.Completed, Win: games.Win{Of: money.New(usd, 10), Multiple: 192_000_000}}
	pair := newPair(t)
	total := money.Zero(usd)
	for nonce := range uint64(rounds) {
		result, err := games.Play(scripted{step: step}, games.Round{Currency: usd}, nil, noAction, pair.Round(nonce))
		if err != nil {
			t.Fatal(err)
		}
		if text := result.Payout.String(); text != "0.19" && text != "0.20" {
			t.Fatalf("paid %s", text)
		}
		total = total.Add(result.Payout)
	}
	// 6 standard deviations of 40 cents around 1,920.00.
	if off := new(big.Int).Abs(total.Sub(money.New(usd, 192_000)).Minor()); off.Cmp(big.NewInt(240)) > 0 {
		t.Errorf("paid %v in all", total)
	}
}

func TestWholePayoutsDrawNothing(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
		of := money.New(c, rapid.Int64Min(0).Draw(t, "of"))
		m := games.Multiple(rapid.Int64Range(0, 1<<40).Draw(t, "multiple"))
		if rapid.Bool().Draw(t, "whole") {
			m -= m % games.MultipleUnit
		}
		draws, trace := fairness.Traced(fairness.NewSimulation(rapid.Uint64().Draw(t, "seed")))
		step := games.Step{Status: games.Completed, Win: games.Win{Of: of, Multiple: m}}
		result, err := games.Play(scripted{step: step}, games.Round{Currency: c}, nil, noAction, draws)
		if err != nil {
			t.Fatal(err)
		}
		exact := new(big.Int).Mul(of.Minor(), big.NewInt(int64(m)))
		floor, rest := new(big.Int).QuoRem(exact, big.NewInt(games.MultipleUnit), new(big.Int))
		up := new(big.Int).Sub(result.Payout.Minor(), floor)
		if !up.IsInt64() || up.Int64() < 0 || up.Int64() > 1 || rest.Sign() == 0 && up.Sign() != 0 {
			t.Fatalf("%v × %v paid %v", of, m, result.Payout)
		}
		if (len(trace.Draws) == 1) != (rest.Sign() != 0) || len(trace.Draws) > 0 && trace.Draws[0].Label != "pay" {
			t.Fatalf("%v × %v drew %+v", of, m, trace.Draws)
		}
	})
}

func TestMultipleString(t *testing.T) {
	t.Parallel()
	for m, want := range map[games.Multiple]string{
		0: "0", 1: "0", -1: "0", 9_999: "0", 10_000: "0.0001", games.MultipleUnit: "1", 370_000_000: "3.7", 208_333_333: "2.0833",
		99_999_999: "0.9999", 100_999_999: "1.0099", 25_000_000_000: "250", -150_000_000: "-1.5", 1<<63 - 1: "92233720368.5477",
	} {
		if got := m.String(); got != want || !json.Valid([]byte(got)) {
			t.Errorf("%d is %s, want %s", int64(m), got, want)
		}
	}
}

func newPair(t testing.TB) fairness.Pair {
	t.Helper()
	seed, err := fairness.ParseServerSeed(strings.Repeat("0123456789abcdef", 4))
	if err != nil {
		t.Fatal(err)
	}
	return fairness.Pair{ServerSeed: seed, ClientSeed: "player"}
}
