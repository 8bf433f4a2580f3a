package move

import (
	"strconv"

	"croupier/games/cashout"
	"croupier/wallet/money"
)

// View is what the player may see of a round. Cells are columns and rows from 0, from the upper left.
type View struct {
	X              money.Number `json:"x"`      // the position, in cells from the left edge of the field
	Y              money.Number `json:"y"`      // from its upper edge
	Opened         [][2]int     `json:"opened"` // in the order opened; without the centre
	MovesLeft      int          `json:"movesLeft"`
	Multiplier     money.Number `json:"multiplier"`              // what the round is worth
	NextMultiplier money.Number `json:"nextMultiplier,omitzero"` // with one more cell; only while the round is open
	CanCashOut     bool         `json:"canCashOut"`
}

// Outcome is what the player is told of a move.
type Outcome struct {
	Entered  [][2]int `json:"entered"`  // the cells that the move went through, in order, opened before or not
	NewCells int      `json:"newCells"` // how many of them it opened
	Trapped  bool     `json:"trapped"`  // the last of them is a trap: the round is lost
	View
	Traps [][2]int `json:"traps,omitzero"` // once the round is over
}

// Reveal is what the player is told of a round that ends without a move.
type Reveal struct {
	View
	Traps [][2]int `json:"traps"`
}

// view shows a round, open or over, without its traps.
func (m *move) view(r cashout.Round[State], open bool) View {
	v := View{X: decimal(r.Own.X), Y: decimal(r.Own.Y), Opened: coordinatesOf(r.Own.Opened), MovesLeft: maxMoves - r.Steps,
		Multiplier: r.Multiplier(), CanCashOut: open && r.Takeable}
	if open {
		v.NextMultiplier = money.Number(m.values[len(r.Own.Opened)+1].String())
	}
	return v
}

func coordinatesOf(cells []int) [][2]int {
	all := make([][2]int, len(cells))
	for i, cell := range cells {
		all[i] = coordinates(cell)
	}
	return all
}

// decimal writes tenths as a number with one decimal.
func decimal(tenths int) money.Number {
	return money.Number(strconv.Itoa(tenths/10) + "." + strconv.Itoa(tenths%10))
}
