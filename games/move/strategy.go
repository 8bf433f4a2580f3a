package move

import (
	"encoding/json"
	"fmt"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/cashout"
)

// plan is a strategy as the analysis sees it: the numbers of opened cells at which it may stop. Nothing else counts, because every
// cell that is not opened yet is as likely a trap as any other.
type plan struct {
	name, description string
	leap              bool // its first move is one of five cells
	stopsAt           func(v games.Multiple, opened int) bool
	stopsOne          uint64 // and else with a chance of one in so many; 0 for never
}

// plans are the strategies, the plainest first.
func plans() []plan {
	after := func(n int) func(games.Multiple, int) bool {
		return func(_ games.Multiple, opened int) bool { return opened >= n }
	}
	return []plan{
		{name: "first-step", description: "opens one cell, then cashes out", stopsAt: after(1)},
		{name: "to-the-end", description: "opens cell after cell and never cashes out", stopsAt: after(lastCell)},
		{name: "five-cells", description: "opens five cells with one move, then cashes out", leap: true, stopsAt: after(5)},
		{name: "until-2x", description: "opens cells until the round is worth 2× or more",
			stopsAt: func(v games.Multiple, _ int) bool { return v >= 2*games.MultipleUnit }},
		{name: "random", description: "after each cell cashes out with a chance of one in five", stopsAt: after(lastCell), stopsOne: 5},
	}
}

// Strategies returns the ways to play that Analyse computes, the plainest first.
func (m *move) Strategies() []games.Strategy {
	var strategies []games.Strategy
	for _, p := range plans() {
		strategies = append(strategies, games.Strategy{Name: p.name, Description: p.description, Round: cashout.PlayBy(m, p.decide)})
	}
	return strategies
}

var leap = json.RawMessage(`{"action":"move","dx":5.0,"dy":0.0}`)

// decide plays a plan: a leap to the right, or one cell at a time along a spiral around the centre.
func (p *plan) decide(r cashout.Round[State], d *fairness.Stream) (json.RawMessage, bool) {
	opened := len(r.Own.Opened)
	switch {
	case opened > 0 && (p.stopsAt(r.Value, opened) || p.stopsOne > 0 && d.Intn(p.stopsOne) == 0):
		return nil, false
	case p.leap:
		return leap, true
	}
	return spiral[opened], true
}

// spiral are the moves from the centre that each enter the next new cell: 1 to the right, 1 down, 2 to the left, 2 up, 3 to the
// right and so on, every one of 1.0 cell.
var spiral = func() (moves [lastCell]json.RawMessage) {
	directions := [...]point{{1, 0}, {0, 1}, {-1, 0}, {0, -1}}
	next := 0
	for turn := 0; next < lastCell; turn++ {
		by := directions[turn%len(directions)]
		for straight := 0; straight < 1+turn/2 && next < lastCell; straight++ {
			moves[next] = fmt.Appendf(nil, `{"action":"move","dx":%d.0,"dy":%d.0}`, by.x, by.y)
			next++
		}
	}
	return moves
}()
