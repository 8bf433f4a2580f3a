package slots

import (
	"fmt"
	"sync"

	"croupier/games"
	"croupier/wallet/money"
)

// Game returns the built-in machine for the catalogue, with every variant and the default limits.
func Game() games.Game { return builtInGame() }

var builtInGame = sync.OnceValue(func() games.Game {
	d, err := BuiltIn()
	if err != nil {
		panic(err) // embedded: wrong for everyone or nobody
	}
	game, err := GameOf(d)
	if err != nil {
		panic(err)
	}
	return game
})

// GameOf returns the game of a definition for the catalogue, with an engine for every variant. A variant may return more than is
// staked, so that its return can be looked at: games.NewCatalogue is where it is refused.
func GameOf(d *Definition) (games.Game, error) {
	game := games.Game{ID: d.Game, Name: d.Name, Aliases: d.Aliases, Default: d.Default}
	for _, variant := range d.variants() {
		engine, err := New(d, variant)
		if err != nil {
			return games.Game{}, err
		}
		game.Variants = append(game.Variants, games.Variant{ID: variant, Engine: engine})
	}
	if game.Default == "" && len(game.Variants) > 0 {
		game.Default = game.Variants[0].ID
	}
	for code, limits := range d.Limits {
		parsed, err := limits.parse(code)
		if err != nil {
			return games.Game{}, fmt.Errorf("slots: limits.%s: %w", code, err)
		}
		if game.Limits == nil {
			game.Limits = map[string]games.Limits{}
		}
		game.Limits[code] = parsed
	}
	return game, nil
}

func (l StakeLimits) parse(code string) (games.Limits, error) {
	c, err := money.LookupCurrency(code)
	if err != nil {
		return games.Limits{}, err
	}
	least, err := money.Parse(c, l.Min)
	if err != nil {
		return games.Limits{}, err
	}
	most, err := money.Parse(c, l.Max)
	return games.Limits{Min: least, Max: most}, err
}
