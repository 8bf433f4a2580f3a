package smash

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"croupier/games/gamestest"
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
	gamestest.CheckExamples(t, rulesPage(t), "multipliers", 4, func(outcome, hits string) gamestest.Table {
		round := forced(t, rulesOf(t, "RTP_96"), outcome)
		count, err := strconv.Atoi(hits)
		if err != nil {
			t.Fatal(err)
		}
		for range count {
			round.hit(t)
		}
		return round.Table
	})
}
