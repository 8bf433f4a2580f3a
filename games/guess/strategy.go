package guess

import (
	"encoding/json"
	"fmt"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// plan is a strategy in the two forms that it is needed in: to play it, and to compute it. What it does depends on the round only by
// the value and its memory, a number that says how many candidates there are where it guesses next.
type plan struct {
	name, description string

	enough games.Multiple // cashes out with at least this
	coin   bool           // cashes out after any guess when a coin says so

	position func(s *State) int               // where the next guess is made
	learn    func(memory int, right bool) int // the memory after a guess; it starts at 0
	leaves   func(memory int) int             // candidates at the position of the next guess
}

// plans are the strategies, the plainest first. Those that do not dwell on a position guess where they have struck the least, so that
// every position is guessed once before any is guessed twice.
func plans() []plan {
	all := []plan{
		{name: "first-step", description: "guesses once and cashes out"},
		{name: "to-the-end", description: "guesses at a fresh position each time and never cashes out", enough: most},
		{name: "random", description: "guesses at a fresh position each time, and cashes out when a coin says so", enough: most, coin: true},
		{name: "until-2x", description: "guesses at a fresh position each time until there is twice the stake to take",
			enough: 2 * games.MultipleUnit},
		{name: "one-position", description: "guesses at one position until it is revealed, then at the next, and never cashes out", enough: most},
	}
	for i := range all {
		all[i].position, all[i].learn, all[i].leaves = fewestStrikes, oneMore, roundTheKey
	}
	last := &all[len(all)-1]
	last.position, last.learn, last.leaves = firstHidden, sinceRight, lessStrikes
	return all
}

func oneMore(guesses int, _ bool) int { return guesses + 1 }

// roundTheKey is how many candidates there are where the fewest are struck, after a number of guesses there.
func roundTheKey(guesses int) int { return characters - guesses/positions }

func lessStrikes(strikes int) int { return characters - strikes }

func sinceRight(strikes int, right bool) int {
	if right {
		return 0
	}
	return strikes + 1
}

func fewestStrikes(s *State) int {
	best := firstHidden(s)
	for i := range positions {
		if !s.Revealed[i] && len(s.Struck[i]) < len(s.Struck[best]) {
			best = i
		}
	}
	return best
}

func firstHidden(s *State) int {
	for i, revealed := range s.Revealed {
		if !revealed {
			return i
		}
	}
	panic("guess: a round with the whole key revealed is over")
}

// decide is the plan as it is played.
func (p plan) decide(r cashout.Round[State], d *fairness.Stream) (json.RawMessage, bool) {
	if r.Takeable && (r.Value >= p.enough || p.coin && d.Intn(2) == 1) {
		return nil, false
	}
	position := p.position(&r.Own)
	character := strings.IndexFunc(alphabet, func(c rune) bool { return !strings.ContainsRune(r.Own.Struck[position], c) })
	return fmt.Appendf(nil, `{"action":"guess","position":%d,"character":"%c"}`, position, alphabet[character]), true
}

// Strategies returns the plans.
func (g *rules) Strategies() (all []games.Strategy) {
	for _, p := range plans() {
		all = append(all, games.Strategy{Name: p.name, Description: p.description, Round: cashout.PlayBy(g, p.decide)})
	}
	return all
}
