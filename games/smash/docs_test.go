package smash

import (
	"fmt"
	"math/big"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"croupier/games"
)

func rulesPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/games/smash.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestRulesPageHasTheTables keeps the tables of the rules page true.
func TestRulesPageHasTheTables(t *testing.T) {
	t.Parallel()
	page := rulesPage(t)
	var rows []string
	for _, f := range pool {
		rows = append(rows, fmt.Sprintf("| %s | %d |\n", f.shown().Factor, f.Weight))
	}
	for _, b := range bonuses {
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %d |\n", b.shown().Name, b.shown().Factor, b.Weight))
	}
	for _, v := range Game().Variants {
		rows = append(rows, fmt.Sprintf("| `%s` | %d %% |\n", v.ID, rulesOf(t, v.ID).breaks))
	}
	for hit := 1; hit <= lastThreshold; hit++ {
		row := fmt.Sprintf("| %d |", hit)
		if hit < firstThreshold {
			row = fmt.Sprintf("| 1 to %d |", firstThreshold-1)
		}
		for _, v := range Game().Variants {
			scale := rulesOf(t, v.ID).scales[hit]
			row += fmt.Sprintf(" %d/%d |", scale.num, scale.den)
		}
		rows = append(rows, row+"\n")
	}
	for _, row := range rows {
		if !strings.Contains(page, row) {
			t.Errorf("the rules page has no row %s", row)
		}
	}
}

// TestRulesPageForcesWhatItSays plays the page's examples of forced outcomes.
func TestRulesPageForcesWhatItSays(t *testing.T) {
	t.Parallel()
	examples := regexp.MustCompile("(?m)^\\| `({\"multipliers.*})` \\| (.*) \\| (.*) \\|$").FindAllStringSubmatch(rulesPage(t), -1)
	if len(examples) != 4 {
		t.Fatalf("the rules page has %d examples", len(examples))
	}
	for _, example := range examples {
		round := forced(t, rulesOf(t, "RTP_96"), example[1])
		hits, err := strconv.Atoi(example[2])
		if err != nil {
			t.Fatal(err)
		}
		for range hits {
			round.hit(t)
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
