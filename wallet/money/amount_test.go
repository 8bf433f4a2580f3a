package money_test

import (
	"encoding/json"
	"errors"
	"math"
	"math/big"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/shopspring/decimal"
	"pgregory.net/rapid"

	"croupier/wallet/money"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ code, text, want, reason string }{
		{"USD", "84", "84.00", ""},
		{"USD", "84.0", "84.00", ""},
		{"USD", "84.000000", "84.00", ""},
		{"USD", "-0.00", "0.00", ""},
		{"USD", "-0.05", "-0.05", ""},
		{"USD", "0.1", "0.10", ""},
		{"USD", "0.005", "", "must have at most 2 decimals in USD"},
		{"JPY", "84", "84", ""},
		{"JPY", "84.00", "84", ""},
		{"JPY", "0.5", "", "must be a whole number in JPY"},
		{"KWD", "1.005", "1.005", ""},
		{"BTC", "0.5", "0.50000000", ""},
		{"BTC", "0.00000001", "0.00000001", ""},
		{"BTC", "0.000000001", "", "must have at most 8 decimals in BTC"},
		{"ETH", "0.000000000000000001", "0.000000000000000001", ""},
		{"ETH", "-999999999999999.999999999999999999", "-999999999999999.999999999999999999", ""},
		{"ETH", "20", "20.000000000000000000", ""},
		{"USD", "1e-37", "", "must be written without an exponent"},
		{"USD", "1000000000000000", "", "must have at most 15 digits before the point"},
		{"USD", "", "", "must be a number"},
	} {
		got, err := money.Parse(currency(t, test.code), test.text)
		if test.reason == "" {
			if err != nil || got.String() != test.want || got.Currency().Code() != test.code {
				t.Errorf("Parse(%s, %q) = %v, %v; want %s", test.code, test.text, got, err, test.want)
			}
			continue
		}
		var bad *money.NumberError
		if !errors.As(err, &bad) || bad.Reason != test.reason {
			t.Errorf("Parse(%s, %q) = %v, %v; want %q", test.code, test.text, got, err, test.reason)
		}
	}
	if _, err := money.Parse(money.Currency{}, "1"); err == nil {
		t.Error("parsed an amount without a currency")
	}
}

func TestAmountJSON(t *testing.T) {
	t.Parallel()
	usd, jpy, btc, eth := currency(t, "USD"), currency(t, "JPY"), currency(t, "BTC"), currency(t, "ETH")
	huge, _ := new(big.Int).SetString("123456789012345678901234567890", 10)
	for want, a := range map[string]money.Amount{
		"84.00": money.New(usd, 8400), "0.00": money.Zero(usd), "-0.07": money.New(usd, -7), "84": money.New(jpy, 84),
		"0": money.Zero(jpy), "0.50000000": money.New(btc, 50_000_000), "0.000000000000000001": money.New(eth, 1),
		"-92233720368547758.08": money.New(usd, math.MinInt64), "92233720368547758.07": money.New(usd, math.MaxInt64),
		"-123456789012.345678901234567890": money.FromMinor(eth, huge).Neg(),
	} {
		v1, err1 := json.Marshal(a)
		v2, err2 := jsonv2.Marshal(a)
		if string(v1) != want || string(v2) != want || err1 != nil || err2 != nil || string(a.AppendJSON(nil)) != want {
			t.Errorf("got %s, %v and %s, %v; want %s", v1, err1, v2, err2, want)
		}
		if text, err := a.AppendText([]byte("x=")); string(text) != "x="+want || err != nil {
			t.Errorf("AppendText: %s, %v", text, err)
		}
	}
	if text, err := json.Marshal(money.Amount{}); err == nil {
		t.Errorf("an amount without a currency became %s", text)
	}
}

func TestMixingCurrenciesPanicsWithBothCodes(t *testing.T) {
	t.Parallel()
	a, b := money.New(currency(t, "USD"), 1), money.New(currency(t, "EUR"), 1)
	for name, mix := range map[string]func(){
		"Add": func() { a.Add(b) }, "Sub": func() { a.Sub(b) }, "Cmp": func() { a.Cmp(b) }, "none": func() { a.Add(money.Amount{}) },
	} {
		func() {
			defer func() {
				text, _ := recover().(string)
				if !strings.Contains(text, "USD") || name != "none" && !strings.Contains(text, "EUR") {
					t.Errorf("%s: panic %q", name, text)
				}
			}()
			mix()
		}()
	}
	if a.Equal(b) || money.Zero(a.Currency()).Equal(money.Zero(b.Currency())) {
		t.Error("amounts in different currencies are equal")
	}
}

func TestFromDecimal(t *testing.T) {
	t.Parallel()
	usd := currency(t, "USD")
	for text, want := range map[string]string{"84.5": "84.50", "1e3": "1000.00", "0": "0.00", "-0.010": "-0.01"} {
		if got, err := money.FromDecimal(usd, decimal.RequireFromString(text)); err != nil || got.String() != want {
			t.Errorf("FromDecimal(%s) = %v, %v", text, got, err)
		}
	}
	var bad *money.NumberError
	for _, d := range []decimal.Decimal{decimal.New(5, -3), decimal.New(1, math.MaxInt32), decimal.New(1, math.MinInt32)} {
		if got, err := money.FromDecimal(usd, d); !errors.As(err, &bad) {
			t.Errorf("FromDecimal took %v", got)
		}
	}
}

func TestZeroAmount(t *testing.T) {
	t.Parallel()
	var none money.Amount
	if !none.IsZero() || none.Sign() != 0 || none.Currency().Valid() || none.String() != "0" || none.Minor().Sign() != 0 {
		t.Errorf("the zero amount is %v", none)
	}
}

// amounts draws amounts of c, from a minor unit to far beyond an int64, of either sign, and often from where an int64 ends.
func amounts(c money.Currency) *rapid.Generator[money.Amount] {
	return rapid.Custom(func(t *rapid.T) money.Amount {
		if rapid.Bool().Draw(t, "at an edge") {
			minor := big.NewInt(rapid.SampledFrom(edges).Draw(t, "edge"))
			return money.FromMinor(c, minor.Add(minor, big.NewInt(rapid.Int64Range(-2, 2).Draw(t, "beside"))))
		}
		minor, _ := new(big.Int).SetString(rapid.StringMatching(`-?[0-9]{1,30}`).Draw(t, "minor"), 10)
		return money.FromMinor(c, minor)
	})
}

// edges are where the sums and products of int64s stop being int64s.
var edges = []int64{0, math.MaxInt64, math.MinInt64, math.MaxInt64 / 2, math.MinInt64 / 2, 1 << 32, -1 << 32, 1 << 31}

// The big.Int of minor units is the model that amounts are held against.
func TestArithmeticAgreesWithMinorUnits(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
		a, b := amounts(c).Draw(t, "a"), amounts(c).Draw(t, "b")
		n := rapid.OneOf(rapid.Int64(), rapid.SampledFrom(edges)).Draw(t, "n")
		x, y := a.Minor(), b.Minor()
		for name, pair := range map[string]struct {
			got  money.Amount
			want *big.Int
		}{
			"a+b": {a.Add(b), new(big.Int).Add(x, y)}, "a-b": {a.Sub(b), new(big.Int).Sub(x, y)},
			"-a": {a.Neg(), new(big.Int).Neg(x)}, "n*a": {a.Times(n), new(big.Int).Mul(x, big.NewInt(n))},
			"a+b-b": {a.Add(b).Sub(b), x},
		} {
			if pair.got.Minor().Cmp(pair.want) != 0 || !pair.got.Equal(money.FromMinor(c, pair.want)) {
				t.Fatalf("%s = %v, want %v minor units", name, pair.got, pair.want)
			}
			if pair.got.Decimal().Exponent() != -int32(c.Scale()) {
				t.Fatalf("%s left its scale: %v", name, pair.got.Decimal().Exponent())
			}
		}
		if a.Cmp(b) != x.Cmp(y) || a.Sign() != x.Sign() || a.IsZero() != (x.Sign() == 0) || a.Equal(b) != (x.Cmp(y) == 0) {
			t.Fatalf("comparing %v and %v is wrong", a, b)
		}
		before := a.String()
		if x.Add(x, big.NewInt(1)); a.String() != before {
			t.Fatal("an amount was changed through its minor units")
		}
	})
}

func TestPrintedAmountsParseBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		c := rapid.SampledFrom(money.Currencies()).Draw(t, "currency")
		a := amounts(c).Draw(t, "amount")
		_, decimals, _ := strings.Cut(a.String(), ".")
		if len(decimals) != c.Scale() {
			t.Fatalf("%v is not printed with %d decimals", a, c.Scale())
		}
		if value, err := decimal.NewFromString(a.String()); err != nil || !value.Equal(a.Decimal()) {
			t.Fatalf("%v printed as %s", value, a)
		}
		if back, err := money.Parse(c, a.Number()); err == nil && !back.Equal(a) {
			t.Fatalf("%v came back as %v", a, back)
		} else if err != nil && grammar.MatchString(a.String()) {
			t.Fatalf("%v did not come back: %v", a, err)
		}
	})
}

func FuzzParse(f *testing.F) {
	for _, text := range goodNumbers {
		f.Add(text, "USD")
		f.Add(text, "ETH")
	}
	for text := range badNumbers {
		f.Add(text, "JPY")
	}
	f.Fuzz(func(t *testing.T, text, code string) {
		c, err := money.LookupCurrency(code)
		if err != nil {
			c = money.Currencies()[0]
		}
		a, err := money.Parse(c, text)
		if err != nil {
			if len(err.Error()) > 100 {
				t.Fatalf("a long error: %v", err)
			}
			return
		}
		exact, ok := new(big.Rat).SetString(text)
		if !ok || exact.Cmp(a.Decimal().Rat()) != 0 {
			t.Fatalf("Parse(%q) = %v", text, a)
		}
		if back, err := money.Parse(c, a.String()); err != nil || !back.Equal(a) {
			t.Fatalf("%q became %v, then %v, %v", text, a, back, err)
		}
	})
}

func TestAppendJSONDoesNotAllocate(t *testing.T) {
	a, buffer := money.New(currency(t, "ETH"), -123_456_789_012_345_678), make([]byte, 0, 64)
	if n := testing.AllocsPerRun(100, func() { buffer = a.AppendJSON(buffer[:0]) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestArithmeticDoesNotAllocate(t *testing.T) {
	usd := currency(t, "USD")
	a, b := money.New(usd, 123_456), money.New(usd, -7)
	sum := money.Zero(usd)
	if n := testing.AllocsPerRun(100, func() { sum = sum.Add(a.Times(20)).Sub(b).Neg() }); n != 0 || sum.IsZero() {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	usd := currency(b, "USD")
	for b.Loop() {
		if _, err := money.Parse(usd, "1234.56"); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAppendJSON(b *testing.B) {
	b.ReportAllocs()
	a, buffer := money.New(currency(b, "USD"), 123456), make([]byte, 0, 64)
	for b.Loop() {
		buffer = a.AppendJSON(buffer[:0])
	}
}

func BenchmarkAdd(b *testing.B) {
	b.ReportAllocs()
	a := money.New(currency(b, "USD"), 123456)
	for b.Loop() {
		_ = a.Add(a)
	}
}
