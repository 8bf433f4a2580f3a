package cashout

import (
	"encoding/json"

	"croupier/fairness"
	"croupier/games"
)

// Decide is a strategy: the payload of the next step, or false to cash out. It is asked for a step while there is nothing to
// take. It may look only at what Show shows of the round; d is a stream of its own, for strategies that choose by chance.
type Decide[S any] func(r Round[S], d *fairness.Stream) (payload json.RawMessage, goOn bool)

// PlayBy returns the function that plays one round of a game by a strategy, as games.Strategy has it. The rules are those that
// the engine plays; only the JSON of the state in between is left out.
func PlayBy[S any](g Game[S], decide Decide[S]) func(d fairness.Draws) (staked, won games.Multiple, err error) {
	return func(d fairness.Draws) (games.Multiple, games.Multiple, error) {
		r := New(g, d)
		choices := d.Stream("strategy")
		for {
			payload, goOn := decide(r, choices)
			if !goOn && r.Takeable {
				return games.MultipleUnit, r.Value, nil
			}
			ending, _, err := Play(g, &r, payload, d)
			switch {
			case err != nil:
				return 0, 0, err
			case ending == Lost:
				return games.MultipleUnit, 0, nil
			case ending == Paid:
				return games.MultipleUnit, r.Value, nil
			case ending == Refunded:
				return games.MultipleUnit, games.MultipleUnit, nil
			}
		}
	}
}
