package check

import (
	"fmt"
	"math/big"
	"strings"
)

// decimals is how many digits after the point an amount may have: as many as the wire's numbers.
const decimals = 18

// amount is an exact decimal number, in steps of 10^-18. The zero amount is 0. Amounts are immutable.
type amount struct{ steps *big.Int }

// parseAmount reads a decimal in plain notation, as JSON and Postgres write them: "84.00", "-3", "0.00000001".
func parseAmount(text string) (amount, error) {
	whole, fraction, pointed := strings.Cut(text, ".")
	digits := strings.TrimPrefix(whole, "-")
	if digits == "" || pointed && fraction == "" || len(fraction) > decimals || strings.Trim(digits+fraction, "0123456789") != "" {
		return amount{}, fmt.Errorf("%.40q is not a plain decimal number", text)
	}
	steps, _ := new(big.Int).SetString(digits+fraction+strings.Repeat("0", decimals-len(fraction)), 10)
	if digits != whole {
		steps.Neg(steps)
	}
	return amount{steps}, nil
}

func (a amount) big() *big.Int {
	if a.steps == nil {
		return new(big.Int)
	}
	return a.steps
}

func (a amount) plus(b amount) amount  { return amount{new(big.Int).Add(a.big(), b.big())} }
func (a amount) minus(b amount) amount { return amount{new(big.Int).Sub(a.big(), b.big())} }
func (a amount) cmp(b amount) int      { return a.big().Cmp(b.big()) }
func (a amount) equal(b amount) bool   { return a.cmp(b) == 0 }
func (a amount) isZero() bool          { return a.big().Sign() == 0 }

// String writes the number without trailing zeros: equal amounts have equal texts.
func (a amount) String() string {
	digits := new(big.Int).Abs(a.big()).String()
	if len(digits) <= decimals {
		digits = strings.Repeat("0", decimals+1-len(digits)) + digits
	}
	point := len(digits) - decimals
	text := strings.TrimSuffix(strings.TrimRight(digits[:point]+"."+digits[point:], "0"), ".")
	if a.big().Sign() < 0 {
		return "-" + text
	}
	return text
}

// Scan implements sql.Scanner, for numeric columns that are read as text. NULL is 0: where a column may be NULL, another says so.
func (a *amount) Scan(value any) (err error) {
	switch v := value.(type) {
	case nil:
		*a = amount{}
		return nil
	case string:
		*a, err = parseAmount(v)
		return err
	}
	return fmt.Errorf("an amount comes as text, not as %T", value)
}

// UnmarshalJSON reads a JSON number.
func (a *amount) UnmarshalJSON(token []byte) (err error) {
	*a, err = parseAmount(string(token))
	return err
}
