package move

// point is a position or a move, in tenths of a cell. x grows to the right, y downwards.
type point struct{ x, y int }

// cell is the number of the cell that a position is in: each cell holds its left and its upper edge, not the other two.
func (p point) cell() int { return side*(p.y/cellSize) + p.x/cellSize }

// coordinates returns the column and the row of a cell.
func coordinates(cell int) [2]int { return [2]int{cell % side, cell / side} }

// middle returns the position of the middle of a cell.
func middle(cell int) point {
	at := coordinates(cell)
	return point{at[0]*cellSize + cellSize/2, at[1]*cellSize + cellSize/2}
}

// path appends the cells that the straight segment from a position along a move goes through, in order, to cells. The cell of the
// position is not among them. Both ends of the move must be on the field.
//
// A point of the segment is at a fraction t of it, 0 ≤ t ≤ 1. Every point is in one cell, so the path is the sequence of cells as t
// grows. It changes where the segment meets a grid line: to the right and downwards the cell behind the line is entered on the line
// itself, to the left and upwards just behind it. What changes at the same moment is one change.
func path(cells []int, from, by point) []int {
	columns, rows := newCrossings(from.x, by.x), newCrossings(from.y, by.y)
	at := from.cell()
	for columns.left > 0 || rows.left > 0 {
		order := columns.before(rows)
		if order <= 0 {
			at += columns.pass()
		}
		if order >= 0 {
			at += side * rows.pass()
		}
		cells = append(cells, at)
	}
	return cells
}

// crossings are the grid lines of one direction that a segment still has to meet.
type crossings struct {
	left     int // how many
	distance int // to the next one, along the coordinate
	length   int // of the whole segment, along the coordinate; not negative
	forward  bool
}

func newCrossings(from, by int) crossings {
	if by >= 0 {
		next := cellSize - from%cellSize // the line at the end of the cell is entered with its first point
		return crossings{left: (from+by)/cellSize - from/cellSize, distance: next, length: by, forward: true}
	}
	return crossings{left: from/cellSize - (from+by)/cellSize, distance: from % cellSize, length: -by}
}

// before compares the fractions of the segment at which two crossings come next: negative if c's is first, 0 if both are one.
func (c *crossings) before(d crossings) int {
	switch {
	case d.left == 0:
		return -1
	case c.left == 0:
		return 1
	}
	if difference := c.distance*d.length - d.distance*c.length; difference != 0 {
		return difference
	}
	switch { // on the line, or just behind it
	case c.forward == d.forward:
		return 0
	case c.forward:
		return -1
	}
	return 1
}

// pass passes the next crossing and returns by how much the coordinate of the cell changes.
func (c *crossings) pass() int {
	c.left--
	c.distance += cellSize
	if c.forward {
		return 1
	}
	return -1
}
