package blackjack

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math/big"
	"os"
	"reflect"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

var update = flag.Bool("update", false, "write testdata anew")

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.LookupCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func engineOf(t testing.TB, change func(*Rules)) *Engine {
	t.Helper()
	standard := Variants()[0]
	e, err := New(Variant{ID: "TEST", Rules: switched(change), RTP: standard.RTP, Chart: standard.Chart})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// playing is a round in play, with forced cards.
type playing struct {
	t      testing.TB
	engine games.Engine
	draws  fairness.Draws
	round  games.Round
	state  json.RawMessage
	last   games.Result
}

// open bets on a round that begins with the cards of a forced outcome.
func open(t testing.TB, e games.Engine, code, amount, forced string) *playing {
	t.Helper()
	script, err := e.Force(json.RawMessage(forced))
	if err != nil {
		t.Fatalf("%s: %v", forced, err)
	}
	draws := fairness.Forced(fairness.NewSimulation(1), script)
	p := &playing{t: t, engine: e, draws: draws, round: games.Round{Currency: currency(t, code)}}
	p.must("bet", `{"action":"bet","amount":`+amount+`}`)
	return p
}

func (p *playing) try(name, payload string) error {
	result, err := games.Play(p.engine, p.round, p.state, games.Action{Name: name, Payload: json.RawMessage(payload)}, p.draws)
	if err != nil {
		return err
	}
	p.last, p.round, p.state = result, p.round.Next(result), result.State
	return nil
}

func (p *playing) must(name, payload string) {
	p.t.Helper()
	if err := p.try(name, payload); err != nil {
		p.t.Fatalf("%s %s: %v", name, payload, err)
	}
}

// moves plays actions without fields, and insurance as "insure" and "decline".
func (p *playing) moves(names ...string) {
	p.t.Helper()
	for _, name := range names {
		switch name {
		case "insure":
			p.must("insurance", `{"accept":true}`)
		case "decline":
			p.must("insurance", `{"accept":false}`)
		default:
			p.must(name, `{}`)
		}
	}
}

func TestGameIsFitForTheCatalogue(t *testing.T) {
	t.Parallel()
	catalogue, err := games.NewCatalogue(Game())
	if err != nil {
		t.Fatal(err)
	}
	game, ok := catalogue.Lookup("blackjack")
	if !ok || game.Name != "Blackjack" || game.Default != "STANDARD" || len(game.Variants) != 5 {
		t.Fatalf("the catalogue has %+v", game)
	}
	hashes := map[string]bool{}
	for _, v := range game.Variants {
		hashes[v.RulesHash] = true
	}
	if len(hashes) != len(game.Variants) {
		t.Errorf("%d rules hashes for %d variants", len(hashes), len(game.Variants))
	}
	if rules := game.Variants[0].Rules(); rules != Standard() {
		t.Errorf("the default variant has the rules %+v", rules)
	}
}

// TestNominalVariants: a nominal return is never exceeded, and missed by 0.05 percentage points at the most.
func TestNominalVariants(t *testing.T) {
	t.Parallel()
	for _, v := range Variants()[1:] {
		percent, ok := strings.CutPrefix(v.ID, "RTP_")
		nominal, isNumber := new(big.Rat).SetString("0." + percent)
		if !ok || !isNumber {
			t.Fatalf("%s is no nominal variant", v.ID)
		}
		below := new(big.Rat).Sub(nominal, v.RTP)
		if below.Sign() < 0 || below.Cmp(big.NewRat(5, 10_000)) > 0 {
			t.Errorf("%s returns %s", v.ID, v.RTP.FloatString(6))
		}
		if v.Rules != switched(func(r *Rules) { r.Commission = v.Rules.Commission }) {
			t.Errorf("%s has other rules than the standard ones and a commission", v.ID)
		}
	}
}

// TestOutcomes compares every byte of what a player is told, and of what is stored, in a round with everything in it.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	p := open(t, engineOf(t, nil), "EUR", "10.01",
		`{"player":["8S","8H"],"dealer":["AD","5C"],"next":["8D","3S","TS","KH","9C","2D"]}`)
	text := new(bytes.Buffer)
	show := func(what string) {
		fmt.Fprintf(text, "%s: %s, stake %s, payout %s\noutcome %s\n", what, p.last.Status, p.last.Stake, p.last.Payout, p.last.Outcome)
		if p.state != nil {
			fmt.Fprintf(text, "state   %s\nview    %s\n", p.state, viewOf(t, p))
		}
	}
	show("bet")
	for _, move := range []string{"insure", "split", "split", "double", "stand", "stand"} {
		p.moves(move)
		show(move)
	}
	golden(t, "testdata/outcomes.txt", text.Bytes())
}

// viewOf is the view of a round in progress, encoded.
func viewOf(t testing.TB, p *playing) string {
	t.Helper()
	view, err := p.engine.View(p.round, p.state)
	if err != nil {
		t.Fatal(err)
	}
	text, err := games.Encode(view)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func golden(t *testing.T, path string, got []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs; go test -update writes:\n%s", path, got)
	}
}

// TestMoney settles rounds in minor units, insurance on odd bets and shares of a unit included.
func TestMoney(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name               string
		rules              func(*Rules)
		currency, bet      string
		forced             string
		moves              []string
		staked, win, least string // win is exact, in minor units; least the least that it may be rounded to
	}{
		{"even bet insured against blackjack", nil, "USD", "10.00", `{"player":["TS","9S"],"dealer":["AS","KS"]}`,
			[]string{"insure"}, "15.00", "1500", "15.00"},
		{"odd bet insured against blackjack", nil, "USD", "0.11", `{"player":["TS","9S"],"dealer":["AS","KS"]}`,
			[]string{"insure"}, "0.16", "15", "0.15"},
		{"smallest bet that can be insured", nil, "JPY", "2", `{"player":["TS","9S"],"dealer":["AS","KS"]}`,
			[]string{"insure"}, "3", "3", "3"},
		{"bet that cannot be insured", nil, "JPY", "1", `{"player":["TS","9S"],"dealer":["AS","9H"],"next":["TH"]}`,
			[]string{"hit"}, "1", "0", "0"},
		{"insured blackjack against blackjack", nil, "USD", "10.00", `{"player":["AH","KH"],"dealer":["AS","KS"]}`,
			[]string{"insure"}, "15.00", "2500", "25.00"},
		{"insured blackjack against none", nil, "USD", "10.00", `{"player":["AH","KH"],"dealer":["AS","9S"]}`,
			[]string{"insure"}, "15.00", "2500", "25.00"},
		{"blackjack of an odd bet", nil, "USD", "0.01", `{"player":["AH","KH"],"dealer":["9S","9H"]}`, nil, "0.01", "5/2", "0.02"},
		{"surrender of an odd bet", nil, "USD", "0.03", `{"player":["TH","6H"],"dealer":["9S","9H"]}`,
			[]string{"surrender"}, "0.03", "3/2", "0.01"},
		{"commission", func(r *Rules) { r.Commission = 1234 }, "BTC", "0.00000100", `{"player":["TH","TS"],"dealer":["9S","9H"]}`,
			[]string{"stand"}, "0.00000100", "18766/100", "0.00000187"},
		{"commission on a double, not on insurance", func(r *Rules) { r.Commission = 1000 }, "USD", "10.00",
			`{"player":["5H","6H"],"dealer":["AS","6S"],"next":["TS"]}`, []string{"insure", "double"}, "25.00", "3800", "38.00"},
		{"commission on a blackjack at 6:5", func(r *Rules) { r.Commission, r.BlackjackPays = 1000, Odds{6, 5} }, "USD", "1.00",
			`{"player":["AH","KH"],"dealer":["9S","9H"]}`, nil, "1.00", "208", "2.08"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			p := open(t, engineOf(t, test.rules), test.currency, test.bet, test.forced)
			p.moves(test.moves...)
			if p.last.Status != games.Completed || p.round.Stake.String() != test.staked {
				t.Fatalf("%s, staked %s; want %s", p.last.Status, p.round.Stake, test.staked)
			}
			win := new(big.Rat).SetFrac(p.last.Win.Of.Minor(), big.NewInt(games.MultipleUnit))
			win.Mul(win, new(big.Rat).SetInt64(int64(p.last.Win.Multiple)))
			win.Add(win, new(big.Rat).SetInt(p.last.Win.Side.Minor()))
			want, _ := new(big.Rat).SetString(test.win)
			least, err := money.Parse(p.round.Currency, money.Number(test.least))
			if err != nil {
				t.Fatal(err)
			}
			most := least
			if !want.IsInt() {
				most = least.Add(money.New(p.round.Currency, 1))
			}
			if win.Cmp(want) != 0 || p.last.Payout.Cmp(least) < 0 || p.last.Payout.Cmp(most) > 0 {
				t.Errorf("wins %s, paid %s; want %s minor units", win.RatString(), p.last.Payout, test.win)
			}
		})
	}
}

// TestDoubleAndSplitTakeStakes: each step says what it costs, and a round whose step was refused is as it was.
func TestDoubleAndSplitTakeStakes(t *testing.T) {
	t.Parallel()
	p := open(t, engineOf(t, nil), "USD", "1.00", `{"player":["8S","8H"],"dealer":["AD","5C"],"next":["3D","3S"]}`)
	for _, step := range []struct{ move, stake string }{{"insure", "0.50"}, {"split", "1.00"}, {"double", "1.00"}, {"stand", "0.00"}} {
		before, round := p.state, p.round
		p.moves(step.move)
		if p.last.Stake.String() != step.stake {
			t.Errorf("%s costs %s, want %s", step.move, p.last.Stake, step.stake)
		}
		again := *p
		again.state, again.round = before, round
		again.moves(step.move) // as after a refusal for want of money
		if !bytes.Equal(again.last.Outcome, p.last.Outcome) || !bytes.Equal(again.state, p.state) {
			t.Errorf("%s played again from the same state differs", step.move)
		}
	}
}

// TestInsuranceIsShownAsItStands: lost as soon as the dealer has looked, and open until the end where nobody looks.
func TestInsuranceIsShownAsItStands(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		rules  func(*Rules)
		forced string
		shown  []string // after the bet, insurance {true} and stand
	}{
		{nil, `{"player":["TS","9H"],"dealer":["AD","7C"]}`, []string{"offered", "lost", "lost"}},
		{nil, `{"player":["TS","9H"],"dealer":["AD","TC"]}`, []string{"offered", "won"}},
		{noPeek, `{"player":["TS","9H"],"dealer":["AD"],"next":["TC"]}`, []string{"offered", "taken", "won"}},
		{noPeek, `{"player":["TS","9H"],"dealer":["AD"],"next":["7C"]}`, []string{"offered", "taken", "lost"}},
	} {
		p := open(t, engineOf(t, test.rules), "USD", "1.00", test.forced)
		shown := []string{p.last.Step.Outcome.(Outcome).Insurance.Status}
		for _, move := range []string{"insure", "stand"}[:len(test.shown)-1] {
			p.moves(move)
			shown = append(shown, p.last.Step.Outcome.(Outcome).Insurance.Status)
		}
		if p.last.Status != games.Completed || !reflect.DeepEqual(shown, test.shown) {
			t.Errorf("%s: %s, insurance is shown as %q, want %q", test.forced, p.last.Status, shown, test.shown)
		}
	}
}

func TestRefusedActions(t *testing.T) {
	t.Parallel()
	e := engineOf(t, nil)
	insurance := open(t, e, "USD", "1.00", `{"player":["8S","8H"],"dealer":["AD","5C"]}`)
	first := open(t, e, "USD", "1.00", `{"player":["8S","8H"],"dealer":["7D","5C"]}`)
	third := open(t, e, "USD", "1.00", `{"player":["2S","3H"],"dealer":["7D","5C"],"next":["2H"]}`)
	third.moves("hit")
	for _, test := range []struct {
		at             *playing
		name, payload  string
		field, allowed string
	}{
		{insurance, "hit", `{}`, "", "insurance"},
		{insurance, "surrender", `{}`, "", "insurance"},
		{insurance, "insurance", `{}`, "accept", ""},
		{insurance, "insurance", `{"accept":"yes"}`, "accept", ""},
		{insurance, "insurance", `{"accept":null}`, "accept", ""},
		{insurance, "insurance", `{"accept":true,"amount":1}`, "amount", ""},
		{first, "insurance", `{"accept":true}`, "", "hit,stand,double,split,surrender"},
		{first, "bet", `{"amount":1}`, "", "hit,stand,double,split,surrender"},
		{first, "hit", `{"hand":0}`, "hand", ""},
		{first, "", `{}`, "", "hit,stand,double,split,surrender"},
		{third, "double", `{}`, "", "hit,stand"},
		{third, "split", `{}`, "", "hit,stand"},
		{third, "surrender", `{}`, "", "hit,stand"},
		{&playing{engine: e, round: games.Round{Currency: currency(t, "USD")}}, "hit", `{}`, "", "bet"},
		{&playing{engine: e, round: games.Round{Currency: currency(t, "USD")}}, "bet", `{}`, "amount", ""},
		{&playing{engine: e, round: games.Round{Currency: currency(t, "USD")}}, "bet", `{"amount":0}`, "amount", ""},
		{&playing{engine: e, round: games.Round{Currency: currency(t, "USD")}}, "bet", `{"amount":0.001}`, "amount", ""},
		{&playing{engine: e, round: games.Round{Currency: currency(t, "USD")}}, "bet", `{"amount":-1}`, "amount", ""},
	} {
		state := string(test.at.state)
		err := test.at.try(test.name, test.payload)
		checkRefusal(t, test.name+" "+test.payload, err, test.field, test.allowed)
		if string(test.at.state) != state {
			t.Errorf("%s changed the state", test.name)
		}
	}
	_, err := e.CashOut(first.round, first.state)
	checkRefusal(t, "cashout", err, "", "hit,stand,double,split,surrender")
	_, err = e.CashOut(insurance.round, insurance.state)
	checkRefusal(t, "cashout", err, "", "insurance")
}

// checkRefusal wants a *games.FieldError of field, or a *games.ActionError with what is allowed.
func checkRefusal(t *testing.T, what string, err error, field, allowed string) {
	t.Helper()
	var wrongField *games.FieldError
	var wrongAction *games.ActionError
	switch {
	case field != "" && (!errors.As(err, &wrongField) || wrongField.Field != field):
		t.Errorf("%s: %v, want a FieldError of %s", what, err, field)
	case field == "" && (!errors.As(err, &wrongAction) || !reflect.DeepEqual(wrongAction.Allowed, strings.Split(allowed, ","))):
		t.Errorf("%s: %v, want an ActionError that allows %s", what, err, allowed)
	}
}

// TestExpire: nobody answers, so insurance is declined and every hand stands.
func TestExpire(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		forced, payout string
		moves          []string
	}{
		{`{"player":["TS","9H"],"dealer":["AD","8C"]}`, "1.00", nil},                // insurance was not answered: push
		{`{"player":["AS","TH"],"dealer":["AD","8C"]}`, "2.50", nil},                // nor for a blackjack
		{`{"player":["TS","9H"],"dealer":["AD","TC"]}`, "0.00", nil},                // which the dealer has
		{`{"player":["TS","9H"],"dealer":["AD","7C"]}`, "2.00", []string{"insure"}}, // insurance was taken in vain
		{`{"player":["TS","9H"],"dealer":["6D","TC"],"next":["TH"]}`, "2.00", nil},
		{`{"player":["8S","8H"],"dealer":["7D","TC"],"next":["TH","9D"]}`, "3.00", []string{"split"}}, // the second hand gets its card
	} {
		p := open(t, engineOf(t, nil), "USD", "1.00", test.forced)
		p.moves(test.moves...)
		result, err := games.Expire(p.engine, p.round, p.state, p.draws)
		if err != nil {
			t.Fatal(err)
		}
		if result.Status != games.Completed || result.Payout.String() != test.payout {
			t.Errorf("%s: %s, pays %s, want %s", test.forced, result.Status, result.Payout, test.payout)
		}
	}
}
