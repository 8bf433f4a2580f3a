package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/schollz/progressbar/v3"

	"croupier/session"
	"croupier/session/audit"
)

// auditCmd checks everything that is recorded.
type auditCmd struct {
	Export      string        `arg:"" optional:"" help:"A file that croupier export rounds wrote, or - for standard input."`
	DatabaseURL string        `secret:"" env:"CROUPIER_AUDIT_DATABASE_URL" placeholder:"URL" help:"Audit all of this database instead, in one snapshot, while servers play on."`
	Workers     int           `env:"CROUPIER_AUDIT_WORKERS" placeholder:"N" help:"How many rounds are recomputed at once. Default: one a core."`
	JSON        string        `name:"json" env:"CROUPIER_AUDIT_JSON" type:"path" placeholder:"FILE" help:"Write the report to this file as JSON, too."`
	HTML        string        `name:"html" env:"CROUPIER_AUDIT_HTML" type:"path" placeholder:"FILE" help:"Write the report to this file as a page with plots, too. It needs no network and no scripts."`
	LogKey      string        `env:"CROUPIER_AUDIT_LOG_KEY" placeholder:"KEY" help:"Of a database: the public key of its commitment log as you noted it. Without it the database's own is believed."`
	Checkpoint  []string      `type:"existingfile" env:"CROUPIER_LOG_CHECKPOINT" placeholder:"FILE" help:"Of a database: a checkpoint of its commitment log that somebody kept, or the --state of a witness. Only this tells a log that was rolled back as a whole. May be repeated."`
	LogGrace    time.Duration `default:"10s" env:"CROUPIER_AUDIT_LOG_GRACE" help:"Of a database: how long to wait for leaves of what happened just before the snapshot, as the log is written after play. Default: ${default}."`
	gamesFlags
}

// Help is shown below the flags' heading.
func (c *auditCmd) Help() string {
	return `Recomputes every round whose server seed is revealed, and checks that each seed hashes to its commitment, that nonces are 0, 1, 2, …
under every seed pair, that what players were told is what is stored, that bets, stakes and payouts add up, and that every balance follows from
the one before it. Of a database it also checks every seed pair, the stored rules, the ledger, and the commitment log where one is kept. What
could not be checked, and why, is listed. docs/auditing.md explains it, with what no audit can see.

  croupier audit rounds.jsonl --html report.html
  croupier audit --database-url postgres://auditor:secret@db.example/casino

Log in as a role that is in croupier_auditor and in nothing else: it reads what is needed here, and can change nothing.

Exit status: 0 if no difference was found, 1 if there is one, or if the audit could not be done.`
}

// Run implements the command.
func (c *auditCmd) Run(ctx context.Context) error {
	spareCollector()
	if (c.Export == "") == (c.DatabaseURL == "") {
		return errors.New("what is to be audited? Give a file that croupier export rounds wrote, - for standard input, or --database-url")
	}
	if c.DatabaseURL == "" && (c.LogKey != "" || len(c.Checkpoint) > 0) {
		return errors.New("--log-key and --checkpoint are about the commitment log, which an export does not hold: give --database-url")
	}
	report, err := c.audit(ctx)
	if err != nil {
		return err
	}
	if err := c.write(report); err != nil {
		return err
	}
	if !report.OK {
		return fmt.Errorf("the audit found %d differences", report.Found)
	}
	return nil
}

func (c *auditCmd) write(report *audit.Report) error {
	if err := report.Print(os.Stdout); err != nil {
		return err
	}
	if c.JSON != "" {
		text, err := json.MarshalIndent(report, "", "  ")
		if err == nil {
			err = os.WriteFile(c.JSON, append(text, '\n'), 0o644)
		}
		if err != nil {
			return fmt.Errorf("write the report as JSON: %w", err)
		}
	}
	if c.HTML != "" {
		page, err := report.Page()
		if err == nil {
			err = os.WriteFile(c.HTML, page, 0o644)
		}
		if err != nil {
			return fmt.Errorf("write the report as a page: %w", err)
		}
	}
	return nil
}

func (c *auditCmd) audit(ctx context.Context) (*audit.Report, error) {
	offered, err := c.catalogue()
	if err != nil {
		return nil, err
	}
	o := audit.Options{Catalogue: offered, Workers: c.Workers}
	if c.DatabaseURL != "" {
		return c.database(ctx, o)
	}
	in, name := os.Stdin, "standard input"
	size := int64(-1)
	if c.Export != "-" {
		name = c.Export
		if in, err = os.Open(c.Export); err != nil {
			return nil, fmt.Errorf("audit: %w", err)
		}
		defer in.Close()
		if info, err := in.Stat(); err == nil && info.Mode().IsRegular() {
			size = info.Size()
		}
	}
	return auditFile(ctx, o, in, name, size)
}

func auditFile(ctx context.Context, o audit.Options, in io.Reader, name string, size int64) (*audit.Report, error) {
	bar := barOn(os.Stderr)("audit", size)
	progressbar.OptionShowBytes(true)(bar)
	defer bar.Close()
	o.Progress = func(n int) { _ = bar.Add(n) }
	report, err := audit.Run(ctx, in, o)
	if err != nil {
		return nil, err
	}
	report.Source = name
	return report, nil
}

func (c *auditCmd) database(ctx context.Context, o audit.Options) (report *audit.Report, err error) {
	if o.Log, err = c.logCheck(); err != nil {
		return nil, err
	}
	err = inSnapshot(ctx, c.DatabaseURL, func(tx pgx.Tx) error {
		rounds, err := audit.Count(ctx, tx, audit.Filters{})
		if err != nil {
			return err
		}
		bar := barOn(os.Stderr)("audit", rounds)
		defer bar.Close()
		report, err = audit.Database(ctx, tx, o, audit.Steps{
			Rounds: func(n int) { _ = bar.Add(n) },
			Ledger: func(rule string, number, of int) { bar.Describe(fmt.Sprintf("ledger %d/%d: %s", number, of, rule)) },
			Log: func(done, of int64) {
				bar.Describe("commitment log")
				bar.ChangeMax64(of)
				_ = bar.Set64(done)
			},
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	config, err := pgx.ParseConfig(c.DatabaseURL)
	if err != nil {
		return nil, err
	}
	report.Source = "database " + config.Database // without what the URL says of user and password
	return report, nil
}

// logCheck is how the commitment log is checked.
func (c *auditCmd) logCheck() (how session.LogCheck, err error) {
	how = session.LogCheck{Key: c.LogKey, Grace: c.LogGrace}
	for _, file := range c.Checkpoint {
		kept, err := readCheckpointFile(file)
		if err != nil {
			return how, err
		}
		how.Known = append(how.Known, kept)
	}
	return how, nil
}
