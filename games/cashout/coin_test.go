package cashout_test

import (
	"encoding/json"
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// coin is the smallest game with a cash-out that has all there is: a cap, a step that decides nothing, and a secret. {"look": true}
// changes nothing, or gives the stake back when nothing was won yet and the secret is 0; any other step is a flip.
type coin struct{}

type secret struct {
	Secret int `json:"secret"` // 0 to 9
}

const most = 10 * games.MultipleUnit

type shown struct {
	Steps      int          `json:"steps"`
	Multiplier money.Number `json:"multiplier"`
}

func (coin) Rules() any                                     { return map[string]any{"version": 1} }
func (coin) RTP() *big.Rat                                  { return big.NewRat(96, 100) }
func (coin) Force(json.RawMessage) (fairness.Script, error) { return nil, nil }
func (coin) Analyse() (games.Analysis, error)               { return games.Analysis{}, nil }
func (coin) Strategies() []games.Strategy                   { return nil }
func (coin) Version() int                                   { return 3 }
func (coin) Start() games.Multiple                          { return 96 * games.MultipleUnit / 100 }
func (coin) Most() games.Multiple                           { return most }
func (coin) Action() string                                 { return "flip" }
func (coin) Deal(init *fairness.Stream) secret              { return secret{int(init.Intn(10))} }
func (coin) Valid(r cashout.Round[secret]) bool             { return r.Own.Secret >= 0 && r.Own.Secret < 10 }
func (coin) Show(r cashout.Round[secret]) any               { return shown{r.Steps, r.Multiplier()} }
func (coin) Reveal(r cashout.Round[secret]) any             { return r.Own }

func (coin) Step(r *cashout.Round[secret], payload json.RawMessage, d *fairness.Stream) (cashout.Ending, any, error) {
	var step struct {
		Look *bool `json:"look"`
	}
	if err := games.Decode(payload, &step); err != nil {
		return cashout.Open, nil, err
	}
	switch {
	case step.Look != nil && r.Own.Secret == 0 && !r.Takeable:
		return cashout.Refunded, "refunded", nil
	case step.Look != nil:
		return cashout.Open, "looked", nil
	case d.Intn(2) == 1:
		return cashout.Lost, r.Own, nil
	case r.Multiply(2, 1, most):
		return cashout.Paid, r.Own, nil
	}
	return cashout.Open, "won", nil
}

var engine = cashout.Engine[secret]{Game: coin{}}

// usd is a round in US dollars that was opened with a bet of 1.00 and is at a step.
func usd(t testing.TB, step int) games.Round {
	t.Helper()
	c, err := money.LookupCurrency("USD")
	if err != nil {
		t.Fatal(err)
	}
	if step == 0 {
		return games.Round{Currency: c}
	}
	return games.Round{Currency: c, Bet: money.New(c, 100), Stake: money.New(c, 100), Step: step}
}

// flips are draws that deal a secret and by which every flip falls on a side: 0 wins, 1 loses.
func flips(secret, side uint32) fairness.Draws {
	script := fairness.Script{"init": {secret}}
	for _, label := range []string{"1", "2", "3", "4", "5"} {
		script[label] = []uint32{side}
	}
	return fairness.Forced(fairness.NewSimulation(1), script)
}

func act(name, payload string) games.Action {
	return games.Action{Name: name, Payload: json.RawMessage(payload)}
}

var (
	bet  = act("bet", `{"action":"bet","amount":1}`)
	flip = act("flip", `{"action":"flip"}`)
	look = act("flip", `{"action":"flip","look":true}`)
)

// played plays actions and returns the last result and where the round stands.
func played(t testing.TB, d fairness.Draws, actions ...games.Action) (games.Round, games.Result) {
	t.Helper()
	r, result := usd(t, 0), games.Result{}
	for _, a := range actions {
		var err error
		if result, err = games.Play(engine, r, result.State, a, d); err != nil {
			t.Fatalf("%s: %v", a.Payload, err)
		}
		r = r.Next(result)
	}
	return r, result
}
