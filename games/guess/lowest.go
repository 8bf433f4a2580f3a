package guess

import (
	"math/big"

	"croupier/games"
)

// The lowest return of any strategy, bounded from below.
//
// All that a strategy chooses is whether to go on, and at a position with how many candidates. Nothing but the trace, the value and
// that number decides what the guess is worth. So let m(t, v) be the least that a round at trace t and value v can be expected to
// return; it is the minimum of v and, over the candidates r that there may be, of
//
//	(1/r)·Σ m(t + rise, min(c·v, cap))/width + ((r−1)/r)·Σ m(t + rise, w·v)/width
//
// with m = v where the round cashes out by itself, and 0 at the limit. m never falls as v rises, so that rounding v down, to a grid,
// only makes it less: what comes out is a proven lower bound. The grid is chosen so that wrong guesses stay on it; only right ones,
// of which there are few, are rounded.

const (
	gridSteps  = 800 // of the grid between a value and w times that value
	gridPowers = 40  // the grid reaches down to the cap times w^40, below all that a round can be worth
	gridSize   = gridPowers * gridSteps
	gridUnit   = 1_000_000_000_000 // of m, per stake
	// gridSlack is what values are taken to be lower than they are, in the first place, as 1/gridSlack of them: more than truncation to
	// 10^-8 takes in a round. A round's value is never below 0.02 (17 wrong guesses), and a step so takes less than 1/10^6 of it.
	gridSlack = 10_000
	mantissas = wrongDen * gridSteps // a grid value is the cap · w^power · mantissa/mantissas, mantissa from mantissas down to above w times it
	fine      = 1 << 20              // of a mantissa, while it is rounded
)

// grid has m at one trace, by a value's place on the grid, the highest value first.
type grid []int64

// lowestReturn returns a lower bound of the return of every strategy.
func (g *rules) lowestReturn() *big.Rat {
	var at [traceLimit]grid
	for trace := traceLimit - 1; trace >= 0; trace-- {
		at[trace] = g.lowestAt(trace, at[trace+1:])
	}
	start := big.NewRat(int64(g.Start())*(gridSlack-1), games.MultipleUnit*gridSlack)
	k := 0
	for gridValue(k).Cmp(start) > 0 {
		k++
	}
	return big.NewRat(at[0][k], gridUnit)
}

// lowestAt computes m at a trace from m at the traces above it: after[0] is one higher.
func (g *rules) lowestAt(trace int, after []grid) grid {
	m := make(grid, gridSize)
	for k := range m {
		m[k] = floorUnits(gridValue(k))
	}
	if g.doomed(trace) {
		return m
	}
	right, wrong := g.right.sum(trace, after), g.wrong.sum(trace, after)
	rights, wrongs := int64(g.right.width()), int64(g.wrong.width())
	capped := int64(g.right.safe(trace)) * (most / games.MultipleUnit) * gridUnit // the sum over the rises at the cap
	strikes := min(trace/g.wrong.Lowest, characters-1)                            // that there can be at a position
	for r := characters - strikes; r <= characters; r++ {
		moves := g.rightMoves(r, trace)
		for k := range m {
			won, lost := capped, int64(0)
			if to := k + moves[k%gridSteps]; to >= 0 {
				won = right[to]
			}
			if to := k + gridSteps; to < gridSize {
				lost = wrong[to] // below the grid, at least 0
			}
			m[k] = min(m[k], (won*wrongs+lost*int64(r-1)*rights)/(int64(r)*rights*wrongs))
		}
	}
	return m
}

// sum sums m over the rises of the range that keep the trace below the limit.
func (r Range) sum(trace int, after []grid) grid {
	sum := make(grid, gridSize)
	for rise := r.Lowest; rise < r.Lowest+r.safe(trace); rise++ {
		for k, m := range after[rise-1] {
			sum[k] += m
		}
	}
	return sum
}

// rightMoves returns by how many places on the grid a right guess moves a value, by its place among a power's mantissas. Values move
// towards place 0; what moves beyond it has reached the cap.
func (g *rules) rightMoves(r, trace int) []int {
	num, den := g.rightFactor(r, trace)
	moves := make([]int, gridSteps)
	for b := range moves {
		powers, mantissa := 0, uint64(mantissas-b)*num*fine/den
		for mantissa > mantissas*fine {
			powers, mantissa = powers+1, mantissa*wrongNum/wrongDen
		}
		to := mantissas - int(mantissa/fine) // a lower mantissa than the last of its power is the first of the next
		moves[b] = to - b - powers*gridSteps
	}
	return moves
}

// gridValue returns the value at a place of the grid.
func gridValue(k int) *big.Rat {
	v := big.NewRat(most/games.MultipleUnit*int64(mantissas-k%gridSteps), mantissas)
	w := big.NewRat(wrongNum, wrongDen)
	for range k / gridSteps {
		v.Mul(v, w)
	}
	return v
}

func floorUnits(v *big.Rat) int64 {
	units := new(big.Int).Mul(v.Num(), big.NewInt(gridUnit))
	return units.Quo(units, v.Denom()).Int64()
}
