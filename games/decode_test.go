package games_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"croupier/games"
	"croupier/wallet/money"
)

// everything has a field of every type that payloads use.
type everything struct {
	Amount money.Number `json:"amount"`
	Lines  uint8        `json:"lines"`
	Shift  int          `json:"shift"`
	Accept bool         `json:"accept"`
	Letter string       `json:"letter"`
	Stops  [3]int       `json:"stops"`
	Picks  []struct {
		X int `json:"x"`
	} `json:"picks"`
	Break  *int `json:"break"`
	hidden int
}

// with returns a good payload of everything, with a member's text replaced or, when text is "", left out.
func with(name, text string) string {
	members := []string{
		"action", `"try"`, "amount", "1.50", "lines", "20", "shift", "-3", "accept", "true", "letter", `"K"`,
		"stops", "[1,2,3]", "picks", `[{"x":1},{"x":2}]`,
	}
	var parts []string
	found := false
	for i := 0; i < len(members); i += 2 {
		value := members[i+1]
		if members[i] == name {
			value, found = text, true
		}
		if value != "" {
			parts = append(parts, `"`+members[i]+`":`+value)
		}
	}
	if !found && text != "" {
		parts = append(parts, `"`+name+`":`+text)
	}
	return "{" + strings.Join(parts, ",") + "}"
}

func TestDecode(t *testing.T) {
	t.Parallel()
	for _, payload := range []string{with("", ""), with("action", ""), with("break", "null"), " \n" + with("break", "7") + "\t"} {
		var got everything
		if err := games.Decode(json.RawMessage(payload), &got); err != nil {
			t.Errorf("%s: %v", payload, err)
			continue
		}
		if got.Amount != "1.50" || got.Lines != 20 || got.Shift != -3 || !got.Accept || got.Letter != "K" ||
			got.Stops != [3]int{1, 2, 3} || len(got.Picks) != 2 || got.Picks[1].X != 2 || got.hidden != 0 ||
			(got.Break != nil) != strings.Contains(payload, "7") {
			t.Errorf("%s became %+v", payload, got)
		}
	}
}

func TestDecodeRefuses(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("é", 5000)
	for _, test := range []struct{ payload, field, reason string }{
		{"", "payload", "must be valid JSON"},
		{"null", "payload", "must be an object"},
		{"[]", "payload", "must be an object"},
		{`"x"`, "payload", "must be an object"},
		{"{", "payload", "must be valid JSON"},
		{"nonsense", "payload", "must be an object"},
		{with("", "") + "{}", "payload", "must be one JSON value"},
		{with("", "") + "x", "payload", "must be one JSON value"},
		{with("letter", "\"\xff\""), "payload", "must be valid UTF-8"},
		{with("letter", `"\ud800"`), "payload", "must be valid JSON"},
		{with("amount", ""), "amount", "is missing"},
		{with("lines", ""), "lines", "is missing"},
		{with("picks", ""), "picks", "is missing"},
		{with("picks", `[{"x":1},{}]`), "picks[1].x", "is missing"},
		{with("amount", "null"), "amount", "must not be null"},
		{with("accept", "null"), "accept", "must not be null"},
		{with("picks", "null"), "picks", "must not be null"},
		{with("picks", "[null]"), "picks[0]", "must not be null"},
		{with("stops", "[1,null,3]"), "stops[1]", "must not be null"},
		{with("Amount", "1"), "Amount", "is an unknown field"},
		{with("hidden", "1"), "hidden", "is an unknown field"},
		{with("picks", `[{"x":1,"action":"try"}]`), "picks[0].action", "is an unknown field"},
		{with(long, "1"), strings.Repeat("é", 30) + "…", "is an unknown field"},
		{strings.Replace(with("", ""), `"shift":-3`, `"shift":-3,"shift":-3`, 1), "shift", "appears twice"},
		{strings.Replace(with("", ""), `"shift":-3`, `"shift":-3,"\u0073hift":-3`, 1), "shift", "appears twice"},
		{with("amount", `"1.50"`), "amount", "must be a number, not a string in quotes"},
		{with("amount", "1e3"), "amount", "must be written without an exponent"},
		{with("amount", "[1]"), "amount", "must be a number"},
		{with("lines", `"20"`), "lines", "must be a whole number, not negative"},
		{with("lines", "20.5"), "lines", "must be a whole number, not negative"},
		{with("lines", "256"), "lines", "is out of range"},
		{with("shift", "1e2"), "shift", "must be a whole number"},
		{with("shift", strings.Repeat("9", 5000)), "shift", "is out of range"},
		{with("accept", "1"), "accept", "must be true or false"},
		{with("letter", "5"), "letter", "must be a string"},
		{with("stops", "5"), "stops", "must be an array of 3"},
		{with("stops", "[1,2]"), "stops", "must be an array of 3"},
		{with("stops", "[1,2,3,4]"), "stops", "must be an array of 3"},
		{with("stops", `[1,"2",3]`), "stops[1]", "must be a whole number"},
		{with("picks", "{}"), "picks", "must be an array"},
		{with("picks", "[1]"), "picks[0]", "must be an object"},
		{with("break", `"x"`), "break", "must be a whole number"},
		{with("action", ""+strings.Repeat("[", 20_000)), "payload", "must be valid JSON"},
	} {
		var into everything
		err := games.Decode(json.RawMessage(test.payload), &into)
		var field *games.FieldError
		if !errors.As(err, &field) || field.Field != test.field || field.Reason != test.reason {
			t.Errorf("%.60s: got %v, want %q %q", test.payload, err, test.field, test.reason)
		}
	}
}

func TestDecodeEmbedded(t *testing.T) {
	t.Parallel()
	type aim struct {
		Angle money.Number `json:"angle"`
	}
	var shot struct {
		aim
		Power int
	}
	if err := games.Decode(json.RawMessage(`{"Power":5}`), &shot); err == nil || err.Error() != "angle is missing" {
		t.Errorf("got %v", err)
	}
}

func TestParseStake(t *testing.T) {
	t.Parallel()
	usd := currency(t, "USD")
	if stake, err := games.ParseStake(usd, "amount", "10"); err != nil || stake.String() != "10.00" {
		t.Errorf("got %v, %v", stake, err)
	}
	for text, reason := range map[money.Number]string{
		"0": "must be more than zero", "-0.00": "must be more than zero", "-1": "must be more than zero",
		"0.001": "must have at most 2 decimals in USD", "": "must be a number",
	} {
		_, err := games.ParseStake(usd, "amount", text)
		var field *games.FieldError
		if !errors.As(err, &field) || field.Field != "amount" || field.Reason != reason {
			t.Errorf("%q: got %v, want %q", text, err, reason)
		}
	}
}

// Whatever comes in, Decode gives a short *FieldError or a value that it understood whole.
func FuzzDecode(f *testing.F) {
	f.Add([]byte(with("", "")))
	f.Add([]byte(with("break", "null")))
	f.Add([]byte(`{"picks":[{"x":1e400}],"a":{"b":[nul`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		var into everything
		err := games.Decode(payload, &into)
		var field *games.FieldError
		if err != nil && (!errors.As(err, &field) || len(err.Error()) > 200) {
			t.Fatalf("%q: %v", payload, err)
		}
		if err == nil && (!json.Valid(payload) || into.Amount == "" || into.Picks == nil) {
			t.Fatalf("%q was taken as %+v", payload, into)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	b.ReportAllocs()
	payload := json.RawMessage(`{"action":"spin","betPerLine":1.00,"activePaylines":20}`)
	for b.Loop() {
		var spin struct {
			BetPerLine     money.Number `json:"betPerLine"`
			ActivePaylines int          `json:"activePaylines"`
		}
		if err := games.Decode(payload, &spin); err != nil {
			b.Fatal(err)
		}
	}
}

func currency(t testing.TB, code string) money.Currency {
	t.Helper()
	c, err := money.LookupCurrency(code)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
