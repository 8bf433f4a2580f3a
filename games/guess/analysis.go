package guess

import (
	"math/big"

	"croupier/games"
	"croupier/games/cashout"
)

// RTP returns the return of one guess and a cash-out, whatever the guess: no first guess can reach the trace's limit.
func (g *rules) RTP() *big.Rat {
	num, den := g.rightFactor(characters, 0)
	right, _ := cashout.Times(g.Start(), num, den, most)
	wrong, _ := cashout.Times(g.Start(), wrongNum, wrongDen, most)
	return big.NewRat(int64(right)+(characters-1)*int64(wrong), characters*games.MultipleUnit)
}

// Analyse computes the mathematics of the variant.
func (g *rules) Analyse() (games.Analysis, error) {
	a := games.Analysis{
		Method: "Every trace, value and memory that a strategy can get to is listed with its exact chance, values truncated to 10^-8 as in " +
			"play. The lowest return of all strategies is bounded from below by dynamic programming over trace and value, with values " +
			"rounded down to a grid.",
		Cap: games.Cap{Most: most},
	}
	for _, p := range plans() {
		o, err := g.outlook(p)
		if err != nil {
			return games.Analysis{}, err
		}
		a.Outlooks = append(a.Outlooks, o)
		if p.name == "to-the-end" {
			a.Cap.Cost = g.capCost(o)
		}
	}
	a.Bounds = games.Bounds{
		Lowest: g.lowestReturn(), Highest: g.RTP(),
		Proof: "Every guess is fair before truncation and the cap, which only take; so no strategy gets more than its first guess is " +
			"worth, and all first guesses are worth the same. The lowest is the least over every choice of a position's candidates and " +
			"of when to stop.",
	}
	a.Findings = g.findings()
	return a, nil
}

// capCost returns what the cap takes from a plan: all that its return lacks, but for what truncation takes. Truncation takes less
// than 10^-8 at each guess, and the rest of the round is fair.
func (g *rules) capCost(o games.Outlook) games.Value {
	most := new(big.Rat).Sub(big.NewRat(g.percent, 100), o.Return.Low)
	least := new(big.Rat).Sub(most, big.NewRat(longest, games.MultipleUnit))
	if least.Sign() < 0 {
		least.SetInt64(0)
	}
	return games.Value{Low: least, High: most}
}

func (g *rules) findings() []games.Finding {
	num, den := g.rightFactor(characters, 0)
	right, _ := cashout.Times(games.MultipleUnit, num, den, most)
	wrong, _ := cashout.Times(games.MultipleUnit, wrongNum, wrongDen, most)
	return []games.Finding{
		{Name: "Right guess", Value: "×" + right.String(), Meaning: "at a fresh position, while no guess can reach the trace's limit"},
		{Name: "Wrong guess", Value: "×" + wrong.String(), Meaning: "always"},
	}
}
