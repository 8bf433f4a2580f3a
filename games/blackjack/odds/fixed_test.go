package odds

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// Each operation is off by less than a unit from the exact result, towards zero.
func TestFixedAgainstFractions(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		a := Fixed(rapid.Int64Range(-int64(10*One), int64(10*One)).Draw(t, "a"))
		b := Fixed(rapid.Int64Range(-int64(10*One), int64(10*One)).Draw(t, "b"))
		num := rapid.Int64Range(0, 1<<30).Draw(t, "num")
		den := rapid.Int64Range(num/10+1, 1<<31).Draw(t, "den")
		truncated(t, "times", a.Times(b), new(big.Rat).Mul(a.Rat(), b.Rat()))
		if a >= 0 && b >= 0 {
			truncated(t, "timesPositive", a.timesPositive(b), new(big.Rat).Mul(a.Rat(), b.Rat()))
		}
		truncated(t, "over", a.Over(num, den), new(big.Rat).Mul(a.Rat(), big.NewRat(num, den)))
		if b > One/10 {
			truncated(t, "divide", a.Divide(b), new(big.Rat).Quo(a.Rat(), b.Rat()))
		}
	})
}

func truncated(t *rapid.T, name string, got Fixed, want *big.Rat) {
	t.Helper()
	units := new(big.Rat).Mul(want, big.NewRat(int64(One), 1))
	whole := new(big.Int).Quo(units.Num(), units.Denom()) // truncates
	if whole.Int64() != int64(got) {
		t.Fatalf("%s is %v, want %s", name, got, want.FloatString(20))
	}
}

func TestFixedString(t *testing.T) {
	t.Parallel()
	for v, want := range map[Fixed]string{
		One: "1.0000000000", -One / 2: "-0.5000000000", One.Over(1, 3): "0.3333333333", 1: "0.0000000000",
	} {
		if got := v.String(); got != want {
			t.Errorf("%d units are %q, want %q", int64(v), got, want)
		}
	}
}
