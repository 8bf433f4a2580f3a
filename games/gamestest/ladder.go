// Package gamestest has what the tests of everything that plays rounds share: the ladder, a small multi-step game, and Conform, which
// holds any game to the engine's contract.
package gamestest

import (
	"encoding/json"
	"math"
	"math/big"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/wallet/money"
)

// The rules of the ladder. Every climb holds with a chance of 12 in 25, unless it reaches the loose rung: one of rungs 3 to 10,
// each equally likely, fixed under the label init. Who stands on rung 9 is cashed out, because rung 10 is then sure to be loose.
//
// What the round is worth starts at the variant's return and is multiplied, at each rung, by one over the chance to reach it,
// so its expectation never changes and every strategy has the same return.
const (
	rulesVersion = 1
	sides, holds = 25, 12 // a climb's draw is intn(25); below 12 it holds
	firstLoose   = 3      // lowest rung that may be loose
	looseRungs   = 8      // how many may be: 3 to 10
	lastLoose    = firstLoose + looseRungs - 1
	topRung      = lastLoose - 1
)

// Ladder is the rules at one return. It is a full and honest game, and the model of one that is made with package cashout: with a
// hidden layout, draws at every step, fractional payouts and forced outcomes.
type Ladder struct {
	percent int64
}

var _ games.Analyst = cashout.Engine[Hidden]{Game: Ladder{}}

// Game returns the ladder as a catalogue takes it: id "ladder", aliases "steps" and "test-ladder", variants RTP_92 and RTP_96,
// which is the default, and the default limits, so that it is played in every currency.
func Game() games.Game {
	engine := func(percent int64) games.Engine { return cashout.Engine[Hidden]{Game: Ladder{percent}} }
	return games.Game{
		ID: "ladder", Name: "Ladder", Aliases: []string{"steps", "test-ladder"}, Default: "RTP_96",
		Variants: []games.Variant{{ID: "RTP_92", Engine: engine(92)}, {ID: "RTP_96", Engine: engine(96)}},
	}
}

// Hidden is the ladder's own part of a round's state: the secret. The rung that is reached is the number of steps played.
type Hidden struct {
	Loose int `json:"loose"`
}

// View is what the player may see of an open round.
type View struct {
	Rung       int          `json:"rung"`
	Multiplier money.Number `json:"multiplier"`
	CanCashOut bool         `json:"canCashOut"`
}

// Outcome is what the player is told of a step.
type Outcome struct {
	View
	Fell  bool `json:"fell"`
	Loose *int `json:"loose,omitempty"` // the loose rung, once the round is over
}

// Rules returns the constants that decide an outcome.
func (l Ladder) Rules() any {
	return map[string]any{
		"version": rulesVersion, "returnPercent": l.percent, "sides": sides, "holds": holds, "firstLoose": firstLoose,
		"looseRungs": looseRungs, "topRung": topRung,
	}
}

// Version is that of Hidden.
func (l Ladder) Version() int { return 1 }

// Start is the nominal return.
func (l Ladder) Start() games.Multiple { return games.Multiple(l.percent * games.MultipleUnit / 100) }

// Most is what the top rung is worth, so that who reaches it is cashed out.
func (l Ladder) Most() games.Multiple { return l.worth(topRung) }

// Action is the name of the step.
func (l Ladder) Action() string { return "climb" }

// Deal fixes the loose rung.
func (l Ladder) Deal(init *fairness.Stream) Hidden {
	return Hidden{Loose: firstLoose + int(init.Intn(looseRungs))}
}

// Step plays climb {}.
func (l Ladder) Step(r *cashout.Round[Hidden], payload json.RawMessage, d *fairness.Stream) (cashout.Ending, any, error) {
	if err := games.Decode(payload, &struct{}{}); err != nil {
		return cashout.Open, nil, err
	}
	rung := r.Steps + 1
	if d.Intn(sides) >= holds || rung == r.Own.Loose {
		return cashout.Lost, Outcome{View: View{Rung: rung, Multiplier: "0"}, Fell: true, Loose: &r.Own.Loose}, nil
	}
	num, den := factor(rung)
	top := r.Multiply(num, den, l.Most())
	outcome := Outcome{View: View{Rung: rung, Multiplier: r.Multiplier(), CanCashOut: !top}}
	if top {
		outcome.Loose = &r.Own.Loose
		return cashout.Paid, outcome, nil
	}
	return cashout.Open, outcome, nil
}

// factor is one over the chance to reach a rung from the one below. When the loose rung is one of n, this one is not with a chance
// of (n−1)/n.
func factor(rung int) (num, den uint64) {
	if rung < firstLoose {
		return sides, holds
	}
	n := uint64(lastLoose + 1 - rung)
	return sides * n, holds * (n - 1)
}

// worth is what a round is worth on a rung: the same on every way there.
func (l Ladder) worth(rung int) games.Multiple {
	v := l.Start()
	for i := 1; i <= rung; i++ {
		num, den := factor(i)
		v, _ = cashout.Times(v, num, den, math.MaxInt64)
	}
	return v
}

// Valid holds a round to the one worth that its rung has, and to a loose rung that it has not stepped on.
func (l Ladder) Valid(r cashout.Round[Hidden]) bool {
	return r.Steps < topRung && r.Takeable == (r.Steps > 0) && r.Value == l.worth(r.Steps) &&
		r.Own.Loose > r.Steps && r.Own.Loose >= firstLoose && r.Own.Loose <= lastLoose
}

// Show shows everything but the loose rung.
func (l Ladder) Show(r cashout.Round[Hidden]) any {
	return View{Rung: r.Steps, Multiplier: r.Multiplier(), CanCashOut: r.Takeable}
}

// Reveal shows where the loose rung was.
func (l Ladder) Reveal(r cashout.Round[Hidden]) any {
	return Outcome{View: View{Rung: r.Steps, Multiplier: r.Multiplier()}, Loose: &r.Own.Loose}
}

// Force takes {"fallOnRung": n}, n from 1 to 9, or {"fallOnRung": null} to reach the top.
func (l Ladder) Force(outcome json.RawMessage) (fairness.Script, error) {
	var want struct {
		FallOnRung *int `json:"fallOnRung"`
	}
	if err := games.Decode(outcome, &want); err != nil {
		return nil, err
	}
	last := topRung
	if want.FallOnRung != nil {
		last = *want.FallOnRung
	}
	if last < 1 || last > topRung {
		return nil, &games.FieldError{Field: "fallOnRung", Reason: "must be from 1 to 9, or null"}
	}
	script := fairness.Script{"init": {looseRungs - 1}} // the loose rung is the last, which nobody reaches
	for rung := 1; rung <= last; rung++ {
		script[games.Round{Step: rung}.Label()] = []uint32{0}
	}
	if want.FallOnRung != nil {
		script[games.Round{Step: last}.Label()] = []uint32{sides - 1}
	}
	return script, nil
}

// RTP returns the return of climbing once and cashing out.
func (l Ladder) RTP() *big.Rat { return l.upTo("", 1).Return.Low }

// Strategies returns the plainest way to play and the boldest.
func (l Ladder) Strategies() []games.Strategy {
	upTo := func(rung int) func(fairness.Draws) (games.Multiple, games.Multiple, error) {
		return cashout.PlayBy(l, func(r cashout.Round[Hidden], _ *fairness.Stream) (json.RawMessage, bool) {
			return json.RawMessage("{}"), r.Steps < rung
		})
	}
	return []games.Strategy{
		{Name: "first-step", Description: "climbs once, then cashes out", Round: upTo(1)},
		{Name: "to-the-end", Description: "never cashes out", Round: upTo(topRung)},
	}
}

// Analyse computes the mathematics from the chances to reach each rung.
func (l Ladder) Analyse() (games.Analysis, error) {
	first, last := l.upTo("first-step", 1), l.upTo("to-the-end", topRung)
	lowest, highest := first.Return.Low, first.Return.Low
	for rung := 2; rung <= topRung; rung++ {
		returns := l.upTo("", rung).Return.Low
		if returns.Cmp(lowest) < 0 {
			lowest = returns
		}
		if returns.Cmp(highest) > 0 {
			highest = returns
		}
	}
	return games.Analysis{
		Method:   "Exact: the chance to reach a rung, times what it is worth.",
		Outlooks: []games.Outlook{first, last},
		Bounds: games.Bounds{Lowest: lowest, Highest: highest,
			Proof: "the worth of a rung is the same on every way there, so a strategy is a mixture of cashing out on rungs 1 to 9"},
		Cap: games.Cap{Cost: games.Exactly(new(big.Rat))}, // the top rung is its own
	}, nil
}

// upTo is the mathematics of climbing to a rung and cashing out there. The chances come from the draws' ranges, not from factors.
func (l Ladder) upTo(name string, rung int) games.Outlook {
	reached := big.NewRat(int64(looseRungs-max(0, rung-firstLoose+1)), looseRungs)
	for range rung {
		reached.Mul(reached, big.NewRat(holds, sides))
	}
	worth := big.NewRat(int64(l.worth(rung)), games.MultipleUnit)
	mean := new(big.Rat).Mul(reached, worth)
	square := new(big.Rat).Mul(mean, worth)
	return games.Outlook{
		Strategy: name, Return: games.Exactly(mean), HitFrequency: games.Exactly(reached),
		Variance:   games.Exactly(square.Sub(square, new(big.Rat).Mul(mean, mean))),
		MaximumWin: games.Exactly(worth), MaximumWinChance: games.Exactly(reached),
	}
}
