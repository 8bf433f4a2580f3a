package games

import (
	"fmt"
	"strings"

	"croupier/wallet/money"
)

// maxEcho is the most bytes of a player's input that an error repeats.
const maxEcho = 64

// FieldError says what is wrong with a field of an action's payload. Nothing has happened.
type FieldError struct {
	Field  string // its path: "amount", "reelPositions[3]"; "payload" for the whole
	Reason string // a phrase that follows the field's name: "must be a number"
}

func (e *FieldError) Error() string { return clip(e.Field) + " " + e.Reason }

// ActionError says that the rules do not allow an action in this state of the round. Nothing has happened.
type ActionError struct {
	Action  string   // what was asked for; "cashout" for a cash-out
	Allowed []string // what would have been possible, "cashout" included
	Reason  string   // where an allowed action is impossible as it was asked for, why: "position 3 is revealed already"; else ""
}

func (e *ActionError) Error() string {
	why := "now"
	if e.Reason != "" {
		why = "because " + e.Reason
	}
	if len(e.Allowed) == 0 {
		return fmt.Sprintf("action %q is not possible %s", clip(e.Action), why)
	}
	return fmt.Sprintf("action %q is not possible %s; allowed: %s", clip(e.Action), why, strings.Join(e.Allowed, ", "))
}

// StateError says that a round's state is not one that its engine wrote. Nobody playing by the protocol can cause it.
type StateError struct {
	Reason string
}

func (e *StateError) Error() string { return "round state " + e.Reason }

// EngineError says that an engine broke a promise of its contract. The step must not take effect.
type EngineError struct {
	Reason string
}

func (e *EngineError) Error() string { return "engine " + e.Reason }

// LimitError says that a stake is outside a game's limits.
type LimitError struct {
	Min, Max, Stake money.Amount
}

func (e *LimitError) Error() string {
	return fmt.Sprintf("stake %v is outside the limits, %v to %v %v", e.Stake, e.Min, e.Max, e.Min.Currency())
}

// CurrencyError says that a game is not played in a currency.
type CurrencyError struct {
	Game     string
	Currency money.Currency
}

func (e *CurrencyError) Error() string {
	return fmt.Sprintf("game %s is not available in %v", e.Game, e.Currency)
}

// clip shortens input that an error repeats, on a character's boundary.
func clip(input string) string {
	if len(input) <= maxEcho {
		return input
	}
	return strings.ToValidUTF8(input[:maxEcho-len("…")], "") + "…"
}
