package move

import (
	"bytes"
	"encoding/json"
	"errors"
	"slices"
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
		currency, err := money.LookupCurrency(rapid.SampledFrom([]string{"USD", "JPY", "BTC"}).Draw(t, "currency"))
		if err != nil {
			t.Fatal(err)
		}
		var script fairness.Script
		if rapid.Bool().Draw(t, "far traps") {
			if script, err = v.Force(json.RawMessage(`{"traps":[]}`)); err != nil {
				t.Fatal(err)
			}
		}
		nonce := rapid.Uint64().Draw(t, "nonce")
		draws := func() fairness.Draws {
			return fairness.Forced(fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce), script)
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

// legalMove draws a move that is allowed at a position.
func legalMove(t *rapid.T, at point) games.Action {
	for {
		by := point{
			rapid.IntRange(max(-longest, -at.x), min(longest, fieldSize-1-at.x)).Draw(t, "dx"),
			rapid.IntRange(max(-longest, -at.y), min(longest, fieldSize-1-at.y)).Draw(t, "dy"),
		}
		if by != (point{}) {
			return moveOf(by.x, by.y)
		}
	}
}

// stored is the state of a round, read as anybody could.
type stored struct {
	Value    games.Multiple `json:"value"`
	Takeable bool           `json:"takeable"`
	Own      State          `json:"own"`
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
		if !r.Stake.Equal(stake) || r.Step > maxMoves+1 {
			t.Fatalf("after %d actions %s is at stake", r.Step, r.Stake)
		}
		if result.Status != games.InProgress {
			checkEnd(t, result, stake)
			return actions, results
		}
		var s stored
		if err := json.Unmarshal(state, &s); err != nil {
			t.Fatal(err)
		}
		checkSecret(t, e, r, state, s)
		if s.Takeable && rapid.IntRange(0, 9).Draw(t, "cash out") == 0 {
			if _, err := games.CashOut(e, r, state, d); err != nil {
				t.Fatal(err)
			}
			return actions, results
		}
		a = legalMove(t, point{s.Own.X, s.Own.Y})
	}
}

// checkEnd checks the payout of a round that ended by itself.
func checkEnd(t *rapid.T, result games.Result, stake money.Amount) {
	o := result.Step.Outcome.(Outcome)
	if o.CanCashOut || len(o.Traps) != trapCount || o.Trapped != (o.Multiplier == "0") || o.Trapped != (result.Win.Multiple == 0) {
		t.Fatalf("%s with the outcome %+v", result.Status, o)
	}
	if o.Trapped && !slices.Contains(o.Traps, o.Entered[len(o.Entered)-1]) {
		t.Fatalf("lost in %v, where there is no trap", o.Entered[len(o.Entered)-1])
	}
	if result.Win.Multiple < 0 || o.Trapped && !result.Payout.IsZero() || result.Payout.Cmp(stake.Times(1000)) > 0 {
		t.Fatalf("a stake of %s pays %s", stake, result.Payout)
	}
}

// checkSecret lays the traps of an open round elsewhere: the player must see the same.
func checkSecret(t *rapid.T, e games.Engine, r games.Round, state json.RawMessage, s stored) {
	var free []int
	for _, cell := range coveredCells() {
		if !slices.Contains(s.Own.Opened, cell) {
			free = append(free, cell)
		}
	}
	traps := rapid.Permutation(free).Draw(t, "other traps")[:trapCount]
	slices.Sort(traps)
	was, _ := json.Marshal(s.Own.Traps)
	now, _ := json.Marshal(traps)
	other := bytes.Replace(state, was, now, 1)
	if !slices.Equal(traps, s.Own.Traps) && bytes.Equal(other, state) {
		t.Fatalf("found no traps in %s", state)
	}
	view := func(state json.RawMessage) []byte {
		shown, err := e.View(r, state)
		if err != nil {
			t.Fatal(err)
		}
		text, err := games.Encode(shown)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	if a, b := view(state), view(other); !bytes.Equal(a, b) || bytes.Contains(a, []byte("traps")) {
		t.Fatalf("with other traps %s is shown as %s", a, b)
	}
}

// TestOutcomesHideTheTraps plays the same round over two fields until it is lost in one of them: up to there nothing may differ.
func TestOutcomesHideTheTraps(t *testing.T) {
	t.Parallel()
	game, serverSeed := Game(), fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(game.Variants).Draw(t, "variant")
		actions := []games.Action{betOf("1.00")}
		at := middle(centre)
		for range rapid.IntRange(1, 12).Draw(t, "moves") {
			a := legalMove(t, at)
			by, err := readMove(a.Payload, at)
			if err != nil {
				t.Fatal(err)
			}
			actions, at = append(actions, a), point{at.x + by.x, at.y + by.y}
		}
		nonce := rapid.Uint64().Draw(t, "nonce")
		of := func(nonce uint64) []games.Result {
			results, _, err := play(v, usd, fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce), actions...)
			var over *games.ActionError
			if err != nil && !errors.As(err, &over) && results[len(results)-1].State != nil {
				t.Fatal(err)
			}
			return results
		}
		one, other := of(nonce), of(nonce^1)
		for i := range min(len(one), len(other)) {
			open := one[i].Status == games.InProgress && other[i].Status == games.InProgress
			if open && !bytes.Equal(one[i].Outcome, other[i].Outcome) {
				t.Fatalf("the outcomes differ with the traps: %s and %s", one[i].Outcome, other[i].Outcome)
			}
			if one[i].Status == games.InProgress && bytes.Contains(one[i].Outcome, []byte("traps")) {
				t.Fatalf("an open round shows traps: %s", one[i].Outcome)
			}
		}
	})
}
