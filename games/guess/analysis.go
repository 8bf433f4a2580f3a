package guess

import (
	"fmt"
	"math/big"

	"croupier/games"
	"croupier/games/cashout"
)

// RTP returns the return of one guess and a cash-out, whatever the guess: no first guess can reach the trace's limit.
func (g *rules) RTP() *big.Rat {
	right, wrong := g.firstGuess(g.Start())
	return big.NewRat(int64(right)+(characters-1)*int64(wrong), characters*games.MultipleUnit)
}

// firstGuess returns what v becomes at a right and at a wrong first guess.
func (g *rules) firstGuess(v games.Multiple) (right, wrong games.Multiple) {
	c, w := g.factors(characters, 0, v)
	right, _ = cashout.Times(v, c.num, c.den, most)
	wrong, _ = cashout.Times(v, w.num, w.den, most)
	return right, wrong
}

// Analyse computes the mathematics of the variant.
func (g *rules) Analyse() (games.Analysis, error) {
	a := games.Analysis{
		Method: "Every trace, value and memory that a strategy can get to is listed with its exact chance, values truncated to 10^-8 " +
			"as in play.",
		Bounds: games.Bounds{
			Lowest: g.lowestReturn(), Highest: g.RTP(),
			Proof: "Every guess is fair, the maximum win included, but for truncation, which takes less than 10^-8 at each: no strategy " +
				"gets more than the first guess is worth, and none loses more than the truncation of the longest round.",
		},
		Cap: games.Cap{Most: most, Cost: games.Exactly(new(big.Rat))},
	}
	for _, p := range plans() {
		o, err := g.outlook(p)
		if err != nil {
			return games.Analysis{}, err
		}
		a.Outlooks = append(a.Outlooks, o)
	}
	a.Findings = g.findings()
	return a, nil
}

// lowestReturn returns a bound that no strategy's return is below: each of a round's guesses takes less than 10^-8 of what is fair.
func (g *rules) lowestReturn() *big.Rat {
	return new(big.Rat).Sub(big.NewRat(g.percent, 100), big.NewRat(longest, games.MultipleUnit))
}

func (g *rules) findings() []games.Finding {
	right, wrong := g.firstGuess(games.MultipleUnit)
	rises := func(r Range) string { return fmt.Sprintf("%d to %d", r.Lowest, r.Highest) }
	return []games.Finding{
		{Name: "Right guess", Value: "×" + right.String(), Meaning: "at a fresh position, far from trace 100 and the maximum win"},
		{Name: "Wrong guess", Value: "×" + wrong.String(), Meaning: "far from the maximum win; nearer to it, up to ×1"},
		{Name: "Right rise", Value: rises(g.right), Meaning: "by how much a right guess raises the trace, each as likely"},
		{Name: "Wrong rise", Value: rises(g.wrong), Meaning: "by how much a wrong guess raises the trace, each as likely"},
	}
}
