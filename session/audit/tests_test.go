package audit

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/slots"
)

// variantOf returns what a report knows of a game's default variant.
func variantOf(t *testing.T, id string) (*GameReport, games.Variant) {
	t.Helper()
	game, ok := newCatalogue(t).Lookup(id)
	if !ok {
		t.Fatalf("no %s", id)
	}
	variant, _ := game.Variant(game.Default)
	return &GameReport{Game: id, Variant: variant.ID, rulesHash: variant.RulesHash}, variant
}

// spun are spins of the real machine on so many lines.
func spun(t *testing.T, variant games.Variant, lines, rounds int, seed uint64) *tally {
	t.Helper()
	one, draws := newTally(), fairness.NewSimulation(seed)
	usd := testUSD(t)
	payload := fmt.Appendf(nil, `{"action":"spin","betPerLine":0.05,"activePaylines":%d}`, lines)
	for range rounds {
		result, err := games.Play(variant.Engine, games.Round{Currency: usd}, nil, games.Action{Name: "spin", Payload: payload}, draws)
		if err != nil {
			t.Fatal(err)
		}
		rec := games.Record{GameID: "slots", Actions: []games.RecordedAction{{Payload: payload, Outcome: result.Outcome}}}
		payout, _ := result.Payout.Int64()
		stake, _ := result.Stake.Int64()
		one.slots(&rec, payout, stake)
	}
	return one
}

// judged tests a tally alone.
func judged(g *GameReport, t *tally, engine games.Engine) (*Report, *findings) {
	r, found := &Report{}, &findings{}
	r.tests(g, t, engine)
	r.judgeTests(found)
	return r, found
}

func (r *Report) testNamed(t *testing.T, name string) *Test {
	t.Helper()
	i := slices.IndexFunc(r.Tests, func(one Test) bool { return one.Name == name })
	if i < 0 {
		t.Fatalf("no test %q: %+v, not tested %+v", name, r.Tests, r.Untested)
	}
	return &r.Tests[i]
}

// The payouts of a fair machine pass, on any number of lines; those of a machine that pays what it says, but not as often, are found.
func TestPayoutsOfSlots(t *testing.T) {
	t.Parallel()
	g, variant := variantOf(t, "slots")
	for _, lines := range []int{1, 20} {
		name := fmt.Sprintf("payouts, %d lines", lines)
		fair := spun(t, variant, lines, 30_000, uint64(lines))
		r, found := judged(g, fair, variant.Engine)
		one := r.testNamed(t, name)
		if one.P < 1e-4 || one.Verdict == notChance || found.overall != 0 || one.Samples != 30_000 || one.Freedom < 5 || len(one.deviances) != one.Freedom+1 {
			t.Errorf("%+v, %+v", one, found.kept)
		}
		// Every sixth of the larger wins is another loss.
		for s, n := range fair.spins {
			if s.win > int64(lines) {
				fair.spins[s] -= n / 6
				fair.spins[spin{lines, 0}] += n / 6
			}
		}
		r, _ = judged(g, fair, variant.Engine)
		if one = r.testNamed(t, name); one.Verdict == asExpected {
			t.Errorf("a sixth of the wins is missing: %+v", one)
		}
		// And free spins come twice as often.
		fair.spins[spin{lines, withFree}] *= 2
		if r, found = judged(g, fair, variant.Engine); found.counts[checkChance] != 1 || r.testNamed(t, name).Verdict != notChance {
			t.Errorf("free spins come twice as often: %+v", r.testNamed(t, name))
		}
	}
	few := spun(t, variant, 3, 30, 1)
	if r, _ := judged(g, few, variant.Engine); !slices.ContainsFunc(r.Untested, func(u Untested) bool { return u.What == "payouts, other numbers of lines" }) {
		t.Errorf("30 rounds: %+v, not tested %+v", r.Tests, r.Untested)
	}
}

// What a machine of another variant paid is not what this one pays.
func TestPayoutsOfAnotherVariant(t *testing.T) {
	t.Parallel()
	g, variant := variantOf(t, "slots")
	game, _ := newCatalogue(t).Lookup("slots")
	other := game.Variants[slices.IndexFunc(game.Variants, func(v games.Variant) bool { return v.ID == "RTP_92" })]
	if other.ID == variant.ID {
		t.Fatal("it is the same")
	}
	if r, found := judged(g, spun(t, other, 20, 40_000, 1), variant.Engine); found.counts[checkChance] != 1 {
		t.Errorf("%+v", r.Tests)
	}
	if _, ok := variant.Engine.(*slots.Engine); !ok {
		t.Errorf("the engine is a %T", variant.Engine)
	}
}

func TestPayoutsOfDice(t *testing.T) {
	t.Parallel()
	g, variant := variantOf(t, "dice")
	one, draws := newTally(), fairness.NewSimulation(5).Stream("")
	usd := testUSD(t)
	sim := fairness.NewSimulation(6)
	for range 20_000 {
		chance := []string{"50.00", "1.00", "98.00"}[draws.Intn(3)]
		if draws.Intn(10) == 0 {
			chance = fmt.Sprintf("%d.%02d", 1+draws.Intn(97), draws.Intn(100))
		}
		payload := []byte(`{"action":"roll","amount":0.07,"chance":` + chance + `}`)
		result, err := games.Play(variant.Engine, games.Round{Currency: usd}, nil, games.Action{Name: "roll", Payload: payload}, sim)
		if err != nil {
			t.Fatal(err)
		}
		one.dice(&games.Record{Actions: []games.RecordedAction{{Outcome: result.Outcome}}})
	}
	r, found := judged(g, one, variant.Engine)
	if test := r.testNamed(t, "payouts"); found.overall != 0 || test.P < 1e-4 || test.Samples != 20_000 || test.Freedom != 4 {
		t.Errorf("%+v", test) // three chances by themselves, and all others
	}
	if test := r.testNamed(t, "rolls"); test.P < 1e-4 || test.Freedom != rollBins-1 {
		t.Errorf("%+v", test)
	}
	b := one.bets[5000]
	one.bets[5000] = bets{b.won - 300, b.lost + 300}
	if _, found = judged(g, one, variant.Engine); found.counts[checkChance] != 0 {
		t.Errorf("300 of some 6000 are no certainty: %+v", found.kept)
	}
	one.bets[5000] = bets{b.won - 600, b.lost + 600}
	if _, found = judged(g, one, variant.Engine); found.counts[checkChance] != 1 {
		t.Errorf("every fifth win is missing: %+v", found.kept)
	}
}

// Draws of every number of values are tested by their exact chances, in one sum.
func TestDraws(t *testing.T) {
	t.Parallel()
	var fair, biased draws
	stream := fairness.NewSimulation(3).Stream("")
	for range 5000 {
		for _, n := range []uint64{1, 2, 3, 19, 20, 21, 100, 101, 1 << 32} {
			v := stream.Intn(n)
			fair.add(n, v)
			if n == 101 && v == 7 && stream.Intn(2) == 0 {
				v = 50
			}
			if n == 19 && v == 3 {
				v = stream.Intn(n)
			}
			biased.add(n, v)
		}
	}
	var both draws
	both.merge(&fair)
	both.merge(&fair)
	g := &GameReport{Game: "any"}
	r, found := &Report{}, &findings{}
	for _, d := range []*draws{&fair, &biased, &both} {
		r.testDraws(g, d)
	}
	r.judgeTests(found)
	const freedom = 1 + 2 + 18 + 19 + 20 + 63*3
	for i, verdict := range []string{asExpected, notChance} {
		if one := &r.Tests[i]; one.Verdict != verdict || one.Freedom != freedom || one.Samples != 40_000 || len(one.deviances) != 8 {
			t.Errorf("%+v", one)
		}
	}
	if r.Tests[2].Samples != 80_000 || math.Abs(r.Tests[2].Statistic-2*r.Tests[0].Statistic) > 1e-6 {
		t.Errorf("twice the same: %+v, once %+v", r.Tests[2], r.Tests[0])
	}
	for _, n := range []uint64{2, 19, 20, 21, 101, 333} {
		kind, sum := both.kind(n), 0.0
		for _, p := range kind.chances() {
			sum += p
		}
		var exact []int64
		for range kind.counts {
			exact = append(exact, 0)
		}
		for v := range n {
			exact[v*uint64(len(exact))/n]++
		}
		for i, p := range kind.chances() {
			if math.Abs(p*float64(n)-float64(exact[i])) > 1e-9 || math.Abs(sum-1) > 1e-9 {
				t.Errorf("of %d values, class %d has %v, not %d", n, i, p*float64(n), exact[i])
			}
		}
	}
}

// The p-values of fair counts are as they should be, pooled small classes included, so that no audit of a fair house fails: of many thousand
// tests none is beyond all chance, and one of a hundred is below a hundredth.
func TestFairCountsPass(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(1, 2))
	chances := []float64{0.7, 0.2, 0.05, 0.02, 0.01, 0.01, 0.005, 0.003, 0.001, 0.0005, 0.0004, 0.0001}
	const tests = 20_000
	below, least := 0, 1.0
	for range tests {
		observed := make([]int64, len(chances))
		for range 200 + rng.IntN(400) {
			x, class := rng.Float64(), 0
			for ; class < len(chances)-1 && x >= chances[class]; class++ {
				x -= chances[class]
			}
			observed[class]++
		}
		c := countsOf(observed, chances).pooled()
		if slices.Min(c.expected) < leastExpected {
			t.Fatalf("%v is expected", slices.Min(c.expected))
		}
		statistic, freedom, _, _ := c.statistic()
		p := pValue(statistic, freedom)
		least = min(least, p)
		if p < 0.01 {
			below++
		}
	}
	t.Logf("the least p-value is %g, %d of %d are below a hundredth", least, below, tests)
	if least < 1e-7 || below < tests/200 || below > tests/50 {
		t.Errorf("the least p-value is %g, %d of %d are below a hundredth", least, below, tests)
	}
}

// An export of a generated house passes all its tests, and its report says what was not tested.
func TestTestsOfAnExport(t *testing.T) {
	t.Parallel()
	catalogue := newCatalogue(t)
	var text bytes.Buffer
	if err := generate(catalogue, &text, 3000); err != nil {
		t.Fatal(err)
	}
	r, err := Run(t.Context(), &text, Options{Catalogue: catalogue})
	if err != nil {
		t.Fatal(err)
	}
	if !r.OK || len(r.Tests) != 3 || r.testNamed(t, "payouts, 20 lines").Samples != 3000 || r.testNamed(t, "draws").Freedom != 31 || r.testNamed(t, "words").Freedom != 255 {
		t.Errorf("%d draws, %d words, %d tests, not tested %+v, %+v", r.testNamed(t, "draws").Freedom, r.testNamed(t, "words").Freedom, len(r.Tests), r.Untested, r.Differences)
	}
}
