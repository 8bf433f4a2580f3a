package guess

import (
	"encoding/json"
	"fmt"
	"strings"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// plan is a strategy in the two forms that it is needed in: to play it, and to compute it. What it plays depends on the round only
// by the trace, the value and its memory, a small number: how many candidates the next guess leaves to choose from.
type plan struct {
	name, description string

	position func(s *State) int                 // where the next guess is made
	memory   func(s *State) int                 // what the strategy knows of the guesses made
	learn    func(memory int, right bool) int   // the memory after a guess
	leaves   func(memory int) int               // candidates at the position of the next guess
	quit     func(v games.Multiple) (coins int) // it goes on only if so many coins all fall heads: 0 always, and −1 never does
}

// plans are the strategies, the plainest first. Those that do not dwell on a position guess where they have struck the least, so that
// every position is guessed once before any is guessed twice.
func plans() []plan {
	never := func(games.Multiple) int { return 0 }
	spread := plan{position: fewestStrikes, memory: guesses, learn: oneMore, leaves: roundTheKey}
	first, end, toss, double := spread, spread, spread, spread
	first.name, first.description = "first-step", "guesses once and cashes out"
	first.quit = func(games.Multiple) int { return -1 }
	end.name, end.description = "to-the-end", "guesses at a fresh position each time and never cashes out"
	end.quit = never
	toss.name, toss.description = "random", "guesses at a fresh position each time, and cashes out when a coin says so"
	toss.quit = func(games.Multiple) int { return 1 }
	double.name, double.description = "until-2x", "guesses at a fresh position each time until there is twice the stake to take"
	double.quit = func(v games.Multiple) int {
		if v >= 2*games.MultipleUnit {
			return -1
		}
		return 0
	}
	dwell := plan{
		name: "one-position", description: "guesses at one position until it is revealed, then at the next, and never cashes out",
		position: firstHidden, memory: func(s *State) int { return len(s.Struck[firstHidden(s)]) }, learn: sinceRight,
		leaves: func(strikes int) int { return characters - strikes }, quit: never,
	}
	return []plan{first, end, toss, double, dwell}
}

func guesses(s *State) int { return s.found() + s.strikes() }

func oneMore(guesses int, _ bool) int { return guesses + 1 }

// roundTheKey is how many candidates there are where the fewest are struck, after a number of guesses there.
func roundTheKey(guesses int) int { return characters - guesses/positions }

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
	if r.Takeable {
		if coins := p.quit(r.Value); coins < 0 || coins > 0 && d.Intn(1<<coins) != 0 {
			return nil, false
		}
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
