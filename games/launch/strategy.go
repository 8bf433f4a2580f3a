package launch

import (
	"encoding/json"
	"fmt"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// plan is a strategy as the analysis sees it: which bands it aims at, and when it cashes out.
type plan struct {
	name, description string
	aims              odds                                      // of every shot
	payload           func(d *fairness.Stream) json.RawMessage  // the same shots, to be played
	stops             func(landings int, v games.Multiple) bool // cashes out for sure
	halves            bool                                      // and otherwise with a chance of one half
}

// at returns a shot that comes down in a band: at 45.0° with the least power that reaches it.
func at(band int) func(*fairness.Stream) json.RawMessage {
	power := int64(minPower)
	for bandOf(rangeOf(straight, power)) < band {
		power++
	}
	payload := json.RawMessage(fmt.Sprintf(`{"action":"launch","angle":45.0,"power":%d}`, power))
	return func(*fairness.Stream) json.RawMessage { return payload }
}

// anywhere returns shots at every angle and power, each pair equally likely.
func anywhere(d *fairness.Stream) json.RawMessage {
	angle := minAngle + d.Intn(maxAngle-minAngle+1)
	power := minPower + d.Intn(maxPower-minPower+1)
	return fmt.Appendf(nil, `{"action":"launch","angle":%d.%d,"power":%d}`, angle/10, angle%10, power)
}

const (
	calmest, wildest = 0, len(bands) - 1
	doubling         = 3 // the band in which until-2x plays
	randomLandings   = 5 // after which random cashes out for sure
)

// plans are the strategies, the plainest first.
func plans() []plan {
	never := func(int, games.Multiple) bool { return false }
	return []plan{
		{name: "first-step", description: "aims at the calmest band once, then cashes out",
			aims: into(calmest), payload: at(calmest), stops: func(int, games.Multiple) bool { return true }},
		{name: "to-the-end", description: "aims at the wildest band and never cashes out",
			aims: into(wildest), payload: at(wildest), stops: never},
		{name: "calm", description: "aims at the calmest band and never cashes out",
			aims: into(calmest), payload: at(calmest), stops: never},
		{name: "until-2x", description: "aims at the " + bands[doubling].Name + " until the round is worth 2× or more",
			aims: into(doubling), payload: at(doubling), stops: func(_ int, v games.Multiple) bool { return v >= 2*games.MultipleUnit }},
		{name: "random", description: "aims anywhere, cashes out after each landing with a chance of one half, after the fifth for sure",
			aims: overall(), payload: anywhere, stops: func(n int, _ games.Multiple) bool { return n == randomLandings }, halves: true},
	}
}

// Strategies returns the ways to play that Analyse computes, the plainest first.
func (l launch) Strategies() []games.Strategy {
	var strategies []games.Strategy
	for _, p := range plans() {
		strategies = append(strategies, games.Strategy{Name: p.name, Description: p.description, Round: cashout.PlayBy(l, p.decide)})
	}
	return strategies
}

// decide plays a plan.
func (p *plan) decide(r cashout.Round[State], d *fairness.Stream) (json.RawMessage, bool) {
	if r.Takeable && (p.stops(r.Steps, r.Value) || p.halves && d.Intn(2) == 0) {
		return nil, false
	}
	return p.payload(d), true
}
