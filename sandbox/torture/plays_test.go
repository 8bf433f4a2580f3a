package torture

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestMoneyHasTheCurrencysDecimals(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		currency string
		cents    int
		want     string
	}{{"USD", 5, "0.05"}, {"USD", 1234, "12.34"}, {"JPY", 1234, "1234"}, {"BTC", 100, "0.00001000"}} {
		if got := money(c.currency, c.cents); got != c.want {
			t.Errorf("%d of %s is %s, want %s", c.cents, c.currency, got, c.want)
		}
	}
}

// A seed chooses what is played, as far as what the server shows is the same.
func TestSeedChoosesThePlays(t *testing.T) {
	t.Parallel()
	sequence := func(seed uint64) (list []request) {
		choice := stream(seed, "client 1")
		for range 200 {
			for _, game := range gameIDs {
				list = append(list, next(choice, game, "USD", nil), next(choice, game, "USD", json.RawMessage(`{"canCashOut":true}`)))
			}
		}
		return append(list, wrong(choice, "BTC"))
	}
	one := sequence(1)
	for _, r := range one {
		if !json.Valid([]byte(r.payload)) {
			t.Errorf("%s is not JSON", r.payload)
		}
	}
	if !slices.Equal(one, sequence(1)) {
		t.Error("one seed chooses differently each time")
	}
	if slices.Equal(one, sequence(2)) {
		t.Error("two seeds choose the same")
	}
}

func TestPlaysStayInsideWhatIsShown(t *testing.T) {
	t.Parallel()
	choice := stream(3, t.Name())
	for range 2000 {
		var moved struct{ Dx, Dy float64 }
		unmarshal(t, nextMove(choice, json.RawMessage(`{"x":14.9,"y":0.3}`)).payload, &moved)
		if moved.Dx > 0 || moved.Dx < -5 || moved.Dy < -0.3 || moved.Dy > 5 || moved.Dx == 0 && moved.Dy == 0 {
			t.Fatalf("moves by %v from a corner of the field", moved)
		}
		var guessed struct {
			Position  int
			Character string
		}
		unmarshal(t, nextGuess(choice, json.RawMessage(`{"positions":["A",null],"struck":["","QZ"]}`)).payload, &guessed)
		if guessed.Position == 0 || guessed.Position == 1 && (guessed.Character == "Q" || guessed.Character == "Z") {
			t.Fatalf("guesses %v, which is known", guessed)
		}
	}
}

func unmarshal(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
}
