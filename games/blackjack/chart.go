package blackjack

import (
	"fmt"
	"strconv"
	"strings"
)

// Decision is what a chart says: a move, and what to do where the rules do not allow it.
type Decision uint8

// The decisions, and how a chart writes them.
const (
	ByTotal        Decision = iota // "-": of a pair only: play the total
	HitIt                          // "H"
	StandOn                        // "S"
	DoubleOrHit                    // "D": double, hit where that is not possible
	DoubleOrStand                  // "Ds"
	SplitIt                        // "P": of a pair only: split, play the total where that is not possible
	SurrenderHit                   // "R": surrender, hit where that is not possible
	SurrenderStand                 // "Rs"
	SurrenderSplit                 // "Rp": of a pair only: surrender, else split, else play the total
)

var decisionNames = [...]string{"-", "H", "S", "D", "Ds", "P", "R", "Rs", "Rp"}

// String returns the decision as a chart writes it.
func (d Decision) String() string { return decisionNames[d] }

// Totals that a chart has rows for. A hand of 21 is not played. A total of 4, and soft 12, are pairs that cannot be split.
const (
	LowestHard, HighestHard = 4, 20
	LowestSoft, HighestSoft = 12, 20
)

// Chart is a strategy by the hand's total and the dealer's upcard. The second index is the upcard's value, 1 for an ace.
// It never takes insurance.
type Chart struct {
	Hard [HighestHard + 1][11]Decision // by total
	Soft [HighestSoft + 1][11]Decision // by total
	Pair [11][11]Decision              // by the value of either card, 1 for aces
}

// Decide returns the chart's move for the hand that decides. The round must not be over.
func (c *Chart) Decide(t *Table) Move {
	allowed := t.Allowed()
	if allowed.Has(Decline) {
		return Decline
	}
	h, up := t.Hand(), t.Up().Value()
	if value, ok := h.Pair(); ok {
		if m, decided := c.Pair[value][up].move(allowed); decided && allowed.Has(m) {
			return m
		}
	}
	total, soft := h.Total()
	decision := c.Hard[min(total, HighestHard)][up]
	if soft {
		decision = c.Soft[min(total, HighestSoft)][up]
	}
	if m, _ := decision.move(allowed); allowed.Has(m) {
		return m
	}
	return Stand // a split ace has no choice but to stand, or to be split again
}

// move turns a decision into a move. decided is false when it leaves the hand to its total.
func (d Decision) move(allowed Moves) (m Move, decided bool) {
	first, otherwise := Hit, Hit
	switch d {
	case ByTotal:
		return Stand, false
	case HitIt:
	case StandOn:
		first = Stand
	case DoubleOrHit:
		first = Double
	case DoubleOrStand:
		first, otherwise = Double, Stand
	case SplitIt:
		return Split, allowed.Has(Split)
	case SurrenderHit:
		first = Surrender
	case SurrenderStand:
		first, otherwise = Surrender, Stand
	case SurrenderSplit:
		if allowed.Has(Surrender) {
			return Surrender, true
		}
		return Split, allowed.Has(Split)
	}
	if allowed.Has(first) {
		return first, true
	}
	return otherwise, true
}

// upcards are the columns of a chart as it is written: 2 to 10, then the ace.
var upcards = [...]int{2, 3, 4, 5, 6, 7, 8, 9, 10, 1}

const columnNames = "2 3 4 5 6 7 8 9 T A"

// section is one of a chart's three tables.
type section struct {
	name   string
	rows   [][11]Decision
	labels []int // the rows that are written, in their order
	pairs  bool
}

func (c *Chart) sections() []section {
	return []section{
		{name: "hard", rows: c.Hard[:], labels: countDown(HighestHard, LowestHard)},
		{name: "soft", rows: c.Soft[:], labels: countDown(HighestSoft, LowestSoft)},
		{name: "pair", rows: c.Pair[:], labels: countDown(10, 1), pairs: true},
	}
}

func countDown(from, to int) (numbers []int) {
	for n := from; n >= to; n-- {
		numbers = append(numbers, n)
	}
	return numbers
}

// label is how a row is written: its total, or its card's value as upcards are.
func (s section) label(row int) string {
	if s.pairs {
		return columnNames[2*((row+8)%10):][:1]
	}
	return strconv.Itoa(row)
}

// String writes the chart as ParseChart reads it: three tables of hard totals, soft totals and pairs, each with a line of upcards.
func (c *Chart) String() string {
	var text strings.Builder
	for _, s := range c.sections() {
		fmt.Fprintf(&text, "%-5s", s.name)
		for name := range strings.FieldsSeq(columnNames) {
			fmt.Fprintf(&text, "%-3s", name)
		}
		trimLine(&text)
		for _, row := range s.labels {
			fmt.Fprintf(&text, "%-5s", s.label(row))
			for _, up := range upcards {
				fmt.Fprintf(&text, "%-3s", s.rows[row][up])
			}
			trimLine(&text)
		}
	}
	return text.String()
}

func trimLine(text *strings.Builder) {
	line := strings.TrimRight(text.String(), " ")
	text.Reset()
	text.WriteString(line + "\n")
}

// ParseChart reads what String writes. Lines that begin with # are comments. Every row and column must be there.
func ParseChart(text string) (*Chart, error) {
	var lines [][]string
	for line := range strings.Lines(text) {
		if fields := strings.Fields(line); len(fields) > 0 && !strings.HasPrefix(line, "#") {
			lines = append(lines, fields)
		}
	}
	chart := new(Chart)
	next := func(label string) ([]string, error) {
		if len(lines) == 0 || lines[0][0] != label || len(lines[0]) != 1+len(upcards) {
			return nil, fmt.Errorf("chart: there is no complete row %q where it is expected", label)
		}
		cells := lines[0][1:]
		lines = lines[1:]
		return cells, nil
	}
	for _, s := range chart.sections() {
		if err := s.read(next); err != nil {
			return nil, err
		}
	}
	if len(lines) > 0 {
		return nil, fmt.Errorf("chart: something follows it: %q", lines[0])
	}
	return chart, nil
}

func (s section) read(next func(label string) ([]string, error)) error {
	cells, err := next(s.name)
	if err != nil {
		return err
	}
	if strings.Join(cells, " ") != columnNames {
		return fmt.Errorf("chart: the columns of %s are not %s", s.name, columnNames)
	}
	for _, row := range s.labels {
		if cells, err = next(s.label(row)); err != nil {
			return err
		}
		for i, cell := range cells {
			d, ok := parseDecision(cell)
			if !ok || !s.pairs && (d == ByTotal || d == SplitIt || d == SurrenderSplit) {
				return fmt.Errorf("chart: %s %s: %q is no decision", s.name, s.label(row), cell)
			}
			s.rows[row][upcards[i]] = d
		}
	}
	return nil
}

func parseDecision(text string) (Decision, bool) {
	for d, name := range decisionNames {
		if name == text {
			return Decision(d), true
		}
	}
	return 0, false
}
