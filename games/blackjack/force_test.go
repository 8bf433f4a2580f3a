package blackjack

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"croupier/fairness"
	"croupier/games"
)

// TestForcedCardsAreDealt looks at the cards of forced rounds under every number of decks, the same card several times included.
func TestForcedCardsAreDealt(t *testing.T) {
	t.Parallel()
	for _, decks := range []int{0, 1, 2, 4, 6, 8} {
		forced := `{"player":["AS","KH"],"dealer":["6D","TC"],"next":["2C","KS","3H","QD","4C"]}`
		if decks == 0 || decks > 1 {
			forced = `{"player":["AS","AS"],"dealer":["6D","KC"],"next":["KC","6D","QD","4C","AH"]}`
		}
		e := engineOf(t, func(r *Rules) { r.Decks = decks })
		script, err := e.Force(json.RawMessage(forced))
		if err != nil {
			t.Fatal(err)
		}
		var want struct{ Player, Dealer, Next []string }
		if err := json.Unmarshal([]byte(forced), &want); err != nil {
			t.Fatal(err)
		}
		order := append([]string{want.Player[0], want.Dealer[0], want.Player[1], want.Dealer[1]}, want.Next...)
		for seed := range uint64(20) {
			table := e.shuffled(fairness.Forced(fairness.NewSimulation(seed), script))
			if got := cardNames(table.shoe.rest())[:len(order)]; !slices.Equal(got, order) {
				t.Fatalf("%d decks: dealt %q, want %q", decks, got, order)
			}
			if rest := table.shoe.rest(); decks > 0 && mostOfACard(rest) > decks || len(rest) != e.variant.Rules.Reach() {
				t.Fatalf("%d decks: %q is no part of the shoe", decks, cardNames(rest))
			}
		}
	}
}

func TestForceRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	peek, european := engineOf(t, func(r *Rules) { r.Decks = 1 }), engineOf(t, noPeek)
	for _, test := range []struct {
		engine        *Engine
		forced, field string
	}{
		{peek, `{}`, "player"},
		{peek, `[]`, "payload"},
		{peek, `{"player":["AS","KH"]}`, "dealer"},
		{peek, `{"player":["AS","KH"],"dealer":["6D","TC"],"hole":"TC"}`, "hole"},
		{peek, `{"player":["AS"],"dealer":["6D","TC"]}`, "player"},
		{peek, `{"player":["AS","KH","2D"],"dealer":["6D","TC"]}`, "player"},
		{peek, `{"player":["AS","KH"],"dealer":["6D"]}`, "dealer"},
		{peek, `{"player":["AS","KH"],"dealer":["6D","10C"]}`, "dealer[1]"},
		{peek, `{"player":["as","KH"],"dealer":["6D","TC"]}`, "player[0]"},
		{peek, `{"player":["AS","KH"],"dealer":["6D","TC"],"next":["XX"]}`, "next[0]"},
		{peek, `{"player":["AS","AS"],"dealer":["6D","TC"]}`, "payload"},
		{peek, `{"player":["AS","KH"],"dealer":["6D","TC"],"next":["2D","2D"]}`, "payload"},
		{european, `{"player":["AS","KH"],"dealer":["6D","TC"]}`, "dealer"},
		{european, `{"player":["AS","AS"],"dealer":["AS"],"next":["AS","AS","AS","AS"]}`, "payload"},
	} {
		_, err := test.engine.Force(json.RawMessage(test.forced))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != test.field {
			t.Errorf("%s: %v, want a FieldError of %s", test.forced, err, test.field)
		}
	}
	next := make([]string, peek.variant.Rules.Reach()-3)
	for i := range next {
		next[i] = "2D"
	}
	text, _ := json.Marshal(map[string]any{"player": []string{"AS", "KH"}, "dealer": []string{"6D", "TC"}, "next": next})
	_, err := peek.Force(text)
	var wrong *games.FieldError
	if !errors.As(err, &wrong) || *wrong != (games.FieldError{Field: "next", Reason: "must be at most 26 cards"}) {
		t.Errorf("%d cards: %v", len(next), err)
	}
	_, err = peek.Force(json.RawMessage(`{"player":["AS"],"dealer":["6D","TC"]}`))
	if !errors.As(err, &wrong) || *wrong != (games.FieldError{Field: "player", Reason: "must be 2 cards"}) {
		t.Errorf("one card: %v", err)
	}
}

// FuzzForce throws outcomes at Force: it refuses with an error that names the field, or the cards are dealt.
func FuzzForce(f *testing.F) {
	for _, seed := range []string{
		`{"player":["AS","KH"],"dealer":["6D","TC"],"next":["2C"]}`, `{"player":["AS","KH"],"dealer":["6D","TC"],"next":null}`,
		`{"player":["AS","AS"],"dealer":["AS","AS"],"next":["AS","AS"]}`, `{"player":null,"dealer":[]}`,
		`{"player":["",""],"dealer":["6D","TC"]}`,
	} {
		f.Add([]byte(seed))
	}
	e := engineOf(f, nil)
	f.Fuzz(func(t *testing.T, outcome []byte) {
		script, err := e.Force(outcome)
		var wrong *games.FieldError
		if err != nil {
			if !errors.As(err, &wrong) {
				t.Fatalf("%q: %v is no FieldError", outcome, err)
			}
			return
		}
		shoe := e.shuffled(fairness.Forced(fairness.NewSimulation(1), script)).shoe
		if len(script[initLabel]) < 4 || mostOfACard(shoe.rest()) > e.variant.Rules.Decks {
			t.Fatalf("%q gave %v", outcome, script)
		}
	})
}
