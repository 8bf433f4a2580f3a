package check

import (
	"encoding/json"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

func TestAmountsAreReadAndWrittenExactly(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"0": "0", "0.00": "0", "-0.0": "0", "84.00": "84", "84.5": "84.5", "-3.10": "-3.1", "0.000000000000000001": "0.000000000000000001",
		"-0.01": "-0.01", "999999999999999.999999999999999999": "999999999999999.999999999999999999", "100": "100", "007": "7",
	} {
		if a, err := parseAmount(text); err != nil || a.String() != want {
			t.Errorf("%s: %s, %v", text, a, err)
		}
	}
	for _, text := range []string{"", "-", ".5", "5.", "1e3", "NaN", "Infinity", "1.0000000000000000001", "+1", "1 ", "--1", "1/3", "0x10", "1_0", `"1"`} {
		if a, err := parseAmount(text); err == nil {
			t.Errorf("%q is read as %s", text, a)
		}
	}
	var a amount
	if err := json.Unmarshal([]byte(`"1.00"`), &a); err == nil {
		t.Error("a number in quotes is read")
	}
}

// The arithmetic is that of rationals.
func TestAmountsAddUp(t *testing.T) {
	t.Parallel()
	text := rapid.StringMatching(`-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,18})?`)
	rapid.Check(t, func(t *rapid.T) {
		a, b := text.Draw(t, "a"), text.Draw(t, "b")
		x, _ := new(big.Rat).SetString(a)
		y, _ := new(big.Rat).SetString(b)
		equal := func(got amount, want *big.Rat) {
			t.Helper()
			if r, ok := new(big.Rat).SetString(got.String()); !ok || r.Cmp(want) != 0 {
				t.Fatalf("%s and %s: got %s, want %s", a, b, got, want.RatString())
			}
		}
		equal(units(a), x)
		equal(units(a).plus(units(b)), new(big.Rat).Add(x, y))
		equal(units(a).minus(units(b)), new(big.Rat).Sub(x, y))
		if units(a).cmp(units(b)) != x.Cmp(y) || units(a).equal(units(b)) != (x.Cmp(y) == 0) || units(a).isZero() != (x.Sign() == 0) {
			t.Fatalf("%s and %s are compared wrongly", a, b)
		}
	})
}
