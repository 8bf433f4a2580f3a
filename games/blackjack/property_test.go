package blackjack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// anyRules draws rules from all that Check allows.
func anyRules(t *rapid.T) Rules {
	return Rules{
		Version: rulesVersion, Decks: rapid.SampledFrom([]int{0, 1, 2, 4, 6, 8}).Draw(t, "decks"),
		HitSoft17: rapid.Bool().Draw(t, "H17"), BlackjackPays: rapid.SampledFrom([]Odds{{3, 2}, {6, 5}}).Draw(t, "blackjack pays"),
		DoubleOn:         rapid.SampledFrom([]DoubleOn{AnyTwo, NineToEleven, TenToEleven}).Draw(t, "double on"),
		DoubleAfterSplit: rapid.Bool().Draw(t, "DAS"), MaxHands: rapid.IntRange(2, 4).Draw(t, "hands"),
		ResplitAces: rapid.Bool().Draw(t, "resplit aces"), LateSurrender: rapid.Bool().Draw(t, "surrender"),
		Peek: rapid.Bool().Draw(t, "peek"), Insurance: rapid.Bool().Draw(t, "insurance"),
		Commission: rapid.IntRange(0, commissionUnit).Draw(t, "commission"),
	}
}

// takenStep is one step of a round that was played.
type takenStep struct {
	action games.Action
	result games.Result
}

// TestAnyLegalRound plays random rounds under random rules, half of them with pairs that can be split over and over, and plays them
// again from their record.
func TestAnyLegalRound(t *testing.T) {
	t.Parallel()
	currencies := []money.Currency{currency(t, "USD"), currency(t, "JPY"), currency(t, "BTC"), currency(t, "ETH")}
	serverSeed := fairness.NewServerSeed()
	rapid.Check(t, func(t *rapid.T) {
		rules := anyRules(t)
		engine, err := New(Variant{ID: "ANY", Rules: rules})
		if err != nil {
			t.Fatal(err)
		}
		nonce := rapid.Uint64().Draw(t, "nonce")
		var script fairness.Script
		if rank := rapid.IntRange(-10, 9).Draw(t, "pairs of"); rank >= 0 {
			script = pairs(t, engine, Card(rank))
		}
		draws := func() fairness.Draws {
			return fairness.Forced(fairness.Pair{ServerSeed: serverSeed, ClientSeed: "player"}.Round(nonce), script)
		}
		round := games.Round{Currency: rapid.SampledFrom(currencies).Draw(t, "currency")}
		bet := money.New(round.Currency, rapid.Int64Range(1, 1_000_000_000_000).Draw(t, "bet"))
		steps := playAny(t, engine, round, bet, draws())
		checkRound(t, rules, bet, steps)
		replay(t, engine, round, steps, draws())
	})
}

// pairs forces a deal of cards of one rank, four of which every shoe has.
func pairs(t *rapid.T, e *Engine, rank Card) fairness.Script {
	dealer := []string{"AC", "KS"}
	if rank == 0 {
		dealer = []string{"KC", "9S"}
	}
	if !e.variant.Rules.Peek {
		dealer = dealer[:1]
	}
	text, _ := json.Marshal(map[string]any{
		"player": cardNames([]Card{rank, rank + 13}), "dealer": dealer, "next": cardNames([]Card{rank + 26}),
	})
	if rapid.Bool().Draw(t, "any hole card") {
		text = bytes.Replace(text, []byte(`"KS"`), []byte(`"8S"`), 1)
	}
	script, err := e.Force(text)
	if err != nil {
		if rank == 7 { // the eight of spades is taken
			return nil
		}
		t.Fatalf("%s: %v", text, err)
	}
	return script
}

// playAny plays a round to its end by random moves, or lets it expire.
func playAny(t *rapid.T, e games.Engine, round games.Round, bet money.Amount, draws fairness.Draws) (steps []takenStep) {
	action := games.Action{Name: "bet", Payload: fmt.Appendf(nil, `{"action":"bet","amount":%s}`, bet.Number())}
	var state json.RawMessage
	for len(steps) < 100 {
		result, err := games.Play(e, round, state, action, draws)
		if err != nil {
			t.Fatalf("%s %s on %s: %v", action.Name, action.Payload, state, err)
		}
		steps = append(steps, takenStep{action, result})
		if result.Status != games.InProgress {
			return steps
		}
		round, state = round.Next(result), result.State
		shown := result.Step.Outcome.(Outcome)
		view, err := e.View(round, state)
		seen, _ := games.Encode(view)
		expected, _ := games.Encode(shown.View)
		if err != nil || !bytes.Equal(seen, expected) {
			t.Fatalf("the view is %s, %v; the outcome said %s", seen, err, expected)
		}
		choice := rapid.IntRange(-1, 30).Draw(t, "choice")
		if choice < 0 {
			result, err := games.Expire(e, round, state, draws)
			if err != nil {
				t.Fatal(err)
			}
			return append(steps, takenStep{games.Action{Name: "expiry"}, result})
		}
		// Splits and doubles make the interesting rounds, surrender the dull ones.
		name := shown.Actions[choice%min(len(shown.Actions), 4)]
		if slices.Contains(shown.Actions, "split") && choice > 10 {
			name = "split"
		}
		action = games.Action{Name: name, Payload: json.RawMessage(`{}`)}
		if name == insuranceAction {
			action.Payload = fmt.Appendf(nil, `{"accept":%v}`, choice%2 == 0)
		}
	}
	t.Fatal("the round does not end")
	return nil
}

// checkRound checks the money of a round.
func checkRound(t *rapid.T, rules Rules, bet money.Amount, steps []takenStep) {
	staked := money.Zero(bet.Currency())
	for _, s := range steps {
		staked = staked.Add(s.result.Stake)
	}
	last := steps[len(steps)-1].result
	outcome := last.Step.Outcome.(Outcome)
	if last.Status != games.Completed || outcome.Settlement == nil || !outcome.Settlement.Staked.Equal(staked) {
		t.Fatalf("%s, staked %s: %s", last.Status, staked, last.Outcome)
	}
	onHands, most := money.Zero(bet.Currency()), games.Multiple(0)
	for _, h := range outcome.Hands {
		onHands = onHands.Add(h.Stake)
		best := games.MultipleUnit + rules.evenMoney()
		if h.Status == "blackjack" {
			best = games.MultipleUnit + rules.blackjackWin()
		}
		if h.Doubled {
			best *= 2
		}
		most += best
		if h.Result == "" || h.Multiplier == "" || len(h.Cards) < 2 || h.Status == "playing" || h.Status == "waiting" {
			t.Fatalf("a hand is not settled: %s", last.Outcome)
		}
	}
	insured := money.Zero(bet.Currency())
	if status := outcome.Insurance.Status; status == "won" || status == "lost" {
		insured = outcome.Insurance.Stake
	}
	if !staked.Equal(onHands.Add(insured)) || last.Win.Multiple > most || last.Win.Side.Cmp(insured.Times(3)) > 0 {
		t.Fatalf("staked %s, %s on hands; at most %v is won: %+v: %s", staked, onHands, most, last.Win, last.Outcome)
	}
	if len(outcome.Hands) > rules.MaxHands || staked.Cmp(bet.Times(2*int64(rules.MaxHands)+1)) > 0 {
		t.Fatalf("%d hands: %s", len(outcome.Hands), last.Outcome)
	}
}

// replay plays the same actions from the same draws again.
func replay(t *rapid.T, e games.Engine, round games.Round, steps []takenStep, draws fairness.Draws) {
	var state json.RawMessage
	for _, s := range steps {
		var result games.Result
		var err error
		if s.action.Name == "expiry" {
			result, err = games.Expire(e, round, state, draws)
		} else {
			result, err = games.Play(e, round, state, s.action, draws)
		}
		if err != nil || !bytes.Equal(result.Outcome, s.result.Outcome) || !bytes.Equal(result.State, s.result.State) ||
			!result.Payout.Equal(s.result.Payout) || !result.Stake.Equal(s.result.Stake) {
			t.Fatalf("%s again: %v\n%s\n%s", s.action.Name, err, result.Outcome, s.result.Outcome)
		}
		round, state = round.Next(result), result.State
	}
}

// FuzzAction throws actions at a round about to open and at one in progress.
func FuzzAction(f *testing.F) {
	for _, seed := range [][2]string{
		{"bet", `{"action":"bet","amount":1.00}`}, {"bet", `{"amount":1e99}`}, {"bet", `{"amount":999999999999999.99}`}, {"hit", `{}`},
		{"stand", `{"action":"stand"}`}, {"double", `{}`}, {"split", `null`}, {"insurance", `{"accept":true}`},
		{"insurance", `{"accept":1}`},
		{"surrender", `[]`}, {"", ``}, {"hit\xff", "{\"\xff\":1}"},
	} {
		f.Add(seed[0], []byte(seed[1]))
	}
	e := engineOf(f, nil)
	asked := open(f, e, "USD", "1.00", `{"player":["8S","8H"],"dealer":["AD","5C"]}`)
	pair := open(f, e, "USD", "1.00", `{"player":["8S","8H"],"dealer":["7D","5C"]}`)
	f.Fuzz(func(t *testing.T, name string, payload []byte) {
		opening := playing{engine: e, draws: fairness.NewSimulation(1), round: games.Round{Currency: asked.round.Currency}}
		for _, p := range []playing{opening, *asked, *pair} {
			err := p.try(name, string(payload))
			var wrongField *games.FieldError
			var wrongAction *games.ActionError
			if err != nil && !errors.As(err, &wrongField) && !errors.As(err, &wrongAction) {
				t.Fatalf("%q %q: %v is neither a FieldError nor an ActionError", name, payload, err)
			}
			if err == nil && p.last.Stake.Sign() < 0 {
				t.Fatalf("%q %q: stake %s", name, payload, p.last.Stake)
			}
		}
	})
}

// FuzzState throws states at the engine: it refuses them, or they are rounds that end, and are saved as they were read.
func FuzzState(f *testing.F) {
	e := engineOf(f, func(r *Rules) { r.ResplitAces = true })
	for _, seed := range []struct {
		forced string
		moves  []string
	}{
		{`{"player":["TS","2H"],"dealer":["7D","5C"],"next":["2S"]}`, []string{"hit"}},
		{`{"player":["8S","8H"],"dealer":["AD","TC"]}`, nil},
		{`{"player":["8S","8H"],"dealer":["AD","5C"],"next":["8D","3S","TS","9S"]}`, []string{"insure", "split", "split", "double"}},
		{`{"player":["AS","AH"],"dealer":["7D","5C"],"next":["AC","AD","2S"]}`, []string{"split", "split"}},
	} {
		p := open(f, e, "USD", "1.00", seed.forced)
		p.moves(seed.moves...)
		f.Add([]byte(p.state), p.round.Stake.Minor().Int64())
	}
	f.Add([]byte(`{"version":1,"dealer":"","hands":[],"active":0,"insurance":"","next":""}`), int64(100))
	usd := currency(f, "USD")
	f.Fuzz(func(t *testing.T, state []byte, stake int64) {
		round := games.Round{Currency: usd, Bet: money.New(usd, 100), Stake: money.New(usd, stake), Step: 1}
		seat, err := e.load(round, state)
		var wrong *games.StateError
		if err != nil {
			if !errors.As(err, &wrong) {
				t.Fatalf("%q: %v is no StateError", state, err)
			}
			return
		}
		saved, err := seat.save()
		again, err2 := e.load(round, saved)
		if err != nil || err2 != nil || again.hands != seat.hands || again.dealer != seat.dealer || again.active != seat.active {
			t.Fatalf("%q was saved as %q: %v, %v", state, saved, err, err2)
		}
		for i := 0; !seat.Over(); i++ {
			for _, m := range []Move{Insure, Split, Hit, Stand} {
				if seat.Play(m) == nil {
					break
				}
			}
			if i > 100 {
				t.Fatalf("%q does not end", state)
			}
		}
		if _, err := games.Expire(e, round, state, fairness.NewSimulation(1)); err != nil {
			t.Fatalf("%q: %v", state, err)
		}
	})
}
