package blackjack

import (
	"sync"

	"croupier/fairness"
	"croupier/games"
)

// Analyse returns what the package odds computed for the variant. It returns an error for a variant that is not built in.
func (e *Engine) Analyse() (games.Analysis, error) { return readFigures(e.variant.ID) }

// Strategies returns "basic", which plays the variant's chart, "mimic", which plays as the dealer does, and "stand".
func (e *Engine) Strategies() []games.Strategy {
	rules, chart := e.variant.Rules, e.variant.Chart
	return []games.Strategy{
		{Name: "basic", Description: "plays by the basic-strategy chart and never insures", Round: player(rules, chart.Decide)},
		{Name: "mimic", Description: "plays as the dealer must: no double, split, surrender or insurance", Round: player(rules, mimic)},
		{Name: "stand", Description: "stands on every hand and never insures", Round: player(rules, alwaysStand)},
	}
}

func mimic(t *Table) Move {
	total, soft := t.Hand().Total()
	switch {
	case t.Allowed().Has(Decline):
		return Decline
	case total < 17 || total == 17 && soft && t.rules.HitSoft17:
		return Hit
	}
	return Stand
}

func alwaysStand(t *Table) Move {
	if t.Allowed().Has(Decline) {
		return Decline
	}
	return Stand
}

// player returns a strategy's Round. Each round is played at a table of its own for as long as it lasts.
func player(rules Rules, decide func(*Table) Move) func(fairness.Draws) (staked, won games.Multiple, err error) {
	tables := sync.Pool{New: func() any { return NewTable(rules, NewShoe(rules.Decks)) }}
	return func(d fairness.Draws) (staked, won games.Multiple, err error) {
		t := tables.Get().(*Table)
		defer tables.Put(t)
		for t.Shuffle(d.Stream(initLabel), true); !t.Over(); {
			if err := t.Play(decide(t)); err != nil {
				return 0, 0, err
			}
		}
		staked, won = t.Result()
		if t.Insurance() == Taken {
			staked += games.MultipleUnit / 2
		}
		if t.InsuranceWins() {
			won += 3 * games.MultipleUnit / 2
		}
		return staked, won, nil
	}
}
