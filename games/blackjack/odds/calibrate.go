package odds

import (
	"fmt"
	"math/big"

	"croupier/games/blackjack"
)

// Margin is how far below a nominal return Calibrate aims: half of the 0.05 percentage points that are allowed.
var Margin = big.NewRat(25, 100_000)

// Calibrate returns the lowest commission, in basis points, with which best play returns at most nominal − Margin. It computes
// the return a handful of times, with progress of each. It returns an error if there is no such commission, and that of
// Rules.Check.
func Calibrate(r blackjack.Rules, nominal *big.Rat, progress func(done, steps int)) (commission int, err error) {
	target := new(big.Rat).Sub(nominal, Margin)
	above := func(commission int) (*big.Rat, error) { // by how much best play returns more than wanted
		r.Commission = commission
		best, err := bestReturn(r, progress)
		return new(big.Rat).Sub(best.Rat(), target), err
	}
	const most = 10_000
	low, high := 0, most
	atLow, err := above(low)
	if err != nil {
		return 0, err
	}
	atHigh, err := above(high)
	switch {
	case err != nil:
		return 0, err
	case atLow.Sign() <= 0:
		return low, nil
	case atHigh.Sign() > 0:
		return 0, fmt.Errorf("no commission brings these rules down to a return of %s", nominal.FloatString(4))
	}
	// The return falls with the commission, by less and less as play adapts: so a straight line between two values is above it.
	for high-low > 1 {
		share := new(big.Rat).Quo(atLow, new(big.Rat).Sub(atLow, atHigh))
		step := new(big.Rat).Mul(share, big.NewRat(int64(high-low), 1))
		next := low + int(new(big.Int).Quo(step.Num(), step.Denom()).Int64())
		next = min(max(next, low+1), high-1)
		at, err := above(next)
		if err != nil {
			return 0, err
		}
		if at.Sign() > 0 {
			low, atLow = next, at
		} else {
			high, atHigh = next, at
		}
	}
	return high, nil
}
