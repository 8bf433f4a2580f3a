// Package builtin names the games that croupier comes with.
package builtin

import (
	"croupier/games"
	"croupier/games/blackjack"
	"croupier/games/dice"
	"croupier/games/guess"
	"croupier/games/launch"
	"croupier/games/move"
	"croupier/games/slots"
	"croupier/games/smash"
)

// Games returns the games of the catalogue, in the order in which people are shown them.
func Games() []games.Game {
	return []games.Game{
		slots.Game(),
		blackjack.Game(),
		guess.Game(),
		launch.Game(),
		smash.Game(),
		move.Game(),
		dice.Game(),
	}
}
