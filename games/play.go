package games

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"strconv"

	"github.com/go-json-experiment/json/jsontext"

	"croupier/fairness"
	"croupier/wallet/money"
)

// Result is what a step did, settled: everything that is recorded about it.
type Result struct {
	Step
	Outcome json.RawMessage // the step's outcome as JSON: these bytes are recorded, shown and verified
	Payout  money.Amount    // what the round pays, in whole minor units; zero while it is in progress
}

var errNoCurrency = errors.New("play: the round has no currency")

// Play plays an action: the opening one when state is nil. It is the one way to play a step, for the server, the verifier and
// every simulation. It returns the engine's *FieldError, *ActionError or *StateError as they are, and *EngineError when the
// engine breaks its contract; nothing has happened then.
func Play(e Engine, r Round, state json.RawMessage, a Action, d fairness.Draws) (Result, error) {
	if !r.Currency.Valid() {
		return Result{}, errNoCurrency
	}
	var step Step
	var err error
	if state == nil {
		r.Bet, r.Stake, r.Step = money.Zero(r.Currency), money.Zero(r.Currency), 0
		step, err = e.Open(r, a, d)
	} else {
		step, err = e.Act(r, state, a, d)
	}
	if err != nil {
		return Result{}, err
	}
	return settle(r, step, d)
}

// CashOut ends an open round with what it is worth. Its errors are Play's.
func CashOut(e Engine, r Round, state json.RawMessage, d fairness.Draws) (Result, error) {
	return end(r, state, d, "cashout", e.CashOut)
}

// Expire ends an open round that nobody finishes. Its errors are *StateError and *EngineError.
func Expire(e Engine, r Round, state json.RawMessage, d fairness.Draws) (Result, error) {
	return end(r, state, d, "expiry", e.Expire)
}

// end is what the two ways to end a round without an action share.
func end(r Round, state json.RawMessage, d fairness.Draws, what string, by func(Round, json.RawMessage) (Step, error)) (Result, error) {
	if !r.Currency.Valid() {
		return Result{}, errNoCurrency
	}
	if state == nil {
		return Result{}, &ActionError{Action: what}
	}
	step, err := by(r, state)
	if err != nil {
		return Result{}, err
	}
	switch {
	case step.Status == InProgress:
		return Result{}, &EngineError{"left the round open at " + what}
	case !step.Stake.IsZero():
		return Result{}, &EngineError{"took a stake at " + what}
	}
	return settle(r, step, d)
}

// Next returns the round as it stands after a step of it that led to result.
func (r Round) Next(result Result) Round {
	if r.Step == 0 {
		r.Bet, r.Stake = result.Stake, money.Zero(r.Currency)
	}
	r.Stake = r.Stake.Add(result.Stake)
	r.Step++
	return r
}

// Label is the label of the draws of this step of a multi-step round: "0" for the opening action, "1" for the one after it.
func (r Round) Label() string { return strconv.Itoa(r.Step) }

// settle checks what the engine promised and turns its win into money.
func settle(r Round, step Step, d fairness.Draws) (Result, error) {
	if !step.Stake.Currency().Valid() {
		step.Stake = money.Zero(r.Currency) // left out: this action risks nothing more
	}
	if err := checkStep(r, step); err != nil {
		return Result{}, err
	}
	outcome, err := Encode(step.Outcome)
	if err != nil {
		return Result{}, &EngineError{fmt.Sprintf("gave an outcome that is not JSON: %v", err)}
	}
	return Result{Step: step, Outcome: outcome, Payout: payout(r, step.Win, d)}, nil
}

func checkStep(r Round, step Step) error {
	switch step.Status {
	case InProgress:
		if len(step.State) == 0 || step.State[0] != '{' || !jsontext.Value(step.State).IsValid() {
			return &EngineError{"left the round open without a state that is a JSON object"}
		}
		if step.Win.pays() {
			return &EngineError{"paid while the round is open"}
		}
	case Completed, CashedOut:
		if step.State != nil {
			return &EngineError{"left a state when the round was over"}
		}
	default:
		return &EngineError{fmt.Sprintf("gave the unknown status %q", step.Status)}
	}
	switch {
	case step.Stake.Currency() != r.Currency:
		return &EngineError{fmt.Sprintf("took a stake in %v in a round in %v", step.Stake.Currency(), r.Currency)}
	case step.Stake.Sign() < 0:
		return &EngineError{"took a negative stake"}
	case step.Win.Multiple < 0 || step.Win.Of.Sign() < 0 || step.Win.Side.Sign() < 0:
		return &EngineError{"gave a negative win"}
	case step.Win.Side.Sign() != 0 && step.Win.Side.Currency() != r.Currency:
		return &EngineError{fmt.Sprintf("gave a win in %v in a round in %v", step.Win.Side.Currency(), r.Currency)}
	case step.Win.Multiple != 0 && step.Win.Of.Currency() != r.Currency:
		return &EngineError{fmt.Sprintf("gave a win in %v in a round in %v", step.Win.Of.Currency(), r.Currency)}
	}
	return nil
}

// payout rounds a win to whole minor units, fairly: see fairness.RoundFair.
func payout(r Round, win Win, d fairness.Draws) money.Amount {
	paid := money.Zero(r.Currency)
	switch {
	case win.Multiple == 0:
	case win.Multiple%MultipleUnit == 0: // it is whole as it is, as every win of slots
		paid = win.Of.Times(int64(win.Multiple / MultipleUnit))
	default:
		num := win.Of.Minor()
		num.Mul(num, big.NewInt(int64(win.Multiple)))
		paid = money.FromMinor(r.Currency, fairness.RoundFair(d, num, big.NewInt(MultipleUnit)))
	}
	if win.Side.Sign() != 0 {
		paid = paid.Add(win.Side)
	}
	return paid
}

func (w Win) pays() bool { return w.Multiple != 0 || w.Side.Sign() != 0 }
