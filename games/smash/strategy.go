package smash

import (
	"encoding/json"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// plan is a strategy: when to stop is all that there is to decide.
type plan struct {
	name, description string

	enough games.Multiple // cashes out with at least this
	coin   bool           // cashes out after any hit when a coin says so
}

// plans are the strategies, the plainest first.
func plans() []plan {
	return []plan{
		{name: "first-step", description: "hits once and cashes out"},
		{name: "to-the-end", description: "never cashes out", enough: most},
		{name: "random", description: "cashes out when a coin says so", enough: most, coin: true},
		{name: "until-2x", description: "hits until there is twice the stake to take", enough: 2 * games.MultipleUnit},
	}
}

var hitPayload = json.RawMessage(`{"action":"hit"}`)

// decide is the plan as it is played.
func (p plan) decide(r cashout.Round[State], d *fairness.Stream) (json.RawMessage, bool) {
	if r.Takeable && (r.Value >= p.enough || p.coin && d.Intn(2) == 1) {
		return nil, false
	}
	return hitPayload, true
}

// Strategies returns the plans.
func (g *rules) Strategies() (all []games.Strategy) {
	for _, p := range plans() {
		all = append(all, games.Strategy{Name: p.name, Description: p.description, Round: cashout.PlayBy(g, p.decide)})
	}
	return all
}
