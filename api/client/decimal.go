package client

import (
	"errors"
	"math/big"
	"regexp"
)

// Decimal is an exact number as it stands in JSON, as "25.00". Compute with it by Rat, or by a decimal library of your own; never by float64.
type Decimal string

var decimalForm = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,18})?$`)

// ErrDecimal is what no amount is: anything but up to 15 digits and up to 18 decimals, without an exponent.
var ErrDecimal = errors.New("not a decimal as 25.00")

// MarshalJSON writes the number as it is. Returns ErrDecimal.
func (d Decimal) MarshalJSON() ([]byte, error) {
	if !decimalForm.MatchString(string(d)) {
		return nil, ErrDecimal
	}
	return []byte(d), nil
}

// UnmarshalJSON keeps a number as it was written. Returns ErrDecimal.
func (d *Decimal) UnmarshalJSON(text []byte) error {
	if !decimalForm.Match(text) {
		return ErrDecimal
	}
	*d = Decimal(text)
	return nil
}

// Rat is the exact value. It panics for what is no decimal: nothing that was read is.
func (d Decimal) Rat() *big.Rat {
	r, ok := new(big.Rat).SetString(string(d))
	if !ok || !decimalForm.MatchString(string(d)) {
		panic("croupier client: " + string(d) + " is " + ErrDecimal.Error())
	}
	return r
}
