package odds

import (
	"math/big"
	"math/bits"
)

// Fixed is an exact binary fraction in units of 2^-56, from −128 to just under 128: chances, expectations in stakes, and their
// squares. A product or a quotient is truncated towards zero, so each is off by less than one unit, 1.4·10^-17.
type Fixed int64

const (
	fractionBits = 56

	// One is 1 as a Fixed.
	One Fixed = 1 << fractionBits
)

// Times returns a·b. The product must be within the range of a Fixed.
func (a Fixed) Times(b Fixed) Fixed {
	hi, lo := bits.Mul64(magnitude(a), magnitude(b))
	return signed(hi<<(64-fractionBits)|lo>>fractionBits, (a < 0) != (b < 0))
}

// timesPositive is Times for a and b ≥ 0.
func (a Fixed) timesPositive(b Fixed) Fixed {
	hi, lo := bits.Mul64(uint64(a), uint64(b))
	return Fixed(hi<<(64-fractionBits) | lo>>fractionBits)
}

// Over returns a·num/den for 0 ≤ num and 0 < den, with one truncation. The result must be within the range of a Fixed.
func (a Fixed) Over(num, den int64) Fixed {
	hi, lo := bits.Mul64(magnitude(a), uint64(num))
	quotient, _ := bits.Div64(hi, lo, uint64(den))
	return signed(quotient, a < 0)
}

// Divide returns a/b for b > 0. The result must be within the range of a Fixed.
func (a Fixed) Divide(b Fixed) Fixed {
	hi, lo := bits.Mul64(magnitude(a), uint64(One))
	quotient, _ := bits.Div64(hi, lo, uint64(b))
	return signed(quotient, a < 0)
}

// Rat returns the value as a fraction, exactly.
func (a Fixed) Rat() *big.Rat { return big.NewRat(int64(a), int64(One)) }

// String returns the value in decimal notation, rounded to 10 decimals.
func (a Fixed) String() string { return a.Rat().FloatString(10) }

func magnitude(a Fixed) uint64 {
	if a < 0 {
		return uint64(-a)
	}
	return uint64(a)
}

func signed(magnitude uint64, negative bool) Fixed {
	if negative {
		return -Fixed(magnitude)
	}
	return Fixed(magnitude)
}
