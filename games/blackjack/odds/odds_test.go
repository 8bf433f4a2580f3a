package odds

import (
	"math"
	"math/big"
	"sync"
	"testing"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/blackjack"
)

var compute = sync.OnceValues(func() (*Odds, error) {
	r := blackjack.Standard()
	if raceEnabled {
		r.Decks = 0 // twenty times as fast
	}
	return Compute(r, nil)
})

// standard returns the odds of the default variant; under the race detector, with infinite decks.
func standard(t *testing.T) *Odds {
	t.Helper()
	o, err := compute()
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// With infinite decks the best and the worst play are computed a second time, in fractions and by totals: they return the same,
// and so does the best play's chart.
func TestInfiniteDecks(t *testing.T) {
	t.Parallel()
	for i, change := range []func(r *blackjack.Rules){
		func(r *blackjack.Rules) { r.ResplitAces = true },
		func(r *blackjack.Rules) { r.HitSoft17, r.Peek, r.LateSurrender, r.Commission = true, false, true, 500 },
		func(r *blackjack.Rules) {
			r.MaxHands, r.DoubleOn, r.BlackjackPays.Num, r.BlackjackPays.Den = 3, blackjack.NineToEleven, 6, 5
		},
		func(r *blackjack.Rules) { r.MaxHands, r.DoubleAfterSplit, r.DoubleOn = 2, false, blackjack.TenToEleven },
		func(r *blackjack.Rules) { r.LateSurrender, r.HitSoft17, r.Commission = true, true, 2_000 },
	} {
		if raceEnabled && i%4 != 1 {
			continue
		}
		r := rules(change)
		r.Decks = 0
		o, err := Compute(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		same := func(name string, got Fixed, exactly *big.Rat) {
			gap, _ := new(big.Rat).Sub(got.Rat(), exactly).Float64()
			if math.Abs(gap) > 1e-13 {
				t.Errorf("rules %d: %s returns %v, exactly %s", i, name, got, exactly.FloatString(14))
			}
		}
		same("best play", o.Return, o.Exact)
		same("the chart", o.Basic.Return, o.Exact)
		if !raceEnabled {
			same("worst play", o.Worst(), exactReturn(worstPlay, r))
		}
	}
}

// The chart returns less than best play, though not much less, and more than any worse chart.
func TestChartIsTheBest(t *testing.T) {
	t.Parallel()
	o := standard(t)
	if !raceEnabled && o.Basic.Return >= o.Return || o.Return-o.Basic.Return > One/10_000 {
		t.Errorf("the chart returns %v, best play %v", o.Basic.Return, o.Return)
	}
	worse := map[string]func(c *blackjack.Chart){
		"stands on 16 against 7": func(c *blackjack.Chart) { c.Hard[16][7] = blackjack.StandOn },
		"hits 12 against 4":      func(c *blackjack.Chart) { c.Hard[12][4] = blackjack.HitIt },
		"does not double 11":     func(c *blackjack.Chart) { c.Hard[11][6] = blackjack.HitIt },
		"does not split eights":  func(c *blackjack.Chart) { c.Pair[8][10] = blackjack.ByTotal },
		"splits tens":            func(c *blackjack.Chart) { c.Pair[10][6] = blackjack.SplitIt },
		"stands on soft 18":      func(c *blackjack.Chart) { c.Soft[18][9] = blackjack.StandOn },
		"does not surrender":     func(c *blackjack.Chart) { c.Hard[16][10] = blackjack.HitIt },
	}
	for name, change := range worse {
		if raceEnabled && name != "splits tens" {
			continue
		}
		chart := *o.Chart
		change(&chart)
		if got := o.Outlook(&chart).Return; got >= o.Basic.Return {
			t.Errorf("a chart that %s returns %v, not less than %v", name, got, o.Basic.Return)
		}
	}
}

// No chart, whatever it says, returns less than the worst play nor more than the best. One that is made to lose comes close to
// the worst.
func TestChartsAreWithinBounds(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("takes too long under the race detector")
	}
	o, err := Compute(rules(func(r *blackjack.Rules) { r.Decks = 0 }), nil)
	if err != nil {
		t.Fatal(err)
	}
	draws, worst := fairness.NewSimulation(24), o.Worst()
	for range 20 {
		if got := o.Outlook(anyChart(draws.Stream("chart"))).Return; got < worst || got > o.Return {
			t.Errorf("a chart returns %v, not from %v to %v", got, worst, o.Return)
		}
	}
	if got := o.Outlook(losingChart()).Return; got < worst || got > worst+One/20 {
		t.Errorf("the worst play returns %v, a chart that loses %v", worst, got)
	}
}

// losingChart hits until the hand is bust, doubles from 14, and splits all pairs but aces.
func losingChart() *blackjack.Chart {
	chart := hitting(20, 20)
	for up := 1; up <= 10; up++ {
		for total := 14; total <= 20; total++ {
			chart.Hard[total][up] = blackjack.DoubleOrHit
		}
		for value := 2; value <= 10; value++ {
			chart.Pair[value][up] = blackjack.SplitIt
		}
	}
	return chart
}

// The table's best moves are those of the chart, where one fits the other.
func TestTable(t *testing.T) {
	t.Parallel()
	o := standard(t)
	rows := map[string]Row{}
	for _, row := range o.Table() {
		rows[row.Hand] = row
	}
	if len(rows) != 18+9+10 {
		t.Errorf("%d rows", len(rows))
	}
	for total := 5; total <= 20; total++ {
		for up := 1; up <= 10; up++ {
			name := "hard " + big.NewInt(int64(total)).String()
			e := rows[name].Upcards[up-1]
			h := &hand{size: 2, hard: total, best: total}
			if want := chartMove(o.Chart, h, up-1, o.Rules, false, false); e.Best != want || !e.Possible {
				t.Errorf("%s against %d: %+v, want %v", name, up, e, want)
			}
		}
	}
	if e := rows["soft 21"].Upcards[5]; !e.Possible || e.Allowed[blackjack.Hit] || float(e.Value[blackjack.Stand]) < 0.9 {
		t.Errorf("soft 21 against 6: %+v", e)
	}
	if e := rows["hard 21"].Upcards[9]; !e.Possible || float(e.Value[blackjack.Stand]) < 0.88 {
		t.Errorf("hard 21 against ten: %+v", e)
	}
	// Wizard of Odds, Appendix 9, gives what a pair of eights is worth; it is the textbook's least evil.
	if e := rows["pair 8"].Upcards[9]; e.Best != blackjack.Split || float(e.Value[blackjack.Split]) < -0.5 {
		t.Errorf("eights against ten: %+v", e)
	}
}

func TestDealerRows(t *testing.T) {
	t.Parallel()
	o := standard(t)
	rows := o.Dealer()
	for i, row := range rows {
		if want := (i+1)%ranks + 1; row.Upcard != want {
			t.Errorf("row %d is of upcard %d, want %d", i, row.Upcard, want)
		}
		for _, d := range []Distribution{row.All, row.Peeked} {
			var sum Fixed
			for _, chance := range d {
				sum += chance
			}
			close(t, "the sum of all outcomes", sum, 1, 5e-12)
		}
	}
	natural := 96.0 / 311
	if raceEnabled {
		natural = 4.0 / 13
	}
	close(t, "an ace's blackjack", rows[9].All[DealerBlackjack], natural, 1e-15)
	close(t, "an ace's blackjack after the dealer has looked", rows[9].Peeked[DealerBlackjack], 0, 0)
	close(t, "the insurance", o.Insurance(), 3*natural-1, 0.0001)
}

// Plain strategies' returns, and what they can win.
func TestPlainStrategies(t *testing.T) {
	t.Parallel()
	o := standard(t)
	mimic := o.Outlook(Mimic(o.Rules))
	close(t, "mimicking the dealer, a well-known 5.5 to 5.7 % edge", mimic.Return, 0.944, 0.002)
	if mimic.Variance.Low != mimic.Variance.High || mimic.HitFrequency.Low != mimic.HitFrequency.High {
		t.Errorf("without splits everything is known: %+v", mimic)
	}
	most := o.MaximumWin(Stand())
	close(t, "the most that standing can be paid", most.Win, 2.5, 0)
	close(t, "its chance", most.Chance.Low, 0.0453, 0.0003)
}

// The most that can be paid follows from the rules alone; that its chance is right for doubled hands is tested on tiny shoes.
func TestMaximumWin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(r *blackjack.Rules)
		split  bool // by the chart, all pairs, or nothing
		win    float64
		exact  bool
	}{
		{"two hands, doubled", func(r *blackjack.Rules) { r.MaxHands = 2 }, true, 8, true},
		{"three hands, not doubled", func(r *blackjack.Rules) { r.MaxHands, r.DoubleAfterSplit = 3, false }, true, 6, false},
		{"a doubled hand", func(*blackjack.Rules) {}, false, 4, false},
		{"a commission on a doubled hand", func(r *blackjack.Rules) { r.Commission = 1_000 }, false, 3.8, false},
		{"nothing to win", func(r *blackjack.Rules) { r.Commission = 10_000 }, false, 2, false},
	} {
		r := rules(c.change)
		r.Decks = 0
		o := &Odds{Rules: r}
		for up := range ranks {
			o.columns[up] = newColumn(r, up)
		}
		chart := Mimic(r)
		for up := 1; up <= 10; up++ {
			chart.Hard[11][up] = blackjack.DoubleOrHit
			for value := 2; c.split && value <= 10; value++ {
				chart.Pair[value][up] = blackjack.SplitIt
			}
		}
		most := o.MaximumWin(chart)
		close(t, c.name, most.Win, c.win, 1e-15)
		if exact := most.Chance.Low == most.Chance.High; exact != c.exact || most.Chance.High <= 0 {
			t.Errorf("%s: the chance is %v", c.name, most.Chance)
		}
	}
}

// 1,000,000 rounds, a thirtieth under the race detector, of the engine's own table by the chart return what is computed, as
// often.
func TestSimulation(t *testing.T) {
	t.Parallel()
	o := standard(t)
	rounds := 1_000_000
	if raceEnabled {
		rounds /= 30
	}
	table := blackjack.NewTable(o.Rules, blackjack.NewShoe(o.Rules.Decks))
	draws := fairness.NewSimulation(21)
	var profit, squares, paid float64
	for range rounds {
		for table.Shuffle(draws.Stream("init"), true); !table.Over(); {
			if err := table.Play(o.Chart.Decide(table)); err != nil {
				t.Fatal(err)
			}
		}
		staked, won := table.Result()
		gain := float64(won-staked) / games.MultipleUnit
		profit += gain
		squares += gain * gain
		if won > 0 {
			paid++
		}
	}
	n := float64(rounds)
	z := (profit/n - float(o.Basic.Return-One)) / math.Sqrt(float(o.Basic.Variance.Near)/n)
	p := float(o.Basic.HitFrequency.Near)
	zPaid := (paid/n - p) / math.Sqrt(p*(1-p)/n)
	variance := squares/n - profit*profit/n/n
	t.Logf("%d rounds return %.5f, z = %+.2f; pay %.5f of rounds, z = %+.2f; variance %.4f",
		rounds, 1+profit/n, z, paid/n, zPaid, variance)
	if math.Abs(z) > 4 || math.Abs(zPaid) > 4 {
		t.Errorf("z = %+.2f and %+.2f", z, zPaid)
	}
	if v := o.Basic.Variance; math.Abs(variance-float(v.Near)) > 15/math.Sqrt(n) {
		t.Errorf("variance %.4f, want nearly %v", variance, v.Near)
	}
}

// What the computation takes a chart to say is what blackjack.Chart.Decide says at a table, whatever the chart.
func TestChartMoves(t *testing.T) {
	t.Parallel()
	draws := fairness.NewSimulation(22)
	for range 300 {
		stream := draws.Stream("chart")
		pick := func(n uint64) int { return int(stream.Intn(n)) }
		r := blackjack.Standard()
		r.DoubleOn = []blackjack.DoubleOn{blackjack.AnyTwo, blackjack.NineToEleven, blackjack.TenToEleven}[pick(3)]
		r.DoubleAfterSplit, r.LateSurrender, r.ResplitAces = pick(2) == 0, pick(2) == 0, pick(2) == 0
		r.MaxHands = 2 + pick(3)
		chart := anyChart(stream)
		table := blackjack.NewTable(r, blackjack.NewShoe(r.Decks))
		for range 100 {
			for table.Shuffle(draws.Stream("init"), false); !table.Over(); {
				m, h := chart.Decide(table), table.Hand()
				var held cards
				for _, c := range h.Cards() {
					held[c.Value()-1]++
				}
				mine := newHand(held)
				want := chartMove(chart, &mine, table.Up().Value()-1, r, h.FromSplit(), table.Allowed().Has(blackjack.Split))
				if h.FromSplit() && h.Cards()[0].Value() == 1 && want != blackjack.Split {
					want = blackjack.Stand
				}
				if m != want {
					t.Fatalf("%v against %v: the table plays %d, the computation %d; %+v", h.Cards(), table.Up(), m, want, r)
				}
				if err := table.Play(m); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
}

// anyChart returns a chart of any decisions that a chart can hold.
func anyChart(stream *fairness.Stream) *blackjack.Chart {
	pick := func(n uint64) int { return int(stream.Intn(n)) }
	chart := new(blackjack.Chart)
	for up := 1; up <= 10; up++ {
		for total := range chart.Hard {
			chart.Hard[total][up] = anyDecision(pick)
		}
		for total := range chart.Soft {
			chart.Soft[total][up] = anyDecision(pick)
		}
		for value := range chart.Pair {
			chart.Pair[value][up] = blackjack.Decision(pick(9))
		}
		chart.Pair[1][up] = []blackjack.Decision{blackjack.ByTotal, blackjack.SplitIt, blackjack.SurrenderSplit}[pick(3)]
	}
	return chart
}

// anyDecision returns one of those that a total can have.
func anyDecision(pick func(n uint64) int) blackjack.Decision {
	return []blackjack.Decision{
		blackjack.HitIt, blackjack.StandOn, blackjack.DoubleOrHit, blackjack.DoubleOrStand, blackjack.SurrenderHit,
		blackjack.SurrenderStand,
	}[pick(6)]
}

func TestCompute(t *testing.T) {
	t.Parallel()
	r := blackjack.Standard()
	r.Decks = 3
	if _, err := Compute(r, nil); err == nil {
		t.Error("computed three decks")
	}
	r.Decks = 0
	steps := 0
	if _, err := Compute(r, func(done, of int) {
		if steps++; done != steps || of != 11 {
			t.Errorf("step %d of %d comes as number %d", done, of, steps)
		}
	}); err != nil || steps != 11 {
		t.Errorf("%d steps, error %v", steps, err)
	}
}

func TestCalibrate(t *testing.T) {
	t.Parallel()
	if raceEnabled {
		t.Skip("takes too long under the race detector")
	}
	r := rules(func(r *blackjack.Rules) { r.Decks = 0 })
	if c, err := Calibrate(r, big.NewRat(95, 100), nil); err != nil || c < 800 || c > 1000 {
		t.Errorf("a commission of %d, error %v", c, err)
	} else {
		r.Commission = c
		best := exactReturn(bestPlay, r)
		r.Commission--
		if target := big.NewRat(94975, 100_000); best.Cmp(target) > 0 || exactReturn(bestPlay, r).Cmp(target) <= 0 {
			t.Errorf("a commission of %d returns %s", c, best.FloatString(6))
		}
	}
	if _, err := Calibrate(r, new(big.Rat), nil); err == nil {
		t.Error("found a commission that returns nothing")
	}
}
