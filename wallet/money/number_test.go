package money_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"regexp"
	"strings"
	"testing"

	jsonv2 "github.com/go-json-experiment/json"
	"pgregory.net/rapid"

	"croupier/wallet/money"
)

// grammar is Number's grammar as a regular expression: the same thing said a second way.
var grammar = regexp.MustCompile(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,18})?\z`)

var badNumbers = map[string]string{
	"":                                   "must be a number",
	"-":                                  "must be a number",
	"null":                               "must be a number",
	"true":                               "must be a number",
	"abc":                                "must be a number",
	"1 ":                                 "must be a number",
	" 1":                                 "must be a number",
	"1,5":                                "must be a number",
	"1.5.":                               "must be a number",
	"--1":                                "must be a number",
	"-+1":                                "must be a number",
	"0x10":                               "must be a number",
	"1_000":                              "must be a number",
	"NaN":                                "must be a number",
	"-Infinity":                          "must be a number",
	"١":                                  "must be a number",
	"1.5x":                               "must be a number",
	"+1":                                 "must be written without a leading +",
	"01":                                 "must be written without leading zeros",
	"-00.5":                              "must be written without leading zeros",
	"1.":                                 "must have digits on both sides of its point",
	".5":                                 "must have digits on both sides of its point",
	"-.5":                                "must have digits on both sides of its point",
	"1e5":                                "must be written without an exponent",
	"1E-37":                              "must be written without an exponent",
	"1.5e50000000":                       "must be written without an exponent",
	"1000000000000000":                   "must have at most 15 digits before the point",
	strings.Repeat("9", 1000):            "must have at most 15 digits before the point",
	"0.0000000000000000001":              "must have at most 18 decimals",
	"-999999999999999." + zeros(19):      "must have at most 18 decimals",
	"0." + zeros(100_000):                "must have at most 18 decimals",
	"1." + strings.Repeat("5", 18) + "e": "must be written without an exponent",
}

var goodNumbers = []string{
	"0", "-0", "7", "20", "84.00", "-3.0", "0.10", "62.0", "999999999999999", "-999999999999999." + strings.Repeat("9", 18),
	"0." + zeros(17) + "1",
}

func zeros(n int) string { return strings.Repeat("0", n) }

func TestParseNumber(t *testing.T) {
	t.Parallel()
	for _, text := range goodNumbers {
		if n, err := money.ParseNumber(text); err != nil || string(n) != text {
			t.Errorf("ParseNumber(%q) = %q, %v", text, n, err)
		}
	}
	for text, reason := range badNumbers {
		_, err := money.ParseNumber(text)
		var bad *money.NumberError
		if !errors.As(err, &bad) || bad.Reason != reason {
			t.Errorf("ParseNumber(%.40q): got %v, want %q", text, err, reason)
		}
	}
}

// decoders are the two JSON libraries that Number must work with.
var decoders = map[string]func([]byte, any) error{
	"encoding/json":      json.Unmarshal,
	"go-json-experiment": func(b []byte, v any) error { return jsonv2.Unmarshal(b, v) },
}

func TestNumberJSON(t *testing.T) {
	t.Parallel()
	type message struct {
		Amount money.Number `json:"amount"`
	}
	for name, decode := range decoders {
		for _, text := range goodNumbers {
			var m message
			if err := decode([]byte(`{"amount": `+text+` }`), &m); err != nil || string(m.Amount) != text {
				t.Errorf("%s: %s became %q, %v", name, text, m.Amount, err)
			}
			if out, err := json.Marshal(m); err != nil || string(out) != `{"amount":`+text+`}` {
				t.Errorf("wrote %s as %s, %v", text, out, err)
			}
		}
		for token, reason := range map[string]string{
			`"1.00"`: "must be a number, not a string in quotes", `null`: "must be a number", `true`: "must be a number",
			`[1]`: "must be a number", `{}`: "must be a number", `1e2`: "must be written without an exponent",
			strings.Repeat("1", 1<<20): "must have at most 15 digits before the point",
		} {
			var m message
			err := decode([]byte(`{"amount":`+token+`}`), &m)
			var bad *money.NumberError
			if !errors.As(err, &bad) || bad.Reason != reason || m.Amount != "" {
				t.Errorf("%s: %.20s became %q, %v", name, token, m.Amount, err)
			}
		}
	}
	if _, err := json.Marshal(money.Number("")); err == nil {
		t.Error("wrote a number that is not there")
	}
}

func TestScaled(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		number money.Number
		places int
		want   int64
		reason string
	}{
		{"62.0", 1, 620, ""},
		{"62", 1, 620, ""},
		{"-3.0", 1, -30, ""},
		{"-0.0", 1, 0, ""},
		{"1800", 0, 1800, ""},
		{"1800.000", 0, 1800, ""},
		{"1.50", 1, 15, ""},
		{"9.223372036854775807", 18, 9223372036854775807, ""},
		{"-9.223372036854775807", 18, -9223372036854775807, ""},
		{"9.223372036854775808", 18, 0, "is too big"},
		{"100", 18, 0, "is too big"},
		{"999999999999999", 18, 0, "is too big"},
		{"62.05", 1, 0, "must be a multiple of 0.1"},
		{"0.001", 2, 0, "must be a multiple of 0.01"},
		{"0.5", 0, 0, "must be a whole number"},
		{"", 0, 0, "must be a number"},
		{"1e3", 0, 0, "must be written without an exponent"},
	} {
		got, err := test.number.Scaled(test.places)
		var bad *money.NumberError
		if got != test.want || errors.As(err, &bad) != (test.reason != "") || bad != nil && bad.Reason != test.reason {
			t.Errorf("%q.Scaled(%d) = %d, %v; want %d, %q", test.number, test.places, got, err, test.want, test.reason)
		}
	}
}

func TestScaledAgreesWithRationals(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := money.Number(rapid.StringMatching(`-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,18})?`).Draw(t, "number"))
		places := rapid.IntRange(0, money.MaxDecimals).Draw(t, "places")
		want, _ := new(big.Rat).SetString(string(n))
		want.Mul(want, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(places)), nil)))
		fits := want.IsInt() && want.Num().IsInt64()
		if got, err := n.Scaled(places); (err == nil) != fits || err == nil && got != want.Num().Int64() {
			t.Fatalf("%s.Scaled(%d) = %d, %v; want %s", n, places, got, err, want)
		}
	})
}

func FuzzNumber(f *testing.F) {
	for _, text := range goodNumbers {
		f.Add(text)
	}
	for text := range badNumbers {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		n, err := money.ParseNumber(text)
		if (err == nil) != grammar.MatchString(text) {
			t.Fatalf("ParseNumber(%q): %v, against the grammar", text, err)
		}
		var decoded money.Number
		if jsonErr := decoded.UnmarshalJSON([]byte(text)); (jsonErr == nil) != (err == nil) || decoded != n {
			t.Fatalf("UnmarshalJSON(%q) = %q, %v, but ParseNumber: %v", text, decoded, jsonErr, err)
		}
		if _, scaledErr := n.Scaled(9); err != nil && scaledErr == nil {
			t.Fatalf("Scaled took %q", text)
		}
	})
}

func BenchmarkNumberUnmarshal(b *testing.B) {
	b.ReportAllocs()
	token := []byte("1234.56")
	var n money.Number
	for b.Loop() {
		if err := n.UnmarshalJSON(token); err != nil {
			b.Fatal(err)
		}
	}
}
