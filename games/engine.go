// Package games holds the rules: the Engine contract that every game implements, the catalogue that names them, and the one
// way to play a step of a round. It is pure: no clock, no randomness but the draws it is handed, no I/O, no logging, so that
// the same code serves play, recovery, verification, audit, simulation and forced outcomes.
package games

import (
	"encoding/json"
	"math/big"

	"croupier/fairness"
	"croupier/wallet/money"
)

// Engine is one game at one variant. An Engine is immutable and safe for concurrent use; everything about a round in progress
// is in its State. No float64 may appear in one.
type Engine interface {
	// Rules returns everything that an outcome depends on (tables, strips, pays, switches). It must marshal to JSON whose only
	// numbers are integers within ±(2^53−1), so that every implementation of RFC 8785 gives its canonical form the same bytes;
	// the hash of that form is the variant's rulesHash, and players and verifiers are shown it.
	Rules() any

	// RTP returns the exact return to player as a fraction of the stake, for the strategy that the rules page calls plainest; or,
	// where it is only proven to lie between two ends, the lower one, so that players are never shown more than the truth.
	RTP() *big.Rat

	// Open plays the action that opens a round. The round's Bet, Stake and Step are still zero.
	// Returns *FieldError or *ActionError when the action is not one that the rules allow; nothing has happened then.
	Open(r Round, a Action, d fairness.Draws) (Step, error)

	// Act plays a later action of an open round on the state that the step before it returned.
	// Returns *FieldError, *ActionError, or *StateError if the state is not one that this engine wrote.
	Act(r Round, state json.RawMessage, a Action, d fairness.Draws) (Step, error)

	// CashOut ends an open round with what it is worth now. Returns *ActionError when the rules do not let it end yet (always,
	// in a game without cash-out).
	CashOut(r Round, state json.RawMessage) (Step, error)

	// Expire ends an open round that nobody finishes, by the rule that the game states: what could be cashed out is paid, hands
	// stand, and a stake that nothing was played on yet is returned.
	Expire(r Round, state json.RawMessage) (Step, error)

	// View returns what the player may see of an open round, to be marshalled to JSON. It is a type of its own so that a secret
	// cannot leak from the state by a forgotten tag.
	View(r Round, state json.RawMessage) (any, error)

	// Force translates an outcome that an integrator asks for in the sandbox into the draws that lead to it.
	// Returns *FieldError when there is no such outcome.
	Force(outcome json.RawMessage) (fairness.Script, error)
}

// Action is what a player asks for: its name and the whole payload object it came in, "action" included. The payload is the engine's
// for as long as it plays the step: the server reads the next message into the same space.
type Action struct {
	Name    string
	Payload json.RawMessage
}

// Round is what an engine may know about the round it plays a step of.
type Round struct {
	Currency money.Currency
	Bet      money.Amount // the stake of the opening action; zero while opening
	Stake    money.Amount // all stakes so far, the opening one included
	Step     int          // number of actions played so far; 0 while opening
}

// Status is where a round stands after a step.
type Status string

// The statuses of a round, as the wire names them.
const (
	InProgress Status = "in_progress"
	Completed  Status = "completed"
	CashedOut  Status = "cashed_out"
	Voided     Status = "voided" // ended by the operator, with its stake returned; no engine gives it
)

// Step is what an action did.
type Step struct {
	Status  Status
	Stake   money.Amount    // what this action puts at risk on top of what is at stake already; ≥ 0, may be left out for nothing
	Outcome any             // public, and all that the player is told; must marshal to JSON
	State   json.RawMessage // the engine's own versioned JSON object while in progress, nil when the round is over
	Win     Win             // what the round pays when it is over; zero while in progress
}

// Refund is the win that returns all that was staked in a round.
func (r Round) Refund() Win { return Win{Of: r.Stake, Multiple: MultipleUnit} }

// MultipleUnit is 1× as a Multiple.
const MultipleUnit = 100_000_000

// Multiple is an exact multiple in units of 10^-8: 1× is MultipleUnit. A value that a game computes is truncated to it, never
// rounded up.
type Multiple int64

// Win is an exact payout: Multiple times Of, and Side. It need not be a whole number of minor units; Play rounds it fairly.
type Win struct {
	Of       money.Amount
	Multiple Multiple
	Side     money.Amount // what side bets pay on top, such as insurance; may be left out for nothing
}
