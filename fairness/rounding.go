package fairness

import (
	"fmt"
	"math/big"
)

// PayLabel is the label under which a payout is rounded.
const PayLabel = "pay"

// RoundFair rounds a payout of num/den minor units, num ≥ 0 and den > 0, to a whole number of them, so that its expectation is
// exactly num/den. A whole payout is returned as it is, without a draw. Otherwise its fraction is p/q in lowest terms, and it is
// rounded up when Intn(q) under PayLabel is below p, down when not. Lowest terms make the draw depend on the payout's value
// alone, not on how it was computed. Panics when num or den is out of range or q exceeds 2^32. num and den are not changed.
func RoundFair(d Draws, num, den *big.Int) *big.Int {
	if num.Sign() < 0 || den.Sign() <= 0 {
		panic(fmt.Sprintf("fairness: RoundFair(%v / %v): a payout cannot be negative", num, den))
	}
	whole, p := new(big.Int).QuoRem(num, den, new(big.Int))
	if p.Sign() == 0 {
		return whole
	}
	divisor := new(big.Int).GCD(nil, nil, p, den)
	p.Quo(p, divisor)
	q := divisor.Quo(den, divisor)
	if !q.IsUint64() || q.Uint64() > wordValues {
		panic(fmt.Sprintf("fairness: RoundFair(%v / %v): the fraction's denominator exceeds 2^32", num, den))
	}
	if d.Stream(PayLabel).Intn(q.Uint64()) < p.Uint64() {
		whole.Add(whole, big.NewInt(1))
	}
	return whole
}
