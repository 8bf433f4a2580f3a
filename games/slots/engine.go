package slots

import (
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"sync"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Engine plays one variant of a definition. A round is a single step: Open plays all of it.
type Engine struct {
	rules   Rules
	machine *machine
	known   func() known
	highest func() *big.Rat // the most that a single payline can pay, in stakes
}

// New returns the engine of one of the definition's variants.
func New(d *Definition, variant string) (*Engine, error) {
	if _, ok := d.Strips[variant]; !ok {
		return nil, fmt.Errorf("slots: there is no variant %q", variant)
	}
	m := newMachine(d, variant)
	return &Engine{rules: d.rules(variant), machine: m, known: sync.OnceValue(m.know), highest: sync.OnceValue(m.highestOfOneLine)}, nil
}

// Rules returns a Rules.
func (e *Engine) Rules() any { return e.rules }

// RTP returns the return of every way to play: there is nothing to decide. Of a machine whose maximum win cuts free spins short, it
// is what the return is proven to be at least, all paylines active.
func (e *Engine) RTP() *big.Rat {
	if e.machine.winCap == 0 {
		return e.Return().Total
	}
	return new(big.Rat).Set(e.known().total.Low)
}

// Return computes what the variant returns before a maximum win takes from it, in less than a millisecond.
func (e *Engine) Return() Return { return e.machine.exactReturn() }

// Report computes the exact mathematics of the variant before a maximum win takes from it, in less than a second.
func (e *Engine) Report() Report { return e.machine.report(e.rules.Variant) }

// spinAction is the name of the only action.
const spinAction = "spin"

// Open plays a spin and its free spins to the end. The stake is betPerLine × activePaylines.
func (e *Engine) Open(in games.Round, a games.Action, d fairness.Draws) (games.Step, error) {
	betPerLine, lines, err := e.readBet(in.Currency, a)
	if err != nil {
		return games.Step{}, err
	}
	r := rounds.Get().(*round)
	defer rounds.Put(r)
	e.machine.play(r, lines, d)
	return games.Step{
		Status:  games.Completed,
		Stake:   betPerLine.Times(int64(lines)),
		Outcome: e.machine.outcome(r, betPerLine),
		Win:     r.win(betPerLine),
	}, nil
}

// rounds are the rounds that are being played, for their space.
var rounds = sync.Pool{New: func() any { return new(round) }}

// readBet returns *games.ActionError or *games.FieldError.
func (e *Engine) readBet(c money.Currency, a games.Action) (betPerLine money.Amount, lines int, err error) {
	if a.Name != spinAction {
		return betPerLine, 0, &games.ActionError{Action: a.Name, Allowed: []string{spinAction}}
	}
	b, err := readBet(a.Payload)
	if err != nil {
		return betPerLine, 0, err
	}
	betPerLine, err = money.Parse(c, b.BetPerLine)
	switch {
	case err != nil:
		return betPerLine, 0, numberError(err)
	case betPerLine.Sign() <= 0:
		return betPerLine, 0, &games.FieldError{Field: "betPerLine", Reason: "must be more than 0"}
	case b.ActivePaylines < 1 || b.ActivePaylines > len(e.machine.lines):
		reason := fmt.Sprintf("must be a whole number from 1 to %d", len(e.machine.lines))
		return betPerLine, 0, &games.FieldError{Field: "activePaylines", Reason: reason}
	}
	return betPerLine, b.ActivePaylines, nil
}

// numberError says of a betPerLine that is no amount of money what is wrong with it.
func numberError(err error) error {
	if wrong, ok := errors.AsType[*money.NumberError](err); ok {
		return &games.FieldError{Field: "betPerLine", Reason: wrong.Reason}
	}
	return fmt.Errorf("reading betPerLine: %w", err)
}

// errNeverOpen answers whoever claims to have the state of an open round.
var errNeverOpen = &games.StateError{Reason: "cannot be: a round of slots is over with its first action"}

// Act returns *games.StateError: there is no second action.
func (e *Engine) Act(games.Round, json.RawMessage, games.Action, fairness.Draws) (games.Step, error) {
	return games.Step{}, errNeverOpen
}

// CashOut returns *games.ActionError: there is nothing to cash out.
func (e *Engine) CashOut(games.Round, json.RawMessage) (games.Step, error) {
	return games.Step{}, &games.ActionError{Action: "cashout"}
}

// Expire returns *games.StateError: no round is ever open.
func (e *Engine) Expire(games.Round, json.RawMessage) (games.Step, error) {
	return games.Step{}, errNeverOpen
}

// View returns *games.StateError: no round is ever open.
func (e *Engine) View(games.Round, json.RawMessage) (any, error) { return nil, errNeverOpen }

// Force takes {"reelPositions": [a, b, …]}, one per reel, and returns the draws by which the paid spin stops there. Free spins that
// it wins are drawn as ever.
func (e *Engine) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		ReelPositions []int `json:"reelPositions"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	if len(wanted.ReelPositions) != e.machine.reels {
		return nil, &games.FieldError{Field: "reelPositions", Reason: fmt.Sprintf("must be an array of %d", e.machine.reels)}
	}
	words := make([]uint32, e.machine.reels)
	for reel, stop := range wanted.ReelPositions {
		last := len(e.machine.paid.stops[reel]) - 1
		if stop < 0 || stop > last {
			field := fmt.Sprintf("reelPositions[%d]", reel)
			return nil, &games.FieldError{Field: field, Reason: fmt.Sprintf("must be a whole number from 0 to %d", last)}
		}
		words[reel] = uint32(stop) // Intn(n) of a number below n is that number
	}
	return fairness.Script{"": words}, nil
}
