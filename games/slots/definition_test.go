package slots

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"croupier/games"
)

// classic is a small machine with everything that a definition can have, for tests to spoil.
const classic = `{
  "game": "tiny", "version": 1, "name": "Tiny", "default": "A", "reels": 3, "rows": 2,
  "wild": "W", "wildMultiplier": 2, "scatter": "S",
  "symbols": [
    {"name": "W", "pays": {"3": 50}},
    {"name": "S", "pays": {"2": 1, "3": 2}},
    {"name": "cherry", "pays": {"1": 1, "2": 2, "3": 5}},
    {"name": "blank"}
  ],
  "paylines": [[0, 0, 0], [1, 1, 1], [0, 1, 0]],
  "freeSpins": {"awards": {"2": 3, "3": 5}, "multiplier": 2, "retriggers": 0},
  "maximumWin": 100,
  "limits": {"USD": {"min": 0.10, "max": 50}},
  "strips": {
    "A": [["W", "cherry", "blank"], ["S", "cherry", "blank"], ["S", "W", "cherry"]],
    "B": [["W", "cherry", "blank"], ["S", "cherry", "blank"], ["S", "cherry"]]
  },
  "freeSpinStrips": {"A": [["W", "cherry"], ["S", "cherry", "W"], ["S", "W", "cherry"]]}
}`

func parsed(t testing.TB, text string) *Definition {
	t.Helper()
	d, err := ParseDefinition([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// reparsed returns a definition as a file that holds it would give it.
func reparsed(t testing.TB, d *Definition) *Definition {
	t.Helper()
	return parsed(t, string(marshal(d)))
}

// mistakesOf returns the lines of what ParseDefinition finds wrong.
func mistakesOf(t testing.TB, text string) (lines []string) {
	t.Helper()
	_, err := ParseDefinition([]byte(text))
	var wrong *DefinitionError
	if !errors.As(err, &wrong) {
		t.Fatalf("%v is no DefinitionError", err)
	}
	for _, m := range wrong.Mistakes {
		lines = append(lines, m.String())
	}
	return lines
}

// TestMistakesAreNamed spoils a definition in every way and looks for the mistake, its place in particular. schema says whether the
// JSON Schema sees it too.
func TestMistakesAreNamed(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		from, to string
		want     string
		schema   bool
	}{
		{`"version": 1, `, ``, `version (line 1, column 1) is missing`, true},
		{`"version": 1`, `"version": 0`, `version (line 2, column 30) is 0, not a whole number from 1 to 1000000`, true},
		{`"version": 1`, `"version": 1.5`, `version (line 2, column 30) is 1.5, not a whole number`, true},
		{`"version": 1`, `"version": "1"`, `version (line 2, column 30) must be a number`, true},
		{`"game": "tiny"`, `"game": "Tiny!"`, `game (line 2, column 11) is "Tiny!", not an id`, true},
		{`"name": "Tiny"`, `"name": ""`, `name (line 2, column 41) has 0 characters`, true},
		{`"default": "A"`, `"default": "C"`, `default (line 2, column 60) is "C", of which there are no strips`, false},
		{`"default": "A", `, ``, `default (line 1, column 1) is missing: there are 2 variants`, false},
		{`"name": "Tiny"`, `"name": "Tiny", "aliases": ["tiny"]`, `aliases[0] (line 2, column 61) is an id of this game already`, false},
		{`"reels": 3`, `"reels": 2`, `reels (line 2, column 74) is 2, not a whole number from 3 to 6`, true},
		{`"rows": 2`, `"rows": 7`, `rows (line 2, column 85) is 7`, true},
		{`"wild": "W"`, `"wild": "X"`, `wild (line 3, column 11) is "X", which is no symbol`, false},
		{`"wild": "W"`, `"wild": null`, `wild (line 3, column 11) must be a string`, true},
		{`"wild": "W", `, ``, `wildMultiplier (line 3, column 21) is there without a wild`, true},
		{`"scatter": "S"`, `"scatter": "W"`, `scatter (line 3, column 48) is the wild too`, false},
		{`"wildMultiplier": 2`, `"wildMultiplier": 2, "wildMultiplierPer": "line"`, `wildMultiplierPer (line 3, column 58) is "line", not "wild" or "win"`, true},
		{`"game"`, `"gmae": 1, "game"`, `gmae (line 2, column 11) is an unknown field`, true},
		{`"version": 1`, `"version": 1, "version": 1`, `version (line 2, column 30) is there twice`, false},
		{`{"name": "blank"}`, `{"name": "cherry"}`, `symbols[3].name (line 8, column 14) is "cherry", the name of symbols[2]`, false},
		{`{"name": "blank"}`, `{"pays": {}}`, `symbols[3].name (line 8, column 5) is missing`, true},
		{`{"name": "blank"}`, `{"name": "bl ank"}`, `symbols[3].name (line 8, column 14) is "bl ank", not a name`, true},
		{`"W", "pays": {"3": 50}`, `"W", "pays": {"4": 50}`, `symbols[0].pays.4 (line 5, column 33) is a count that cannot be: 3 is the most`, false},
		{`"W", "pays": {"3": 50}`, `"W", "pays": {"03": 50}`, `symbols[0].pays.03 (line 5, column 34) is no count`, true},
		{`"W", "pays": {"3": 50}`, `"W", "pays": {"3": -5}`, `symbols[0].pays.3 (line 5, column 33) is -5, not a whole number from 1`, true},
		{`"W", "pays": {"3": 50}`, `"W", "pays": {"2": 50}`, `symbols[0].pays.3 (line 5, column 27) is missing: fewer of it pay`, false},
		{`"1": 1, "2": 2, "3": 5`, `"1": 1, "3": 5`, `symbols[2].pays.2 (line 7, column 32) is missing: fewer and more`, false},
		{`"1": 1, "2": 2, "3": 5`, `"1": 1, "2": 7, "3": 5`, `symbols[2].pays.3 (line 7, column 54) is 5, less than 2 of them`, false},
		{`"S", "pays": {"2": 1, "3": 2}`, `"S", "pays": {"7": 1}`, `symbols[1].pays.7 (line 6, column 33) is a count that cannot be: 6 is the most`, false},
		{`[0, 1, 0]`, `[0, 1]`, `paylines[2] (line 10, column 38) names a row on 2 reels, not 3`, true},
		{`[0, 1, 0]`, `[0, 2, 0]`, `paylines[2][1] (line 10, column 42) is row 2: the window has rows 0 to 1`, false},
		{`[0, 1, 0]`, `[1, 1, 1]`, `paylines[2] (line 10, column 38) is the same line as paylines[1]`, true},
		{`[[0, 0, 0], [1, 1, 1], [0, 1, 0]]`, `[]`, `paylines (line 10, column 15) has 0 lines, not 1 to 100`, true},
		{`[[0, 0, 0], [1, 1, 1], [0, 1, 0]]`, `{}`, `paylines (line 10, column 15) must be an array`, true},
		{`"scatter": "S",`, ``, `freeSpins (line 11, column 16) are there without a scatter`, true},
		{`"awards": {"2": 3, "3": 5}`, `"scatters": 2`, `freeSpins.award (line 11, column 16) is missing`, true},
		{`"awards": {"2": 3, "3": 5}`, `"award": 2`, `freeSpins.scatters (line 11, column 16) is missing`, true},
		{`"awards": {"2": 3, "3": 5}, `, ``, `freeSpins.awards (line 11, column 16) is missing, and so`, true},
		{`"awards": {"2": 3, "3": 5}`, `"awards": {"2": 3}, "scatters": 2, "award": 1`, `freeSpins.awards (line 11, column 27) is there beside`, true},
		{`"awards": {"2": 3, "3": 5}`, `"awards": {"2": 3, "4": 5}`, `freeSpins.awards.3 (line 11, column 27) is missing`, false},
		{`"awards": {"2": 3, "3": 5}`, `"scatters": 7, "award": 1`, `freeSpins.scatters (line 11, column 29) is 7: a window has 6 places`, false},
		{`"3": 5}, "multiplier": 2, "retriggers": 0`, `"3": 71}, "retriggers": 1`, `freeSpins (line 11, column 16) let a round have 5112 free spins`, false},
		{`"maximumWin": 100`, `"maximumWin": 0`, `maximumWin (line 12, column 17) is 0`, true},
		{`"USD"`, `"USDX"`, `limits.USDX (line 13, column 22) is no currency`, false},
		{`"min": 0.10`, `"min": 0.101`, `limits.USD.min (line 13, column 29) must have at most 2 decimals`, false},
		{`"min": 0.10`, `"min": 60`, `limits.USD (line 13, column 21) is from 60 to 50`, false},
		{`"strips": {`, `"strips": {"A!": [],`, `strips."A!" (line 14, column 20) is no id of 1 to 32`, true},
		{`["S", "W", "cherry"]],`, `["S", "W", "banana"]],`, `strips.A[2][2] (line 15, column 74) is "banana", which is no symbol`, false},
		{`["S", "W", "cherry"]],`, `["S", "W", 7]],`, `strips.A[2][2] (line 15, column 74) must be a string`, true},
		{`["S", "W", "cherry"]],`, `["S"]],`, `strips.A[2] (line 15, column 63) has 1 stops, not 2 to 256`, false},
		{`, ["S", "W", "cherry"]],`, `],`, `strips.A (line 15, column 10) has 2 reels, not 3`, true},
		{`"freeSpinStrips": {"A"`, `"freeSpinStrips": {"C"`, `freeSpinStrips.C (line 18, column 27) is of a variant without strips`, false},
		{`"3": 50`, `"3": 1000000`, ``, false},
	} {
		spoiled := strings.Replace(classic, test.from, test.to, 1)
		if spoiled == classic {
			t.Fatalf("nothing to replace: %s", test.from)
		}
		if said := schemaSays([]byte(spoiled)); (said != "") != test.schema {
			t.Errorf("%s: the schema says %q", test.to, said)
		}
		if test.want == "" {
			parsed(t, spoiled)
			continue
		}
		if found := mistakesOf(t, spoiled); len(found) != 1 || !strings.HasPrefix(found[0], test.want) {
			t.Errorf("%s:\ngot  %s\nwant %s", test.to, strings.Join(found, "\n     "), test.want)
		}
	}
}

// TestEveryMistakeAtOnce makes sure that a file is not mended one error at a time.
func TestEveryMistakeAtOnce(t *testing.T) {
	t.Parallel()
	spoiled := strings.NewReplacer(`"version": 1`, `"version": []`, `[0, 1, 0]`, `[0, 9, "x"]`, `"W", "cherry", "blank"`, `"W", "banana", "kiwi"`,
		`"USD"`, `"XXX"`, `"multiplier": 2`, `"multiplier": 0`).Replace(classic)
	want := []string{"version ", "paylines[2][1] ", "paylines[2][2] ", "freeSpins.multiplier ", "limits.XXX ",
		"strips.A[0][1] ", "strips.A[0][2] ", "strips.B[0][1] ", "strips.B[0][2] "}
	found := mistakesOf(t, spoiled)
	if len(found) != len(want) {
		t.Fatalf("found\n%s", strings.Join(found, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(found[i], want[i]) {
			t.Errorf("mistake %d is %s, want %s", i, found[i], want[i])
		}
	}
}

func TestSyntaxErrorsHaveAPlace(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		``:                               `the file (line 1, column 1) ends too early`,
		`{`:                              `the file (line 1, column 2) ends too early`,
		"{\n  \"game\": tiny}":           `the file (line 2, column 12) is not valid JSON here`,
		"{\n  \"näme\": 1,\n  'x': 2\n}": `the file (line 3, column 3) is not valid JSON here`,
		`[]`:                             `the file (line 1, column 1) must be an object`,
		classic + "\n{}":                 `the file (line 20, column 1) goes on after its end`,
		"{\"game\": \"\xff\"}":           `the file (line 1, column 11) is not valid JSON here`,
	} {
		if found := mistakesOf(t, text); !strings.HasPrefix(found[0], want) {
			t.Errorf("%q:\ngot  %s\nwant %s", text, found[0], want)
		}
	}
}

// TestWinsThatCannotBeCounted checks that no sum of wins can overflow.
func TestWinsThatCannotBeCounted(t *testing.T) {
	t.Parallel()
	grand := strings.NewReplacer(`"3": 50`, `"3": 1000000`, `"3": 5}}`, `"3": 1000000}}`, `"wildMultiplier": 2`, `"wildMultiplier": 100`).Replace(classic)
	parsed(t, grand)
	endless := strings.Replace(grand, `"maximumWin": 100,`, ``, 1)
	if found := mistakesOf(t, endless); !strings.HasPrefix(found[0], "symbols (line 4, column 14) let a round win") {
		t.Error(found)
	}
	single := strings.Replace(grand, `"multiplier": 2`, `"multiplier": 1000`, 1)
	if found := mistakesOf(t, single); !strings.HasPrefix(found[0], "symbols (line 4, column 14) let one spin win") {
		t.Error(found)
	}
}

// TestDefinitionFiles parses every definition that we ship, and has the schema agree.
func TestDefinitionFiles(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.slots.json")
	if err != nil || len(files) < 2 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range append(files, "slots.json") {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		game, err := GameOf(parsed(t, string(text)))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		if _, err := games.NewCatalogue(game); err != nil {
			t.Errorf("%s: %v", file, err)
		}
		if said := schemaSays(text); said != "" {
			t.Errorf("%s: the schema says %s", file, said)
		}
	}
}

// TestSchemaAcceptsWhatTheParserAccepts spoils a definition at random: what the schema refuses, the parser must refuse too.
func TestSchemaAcceptsWhatTheParserAccepts(t *testing.T) {
	t.Parallel()
	values := []string{`0`, `1`, `2`, `7`, `37`, `-1`, `1.5`, `""`, `"W"`, `"S"`, `"A"`, `"cherry"`, `null`, `true`, `[]`, `{}`, `[0,0,0]`, `{"1":1}`}
	rapid.Check(t, func(t *rapid.T) {
		document, _ := decodeJSON([]byte(classic))
		for range rapid.IntRange(1, 3).Draw(t, "changes") {
			value, _ := decodeJSON([]byte(rapid.SampledFrom(values).Draw(t, "value")))
			spoil(t, document, value)
		}
		text, err := json.Marshal(document)
		if err != nil {
			t.Fatal(err)
		}
		said := schemaSays(text)
		if _, err := ParseDefinition(text); err == nil && said != "" {
			t.Fatalf("the parser accepts what the schema refuses for %s: %s", said, text)
		}
	})
}

// spoil replaces or removes something in a document.
func spoil(t *rapid.T, document, value any) {
	switch at := document.(type) {
	case map[string]any:
		if len(at) == 0 {
			return
		}
		name := rapid.SampledFrom(sortedNames(at)).Draw(t, "name")
		switch rapid.IntRange(0, 5).Draw(t, "how") {
		case 0:
			delete(at, name)
		case 1:
			at[name] = value
		default:
			spoil(t, at[name], value)
		}
	case []any:
		if len(at) == 0 {
			return
		}
		i := rapid.IntRange(0, len(at)-1).Draw(t, "index")
		if rapid.Bool().Draw(t, "replace") {
			at[i] = value
		} else {
			spoil(t, at[i], value)
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

// FuzzParseDefinition throws texts at the parser: it refuses with places, or gives a machine that plays and computes.
func FuzzParseDefinition(f *testing.F) {
	for _, seed := range []string{classic, `{}`, `[`, `{"game":{}}`, `{"strips":{"A":[[1]]}}`, `{"freeSpins":{"awards":{"x":1}}}`, string(builtIn)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := ParseDefinition(text)
		if err != nil {
			var wrong *DefinitionError
			if !errors.As(err, &wrong) || len(wrong.Mistakes) == 0 || wrong.Mistakes[0].Line < 1 || wrong.Mistakes[0].Column < 1 {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		for _, variant := range d.variants() {
			engine, err := New(d, variant)
			if err != nil {
				t.Fatal(err)
			}
			if rtp := engine.machine.exactReturn().Total; rtp.Sign() < 0 {
				t.Fatalf("returns %s", rtp)
			}
			playSome(t, engine, 3)
		}
	})
}

func marshal(d *Definition) []byte {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return text
}
