package money

import (
	"errors"
	"math/big"
	"strconv"
)

// String returns the number with exactly the currency's decimals: "84.00" for USD, "84" for JPY.
func (a Amount) String() string {
	var buffer [48]byte
	return string(a.append(buffer[:0]))
}

// Number returns the amount as it goes over the wire. Amounts of 10^15 units and more have no well-formed Number.
func (a Amount) Number() Number { return Number(a.String()) }

// AppendText appends what String returns. The error is always nil.
func (a Amount) AppendText(b []byte) ([]byte, error) { return a.append(b), nil }

// AppendJSON appends the amount as a JSON number with exactly the currency's decimals: 84.00, 84, 0.50000000. It does not
// allocate for minor units that fit an int64 when b has room.
func (a Amount) AppendJSON(b []byte) []byte { return a.append(b) }

// MarshalJSON returns what AppendJSON appends. The zero Amount, which has no currency, is an error. There is no UnmarshalJSON,
// because a number alone does not say its currency: decode a Number and Parse it.
func (a Amount) MarshalJSON() ([]byte, error) {
	if !a.currency.Valid() {
		return nil, errors.New("money: cannot write an amount without a currency")
	}
	return a.append(make([]byte, 0, 24)), nil
}

// append writes the minor units and then makes room for the point.
func (a Amount) append(b []byte) []byte {
	if a.Sign() < 0 {
		b = append(b, '-')
	}
	start, scale := len(b), int(a.currency.scale)
	if a.huge == nil {
		b = strconv.AppendUint(b, magnitude(a.minor), 10)
	} else {
		b = new(big.Int).Abs(a.huge).Append(b, 10)
	}
	if scale == 0 {
		return b
	}
	const zeros = "0000000000000000000" // one more than the largest scale
	if missing := scale + 1 - (len(b) - start); missing > 0 {
		b = append(b, zeros[:missing]...)
		copy(b[start+missing:], b[start:len(b)-missing])
		copy(b[start:], zeros[:missing])
	}
	b = append(b, 0)
	point := len(b) - 1 - scale
	copy(b[point+1:], b[point:len(b)-1])
	b[point] = '.'
	return b
}

func magnitude(n int64) uint64 {
	if n < 0 {
		return -uint64(n)
	}
	return uint64(n)
}
