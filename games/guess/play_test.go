package guess

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/games/gamestest"
)

// rulesOf returns the rules of a variant.
func rulesOf(t testing.TB, id string) *rules {
	t.Helper()
	return gamestest.Variant(t, Game(), id).Engine.(Engine).Game.(*rules)
}

func eachVariant(t *testing.T, test func(t *testing.T, g *rules)) {
	t.Helper()
	gamestest.EachVariant(t, Game(), func(t *testing.T, v games.Variant) { test(t, v.Engine.(Engine).Game.(*rules)) })
}

// table plays a round.
type table struct{ gamestest.Table }

func open(t testing.TB, g *rules, draws fairness.Draws) *table {
	t.Helper()
	return &table{gamestest.Open(t, Engine{Game: g}, draws)}
}

// forced opens a round of an outcome.
func forced(t testing.TB, g *rules, outcome string) *table {
	t.Helper()
	return open(t, g, gamestest.Forced(t, g, outcome))
}

// guess makes a guess and returns what the player is told.
func (t *table) guess(tb testing.TB, position int, character string) Outcome {
	tb.Helper()
	if err := t.Act("guess", guessOf(position, character)); err != nil {
		tb.Fatal(err)
	}
	return *t.Last.Step.Outcome.(*Outcome)
}

func guessOf(position int, character string) string {
	return fmt.Sprintf(`{"action":"guess","position":%d,"character":%q}`, position, character)
}

const key = "K7QXA0ZB19MM"

func TestARoundAsItIsPlayed(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`","rises":[9,4,6]}`)
	if text := string(round.Last.Outcome); strings.Contains(text, "key") || !strings.Contains(text, `"canCashOut":false`) {
		t.Errorf("the bet's outcome is %s", text)
	}
	wrong := round.guess(t, 3, "K")
	if wrong.Right || wrong.Rise != 9 || wrong.Trace != 9 || wrong.Multiplier != "0.768" || wrong.Struck[3] != "K" || !wrong.CanCashOut ||
		wrong.Key != "" {
		t.Errorf("a wrong guess: %s", round.Last.Outcome)
	}
	if *wrong.RightMultipliers[0] != "8" || *wrong.WrongMultipliers[0] != "0.8" || *wrong.RightMultipliers[3] != "7.8" {
		t.Errorf("what may come: %s", round.Last.Outcome)
	}
	right := round.guess(t, 0, "K")
	if !right.Right || right.Rise != 4 || right.Trace != 13 || right.Multiplier != "6.144" || *right.Positions[0] != "K" ||
		right.RightMultipliers[0] != nil || right.WrongMultipliers[0] != nil {
		t.Errorf("a right guess: %s", round.Last.Outcome)
	}
	result, err := round.CashOut()
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
	if round.Last.Status != games.CashedOut || round.Last.Win.Multiple != 20_132_659 { // 0.96 · 0.8^7
		t.Errorf("at trace 98: %s, %+v", round.Last.Status, round.Last.Win)
	}
	round = forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`","rises":[14,14,14,14,14,14,14,14]}`)
	for i := range 6 {
		round.guess(t, i, "Y")
	}
	right := round.guess(t, 6, "Z") // a rise of 14 is the highest of a right guess here: 6
	if right.Trace != 90 || right.Multiplier != "2.0132" || round.Last.Status != games.InProgress {
		t.Fatalf("at trace 90: %s", round.Last.Outcome)
	}
	lost := round.guess(t, 7, "Y")
	if !lost.Busted || lost.Multiplier != "0" || lost.CanCashOut || lost.Key != key || round.Last.Status != games.Completed ||
		!round.Last.Payout.IsZero() {
		t.Errorf("at the limit: %s %s", round.Last.Status, round.Last.Outcome)
	}
}

func TestTheMaximumWinEndsTheRound(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"`+key+`"}`)
	round.guess(t, 0, "K")
	capped := round.guess(t, 1, "7")
	if round.Last.Status != games.CashedOut || round.Last.Win.Multiple != most || capped.Multiplier != "50" || capped.Key != key {
		t.Errorf("%s %+v %s", round.Last.Status, round.Last.Win, round.Last.Outcome)
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
	result, err := round.Expire()
	if err != nil || result.Status != games.Completed || !result.Payout.Equal(round.Round.Stake) {
		t.Errorf("before the first guess: %v %s %v", result.Status, result.Payout, err)
	}
	round.guess(t, 0, "A")
	result, err = round.Expire()
	if err != nil || result.Status != games.CashedOut || result.Win.Multiple != 76_800_000 || !strings.Contains(string(result.Outcome), key) {
		t.Errorf("after it: %v %s %v", result.Status, result.Outcome, err)
	}
}
