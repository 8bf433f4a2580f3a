package audit

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"croupier/games"
	"croupier/games/slots"
)

// Test is a chi-squared test of counts whose chances are known exactly.
type Test struct {
	Name      string  `json:"name"`
	Game      string  `json:"game"`
	What      string  `json:"what"`
	Samples   int64   `json:"samples"`
	Statistic float64 `json:"statistic"`
	Freedom   int     `json:"freedom"`
	P         float64 `json:"p"`
	Verdict   string  `json:"verdict"` // "as expected", "unusual", or "not chance", which is a difference
	deviances []float64
}

// Untested is what of a variant no test was made of, and why.
type Untested struct {
	Game string `json:"game"`
	What string `json:"what"`
	Why  string `json:"why"`
}

// What a test's p-value means. There are many tests in a report, so that one of them is below a hundredth in most reports: what is below a
// hundredth of a report is unusual, and worth a look with more rounds. What fails an audit must be beyond all chance, also where counts are
// small and the statistic is distributed as chi-squared only nearly.
const (
	unusualReport = 0.01
	impossible    = 1e-12

	asExpected = "as expected"
	unusual    = "unusual"
	notChance  = "not chance"
)

// leastExpected is how many must be expected of a class. Classes with less are pooled.
const leastExpected = 10

// counts are observed numbers of classes, and what is expected of them. All in all as many are expected as were observed.
type counts struct {
	observed []int64
	expected []float64
}

func countsOf(observed []int64, chances []float64) counts {
	var n int64
	for _, o := range observed {
		n += o
	}
	c := counts{observed: observed, expected: make([]float64, len(chances))}
	for i, chance := range chances {
		c.expected[i] = chance * float64(n)
	}
	return c
}

// pooled joins each class of which too little is expected with those after it.
func (c counts) pooled() (p counts) {
	open := false
	for i, e := range c.expected {
		if !open {
			p.observed, p.expected = append(p.observed, 0), append(p.expected, 0)
		}
		last := len(p.expected) - 1
		p.observed[last] += c.observed[i]
		p.expected[last] += e
		open = p.expected[last] < leastExpected
	}
	if last := len(p.expected) - 1; open && last > 0 {
		p.observed[last-1] += p.observed[last]
		p.expected[last-1] += p.expected[last]
		p.observed, p.expected = p.observed[:last], p.expected[:last]
	}
	return p
}

// statistic returns Pearson's, its degrees of freedom, the number of samples, and how far each class is from what is expected of it, in
// standard deviations.
func (c counts) statistic() (statistic float64, freedom int, n int64, deviances []float64) {
	for _, o := range c.observed {
		n += o
	}
	for i, e := range c.expected {
		d := float64(c.observed[i]) - e
		statistic += d * d / e
		deviances = append(deviances, d/math.Sqrt(e*(1-e/float64(n))))
	}
	return statistic, len(c.expected) - 1, n, deviances
}

// test adds a test of counts, if there are enough of them, and says whether there are.
func (r *Report) test(g *GameReport, name, what string, c counts) bool {
	c = c.pooled()
	if len(c.expected) < 2 {
		return false
	}
	t := Test{Name: name, Game: g.Game + " " + g.Variant, What: what}
	t.Statistic, t.Freedom, t.Samples, t.deviances = c.statistic()
	r.Tests = append(r.Tests, t)
	return true
}

// tests adds the tests of a variant, and says what is not tested of it.
func (r *Report) tests(g *GameReport, t *tally, engine games.Engine) {
	tooFew := func(what string, n int64) { r.untested(g, what, fmt.Sprintf("too few to test: %d", n)) }
	words := countsOf(t.words, uniform(byteValues))
	if !r.test(g, "words", "the top bytes of all words that rounds were drawn from, 256 values equally likely", words) {
		tooFew("the words that rounds were drawn from", sumOf(t.words))
	}
	r.testDraws(g, &t.draws)
	switch machine := engine.(type) {
	case nil:
		r.untested(g, "payouts", "the rules are not in this program")
	case *slots.Engine:
		r.testSpins(g, machine, t.spins)
	default:
		if g.Game != "dice" {
			r.untested(g, "payouts", "they depend on what players decide and when they stop, which is not guessed; the draws that they come from are tested")
			return
		}
		if !r.test(g, "rolls", "the rolls in 100 classes, equally likely", countsOf(t.rolls, uniform(rollBins))) {
			tooFew("rolls", sumOf(t.rolls))
		}
		r.testRolls(g, t.bets)
	}
}

func (r *Report) untested(g *GameReport, what, why string) {
	r.Untested = append(r.Untested, Untested{Game: g.Game + " " + g.Variant, What: what, Why: why})
}

func sumOf(counts []int64) (sum int64) {
	for _, n := range counts {
		sum += n
	}
	return sum
}

// testDraws adds one test of all kinds of draws: sums of statistics that are distributed as chi-squared are so, too.
func (r *Report) testDraws(g *GameReport, d *draws) {
	t := Test{Name: "draws", Game: g.Game + " " + g.Variant, What: "what all draws of rounds came to, each value equally likely"}
	var only []float64 // the deviances of the only kind
	for i := range d.kinds {
		c := countsOf(d.kinds[i].counts, d.kinds[i].chances()).pooled()
		if len(c.expected) < 2 {
			continue
		}
		statistic, freedom, n, deviances := c.statistic()
		only = deviances
		t.Statistic += statistic
		t.Freedom += freedom
		t.Samples += n
		t.deviances = append(t.deviances, (statistic-float64(freedom))/math.Sqrt(2*float64(freedom)))
	}
	if t.Freedom == 0 {
		r.untested(g, "draws", "too few to test")
		return
	}
	if len(t.deviances) == 1 {
		t.deviances = only
	} else {
		t.What += fmt.Sprintf("; a bar for each of the %d numbers of values that there are", len(t.deviances))
	}
	r.Tests = append(r.Tests, t)
}

// spin is what a spin came to: on how many lines, and what it paid in bets per line, or withFree.
type spin struct {
	lines int
	win   int64
}

// withFree is the win of all rounds that have free spins.
const withFree = -1

// testSpins adds a test of the payouts of slots for each number of paylines.
func (r *Report) testSpins(g *GameReport, machine *slots.Engine, spins map[spin]int64) {
	played := make([]int64, machine.Lines()+1)
	for s, n := range spins {
		if s.lines < len(played) {
			played[s.lines] += n
		}
	}
	few, fewOn := int64(0), 0 // rounds that are too few to test, and on how many numbers of lines
	for lines, n := range played {
		if n == 0 {
			continue
		}
		name := "payouts, " + strconv.Itoa(lines) + " lines"
		if n < 5*leastExpected { // too few for any machine, whose computing takes a while
			few, fewOn = few+n, fewOn+1
			continue
		}
		wins, ok := winsOf(g, machine, lines)
		if !ok {
			r.untested(g, name, "their distribution takes too long to compute")
			continue
		}
		what := "what rounds paid, against the exact distribution: every payout without free spins by itself, and the rounds that won free spins"
		if !r.test(g, name, what, spinCounts(wins, spins, lines, n)) {
			few, fewOn = few+n, fewOn+1
		}
	}
	if few > 0 {
		r.untested(g, "payouts, other numbers of lines", fmt.Sprintf("too few rounds: %d, on %d numbers of lines", few, fewOn))
	}
}

// spinCounts are the classes of rounds on so many lines. A payout that cannot be is a class of which nothing is expected: it is pooled, and
// recomputing the round finds it.
func spinCounts(wins slots.Wins, spins map[spin]int64, lines int, n int64) (c counts) {
	add := func(win, ways int64) {
		c.observed = append(c.observed, spins[spin{lines, win}])
		c.expected = append(c.expected, float64(n)*float64(ways)/float64(wins.Cycle))
	}
	add(withFree, wins.Free)
	for _, win := range slices.Sorted(maps.Keys(wins.Ways)) {
		add(win, wins.Ways[win])
	}
	c.observed[len(c.observed)-1] += n - sumOf(c.observed)
	return c
}

// winsKey names an exact distribution.
type winsKey struct {
	rulesHash string
	lines     int
}

func winsOf(g *GameReport, machine *slots.Engine, lines int) (slots.Wins, bool) {
	k := winsKey{g.rulesHash, lines}
	if known, ok := analyses.Load(k); ok {
		return known.(slots.Wins), true
	}
	wins, ok := machine.Wins(lines)
	if ok {
		analyses.Store(k, wins)
	}
	return wins, ok
}

// bets are rolls of dice at one chance.
type bets struct{ won, lost int64 }

// testRolls adds a test of how many rolls won, at each chance by itself where there are enough, and at the others together.
func (r *Report) testRolls(g *GameReport, byChance map[int64]bets) {
	t := Test{Name: "payouts", Game: g.Game + " " + g.Variant}
	add := func(won, expected, variance float64) {
		if variance < leastExpected {
			return
		}
		d := (won - expected) / math.Sqrt(variance)
		t.Statistic += d * d
		t.Freedom++
		t.deviances = append(t.deviances, d)
	}
	var won, expected, variance float64 // of chances with few rolls
	for _, chance := range slices.Sorted(maps.Keys(byChance)) {
		b := byChance[chance]
		n, p := float64(b.won+b.lost), float64(chance)/10_000
		t.Samples += b.won + b.lost
		if n*p*(1-p) >= leastExpected {
			add(float64(b.won), n*p, n*p*(1-p))
			continue
		}
		won, expected, variance = won+float64(b.won), expected+n*p, variance+n*p*(1-p)
	}
	add(won, expected, variance)
	if t.Freedom == 0 {
		r.untested(g, "payouts", fmt.Sprintf("too few rolls: %d", t.Samples))
		return
	}
	t.What = "how many rolls won at the chance that was played, which is all that their payouts are"
	r.Tests = append(r.Tests, t)
}

// UnusualBelow is the p-value below which a test is unusual, as there are so many of them.
func (r *Report) UnusualBelow() float64 { return unusualReport / float64(max(1, len(r.Tests))) }

// judgeTests says what the tests' p-values mean, all of them together being known. What is beyond all chance is a difference.
func (r *Report) judgeTests(found *findings) {
	for i := range r.Tests {
		t := &r.Tests[i]
		t.P = pValue(t.Statistic, t.Freedom)
		switch {
		case t.P < impossible:
			t.Verdict = notChance
			found.add(Difference{Check: checkChance, What: t.Game + ", " + t.Name + ": counts that chance does not give",
				Expected: fmt.Sprintf("a statistic near %d", t.Freedom), Got: fmt.Sprintf("%.1f of %d samples, p = %.1e", t.Statistic, t.Samples, t.P)})
		case t.P < r.UnusualBelow():
			t.Verdict = unusual
		default:
			t.Verdict = asExpected
		}
	}
	slices.SortStableFunc(r.Untested, func(x, y Untested) int { return cmp.Compare(x.Game, y.Game) })
}
