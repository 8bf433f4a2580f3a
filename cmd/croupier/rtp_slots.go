package main

import (
	"fmt"
	"io"
	"os"

	"github.com/alecthomas/kong"

	"croupier/games"
	"croupier/games/slots"
)

// rtpSlotsCmd prints the exact mathematics of a slot machine, and confirms it if asked to.
type rtpSlotsCmd struct {
	rtpFlags
	Definition string `placeholder:"FILE" type:"existingfile" help:"The slot machine that this file describes, instead of the built-in one (see docs/slots-definition.md)."`
	FullCycle  bool   `help:"Also play every stop of the reels (33,554,432 windows a variant of the built-in one; seconds to a minute) and compare."`
}

// Run prints as rtpGameCmd does.
func (c *rtpSlotsCmd) Run(*kong.Context) error {
	return c.run(os.Stdout, barOn(os.Stderr))
}

func (c *rtpSlotsCmd) run(out io.Writer, bar barMaker) error {
	game, refused, err := c.game()
	if err != nil {
		return err
	}
	if c.FullCycle {
		variants, err := c.variants(game)
		if err != nil {
			return err
		}
		for _, v := range variants {
			if err := fullCycle(v, bar); err != nil {
				return err
			}
			fmt.Fprintf(os.Stderr, "%s %s: the full cycle agrees with every value\n", game.ID, v.ID)
		}
	}
	if err := c.rtpFlags.run(game, out, bar); err != nil {
		return err
	}
	return refused
}

// game returns the slot machine that is asked for. A draft that no catalogue would take, because it returns more than everything, is
// returned with the reason.
func (c *rtpSlotsCmd) game() (game games.Game, refused, err error) {
	if c.Definition == "" {
		game, err = builtInGame("slots")
		return game, nil, err
	}
	if game, err = slotsFromFile(c.Definition); err != nil {
		return games.Game{}, nil, err
	}
	catalogue, refused := games.NewCatalogue(game)
	if refused != nil {
		return game, fmt.Errorf("%s: it cannot be offered: %w", c.Definition, refused), nil
	}
	return catalogue.Games()[0], nil, nil
}

// slotsFromFile reads the definition of a slot machine.
func slotsFromFile(path string) (games.Game, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return games.Game{}, fmt.Errorf("read a slots definition: %w", err)
	}
	definition, err := slots.ParseDefinition(text)
	if err != nil {
		return games.Game{}, fmt.Errorf("%s: %w", path, err)
	}
	return slots.GameOf(definition)
}

// fullCycle has the engine visit its full cycle.
func fullCycle(v games.Variant, bar barMaker) error {
	engine := v.Engine.(*slots.Engine)
	progress := bar(v.ID+" full cycle", engine.CycleLength())
	defer progress.Close()
	if err := engine.CheckCycle(func(windows int64) { _ = progress.Add64(windows) }); err != nil {
		return fmt.Errorf("%s: the full cycle contradicts the exact values: %w", v.ID, err)
	}
	return nil
}
