package blackjack

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"croupier/games"
)

const pagePath = "../../docs/games/blackjack.md"

func rulesPage(t *testing.T) string {
	t.Helper()
	page, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	return string(page)
}

// TestRulesPageHasTheVariants keeps the table of commissions of the rules page true; -update writes it.
func TestRulesPageHasTheVariants(t *testing.T) {
	t.Parallel()
	const head = "| variant | commission |\n|---|--:|\n"
	var rows strings.Builder
	for _, v := range Variants() {
		fmt.Fprintf(&rows, "| `%s` | %d.%02d %% |\n", v.ID, v.Rules.Commission/100, v.Rules.Commission%100)
	}
	page := rulesPage(t)
	before, after, found := strings.Cut(page, head)
	end := strings.Index(after, "\n\n")
	if !found || end < 0 {
		t.Fatal("the rules page has no table of variants")
	}
	if want := before + head + rows.String() + after[end+1:]; page != want {
		if *update {
			if err := os.WriteFile(pagePath, []byte(want), 0o644); err != nil {
				t.Fatal(err)
			}
			return
		}
		t.Errorf("the rules page has not these variants; go test -run RulesPage -update writes\n%s", rows.String())
	}
}

// TestRulesPageHasTheReach: the page says how many draws are made.
func TestRulesPageHasTheReach(t *testing.T) {
	t.Parallel()
	if want := fmt.Sprintf("most: %d with 6 decks", Standard().Reach()); !strings.Contains(rulesPage(t), want) {
		t.Errorf("the rules page does not say %q", want)
	}
}

// TestRulesPageForcesWhatItSays plays the page's examples of forced outcomes as it says.
func TestRulesPageForcesWhatItSays(t *testing.T) {
	t.Parallel()
	examples := regexp.MustCompile("(?m)^\\| `({\"player\".*})` \\| (.*) \\|$").FindAllStringSubmatch(rulesPage(t), -1)
	played := map[string]struct {
		moves        []string
		payout, last string // of a bet of 1.00; the result of the last hand
	}{
		"a blackjack: 2.5 × the bet":                               {nil, "2.50", "blackjack"},
		"insurance is offered, and would win":                      {[]string{"insure"}, "1.50", "lose"},
		"eights to be split into four hands, and the dealer busts": {strings.Fields("split split split stand stand stand stand"), "8.00", "win"},
		"a double that makes 21, and the dealer busts":             {[]string{"double"}, "4.00", "win"},
	}
	if len(examples) != len(played) {
		t.Fatalf("the rules page has %d examples, want %d", len(examples), len(played))
	}
	for _, example := range examples {
		want, ok := played[example[2]]
		if !ok {
			t.Errorf("unknown example %q", example[2])
			continue
		}
		p := open(t, engineOf(t, nil), "USD", "1.00", example[1])
		p.moves(want.moves...)
		if p.last.Status != games.Completed || p.last.Payout.String() != want.payout {
			t.Errorf("%s: %s, pays %s, want %s", example[2], p.last.Status, p.last.Payout, want.payout)
			continue
		}
		hands := p.last.Step.Outcome.(Outcome).Hands
		if got := string(hands[len(hands)-1].Result); got != want.last {
			t.Errorf("%s: the last hand's result is %s, want %s", example[2], got, want.last)
		}
	}
}
