package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"croupier/migrations"
	"croupier/session/audit"
)

// exportCmd writes what is recorded.
type exportCmd struct {
	Rounds exportRoundsCmd `cmd:"" help:"Every round with its actions, seeds and times, as lines of JSON."`
}

type exportRoundsCmd struct {
	databaseFlag
	gamesFlags
	Since    string     `placeholder:"TIME" help:"Rounds that were open then or opened later, as 2026-11-21 (midnight UTC) or 2026-11-21T18:00:00Z. Default: from the first."`
	Until    string     `placeholder:"TIME" help:"Rounds that were opened before then. Default: to the last."`
	Operator *uuid.UUID `env:"CROUPIER_EXPORT_OPERATOR" placeholder:"ID" help:"Of this operator only."`
	Player   *uuid.UUID `env:"CROUPIER_EXPORT_PLAYER" placeholder:"ID" help:"Of this player only."`
	Game     string     `env:"CROUPIER_EXPORT_GAME" placeholder:"ID" help:"Of this game only, an id or an alias. Gaps of nonces and balances cannot be followed then."`
	Output   string     `short:"o" type:"path" env:"CROUPIER_EXPORT_OUTPUT" placeholder:"FILE" help:"Write to this file. Default: standard output."`
}

// Help is shown below the flags' heading.
func (c *exportRoundsCmd) Help() string {
	return `Writes one JSON object a line: a header, rounds and transfers by player, and an end with their numbers, so that a file that was cut
short is noticed. All is read from one snapshot, while servers play on. A server seed is there only once it is revealed. Memory does not grow
with the number of rounds. docs/auditing.md has the form.

  croupier export rounds --since 2026-11-01 --until 2026-12-01 > rounds.jsonl
  croupier audit rounds.jsonl

croupier verify reads a line of it. The role of --database-url needs no more than to read: see docs/auditing.md.`
}

// Run implements the command.
func (c *exportRoundsCmd) Run(ctx context.Context) error {
	filters, err := c.filters()
	if err != nil {
		return err
	}
	out := os.Stdout
	if c.Output != "" {
		if out, err = os.Create(c.Output); err != nil {
			return fmt.Errorf("export rounds: %w", err)
		}
		defer out.Close() // an error of the last write is Sync's or Flush's
	}
	var counts audit.Counts
	err = inSnapshot(ctx, c.DatabaseURL, func(tx pgx.Tx) error {
		counts, err = export(ctx, tx, filters, out)
		return err
	})
	if err != nil {
		return err
	}
	if c.Output != "" {
		if err := out.Close(); err != nil {
			return fmt.Errorf("export rounds: %w", err)
		}
	}
	fmt.Fprintf(os.Stderr, "%d rounds, %d actions, %d transfers\n", counts.Rounds, counts.Actions, counts.Transfers)
	return nil
}

func (c *exportRoundsCmd) filters() (f audit.Filters, err error) {
	f.Operator, f.Player = c.Operator, c.Player
	if c.Since != "" {
		since, err := audit.ParseTime(c.Since)
		if err != nil {
			return f, fmt.Errorf("--since: %w", err)
		}
		f.Since = &since
	}
	if c.Until != "" {
		until, err := audit.ParseTime(c.Until)
		if err != nil {
			return f, fmt.Errorf("--until: %w", err)
		}
		f.Until = &until
	}
	if c.Game != "" {
		offered, err := c.catalogue()
		if err != nil {
			return f, err
		}
		game, ok := offered.Lookup(c.Game)
		if !ok {
			return f, fmt.Errorf("--game %s: there is no such game", c.Game)
		}
		f.Game = &game.ID
	}
	return f, nil
}

// inSnapshot calls do with a transaction in which a database of this program's schema stands still.
func inSnapshot(ctx context.Context, url string, do func(pgx.Tx) error) error {
	if err := migrations.Check(ctx, url); err != nil {
		return err
	}
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return audit.WithSnapshot(ctx, conn, do)
}

// export writes an export, and shows how far it is on standard error if that is a terminal.
func export(ctx context.Context, tx pgx.Tx, f audit.Filters, out io.Writer) (audit.Counts, error) {
	rounds, err := audit.Count(ctx, tx, f)
	if err != nil {
		return audit.Counts{}, err
	}
	bar := barOn(os.Stderr)("export", rounds)
	defer bar.Close()
	buffered := bufio.NewWriterSize(out, 1<<20)
	counts, err := audit.Export(ctx, tx, f, buffered, func(n int) { _ = bar.Add(n) })
	if err != nil {
		return counts, err
	}
	if err := buffered.Flush(); err != nil {
		return counts, fmt.Errorf("export rounds: %w", err)
	}
	return counts, nil
}
