package games

import (
	"math/big"

	"croupier/fairness"
)

// Analyst is an engine that knows its own mathematics. Every engine of the catalogue is one; `croupier rtp` prints what it knows,
// and confirms it by playing the strategies.
type Analyst interface {
	Engine

	// Analyse computes the mathematics of the variant, in integers and fractions only. It may take seconds.
	Analyse() (Analysis, error)

	// Strategies returns ways to play the variant, the plainest first.
	Strategies() []Strategy
}

// Strategy is a way to play, deciding by nothing but what a player is shown.
type Strategy struct {
	Name        string // lowercase letters, digits and dashes: "to-the-end"
	Description string // what it does, for people: "never cashes out"

	// Round plays one round through the rules that the server runs, and returns what was staked in all and what was won, before fair
	// rounding, as multiples of the opening stake. It is safe for concurrent use with draws of its own.
	Round func(d fairness.Draws) (staked, won Multiple, err error)
}

// Value is a number that is known exactly, Low and High being equal, or proven to lie between the two.
type Value struct {
	Low, High *big.Rat
}

// Exactly returns a value that is known.
func Exactly(v *big.Rat) Value { return Value{Low: v, High: v} }

// Exact says whether the value is known, not only bounded.
func (v Value) Exact() bool { return v.Low.Cmp(v.High) == 0 }

// Analysis is the mathematics of a variant.
type Analysis struct {
	Method   string    // how it was computed, in a few plain sentences
	Outlooks []Outlook // by strategy, the plainest first: its return is the engine's RTP
	Bounds   Bounds    // over all strategies
	Cap      Cap
	Findings []Finding // what else there is to know about this game, in the order in which a newcomer wants to know it
}

// Outlook is the mathematics of a strategy. Money is in opening stakes.
type Outlook struct {
	Strategy         string // the name of one of the engine's Strategies
	Return           Value  // 1 + the expected win − the expected stakes
	HitFrequency     Value  // the chance that the round pays anything
	Variance         Value  // of the win less the stakes
	MaximumWin       Value  // the most that it can be paid
	MaximumWinChance Value
}

// Bounds are what no strategy's return can leave.
type Bounds struct {
	Lowest, Highest *big.Rat
	Proof           string // why, in a sentence: "every step is fair, and truncation and the cap only take"
}

// Cap is what the maximum win of a game costs its players.
type Cap struct {
	Most Multiple // the maximum win; 0 when there is none
	Cost Value    // what it takes from the return of the boldest strategy, as a share of the stake
}

// Finding is a line of an analysis.
type Finding struct {
	Name, Value, Meaning string
}
