package cashout_test

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"croupier/games"
	"croupier/games/cashout"
)

// Times is compared with the same in integers of any size, also where the product and the quotient do not fit 64 bits.
func TestTimesIsExact(t *testing.T) {
	t.Parallel()
	sizes := rapid.OneOf(rapid.Uint64Range(0, 100), rapid.Uint64Range(0, 1<<32), rapid.Uint64())
	rapid.Check(t, func(t *rapid.T) {
		v := games.Multiple(rapid.OneOf(rapid.Int64Range(0, 1<<40), rapid.Int64Range(0, math.MaxInt64)).Draw(t, "v"))
		num, den := sizes.Draw(t, "num"), max(1, sizes.Draw(t, "den"))
		most := games.Multiple(rapid.OneOf(rapid.Int64Range(1, 1<<36), rapid.Int64Range(1, math.MaxInt64)).Draw(t, "most"))

		exact := new(big.Rat).SetFrac(new(big.Int).SetUint64(num), new(big.Int).SetUint64(den))
		exact.Mul(exact, new(big.Rat).SetInt64(int64(v)))
		want := new(big.Int).Quo(exact.Num(), exact.Denom())
		wantCapped := want.Cmp(big.NewInt(int64(most))) >= 0
		if wantCapped {
			want.SetInt64(int64(most))
		}
		got, capped := cashout.Times(v, num, den, most)
		if want.Cmp(big.NewInt(int64(got))) != 0 || capped != wantCapped {
			t.Fatalf("%d × %d/%d, at most %d, is %d, %v; want %s, %v", v, num, den, most, got, capped, want, wantCapped)
		}
	})
}

func TestTimesAtItsBorders(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		v        games.Multiple
		num, den uint64
		most     games.Multiple
		want     games.Multiple
		capped   bool
	}{
		{96_000_000, 25, 12, 1 << 62, 200_000_000, false},
		{1, 1, 2, 10, 0, false},                                       // truncated to nothing
		{10, 1, 1, 10, 10, true},                                      // the cap itself
		{9, 1, 1, 10, 9, false},                                       // just below it
		{math.MaxInt64, math.MaxUint64, 1, 1000, 1000, true},          // a quotient of 127 bits
		{math.MaxInt64, 2, 1, math.MaxInt64, math.MaxInt64, true},     // one of 64 bits, above every Multiple
		{math.MaxInt64, 1 << 63, 1 << 63, 1<<62 + 1, 1<<62 + 1, true}, // a product of 126 bits
		{1 << 40, math.MaxUint64, math.MaxUint64, 1 << 62, 1 << 40, false},
		{1 << 62, 4, 1, 1000, 1000, true}, // 2^64, the least that has more than 64 bits
		{0, 5, 1, 10, 0, false},
	} {
		if got, capped := cashout.Times(test.v, test.num, test.den, test.most); got != test.want || capped != test.capped {
			t.Errorf("%d × %d/%d, at most %d, is %d, %v", test.v, test.num, test.den, test.most, got, capped)
		}
	}
}
