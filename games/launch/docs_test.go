package launch

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"croupier/games/gamestest"
)

// TestDocs keeps the bands, the shapes and the examples of the rules page as the code has them.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/games/launch.md")
	if err != nil {
		t.Fatal(err)
	}
	engine := variant(t, "RTP_96")
	results, _, err := gamestest.Play(engine, usd, forced(t, engine, 9), betOf("1"), shotOf("62.0", "1800"))
	if err != nil {
		t.Fatal(err)
	}
	lines := []string{string(results[0].Outcome), string(results[1].Outcome)}
	for number, band := range bands {
		var pads []string
		for _, factor := range factors[number] {
			pads = append(pads, string(factor))
		}
		lines = append(lines, fmt.Sprintf("| %d | %s | %d | %d | %s |", number, band.Name, band.From/100, band.To/100, strings.Join(pads, ", ")))
	}
	for _, line := range lines {
		if !strings.Contains(string(page), "\n"+line+"\n") {
			t.Errorf("docs/games/launch.md lacks %s", line)
		}
	}
	for text, number := range map[string]int64{
		"× sine / 9,810,000 ": rangeScale, "cosine) / 39,240,000 ": apexScale, "times 1,000,000,": sineScale,
		"After the 10th shot": maxShots,
	} {
		if digits := strings.ReplaceAll(text, ",", ""); !strings.Contains(string(page), text) || !strings.Contains(digits, fmt.Sprint(number)) {
			t.Errorf("docs/games/launch.md lacks %q, which is %d", text, number)
		}
	}
}
