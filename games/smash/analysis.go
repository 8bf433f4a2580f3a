package smash

import (
	"fmt"
	"math/big"

	"croupier/games"
	"croupier/games/cashout"
)

// RTP returns the return of one hit and a cash-out.
func (g *rules) RTP() *big.Rat {
	var sum int64
	for _, f := range pool {
		factor := g.scales[1].times(f.Hundredths)
		v, _ := cashout.Times(g.Start(), factor.num, factor.den, most)
		sum += int64(f.Weight) * int64(v)
	}
	return big.NewRat(sum*int64(breakSides-g.breaks), int64(total(poolWeights))*breakSides*games.MultipleUnit)
}

// Analyse computes the mathematics of the variant.
func (g *rules) Analyse() (games.Analysis, error) {
	a := games.Analysis{
		Method: "Every value after every hit is listed with its exact chance, truncated to 10^-8 as in play, for every threshold and " +
			"bonus.",
		Cap: games.Cap{Most: most},
	}
	walks := make(map[games.Multiple]*walk)
	for _, p := range plans() {
		w, ok := walks[p.enough]
		if !ok {
			var err error
			if w, err = g.walk(p.enough); err != nil {
				return games.Analysis{}, err
			}
			walks[p.enough] = w
		}
		paid := &w.plain
		if p.coin {
			paid = &w.tossing
		}
		a.Outlooks = append(a.Outlooks, paid.outlook(p.name, w.unit))
	}
	end := a.Outlooks[1]
	a.Cap.Cost = g.capCost(end)
	a.Bounds = games.Bounds{
		Lowest: end.Return.Low, Highest: g.RTP(),
		Proof: "Every hit is fair before truncation and the cap, which only take: to hit once more never gains. So no strategy gets " +
			"more than the first hit is worth, and none gets less than by never cashing out.",
	}
	a.Findings = g.findings()
	return a, nil
}

func (g *rules) findings() []games.Finding {
	jackpots := int64(0)
	for _, bonus := range bonuses {
		if bonus.Name != "" {
			jackpots += int64(bonus.Weight)
		}
	}
	cracks := new(big.Rat)
	withstands := big.NewRat(int64(breakSides-g.breaks), breakSides)
	survives := big.NewRat(1, 1)
	for hit := 1; hit <= lastThreshold; hit++ {
		survives.Mul(survives, withstands)
		if hit >= firstThreshold {
			cracks.Add(cracks, new(big.Rat).Mul(survives, big.NewRat(1, thresholds)))
		}
	}
	bonusMean := fraction{bonusMeanNum, bonusMeanDen}
	jackpot := big.NewRat(jackpots, int64(total(bonusWeights)))
	return []games.Finding{
		{Name: "Hammer breaks", Value: fmt.Sprintf("%d %%", g.breaks), Meaning: "the chance of each hit to lose the round"},
		{Name: "Safe cracks", Value: percent(cracks), Meaning: "the chance of it, for who never cashes out"},
		{Name: "Mean bonus", Value: "×" + string(bonusMean.shown()), Meaning: "of a cracked safe, before the maximum win"},
		{Name: "Jackpot", Value: percent(jackpot), Meaning: "the chance that a cracked safe's bonus is a jackpot"},
	}
}

func percent(chance *big.Rat) string {
	return new(big.Rat).Mul(chance, big.NewRat(100, 1)).FloatString(4) + " %"
}

// capCost returns what the cap takes from a plan: all that its return lacks, but for what truncation takes. Truncation takes less
// than 10^-8 at each hit, and the rest of the round is fair.
func (g *rules) capCost(o games.Outlook) games.Value {
	high := new(big.Rat).Sub(big.NewRat(g.percent, 100), o.Return.Low)
	low := new(big.Rat).Sub(high, big.NewRat(lastThreshold, games.MultipleUnit))
	if low.Sign() < 0 {
		low.SetInt64(0)
	}
	return games.Value{Low: low, High: high}
}
