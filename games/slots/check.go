package slots

import (
	"maps"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"croupier/games"
	"croupier/wallet/money"
)

// checker looks at a definition as a whole: whether its parts fit each other.
type checker struct {
	*mistakes
	d *Definition
}

func (c checker) check() {
	if c.sound("wild") && c.sound("scatter") && c.sound("symbols") {
		c.checkSpecialSymbols()
	}
	if c.sound("reels") && c.sound("rows") && c.sound("scatter") { // otherwise nobody knows the shape of what follows
		c.checkCountsOfSymbols()
		c.checkPaylines()
	}
	c.checkSymbols()
	c.checkFreeSpins()
	c.checkStrips()
	c.checkCatalogue()
	if len(c.found) == 0 {
		c.checkMaximum()
	}
}

// checkSpecialSymbols checks that wild and scatter are symbols.
func (c checker) checkSpecialSymbols() {
	for place, name := range map[string]string{"wild": c.d.Wild, "scatter": c.d.Scatter} {
		if _, there := c.starts[place]; there && c.d.symbol(name) == nil {
			c.fail(place, "is %s, which is no symbol", quoted(name))
		}
	}
	if c.d.Wild != "" && c.d.Wild == c.d.Scatter {
		c.fail("scatter", "is the wild too")
	}
	if c.d.Wild == "" {
		for _, place := range []string{"wildMultiplier", "wildMultiplierPer"} {
			if _, there := c.starts[place]; there {
				c.fail(place, "is there without a wild")
			}
		}
	}
}

func (c checker) checkSymbols() {
	if n := len(c.d.Symbols); c.sound("symbols") && (n < 1 || n > maxSymbols) {
		c.fail("symbols", "has %d symbols, not 1 to %d", n, maxSymbols)
	}
	first := map[string]int{}
	for i, s := range c.d.Symbols {
		place := at("symbols", i)
		if other, taken := first[s.Name]; taken && s.Name != "" {
			c.fail(place+".name", "is %s, the name of symbols[%d]", quoted(s.Name), other)
		} else {
			first[s.Name] = i
		}
	}
}

func (c checker) checkCountsOfSymbols() {
	for i, s := range c.d.Symbols {
		place, most := at("symbols", i), c.d.Reels
		if s.Name == c.d.Scatter {
			most *= c.d.Rows
		}
		checkCounts(c, place+".pays", s.Pays, most)
		if counts := sortedCounts(s.Pays); s.Name != c.d.Scatter && len(counts) > 0 && counts[len(counts)-1] < c.d.Reels {
			c.fail(join(place+".pays", strconv.Itoa(c.d.Reels)), "is missing: fewer of it pay")
		}
	}
}

// checkCounts makes sure that a table by count has no holes, and that more never gives less: either is a slip of the pen.
func checkCounts[N int | int64](c checker, place string, table map[int]N, most int) {
	counts := sortedCounts(table)
	for i, count := range counts {
		switch {
		case count > most:
			c.fail(join(place, strconv.Itoa(count)), "is a count that cannot be: %d is the most", most)
		case i > 0 && counts[i-1] != count-1:
			c.fail(join(place, strconv.Itoa(count-1)), "is missing: fewer and more have an entry")
		case i > 0 && table[count] < table[count-1]:
			c.fail(join(place, strconv.Itoa(count)), "is %d, less than %d of them", table[count], count-1)
		}
	}
}

func (c checker) checkPaylines() {
	if n := len(c.d.Paylines); c.sound("paylines") && (n < 1 || n > maxPaylines) {
		c.fail("paylines", "has %d lines, not 1 to %d", n, maxPaylines)
	}
	for i, line := range c.d.Paylines {
		place := at("paylines", i)
		if len(line) != c.d.Reels {
			c.fail(place, "names a row on %d reels, not %d", len(line), c.d.Reels)
		}
		for reel, row := range line {
			if row >= c.d.Rows {
				c.fail(at(place, reel), "is row %d: the window has rows 0 to %d", row, c.d.Rows-1)
			}
		}
		same := slices.IndexFunc(c.d.Paylines[:i], func(other []int) bool { return slices.Equal(other, line) })
		if same >= 0 && c.sound(place) {
			c.fail(place, "is the same line as paylines[%d]", same)
		}
	}
}

func (c checker) checkFreeSpins() {
	f := c.d.FreeSpins
	if f == nil || !c.sound("freeSpins") {
		return
	}
	switch simple := f.Scatters != 0 || f.Award != 0; {
	case c.d.Scatter == "":
		c.fail("freeSpins", "are there without a scatter to win them")
	case simple && f.Awards != nil:
		c.fail("freeSpins.awards", "is there beside scatters and award: one of the two says what is won")
	case simple && f.Scatters == 0:
		c.fail("freeSpins.scatters", "is missing")
	case simple && f.Award == 0:
		c.fail("freeSpins.award", "is missing")
	case !simple && len(f.Awards) == 0:
		c.fail("freeSpins.awards", "is missing, and so are scatters and award")
	}
	most := c.d.Reels * c.d.Rows
	if f.Scatters > most {
		c.fail("freeSpins.scatters", "is %d: a window has %d places", f.Scatters, most)
	}
	checkCounts(c, "freeSpins.awards", f.Awards, most)
	if spins := f.most(); c.sound("freeSpins") && spins > maxFreeSpins {
		c.fail("freeSpins", "let a round have %d free spins, more than %d: lower the award or retriggers", spins, maxFreeSpins)
	}
}

// most returns the most free spins that a round can have.
func (f *FreeSpins) most() int64 {
	award, sum := int64(f.largestAward()), int64(0)
	for range f.retriggers() + 1 {
		sum = award * (1 + sum)
	}
	return sum
}

func (c checker) checkStrips() {
	if n := len(c.d.Strips); c.sound("strips") && (n < 1 || n > maxVariants) {
		c.fail("strips", "has %d variants, not 1 to %d", n, maxVariants)
	}
	names := map[string]bool{}
	for i, s := range c.d.Symbols {
		names[s.Name] = true
		if !c.sound(at("symbols", i) + ".name") {
			names = nil // nobody knows what the strips should show
			break
		}
	}
	for variant, reels := range c.d.Strips {
		if !variantID.MatchString(variant) {
			c.fail(join("strips", variant), "is no id of 1 to 32 letters, digits and underscores")
		}
		c.checkReels(join("strips", variant), reels, names)
	}
	_, spins := c.starts["freeSpins"]
	if _, there := c.starts["freeSpinStrips"]; there && !spins {
		c.fail("freeSpinStrips", "is there without freeSpins")
	}
	for variant, reels := range c.d.FreeSpinStrips {
		place := join("freeSpinStrips", variant)
		if _, ok := c.d.Strips[variant]; !ok {
			c.fail(place, "is of a variant without strips")
		}
		c.checkReels(place, reels, names)
	}
}

// checkReels checks the strips of a variant. names is nil if it is not known what they may show.
func (c checker) checkReels(place string, reels []Strip, names map[string]bool) {
	if !c.at[place] && len(reels) != c.d.Reels {
		c.fail(place, "has %d reels, not %d", len(reels), c.d.Reels)
	}
	for i, strip := range reels {
		reel := at(place, i)
		if n := len(strip); !c.at[reel] && (n < c.d.Rows || n > maxStops) {
			c.fail(reel, "has %d stops, not %d to %d", n, c.d.Rows, maxStops)
		}
		for stop, name := range strip {
			if names != nil && !names[name] {
				c.fail(at(reel, stop), "is %s, which is no symbol", quoted(name))
			}
		}
	}
}

// checkCatalogue checks what the catalogue offers the game as.
func (c checker) checkCatalogue() {
	if len(c.d.Aliases) > maxAliases {
		c.fail("aliases", "has %d ids, more than %d", len(c.d.Aliases), maxAliases)
	}
	for i, alias := range c.d.Aliases {
		if alias == c.d.Game || slices.Contains(c.d.Aliases[:i], alias) {
			c.fail(at("aliases", i), "is an id of this game already")
		}
	}
	_, named := c.starts["default"]
	_, known := c.d.Strips[c.d.Default]
	switch {
	case named && !known && c.sound("strips"):
		c.fail("default", "is %s, of which there are no strips", quoted(c.d.Default))
	case !named && len(c.d.Strips) > 1:
		c.fail("default", "is missing: there are %d variants", len(c.d.Strips))
	}
	for code, limits := range c.d.Limits {
		c.checkLimits(join("limits", code), code, limits)
	}
}

func (c checker) checkLimits(place, code string, limits StakeLimits) {
	currency, err := money.LookupCurrency(code)
	if err != nil {
		c.fail(place, "is no currency that this server knows")
		return
	}
	if !c.sound(place) {
		return
	}
	amount := func(member string, number money.Number) (a money.Amount) {
		a, err := money.Parse(currency, number)
		if err != nil {
			c.fail(place+"."+member, "%s", strings.TrimPrefix(err.Error(), "number "))
		}
		return a
	}
	least, most := amount("min", limits.Min), amount("max", limits.Max)
	if c.sound(place) && (least.Sign() <= 0 || least.Cmp(most) > 0) {
		c.fail(place, "is from %s to %s, not 0 < min ≤ max", limits.Min, limits.Max)
	}
}

// checkMaximum makes sure that what a spin may win, and a round, can be counted: in bets per line, and in games.Multiple.
func (c checker) checkMaximum() {
	m := layOut(c.d)
	spin := m.mostOfSpin()
	if spin.Cmp(big.NewInt(maxSpinWin)) > 0 {
		c.fail("symbols", "let one spin win %d bets per line with all multipliers, more than %d", spin, int64(maxSpinWin))
		return
	}
	most := new(big.Int).Mul(spin, big.NewInt(1+m.mostFree))
	place, advice := "symbols", "let a round win %d bets per line, more than can be counted: set maximumWin, or lower pays or awards"
	if c.d.MaximumWin > 0 {
		limit := big.NewInt(c.d.MaximumWin * int64(len(c.d.Paylines)))
		if most.Cmp(limit) > 0 {
			place, advice, most = "maximumWin", "lets a round win %d bets per line, more than can be counted", limit
		}
	}
	if !new(big.Int).Mul(most, big.NewInt(games.MultipleUnit)).IsInt64() {
		c.fail(place, advice, most)
	}
}

// variants returns a definition's variants in the order in which they are listed.
func (d *Definition) variants() []string { return slices.Sorted(maps.Keys(d.Strips)) }
