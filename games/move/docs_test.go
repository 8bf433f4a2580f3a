package move

import (
	"fmt"
	"math/big"
	"os"
	"strings"
	"testing"

	"croupier/games/gamestest"
)

// TestDocs keeps the tables, the shapes and the examples of the rules page as the code has them.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/games/move.md")
	if err != nil {
		t.Fatal(err)
	}
	engine := variant(t, "RTP_96")
	results, _, err := gamestest.Play(engine, usd, forced(t, engine, [2]int{12, 4}), betOf("1"), moveOf(20, 0), moveOf(30, -30))
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, result := range results {
		texts = append(texts, "\n"+string(result.Outcome)+"\n")
	}
	for _, n := range []int{1, 2, 3, 5, 10, 20, 30, 40, lastCell} {
		percent := new(big.Rat).Mul(chanceOf(n), big.NewRat(100, 1))
		texts = append(texts, fmt.Sprintf("\n| %d | %s %% | %s× |\n", n, percent.FloatString(3), newMove(96).values[n]))
	}
	for _, percent := range []int64{92, 94, 96, 97} {
		texts = append(texts, fmt.Sprintf(" %s× with `RTP_%d`", newMove(percent).Most(), percent))
	}
	texts = append(texts, fmt.Sprintf("A round has %d moves.", maxMoves), fmt.Sprintf("**The %dth opened cell ends", lastCell),
		fmt.Sprintf("(%d − n) / (%d − n)", covered, safe), fmt.Sprintf("from %s to %s.\n", signed(-longest), signed(longest)))
	for _, text := range texts {
		if !strings.Contains(string(page), text) {
			t.Errorf("docs/games/move.md lacks %q", text)
		}
	}
}
