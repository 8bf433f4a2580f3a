package odds

import (
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"croupier/games/blackjack"
)

// The table of variants in the documentation, and what it says of the worst play, are what the embedded files say.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../../docs/blackjack-odds.md")
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	readJSON(t, "../variants.json", &rows)
	all := make(map[string]blackjack.Figures)
	readJSON(t, "../figures.json", &all)
	for _, r := range rows {
		findings := make(map[string]string)
		for _, f := range all[r.ID].Findings {
			findings[f.Name] = f.Value
		}
		want := fmt.Sprintf("| `%s` | %s | %s | %s |",
			r.ID, findings["commission"], findings["best play"], findings["basic strategy"])
		if !strings.Contains(string(page), want+"\n") {
			t.Errorf("docs/blackjack-odds.md lacks the line\n%s", want)
		}
	}
	lowest, ok := new(big.Rat).SetString(all["STANDARD"].Bounds.Lowest)
	if !ok {
		t.Fatal("STANDARD has no lowest return")
	}
	worst := lowest.Add(lowest, unseenByWorst).Mul(lowest, big.NewRat(100, 1)).FloatString(2)
	if want := "the worst play returns\n" + worst + " %"; !strings.Contains(string(page), want) {
		t.Errorf("docs/blackjack-odds.md does not say that %s", want)
	}
}
