package cashout

import (
	"encoding/json"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Engine makes an engine of a game's rules.
type Engine[S any] struct {
	Game[S]
}

// Open plays bet {amount}.
func (e Engine[S]) Open(r games.Round, a games.Action, d fairness.Draws) (games.Step, error) {
	stake, err := games.ParseBet(r.Currency, a)
	if err != nil {
		return games.Step{}, err
	}
	opened := New(e.Game, d)
	return stay(opened, stake, e.Show(opened))
}

// Act plays a step.
func (e Engine[S]) Act(r games.Round, state json.RawMessage, a games.Action, d fairness.Draws) (games.Step, error) {
	own, err := e.load(r, state)
	if err != nil {
		return games.Step{}, err
	}
	if a.Name != e.Action() {
		return games.Step{}, &games.ActionError{Action: a.Name, Allowed: e.allowed(own)}
	}
	ending, outcome, err := Play(e.Game, &own, a.Payload, d)
	if err != nil {
		return games.Step{}, err
	}
	switch ending {
	case Lost:
		return games.Step{Status: games.Completed, Outcome: outcome}, nil
	case Paid:
		return e.pay(r, own, outcome), nil
	case Refunded:
		return games.Step{Status: games.Completed, Outcome: outcome, Win: r.Refund()}, nil
	}
	return stay(own, money.Zero(r.Currency), outcome)
}

// CashOut ends a round that has something to take.
func (e Engine[S]) CashOut(r games.Round, state json.RawMessage) (games.Step, error) {
	own, err := e.load(r, state)
	if err != nil {
		return games.Step{}, err
	}
	if !own.Takeable {
		return games.Step{}, &games.ActionError{Action: "cashout", Allowed: e.allowed(own)}
	}
	return e.pay(r, own, e.Reveal(own)), nil
}

// Expire pays what could be cashed out, and returns the stake where that is nothing yet.
func (e Engine[S]) Expire(r games.Round, state json.RawMessage) (games.Step, error) {
	own, err := e.load(r, state)
	if err != nil {
		return games.Step{}, err
	}
	if !own.Takeable {
		return games.Step{Status: games.Completed, Outcome: e.Reveal(own), Win: r.Refund()}, nil
	}
	return e.pay(r, own, e.Reveal(own)), nil
}

// View shows what the player may see of an open round.
func (e Engine[S]) View(r games.Round, state json.RawMessage) (any, error) {
	own, err := e.load(r, state)
	if err != nil {
		return nil, err
	}
	return e.Show(own), nil
}

func (e Engine[S]) allowed(own Round[S]) []string {
	if own.Takeable {
		return []string{e.Action(), "cashout"}
	}
	return []string{e.Action()}
}

// load reads a state that stay wrote for the round.
func (e Engine[S]) load(r games.Round, text json.RawMessage) (Round[S], error) {
	var own Round[S]
	if err := games.Decode(text, &own); err != nil {
		return own, &games.StateError{Reason: err.Error()}
	}
	possible := own.Version == e.Version() && own.Steps == r.Step-1 && own.Value > 0 && own.Value < e.Most() &&
		(own.Takeable || own.Value == e.Start()) && (own.Steps > 0 || !own.Takeable)
	if !possible || !e.Valid(own) {
		return own, &games.StateError{Reason: "is not one of a round in progress"}
	}
	return own, nil
}

// stay is a step that leaves the round open.
func stay[S any](own Round[S], stake money.Amount, outcome any) (games.Step, error) {
	text, err := games.Encode(own)
	if err != nil {
		return games.Step{}, err
	}
	return games.Step{Status: games.InProgress, Stake: stake, Outcome: outcome, State: text}, nil
}

// pay is a step that ends the round with its value.
func (e Engine[S]) pay(r games.Round, own Round[S], outcome any) games.Step {
	return games.Step{Status: games.CashedOut, Outcome: outcome, Win: games.Win{Of: r.Bet, Multiple: own.Value}}
}
