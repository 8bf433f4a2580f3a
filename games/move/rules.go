// Package move is the game move: steps over a field of cells with traps under some of them, in any direction and of any length up
// to five cells: docs/games/move.md has the rules.
package move

import "croupier/games"

// The field. Lengths are in tenths of a cell.
const (
	side      = 15 // cells
	cellSize  = 10
	fieldSize = side * cellSize // positions are from 0 to one below
	cells     = side * side
	centre    = side*(side/2) + side/2 // the number of the cell where the player starts
	longest   = 5 * cellSize           // a move, to the side and up or down
)

const (
	stateVersion = 1

	covered   = cells - 1 // cells that may hide a trap: all but the centre
	trapCount = 25
	safe      = covered - trapCount

	// lastCell is the number of opened cells at which a round cashes out by itself. The maximum win is what they are worth.
	lastCell = 50
	// maxMoves is the number of moves in a round; after the last one it is over.
	maxMoves = 200
)

// Rules is everything that an outcome of a variant depends on, as players and verifiers are shown it and as it is hashed.
type Rules struct {
	Version     int              `json:"version"`
	Side        int              `json:"side"`        // cells in a row and in a column
	CellSize    int              `json:"cellSize"`    // in the unit of positions and moves: tenths
	LongestMove int              `json:"longestMove"` // in the same unit, of dx and of dy
	Traps       int              `json:"traps"`
	LastCell    int              `json:"lastCell"` // the opened cell that ends the round
	MaxMoves    int              `json:"maxMoves"`
	Values      []games.Multiple `json:"values"` // what a round is worth, by number of opened cells from 0, in units of 10^-8
}

// Rules returns a Rules.
func (m *move) Rules() any {
	return Rules{
		Version: stateVersion, Side: side, CellSize: cellSize, LongestMove: longest, Traps: trapCount,
		LastCell: lastCell, MaxMoves: maxMoves, Values: m.values[:],
	}
}
