package money

import (
	"fmt"
	"math"
	"math/bits"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// The longest Number: 15 digits before the point, 18 after it.
const (
	MaxIntegerDigits = 15
	MaxDecimals      = 18
)

// Number is an exact decimal number in JSON's plain notation, as it came over the wire: "20", "-3.0", "0.00000001". A Number
// that was decoded or came from ParseNumber is well-formed; the zero Number "" stands for a number that is not there.
type Number string

// NumberError says why a text is not a Number, or why a Number cannot be what it is wanted for. Reason is a phrase that follows
// the name of the field: "must have at most 2 decimals in USD". It never contains the input.
type NumberError struct {
	Reason string
}

func (e *NumberError) Error() string { return "number " + e.Reason }

// The reasons that Number's grammar gives.
var (
	errNotNumber = &NumberError{"must be a number"}
	errQuoted    = &NumberError{"must be a number, not a string in quotes"}
	errExponent  = &NumberError{"must be written without an exponent"}
	errPlus      = &NumberError{"must be written without a leading +"}
	errZeros     = &NumberError{"must be written without leading zeros"}
	errPoint     = &NumberError{"must have digits on both sides of its point"}
	errIntegers  = &NumberError{fmt.Sprintf("must have at most %d digits before the point", MaxIntegerDigits)}
	errDecimals  = &NumberError{fmt.Sprintf("must have at most %d decimals", MaxDecimals)}
	errTooBig    = &NumberError{"is too big"}
)

// ParseNumber checks that text is a Number: an optional minus, 1–15 digits without leading zeros, and optionally a point and
// 1–18 decimals. It returns *NumberError.
func ParseNumber(text string) (Number, error) {
	if err := checkNumber(text); err != nil {
		return "", err
	}
	return Number(text), nil
}

// UnmarshalJSON reads a JSON number token by ParseNumber's grammar. It refuses null and quoted numbers.
func (n *Number) UnmarshalJSON(token []byte) error {
	if len(token) > 0 && token[0] == '"' {
		return errQuoted
	}
	// Checked as a string only when short enough, so that a megabyte of digits is not copied to be refused.
	text := string(token[:min(len(token), MaxIntegerDigits+MaxDecimals+3)])
	if err := checkNumber(text); err != nil {
		return err
	}
	*n = Number(text)
	return nil
}

// MarshalJSON writes the number as it is. A Number that is not well-formed is an error, the zero Number too; one that is only too
// long for a client to send is not: it is what we have to tell.
func (n Number) MarshalJSON() ([]byte, error) {
	if v := jsontext.Value(n); v.Kind() != '0' || !v.IsValid() || strings.ContainsAny(string(n), "eE \t\r\n") {
		return nil, errNotNumber
	}
	return []byte(n), nil
}

// checkNumber is the grammar. It returns *NumberError, and looks at no more of the text than a Number may have.
func checkNumber(text string) error {
	text = text[:min(len(text), MaxIntegerDigits+MaxDecimals+3)] // minus, point, and one that is too many
	if strings.HasPrefix(text, "+") {
		return errPlus
	}
	text = strings.TrimPrefix(text, "-")
	integers := countDigits(text)
	rest := text[integers:]
	switch {
	case integers == 0 && strings.HasPrefix(rest, "."):
		return errPoint
	case integers == 0:
		return errNotNumber
	case integers > 1 && text[0] == '0':
		return errZeros
	case integers > MaxIntegerDigits:
		return errIntegers
	case rest == "":
		return nil
	case rest[0] == 'e' || rest[0] == 'E':
		return errExponent
	case rest[0] != '.':
		return errNotNumber
	}
	decimals := countDigits(rest[1:])
	rest = rest[1+decimals:]
	switch {
	case decimals == 0:
		return errPoint
	case decimals > MaxDecimals:
		return errDecimals
	case rest == "":
		return nil
	case rest[0] == 'e' || rest[0] == 'E':
		return errExponent
	}
	return errNotNumber
}

// countDigits returns the number of ASCII digits that s begins with.
func countDigits(s string) int {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return i
		}
	}
	return len(s)
}

// Scaled returns the number in whole steps of 10^-places: "62.0" has 620 steps at one place. places is 0–18. It returns
// *NumberError when the number is no whole multiple of the step, when the steps do not fit an int64, or when n is not well-formed.
func (n Number) Scaled(places int) (int64, error) {
	if err := checkNumber(string(n)); err != nil {
		return 0, err
	}
	negative, integers, decimals := n.split()
	if len(decimals) > places {
		return 0, &NumberError{"must be " + stepName(places)}
	}
	steps, ok := addDigits(0, integers)
	if ok {
		steps, ok = addDigits(steps, decimals)
	}
	for i := len(decimals); i < places && ok; i++ {
		steps, ok = addDigits(steps, "0")
	}
	switch {
	case !ok:
		return 0, errTooBig
	case negative:
		return -steps, nil
	}
	return steps, nil
}

// split takes a well-formed number apart. The decimals come without trailing zeros.
func (n Number) split() (negative bool, integers, decimals string) {
	text, negative := strings.CutPrefix(string(n), "-")
	integers, decimals, _ = strings.Cut(text, ".")
	return negative, integers, strings.TrimRight(decimals, "0")
}

// addDigits appends decimal digits to a non-negative number. ok is false when it does not fit an int64.
func addDigits(number int64, digits string) (sum int64, ok bool) {
	for i := range len(digits) {
		high, low := bits.Mul64(uint64(number), 10)
		low += uint64(digits[i] - '0')
		if high != 0 || low > math.MaxInt64 {
			return 0, false
		}
		number = int64(low)
	}
	return number, true
}

// stepName names a multiple of 10^-places: "a whole number", "a multiple of 0.1".
func stepName(places int) string {
	if places == 0 {
		return "a whole number"
	}
	return "a multiple of 0." + strings.Repeat("0", places-1) + "1"
}
