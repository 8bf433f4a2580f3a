package blackjack

import (
	"strings"
	"testing"
)

// TestChartsAreWrittenAsTheyAreRead reads what is embedded and writes it again.
func TestChartsAreWrittenAsTheyAreRead(t *testing.T) {
	t.Parallel()
	for _, v := range Variants() {
		text, err := computed.ReadFile("charts/" + v.ID + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		var rows strings.Builder
		for line := range strings.Lines(string(text)) {
			if !strings.HasPrefix(line, "#") {
				rows.WriteString(line)
			}
		}
		if got := v.Chart.String(); got != rows.String() {
			t.Errorf("%s is written as\n%s", v.ID, got)
		}
	}
}

func TestChartsWithMistakes(t *testing.T) {
	t.Parallel()
	good := Variants()[0].Chart.String()
	for name, change := range map[string]func(string) string{
		"empty":             func(string) string { return "" },
		"no pairs":          func(s string) string { return s[:strings.Index(s, "pair")] },
		"a missing row":     func(s string) string { return strings.Replace(s, "\n20 ", "\n# ", 1) },
		"a missing cell":    func(s string) string { return strings.Replace(s, "S  S\n", "S\n", 1) },
		"a cell too many":   func(s string) string { return strings.Replace(s, "S\n", "S  S\n", 1) },
		"an unknown letter": func(s string) string { return strings.Replace(s, "S\n", "X\n", 1) },
		"an unknown pair":   func(s string) string { return s[:len(s)-2] + "X\n" },
		"split of a total":  func(s string) string { return strings.Replace(s, "S\n", "P\n", 1) },
		"other columns":     func(s string) string { return strings.Replace(s, "T  A\n", "A  T\n", 1) },
		"something after":   func(s string) string { return s + "end\n" },
	} {
		text := change(good)
		if text == good {
			t.Fatalf("%s: nothing was changed", name)
		}
		if _, err := ParseChart(text); err == nil {
			t.Errorf("%s: not noticed", name)
		}
	}
	if again, err := ParseChart("# a comment\n\n" + good); err != nil || *again != *Variants()[0].Chart {
		t.Errorf("comments: %v", err)
	}
}

// TestDecide asks a chart of every kind of decision, where the rules allow it and where not.
func TestDecide(t *testing.T) {
	t.Parallel()
	chart := new(Chart)
	for up := 1; up <= 10; up++ {
		for total := LowestHard; total <= HighestHard; total++ {
			chart.Hard[total][up] = StandOn
		}
		for total := LowestSoft; total <= HighestSoft; total++ {
			chart.Soft[total][up] = HitIt
		}
		chart.Hard[5][up], chart.Hard[11][up], chart.Hard[12][up], chart.Hard[16][up] = HitIt, DoubleOrHit, SurrenderHit, SurrenderStand
		chart.Soft[18][up] = DoubleOrStand
		chart.Pair[1][up], chart.Pair[8][up], chart.Pair[9][up], chart.Pair[10][up] = SplitIt, SurrenderSplit, SplitIt, HitIt
		chart.Pair[2][up], chart.Pair[7][up] = DoubleOrHit, SurrenderSplit
	}
	noSurrender := func(r *Rules) { r.LateSurrender = false }
	neither := func(r *Rules) { r.LateSurrender, r.MaxHands = false, 2 }
	noDouble := func(r *Rules) { r.DoubleOn = TenToEleven }
	again := func(r *Rules) { r.ResplitAces = true }
	for _, test := range []struct {
		name         string
		rules        func(*Rules)
		cards, moves string
		want         Move
	}{
		{"insurance", nil, "T A 9 9", "", Decline},
		{"hit", nil, "2 7 3 T", "", Hit},
		{"stand", nil, "T 7 9 T", "", Stand},
		{"double", nil, "5 7 6 T", "", Double},
		{"double, else hit", nil, "2 7 3 T 6", "h", Hit},
		{"double a soft hand", nil, "A 7 7 T", "", Double},
		{"double, else stand", noDouble, "A 7 7 T", "", Stand},
		{"surrender", nil, "T 7 2 T", "", Surrender},
		{"surrender, else hit", noSurrender, "T 7 2 T", "", Hit},
		{"surrender, else stand", noSurrender, "T 7 6 T", "", Stand},
		{"surrender a pair", nil, "8 7 8 T", "", Surrender},
		{"surrender a pair, else split", noSurrender, "8 7 8 T", "", Split},
		{"surrender a pair, else split, else the total", neither, "8 7 8 T 8", "p", Stand},
		{"split", nil, "9 7 9 T", "", Split},
		{"split, else the total", neither, "9 7 9 T 9", "p", Stand},
		{"a pair that is not split", nil, "T 7 K T", "", Hit},
		{"double a pair, whatever its total says", nil, "2 7 2 T", "", Double},
		{"double a pair, else hit, whatever its total says", noDouble, "2 7 2 T", "", Hit},
		{"surrender a pair, whatever its total says", nil, "7 7 7 T", "", Surrender},
		{"a pair by its total", nil, "6 7 6 T", "", Surrender},
		{"a split ace", again, "A 7 A T A", "p", Split},
	} {
		table := NewTable(switched(test.rules), Stacked(spades(t, test.cards)...))
		table.Deal(true)
		for _, letter := range test.moves {
			if err := table.Play(moveLetters[letter]); err != nil {
				t.Fatal(err)
			}
		}
		if got := chart.Decide(table); got != test.want || !table.Allowed().Has(got) {
			t.Errorf("%s: move %d, want %d", test.name, got, test.want)
		}
	}
}
