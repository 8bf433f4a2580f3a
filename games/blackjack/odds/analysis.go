package odds

import (
	"fmt"
	"math/big"

	"croupier/games"
	"croupier/games/blackjack"
)

// accuracy bounds what rounding can have done to a figure of a round.
var accuracy = big.NewRat(1, 10_000_000_000)

// unseenByBest and unseenByWorst are what is allowed for looking at the other hands of a split, which Return and Worst leave out.
// They are not proven: they are more than ten times what knowing all of the first hand gains the second, or costs it, by the
// samples of a test, with one deck; six decks come to less than a tenth of that. The worst play needs more than the best as it
// splits eight times as many rounds, among them those with a pair of tens.
var (
	unseenByBest  = big.NewRat(1, 10_000)
	unseenByWorst = big.NewRat(1, 1_000)
)

// Mimic is the chart of a player who plays as the dealer must.
func Mimic(r blackjack.Rules) *blackjack.Chart {
	soft := 16
	if r.HitSoft17 {
		soft = 17
	}
	return hitting(16, soft)
}

// Stand is the chart of a player who stands on everything.
func Stand() *blackjack.Chart { return hitting(0, 0) }

// hitting returns the chart that hits up to a hard and a soft total, and stands above it.
func hitting(hard, soft int) *blackjack.Chart {
	chart := new(blackjack.Chart)
	fill := func(row *[11]blackjack.Decision, hit bool) {
		for up := range row {
			if row[up] = blackjack.StandOn; hit {
				row[up] = blackjack.HitIt
			}
		}
	}
	for total := range chart.Hard {
		fill(&chart.Hard[total], total <= hard)
	}
	for total := range chart.Soft {
		fill(&chart.Soft[total], total <= soft)
	}
	return chart
}

// Analysis puts the odds as the catalogue does, with the strategies of blackjack.Engine. It takes some seconds.
func (o *Odds) Analysis() games.Analysis {
	return games.Analysis{
		Method: "By dynamic programming over what the player's hand, the upcard and the shoe can be, with the dealer's exact " +
			"chances for every hand, in integers of 2^-56. Hands of a split are played by their own cards and the upcard. The " +
			"return of a strategy that plays by its hand's total is exact but for rounding, which is below 10^-10.",
		Outlooks: []games.Outlook{
			o.outlook("basic", o.Chart), o.outlook("mimic", Mimic(o.Rules)), o.outlook("stand", Stand()),
		},
		Bounds:   o.bounds(),
		Cap:      games.Cap{Cost: games.Exactly(new(big.Rat))},
		Findings: o.findings(),
	}
}

func (o *Odds) bounds() games.Bounds {
	if o.Exact != nil {
		return games.Bounds{
			Lowest: exactReturn(worstPlay, o.Rules), Highest: o.Exact,
			Proof: "With infinite decks no card tells anything of the next, so the best and the worst play by the total of the " +
				"hand that decides are the best and the worst of all.",
		}
	}
	worst := o.Worst()
	return games.Bounds{
		Lowest:  new(big.Rat).Sub(worst.Rat(), unseenByWorst),
		Highest: new(big.Rat).Add(o.Return.Rat(), unseenByBest),
		Proof: "No play returns more than the best play by the cards of the hand that decides, " + o.Return.String() +
			", nor less than the worst, " + worst.String() + ", but for what the cards of the other hands of a split tell: that " +
			"was sampled, and 0.0001 for the best and 0.001 for the worst are at least ten times what it comes to with one deck.",
	}
}

func (o *Odds) outlook(name string, chart *blackjack.Chart) games.Outlook {
	outlook, most := o.Outlook(chart), o.MaximumWin(chart)
	return games.Outlook{
		Strategy:         name,
		Return:           exactly(outlook.Return).value(),
		HitFrequency:     outlook.HitFrequency.value(),
		Variance:         outlook.Variance.value(),
		MaximumWin:       games.Exactly(o.paid(most.Win)),
		MaximumWinChance: most.Chance.value(),
	}
}

// paid returns the exact amount, a multiple of a twentieth of a basis point, that was rounded to a Fixed.
func (o *Odds) paid(win Fixed) *big.Rat {
	const unit = 20 * 10_000
	return big.NewRat(int64((win+One/unit/2).Over(unit, 1<<20)>>(fractionBits-20)), unit)
}

func (r Range) value() games.Value {
	low := new(big.Rat).Sub(r.Low.Rat(), accuracy)
	if low.Sign() < 0 {
		low.SetInt64(0)
	}
	return games.Value{Low: low, High: new(big.Rat).Add(r.High.Rat(), accuracy)}
}

func (o *Odds) findings() []games.Finding {
	var bust, natural Fixed
	for _, c := range o.columns {
		d := c.world.script.play(c.world.shoe)
		chance := One.Over(int64(newShoe(o.Rules.Decks).cards[c.up]), newShoe(o.Rules.Decks).size)
		bust += chance.Times(d[DealerBust])
		natural += chance.Times(d[DealerBlackjack])
	}
	commission := One.Over(int64(o.Rules.Commission), 10_000)
	return []games.Finding{
		{Name: "best play", Value: percent(o.Return, 4),
			Meaning: "returned by the best decision for every set of cards in the hand"},
		{Name: "basic strategy", Value: percent(o.Basic.Return, 4),
			Meaning: "returned by playing the chart, which knows totals only"},
		{Name: "house edge", Value: percent(One-o.Basic.Return, 4), Meaning: "of the opening stake, against the chart"},
		{Name: "commission", Value: percent(commission, 2), Meaning: "of what a hand wins on top of its stake"},
		{Name: "insurance", Value: percent(One+o.Insurance(), 4),
			Meaning: "returned of what is staked on insurance: neither the chart nor best play takes it"},
		{Name: "hit frequency", Value: percent(o.Basic.HitFrequency.Near, 2),
			Meaning: "of rounds pay anything by the chart, nearly: as if only the dealer's hand tied the hands of a split together"},
		{Name: "variance", Value: o.Basic.Variance.Near.Rat().FloatString(4),
			Meaning: "of the profit by the chart, nearly, in the same way"},
		{Name: "dealer's bust", Value: percent(bust, 4), Meaning: "of rounds, if the dealer always plays out the hand"},
		{Name: "dealer's blackjack", Value: percent(natural, 4), Meaning: "of rounds"},
	}
}

// percent writes a share in percent.
func percent(v Fixed, decimals int) string {
	return fmt.Sprintf("%s %%", new(big.Rat).Mul(v.Rat(), big.NewRat(100, 1)).FloatString(decimals))
}
