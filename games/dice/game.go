// Package dice is the smallest game of the catalogue: the player names a chance from 1 to 98 % and wins if a roll falls under it.
// docs/games/dice.md has its rules; docs/adding-a-game.md walks through this package, file by file.
package dice

import (
	"fmt"

	"croupier/games"
)

// Game returns dice for the catalogue, with every variant and the default limits.
func Game() games.Game {
	game := games.Game{ID: "dice", Name: "Dice", Default: "RTP_96"}
	for _, percent := range []int64{92, 94, 96, 97} {
		id := fmt.Sprintf("RTP_%d", percent)
		game.Variants = append(game.Variants, games.Variant{ID: id, Engine: New(percent)})
	}
	return game
}
