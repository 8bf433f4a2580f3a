package guess

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

var usd, _ = money.LookupCurrency("USD")

// rulesOf returns the rules of a variant.
func rulesOf(t testing.TB, id string) *rules {
	t.Helper()
	variant, ok := Game().Variant(id)
	if !ok {
		t.Fatalf("no variant %s", id)
	}
	return variant.Engine.(Engine).Game.(*rules)
}

func eachVariant(t *testing.T, test func(t *testing.T, g *rules)) {
	t.Helper()
	for _, v := range Game().Variants {
		t.Run(v.ID, func(t *testing.T) {
			t.Parallel()
			test(t, rulesOf(t, v.ID))
		})
	}
}

// fataler is a test of any kind, rapid's too.
type fataler interface{ Fatal(...any) }

// table plays a round as a server does, through states that are JSON.
type table struct {
	engine games.Engine
	draws  fairness.Draws
	round  games.Round
	last   games.Result
}

func open(t testing.TB, g *rules, draws fairness.Draws) *table {
	t.Helper()
	table := &table{engine: Engine{Game: g}, draws: draws, round: games.Round{Currency: usd}}
	if err := table.act("bet", `{"action":"bet","amount":1.00}`); err != nil {
		t.Fatal(err)
	}
	return table
}

// forced opens a round of an outcome.
func forced(t testing.TB, g *rules, outcome string) *table {
	t.Helper()
	script, err := g.Force(json.RawMessage(outcome))
	if err != nil {
		t.Fatalf("%s: %v", outcome, err)
	}
	return open(t, g, fairness.Forced(fairness.NewSimulation(1), script))
}

func (t *table) act(name, payload string) error {
	result, err := games.Play(t.engine, t.round, t.last.State, games.Action{Name: name, Payload: json.RawMessage(payload)}, t.draws)
	if err == nil {
		t.round, t.last = t.round.Next(result), result
	}
	return err
}

// guess makes a guess and returns what the player is told.
func (t *table) guess(tb testing.TB, position int, character string) Outcome {
	tb.Helper()
	if err := t.act("guess", guessOf(position, character)); err != nil {
		tb.Fatal(err)
	}
	return *t.last.Step.Outcome.(*Outcome)
}

func guessOf(position int, character string) string {
	return fmt.Sprintf(`{"action":"guess","position":%d,"character":%q}`, position, character)
}

func stateOf(t fataler, text json.RawMessage) cashout.Round[State] {
	var r cashout.Round[State]
	if err := games.Decode(text, &r); err != nil {
		t.Fatal(err)
	}
	return r
}

const key = "K7QXA0ZB19MM"

func TestARoundAsItIsPlayed(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`","rises":[9,4,6]}`)
	if text := string(round.last.Outcome); strings.Contains(text, "key") || !strings.Contains(text, `"canCashOut":false`) {
		t.Errorf("the bet's outcome is %s", text)
	}
	wrong := round.guess(t, 3, "K")
	if wrong.Right || wrong.Rise != 9 || wrong.Trace != 9 || wrong.Multiplier != "0.768" || wrong.Struck[3] != "K" || !wrong.CanCashOut ||
		wrong.Key != "" {
		t.Errorf("a wrong guess: %s", round.last.Outcome)
	}
	if *wrong.RightMultipliers[0] != "8" || *wrong.WrongMultipliers[0] != "0.8" || *wrong.RightMultipliers[3] != "7.8" {
		t.Errorf("what may come: %s", round.last.Outcome)
	}
	right := round.guess(t, 0, "K")
	if !right.Right || right.Rise != 4 || right.Trace != 13 || right.Multiplier != "6.144" || *right.Positions[0] != "K" ||
		right.RightMultipliers[0] != nil || right.WrongMultipliers[0] != nil {
		t.Errorf("a right guess: %s", round.last.Outcome)
	}
	result, err := games.CashOut(round.engine, round.round, round.last.State, round.draws)
	if err != nil {
		t.Fatal(err)
	}
	if result.Status != games.CashedOut || result.Win.Multiple != 614_400_000 || !strings.Contains(string(result.Outcome), key) {
		t.Errorf("the cash-out: %+v %s", result.Win, result.Outcome)
	}
}

func TestTheTraceLosesTheRound(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`","rises":[14,14,14,14,14,14,14,14]}`)
	for i := range 7 {
		round.guess(t, i, "Y")
	}
	// At 98 even a right guess would bust: the round has cashed out.
	if round.last.Status != games.CashedOut || round.last.Win.Multiple != 20_132_659 { // 0.96 · 0.8^7
		t.Errorf("at trace 98: %s, %+v", round.last.Status, round.last.Win)
	}
	round = forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`","rises":[14,14,14,14,14,14,14,14]}`)
	for i := range 6 {
		round.guess(t, i, "Y")
	}
	right := round.guess(t, 6, "Z") // a rise of 14 is the highest of a right guess here: 6
	if right.Trace != 90 || right.Multiplier != "2.0132" || round.last.Status != games.InProgress {
		t.Fatalf("at trace 90: %s", round.last.Outcome)
	}
	lost := round.guess(t, 7, "Y")
	if !lost.Busted || lost.Multiplier != "0" || lost.CanCashOut || lost.Key != key || round.last.Status != games.Completed ||
		!round.last.Payout.IsZero() {
		t.Errorf("at the limit: %s %s", round.last.Status, round.last.Outcome)
	}
}

func TestTheMaximumWinEndsTheRound(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`"}`)
	round.guess(t, 0, "K")
	capped := round.guess(t, 1, "7")
	if round.last.Status != games.CashedOut || round.last.Win.Multiple != most || capped.Multiplier != "50" || capped.Key != key {
		t.Errorf("%s %+v %s", round.last.Status, round.last.Win, round.last.Outcome)
	}
}

// The cap ends a round long before the key is whole, but the rule is there.
func TestTheWholeKeyEndsTheRound(t *testing.T) {
	t.Parallel()
	g := rulesOf(t, "RTP_96")
	r := cashout.New(g, fairness.NewSimulation(1))
	r.Value = 1_000
	for i := 1; i < positions; i++ {
		r.Own.Revealed[i] = true
	}
	ending, _, err := cashout.Play(g, &r, json.RawMessage(guessOf(0, r.Own.Key[:1])), fairness.NewSimulation(1))
	if err != nil || ending != cashout.Paid || r.Value != 8_000 {
		t.Errorf("%v %v %v", ending, r.Value, err)
	}
}

func TestAnExpiredRound(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`"}`)
	result, err := games.Expire(round.engine, round.round, round.last.State, round.draws)
	if err != nil || result.Status != games.Completed || !result.Payout.Equal(round.round.Stake) {
		t.Errorf("before the first guess: %v %s %v", result.Status, result.Payout, err)
	}
	round.guess(t, 0, "A")
	result, err = games.Expire(round.engine, round.round, round.last.State, round.draws)
	if err != nil || result.Status != games.CashedOut || result.Win.Multiple != 76_800_000 || !strings.Contains(string(result.Outcome), key) {
		t.Errorf("after it: %v %s %v", result.Status, result.Outcome, err)
	}
}
