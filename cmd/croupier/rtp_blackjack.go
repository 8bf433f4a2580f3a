package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/alecthomas/kong"

	"croupier/games"
	"croupier/games/blackjack"
	"croupier/games/blackjack/odds"
)

// rtpBlackjackCmd prints the exact mathematics of blackjack: of the built-in variants, or of any rules.
type rtpBlackjackCmd struct {
	rtpFlags
	blackjackRules
	Chart  bool `help:"Print the basic-strategy chart."`
	Table  bool `help:"Print what standing, hitting, doubling, splitting and surrendering are worth, for every hand and upcard."`
	Dealer bool `help:"Print how the dealer ends, by upcard."`
}

// blackjackRules are the switches. What is not given is as in the variant STANDARD, or in the one that --variant names.
type blackjackRules struct {
	Decks       *string  `enum:"1,2,4,6,8,infinite" placeholder:"N" help:"1, 2, 4, 6, 8 or infinite. STANDARD: 6."`
	H17         *bool    `name:"h17" negatable:"" help:"The dealer draws to a soft 17. STANDARD: no."`
	DAS         *bool    `name:"das" negatable:"" help:"Double after a split. STANDARD: yes."`
	Double      *string  `enum:"any,9-11,10-11" placeholder:"ON" help:"What may be doubled: any (two cards), 9-11 or 10-11. STANDARD: any."`
	Resplits    *int     `placeholder:"N" help:"How often one hand may be split in all, 1 to 3: N splits make N+1 hands. STANDARD: 3."`
	ResplitAces *bool    `negatable:"" help:"Split aces that get an ace may be split again. STANDARD: no."`
	Surrender   *bool    `negatable:"" help:"Late surrender. STANDARD: yes."`
	Pays        *string  `enum:"3:2,6:5" placeholder:"ODDS" help:"What a blackjack pays, 3:2 or 6:5. STANDARD: 3:2."`
	Peek        *bool    `negatable:"" help:"The dealer looks for blackjack before the player plays. STANDARD: yes."`
	Commission  *float64 `placeholder:"PERCENT" help:"Of what a hand wins on top of its stake. STANDARD: 0."`
}

// Run prints as rtpGameCmd does.
func (c *rtpBlackjackCmd) Run(*kong.Context) error {
	return c.run(os.Stdout, barOn(os.Stderr))
}

func (c *rtpBlackjackCmd) run(out io.Writer, bar barMaker) error {
	given := c.blackjackRules != blackjackRules{}
	if !given && !c.Chart && !c.Table && !c.Dealer {
		game, err := builtInGame("blackjack")
		if err != nil {
			return err
		}
		return c.rtpFlags.run(game, out, bar)
	}
	rules, err := c.rules()
	if err != nil {
		return err
	}
	computed, err := c.compute(rules, bar)
	if err != nil {
		return err
	}
	switch asked := c.Chart || c.Table || c.Dealer; {
	case asked && c.Simulate > 0:
		return errors.New("--simulate compares with the report: leave out --chart, --table and --dealer")
	case asked && c.JSON:
		return c.printTablesJSON(out, computed)
	case asked:
		return c.printTables(out, computed)
	}
	return c.report(computed, out, bar)
}

func (c *rtpBlackjackCmd) printTables(out io.Writer, computed *odds.Odds) error {
	var err error
	if c.Chart {
		err = printChart(out, computed)
	}
	if c.Table && err == nil {
		err = printExpectations(out, computed)
	}
	if c.Dealer && err == nil {
		err = printDealer(out, computed)
	}
	return err
}

// rules are those of the variant that is asked for, with the switches that are given.
func (c *rtpBlackjackCmd) rules() (blackjack.Rules, error) {
	rules := blackjack.Standard()
	if c.Variant != "" {
		game, err := builtInGame("blackjack")
		if err != nil {
			return rules, err
		}
		variants, err := c.variants(game)
		if err != nil {
			return rules, err
		}
		rules = variants[0].Engine.(*blackjack.Engine).Rules().(blackjack.Rules)
	}
	if err := c.blackjackRules.check(); err != nil {
		return rules, err
	}
	c.blackjackRules.apply(&rules)
	return rules, rules.Check()
}

func (s blackjackRules) check() error {
	switch {
	case s.Resplits != nil && (*s.Resplits < 1 || *s.Resplits > 3):
		return fmt.Errorf("--resplits %d: must be from 1 to 3", *s.Resplits)
	case s.Commission != nil && !(*s.Commission >= 0 && *s.Commission <= 100):
		return fmt.Errorf("--commission %v: must be from 0 to 100 percent", *s.Commission)
	}
	return nil
}

func (s blackjackRules) apply(rules *blackjack.Rules) {
	set(&rules.HitSoft17, s.H17)
	set(&rules.DoubleAfterSplit, s.DAS)
	set(&rules.ResplitAces, s.ResplitAces)
	set(&rules.LateSurrender, s.Surrender)
	set(&rules.Peek, s.Peek)
	if s.Decks != nil {
		rules.Decks, _ = strconv.Atoi(*s.Decks) // 0 for infinite
	}
	if s.Double != nil {
		rules.DoubleOn = map[string]blackjack.DoubleOn{
			"any": blackjack.AnyTwo, "9-11": blackjack.NineToEleven, "10-11": blackjack.TenToEleven,
		}[*s.Double]
	}
	if s.Resplits != nil {
		rules.MaxHands = *s.Resplits + 1
	}
	if s.Pays != nil {
		rules.BlackjackPays = map[string]blackjack.Odds{"3:2": {Num: 3, Den: 2}, "6:5": {Num: 6, Den: 5}}[*s.Pays]
	}
	if s.Commission != nil {
		rules.Commission = int(*s.Commission*100 + 0.5)
	}
}

// set changes what a switch stands for, if it is given.
func set[T any](field, given *T) {
	if given != nil {
		*field = *given
	}
}

func (c *rtpBlackjackCmd) compute(rules blackjack.Rules, bar barMaker) (*odds.Odds, error) {
	var steps int
	progress := bar("odds", 1)
	defer progress.Close()
	return odds.Compute(rules, func(done, of int) {
		if steps != of {
			steps = of
			progress.ChangeMax(of)
		}
		_ = progress.Set(done)
	})
}

// report prints of any rules what is printed of a variant.
func (c *rtpBlackjackCmd) report(computed *odds.Odds, out io.Writer, bar barMaker) error {
	analysis := computed.Analysis()
	engine, err := blackjack.New(blackjack.Variant{
		ID: "RULES", Rules: computed.Rules, Chart: computed.Chart, RTP: analysis.Outlooks[0].Return.Low,
	})
	if err != nil {
		return err
	}
	variant := games.Variant{ID: "RULES", Engine: engine} // not of the catalogue: it may return more than all that is staked
	r := report{Analysis: analysis, game: games.Game{ID: "blackjack", Name: "Blackjack"}, variant: variant, strategies: engine.Strategies()}
	if c.Simulate > 0 {
		if err := r.simulate(&c.rtpFlags, bar("simulation", c.Simulate)); err != nil {
			return err
		}
	}
	if !c.JSON {
		fmt.Fprintf(out, "Rules: %s\n\n", describe(computed.Rules))
	}
	if err := printReports(out, []report{r}, c.JSON); err != nil || computed.Exact == nil || c.JSON {
		return err
	}
	_, err = fmt.Fprintf(out, "\nThe return of best play, exactly: %s\n", computed.Exact)
	return err
}

// describe names rules as people do.
func describe(r blackjack.Rules) string {
	choose := func(yes bool, then, otherwise string) string {
		if yes {
			return then
		}
		return otherwise
	}
	parts := []string{
		choose(r.Decks == 0, "infinite decks", choose(r.Decks == 1, "1 deck", strconv.Itoa(r.Decks)+" decks")),
		choose(r.HitSoft17, "dealer draws to a soft 17", "dealer stands on all 17s"),
		"double on " + map[blackjack.DoubleOn]string{
			blackjack.AnyTwo: "any two cards", blackjack.NineToEleven: "9 to 11", blackjack.TenToEleven: "10 and 11"}[r.DoubleOn],
		choose(r.DoubleAfterSplit, "also after a split", "not after a split"),
		fmt.Sprintf("split to %d hands", r.MaxHands),
		choose(r.ResplitAces, "aces too", "aces once"),
		choose(r.LateSurrender, "late surrender", "no surrender"),
		fmt.Sprintf("a blackjack pays %d:%d", r.BlackjackPays.Num, r.BlackjackPays.Den),
		choose(r.Peek, "dealer peeks", "no hole card"),
	}
	if r.Commission > 0 {
		parts = append(parts, fmt.Sprintf("commission %d.%02d %%", r.Commission/100, r.Commission%100))
	}
	return strings.Join(parts, ", ")
}
