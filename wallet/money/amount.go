package money

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"

	"github.com/shopspring/decimal"
)

// Amount is an exact amount of money: a whole number, positive or not, of its currency's minor units. The zero Amount is no money
// in no currency: it is zero, and nothing but another of its kind can be added to it or compared with it. Amounts are immutable.
type Amount struct {
	_        [0]func() // makes == a compile error: equal amounts need not be identical. Use Equal.
	currency Currency
	// Nearly all amounts fit an int64, and are added and compared without allocating.
	minor int64    // the minor units if huge is nil
	huge  *big.Int // the minor units where an int64 cannot hold them, else nil; never changed
}

// Zero returns no money in c.
func Zero(c Currency) Amount { return New(c, 0) }

// New returns an amount of minor units: New(USD, 8400) is 84.00 USD.
func New(c Currency, minor int64) Amount {
	return Amount{currency: c, minor: minor}
}

// FromMinor returns an amount of minor units, which it copies.
func FromMinor(c Currency, minor *big.Int) Amount {
	if minor.IsInt64() {
		return New(c, minor.Int64())
	}
	return Amount{currency: c, huge: new(big.Int).Set(minor)}
}

// FromDecimal returns an amount of d units of c: 84.5 is 84.50 USD. It returns *NumberError when d has more decimals than c, or
// an exponent that no amount of money has.
func FromDecimal(c Currency, d decimal.Decimal) (Amount, error) {
	const maxExponent = 1000 // rescaling costs memory in proportion
	if d.Exponent() > maxExponent || d.Exponent() < -maxExponent {
		return Amount{}, errTooBig
	}
	minor := d.Shift(int32(c.scale))
	if !minor.IsInteger() {
		return Amount{}, scaleError(c)
	}
	return FromMinor(c, minor.BigInt()), nil
}

// Parse returns the amount that a Number, or a text with a Number's grammar, means in c. More decimals than the currency has are
// an error, never a rounding, unless they are zeros: "1.000" is 1.00 USD, because it says so exactly. It returns *NumberError.
func Parse[N ~string](c Currency, number N) (Amount, error) {
	n, err := ParseNumber(string(number))
	if err != nil {
		return Amount{}, err
	}
	if !c.Valid() {
		return Amount{}, errors.New("money: an amount needs a currency")
	}
	negative, integers, decimals := n.split()
	if len(decimals) > c.Scale() {
		return Amount{}, scaleError(c)
	}
	if minor, err := n.Scaled(c.Scale()); err == nil {
		return New(c, minor), nil
	}
	// Beyond an int64, but of no more than 15+18 digits.
	minor, ok := new(big.Int).SetString(integers+decimals+strings.Repeat("0", c.Scale()-len(decimals)), 10)
	if !ok {
		return Amount{}, errNotNumber
	}
	if negative {
		minor.Neg(minor)
	}
	return FromMinor(c, minor), nil
}

func scaleError(c Currency) *NumberError {
	if c.scale == 0 {
		return &NumberError{"must be a whole number in " + c.Code()}
	}
	return &NumberError{"must have at most " + strconv.Itoa(c.Scale()) + " decimals in " + c.Code()}
}

// Currency returns the amount's currency.
func (a Amount) Currency() Currency { return a.currency }

// Add returns a + b. It panics when they are in different currencies, which is a mistake of the program.
func (a Amount) Add(b Amount) Amount {
	a.mustMatch(b)
	if a.huge == nil && b.huge == nil {
		if sum := a.minor + b.minor; (sum > a.minor) == (b.minor > 0) { // it has not overflowed
			return New(a.currency, sum)
		}
	}
	sum := a.Minor()
	return FromMinor(a.currency, sum.Add(sum, b.Minor()))
}

// Sub returns a − b. It panics when they are in different currencies.
func (a Amount) Sub(b Amount) Amount {
	a.mustMatch(b)
	if a.huge == nil && b.huge == nil {
		if difference := a.minor - b.minor; (difference < a.minor) == (b.minor > 0) { // it has not overflowed
			return New(a.currency, difference)
		}
	}
	difference := a.Minor()
	return FromMinor(a.currency, difference.Sub(difference, b.Minor()))
}

// Neg returns −a.
func (a Amount) Neg() Amount { return Zero(a.currency).Sub(a) }

// Times returns n·a.
func (a Amount) Times(n int64) Amount {
	if high, low := bits.Mul64(magnitude(a.minor), magnitude(n)); a.huge == nil && high == 0 && low <= math.MaxInt64 {
		return New(a.currency, a.minor*n)
	}
	product := a.Minor()
	return FromMinor(a.currency, product.Mul(product, big.NewInt(n)))
}

// Cmp returns −1, 0 or +1 as a is less than, equal to or more than b. It panics when they are in different currencies.
func (a Amount) Cmp(b Amount) int {
	a.mustMatch(b)
	if a.huge == nil && b.huge == nil {
		return cmp.Compare(a.minor, b.minor)
	}
	return a.Minor().Cmp(b.Minor())
}

// Equal says whether a and b are the same money. Amounts in different currencies are not equal, zero or not.
func (a Amount) Equal(b Amount) bool { return a.currency == b.currency && a.Cmp(b) == 0 }

// Sign returns −1, 0 or +1 as a is negative, zero or positive.
func (a Amount) Sign() int {
	if a.huge != nil {
		return a.huge.Sign()
	}
	return cmp.Compare(a.minor, 0)
}

// IsZero says whether a is no money, in whatever currency.
func (a Amount) IsZero() bool { return a.Sign() == 0 }

// Minor returns the amount in minor units: 8400 for 84.00 USD. The caller may change it.
func (a Amount) Minor() *big.Int {
	if a.huge != nil {
		return new(big.Int).Set(a.huge)
	}
	return big.NewInt(a.minor)
}

// Int64 returns the amount in minor units. ok is false when an int64 cannot hold it.
func (a Amount) Int64() (minor int64, ok bool) { return a.minor, a.huge == nil }

// Decimal returns the amount in units: 84 for 84.00 USD. Its exponent is minus the currency's scale.
func (a Amount) Decimal() decimal.Decimal {
	return decimal.NewFromBigInt(a.Minor(), -int32(a.currency.scale))
}

func (a Amount) mustMatch(b Amount) {
	if a.currency != b.currency {
		panic("money: " + a.currency.String() + " mixed with " + b.currency.String())
	}
}
