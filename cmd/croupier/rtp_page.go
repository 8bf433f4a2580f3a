package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"

	"golang.org/x/sync/errgroup"

	"croupier/games"
	"croupier/games/builtin"
)

// rtpSummaryCmd prints what all games return, or writes the page that says all that is known of them.
type rtpSummaryCmd struct {
	All  bool   `help:"Write everything that is known of every game to a page, docs/rtp.md unless --page names another."`
	Page string `placeholder:"FILE" type:"path" help:"The page that --all writes. Default: docs/rtp.md."`
}

// Run prints to standard output; with --all, it says where it wrote.
func (c *rtpSummaryCmd) Run() error {
	if c.Page != "" && !c.All {
		return errors.New("--page names the page that --all writes: give --all too")
	}
	progress := barOn(os.Stderr)
	all, err := analyseAll(progress)
	if err != nil {
		return err
	}
	if !c.All {
		return printSummary(os.Stdout, all)
	}
	page := cmp.Or(c.Page, "docs/rtp.md")
	if err := os.WriteFile(page, []byte(rtpPage(all)), 0o644); err != nil {
		return fmt.Errorf("write the page of all returns (--page names another place): %w", err)
	}
	fmt.Println("wrote", page)
	return nil
}

// analyseAll returns the reports of every variant, by game.
func analyseAll(bar barMaker) ([][]report, error) {
	catalogue, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		return nil, err
	}
	offered := catalogue.Games()
	all := make([][]report, len(offered))
	var variants int64
	for i, game := range offered {
		all[i] = make([]report, len(game.Variants))
		variants += int64(len(game.Variants))
	}
	progress := bar("all games", variants)
	defer progress.Close()
	var work errgroup.Group
	work.SetLimit(runtime.GOMAXPROCS(0))
	for i, game := range offered {
		for j, v := range game.Variants {
			work.Go(func() (err error) {
				all[i][j], err = analyse(game, v)
				_ = progress.Add(1)
				return err
			})
		}
	}
	return all, work.Wait()
}

// printSummary prints a line for every variant.
func printSummary(out io.Writer, all [][]report) error {
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "GAME\tVARIANT\tRETURN\tLOWEST\tHIGHEST\tHIT FREQUENCY\tPLAYED BY\tNO ROUND PAYS MORE THAN")
	for _, reports := range all {
		for _, r := range reports {
			o := r.Outlooks[0]
			fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s×\n", r.game.ID, r.variant.ID, percentage(o.Return, 6), percent(r.Bounds.Lowest, 4),
				percent(r.Bounds.Highest, 4), percentage(o.HitFrequency, 4), o.Strategy, r.most().FloatString(2))
		}
	}
	fmt.Fprintln(table, "\ncroupier rtp GAME says all that is known of a game; --all writes all of it to docs/rtp.md.")
	return table.Flush()
}

// rtpPage writes everything that is known of all games, in Markdown.
func rtpPage(all [][]report) string {
	var page strings.Builder
	page.WriteString(`# Return to player, exactly

Written by ` + "`croupier rtp --all`" + `; a test keeps it equal to what the code computes. Every value is computed in integers and fractions, and
shown rounded; a value with two ends is proven to lie between them. ` + "`croupier rtp GAME`" + ` prints the same, and ` + "`--simulate 10000000`" + `
confirms it with the rules that the server runs ([what that gave](rtp-simulated.md)). Wins are multiples of the
opening stake. These are the returns of rounds that are played: one of guess, launch, smash or move on which nothing was played when its time is over gives its stake back.

| game | variant | return | lowest of any strategy | highest of any strategy |
|---|---|--:|--:|--:|
`)
	for _, reports := range all {
		for _, r := range reports {
			fmt.Fprintf(&page, "| [%s](#%s) | %s | %s | %s | %s |\n", r.game.Name, r.game.ID, r.variant.ID, percentage(r.Outlooks[0].Return, 6),
				percent(r.Bounds.Lowest, 6), percent(r.Bounds.Highest, 6))
		}
	}
	for _, reports := range all {
		gamePage(&page, reports)
	}
	return page.String()
}

func gamePage(page io.Writer, reports []report) {
	first := reports[0]
	fmt.Fprintf(page, "\n## %s\n\nSee [the rules](games/%s.md). %s\n\n", first.game.ID, first.game.ID, first.Method)
	cells := func(name string, value func(report) string, meaning string) {
		fmt.Fprintf(page, "| %s |", strings.Replace(name, "  ", "– ", 1))
		for _, r := range reports {
			fmt.Fprintf(page, " %s |", value(r))
		}
		fmt.Fprintf(page, " %s |\n", meaning)
	}
	cells("", func(r report) string { return r.variant.ID }, "What it is")
	cells("---", func(report) string { return "--:" }, "---")
	for _, row := range rows(reports) {
		cells(row.name, row.value, row.meaning)
	}
	findingsPage(page, reports)
	if len(first.Outlooks) > 1 {
		strategyPage(page, reports)
	}
	fmt.Fprint(page, "\nThe return as a fraction, and the hash of the rules that have it:\n\n| variant | return | rulesHash |\n|---|---|---|\n")
	for _, r := range reports {
		fmt.Fprintf(page, "| %s | %s | `%s` |\n", r.variant.ID, fraction(r.Outlooks[0].Return), r.variant.RulesHash)
	}
}

// findingsPage lists the findings that are the same of every variant.
func findingsPage(page io.Writer, reports []report) {
	head := "\nOf every variant:\n\n| | | |\n|---|---|---|\n"
	for _, f := range reports[0].Findings {
		if len(reports) > 1 && shared(reports, f) {
			fmt.Fprintf(page, "%s| %s | %s | %s |\n", head, f.Name, f.Value, f.Meaning)
			head = ""
		}
	}
}

// strategyPage compares the strategies of every variant.
func strategyPage(page io.Writer, reports []report) {
	fmt.Fprint(page, "\n| strategy | variant |")
	for _, column := range strategyColumns {
		fmt.Fprintf(page, " %s |", column.name)
	}
	fmt.Fprint(page, "\n|---|---|", strings.Repeat("--:|", len(strategyColumns)), "\n")
	for i, o := range reports[0].Outlooks {
		for _, r := range reports {
			if i >= len(r.Outlooks) || r.Outlooks[i].Strategy != o.Strategy {
				continue
			}
			fmt.Fprintf(page, "| %s | %s |", o.Strategy, r.variant.ID)
			for _, column := range strategyColumns {
				fmt.Fprintf(page, " %s |", column.value(r.Outlooks[i]))
			}
			fmt.Fprintln(page)
		}
	}
	fmt.Fprintln(page)
	for _, o := range reports[0].Outlooks {
		if s, err := reports[0].strategy(o.Strategy); err == nil {
			fmt.Fprintf(page, "- %s: %s.\n", s.Name, s.Description)
		}
	}
}
