package slots

import (
	"fmt"
	"math/big"
	"testing"

	"pgregory.net/rapid"

	"croupier/games"
)

// randomDefinition draws a machine small enough to be played out in every way that there is.
func randomDefinition(t *rapid.T) *Definition {
	number := func(low, high int, what string) int { return rapid.IntRange(low, high).Draw(t, what) }
	d := &Definition{Game: "random", Version: 1, Name: "Random", Reels: number(3, 4, "reels"), Rows: number(1, 3, "rows")}
	names := []string{"a", "b", "c"}
	if rapid.Bool().Draw(t, "wild") {
		d.Wild, names = "W", append(names, "W")
		d.WildMultiplier = int64(number(1, 3, "times"))
		d.WildTimes = rapid.SampledFrom([]WildTimes{"", PerWild, PerWin}).Draw(t, "per")
	}
	if rapid.Bool().Draw(t, "scatter") {
		d.Scatter, names = "S", append(names, "S")
	}
	for _, name := range names {
		s := Symbol{Name: name, Pays: map[int]int64{}}
		pay, last := int64(0), d.Reels
		if name == d.Scatter {
			last = number(1, d.Reels*d.Rows, "last")
		}
		for count := number(1, last+1, "first"); count <= last; count++ {
			pay += int64(number(0, 9, "more"))
			s.Pays[count] = max(1, pay)
		}
		d.Symbols = append(d.Symbols, s)
	}
	seen := map[string]bool{}
	for range number(1, 4, "lines") {
		line := rapid.SliceOfN(rapid.IntRange(0, d.Rows-1), d.Reels, d.Reels).Draw(t, "line")
		if !seen[fmt.Sprint(line)] {
			d.Paylines = append(d.Paylines, line)
		}
		seen[fmt.Sprint(line)] = true
	}
	reels := func() (reels []Strip) {
		for range d.Reels {
			reels = append(reels, rapid.SliceOfN(rapid.SampledFrom(names), d.Rows, max(d.Rows, 3)).Draw(t, "strip"))
		}
		return reels
	}
	d.Strips = map[string][]Strip{"V": reels()}
	if d.Scatter != "" && number(0, 3, "free") > 0 {
		d.FreeSpins = &FreeSpins{Scatters: number(1, 3, "scatters"), Award: number(1, 2, "award"),
			Multiplier: int64(number(0, 3, "multiplier")), Retriggers: new(number(0, 1, "retriggers"))}
		if first := number(1, 2, "first"); rapid.Bool().Draw(t, "by count") {
			d.FreeSpins.Scatters, d.FreeSpins.Award, d.FreeSpins.Awards = 0, 0, map[int]int{first: 1, first + 1: 2}
		}
		if rapid.Bool().Draw(t, "other strips") {
			d.FreeSpinStrips = map[string][]Strip{"V": reels()}
		}
	}
	if rapid.Bool().Draw(t, "cap") {
		d.MaximumWin = int64(number(1, 40, "maximum"))
	}
	return d
}

// naive plays a definition by the letter of docs/slots-definition.md, from its names and tables, slowly and without any code of this
// package. A law is the distribution of a win in bets per line.
type naive struct{ *Definition }

type exactLaw map[int64]*big.Rat

func (l exactLaw) add(win int64, chance *big.Rat) {
	if l[win] == nil {
		l[win] = new(big.Rat)
	}
	l[win].Add(l[win], chance)
}

// round returns the law of a whole round before the maximum win.
func (n naive) round() exactLaw {
	free := n.Strips["V"]
	if other, ok := n.FreeSpinStrips["V"]; ok {
		free = other
	}
	generation := exactLaw{0: big.NewRat(1, 1)}
	if f := n.FreeSpins; f != nil {
		generation = n.spin(free, max(1, f.Multiplier), nil)
		for range *f.Retriggers {
			generation = n.spin(free, max(1, f.Multiplier), generation)
		}
	}
	return n.spin(n.Strips["V"], 1, generation)
}

// spin returns the law of a spin together with the free spins that it wins, each of the law given; nil for none.
func (n naive) spin(reels []Strip, times int64, each exactLaw) exactLaw {
	law, cycle := exactLaw{}, int64(1)
	for _, strip := range reels {
		cycle *= int64(len(strip))
	}
	chance := big.NewRat(1, cycle)
	stops := make([]int, len(reels))
	for range cycle {
		win, scatters := n.window(reels, stops)
		sums := exactLaw{win * times: chance}
		if each != nil && n.FreeSpins != nil {
			for range n.award(scatters) {
				next := exactLaw{}
				for a, p := range sums {
					for b, q := range each {
						next.add(a+b, new(big.Rat).Mul(p, q))
					}
				}
				sums = next
			}
		}
		for win, p := range sums {
			law.add(win, p)
		}
		for reel := range stops { // the next window
			if stops[reel]++; stops[reel] < len(reels[reel]) {
				break
			}
			stops[reel] = 0
		}
	}
	return law
}

func (n naive) award(scatters int) int {
	f := n.FreeSpins
	if f.Awards == nil {
		if scatters >= f.Scatters {
			return f.Award
		}
		return 0
	}
	for ; scatters > 0; scatters-- {
		if award, ok := f.Awards[scatters]; ok {
			return award
		}
	}
	return 0
}

// window returns what a window wins on all lines, in bets per line, and its scatters.
func (n naive) window(reels []Strip, stops []int) (win int64, scatters int) {
	shown := func(reel, row int) string { return reels[reel][(stops[reel]+row)%len(reels[reel])] }
	for reel := range reels {
		for row := range n.Rows {
			if n.Scatter != "" && shown(reel, row) == n.Scatter {
				scatters++
			}
		}
	}
	for _, line := range n.Paylines {
		best := int64(0)
		for _, s := range n.Symbols {
			if s.Name == n.Scatter {
				continue
			}
			// The run of this symbol, wilds standing for it; and the wilds before it alone.
			length, wilds, alone := 0, 0, 0
			for reel, row := range line {
				name := shown(reel, row)
				if name != s.Name && (n.Wild == "" || name != n.Wild) {
					break
				}
				length++
				if name == n.Wild && n.Wild != "" {
					wilds++
				}
				if wilds == length {
					alone = length
				}
			}
			best = max(best, s.Pays[alone])
			if length > wilds {
				best = max(best, s.Pays[length]*n.multiply(wilds))
			}
		}
		win += best
	}
	for count := scatters; count > 0; count-- {
		if s := n.symbol(n.Scatter); s.Pays[count] > 0 {
			return win + s.Pays[count]*int64(len(n.Paylines)), scatters
		}
	}
	return win, scatters
}

func (n naive) multiply(wilds int) int64 {
	product := int64(1)
	for range wilds {
		product *= max(1, n.WildMultiplier)
		if n.WildTimes == PerWin {
			break
		}
	}
	return product
}

// TestRandomMachines holds everything that is computed of a machine against the whole law of its rounds.
func TestRandomMachines(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := randomDefinition(t)
		again, err := ParseDefinition(marshal(d))
		if err != nil {
			t.Fatal(err)
		}
		engine, err := New(again, "V")
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.CheckCycle(nil); err != nil {
			t.Fatal(err)
		}
		checkAgainst(t, engine, naive{d}.round())
		playSome(t, engine, 50)
	})
}

// checkAgainst compares an analysis with the law of a round, in bets per line.
func checkAgainst(t *rapid.T, e *Engine, law exactLaw) {
	m := e.machine
	lines := int64(len(m.lines))
	limit := m.winCap * lines
	free, mean, square, hits, most, mostChance := new(big.Rat), new(big.Rat), new(big.Rat), new(big.Rat), int64(0), new(big.Rat)
	for win, p := range law {
		cut := win
		if limit > 0 {
			cut = min(win, limit)
		}
		free.Add(free, product(whole(win), p))
		mean.Add(mean, product(whole(cut), p))
		square.Add(square, product(whole(cut), whole(cut), p))
		if win > 0 {
			hits.Add(hits, p)
		}
		if cut > most {
			most, mostChance = cut, new(big.Rat)
		}
		if cut == most {
			mostChance = sum(mostChance, p)
		}
	}
	stake, squared := big.NewRat(1, lines), big.NewRat(1, lines*lines)
	if got := e.Return().Total; got.Cmp(product(free, stake)) != 0 {
		t.Fatalf("returns %s before the maximum win, want %s", got, product(free, stake))
	}
	analysis, err := e.Analyse()
	if err != nil {
		t.Fatal(err)
	}
	within := func(what string, v games.Value, want *big.Rat) {
		if v.Low.Cmp(want) > 0 || v.High.Cmp(want) < 0 {
			t.Fatalf("%s is %s to %s, not %s", what, v.Low.FloatString(9), v.High.FloatString(9), want.FloatString(9))
		}
		uncut := limit == 0 || free.Cmp(mean) == 0 || m.mostFree == 0
		if width := difference(v.High, v.Low); uncut && width.Sign() > 0 || width.Cmp(big.NewRat(1, 1_000_000_000)) > 0 {
			t.Fatalf("%s is %s wide", what, width.FloatString(20))
		}
	}
	o := analysis.Outlooks[0]
	within("return", o.Return, product(mean, stake))
	within("hit frequency", o.HitFrequency, hits)
	within("variance", o.Variance, difference(product(square, squared), product(mean, mean, squared)))
	within("maximum win", o.MaximumWin, big.NewRat(most, lines))
	within("its chance", o.MaximumWinChance, mostChance)
	within("cost of the cap", analysis.Cap.Cost, product(difference(free, mean), stake))
	// The same on grids so coarse that they are wrong about nearly every win, and from single lines.
	variance := difference(product(square, squared), product(mean, mean, squared))
	coarse := []figures{figuresOfSingles(m.singles())}
	for _, buckets := range []int64{1, 3, 10} {
		f, _ := m.figures(m.lines, buckets)
		coarse = append(coarse, f)
	}
	for _, f := range coarse {
		for what, bound := range map[string]struct {
			games.Value
			want *big.Rat
		}{
			"hit frequency": {f.hits, hits}, "variance": {f.variance, variance}, "maximum win": {f.most, big.NewRat(most, lines)},
			"its chance": {f.mostChance, mostChance}, "cost": {f.cost, product(difference(free, mean), stake)},
		} {
			if bound.Low.Cmp(bound.want) > 0 || bound.High.Cmp(bound.want) < 0 {
				t.Fatalf("roughly, %s is %s to %s, not %s", what, bound.Low.FloatString(9), bound.High.FloatString(9), bound.want.FloatString(9))
			}
		}
	}
	if e.RTP().Cmp(o.Return.Low) != 0 {
		t.Fatalf("RTP %s, but it returns %s", e.RTP(), o.Return.Low)
	}
	if b := analysis.Bounds; b.Lowest.Cmp(o.Return.Low) > 0 || b.Highest.Cmp(o.Return.High) < 0 {
		t.Fatalf("bounds %s to %s leave out %s", b.Lowest, b.Highest, o.Return.Low)
	}
}
