package blackjack

import (
	"encoding/json"
	"fmt"
	"math/big"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Engine plays one variant.
type Engine struct {
	variant Variant
}

var _ games.Analyst = (*Engine)(nil)

// New returns the engine of a variant. Its error names everything that is wrong with the rules.
func New(v Variant) (*Engine, error) {
	if err := v.Rules.Check(); err != nil {
		return nil, fmt.Errorf("blackjack: %s: %w", v.ID, err)
	}
	return &Engine{variant: v}, nil
}

// Rules returns a Rules.
func (e *Engine) Rules() any { return e.variant.Rules }

// RTP returns the lower end of what is proven of the return of playing by the variant's chart: at most the truth.
func (e *Engine) RTP() *big.Rat { return new(big.Rat).Set(e.variant.RTP) }

// initLabel is the label under which the shoe is shuffled. There are no other draws in a round but that of fair rounding.
const initLabel = "init"

// The names of the actions.
const insuranceAction = "insurance"

// moveActions are the actions that are one move each, in the order in which players are offered them.
var moveActions = []struct {
	name string
	move Move
}{{"hit", Hit}, {"stand", Stand}, {"double", Double}, {"split", Split}, {"surrender", Surrender}}

// actions names what is allowed at a table.
func actions(t *Table) []string {
	names := []string{}
	allowed := t.Allowed()
	if allowed.Has(Insure) {
		return append(names, insuranceAction)
	}
	for _, a := range moveActions {
		if allowed.Has(a.move) {
			names = append(names, a.name)
		}
	}
	return names
}

// Open plays bet {amount}: the deal.
func (e *Engine) Open(r games.Round, a games.Action, d fairness.Draws) (games.Step, error) {
	stake, err := games.ParseBet(r.Currency, a)
	if err != nil {
		return games.Step{}, err
	}
	seat := seat{Table: e.shuffled(d), bet: stake, staked: stake}
	var dealt []Dealt
	seat.watch = &dealt
	seat.Deal(seat.insuranceStake().Sign() > 0)
	return seat.step(stake, dealt)
}

// shuffled returns a table with the cards that a round may take, drawn from a fresh shuffle of the shoe.
func (e *Engine) shuffled(d fairness.Draws) *Table {
	shoe := NewShoe(e.variant.Rules.Decks)
	shoe.Shuffle(d.Stream(initLabel))
	cards := make([]Card, e.variant.Rules.Reach())
	for i := range cards {
		cards[i] = shoe.Deal()
	}
	return NewTable(e.variant.Rules, Stacked(cards...))
}

// Act plays hit, stand, double, split, surrender and insurance {accept}.
func (e *Engine) Act(r games.Round, state json.RawMessage, a games.Action, _ fairness.Draws) (games.Step, error) {
	seat, err := e.load(r, state)
	if err != nil {
		return games.Step{}, err
	}
	move, err := seat.move(a)
	if err != nil {
		return games.Step{}, err
	}
	stake := seat.price(move)
	var dealt []Dealt
	seat.watch = &dealt
	if err := seat.Play(move); err != nil {
		return games.Step{}, err
	}
	seat.staked = seat.staked.Add(stake)
	return seat.step(stake, dealt)
}

// CashOut returns *games.ActionError: hands are played, never cashed out.
func (e *Engine) CashOut(r games.Round, state json.RawMessage) (games.Step, error) {
	seat, err := e.load(r, state)
	if err != nil {
		return games.Step{}, err
	}
	return games.Step{}, &games.ActionError{Action: "cashout", Allowed: actions(seat.Table)}
}

// Expire declines insurance that was not answered and stands on all hands; the dealer plays.
func (e *Engine) Expire(r games.Round, state json.RawMessage) (games.Step, error) {
	seat, err := e.load(r, state)
	if err != nil {
		return games.Step{}, err
	}
	var dealt []Dealt
	seat.watch = &dealt
	for !seat.Over() {
		move := Stand
		if seat.Allowed().Has(Decline) {
			move = Decline
		}
		if err := seat.Play(move); err != nil {
			return games.Step{}, err
		}
	}
	return seat.step(money.Zero(r.Currency), dealt)
}

// View shows the player's hands and the dealer's upcard: a View.
func (e *Engine) View(r games.Round, state json.RawMessage) (any, error) {
	seat, err := e.load(r, state)
	if err != nil {
		return nil, err
	}
	return seat.view(), nil
}

// seat is a table with money on it.
type seat struct {
	*Table
	bet    money.Amount // the opening bet
	staked money.Amount // all stakes, the bet and insurance included
}

// insuranceStake returns the stake of insurance: half of the bet, rounded down to the minor unit.
func (s *seat) insuranceStake() money.Amount {
	half := s.bet.Minor()
	return money.FromMinor(s.bet.Currency(), half.Rsh(half, 1))
}

// move reads an action. Returns *games.ActionError or *games.FieldError.
func (s *seat) move(a games.Action) (Move, error) {
	allowed := s.Allowed()
	for _, known := range moveActions {
		if a.Name == known.name && allowed.Has(known.move) {
			return known.move, games.Decode(a.Payload, &struct{}{})
		}
	}
	if a.Name != insuranceAction || !allowed.Has(Insure) {
		return 0, &games.ActionError{Action: a.Name, Allowed: actions(s.Table)}
	}
	var answer struct {
		Accept bool `json:"accept"`
	}
	err := games.Decode(a.Payload, &answer)
	if answer.Accept {
		return Insure, err
	}
	return Decline, err
}

// price is what a move stakes on top.
func (s *seat) price(m Move) money.Amount {
	switch m {
	case Double, Split:
		return s.bet
	case Insure:
		return s.insuranceStake()
	}
	return money.Zero(s.bet.Currency())
}

// step is what a move led to: stake is what it cost, dealt what it uncovered.
func (s *seat) step(stake money.Amount, dealt []Dealt) (games.Step, error) {
	outcome := Outcome{View: s.view(), Dealt: showDealt(dealt)}
	if !s.Over() {
		state, err := s.save()
		return games.Step{Status: games.InProgress, Stake: stake, Outcome: outcome, State: state}, err
	}
	_, won := s.Result()
	win := games.Win{Of: s.bet, Multiple: won, Side: s.insurancePays()}
	outcome.Settlement = &Settlement{Staked: s.staked, Multiplier: decimal(won), InsurancePays: win.Side}
	return games.Step{Status: games.Completed, Stake: stake, Outcome: outcome, Win: win}, nil
}

// insurancePays is what the insurance of a round that is over pays: its stake and twice as much on top.
func (s *seat) insurancePays() money.Amount {
	if s.InsuranceWins() {
		return s.insuranceStake().Times(3)
	}
	return money.Zero(s.bet.Currency())
}
