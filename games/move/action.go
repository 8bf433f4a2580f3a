package move

import (
	"encoding/json"
	"errors"
	"fmt"

	"croupier/games"
	"croupier/wallet/money"
)

// readMove returns a move from a position, in tenths of a cell, or *games.FieldError.
func readMove(payload json.RawMessage, from point) (point, error) {
	var wanted struct {
		DX money.Number `json:"dx"`
		DY money.Number `json:"dy"`
	}
	if err := games.Decode(payload, &wanted); err != nil {
		return point{}, err
	}
	dx, err := readLength("dx", wanted.DX, from.x)
	if err != nil {
		return point{}, err
	}
	dy, err := readLength("dy", wanted.DY, from.y)
	if err != nil {
		return point{}, err
	}
	if dx == 0 && dy == 0 {
		return point{}, &games.FieldError{Field: "dx", Reason: "and dy must not both be 0"}
	}
	return point{dx, dy}, nil
}

// readLength reads one coordinate of a move that starts at the position at.
func readLength(field string, n money.Number, at int) (int, error) {
	tenths, err := n.Scaled(1)
	var number *money.NumberError
	if errors.As(err, &number) {
		return 0, &games.FieldError{Field: field, Reason: number.Reason}
	}
	if err != nil {
		return 0, err
	}
	least, most := max(-longest, -at), min(longest, fieldSize-1-at)
	if tenths < int64(least) || tenths > int64(most) {
		reason := fmt.Sprintf("must be from %s to %s to stay on the field", signed(least), signed(most))
		if tenths < -longest || tenths > longest {
			reason = "must be from -5.0 to 5.0"
		}
		return 0, &games.FieldError{Field: field, Reason: reason}
	}
	return int(tenths), nil
}

// signed writes tenths as a number with one decimal.
func signed(tenths int) string {
	if tenths < 0 {
		return "-" + string(decimal(-tenths))
	}
	return string(decimal(tenths))
}
