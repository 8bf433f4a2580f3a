package move

import (
	"fmt"
	"math/big"

	"croupier/games"
)

// chanceOf is the chance that n cells, whichever they are and in whatever order they are chosen, hold no trap.
func chanceOf(n int) *big.Rat {
	chance := big.NewRat(1, 1)
	for i := range int64(n) {
		chance.Mul(chance, big.NewRat(safe-i, covered-i))
	}
	return chance
}

// inStakes returns a multiple as a fraction.
func inStakes(v games.Multiple) *big.Rat { return big.NewRat(int64(v), games.MultipleUnit) }

// returnOf is the return of opening n cells, and cash-out.
func (m *move) returnOf(n int) *big.Rat { return new(big.Rat).Mul(chanceOf(n), inStakes(m.values[n])) }

// stops returns the chances that a plan stops at each number of opened cells, if it gets there without a trap.
func (m *move) stops(p plan) (chances [lastCell + 1]*big.Rat) {
	going := big.NewRat(1, 1)
	for n := 1; n <= lastCell; n++ {
		here := new(big.Rat)
		switch {
		case n == lastCell || p.stopsAt(m.values[n], n):
			here.SetInt64(1)
		case p.stopsOne > 0:
			here.SetFrac64(1, int64(p.stopsOne))
		}
		chances[n] = new(big.Rat).Mul(going, here)
		going.Sub(going, chances[n])
	}
	return chances
}

// outlook sums over the numbers of opened cells at which a plan stops.
func (m *move) outlook(p plan) games.Outlook {
	hits, mean, square, most, mostChance := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat)
	for n, stop := range m.stops(p) {
		if stop == nil || stop.Sign() == 0 {
			continue
		}
		paid := new(big.Rat).Mul(stop, chanceOf(n))
		won := inStakes(m.values[n])
		hits.Add(hits, paid)
		term := new(big.Rat).Mul(paid, won)
		mean.Add(mean, term)
		square.Add(square, new(big.Rat).Mul(term, won))
		most, mostChance = won, paid // values grow with n
	}
	return games.Outlook{
		Strategy: p.name, Return: games.Exactly(mean), HitFrequency: games.Exactly(hits),
		Variance:   games.Exactly(square.Sub(square, new(big.Rat).Mul(mean, mean))),
		MaximumWin: games.Exactly(most), MaximumWinChance: games.Exactly(mostChance),
	}
}

// Analyse computes every strategy exactly.
func (m *move) Analyse() (games.Analysis, error) {
	a := games.Analysis{
		Method: "What a round is worth depends only on how many cells are open, and so does the chance to get there: 199/224 · 198/223 · … " +
			"with a factor for each cell. Every strategy is a sum over the numbers of cells at which it stops.",
		Bounds: m.bounds(),
		Cap:    games.Cap{Most: m.Most(), Cost: games.Exactly(new(big.Rat))},
	}
	for _, p := range plans() {
		a.Outlooks = append(a.Outlooks, m.outlook(p))
	}
	for _, n := range []int{1, 2, 3, 5, 10, 20, 30, 40, lastCell} {
		chance := new(big.Rat).Mul(chanceOf(n), big.NewRat(1_000_000, 1))
		a.Findings = append(a.Findings, games.Finding{
			Name:    fmt.Sprintf("cells opened: %d", n),
			Value:   m.values[n].String() + "×",
			Meaning: fmt.Sprintf("what the round is worth then; about %s of 1,000,000 rounds get there", chance.FloatString(0)),
		})
	}
	return a, nil
}

// bounds are the least and the greatest return of stopping at a number of cells: every strategy's is a mean of these.
func (m *move) bounds() games.Bounds {
	b := games.Bounds{Proof: "Every strategy that opens a cell is a mixture of stopping after 1, 2, … 50 cells, as all cells that are not open " +
		"are alike. The round ends by itself with the fiftieth, so the maximum win cuts nothing off. A round in which no cell is opened " +
		"is void, and returns its stake."}
	for n := 1; n <= lastCell; n++ {
		r := m.returnOf(n)
		if b.Lowest == nil || r.Cmp(b.Lowest) < 0 {
			b.Lowest = r
		}
		if b.Highest == nil || r.Cmp(b.Highest) > 0 {
			b.Highest = r
		}
	}
	return b
}
