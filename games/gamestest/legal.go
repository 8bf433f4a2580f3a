package gamestest

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// LegalPlay is any legal play of a game with a cash-out.
type LegalPlay struct {
	Game  games.Game
	Steps int // the most steps that a round has, the bet not counted

	// Outcome draws an outcome to force, or "" to leave the round to chance.
	Outcome func(t *rapid.T) string

	// Step draws a step that the rules allow in a state: its payload.
	Step func(t *rapid.T, state json.RawMessage) string

	Open func(t *rapid.T, e games.Engine, r games.Round, state json.RawMessage) // looks at an open round; may be left out
	Over func(t *rapid.T, last games.Result)                                    // looks at a step that ended a round; may be left out
}

// Check plays legal rounds from real seeds, some of them forced. Every one has to end; its value stays above zero and below the cap
// while it is open; it pays its value, within a minor unit, and takes no more than its bet; and its record verifies: played again,
// every step gives the same bytes and every payout the same money.
func (p LegalPlay) Check(t *testing.T) {
	catalogue, err := games.NewCatalogue(p.Game)
	if err != nil {
		t.Fatal(err)
	}
	game := catalogue.Games()[0] // with its hashes
	pair := fairness.Pair{ServerSeed: fairness.NewServerSeed(), ClientSeed: "player"}
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		currency, err := money.LookupCurrency(rapid.SampledFrom([]string{"USD", "JPY", "BTC"}).Draw(t, "currency"))
		if err != nil {
			t.Fatal(err)
		}
		var script fairness.Script
		if outcome := p.Outcome(t); outcome != "" {
			if script, err = v.Force(json.RawMessage(outcome)); err != nil {
				t.Fatal(err)
			}
		}
		recorder, err := NewRecorder(game, v.ID, currency.Code(), pair, rapid.Uint64().Draw(t, "nonce"), script)
		if err != nil {
			t.Fatal(err)
		}
		p.play(t, v, recorder, money.New(currency, rapid.Int64Range(1, 1_000_000_000).Draw(t, "stake")))
		if report, err := games.Verify(catalogue, recorder.Record()); err != nil || !report.OK {
			t.Fatalf("%v %+v", err, report.Checks)
		}
	})
}

// play plays a round to its end.
func (p LegalPlay) play(t *rapid.T, v games.Variant, recorder *Recorder, stake money.Amount) {
	most := v.Engine.(interface{ Most() games.Multiple }).Most()
	payload := `{"action":"bet","amount":` + string(stake.Number()) + `}`
	for {
		result, err := recorder.Act(payload)
		if err != nil {
			t.Fatalf("%s: %v", payload, err)
		}
		r, state := recorder.Round()
		if !r.Stake.Equal(stake) || r.Step > p.Steps+1 {
			t.Fatalf("after %d actions %s is at stake, of a bet of %s", r.Step, r.Stake, stake)
		}
		if !recorder.Open() {
			checkWin(t, result, stake, most)
			if p.Over != nil {
				p.Over(t, result)
			}
			return
		}
		worth := readWorth(t, state)
		if worth.Value <= 0 || worth.Value >= most {
			t.Fatalf("after %d actions the round is worth %v: %s", r.Step, worth.Value, state)
		}
		if p.Open != nil {
			p.Open(t, v.Engine, r, state)
		}
		if rapid.IntRange(0, 9).Draw(t, "goes on") == 0 {
			p.end(t, recorder, worth, stake, most)
			return
		}
		payload = p.Step(t, state)
	}
}

// end ends an open round, by a cash-out where that is possible, or by its expiry.
func (p LegalPlay) end(t *rapid.T, recorder *Recorder, w worth, stake money.Amount, most games.Multiple) {
	by, want := recorder.Expire, games.Multiple(games.MultipleUnit)
	if w.Takeable {
		want = w.Value
		if rapid.Bool().Draw(t, "cashes out") {
			by = recorder.CashOut
		}
	}
	result, err := by()
	if err != nil || recorder.Open() || result.Win.Multiple != want {
		t.Fatalf("a round worth %+v ended with %v: %v", w, result.Win.Multiple, err)
	}
	checkWin(t, result, stake, most)
}

// checkWin says that a round pays its win, rounded to a neighbouring minor unit, and no more than the maximum win.
func checkWin(t T, result games.Result, stake money.Amount, most games.Multiple) {
	t.Helper()
	win := result.Win
	if win.Multiple < 0 || win.Multiple > most || win.Multiple > 0 && !win.Of.Equal(stake) || !win.Side.IsZero() {
		t.Fatalf("the win is %+v", win)
	}
	off := stake.Times(int64(win.Multiple)).Sub(result.Payout.Times(games.MultipleUnit))
	unit := money.New(stake.Currency(), games.MultipleUnit)
	if off.Cmp(unit) >= 0 || off.Neg().Cmp(unit) >= 0 || win.Multiple == 0 && !result.Payout.IsZero() {
		t.Fatalf("%v of a stake of %s paid %s", win.Multiple, stake, result.Payout)
	}
}

// worth is what the state of every game with a cash-out says of the round.
type worth struct {
	Value    games.Multiple `json:"value"`
	Takeable bool           `json:"takeable"`
}

func readWorth(t T, state json.RawMessage) (w worth) {
	t.Helper()
	if err := json.Unmarshal(state, &w); err != nil {
		t.Fatalf("%s: %v", state, err)
	}
	return w
}
