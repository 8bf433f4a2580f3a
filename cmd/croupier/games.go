package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/migrations"
	"croupier/session"
)

// jurisdictionsFlag names the profiles of jurisdictions.
type jurisdictionsFlag struct {
	Jurisdictions string `type:"existingfile" placeholder:"FILE" help:"What players of each jurisdiction may do, as docs/compliance.md says: stakes, wins, times, reality checks. Without it nothing is bounded but by players' own limits."`
}

// profiles reads the file; nil without one.
func (f jurisdictionsFlag) profiles() (*session.Jurisdictions, error) {
	if f.Jurisdictions == "" {
		return nil, nil
	}
	text, err := os.ReadFile(f.Jurisdictions)
	if err != nil {
		return nil, fmt.Errorf("jurisdictions: %w", err)
	}
	j, err := session.ReadJurisdictions(text)
	if err != nil {
		return nil, fmt.Errorf("jurisdictions: %s: %w", f.Jurisdictions, err)
	}
	return j, nil
}

// gamesCmd closes and opens games for the whole house.
type gamesCmd struct {
	Close gamesCloseCmd `cmd:"" help:"Let no new round of a game begin, or of all games, on any server. Open rounds are finished by their rules."`
	Open  gamesOpenCmd  `cmd:"" help:"Let rounds begin again."`
	List  gamesListCmd  `cmd:"" help:"List what was closed and opened, by whom and why, newest first."`
}

// switchFlags are what closing and opening have in common.
type switchFlags struct {
	databaseFlag
	Game   string `arg:"" help:"The game's own id, as slots; all for all games."`
	Reason string `required:"" placeholder:"TEXT" help:"Why, in 1 to 200 characters. It is recorded for ever."`
	By     string `placeholder:"NAME" help:"Who does it, as it is recorded. Default: the name of this system's user."`
}

func (f switchFlags) set(ctx context.Context, closed bool, out io.Writer) error {
	game, words := f.Game, "game "+f.Game
	if game == "all" {
		game, words = "", "every game that is not closed by itself"
	}
	by, err := session.ByCommand(cmp.Or(f.By, systemUser()))
	if err != nil {
		return err
	}
	err = withDatabase(ctx, f.DatabaseURL, func(db *pgxpool.Pool) error {
		return session.SetSwitch(ctx, db, session.Switch{Game: game, Closed: closed, By: by.String(), Reason: f.Reason, At: time.Now()})
	})
	if err != nil {
		return err
	}
	if closed {
		_, err = fmt.Fprintf(out, "No new round begins: %s. Open rounds are finished. Servers that run know it now.\n", words)
	} else {
		_, err = fmt.Fprintf(out, "Rounds may begin: %s. Servers that run know it now.\n", words)
	}
	return err
}

type gamesCloseCmd struct{ switchFlags }

// Run implements the command.
func (c *gamesCloseCmd) Run(ctx context.Context) error { return c.set(ctx, true, os.Stdout) }

type gamesOpenCmd struct{ switchFlags }

// Run implements the command.
func (c *gamesOpenCmd) Run(ctx context.Context) error { return c.set(ctx, false, os.Stdout) }

type gamesListCmd struct {
	databaseFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements the command.
func (c *gamesListCmd) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *gamesListCmd) run(ctx context.Context, out io.Writer) error {
	return withDatabase(ctx, c.DatabaseURL, func(db *pgxpool.Pool) error {
		list, err := session.Switches(ctx, db)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(out).Encode(append([]session.Switch{}, list...))
		}
		for _, s := range list {
			word := "opened"
			if s.Closed {
				word = "closed"
			}
			if _, err := fmt.Fprintf(out, "%s  %-8s %-16s %s: %s\n", stamp(s.At), word, cmp.Or(s.Game, "all games"), s.By, s.Reason); err != nil {
				return err
			}
		}
		return nil
	})
}

// withDatabase connects to a database of this binary's schema.
func withDatabase(ctx context.Context, url string, do func(*pgxpool.Pool) error) error {
	if err := migrations.Check(ctx, url); err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(db)
}
