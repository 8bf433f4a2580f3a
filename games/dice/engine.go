package dice

import (
	"encoding/json"
	"errors"
	"math/big"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Engine plays one variant. A round is a single step: Open plays all of it.
type Engine struct {
	rules Rules
}

var _ games.Analyst = Engine{}

// New returns the engine of the variant that returns so many percent.
func New(percent int64) Engine { return Engine{rulesOf(percent)} }

// Rules returns a Rules.
func (e Engine) Rules() any { return e.rules }

// RTP returns the return at a chance of 50 %: the nominal one, because the multiple needs no truncation there.
func (e Engine) RTP() *big.Rat { return e.rules.returnAt(plainest) }

// Outcome is what the player is told of a round.
type Outcome struct {
	Roll       money.Number `json:"roll"`       // 0.00 to 99.99
	Chance     money.Number `json:"chance"`     // in percent, as it was played
	Multiplier money.Number `json:"multiplier"` // of the stake, that a win pays
	Won        bool         `json:"won"`        // whether the roll is under the chance
}

// Open plays roll {amount, chance}.
func (e Engine) Open(r games.Round, a games.Action, d fairness.Draws) (games.Step, error) {
	if a.Name != "roll" {
		return games.Step{}, &games.ActionError{Action: a.Name, Allowed: []string{"roll"}}
	}
	var bet struct {
		Amount money.Number `json:"amount"`
		Chance money.Number `json:"chance"`
	}
	if err := games.Decode(a.Payload, &bet); err != nil {
		return games.Step{}, err
	}
	stake, err := games.ParseStake(r.Currency, "amount", bet.Amount)
	if err != nil {
		return games.Step{}, err
	}
	chance, err := hundredths("chance", bet.Chance)
	if err != nil {
		return games.Step{}, err
	}
	if chance < lowestChance || chance > highestChance {
		return games.Step{}, &games.FieldError{Field: "chance", Reason: "must be from 1.00 to 98.00"}
	}
	roll, won := e.rules.play(chance, d)
	return games.Step{
		Status: games.Completed,
		Stake:  stake,
		Outcome: Outcome{
			Roll: percent(roll), Chance: percent(chance),
			Multiplier: money.Number(e.rules.multiple(chance).String()), Won: won > 0,
		},
		Win: games.Win{Of: stake, Multiple: won},
	}, nil
}

// hundredths reads a field that is a percentage. Returns *games.FieldError.
func hundredths(field string, n money.Number) (int64, error) {
	h, err := n.Scaled(places)
	var wrong *money.NumberError
	if errors.As(err, &wrong) {
		return 0, &games.FieldError{Field: field, Reason: wrong.Reason}
	}
	return h, err
}

// errNeverOpen answers whoever claims to have the state of an open round.
var errNeverOpen = &games.StateError{Reason: "cannot be: a round of dice is over with its first action"}

// Act returns *games.StateError: there is no second action.
func (e Engine) Act(games.Round, json.RawMessage, games.Action, fairness.Draws) (games.Step, error) {
	return games.Step{}, errNeverOpen
}

// CashOut returns *games.ActionError: there is nothing to cash out.
func (e Engine) CashOut(games.Round, json.RawMessage) (games.Step, error) {
	return games.Step{}, &games.ActionError{Action: "cashout"}
}

// Expire returns *games.StateError: no round is ever open.
func (e Engine) Expire(games.Round, json.RawMessage) (games.Step, error) {
	return games.Step{}, errNeverOpen
}

// View returns *games.StateError: no round is ever open.
func (e Engine) View(games.Round, json.RawMessage) (any, error) { return nil, errNeverOpen }

// Force takes {"roll": 12.34}, from 0.00 to 99.99.
func (e Engine) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		Roll money.Number `json:"roll"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	roll, err := hundredths("roll", wanted.Roll)
	if err != nil {
		return nil, err
	}
	if roll < 0 || roll >= rolls {
		return nil, &games.FieldError{Field: "roll", Reason: "must be from 0.00 to 99.99"}
	}
	return fairness.Script{"": {uint32(roll)}}, nil // Intn(n) of a number below n is that number
}
