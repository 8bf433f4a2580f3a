package guess

import (
	"fmt"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"croupier/games"
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
	examples := regexp.MustCompile("(?m)^\\| `({\"key.*})` \\| (.*) \\| (.*) \\|$").FindAllStringSubmatch(rulesPage(t), -1)
	if len(examples) != 5 {
		t.Fatalf("the rules page has %d examples", len(examples))
	}
	for _, example := range examples {
		round := forced(t, rulesOf(t, "RTP_96"), example[1])
		for _, guess := range strings.Fields(example[2]) {
			round.guess(t, int(guess[0]-'0'), guess[1:])
		}
		if example[3] == "lost" {
			if round.last.Status != games.Completed || !round.last.Payout.IsZero() {
				t.Errorf("%s is not lost: %s", example[1], round.last.Outcome)
			}
			continue
		}
		win := round.last.Win.Multiple
		if round.last.Status == games.InProgress {
			win = stateOf(t, round.last.State).Value
		}
		if want, _ := new(big.Rat).SetString(example[3]); big.NewRat(int64(win), games.MultipleUnit).Cmp(want) != 0 {
			t.Errorf("%s is worth %v, not %s", example[1], win, example[3])
		}
	}
}
