package dice

import (
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"regexp"
	"strings"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

func rulesPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/games/dice.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// hundredthsOf reads a percentage of the page.
func hundredthsOf(t *testing.T, text string) int64 {
	t.Helper()
	h, err := money.Number(text).Scaled(places)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// TestRulesPageHasTheMultiples keeps the page's table of what wins pay true, and its least returns.
func TestRulesPageHasTheMultiples(t *testing.T) {
	t.Parallel()
	page := rulesPage(t)
	rows := regexp.MustCompile(`(?m)^\| (\d+\.\d\d) \|.*\|$`).FindAllStringSubmatch(page, -1)
	if len(rows) != 9 {
		t.Fatalf("the page has multiples of %d chances, want 9", len(rows))
	}
	for _, row := range rows {
		want := "| " + row[1] + " |"
		for _, v := range Game().Variants {
			m := v.Engine.(Engine).rules.multiple(hundredthsOf(t, row[1]))
			want += " " + big.NewRat(int64(m), games.MultipleUnit).FloatString(8) + " |"
		}
		if row[0] != want {
			t.Errorf("the page says %s, the rules %s", row[0], want)
		}
	}
	for _, v := range Game().Variants {
		e := v.Engine.(Engine)
		analysis, err := e.Analyse()
		if err != nil {
			t.Fatal(err)
		}
		row := regexp.MustCompile(fmt.Sprintf("(?m)^\\| `%s` \\| (.*) \\| (.*) \\|$", v.ID)).FindStringSubmatch(page)
		if row == nil {
			t.Fatalf("the page has no least return of %s", v.ID)
		}
		if least := e.rules.returnAt(hundredthsOf(t, row[1])); least.Cmp(analysis.Bounds.Lowest) != 0 || least.FloatString(12) != row[2] {
			t.Errorf("the page says %s, the rules %s", row[0], analysis.Bounds.Lowest.FloatString(12))
		}
	}
}

func TestRulesPageNamesTheWaysToPlay(t *testing.T) {
	t.Parallel()
	page := strings.Join(strings.Fields(rulesPage(t)), " ")
	for _, way := range waysToPlay {
		if text := fmt.Sprintf("`%s` (%s)", way.name, percent(way.chance)); !strings.Contains(page, text) {
			t.Errorf("the page does not say %s", text)
		}
	}
}

// TestRulesPageForcesWhatItSays plays the page's examples of forced outcomes.
func TestRulesPageForcesWhatItSays(t *testing.T) {
	t.Parallel()
	engine := New(96)
	examples := regexp.MustCompile("(?m)^\\| `({\"roll\".*})` \\| `(.*)` \\|$").FindAllStringSubmatch(rulesPage(t), -1)
	if len(examples) != 3 {
		t.Fatalf("the page has %d examples, want 3", len(examples))
	}
	for _, example := range examples {
		script, err := engine.Force(json.RawMessage(example[1]))
		if err != nil {
			t.Fatal(err)
		}
		bet, _, found := strings.Cut(rulesPage(t), "\n```\n") // the page's own bet, at a chance of 49.50
		if _, bet, _ = strings.Cut(bet, "```json\n"); !found {
			t.Fatal("the page has no bet")
		}
		draws := fairness.Forced(fairness.NewSimulation(1), script)
		result, err := games.Play(engine, games.Round{Currency: usd}, nil, rollOf(bet), draws)
		if err != nil {
			t.Fatal(err)
		}
		if string(result.Outcome) != example[2] {
			t.Errorf("%s gives %s, the page says %s", example[1], result.Outcome, example[2])
		}
	}
}
