package move

import (
	"math/big"
	"reflect"
	"slices"
	"testing"

	"croupier/games/gamestest"
)

// sampledPath finds the cells of a segment without path: it looks at every point where the segment meets a grid line, at its end,
// and at one point between each two of these. Between them no coordinate can leave its cell.
func sampledPath(from, by point) []int {
	fractions := []*big.Rat{new(big.Rat), big.NewRat(1, 1)}
	for _, along := range [][2]int{{from.x, by.x}, {from.y, by.y}} {
		if along[1] == 0 {
			continue
		}
		for line := 0; line <= fieldSize; line += cellSize {
			t := big.NewRat(int64(line-along[0]), int64(along[1]))
			if t.Sign() > 0 && t.Cmp(fractions[1]) < 0 {
				fractions = append(fractions, t)
			}
		}
	}
	slices.SortFunc(fractions, (*big.Rat).Cmp)
	cells := []int{from.cell()}
	look := func(t *big.Rat) {
		cell := side*cellAt(from.y, by.y, t) + cellAt(from.x, by.x, t)
		if cell != cells[len(cells)-1] {
			cells = append(cells, cell)
		}
	}
	for i, t := range fractions {
		if i > 0 {
			between := new(big.Rat).Add(fractions[i-1], t)
			look(between.Quo(between, big.NewRat(2, 1)))
		}
		look(t)
	}
	return cells[1:]
}

// cellAt is the column or row of the point at a fraction of a segment, by one coordinate.
func cellAt(from, by int, t *big.Rat) int {
	at := new(big.Rat).Mul(big.NewRat(int64(by), cellSize), t)
	at.Add(at, big.NewRat(int64(from), cellSize))
	return int(new(big.Int).Div(at.Num(), at.Denom()).Int64()) // of a number that is not negative
}

func TestPathOverCorners(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		from, by point
		want     [][2]int
	}{
		"right and down": {point{75, 75}, point{10, 10}, [][2]int{{8, 8}}},
		"left and up":    {point{75, 75}, point{-10, -10}, [][2]int{{6, 6}}},
		"right and up touches the cell on the right, whose corner that is": {point{75, 75}, point{10, -10}, [][2]int{{8, 7}, {8, 6}}},
		"left and down touches the cell below, whose corner that is":       {point{75, 75}, point{-10, 10}, [][2]int{{7, 8}, {6, 8}}},
		"up to an edge stays":                      {point{75, 75}, point{0, -5}, [][2]int{}},
		"and leaves with the next tenth":           {point{75, 70}, point{0, -1}, [][2]int{{7, 6}}},
		"down to an edge enters":                   {point{75, 75}, point{0, 5}, [][2]int{{7, 8}}},
		"along an edge stays on its side":          {point{75, 80}, point{20, 0}, [][2]int{{8, 8}, {9, 8}}},
		"within a cell":                            {point{71, 71}, point{8, 8}, [][2]int{}},
		"five cells":                               {point{75, 75}, point{-50, 0}, [][2]int{{6, 7}, {5, 7}, {4, 7}, {3, 7}, {2, 7}}},
		"the move of the protocol's page":          {point{75, 75}, point{50, -30}, [][2]int{{8, 7}, {8, 6}, {9, 6}, {10, 6}, {10, 5}, {11, 5}, {11, 4}, {12, 4}}},
		"to the far corner":                        {point{145, 145}, point{4, 4}, [][2]int{}},
		"a touched corner can be the end":          {point{75, 75}, point{5, -5}, [][2]int{{8, 7}}},
		"and the start of what goes on from there": {point{80, 70}, point{1, -1}, [][2]int{{8, 6}}},
	} {
		cells := path(nil, test.from, test.by)
		if got := coordinatesOf(cells); !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: %v, want %v", name, got, test.want)
		}
	}
}

// TestPath compares the path with the sampled one, for every 211th of all moves from everywhere in a cell.
func TestPath(t *testing.T) {
	t.Parallel()
	longestPath, number := 0, 0
	for at := range cellSize * cellSize {
		from := point{70 + at%cellSize, 70 + at/cellSize}
		for dx := -longest; dx <= longest; dx++ {
			for dy := -longest; dy <= longest; dy++ {
				if number++; number%(211*gamestest.Slowness) != 0 {
					continue
				}
				by := point{dx, dy}
				got, want := path(nil, from, by), sampledPath(from, by)
				if !slices.Equal(got, want) {
					t.Fatalf("from %v by %v: %v, want %v", from, by, coordinatesOf(got), coordinatesOf(want))
				}
				longestPath = max(longestPath, len(got))
			}
		}
	}
	if number != 1_020_100 { // 100 places, 101 · 101 moves
		t.Errorf("%d moves were looked at", number)
	}
	if longestPath > 2*longest/cellSize {
		t.Errorf("a move enters %d cells", longestPath)
	}
}
