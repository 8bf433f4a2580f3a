package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/migrations"
	"croupier/session"
)

// logCmd is about the commitment log: for those who watch a house from outside, and for the house.
type logCmd struct {
	Watch  logWatchCmd  `cmd:"" help:"Follow a house's log as a witness: fail loudly if it takes anything back, or shows others something else."`
	Verify logVerifyCmd `cmd:"" help:"Prove that a round's record, or a commitment, is in a house's log."`
	Check  logCheckCmd  `cmd:"" help:"Hold the log in a database against everything else that is stored there, while servers play."`
	Key    logKeyCmd    `cmd:"" help:"Print the log's public key, for those who watch it."`
}

type logKeyCmd struct{ databaseFlag }

// Run implements the command.
func (c *logKeyCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(db *pgxpool.Pool) error {
		key, err := session.LogVerifierKey(ctx, db)
		if err == nil {
			fmt.Println(key)
		}
		return err
	})
}

// with calls do with the database, if it has this binary's schema.
func (f databaseFlag) with(ctx context.Context, do func(*pgxpool.Pool) error) error {
	if err := migrations.Check(ctx, f.DatabaseURL); err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, f.DatabaseURL)
	if err != nil {
		return fmt.Errorf("database-url: %w", err)
	}
	defer db.Close()
	return do(db)
}

type logCheckCmd struct {
	databaseFlag
	Key        string        `env:"CROUPIER_LOG_KEY" placeholder:"KEY" help:"The log's public key as you noted it; croupier log key prints it. Without it the database's own is believed."`
	Checkpoint []string      `type:"existingfile" env:"CROUPIER_LOG_CHECKPOINT" placeholder:"FILE" help:"A checkpoint that somebody kept, or the --state of a witness: only this tells a log that was rolled back as a whole. May be repeated."`
	Grace      time.Duration `default:"10s" env:"CROUPIER_LOG_GRACE" help:"How long to wait for leaves of what has just happened. Default: ${default}."`
	JSON       bool          `name:"json" help:"Print JSON."`
}

// Help is shown below the command's heading.
func (c *logCheckCmd) Help() string {
	return `Proves that every leaf is of what is stored, that every finished round, commitment and reveal has its leaf, that the tree is that of the
leaves, and that the log's key signed every checkpoint for it. It reads one snapshot and changes nothing. The exit status is 1 if anything is wrong.`
}

// Run implements the command.
func (c *logCheckCmd) Run(ctx context.Context) error {
	how := session.LogCheck{Key: c.Key, Grace: c.Grace}
	for _, file := range c.Checkpoint {
		kept, err := readCheckpointFile(file)
		if err != nil {
			return err
		}
		how.Known = append(how.Known, kept)
	}
	return c.with(ctx, func(db *pgxpool.Pool) error {
		bar := barOn(os.Stderr)("leaves", -1)
		how.Progress = func(done, of int64) {
			bar.ChangeMax64(of)
			_ = bar.Set64(done)
		}
		report, err := session.CheckLog(ctx, db, how)
		_ = bar.Finish()
		if err != nil {
			return err
		}
		return c.print(report)
	})
}

func (c *logCheckCmd) print(r *session.LogReport) error {
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
			return err
		}
	} else {
		fmt.Printf("%s: %d leaves, root %s\n%d rounds, %d commitments, %d reveals, %d checkpoints\n",
			r.Origin, r.Size, r.RootHash, r.Rounds, r.Commitments, r.Reveals, r.Checkpoints)
		for _, f := range r.Findings {
			fmt.Printf("  WRONG: %s: %s: %s\n", f.Rule, f.What, f.Detail)
		}
		if more := r.Found - int64(len(r.Findings)); more > 0 {
			fmt.Printf("  and %d more\n", more)
		}
		if r.OK() {
			fmt.Println("The log holds.")
		}
	}
	if !r.OK() {
		return fmt.Errorf("the commitment log does not hold: %d findings", r.Found)
	}
	return nil
}

// readCheckpointFile reads a signed checkpoint, as it is published or in a witness's state.
func readCheckpointFile(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	var state witnessState
	if json.Unmarshal(text, &state) == nil {
		if state.Checkpoint == "" {
			return "", errors.New(path + " has no checkpoint in it")
		}
		return state.Checkpoint, nil
	}
	return string(text), nil
}
