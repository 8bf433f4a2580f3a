package smash

import (
	"math/big"
	"math/bits"
)

// chance is a whole number of a walk's unit, the lowest word first. Hundreds of thousands of values have one: big.Int would take most
// of the time.
type chance [5]uint64

func (c *chance) plus(d *chance) {
	var carry uint64
	for i := range c {
		c[i], carry = bits.Add64(c[i], d[i], carry)
	}
}

// times multiplies. No chance is above the unit, which has room.
func (c chance) times(k uint64) chance {
	var above uint64
	for i := range c {
		high, low := bits.Mul64(c[i], k)
		var carry uint64
		c[i], carry = bits.Add64(low, above, 0)
		above = high + carry
	}
	return c
}

// over divides by k, and returns the rest too.
func (c chance) over(k uint64) (part chance, rest uint64) {
	for i := len(c) - 1; i >= 0; i-- {
		part[i], rest = bits.Div64(rest, c[i], k)
	}
	return part, rest
}

// halved divides by two n times, n < 64.
func (c chance) halved(n uint) chance {
	for i := range c {
		c[i] >>= n
		if i+1 < len(c) {
			c[i] |= c[i+1] << (64 - n)
		}
	}
	return c
}

func (c chance) big() *big.Int { return fromWords(c[:]) }

// weighed is a sum of chances times numbers of up to 128 bits, the lowest word first.
type weighed [8]uint64

// plus adds c times high·2^64 + low.
func (t *weighed) plus(c *chance, high, low uint64) {
	t.plusShifted(c, low, 0)
	if high > 0 {
		t.plusShifted(c, high, 1)
	}
}

// plusShifted adds c·k·2^(64·words). Nothing overflows: a·b + c + d fits two words when all four fit one.
func (t *weighed) plusShifted(c *chance, k uint64, words int) {
	var above, carry uint64
	for i, word := range c {
		high, low := bits.Mul64(word, k)
		low, carry = bits.Add64(low, above, 0)
		high += carry
		t[i+words], carry = bits.Add64(t[i+words], low, 0)
		above = high + carry
	}
	for i := len(c) + words; above > 0; i++ {
		t[i], above = bits.Add64(t[i], above, 0)
	}
}

func (t *weighed) big() *big.Int { return fromWords(t[:]) }

func fromWords(words []uint64) *big.Int {
	sum := new(big.Int)
	for i := len(words) - 1; i >= 0; i-- {
		sum.Lsh(sum, 64).Or(sum, new(big.Int).SetUint64(words[i]))
	}
	return sum
}
