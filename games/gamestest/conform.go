package gamestest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Moves is how a game is played at random, deciding by nothing but what a player is shown. choose is a stream of its own.
type Moves struct {
	// Bet returns an opening action that the rules allow, in US dollars.
	Bet func(choose *fairness.Stream) games.Action

	// Next returns a later action that the rules allow, or the zero Action to cash out. A single-step game has none.
	Next func(view json.RawMessage, choose *fairness.Stream) games.Action
}

// ActionOf returns the action that a payload names.
func ActionOf(payload string) games.Action {
	var named struct {
		Action string `json:"action"`
	}
	if err := json.Unmarshal([]byte(payload), &named); err != nil {
		panic(fmt.Sprintf("gamestest: ActionOf(%s): %v", payload, err))
	}
	return games.Action{Name: named.Action, Payload: json.RawMessage(payload)}
}

// T is what Conform needs of a *testing.T.
type T interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
}

// mostSteps is more than a round of any game has.
const mostSteps = 250

// Conform plays so many rounds, the variants taking turns and always the same ones, and holds them to the Engine contract: every round ends; every
// step gives the same bytes again; what is not allowed is refused by the error that the contract names and leaves nothing behind;
// states that the engine did not write are refused; every open round can expire; and the record verifies.
func Conform(t T, g games.Game, m Moves, rounds int) {
	t.Helper()
	catalogue, err := games.NewCatalogue(g)
	if err != nil {
		t.Fatalf("%v", err)
	}
	g = catalogue.Games()[0]         // with its hashes
	named := make(map[string]string) // the variant, by the hash of its rules
	for _, v := range g.Variants {
		if other := named[v.RulesHash]; other != "" {
			t.Errorf("%s %s has the rules of %s", g.ID, v.ID, other)
		}
		named[v.RulesHash] = v.ID
	}
	seed, err := fairness.ParseServerSeed(strings.Repeat("5eed", 16))
	if err != nil {
		t.Fatalf("%v", err)
	}
	usd, err := money.LookupCurrency("USD")
	if err != nil {
		t.Fatalf("%v", err)
	}
	for nonce := range uint64(rounds) {
		v := g.Variants[nonce%uint64(len(g.Variants))]
		pair := fairness.Pair{ServerSeed: seed, ClientSeed: "conform"}
		c := &conformance{T: t, catalogue: catalogue, v: v, pair: pair, nonce: nonce, round: games.Round{Currency: usd}}
		c.record.GameID, c.record.Variant, c.record.RulesHash, c.record.Currency = g.ID, v.ID, v.RulesHash, usd.Code()
		c.record.ServerSeedHash, c.record.ServerSeed = seed.Hash(), seed.Reveal()
		c.record.ClientSeed, c.record.Nonce = pair.ClientSeed, nonce
		c.play(m, fairness.NewSimulation(nonce).Stream(""))
		if t.Failed() {
			t.Fatalf("%s %s: round %d does not conform", g.ID, v.ID, nonce)
		}
	}
}

// conformance is a round's way through Conform.
type conformance struct {
	T
	catalogue *games.Catalogue
	v         games.Variant
	pair      fairness.Pair
	nonce     uint64
	round     games.Round
	state     json.RawMessage
	record    games.Record
}

// play plays the round to its end, and looks at it from all sides before every step.
func (c *conformance) play(m Moves, choose *fairness.Stream) {
	a := m.Bet(choose)
	c.refusesWhatIsNotAllowed(a.Name)
	c.refusesState(a, json.RawMessage("{}"))
	opening := games.Action{Name: a.Name, Payload: bytes.Clone(a.Payload)}
	c.step(games.TypeAction, a)
	for c.state != nil && !c.Failed() {
		if c.round.Step > mostSteps {
			c.Fatalf("the round goes on after %d steps", mostSteps)
		}
		kept := bytes.Clone(c.state)
		c.refusesWhatIsNotAllowed("")
		c.refusesForeignStates()
		c.expires()
		view := c.view()
		if !bytes.Equal(c.state, kept) {
			c.Errorf("a state was changed by looking at it: %s", kept)
		}
		a, kind := m.Next(view, choose), games.TypeAction
		if a.Name == "" {
			a.Payload, kind = json.RawMessage("{}"), games.TypeCashOut
		}
		c.step(kind, a)
	}
	c.verify(c.record)
	c.withinCeiling(opening)
}

// withinCeiling says that the round paid no more than the rules say that it can, and that the stake for that much is not less than it was.
func (c *conformance) withinCeiling(opening games.Action) {
	c.Helper()
	if _, says := c.v.Engine.(games.Ceiling); !says { // an engine of a test
		return
	}
	most, ok := games.MostPaid(c.v.Engine, opening, c.round.Bet)
	paid, err := money.Parse(c.round.Currency, c.record.Payout)
	if !ok || err != nil || paid.Cmp(most) > 0 {
		c.Errorf("%s paid %s, and can pay %s at most (%t, %v)", opening.Payload, paid, most, ok, err)
	}
	if stake, ok := games.StakeFor(c.v.Engine, opening, most); !ok || stake.Cmp(c.round.Bet) < 0 {
		c.Errorf("a stake of %s can pay %s, but one of %s is the largest that can", c.round.Bet, most, stake)
	}
}

// do asks for an action, a cash-out or an expiry of the round as it stands. Nothing is kept of it, and of the payload nothing may be.
func (c *conformance) do(kind games.ActionType, a games.Action) (games.Result, error) {
	a.Payload = bytes.Clone(a.Payload)
	defer func() { copy(a.Payload, bytes.Repeat([]byte("?"), len(a.Payload))) }()
	draws := c.pair.Round(c.nonce)
	switch kind {
	case games.TypeCashOut:
		return games.CashOut(c.v, c.round, c.state, draws)
	case games.TypeExpiry:
		return games.Expire(c.v, c.round, c.state, draws)
	}
	return games.Play(c.v, c.round, c.state, a, draws)
}

// step does what is allowed.
func (c *conformance) step(kind games.ActionType, a games.Action) {
	c.Helper()
	rec, result := c.after(kind, a)
	c.round, c.state, c.record = c.round.Next(result), result.State, rec
}

// after does what is allowed, twice, and returns what the record would be, and the result.
func (c *conformance) after(kind games.ActionType, a games.Action) (games.Record, games.Result) {
	c.Helper()
	result, err := c.do(kind, a)
	if err != nil {
		c.Fatalf("%s %s of %s: %v", kind, a.Payload, c.state, err)
	}
	again, err := c.do(kind, a)
	if err != nil || !bytes.Equal(again.Outcome, result.Outcome) || !bytes.Equal(again.State, result.State) ||
		!again.Stake.Equal(result.Stake) || !again.Payout.Equal(result.Payout) || again.Status != result.Status {
		c.Errorf("%s %s of %s gave %+v, and again %+v, %v", kind, a.Payload, c.state, result, again, err)
	}
	rec := c.record
	rec.Actions = append(slices.Clone(rec.Actions), games.RecordedAction{Step: c.round.Step, Type: kind, Payload: a.Payload,
		Outcome: result.Outcome, Stake: result.Stake.Number(), Payout: result.Payout.Number()})
	rec.Status, rec.Stake, rec.Payout = result.Status, c.round.Next(result).Stake.Number(), result.Payout.Number()
	return rec, result
}

// verify replays the round from its record alone.
func (c *conformance) verify(rec games.Record) {
	c.Helper()
	if report, err := games.Verify(c.catalogue, rec); err != nil || !report.OK {
		c.Errorf("the record does not verify: %v %+v", err, report.Checks)
	}
}

// expires says that the round can be ended now by the game's rule.
func (c *conformance) expires() {
	c.Helper()
	rec, _ := c.after(games.TypeExpiry, games.Action{Payload: json.RawMessage("{}")})
	if c.round.Step <= 3 { // later ones would be replayed from their beginning for nothing new
		c.verify(rec)
	}
}

// refusesWhatIsNotAllowed tries an action that no game has, each allowed one with a field that no action has, and a cash-out. The
// allowed ones are those that the engine names, and opening.
func (c *conformance) refusesWhatIsNotAllowed(opening string) {
	c.Helper()
	const none = "no-such-action"
	var action *games.ActionError
	result, err := c.do(games.TypeAction, games.Action{Name: none, Payload: json.RawMessage(`{"action":"` + none + `"}`)})
	if !errors.As(err, &action) || action.Action != none || len(action.Allowed) == 0 || !reflect.DeepEqual(result, games.Result{}) {
		c.Fatalf("an action that no game has, on %s, gave %+v, %v", c.state, result, err)
	}
	allowed := action.Allowed
	if opening != "" && !slices.Contains(allowed, opening) {
		c.Errorf("a round can be opened by %s, %q says the engine", opening, allowed)
	}
	for _, name := range allowed {
		if name == "cashout" {
			continue
		}
		var field *games.FieldError
		payload := json.RawMessage(`{"action":"` + name + `","no-such-field":1}`)
		if result, err := c.do(games.TypeAction, games.Action{Name: name, Payload: payload}); !errors.As(err, &field) ||
			!reflect.DeepEqual(result, games.Result{}) {
			c.Errorf("%s on %s gave %+v, %v", payload, c.state, result, err)
		}
	}
	result, err = c.do(games.TypeCashOut, games.Action{})
	if possible := slices.Contains(allowed, "cashout"); possible != (err == nil) ||
		!possible && (!errors.As(err, &action) || !reflect.DeepEqual(result, games.Result{})) {
		c.Errorf("a cash-out of %s, where %q is allowed, gave %+v, %v", c.state, allowed, result, err)
	}
}

// refusesForeignStates spoils the state in ways that an engine of any game has to notice.
func (c *conformance) refusesForeignStates() {
	c.Helper()
	var members map[string]json.RawMessage
	if err := json.Unmarshal(c.state, &members); err != nil || members["version"] == nil {
		c.Fatalf("the state has no version: %s", c.state)
	}
	spoilt := func(name, value string) json.RawMessage {
		other := maps.Clone(members)
		other[name] = json.RawMessage(value)
		text, err := json.Marshal(other)
		if err != nil {
			c.Fatalf("%v", err)
		}
		return text
	}
	a := games.Action{Name: "any", Payload: json.RawMessage(`{"action":"any"}`)}
	for _, text := range []json.RawMessage{
		spoilt("version", "0"), spoilt("version", "1000000"), spoilt("version", `"1"`), spoilt("version", "null"), spoilt("no-such-field", "1"),
		json.RawMessage("{}"), json.RawMessage("[]"), json.RawMessage("null"), {}, c.state[:len(c.state)-1],
	} {
		c.refusesState(a, text)
	}
}

// refusesState says that no method of the engine takes a text for a state of the round.
func (c *conformance) refusesState(a games.Action, text json.RawMessage) {
	c.Helper()
	var state *games.StateError
	var action *games.ActionError
	for name, err := range onState(c.v, c.round, text, a, c.pair.Round(c.nonce)) {
		// A game without cash-out need not look at the state to refuse one.
		if !errors.As(err, &state) && (name != "CashOut" || !errors.As(err, &action)) {
			c.Errorf("%s of the state %s gave %v", name, text, err)
		}
	}
}

// view returns what the player is shown: the same bytes each time.
func (c *conformance) view() json.RawMessage {
	c.Helper()
	var shown [2]json.RawMessage
	for i := range shown {
		shown[i] = Shown(c, c.v, c.round, c.state)
	}
	if !bytes.Equal(shown[0], shown[1]) {
		c.Errorf("%s is shown as %s and as %s", c.state, shown[0], shown[1])
	}
	return shown[0]
}
