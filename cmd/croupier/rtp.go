package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"strings"

	"github.com/alecthomas/kong"

	"croupier/games"
	"croupier/games/builtin"
)

// rtpCmd prints what games return to their players, exactly.
type rtpCmd struct {
	Summary   rtpSummaryCmd   `cmd:"" default:"withargs" help:"The returns of all games and variants, in one table; with --all, everything into docs/rtp.md. Runs if no game is named."`
	Slots     rtpSlotsCmd     `cmd:"" help:"The slot machine, or one that a definition file describes."`
	Blackjack rtpBlackjackCmd `cmd:"" help:"Blackjack, by the rules of a variant or any others."`
	Guess     rtpGameCmd      `cmd:"" help:"The hidden key."`
	Launch    rtpGameCmd      `cmd:"" help:"The rocket."`
	Smash     rtpGameCmd      `cmd:"" help:"The safe and the hammer."`
	Move      rtpGameCmd      `cmd:"" help:"The field of traps."`
	Dice      rtpGameCmd      `cmd:"" help:"Roll under."`
}

// rtpFlags are what can be asked about every game.
type rtpFlags struct {
	Variant  string `placeholder:"ID" help:"Only this variant, as RTP_96; all of them if not given."`
	Simulate int64  `placeholder:"N" help:"Also play this many rounds through the rules that the server runs, and compare."`
	Strategy string `placeholder:"NAME" help:"How the simulation plays; the plainest way if not given. The report names the strategies."`
	Seed     uint64 `default:"1" help:"Seed of the simulation; the same seed plays the same rounds on any machine."`
	JSON     bool   `name:"json" help:"Print JSON."`
}

// rtpGameCmd prints the exact mathematics of a game, and confirms it if asked to.
type rtpGameCmd struct {
	rtpFlags
}

// Run prints to standard output, and how far it is to standard error if that is a terminal. It returns an error too when a
// simulation contradicts the exact values.
func (c *rtpGameCmd) Run(ctx *kong.Context) error {
	game, err := builtInGame(ctx.Selected().Name)
	if err != nil {
		return err
	}
	return c.run(game, os.Stdout, barOn(os.Stderr))
}

func builtInGame(id string) (games.Game, error) {
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		return games.Game{}, err
	}
	game, ok := catalogue.Lookup(id)
	if !ok {
		return games.Game{}, fmt.Errorf("there is no game %q", id)
	}
	return game, nil
}

// run analyses the variants that are asked for and prints what is known of them.
func (f *rtpFlags) run(game games.Game, out io.Writer, bar barMaker) error {
	variants, err := f.variants(game)
	if err != nil {
		return err
	}
	var reports []report
	progress := bar(game.ID, int64(len(variants)))
	for _, v := range variants {
		r, err := analyse(game, v)
		if err != nil {
			return err
		}
		_ = progress.Add(1)
		if f.Simulate > 0 {
			if err := r.simulate(f, bar(v.ID+" simulation", f.Simulate)); err != nil {
				return err
			}
		}
		reports = append(reports, r)
	}
	return printReports(out, reports, f.JSON)
}

// printReports prints tables or JSON, and returns an error when a simulation contradicts a report.
func printReports(out io.Writer, reports []report, asJSON bool) error {
	var err error
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(reportsJSON(reports))
	} else {
		err = printTable(out, reports)
	}
	if err != nil {
		return err
	}
	return checkSimulations(reports)
}

func (f *rtpFlags) variants(game games.Game) ([]games.Variant, error) {
	if f.Simulate < 0 {
		return nil, fmt.Errorf("--simulate %d: the number of rounds must not be negative", f.Simulate)
	}
	if f.Strategy != "" && f.Simulate == 0 {
		return nil, errors.New("--strategy says how a simulation plays: give --simulate too")
	}
	if f.Variant == "" {
		return game.Variants, nil
	}
	if v, ok := game.Variant(f.Variant); ok {
		return []games.Variant{v}, nil
	}
	var ids []string
	for _, v := range game.Variants {
		ids = append(ids, v.ID)
	}
	return nil, fmt.Errorf("--variant %s: %s has %s", f.Variant, game.ID, strings.Join(ids, ", "))
}

// report is what is known of a variant.
type report struct {
	games.Analysis
	game       games.Game
	variant    games.Variant
	strategies []games.Strategy
	simulated  *simulated // nil if not asked for
}

func analyse(game games.Game, v games.Variant) (report, error) {
	engine, ok := v.Engine.(games.Analyst)
	if !ok {
		return report{}, fmt.Errorf("%s does not know its own mathematics", game.ID)
	}
	analysis, err := engine.Analyse()
	if err != nil {
		return report{}, fmt.Errorf("analyse %s %s: %w", game.ID, v.ID, err)
	}
	if len(analysis.Outlooks) == 0 {
		return report{}, fmt.Errorf("analyse %s %s: it names no strategy", game.ID, v.ID)
	}
	return report{Analysis: analysis, game: game, variant: v, strategies: engine.Strategies()}, nil
}

// most returns what no round pays more than: the cap, or the most that any of the strategies can be paid.
func (r *report) most() *big.Rat {
	if r.Cap.Most > 0 {
		return big.NewRat(int64(r.Cap.Most), games.MultipleUnit)
	}
	most := new(big.Rat)
	for _, o := range r.Outlooks {
		if o.MaximumWin.High.Cmp(most) > 0 {
			most = o.MaximumWin.High
		}
	}
	return most
}

// outlook returns what is known of a strategy, the plainest for "".
func (r *report) outlook(strategy string) (games.Outlook, bool) {
	for _, o := range r.Outlooks {
		if strategy == "" || o.Strategy == strategy {
			return o, true
		}
	}
	return games.Outlook{}, false
}
