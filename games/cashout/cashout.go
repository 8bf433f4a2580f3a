// Package cashout is what the games with a cash-out share: the bet that opens a round, the value that every step multiplies, the
// cap, the cash-out, the expiry and the versioned state. A game adds its rules over a state of its own.
//
// One principle holds for all of them. Let V be the multiple of the stake that the player could take now. It starts at the
// variant's nominal return, which cannot be taken before the first successful step, and every step's factors are chosen so that
// the expectation of V after the step is V before it, given all that the player knows. By optional stopping every strategy then
// returns the same. Truncation to 10^-8 and the cap only take.
package cashout

import (
	"encoding/json"
	"math/big"
	"math/bits"
	"strconv"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

// Game is the rules of one game at one variant, over S, the part of a round's state that is the game's own: a plain struct with
// JSON tags that games.Decode reads. A Game is immutable and safe for concurrent use.
type Game[S any] interface {
	Rules() any    // as games.Engine's
	RTP() *big.Rat // as games.Engine's: of one step, then cash-out
	Force(outcome json.RawMessage) (fairness.Script, error)
	Analyse() (games.Analysis, error)
	Strategies() []games.Strategy

	Version() int          // of S, at least 1; a state of another version is refused
	Start() games.Multiple // what a round is worth before its first step: the nominal return
	Most() games.Multiple  // the maximum win, at which the round cashes out by itself
	Action() string        // the name of the step: "guess"

	// Deal fixes what is fixed when a round opens, by the draws of the label init.
	Deal(init *fairness.Stream) S

	// Step plays one step on the round, by the draws of the step's label, and returns how the round stands and the public outcome.
	// Returns *games.FieldError or *games.ActionError when the rules do not allow it; the round is not used any more then.
	Step(r *Round[S], payload json.RawMessage, d *fairness.Stream) (Ending, any, error)

	// Valid says whether a round in progress can be like this; the shared fields are checked already.
	Valid(r Round[S]) bool

	// Show returns what the player may see of an open round; it is the outcome of the bet too.
	Show(r Round[S]) any

	// Reveal returns the outcome of a cash-out or an expiry: what was shown, and what was hidden.
	Reveal(r Round[S]) any
}

// Ending says how a round stands after a step.
type Ending int

// The ways in which a round stands.
const (
	Open     Ending = iota // the player may go on
	Lost                   // nothing is paid
	Paid                   // the round cashes out by itself: its value is paid
	Refunded               // the round is over with nothing played on its stake, which is returned
)

// Round is the state of a round in progress.
type Round[S any] struct {
	Version  int            `json:"version"`
	Steps    int            `json:"steps"`    // played so far, the bet not counted
	Value    games.Multiple `json:"value"`    // V: of the stake
	Takeable bool           `json:"takeable"` // whether V can be cashed out: after the first successful step
	Own      S              `json:"own"`
}

// Multiply is a successful step: it multiplies the value by num/den, truncated to 10^-8 and capped at most, and makes it takeable.
// It says whether the cap is reached; the round has to be Paid then.
func (r *Round[S]) Multiply(num, den uint64, most games.Multiple) (capped bool) {
	r.Takeable = true
	r.Value, capped = Times(r.Value, num, den, most)
	return capped
}

// Times returns v·num/den, truncated to 10^-8 and capped at most, and whether it reached the cap. den must not be 0.
func Times(v games.Multiple, num, den uint64, most games.Multiple) (games.Multiple, bool) {
	hi, lo := bits.Mul64(uint64(v), num)
	if hi >= den { // the quotient has more than 64 bits
		return most, true
	}
	if quotient, _ := bits.Div64(hi, lo, den); quotient < uint64(most) {
		return games.Multiple(quotient), false
	}
	return most, true
}

// Multiplier returns the value as players are shown it.
func (r Round[S]) Multiplier() money.Number { return money.Number(r.Value.String()) }

// Label is the label of the draws of the round's next step.
func (r Round[S]) Label() string { return strconv.Itoa(r.Steps + 1) }

// New returns a round that was just opened: the bet is placed, and no step is played.
func New[S any](g Game[S], d fairness.Draws) Round[S] {
	return Round[S]{Version: g.Version(), Value: g.Start(), Own: g.Deal(d.Stream("init"))}
}

// Play plays one step of a round.
func Play[S any](g Game[S], r *Round[S], payload json.RawMessage, d fairness.Draws) (Ending, any, error) {
	ending, outcome, err := g.Step(r, payload, d.Stream(r.Label()))
	r.Steps++
	return ending, outcome, err
}
