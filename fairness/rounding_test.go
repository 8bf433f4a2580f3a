package fairness

import (
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// payScript returns draws that yield word under the label pay.
func payScript(word uint32) Draws {
	return Forced(NewSimulation(1), Script{PayLabel: {word}})
}

// Over all q values of its draw the payouts sum to q times the exact payout: the expectation is exact.
func TestRoundFairExpectationIsExact(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		num, den := rapid.Int64Range(0, 1_000_000).Draw(t, "num"), rapid.Int64Range(1, 600).Draw(t, "den")
		exact := big.NewRat(num, den)
		q := exact.Denom().Int64()
		sum := new(big.Int)
		for r := range q {
			sum.Add(sum, RoundFair(payScript(uint32(r)), big.NewInt(num), big.NewInt(den)))
		}
		if sum.Cmp(new(big.Int).Mul(exact.Num(), big.NewInt(q/exact.Denom().Int64()))) != 0 {
			t.Errorf("%d/%d: %d payouts sum to %v, want %v", num, den, q, sum, exact.Num())
		}
	})
}

func TestRoundFairDrawsOnceAndOnlyForAFraction(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		num := rapid.Uint64Range(0, 1<<62).Draw(t, "num")
		den := rapid.OneOf(rapid.Uint64Range(1, wordValues), rapid.Just(uint64(100_000_000)), rapid.Uint64Range(1, 9)).Draw(t, "den")
		times := rapid.Uint64Range(1, 1<<40).Draw(t, "times") // the same payout, not in lowest terms
		n, d := new(big.Int).SetUint64(num), new(big.Int).SetUint64(den)
		n.Mul(n, new(big.Int).SetUint64(times))
		d.Mul(d, new(big.Int).SetUint64(times))
		n0, d0 := new(big.Int).Set(n), new(big.Int).Set(d)

		draws, trace := Traced(NewSimulation(num))
		got := RoundFair(draws, n, d)
		exact := new(big.Rat).SetFrac(n0, d0)
		q := exact.Denom().Uint64()
		switch {
		case n.Cmp(n0) != 0 || d.Cmp(d0) != 0:
			t.Error("an argument was changed")
		case q == 1:
			if len(trace.Draws) != 0 || got.Cmp(exact.Num()) != 0 {
				t.Errorf("the whole payout %v became %v by draws %v", exact, got, trace.Draws)
			}
		default:
			if len(trace.Draws) != 1 || trace.Draws[0].N != q || trace.Draws[0].Label != PayLabel {
				t.Fatalf("%v: draws %+v", exact, trace.Draws)
			}
			want, p := new(big.Int).QuoRem(exact.Num(), exact.Denom(), new(big.Int))
			if trace.Draws[0].Value < p.Uint64() {
				want.Add(want, big.NewInt(1))
			}
			if got.Cmp(want) != 0 {
				t.Errorf("%v with draw %d became %v, want %v", exact, trace.Draws[0].Value, got, want)
			}
		}
	})
}

func TestRoundFairAtItsBorders(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		num, den int64
		word     uint32
		want     int64
	}{
		{1, 1 << 32, 0, 1},
		{1, 1 << 32, 1, 0},
		{1<<32 - 1, 1 << 32, 1<<32 - 2, 1},
		{1<<32 - 1, 1 << 32, 1<<32 - 1, 0},
		{3, 2, 0, 2},
		{3, 2, 1, 1},
	} {
		if got := RoundFair(payScript(c.word), big.NewInt(c.num), big.NewInt(c.den)); got.Int64() != c.want {
			t.Errorf("%d/%d on word %d: %v, want %d", c.num, c.den, c.word, got, c.want)
		}
	}
	for _, c := range [][2]int64{{-1, 2}, {1, 0}, {1, -2}, {1, 1<<32 + 1}, {1, 1 << 62}} {
		if !panics(func() { RoundFair(NewSimulation(1), big.NewInt(c[0]), big.NewInt(c[1])) }) {
			t.Errorf("%d/%d is rounded", c[0], c[1])
		}
	}
}
