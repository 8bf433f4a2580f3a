package smash

import (
	"encoding/json"
	"errors"
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

// hit hits and returns what the player is told.
func (t *table) hit(tb testing.TB) Outcome {
	tb.Helper()
	if err := t.Act("hit", string(hitPayload)); err != nil {
		tb.Fatal(err)
	}
	return *t.Last.Step.Outcome.(*Outcome)
}

func TestARoundAsItIsPlayed(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1,2,0.5],"hammerBreakOnHit":4}`)
	if text := string(round.Last.Outcome); text !=
		`{"hitCount":0,"accumulatedMultiplier":0.96,"canCashOut":false,"nextFactors":[0.5555,0.8888,1.1111,1.3888,2.2222]}` {
		t.Errorf("the bet's outcome is %s", text)
	}
	for i, want := range []string{
		`{"factor":1.1111,"broke":false,"cracked":false,"bonus":null,"hitCount":1,"accumulatedMultiplier":1.0666,"canCashOut":true,` +
			`"nextFactors":[0.5555,0.8888,1.1111,1.3888,2.2222]}`,
		`{"factor":2.2222,"broke":false,"cracked":false,"bonus":null,"hitCount":2,"accumulatedMultiplier":2.3703,"canCashOut":true,` +
			`"nextFactors":[0.5555,0.8888,1.1111,1.3888,2.2222]}`,
		`{"factor":0.5555,"broke":false,"cracked":false,"bonus":null,"hitCount":3,"accumulatedMultiplier":1.3168,"canCashOut":true,` +
			`"nextFactors":[0.5555,0.8888,1.1111,1.3888,2.2222]}`,
	} {
		round.hit(t)
		if string(round.Last.Outcome) != want {
			t.Errorf("hit %d: %s", i+1, round.Last.Outcome)
		}
	}
	cashed, err := round.CashOut()
	if err != nil || cashed.Win.Multiple != 131_687_241 || string(cashed.Outcome) !=
		`{"hitCount":3,"accumulatedMultiplier":1.3168,"canCashOut":false,"nextFactors":[],"crackThreshold":20,"hammerBreakOnHit":4}` {
		t.Errorf("the cash-out: %v %+v %s", err, cashed.Win, cashed.Outcome)
	}
	round.hit(t)
	if round.Last.Status != games.Completed || !round.Last.Payout.IsZero() || string(round.Last.Outcome) !=
		`{"factor":null,"broke":true,"cracked":false,"bonus":null,"hitCount":4,"accumulatedMultiplier":0,"canCashOut":false,`+
			`"nextFactors":[],"crackThreshold":20,"hammerBreakOnHit":4}` {
		t.Errorf("the break: %s %s", round.Last.Status, round.Last.Outcome)
	}
}

func TestTheSafeCracks(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1,1,1,1,1,1,1,1,1],"hammerBreakOnHit":null,"crackThreshold":9}`)
	for range 8 {
		round.hit(t)
	}
	before := gamestest.StateOf[State](t, round.Last.State).Value
	last := round.hit(t)
	if !last.Cracked || last.Bonus == nil || last.HammerBreakOnHit != nil || last.CrackThreshold != 9 || last.CanCashOut {
		t.Fatalf("%s", round.Last.Outcome)
	}
	bonus, err := last.Bonus.Factor.Scaled(2)
	if err != nil {
		t.Fatal(err)
	}
	factor := rulesOf(t, "RTP_96").scales[9].times(uint64(bonus))
	want, _ := cashout.Times(before, factor.num, factor.den, most)
	if round.Last.Status != games.CashedOut || round.Last.Win.Multiple != want || want <= before {
		t.Errorf("%s pays %v, want %v", round.Last.Outcome, round.Last.Win.Multiple, want)
	}
	if text := string(round.Last.Outcome); !strings.Contains(text, `"hammerBreakOnHit":null`) {
		t.Errorf("a hammer that never breaks: %s", text)
	}
}

// TestTheHammerBreaksFirst: a hit that would crack the safe is lost when the hammer breaks on it.
func TestTheHammerBreaksFirst(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[],"hammerBreakOnHit":9,"crackThreshold":9}`)
	for range 8 {
		round.hit(t)
	}
	if last := round.hit(t); !last.Broke || last.Cracked || round.Last.Status != games.Completed {
		t.Errorf("%s", round.Last.Outcome)
	}
}

func TestTheMaximumWinEndsTheRound(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[2,2,2,2,2,2,2],"hammerBreakOnHit":null}`)
	for range 6 {
		round.hit(t)
	}
	if last := round.hit(t); round.Last.Status != games.CashedOut || round.Last.Win.Multiple != most || last.AccumulatedMultiplier != "250" {
		t.Errorf("%s", round.Last.Outcome)
	}
}

func TestAnExpiredRound(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1],"hammerBreakOnHit":null}`)
	result, err := round.Expire()
	if err != nil || result.Status != games.Completed || !result.Payout.Equal(round.Round.Stake) {
		t.Errorf("before the first hit: %v %s %v", result.Status, result.Payout, err)
	}
	round.hit(t)
	result, err = round.Expire()
	if err != nil || result.Status != games.CashedOut || result.Win.Multiple != 106_666_666 ||
		!strings.Contains(string(result.Outcome), "crackThreshold") {
		t.Errorf("after it: %v %s %v", result.Status, result.Outcome, err)
	}
}

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"multipliers":[1],"hammerBreakOnHit":null}`)
	var action *games.ActionError
	var field *games.FieldError
	if err := round.Act("smash", `{}`); !errors.As(err, &action) || len(action.Allowed) != 1 {
		t.Errorf("%v", err)
	}
	if err := round.Act("hit", `{"action":"hit","hard":true}`); !errors.As(err, &field) || field.Field != "hard" {
		t.Errorf("%v", err)
	}
	if _, err := round.CashOut(); !errors.As(err, &action) {
		t.Errorf("a cash-out before the first hit: %v", err)
	}
	round.hit(t)
	if err := round.Act("smash", `{}`); !errors.As(err, &action) || len(action.Allowed) != 2 {
		t.Errorf("%v", err)
	}
}

func TestForceRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	g := rulesOf(t, "RTP_96")
	for text, field := range map[string]string{
		`{}`:                                         "multipliers",
		`{"multipliers":null}`:                       "multipliers",
		`{"multipliers":[1,1,1.1]}`:                  "multipliers[2]",
		`{"multipliers":[1,0.505]}`:                  "multipliers[1]",
		`{"multipliers":[-1]}`:                       "multipliers[0]",
		`{"multipliers":["1"]}`:                      "multipliers[0]",
		`{"multipliers":[1,1],"hammerBreakOnHit":2}`: "multipliers[1]",
		`{"multipliers":[1,1,1,1,1,1,1,1,1,1],"crackThreshold":9}`:                    "multipliers[9]",
		`{"multipliers":[2,2,2,2,2,2,2,2],"hammerBreakOnHit":null}`:                   "multipliers[7]",
		`{"multipliers":[],"hammerBreakOnHit":0}`:                                     "hammerBreakOnHit",
		`{"multipliers":[],"hammerBreakOnHit":21}`:                                    "hammerBreakOnHit",
		`{"multipliers":[],"hammerBreakOnHit":null,"crackThreshold":8}`:               "crackThreshold",
		`{"multipliers":[],"hammerBreakOnHit":null,"crackThreshold":21}`:              "crackThreshold",
		`{"multipliers":[],"hammerBreakOnHit":null,"bonus":"grand"}`:                  "bonus",
		`{"multipliers":[1` + strings.Repeat(",1", 20) + `],"hammerBreakOnHit":null}`: "multipliers[20]",
	} {
		_, err := g.Force(json.RawMessage(text))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v, want a FieldError of %s", text, err, field)
		}
	}
	_, err := g.Force(json.RawMessage(`{"multipliers":[3]}`))
	if err == nil || err.Error() != "multipliers[0] must be one of the pool: 0.5, 0.8, 1, 1.25, 2" {
		t.Errorf("%v", err)
	}
}

// TestForceDealsEveryRound forces every threshold with every break, and every factor of the pool.
func TestForceDealsEveryRound(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		for threshold := firstThreshold; threshold <= lastThreshold; threshold++ {
			for breaks := range lastThreshold + 1 {
				outcome := map[string]any{"multipliers": []int{}, "crackThreshold": threshold, "hammerBreakOnHit": nil}
				if breaks > 0 {
					outcome["hammerBreakOnHit"] = breaks
				}
				text, _ := json.Marshal(outcome)
				if got := gamestest.StateOf[State](t, forced(t, g, string(text)).Last.State).Own; got != (State{threshold, breaks}) {
					t.Errorf("%s dealt %+v", text, got)
				}
			}
		}
		for i, f := range pool {
			round := forced(t, g, `{"multipliers":[`+string(f.shown().Factor)+`],"hammerBreakOnHit":null}`)
			if got := round.hit(t); *got.Factor != g.shown[1][i] {
				t.Errorf("%s gave %s", f.shown().Factor, *got.Factor)
			}
		}
	})
}
