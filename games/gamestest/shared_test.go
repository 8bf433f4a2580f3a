package gamestest

import (
	"encoding/json"
	"math/big"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"croupier/fairness"
	"croupier/games"
	"croupier/wallet/money"
)

func TestAnyLegalClimb(t *testing.T) {
	t.Parallel()
	LegalPlay{
		Game: Game(), Steps: topRung,
		Outcome: func(t *rapid.T) string {
			return rapid.SampledFrom([]string{"", `{"fallOnRung":null}`}).Draw(t, "outcome")
		},
		Step: func(*rapid.T, json.RawMessage) string { return `{"action":"climb"}` },
	}.Check(t)
}

func TestAWinIsPaidToTheMinorUnit(t *testing.T) {
	t.Parallel()
	usd := round(t).Currency
	cents := func(n int64) money.Amount { return money.New(usd, n) }
	for name, test := range map[string]struct {
		win    games.Win
		payout int64
		fine   bool
	}{
		"rounded down":        {games.Win{Of: cents(7), Multiple: 150_000_000}, 10, true},
		"rounded up":          {games.Win{Of: cents(7), Multiple: 150_000_000}, 11, true},
		"a cent too much":     {games.Win{Of: cents(7), Multiple: 150_000_000}, 12, false},
		"a cent too little":   {games.Win{Of: cents(7), Multiple: 150_000_000}, 9, false},
		"a loss":              {games.Win{}, 0, true},
		"a loss that pays":    {games.Win{}, 1, false},
		"of another bet":      {games.Win{Of: cents(8), Multiple: 150_000_000}, 11, false},
		"above the maximum":   {games.Win{Of: cents(7), Multiple: 250_000_000}, 17, false},
		"below zero":          {games.Win{Of: cents(7), Multiple: -1}, 0, false},
		"with something else": {games.Win{Of: cents(7), Multiple: 100_000_000, Side: cents(1)}, 7, false},
	} {
		found := complaints(func(found T) {
			checkWin(found, games.Result{Step: games.Step{Win: test.win}, Payout: cents(test.payout)}, cents(7), 2*games.MultipleUnit)
		})
		if (found == "") != test.fine {
			t.Errorf("%s: %q", name, found)
		}
	}
}

// Simulate and CheckAnalysis complain of figures that are wrong, and of no others.
func TestWrongFiguresAreFound(t *testing.T) {
	t.Parallel()
	v := Variant(t, Game(), "RTP_96")
	for name, test := range map[string]struct {
		change         func(a *games.Analysis)
		played, looked string // what Simulate and CheckAnalysis complain of
	}{
		"nothing":       {func(*games.Analysis) {}, "", ""},
		"the return":    {func(a *games.Analysis) { a.Outlooks[0].Return = games.Exactly(big.NewRat(90, 100)) }, "first-step returns", "RTP is"},
		"the chance":    {func(a *games.Analysis) { a.Outlooks[0].HitFrequency = games.Exactly(big.NewRat(52, 100)) }, "first-step pays", ""},
		"the maximum":   {func(a *games.Analysis) { a.Outlooks[0].MaximumWin = games.Exactly(big.NewRat(19, 10)) }, "won 2 at most", ""},
		"the name":      {func(a *games.Analysis) { a.Outlooks[0].Strategy = "second-step" }, "maximum of second-step", "is of second-step"},
		"the bounds":    {func(a *games.Analysis) { a.Bounds.Lowest = big.NewRat(97, 100) }, "", "outside the bounds"},
		"the highest":   {func(a *games.Analysis) { a.Bounds.Highest = big.NewRat(97, 100) }, "", "returns more than"},
		"the cap":       {func(a *games.Analysis) { a.Cap.Most = games.MultipleUnit }, "", "above the maximum win"},
		"an outlook":    {func(a *games.Analysis) { a.Outlooks = a.Outlooks[:1] }, "", "1 outlooks"},
		"a bounded one": {func(a *games.Analysis) { a.Outlooks[1].Return.High = big.NewRat(1, 1) }, "", "outlook 1"},
	} {
		a := Analyse(t, v)
		test.change(&a)
		played := complaints(func(found T) {
			simulate(found, v.Engine.(games.Analyst).Strategies()[0], a.Outlooks[0], 20_000, fairness.NewSimulation(1))
		})
		looked := complaints(func(found T) { CheckAnalysis(found, v, a) })
		if (played == "") != (test.played == "") || !strings.Contains(played, test.played) {
			t.Errorf("%s: played, %q", name, played)
		}
		if (looked == "") != (test.looked == "") || !strings.Contains(looked, test.looked) {
			t.Errorf("%s: looked at, %q", name, looked)
		}
	}
}

// A page is held to what the game does with its examples.
func TestExamplesArePlayed(t *testing.T) {
	t.Parallel()
	climb := func(outcome, steps string) Table {
		at := Open(t, ladder, Forced(t, ladder, outcome))
		for range strings.Fields(steps) {
			if err := at.Act("climb", "{}"); err != nil {
				t.Fatal(err)
			}
		}
		return at
	}
	for rows, want := range map[string]string{
		"| `{\"fallOnRung\":null}` | up | 2 |\n| `{\"fallOnRung\":2}` | up up | lost |": "",
		"| `{\"fallOnRung\":null}` | up up | 2 |\n| `{\"fallOnRung\":2}` | up | 2 |":    "not 2",
		"| `{\"fallOnRung\":null}` | up | lost |\n| `{\"fallOnRung\":2}` | up | 2 |":    "is not lost",
		"| `{\"fallOnRung\":null}` | up | 2 |":                                          "has 1 examples",
	} {
		found := complaints(func(found T) { CheckExamples(found, rows, "fallOnRung", 2, climb) })
		if (found == "") != (want == "") || !strings.Contains(found, want) {
			t.Errorf("%s: %q", rows, found)
		}
	}
}

func TestAStateThatIsTakenIsFound(t *testing.T) {
	t.Parallel()
	at := Open(t, ladder, fairness.NewSimulation(1))
	good := string(at.Last.State)
	found := complaints(func(found T) { RefusesState(found, at, good, ActionOf(`{"action":"climb"}`)) })
	if strings.Count(found, "no StateError") != 4 {
		t.Errorf("%q", found)
	}
	found = complaints(func(found T) { Changed(found, good, [][2]string{{"falcon", "kestrel"}}) })
	if !strings.Contains(found, "does not change") {
		t.Errorf("%q", found)
	}
}
