package cashout_test

import (
	"encoding/json"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// PlayBy is compared with the same decisions played through games.Play, on the same seeds, with the state written and read as JSON.
func TestPlayByPlaysWhatTheServerPlays(t *testing.T) {
	t.Parallel()
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "player"}
	ends := map[games.Status]int{}
	for nonce := range uint64(1_000) {
		var decisions []json.RawMessage // nil to cash out
		staked, won, err := cashout.PlayBy(coin{}, func(r cashout.Round[secret], d *fairness.Stream) (json.RawMessage, bool) {
			payload := look.Payload
			if d.Intn(4) > 0 {
				payload = flip.Payload
			}
			goOn := d.Intn(5) > 0
			if !goOn && r.Takeable {
				payload = nil
			}
			decisions = append(decisions, payload)
			return payload, goOn
		})(pair.Round(nonce))
		if err != nil {
			t.Fatal(err)
		}
		r, state := usd(t, 0), json.RawMessage(nil)
		result, err := games.Play(engine, r, nil, bet, pair.Round(nonce))
		for _, payload := range decisions {
			if err != nil || result.State == nil {
				t.Fatalf("nonce %d: over before the strategy was, %v", nonce, err)
			}
			r, state = r.Next(result), result.State
			if payload == nil {
				result, err = games.CashOut(engine, r, state, pair.Round(nonce))
			} else {
				result, err = games.Play(engine, r, state, act("flip", string(payload)), pair.Round(nonce))
			}
		}
		if err != nil || result.State != nil || result.Win.Multiple != won || staked != games.MultipleUnit {
			t.Fatalf("nonce %d: won %d of %d, and %d through the engine, %s, %v", nonce, won, staked, result.Win.Multiple, result.State, err)
		}
		if won == most {
			ends["cap"]++
		}
		ends[result.Status]++
	}
	if ends["cap"] == 0 || ends[games.Completed] == 0 || ends[games.CashedOut] <= ends["cap"] {
		t.Errorf("not every way was gone: %v", ends)
	}
}

// A step that the rules refuse ends the strategy's round with their error.
func TestPlayByReturnsTheRefusal(t *testing.T) {
	t.Parallel()
	_, _, err := cashout.PlayBy(coin{}, func(cashout.Round[secret], *fairness.Stream) (json.RawMessage, bool) {
		return json.RawMessage(`{"jump":1}`), true
	})(fairness.NewSimulation(1))
	if _, ok := err.(*games.FieldError); !ok {
		t.Errorf("got %v", err)
	}
}
