package slots

import (
	"maps"
	"slices"
	"sync"

	"croupier/games"
)

// Game returns the built-in machine for the catalogue, with every variant and the default limits.
func Game() games.Game { return builtInGame() }

var builtInGame = sync.OnceValue(func() games.Game {
	d, err := BuiltIn()
	if err != nil {
		panic(err) // embedded: wrong for everyone or nobody
	}
	game := games.Game{ID: d.Game, Name: "Slots", Aliases: []string{"slotty-slots"}, Default: "RTP_96"}
	for _, variant := range slices.Sorted(maps.Keys(d.Strips)) {
		engine, err := New(d, variant)
		if err != nil {
			panic(err)
		}
		game.Variants = append(game.Variants, games.Variant{ID: variant, Engine: engine})
	}
	return game
})
