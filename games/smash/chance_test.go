package smash

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// TestChancesCountAsBigIntegersDo holds the fixed words against math/big.
func TestChancesCountAsBigIntegersDo(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) (c chance) {
			for i := range len(c) - 1 { // the top word is room
				c[i] = rapid.Uint64().Draw(t, name)
			}
			return c
		}
		a, b := draw("a"), draw("b")
		k, high := rapid.Uint64Range(1, 1<<63).Draw(t, "k"), rapid.Uint64Range(0, 1<<40).Draw(t, "high")
		n := rapid.UintRange(0, 63).Draw(t, "n")
		check := func(what string, got, want *big.Int) {
			if got.Cmp(want) != 0 {
				t.Fatalf("%s is %v, want %v", what, got, want)
			}
		}
		factor := new(big.Int).SetUint64(k)
		sum := a
		sum.plus(&b)
		check("a + b", sum.big(), new(big.Int).Add(a.big(), b.big()))
		check("a · k", a.times(k).big(), new(big.Int).Mul(a.big(), factor))
		part, rest := a.over(k)
		quotient, remainder := new(big.Int).QuoRem(a.big(), factor, new(big.Int))
		check("a / k", part.big(), quotient)
		check("a mod k", new(big.Int).SetUint64(rest), remainder)
		check("a / 2^n", a.halved(n).big(), new(big.Int).Rsh(a.big(), n))
		var total weighed
		total.plus(&a, high, k)
		total.plus(&b, 0, high)
		want := new(big.Int).Lsh(new(big.Int).SetUint64(high), 64)
		want.Add(want, factor).Mul(want, a.big())
		check("the sum", total.big(), want.Add(want, new(big.Int).Mul(b.big(), new(big.Int).SetUint64(high))))
	})
}
