package guess

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"croupier/games/gamestest"
)

func rulesPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/games/guess.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestRulesPageHasTheRules keeps the ranges and the alphabet of the rules page true.
func TestRulesPageHasTheRules(t *testing.T) {
	t.Parallel()
	page := rulesPage(t)
	for _, v := range Game().Variants {
		g := rulesOf(t, v.ID)
		row := fmt.Sprintf("| `%s` | %d to %d | %d to %d |\n", v.ID, g.right.Lowest, g.right.Highest, g.wrong.Lowest, g.wrong.Highest)
		if !strings.Contains(page, row) {
			t.Errorf("the rules page has no row %s", row)
		}
	}
	if !strings.Contains(page, "The alphabet is `"+alphabet+"`") || len(alphabet) != characters {
		t.Error("the rules page has another alphabet")
	}
}

// TestRulesPageForcesWhatItSays plays the page's examples of forced outcomes.
func TestRulesPageForcesWhatItSays(t *testing.T) {
	t.Parallel()
	gamestest.CheckExamples(t, rulesPage(t), "key", 5, func(outcome, guesses string) gamestest.Table {
		round := forced(t, rulesOf(t, "RTP_96"), outcome)
		for _, guess := range strings.Fields(guesses) {
			round.guess(t, int(guess[0]-'0'), guess[1:])
		}
		return round.Table
	})
}
