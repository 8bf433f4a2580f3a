package builtin_test

import (
	"testing"

	"croupier/games"
	"croupier/games/builtin"
)

// Whoever bounds what a round may pay must know of every game what it can pay.
func TestEveryGameSaysWhatItCanPay(t *testing.T) {
	t.Parallel()
	for _, g := range builtin.Games() {
		for _, v := range g.Variants {
			if _, ok := v.Engine.(games.Ceiling); !ok {
				t.Errorf("%s %s does not", g.ID, v.ID)
			}
			if slots := g.ID == "slots"; slots != (games.KindOf(v.Engine) == games.Slots) {
				t.Errorf("%s %s is of kind %s", g.ID, v.ID, games.KindOf(v.Engine))
			}
		}
	}
}
