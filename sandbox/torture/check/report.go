package check

import (
	"fmt"
	"io"
)

// Finding is something that must not be.
type Finding struct {
	Rule   string `json:"rule"`   // one of Rules
	What   string `json:"what"`   // the player, round, request or currency
	Detail string `json:"detail"` // what was expected and what is there
}

// Report is what Run looked at and found.
type Report struct {
	Findings []Finding      `json:"findings"`       // none: everything holds. At most 100 of a rule
	Left     map[string]int `json:"left,omitempty"` // by rule: findings that are not listed
	Counts   Counts         `json:"counts"`
}

// Counts are how much was looked at.
type Counts struct {
	Players      int `json:"players"`
	Ops          int `json:"ops"`          // requests of clients
	Tries        int `json:"tries"`        // how often they were sent
	Results      int `json:"results"`      // requests that took effect and whose clients were told so
	Refusals     int `json:"refusals"`     // requests whose last word was a refusal
	Unlearnt     int `json:"unlearnt"`     // requests whose clients never learnt what became of them
	Late         int `json:"late"`         // requests that took effect by a sending that was never answered, though another was refused
	Retried      int `json:"retried"`      // results that were told more than once, and compared
	Reads        int `json:"reads"`        // balances and seeds that were asked for
	Actions      int `json:"actions"`      // stored
	Transfers    int `json:"transfers"`    // stored
	Orders       int `json:"orders"`       // deposits and withdrawals that are stored
	SeedPairs    int `json:"seedPairs"`    // stored
	Rounds       int `json:"rounds"`       // stored
	OpenRounds   int `json:"openRounds"`   // of these
	Replayed     int `json:"replayed"`     // finished rounds that were played again
	Unrevealed   int `json:"unrevealed"`   // finished rounds that were not, because their server seed is still in use
	Linearized   int `json:"linearized"`   // operations that were put in order
	Pieces       int `json:"pieces"`       // of the players' histories, each searched for an order
	LargestPiece int `json:"largestPiece"` // operations
}

// OK says whether nothing was found.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

// Found returns how many findings a rule has, listed or not.
func (r *Report) Found(rule string) int {
	n := r.Left[rule]
	for _, f := range r.Findings {
		if f.Rule == rule {
			n++
		}
	}
	return n
}

// Print writes the report for people.
func (r *Report) Print(w io.Writer) {
	c := r.Counts
	fmt.Fprintf(w, "checked %d requests of %d players, sent %d times: %d results, %d refusals, %d reads, %d never learnt of\n",
		c.Ops, c.Players, c.Tries, c.Results, c.Refusals, c.Reads, c.Unlearnt)
	fmt.Fprintf(w, "  against %d actions, %d rounds (%d open), %d transfers, %d deposits and withdrawals, %d seed pairs\n",
		c.Actions, c.Rounds, c.OpenRounds, c.Transfers, c.Orders, c.SeedPairs)
	fmt.Fprintf(w, "  %d results told more than once, %d never told because another sending was refused\n", c.Retried, c.Late)
	fmt.Fprintf(w, "  %d rounds replayed, %d not: seed not revealed\n", c.Replayed, c.Unrevealed)
	fmt.Fprintf(w, "  %d operations put in order, in %d pieces of at most %d\n", c.Linearized, c.Pieces, c.LargestPiece)
	for _, rule := range Rules {
		verdict := "ok"
		if n := r.Found(rule); n > 0 {
			verdict = fmt.Sprintf("%d FOUND", n)
		}
		fmt.Fprintf(w, "  %-72s %s\n", rule, verdict)
	}
	for _, f := range r.Findings {
		fmt.Fprintf(w, "! %s\n    %s: %s\n", f.Rule, f.What, f.Detail)
	}
	for _, rule := range Rules {
		if n := r.Left[rule]; n > 0 {
			fmt.Fprintf(w, "! %s: %d more\n", rule, n)
		}
	}
}
