package odds

import (
	"math/big"

	"croupier/games/blackjack"
)

// Odds is the mathematics of one set of rules. Expectations are in opening stakes. It is safe for concurrent use.
type Odds struct {
	Rules blackjack.Rules

	// Return is 1 + the expected win − the expected stakes of the best play that looks at the cards of the hand that decides and
	// at the upcard: see the package's comment for what it leaves out.
	Return Fixed

	// Exact is Return as an exact fraction, computed apart from it: for infinite decks, nil for others.
	Exact *big.Rat

	Chart *blackjack.Chart // the best play by totals
	Basic Outlook          // what it is worth to play by the chart

	columns [ranks]*column
}

// Compute computes the odds of rules. It takes a second or two, and reports to progress, which may be nil, after each of its
// steps. Its error is that of Rules.Check.
func Compute(r blackjack.Rules, progress func(done, steps int)) (*Odds, error) {
	if err := r.Check(); err != nil {
		return nil, err
	}
	if progress == nil {
		progress = func(int, int) {}
	}
	o := &Odds{Rules: r, Return: One, Chart: new(blackjack.Chart)}
	for up := range ranks {
		c := newColumn(r, up)
		o.columns[up] = c
		o.Return += c.optimise()
		c.chart(o.Chart)
		progress(up+1, ranks+1)
	}
	o.Basic = o.Outlook(o.Chart)
	if r.Decks == 0 {
		o.Exact = exactReturn(bestPlay, r)
	}
	progress(ranks+1, ranks+1)
	return o, nil
}

// bestReturn computes Odds.Return alone.
func bestReturn(r blackjack.Rules, progress func(done, steps int)) (Fixed, error) {
	if err := r.Check(); err != nil {
		return 0, err
	}
	best := One
	for up := range ranks {
		best += newColumn(r, up).optimise()
		if progress != nil {
			progress(up+1, ranks)
		}
	}
	return best, nil
}

// Worst returns what the worst play returns that looks at the same as the best play of Return. It makes the move that costs most:
// mostly, it doubles stiff hands, draws to others until they are bust, splits all pairs but aces, and insures. It takes about a
// second.
func (o *Odds) Worst() Fixed {
	worst := One
	for _, c := range o.columns {
		worst += c.worst().optimise()
	}
	return worst
}

// Outlook returns what it is worth to play by a chart under these rules.
func (o *Odds) Outlook(chart *blackjack.Chart) Outlook {
	var all spread
	for _, c := range o.columns {
		all.add(c.play(chart), One)
	}
	square := all.mean.Times(all.mean)
	return Outlook{
		Return:       One + all.mean,
		HitFrequency: Range{One - all.lost.High, One - all.lost.Near, One - all.lost.Low},
		Variance:     Range{all.square.Low - square, all.square.Near - square, all.square.High - square},
	}
}

// Insurance returns what the insurance bet is worth per unit staked on it, on average over all first cards. Offered or not, the
// best play above takes it for those cards, if any, for which it is worth more than nothing.
func (o *Odds) Insurance() Fixed {
	var weight, value Fixed
	for _, d := range o.columns[ace].deals {
		weight += d.chance
		value += d.chance.Times(3*d.tens - One)
	}
	return value.Divide(weight)
}

// DealerRow is how the dealer ends from one upcard, when nothing else is known of the shoe.
type DealerRow struct {
	Upcard int          // its value, 1 for an ace
	All    Distribution // over all rounds
	Peeked Distribution // over those in which the dealer has no blackjack
}

// Dealer returns how the dealer ends, by upcard from 2 to 10 and then the ace.
func (o *Odds) Dealer() (rows []DealerRow) {
	for i := range ranks {
		c := o.columns[(i+1)%ranks]
		all := c.world.script.play(c.world.shoe)
		rows = append(rows, DealerRow{Upcard: c.up + 1, All: all, Peeked: all.without(true)})
	}
	return rows
}
