package move

import (
	"encoding/json"
	"fmt"
	"slices"

	"croupier/fairness"
	"croupier/games"
)

// Force takes {"traps": [[x, y], …]}: up to 25 cells that are to be traps, by column and row from 0. The others are the first ones
// of the field, in ascending order of their numbers, that are not named.
func (*move) Force(outcome json.RawMessage) (fairness.Script, error) {
	var wanted struct {
		Traps [][2]int `json:"traps"`
	}
	if err := games.Decode(outcome, &wanted); err != nil {
		return nil, err
	}
	if len(wanted.Traps) > trapCount {
		return nil, &games.FieldError{Field: "traps", Reason: "must be an array of at most 25 cells"}
	}
	traps := make([]int, 0, trapCount)
	for i, at := range wanted.Traps {
		cell, reason := trapAt(at, traps)
		if reason != "" {
			return nil, &games.FieldError{Field: fmt.Sprintf("traps[%d]", i), Reason: reason}
		}
		traps = append(traps, cell)
	}
	for cell := 0; len(traps) < trapCount; cell++ {
		if !slices.Contains(traps, cell) {
			traps = append(traps, cell)
		}
	}
	return fairness.Script{"init": shuffleTo(traps)}, nil
}

// trapAt returns the number of a cell, or why it cannot be a trap beside those before it.
func trapAt(at [2]int, before []int) (cell int, reason string) {
	if at[0] < 0 || at[0] >= side || at[1] < 0 || at[1] >= side {
		return 0, "must be a cell of the field: column and row from 0 to 14"
	}
	cell = side*at[1] + at[0]
	switch {
	case cell == centre:
		return 0, "must not be the centre, which is never a trap"
	case slices.Contains(before, cell):
		return 0, "must not be named twice"
	}
	return cell, ""
}

// shuffleTo returns the draws by which Deal's shuffle puts the traps first. From the end it swaps into each place the cell that is
// wanted there; all that are wanted before it are then still before it.
func shuffleTo(traps []int) []uint32 {
	all := coveredCells()
	wanted := slices.Clone(traps)
	for _, cell := range all {
		if !slices.Contains(traps, cell) {
			wanted = append(wanted, cell)
		}
	}
	var words []uint32
	for i := covered - 1; i > 0; i-- {
		j := slices.Index(all[:], wanted[i])
		all[i], all[j] = all[j], all[i]
		words = append(words, uint32(j)) // Intn(n) of a number below n is that number
	}
	return words
}
