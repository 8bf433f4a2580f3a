package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"time"

	"croupier/sandbox/torture"
)

// tortureCmd torments servers while clients play, and proves that nothing was lost.
type tortureCmd struct {
	For         time.Duration `default:"60s" env:"CROUPIER_TORTURE_FOR" help:"Play for so long; a soak is 10m or more. Default: ${default}."`
	Seed        *uint64       `env:"CROUPIER_TORTURE_SEED" placeholder:"N" help:"Choose again as in the run that printed this seed: what is played and which faults there are. How long things take is never the same. Default: a random one."`
	Clients     int           `default:"32" env:"CROUPIER_TORTURE_CLIENTS" help:"Clients, of about half as many players. Default: ${default}."`
	NoFaults    bool          `env:"CROUPIER_TORTURE_NO_FAULTS" help:"Only play and check."`
	Faults      []string      `env:"CROUPIER_TORTURE_FAULTS" placeholder:"KIND" help:"Only these kinds of faults, by comma: ${faults}. Default: all."`
	Against     []string      `env:"CROUPIER_TORTURE_AGAINST" placeholder:"URL" help:"Play on these servers in sandbox mode, which run already and share a database, by comma. Nothing is done to them: faults are up to you. Needs the three flags below."`
	DatabaseURL string        `secret:"" env:"CROUPIER_TORTURE_DATABASE_URL" placeholder:"URL" help:"The database of the servers of --against, as a role that can read all of it."`
	APIKey      string        `secret:"" placeholder:"KEY" help:"A sandbox key for the servers of --against."`
	APISecret   string        `secret:"" placeholder:"SECRET" help:"The secret of the key."`
	Dir         string        `type:"existingdir" env:"CROUPIER_TORTURE_DIR" placeholder:"DIR" help:"Where the private Postgres keeps its data meanwhile. As root, user postgres must be able to enter it. Default: the system's temporary directory."`
	Keep        string        `type:"path" env:"CROUPIER_TORTURE_KEEP" placeholder:"DIR" help:"Keep the logs and all that clients sent and were told (history.jsonl) here. Without it they are kept in a new directory if there are findings."`
	JSON        string        `name:"json" env:"CROUPIER_TORTURE_JSON" type:"path" placeholder:"FILE" help:"Write the report to this file, too."`
}

// Help is shown below the flags' heading.
func (c *tortureCmd) Help() string {
	kinds, about := torture.Kinds()
	var text strings.Builder
	text.WriteString(`Starts a private Postgres and two servers on it, lets clients play all games on both, and makes everything go wrong that does in real
life: see the faults below. Each client writes down what it sent and what it was told, and sends again what was not answered, as the protocol
asks. At the end everything is made well, and a checker that shares no code with the server proves from the database: every result is
stored as it was told, no request took effect twice, every balance is the sum of its transfers, no nonce is missing or used twice, every
finished round replays to the same bytes, retries gave equal answers, and each player's history is linearizable.

The exit status is 1 if anything was found. Ctrl-C ends it; nothing outlives it.

Faults:
`)
	for i := range kinds {
		fmt.Fprintf(&text, "\n  %-16s %s", kinds[i], about[i])
	}
	return text.String()
}

// faultKinds are what --faults takes.
func faultKinds() string {
	kinds, _ := torture.Kinds()
	return strings.Join(kinds, ", ")
}

// Run implements the command.
func (c *tortureCmd) Run(ctx context.Context) error {
	o, err := c.options()
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "torture: seed %d\n", o.Seed)
	report, err := torture.Run(ctx, o)
	if err != nil {
		return err
	}
	report.Print(os.Stdout)
	if c.JSON != "" {
		if err := report.Write(c.JSON); err != nil {
			return err
		}
	}
	if !report.OK() {
		return exitCode(1)
	}
	return nil
}

func (c *tortureCmd) options() (torture.Options, error) {
	o := torture.Options{Seed: rand.Uint64(), For: c.For, Clients: c.Clients, Faults: c.Faults, Dir: c.Dir, Against: c.Against,
		DatabaseURL: c.DatabaseURL, APIKey: c.APIKey, APISecret: c.APISecret, Progress: os.Stderr, KeepDir: c.Keep}
	if c.Seed != nil {
		o.Seed = *c.Seed
	}
	switch {
	case c.For <= 0 || c.Clients < 1:
		return o, errors.New("--for and --clients must be more than 0")
	case c.NoFaults && len(c.Faults) > 0:
		return o, errors.New("--no-faults and --faults exclude each other")
	case len(c.Against) > 0 && (c.NoFaults || len(c.Faults) > 0):
		return o, errors.New("--against does nothing to the servers, so it takes no --faults")
	case len(c.Against) == 0 && c.DatabaseURL != "":
		return o, errors.New("--database-url is that of the servers of --against: a run of its own has a database of its own")
	case c.NoFaults:
		o.Faults = []string{}
	case len(c.Faults) == 0:
		o.Faults = nil
	}
	return o, nil
}
