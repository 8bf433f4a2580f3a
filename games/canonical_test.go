package games

import (
	"encoding/json"
	"testing"
)

func TestComparableJSON(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{`{"a":84.00,"b":[1.50, -0.0]}`, ` {"b":[1.5,0],"a":84}`},
		{`{"x":"\u0041","n":null}`, `{"n":null,"x":"A"}`},
		{`100`, `100.000`},
	} {
		a, errA := comparableJSON(json.RawMessage(pair[0]))
		b, errB := comparableJSON(json.RawMessage(pair[1]))
		if a != b || errA != nil || errB != nil {
			t.Errorf("%s is %s, %v; %s is %s, %v", pair[0], a, errA, pair[1], b, errB)
		}
	}
	// Equal as float64, and not equal.
	for _, pair := range [][2]string{
		{"0.1", "0.10000000000000000001"}, {"9007199254740993", "9007199254740992"}, {"0.000000000000000001", "0"}, {`"1"`, "1"},
		{"[1,2]", "[2,1]"}, {"{}", "[]"}, {"10", "1"},
	} {
		a, _ := comparableJSON(json.RawMessage(pair[0]))
		if b, _ := comparableJSON(json.RawMessage(pair[1])); a == b {
			t.Errorf("%s and %s are both %s", pair[0], pair[1], a)
		}
	}
	for _, bad := range []string{"", "{", `{"a":1,"a":1}`, "1 2", "01", "\"\xff\""} {
		if text, err := comparableJSON(json.RawMessage(bad)); err == nil {
			t.Errorf("%q became %q", bad, text)
		}
	}
}

func TestEncodeIsDeterministic(t *testing.T) {
	t.Parallel()
	v := map[string]any{"b": []int(nil), "a": 1, "<&>": "<&>", "c": map[int]bool{2: true, 1: false}}
	for range 50 {
		if text, err := Encode(v); err != nil || string(text) != `{"<&>":"<&>","a":1,"b":[],"c":{"1":false,"2":true}}` {
			t.Fatalf("got %s, %v", text, err)
		}
	}
}

func TestIsSafeInteger(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"0": true, "-7": true, "9007199254740991": true, "-9007199254740991": true, "9007199254740992": false, "-0": false,
		"1.0": false, "1e3": false, "99999999999999999999": false,
	} {
		if isSafeInteger(text) != want {
			t.Errorf("%s: got %v", text, !want)
		}
	}
}
