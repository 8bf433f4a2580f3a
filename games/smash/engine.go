package smash

import (
	"encoding/json"
	"math"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// Engine plays one variant.
type Engine = cashout.Engine[State]

// New returns the engine with a nominal return and a chance that a hit breaks the hammer, both in percent.
func New(percent int64, breaks int) Engine {
	g := &rules{percent: percent, breaks: breaks}
	for hit := 1; hit <= lastThreshold; hit++ {
		g.scales[hit] = g.scale(hit)
		for _, f := range pool {
			g.shown[hit] = append(g.shown[hit], g.scales[hit].times(f.Hundredths).shown())
		}
	}
	return Engine{Game: g}
}

// Game returns the game for the catalogue, with every variant and the default limits.
func Game() games.Game {
	return games.Game{
		ID: "smash", Name: "Smash", Aliases: []string{"safe-smash"}, Default: "RTP_96",
		Variants: []games.Variant{
			{ID: "RTP_92", Engine: New(92, 12)},
			{ID: "RTP_94", Engine: New(94, 11)},
			{ID: "RTP_96", Engine: New(96, 10)},
			{ID: "RTP_97", Engine: New(97, 8)},
		},
	}
}

// State is the game's own part of a round in progress. All of it is secret; the hits are the round's steps.
type State struct {
	Threshold int `json:"threshold"` // the hit that cracks the safe
	BreaksOn  int `json:"breaksOn"`  // the hit that breaks the hammer, 0 for none
}

// View is what the player may see of an open round.
type View struct {
	HitCount              int          `json:"hitCount"`
	AccumulatedMultiplier money.Number `json:"accumulatedMultiplier"` // V, takeable if canCashOut
	CanCashOut            bool         `json:"canCashOut"`
	// NextFactors are the factors that the next hit draws from, in the order of the rules' pool; [] when the round is over.
	NextFactors []money.Number `json:"nextFactors"`
}

// Outcome is what the player is told of a hit.
type Outcome struct {
	Factor  *money.Number `json:"factor"` // what the hit multiplied by, without the bonus; null if the hammer broke
	Broke   bool          `json:"broke"`
	Cracked bool          `json:"cracked"`
	Bonus   *Bonus        `json:"bonus"` // null unless the safe cracked
	View
	*Secrets // once the round is over
}

// Bonus is what a cracked safe multiplied by on top.
type Bonus struct {
	Name   string       `json:"name"` // "minor", "major" or "grand" for a jackpot, "bonus" otherwise
	Factor money.Number `json:"factor"`
}

// Secrets are what was hidden while the round was open.
type Secrets struct {
	CrackThreshold   int  `json:"crackThreshold"`
	HammerBreakOnHit *int `json:"hammerBreakOnHit"` // null when it would not have broken
}

// End is what the player is told when a round ends without a hit.
type End struct {
	View
	Secrets
}

func (g *rules) Version() int          { return version }
func (g *rules) Start() games.Multiple { return games.Multiple(g.percent * games.MultipleUnit / 100) }
func (g *rules) Most() games.Multiple  { return most }
func (g *rules) Action() string        { return "hit" }

// Deal draws the threshold, and then for hit after hit whether the hammer breaks on it.
func (g *rules) Deal(init *fairness.Stream) State {
	s := State{Threshold: firstThreshold + int(init.Intn(lastThreshold-firstThreshold+1))}
	for hit := 1; hit <= lastThreshold; hit++ {
		if init.Intn(breakSides) < uint64(g.breaks) {
			s.BreaksOn = hit
			break
		}
	}
	return s
}

// Step plays a hit. A hammer that breaks on the hit that would crack the safe breaks first.
func (g *rules) Step(r *cashout.Round[State], payload json.RawMessage, d *fairness.Stream) (cashout.Ending, any, error) {
	if err := games.Decode(payload, &struct{}{}); err != nil {
		return 0, nil, err
	}
	hit := r.Steps + 1
	outcome := &Outcome{}
	ending := cashout.Open
	if hit == r.Own.BreaksOn {
		outcome.Broke = true
		r.Value, r.Takeable = 0, false
		ending = cashout.Lost
	} else if g.multiply(r, hit, d, outcome) {
		ending = cashout.Paid
	}
	outcome.View = g.view(*r, hit, ending == cashout.Open)
	if ending != cashout.Open {
		outcome.Secrets = new(r.Own.secrets())
	}
	return ending, outcome, nil
}

// multiply draws the factor of a hit that the hammer withstands, and the bonus if it cracks the safe. It says whether the round is
// over.
func (g *rules) multiply(r *cashout.Round[State], hit int, d *fairness.Stream, outcome *Outcome) (over bool) {
	drawn := d.Weighted(poolWeights)
	factor := g.scales[hit].times(pool[drawn].Hundredths)
	outcome.Factor = &g.shown[hit][drawn]
	outcome.Cracked = hit == r.Own.Threshold
	if outcome.Cracked {
		bonus := bonuses[d.Weighted(bonusWeights)]
		outcome.Bonus = bonus.shown()
		factor = factor.times(bonus.Hundredths)
	}
	capped := r.Multiply(factor.num, factor.den, most)
	return capped || outcome.Cracked
}

// Valid says whether a round in progress can be like this: it is over with the hit that cracks the safe or breaks the hammer.
func (g *rules) Valid(r cashout.Round[State]) bool {
	s := r.Own
	return s.Threshold >= firstThreshold && s.Threshold <= lastThreshold && s.BreaksOn >= 0 && s.BreaksOn <= lastThreshold &&
		r.Steps < s.Threshold && (s.BreaksOn == 0 || r.Steps < s.BreaksOn) && r.Takeable == (r.Steps > 0)
}

// Show shows the hits and what they came to.
func (g *rules) Show(r cashout.Round[State]) any { return g.view(r, r.Steps, true) }

// Reveal shows when the safe would have cracked and the hammer broken, too.
func (g *rules) Reveal(r cashout.Round[State]) any {
	return End{View: g.view(r, r.Steps, false), Secrets: r.Own.secrets()}
}

func (g *rules) view(r cashout.Round[State], hits int, open bool) View {
	view := View{HitCount: hits, AccumulatedMultiplier: r.Multiplier(), CanCashOut: open && r.Takeable, NextFactors: []money.Number{}}
	if open {
		view.NextFactors = g.shown[hits+1]
	}
	return view
}

func (s State) secrets() Secrets {
	if s.BreaksOn == 0 {
		return Secrets{CrackThreshold: s.Threshold}
	}
	return Secrets{CrackThreshold: s.Threshold, HammerBreakOnHit: &s.BreaksOn}
}

func (f Factor) shown() *Bonus {
	name := f.Name
	if name == "" {
		name = "bonus"
	}
	return &Bonus{Name: name, Factor: fraction{f.Hundredths, factorDen}.shown()}
}

// shown returns the factor as players are shown it.
func (f fraction) shown() money.Number {
	factor, _ := cashout.Times(games.MultipleUnit, f.num, f.den, math.MaxInt64)
	return money.Number(factor.String())
}
