package main

import (
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"croupier/games/blackjack"
	"croupier/games/blackjack/odds"
)

// upcardValues are the columns of every table of blackjack: 2 to 10, then the ace.
var upcardValues = [...]int{2, 3, 4, 5, 6, 7, 8, 9, 10, 1}

const upcardHeads = "2\t3\t4\t5\t6\t7\t8\t9\tT\tA"

// moveNames are the moves that are decided by what they are worth.
var moveNames = map[blackjack.Move]string{
	blackjack.Hit: "hit", blackjack.Stand: "stand", blackjack.Double: "double", blackjack.Split: "split", blackjack.Surrender: "surrender",
}

func printChart(out io.Writer, o *odds.Odds) error {
	_, err := fmt.Fprintf(out, `BASIC STRATEGY
%s
%s
H hit, S stand, D double (else hit), Ds double (else stand), P split, R surrender (else hit), Rs surrender (else stand),
Rp surrender (else split), - play the total. Never take insurance.

`, describe(o.Rules), o.Chart)
	return err
}

// printExpectations prints a line for every hand and every move that it may make, with the best move of each marked.
func printExpectations(out io.Writer, o *odds.Odds) error {
	fmt.Fprintf(out, "EXPECTATIONS of the first two cards in opening stakes, when the dealer has no blackjack or does not look; * is the best\n%s\n\n",
		describe(o.Rules))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(table, "hand\tmove\t%s\t\n", upcardHeads)
	for _, row := range o.Table() {
		name := row.Hand
		for move := blackjack.Hit; move <= blackjack.Surrender; move++ {
			if line, any := expectationLine(row, move); any {
				fmt.Fprintf(table, "%s\t%s%s\t\n", name, moveNames[move], line)
				name = ""
			}
		}
	}
	fmt.Fprintln(table)
	return table.Flush()
}

func expectationLine(row odds.Row, move blackjack.Move) (line string, any bool) {
	for _, up := range upcardValues {
		e := row.Upcards[up-1]
		switch {
		case !e.Possible || !e.Allowed[move]:
			line += "\t "
			continue
		case e.Best == move:
			line += "\t*" + e.Value[move].Rat().FloatString(4)
		default:
			line += "\t" + e.Value[move].Rat().FloatString(4)
		}
		any = true
	}
	return line, any
}

// dealerOutcomes are how the dealer can end, as the table names it.
var dealerOutcomes = []struct {
	name    string
	outcome odds.Outcome
}{
	{"17", odds.Dealer17}, {"18", odds.Dealer18}, {"19", odds.Dealer19}, {"20", odds.Dealer20}, {"21", odds.Dealer21},
	{"blackjack", odds.DealerBlackjack}, {"bust", odds.DealerBust},
}

func printDealer(out io.Writer, o *odds.Odds) error {
	fmt.Fprintf(out, "THE DEALER'S HAND in percent, by upcard\n%s\n\n", describe(o.Rules))
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', tabwriter.AlignRight)
	write := func(title string, of func(odds.DealerRow) odds.Distribution) {
		fmt.Fprintf(table, "%s\t", title)
		for _, outcome := range dealerOutcomes {
			fmt.Fprintf(table, "%s\t", outcome.name)
		}
		fmt.Fprintln(table)
		for _, row := range o.Dealer() {
			d := of(row)
			fmt.Fprintf(table, "%s\t", upcardName(row.Upcard))
			for _, outcome := range dealerOutcomes {
				fmt.Fprintf(table, "%.4f\t", 100*readable(d[outcome.outcome].Rat()))
			}
			fmt.Fprintln(table)
		}
	}
	write("upcard", func(r odds.DealerRow) odds.Distribution { return r.All })
	fmt.Fprintln(table, "\t\t\t\t\t\t\t\t")
	write("no blackjack", func(r odds.DealerRow) odds.Distribution { return r.Peeked })
	fmt.Fprintln(table)
	return table.Flush()
}

// blackjackTablesJSON is what --chart, --table and --dealer print with --json; what was not asked for is left out.
type blackjackTablesJSON struct {
	Rules        blackjack.Rules                          `json:"rules"`
	Chart        string                                   `json:"chart,omitempty"`
	Expectations map[string]map[string]map[string]float64 `json:"expectations,omitempty"` // by hand, upcard and move, in opening stakes
	Dealer       map[string]map[string]float64            `json:"dealer,omitempty"`       // by upcard and how the dealer ends: chances
	DealerPeeked map[string]map[string]float64            `json:"dealerPeeked,omitempty"` // of those without blackjack
}

func (c *rtpBlackjackCmd) printTablesJSON(out io.Writer, o *odds.Odds) error {
	tables := blackjackTablesJSON{Rules: o.Rules}
	if c.Chart {
		tables.Chart = o.Chart.String()
	}
	if c.Table {
		tables.Expectations = expectationsJSON(o)
	}
	if c.Dealer {
		tables.Dealer = dealerJSON(o, func(r odds.DealerRow) odds.Distribution { return r.All })
		tables.DealerPeeked = dealerJSON(o, func(r odds.DealerRow) odds.Distribution { return r.Peeked })
	}
	encoder := json.NewEncoder(out)
	encoder.SetIndent("", "  ")
	return encoder.Encode(tables)
}

func expectationsJSON(o *odds.Odds) map[string]map[string]map[string]float64 {
	all := make(map[string]map[string]map[string]float64)
	for _, row := range o.Table() {
		all[row.Hand] = make(map[string]map[string]float64)
		for up, e := range row.Upcards {
			if !e.Possible {
				continue
			}
			worth := make(map[string]float64)
			for move, name := range moveNames {
				if e.Allowed[move] {
					worth[name] = readable(e.Value[move].Rat())
				}
			}
			all[row.Hand][upcardName(up+1)] = worth
		}
	}
	return all
}

func dealerJSON(o *odds.Odds, of func(odds.DealerRow) odds.Distribution) map[string]map[string]float64 {
	all := make(map[string]map[string]float64)
	for _, row := range o.Dealer() {
		chances, d := make(map[string]float64), of(row)
		for _, outcome := range dealerOutcomes {
			chances[outcome.name] = readable(d[outcome.outcome].Rat())
		}
		all[upcardName(row.Upcard)] = chances
	}
	return all
}

// upcardName writes an upcard's value as charts do.
func upcardName(value int) string {
	switch value {
	case 1:
		return "A"
	case 10:
		return "T"
	}
	return fmt.Sprint(value)
}
