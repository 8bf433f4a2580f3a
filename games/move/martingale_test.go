package move

import (
	"math/big"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
	"croupier/games/gamestest"
)

// layouts is the number of ways to lay the traps under so many cells.
func layouts(under int64) *big.Int { return new(big.Int).Binomial(under, trapCount) }

// TestEveryCellIsFair opens, with every number of cells open before, one more by the rules. The player knows that the open cells
// hold no trap, and nothing else: every layout of the traps under the 224 − n others is equally likely, because the shuffle makes
// every order of the cells equally likely. In the layouts under one cell less the next one is safe.
func TestEveryCellIsFair(t *testing.T) {
	t.Parallel()
	for _, percent := range []int64{92, 94, 96, 97} {
		game := newMove(percent)
		r := cashout.New(game, forced(t, cashout.Engine[State]{Game: game}))
		for n := int64(0); n < lastCell; n++ {
			before := r.Value
			if before != game.values[n] {
				t.Fatalf("%d cells are worth %d, not %d", n, before, game.values[n])
			}
			ending, _, err := cashout.Play(game, &r, spiral[n], fairness.NewSimulation(1))
			if err != nil || ending != cashout.Open && n < lastCell-1 {
				t.Fatalf("cell %d: %v, %v", n, ending, err)
			}
			held := new(big.Rat).SetFrac(layouts(covered-n-1), layouts(covered-n))
			// The mean after the step is what a safe cell makes of the value, times the chance of one: the trap leaves nothing.
			mean := new(big.Rat).Mul(held, big.NewRat(int64(r.Value), 1))
			lost := new(big.Rat).Sub(big.NewRat(int64(before), 1), mean)
			if lost.Sign() < 0 || lost.Cmp(held) >= 0 { // less than 10^-8, where the cell is safe
				t.Errorf("cell %d: the mean falls from %d by %s", n, before, lost.FloatString(9))
			}
			untruncated := new(big.Rat).Mul(held, big.NewRat(covered-n, safe-n))
			if untruncated.Cmp(big.NewRat(1, 1)) != 0 {
				t.Errorf("cell %d: the factor times its chance is %s", n, untruncated)
			}
		}
		if r.Value != game.Most() {
			t.Errorf("the last cell is worth %d, the maximum win is %d", r.Value, game.Most())
		}
	}
}

// TestTrapsAreUniform deals many fields: each cell but the centre hides a trap in 25 of 224 of them.
func TestTrapsAreUniform(t *testing.T) {
	t.Parallel()
	const deals = 50_000 / gamestest.Slowness
	var count [cells]int64
	d := fairness.NewSimulation(7)
	for range deals {
		for _, trap := range (&move{}).Deal(d.Stream("init")).Traps {
			count[trap]++
		}
	}
	if count[centre] != 0 {
		t.Errorf("%d traps in the centre", count[centre])
	}
	for cell, n := range count {
		// z² of a binomial count, times n·p·(1−p)·224²: (224·count − 25·deals)² against 25·199·deals. All cells within z = ±5.
		if off := covered*n - trapCount*deals; cell != centre && off*off > 25*trapCount*safe*deals {
			t.Errorf("cell %d has a trap in %d of %d deals", cell, n, deals)
		}
	}
}

// TestTimesFollowsTheMaximum makes sure that the fiftieth cell, and no one before it, reaches the maximum win.
func TestTimesFollowsTheMaximum(t *testing.T) {
	t.Parallel()
	game := newMove(96)
	for n, value := range game.values[1:] {
		next, capped := cashout.Times(game.values[n], uint64(covered-n), uint64(safe-n), game.Most())
		if next != value || capped != (n == lastCell-1) || value <= game.values[n] || value >= 1000*games.MultipleUnit {
			t.Errorf("cell %d: %d, capped %v, in the table %d", n, next, capped, value)
		}
	}
}
