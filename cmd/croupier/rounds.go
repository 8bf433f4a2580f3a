package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/user"
	"time"

	"github.com/google/uuid"

	"croupier/games"
	"croupier/session"
)

// roundsCmd deals with rounds of players.
type roundsCmd struct {
	Void roundsVoidCmd `cmd:"" help:"End open rounds and return what was staked in them, with a reason."`
}

// roundsVoidCmd voids rounds in the database, while servers play.
type roundsVoidCmd struct {
	vaultFlags
	Rounds []uuid.UUID `arg:"" name:"round" help:"The ids of the rounds."`
	Reason string      `required:"" placeholder:"TEXT" help:"Why, in 1 to 200 characters on one line. It is in the rounds' records for ever, and the players read it."`
	By     string      `placeholder:"NAME" help:"Who does it, as the records say and the players read. Default: the name of this system's user."`
	JSON   bool        `name:"json" help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (c *roundsVoidCmd) Help() string {
	return `Servers go on playing meanwhile, and tell the players. A round is voided once: the same reason again changes nothing and prints the
same. What is settled is not undone: correct it with a deposit or a withdrawal. Operators do the same with POST /api/v1/rounds/{roundId}/void.`
}

// Run implements the command. It exits with 1 when a round was not voided.
func (c *roundsVoidCmd) Run(ctx context.Context) error { return c.run(ctx, os.Stdout) }

func (c *roundsVoidCmd) run(ctx context.Context, out io.Writer) error {
	why := games.Voiding{Reason: c.Reason, By: "command by " + cmp.Or(c.By, systemUser())}
	if err := why.Check(); err != nil {
		return err
	}
	db, vault, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	// A master key that is not the server's is told at once. Nothing is sealed with it.
	if _, err := session.OpenKeyRing(ctx, db, vault, time.Now, session.DefaultLifetimes().Token); err != nil {
		return err
	}
	catalogue, err := games.NewCatalogue() // no rules are needed to void a round
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	settler := session.NewSettler(db, log, session.SettlerConfig{Writers: 1})
	defer settler.Stop()
	floor, err := session.NewFloor(ctx, db, vault, catalogue, settler, time.Now, log)
	if err != nil {
		return err
	}
	voided, err := voidAll(ctx, floor, c.Rounds, why)
	return errors.Join(printVoided(out, voided, c.JSON), err)
}

// voidAll voids what it can, and returns why the others are as they were.
func voidAll(ctx context.Context, floor *session.Floor, rounds []uuid.UUID, why games.Voiding) (voided []session.Voided, refused error) {
	voided = []session.Voided{}
	for _, id := range rounds {
		operator, err := floor.OperatorOf(ctx, id)
		var one session.Voided
		if err == nil {
			one, err = floor.Void(ctx, operator, id, why)
		}
		if err != nil {
			refused = errors.Join(refused, fmt.Errorf("round %s: %w", id, err))
			continue
		}
		voided = append(voided, one)
	}
	return voided, refused
}

func printVoided(out io.Writer, voided []session.Voided, asJSON bool) error {
	if asJSON {
		return json.NewEncoder(out).Encode(voided)
	}
	for _, v := range voided {
		_, err := fmt.Fprintf(out, "Round %s of player %s is voided: %s %s returned, balance %s, at %s, %s\n", v.RoundID, v.PlayerID, v.Refund, v.Currency,
			v.Balance, v.At.Format(time.RFC3339), v.By)
		if err != nil {
			return err
		}
	}
	return nil
}

func systemUser() string {
	u, err := user.Current()
	if err != nil {
		return "an unknown user"
	}
	return u.Username
}
