package dice

import (
	"fmt"
	"math/big"

	"croupier/fairness"
	"croupier/games"
)

// plainest is the chance at which the variant's return is stated.
const plainest = 5_000

// waysToPlay are the chances that the analysis names.
var waysToPlay = []struct {
	name   string
	chance int64
}{
	{"even", plainest},
	{"long-shot", lowestChance},
	{"safe", highestChance},
}

// Strategies returns one for each of waysToPlay.
func (e Engine) Strategies() []games.Strategy {
	var all []games.Strategy
	for _, way := range waysToPlay {
		all = append(all, games.Strategy{
			Name:        way.name,
			Description: fmt.Sprintf("plays a chance of %s %%", percent(way.chance)),
			Round: func(d fairness.Draws) (staked, won games.Multiple, err error) {
				_, won = e.rules.play(way.chance, d)
				return games.MultipleUnit, won, nil
			},
		})
	}
	return all
}

// cycle is what all rolls together win at a chance, in 10^-8 of the stake: as many of them win as the chance has hundredths.
func (r Rules) cycle(chance int64) int64 { return chance * int64(r.multiple(chance)) }

// returnAt is the exact return at a chance.
func (r Rules) returnAt(chance int64) *big.Rat {
	return big.NewRat(r.cycle(chance), r.Rolls*games.MultipleUnit)
}

// Analyse goes through all 9,701 chances.
func (e Engine) Analyse() (games.Analysis, error) {
	lowest, highest := int64(plainest), int64(plainest)
	for chance := int64(lowestChance); chance <= highestChance; chance++ {
		if e.rules.cycle(chance) < e.rules.cycle(lowest) {
			lowest = chance
		}
		if e.rules.cycle(chance) > e.rules.cycle(highest) {
			highest = chance
		}
	}
	analysis := games.Analysis{
		Method: "Exact: the chance of a win, times what it pays.",
		Bounds: games.Bounds{Lowest: e.rules.returnAt(lowest), Highest: e.rules.returnAt(highest),
			Proof: "a strategy is a mixture of the 9,701 chances, and this is the least and the most that any of them returns"},
		Cap: games.Cap{Cost: games.Exactly(new(big.Rat))},
		Findings: []games.Finding{
			{Name: "Largest win of all chances", Value: e.rules.multiple(lowestChance).String() + "×", Meaning: "at a chance of 1 %"},
			{Name: "Even money", Value: fmt.Sprintf("%d %%", e.rules.ReturnPercent),
				Meaning: "the chance above which a win pays less than the stake"},
		},
	}
	for _, way := range waysToPlay {
		analysis.Outlooks = append(analysis.Outlooks, e.outlook(way.name, way.chance))
	}
	return analysis, nil
}

// outlook is the mathematics of a win of m with a chance of p: the mean is p·m, the variance p·m² − (p·m)².
func (e Engine) outlook(name string, chance int64) games.Outlook {
	p, m := big.NewRat(chance, e.rules.Rolls), big.NewRat(int64(e.rules.multiple(chance)), games.MultipleUnit)
	mean := new(big.Rat).Mul(p, m)
	variance := new(big.Rat).Mul(mean, m)
	variance.Sub(variance, new(big.Rat).Mul(mean, mean))
	return games.Outlook{
		Strategy: name, Return: games.Exactly(mean), HitFrequency: games.Exactly(p), Variance: games.Exactly(variance),
		MaximumWin: games.Exactly(m), MaximumWinChance: games.Exactly(p),
	}
}
