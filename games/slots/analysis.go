package slots

import (
	"fmt"
	"math/big"

	"croupier/fairness"
	"croupier/games"
)

var _ games.Analyst = (*Engine)(nil)

// How fine the grids are on which the effect of a maximum win is bounded: of all lines, and of each line alone, which only the
// bound over all strategies needs.
const (
	buckets       = 2048
	singleBuckets = 256
)

// known is what is known of a machine for good: it is computed once, when it is first asked for.
type known struct {
	returns Return
	figures figures     // on all paylines
	whole   bool        // whether these come from the distribution of all lines together
	paid    law         // of the paid spin by itself, in bets per line, if they do
	total   games.Value // the return, after what a maximum win takes
}

func (m *machine) know() known {
	k := known{returns: m.exactReturn()}
	var s statistics
	if s, k.whole = m.statistics(m.lines); k.whole {
		k.figures, k.paid = m.figuresOf(s, int64(len(m.lines)), buckets), s.paid.with(1, nothing())
	} else {
		k.figures = figuresOfSingles(m.singles())
	}
	k.total = games.Value{Low: difference(k.returns.Total, k.figures.cost.High), High: difference(k.returns.Total, k.figures.cost.Low)}
	return k
}

// singles returns the figures of every one-line game.
func (m *machine) singles() []figures {
	all := make([]figures, len(m.lines))
	for i := range all {
		all[i], _ = m.figures(m.lines[i:i+1], singleBuckets) // one line alone never takes too long
	}
	return all
}

// Analyse computes the mathematics of the variant. The return takes less than a millisecond; for what else there is to know of 20
// lines on 5 reels of 100 stops, it takes some tenths of a second.
func (e *Engine) Analyse() (games.Analysis, error) {
	m, k := e.machine, e.known()
	analysis := games.Analysis{
		Method: method(m, k),
		Outlooks: []games.Outlook{{
			Strategy:         spinAction,
			Return:           k.total,
			HitFrequency:     k.figures.hits,
			Variance:         k.figures.variance,
			MaximumWin:       k.figures.most,
			MaximumWinChance: k.figures.mostChance,
		}},
		Bounds:   m.bounds(k),
		Cap:      games.Cap{Most: games.Multiple(m.winCap) * games.MultipleUnit, Cost: k.figures.cost},
		Findings: e.findings(k),
	}
	return analysis, nil
}

func method(m *machine, k known) string {
	text := "The return of a line comes from the counts of the symbols on the strips, that of scatters from their counts in the " +
		"windows, and that of free spins is their expected number, in closed form, times what one returns."
	if k.whole {
		text += " Hit frequency, variance and maximum come from the distribution of a spin's win over all stops of the reels, " +
			"counted exactly by the lines that can still win."
	} else {
		text += " The distribution of a spin's win would take too long to count: hit frequency, variance and maximum are " +
			"bounded by those of each line alone."
	}
	if m.winCap > 0 && !k.figures.cost.Exact() {
		text += " What the maximum win takes is bounded by rounds whose wins are rounded to a grid."
	}
	return text
}

// bounds are those over all bets and numbers of lines.
func (m *machine) bounds(k known) games.Bounds {
	if m.winCap == 0 {
		return games.Bounds{Lowest: k.returns.Total, Highest: k.returns.Total,
			Proof: "every line returns the same share and scatters pay on the total bet, so bet and number of lines only scale a round"}
	}
	worst := k.figures.cost.High
	for _, one := range m.singles() {
		worst = greater(worst, one.cost.High)
	}
	return games.Bounds{Lowest: difference(k.returns.Total, worst), Highest: k.returns.Total,
		Proof: "every line returns the same share; the maximum win only takes, and from several lines " +
			"never more than from the worst of them alone"}
}

// Strategies returns the only way to play: how many lines are active and what is bet on them changes nothing but the scale.
func (e *Engine) Strategies() []games.Strategy {
	m := e.machine
	lines := int64(len(m.lines))
	return []games.Strategy{{
		Name:        spinAction,
		Description: fmt.Sprintf("spins with all %d paylines active", lines),
		Round: func(d fairness.Draws) (staked, won games.Multiple, err error) {
			r := rounds.Get().(*round)
			defer rounds.Put(r)
			m.play(r, len(m.lines), d)
			won = games.Multiple(r.total/lines)*games.MultipleUnit + games.Multiple(r.total%lines*games.MultipleUnit/lines)
			return games.MultipleUnit, won, nil
		},
	}}
}

func (e *Engine) findings(k known) []games.Finding {
	m, returns := e.machine, k.returns
	found := []games.Finding{
		{Name: "From paylines", Value: percent(returns.Lines), Meaning: "the part of the return that the paylines of the paid spin win"},
	}
	add := func(name, value, meaning string) {
		found = append(found, games.Finding{Name: name, Value: value, Meaning: meaning})
	}
	if returns.Scatters.Sign() > 0 {
		add("From scatters", percent(returns.Scatters), "the part that the scatters of the paid spin win")
	}
	if chance := m.triggerChance(m.paid); chance.Sign() > 0 {
		add("From free spins", percent(returns.FreeSpins), "the part that free spins win, lines and scatters together")
		add("Free spins, once in", new(big.Rat).Inv(chance).FloatString(2)+" rounds",
			"how many rounds it takes on average to have free spins")
		add("Free spins per round", m.expectedFreeSpins().FloatString(6), "their average number over all rounds, with and without")
		add("Most free spins", fmt.Sprint(m.mostFree), "that one round can have")
	} else if m.mostFree > 0 {
		add("Free spins", "never", "the strips cannot show as many scatters as win them")
	}
	if m.winCap > 0 {
		add("Before the maximum win", percent(returns.Total), "the return if nothing were cut; it is "+returns.Total.String())
	}
	add("Ways to stop", fmt.Sprint(m.paid.cycle(m.reels)), "of the reels of the paid spin, each equally likely")
	if !k.whole {
		add("Not computed", "distribution of wins", "too many lines on too varied strips: hit frequency, variance and maximum are bounds")
	}
	if k.whole && m.mostFree > 0 && k.paid.most > 0 {
		add("Largest win of one spin", big.NewRat(k.paid.most, int64(len(m.lines))).FloatString(2)+"×",
			"the most that the paid spin itself can win, all paylines active")
		add("Chance of that spin", "1 in "+new(big.Rat).Inv(k.paid.mostChance).FloatString(0), "how likely that is")
	}
	return found
}

func percent(share *big.Rat) string { return product(share, whole(100)).FloatString(6) + "%" }
