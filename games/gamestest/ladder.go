// Package gamestest has a small multi-step game for the tests of everything that plays rounds. It is a full and honest game:
// with a hidden layout, draws at every step, fractional payouts and forced outcomes.
package gamestest

import (
	"encoding/json"
	"math/big"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// The rules of the ladder. Every climb holds with a chance of 12 in 25, unless it reaches the loose rung: one of rungs 3 to 10,
// each equally likely, fixed under the label init. Who stands on rung 9 is cashed out, because rung 10 is then sure to be loose.
//
// What the round is worth starts at the variant's return and is multiplied, at each rung, by one over the chance to reach it,
// so its expectation never changes and every strategy has the same return.
const (
	sides, holds = 25, 12 // a climb's draw is intn(25); below 12 it holds
	firstLoose   = 3      // lowest rung that may be loose
	looseRungs   = 8      // how many may be: 3 to 10
	topRung      = firstLoose + looseRungs - 2
	initLabel    = "init"
	stateVersion = 1
)

// Ladder is the game at one return.
type Ladder struct {
	percent int64
}

var _ games.Engine = Ladder{}

// Game returns the ladder as a catalogue takes it: id "ladder", aliases "steps" and "test-ladder", variants RTP_92 and RTP_96,
// which is the default, and the default limits, so that it is played in every currency.
func Game() games.Game {
	return games.Game{
		ID: "ladder", Name: "Ladder", Aliases: []string{"steps", "test-ladder"}, Default: "RTP_96",
		Variants: []games.Variant{{ID: "RTP_92", Engine: Ladder{92}}, {ID: "RTP_96", Engine: Ladder{96}}},
	}
}

// state is what a round is in progress. Its loose rung is the secret.
type state struct {
	Version  int            `json:"version"`
	Rung     int            `json:"rung"`
	Multiple games.Multiple `json:"multiple"` // takeable from rung 1
	Loose    int            `json:"loose"`
}

// View is what the player may see of an open round.
type View struct {
	Rung       int          `json:"rung"`
	Multiplier money.Number `json:"multiplier"`
	CanCashOut bool         `json:"canCashOut"`
}

// Outcome is what the player is told of a step.
type Outcome struct {
	View
	Fell  bool `json:"fell"`
	Loose *int `json:"loose,omitempty"` // the loose rung, once the round is over
}

// Rules returns the constants that decide an outcome.
func (l Ladder) Rules() any {
	return map[string]any{
		"version": stateVersion, "returnPercent": l.percent, "sides": sides, "holds": holds, "firstLoose": firstLoose,
		"looseRungs": looseRungs, "topRung": topRung,
	}
}

// RTP returns the return of climbing once and cashing out.
func (l Ladder) RTP() *big.Rat {
	return big.NewRat(int64(climbed(l.start(), 1))*holds, games.MultipleUnit*sides)
}

// start is what a round is worth before the first climb.
func (l Ladder) start() games.Multiple { return games.Multiple(l.percent * games.MultipleUnit / 100) }

// Open plays bet {amount}.
func (l Ladder) Open(r games.Round, a games.Action, d fairness.Draws) (games.Step, error) {
	if a.Name != "bet" {
		return games.Step{}, &games.ActionError{Action: a.Name, Allowed: []string{"bet"}}
	}
	var bet struct {
		Amount money.Number `json:"amount"`
	}
	if err := games.Decode(a.Payload, &bet); err != nil {
		return games.Step{}, err
	}
	stake, err := games.ParseStake(r.Currency, "amount", bet.Amount)
	if err != nil {
		return games.Step{}, err
	}
	s := state{Version: stateVersion, Multiple: l.start()}
	s.Loose = firstLoose + int(d.Stream(initLabel).Intn(looseRungs))
	return s.stay(stake)
}

// Act plays climb {}.
func (l Ladder) Act(r games.Round, text json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
	s, err := load(text)
	if err != nil {
		return games.Step{}, err
	}
	if a.Name != "climb" {
		return games.Step{}, &games.ActionError{Action: a.Name, Allowed: s.allowed()}
	}
	if err := games.Decode(a.Payload, &struct{}{}); err != nil {
		return games.Step{}, err
	}
	held := d.Stream(r.Label()).Intn(sides) < holds
	next := s.Rung + 1
	if !held || next == s.Loose {
		s.Rung, s.Multiple = next, 0
		return s.end(games.Completed, true, games.Win{}), nil
	}
	s.Rung, s.Multiple = next, climbed(s.Multiple, next)
	if next == topRung {
		return s.end(games.CashedOut, false, games.Win{Of: r.Bet, Multiple: s.Multiple}), nil
	}
	return s.stay(money.Zero(r.Currency))
}

// climbed returns m times one over the chance to reach a rung, truncated. When the loose rung is one of n, this one is not with
// a chance of (n−1)/n.
func climbed(m games.Multiple, rung int) games.Multiple {
	value := int64(m) * sides
	chance := int64(holds)
	if rung >= firstLoose {
		n := int64(firstLoose + looseRungs - rung)
		value, chance = value*n, chance*(n-1)
	}
	return games.Multiple(value / chance)
}

// CashOut ends a round that has climbed.
func (l Ladder) CashOut(r games.Round, text json.RawMessage) (games.Step, error) {
	s, err := load(text)
	if err != nil {
		return games.Step{}, err
	}
	if s.Rung == 0 {
		return games.Step{}, &games.ActionError{Action: "cashout", Allowed: s.allowed()}
	}
	return s.end(games.CashedOut, false, games.Win{Of: r.Bet, Multiple: s.Multiple}), nil
}

// Expire pays what the round is worth, and returns the stake of one that never climbed.
func (l Ladder) Expire(r games.Round, text json.RawMessage) (games.Step, error) {
	s, err := load(text)
	if err != nil {
		return games.Step{}, err
	}
	if s.Rung == 0 {
		return s.end(games.Completed, false, r.Refund()), nil
	}
	return s.end(games.CashedOut, false, games.Win{Of: r.Bet, Multiple: s.Multiple}), nil
}

// View shows everything but the loose rung.
func (l Ladder) View(_ games.Round, text json.RawMessage) (any, error) {
	s, err := load(text)
	if err != nil {
		return nil, err
	}
	return s.view(), nil
}

// Force takes {"fallOnRung": n}, n from 1 to 9, or {"fallOnRung": null} to reach the top.
func (l Ladder) Force(outcome json.RawMessage) (fairness.Script, error) {
	var want struct {
		FallOnRung *int `json:"fallOnRung"`
	}
	if err := games.Decode(outcome, &want); err != nil {
		return nil, err
	}
	last := topRung
	if want.FallOnRung != nil {
		last = *want.FallOnRung
	}
	if last < 1 || last > topRung {
		return nil, &games.FieldError{Field: "fallOnRung", Reason: "must be from 1 to 9, or null"}
	}
	script := fairness.Script{initLabel: {looseRungs - 1}} // the loose rung is the last, which nobody reaches
	for rung := 1; rung <= last; rung++ {
		script[games.Round{Step: rung}.Label()] = []uint32{0}
	}
	if want.FallOnRung != nil {
		script[games.Round{Step: last}.Label()] = []uint32{sides - 1}
	}
	return script, nil
}

// load reads a state that stay wrote.
func load(text json.RawMessage) (state, error) {
	var s state
	if err := games.Decode(text, &s); err != nil {
		return state{}, &games.StateError{Reason: err.Error()}
	}
	last := firstLoose + looseRungs - 1
	if s.Version != stateVersion || s.Rung < 0 || s.Rung >= topRung || s.Multiple <= 0 || s.Loose <= s.Rung || s.Loose > last {
		return state{}, &games.StateError{Reason: "is not one of a ladder in progress"}
	}
	return s, nil
}

func (s state) allowed() []string {
	if s.Rung == 0 {
		return []string{"climb"}
	}
	return []string{"climb", "cashout"}
}

func (s state) view() View {
	return View{Rung: s.Rung, Multiplier: money.Number(s.Multiple.String()), CanCashOut: s.Rung > 0}
}

// stay is a step that leaves the round open.
func (s state) stay(stake money.Amount) (games.Step, error) {
	text, err := games.Encode(s)
	if err != nil {
		return games.Step{}, err
	}
	return games.Step{Status: games.InProgress, Stake: stake, Outcome: Outcome{View: s.view()}, State: text}, nil
}

// end is a step that ends the round, and shows where the loose rung was.
func (s state) end(status games.Status, fell bool, win games.Win) games.Step {
	view := s.view()
	view.CanCashOut = false
	return games.Step{Status: status, Outcome: Outcome{View: view, Fell: fell, Loose: &s.Loose}, Win: win}
}
