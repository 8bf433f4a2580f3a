package guess

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"croupier/games"
	"croupier/games/gamestest"
)

func TestForceDealsTheKeyAndRaisesTheTrace(t *testing.T) {
	t.Parallel()
	game := Game()
	rapid.Check(t, func(rt *rapid.T) {
		g := rulesOf(t, rapid.SampledFrom(game.Variants).Draw(rt, "variant").ID)
		letters := rapid.StringOfN(rapid.SampledFrom([]rune(alphabet)), positions, positions, positions).Draw(rt, "key")
		rise := rapid.IntRange(g.right.Lowest, g.wrong.Highest).Draw(rt, "rise")
		for _, isRight := range []bool{true, false} {
			round := forced(t, g, fmt.Sprintf(`{"key":%q,"rises":[%d]}`, letters, rise))
			if own := gamestest.StateOf[State](t, round.Last.State); own.Own.Key != letters {
				rt.Fatalf("dealt %s for %s", own.Own.Key, letters)
			}
			character, want := letters[4:5], min(rise, g.right.Highest)
			if !isRight {
				character, want = string(alphabet[(strings.Index(alphabet, character)+1)%characters]), max(rise, g.wrong.Lowest)
			}
			if got := round.guess(t, 4, character); got.Right != isRight || got.Rise != want {
				rt.Fatalf("right %v: %+v, want a rise of %d", isRight, got, want)
			}
		}
	})
}

func TestForceRefusesWhatCannotBe(t *testing.T) {
	t.Parallel()
	g := rulesOf(t, "RTP_96")
	for text, field := range map[string]string{
		`{}`:                                     "key",
		`{"key":"ABCDEFGHIJK"}`:                  "key",
		`{"key":"ABCDEFGHIJKLM"}`:                "key",
		`{"key":"ABCDEFGHIJKl"}`:                 "key",
		`{"key":"ABCDEFGHIJÄ"}`:                  "key",
		`{"key":5}`:                              "key",
		`{"key":"ABCDEFGHIJKL","rises":[1]}`:     "rises[0]",
		`{"key":"ABCDEFGHIJKL","rises":[2,15]}`:  "rises[1]",
		`{"key":"ABCDEFGHIJKL","rises":[2,2.5]}`: "rises[1]",
		`{"key":"ABCDEFGHIJKL","rises":5}`:       "rises",
		`{"key":"ABCDEFGHIJKL","trace":5}`:       "trace",
		`{"key":"ABCDEFGHIJKL","rises":[` + strings.Repeat("6,", 17) + `6]}`: "rises[17]",
	} {
		_, err := g.Force(json.RawMessage(text))
		var wrong *games.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: %v, want a FieldError of %s", text, err, field)
		}
	}
}

// TestWidthsHaveNoCommonDivisor is what word relies on.
func TestWidthsHaveNoCommonDivisor(t *testing.T) {
	t.Parallel()
	eachVariant(t, func(t *testing.T, g *rules) {
		a, b := g.right.width(), g.wrong.width()
		for b != 0 {
			a, b = b, a%b
		}
		if a != 1 {
			t.Errorf("%v and %v", g.right, g.wrong)
		}
		if g.right.Lowest >= g.wrong.Lowest || g.right.Highest >= g.wrong.Highest {
			t.Errorf("a wrong guess must raise the trace more: %v, %v", g.right, g.wrong)
		}
	})
}

func TestRefusedGuesses(t *testing.T) {
	t.Parallel()
	round := forced(t, rulesOf(t, "RTP_96"), `{"key":"ABCDEFGHIJKL"}`)
	var field *games.FieldError
	for payload, want := range map[string]string{
		guessOf(12, "A"): "position must be a whole number from 0 to 11",
		guessOf(-1, "A"): "position must be a whole number from 0 to 11",
		guessOf(0, "a"):  "character must be one character, a capital letter A–Z or a digit 0–9",
		guessOf(0, ""):   "character must be one character, a capital letter A–Z or a digit 0–9",
		guessOf(0, "AB"): "character must be one character, a capital letter A–Z or a digit 0–9",
		`{"position":0}`: "character is missing",
	} {
		if err := round.Act("guess", payload); !errors.As(err, &field) || err.Error() != want {
			t.Errorf("%s: %v", payload, err)
		}
	}
	var action *games.ActionError
	refused := func(name, payload, want string) {
		t.Helper()
		if err := round.Act(name, payload); !errors.As(err, &action) || err.Error() != want {
			t.Errorf("%s: %v", payload, err)
		}
	}
	refused("hit", `{}`, `action "hit" is not possible now; allowed: guess`)
	if _, err := round.CashOut(); !errors.As(err, &action) {
		t.Errorf("a cash-out before the first guess: %v", err)
	}
	round.guess(t, 2, "A")
	refused("guess", guessOf(2, "A"),
		`action "guess" is not possible because A was struck from position 2 already; allowed: guess, cashout`)
	round.guess(t, 2, "C")
	refused("guess", guessOf(2, "B"), `action "guess" is not possible because position 2 is revealed already; allowed: guess, cashout`)
}
