package slots

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestParseDefinitionNamesMistakes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		spoil func(*Definition)
		want  string
	}{
		{"no symbols", func(d *Definition) { d.Symbols = nil }, "wild and scatter"},
		{"one symbol for both", func(d *Definition) { d.Scatter = d.Wild }, "wild and scatter"},
		{"a symbol twice", func(d *Definition) { d.Symbols = append(d.Symbols, d.Symbols[3]) }, "empty or taken"},
		{"a pay of six", func(d *Definition) { d.Symbols[0].Pays[6] = 1 }, "out of range"},
		{"a pay of nothing", func(d *Definition) { d.Symbols[0].Pays[3] = 0 }, "out of range"},
		{"better than the wild", func(d *Definition) { d.symbol("seven").Pays[5] = 5001 }, "more than as many wilds"},
		{"no lines", func(d *Definition) { d.Paylines = nil }, "0 paylines"},
		{"a short line", func(d *Definition) { d.Paylines[6] = []int{1, 1, 1, 1} }, "payline 7"},
		{"a line below the window", func(d *Definition) { d.Paylines[6][2] = 3 }, "payline 7"},
		{"the same line twice", func(d *Definition) { d.Paylines[6] = d.Paylines[2] }, "payline 7"},
		{"no free spins", func(d *Definition) { d.FreeSpins.Award = 0 }, "freeSpins"},
		{"free spins for nothing", func(d *Definition) { d.FreeSpins.Scatters = 2 }, "2 scatters win free spins but pay nothing"},
		{"no variants", func(d *Definition) { d.Strips = nil }, "no variant"},
		{"four reels", func(d *Definition) { d.Strips["RTP_96"] = d.Strips["RTP_96"][:4] }, "RTP_96 has 4 reels"},
		{"a short strip", func(d *Definition) { d.Strips["RTP_96"][2] = Strip{"cherry"} }, "RTP_96, reel 3: 1 stops"},
		{"an unknown symbol", func(d *Definition) { d.Strips["RTP_96"][2][0] = "banana" }, "banana"},
		{"two scatters at once", func(d *Definition) {
			strip := d.Strips["RTP_96"][2]
			strip[0], strip[len(strip)-2] = "scatter", "scatter"
		}, "two scatters at once"},
		{"endless wins", func(d *Definition) {
			d.FreeSpins.Award, d.FreeSpins.Multiplier = maxAward, maxMultiplier
			d.Symbols[0].Pays[5] = maxPay
		}, "beyond what can be counted"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d, err := BuiltIn()
			if err != nil {
				t.Fatal(err)
			}
			test.spoil(d)
			text, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := ParseDefinition(text); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("%v, want %q in it", err, test.want)
			}
		})
	}
}

func TestParseDefinitionIsStrict(t *testing.T) {
	t.Parallel()
	for _, text := range []string{``, `{}`, `[]`, `{"gmae": "slots"}`, string(builtIn) + `{}`} {
		if _, err := ParseDefinition([]byte(text)); err == nil {
			t.Errorf("accepted %.20q", text)
		}
	}
}

func TestNewKnowsItsVariants(t *testing.T) {
	t.Parallel()
	d, err := BuiltIn()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := New(d, "RTP_95"); err == nil {
		t.Error("made an engine of a variant that there is not")
	}
}
