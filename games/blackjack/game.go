package blackjack

import (
	"sync"

	"croupier/games"
)

// Game returns blackjack for the catalogue, with every variant and the default limits.
func Game() games.Game { return builtInGame() }

var builtInGame = sync.OnceValue(func() games.Game {
	game := games.Game{ID: "blackjack", Name: "Blackjack", Default: "STANDARD"}
	for _, v := range Variants() {
		engine, err := New(v)
		if err != nil {
			panic(err) // embedded: wrong for everyone or nobody
		}
		game.Variants = append(game.Variants, games.Variant{ID: v.ID, Engine: engine})
	}
	return game
})
