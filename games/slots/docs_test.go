package slots

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
)

func rulesPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile("../../docs/games/slots.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestRulesPageHasThePays keeps the paytable of the rules page true.
func TestRulesPageHasThePays(t *testing.T) {
	t.Parallel()
	page := rulesPage(t)
	d, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range d.Symbols {
		rows := []string{fmt.Sprintf("| %s | %d | %d | %d |\n", s.Name, s.Pays[3], s.Pays[4], s.Pays[5])}
		if s.Name == d.Scatter {
			rows = nil
			for count := 3; count <= d.Reels; count++ {
				rows = append(rows, fmt.Sprintf("| %d | %d | and %d free spins |\n", count, s.Pays[count], d.FreeSpins.Award))
			}
		}
		for _, row := range rows {
			if !strings.Contains(page, row) {
				t.Errorf("the rules page has no row %s", row)
			}
		}
	}
}

// TestRulesPageForcesWhatItSays plays the page's examples of forced outcomes.
func TestRulesPageForcesWhatItSays(t *testing.T) {
	t.Parallel()
	engine := variant(t, "RTP_96")
	examples := regexp.MustCompile("(?m)^\\| `({\"reelPositions.*})` \\| (.*) \\|$").FindAllStringSubmatch(rulesPage(t), -1)
	paid := map[string]int64{ // in bets per line
		"nothing": 0,
		"three scatters: 2 × total bet, and free spins":              2 * 20,
		"the largest win of one spin: 412 × total bet with 20 lines": 412 * 20,
	}
	if len(examples) != len(paid) {
		t.Fatalf("the rules page has %d examples, want %d", len(examples), len(paid))
	}
	for _, example := range examples {
		want, ok := paid[example[2]]
		if !ok {
			t.Errorf("unknown example %q", example[2])
		}
		script, err := engine.Force(json.RawMessage(example[1]))
		if err != nil {
			t.Fatal(err)
		}
		step, err := engine.Open(games.Round{Currency: usd}, spinOf(20), fairness.Forced(fairness.NewSimulation(1), script))
		if err != nil {
			t.Fatal(err)
		}
		outcome := step.Outcome.(Outcome)
		sum := outcome.ScatterWin
		for _, line := range outcome.Paylines {
			sum = sum.Add(line.Win)
		}
		if sum.Minor().Int64() != want || outcome.FreeSpinsTriggered != strings.Contains(example[2], "free spins") {
			t.Errorf("%s pays %s, free spins %v", example[1], sum, outcome.FreeSpinsTriggered)
		}
	}
}

// TestDefinitionPage parses the example of docs/slots-definition.md, and makes the mistakes that the page shows.
func TestDefinitionPage(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("../../docs/slots-definition.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	_, example, _ := strings.Cut(page, "```json\n")
	example, _, found := strings.Cut(example, "```")
	if !found {
		t.Fatal("the page has no example")
	}
	game, err := GameOf(parsed(t, example))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := games.NewCatalogue(game); err != nil {
		t.Fatal(err)
	}
	if said := schemaSays([]byte(example)); said != "" {
		t.Errorf("the schema says %s", said)
	}
	if err := game.Variants[0].Engine.(*Engine).CheckCycle(nil); err != nil {
		t.Error(err)
	}
	rtp := game.Variants[0].RTP()
	if rtp.Cmp(big.NewRat(92, 100)) < 0 || rtp.Cmp(big.NewRat(93, 100)) > 0 {
		t.Errorf("RTP_93 returns %s", rtp.FloatString(6))
	}
	spoiled := strings.NewReplacer(`{"3": 6}`, `{"3": 6, "4": 10}`, `"seven", "blank", "plum", "blank"]`, `"seven", "blank", "plum", "balnk"]`).Replace(example)
	_, err = ParseDefinition([]byte(spoiled))
	if err == nil || !strings.Contains(page, "```\n"+err.Error()+"\n```") {
		t.Errorf("the page does not show\n%v", err)
	}
}
