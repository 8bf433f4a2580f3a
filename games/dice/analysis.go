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

// returnAt is the exact return at a chance: the chance times what a win pays.
func (r Rules) returnAt(chance int64) *big.Rat {
	return new(big.Rat).Mul(big.NewRat(chance, r.Rolls), big.NewRat(int64(r.multiple(chance)), games.MultipleUnit))
}

// Analyse goes through all 9,701 chances.
func (e Engine) Analyse() (games.Analysis, error) {
	lowest, highest := e.RTP(), e.RTP()
	for chance := int64(lowestChance); chance <= highestChance; chance++ {
		returns := e.rules.returnAt(chance)
		if returns.Cmp(lowest) < 0 {
			lowest = returns
		}
		if returns.Cmp(highest) > 0 {
			highest = returns
		}
	}
	analysis := games.Analysis{
		Method: "Exact: the chance of a win, times what it pays.",
		Bounds: games.Bounds{Lowest: lowest, Highest: highest,
			Proof: "a strategy is a mixture of the 9,701 chances, and this is the least and the most that any of them returns"},
		Cap: games.Cap{Cost: games.Exactly(new(big.Rat))},
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
