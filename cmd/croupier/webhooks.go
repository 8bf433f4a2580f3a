package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/migrations"
	"croupier/wallet"
)

// webhooksCmd deals with webhooks.
type webhooksCmd struct {
	Listen   webhooksListenCmd   `cmd:"" help:"Show what a server tells: a receiver for this machine that checks signatures and prints events."`
	Announce webhooksAnnounceCmd `cmd:"" help:"Tell all operators of maintenance or of an incident."`
}

// webhooksAnnounceCmd tells operators what only people know.
type webhooksAnnounceCmd struct {
	databaseFlag
	Kind    string `arg:"" enum:"maintenance,incident" help:"maintenance or incident."`
	Message string `required:"" placeholder:"TEXT" help:"What it is about, in 1 to 500 printable characters."`
	Begins  moment `placeholder:"WHEN" help:"When it begins: in so long, as 2h, or at a time, as 2027-02-01T15:00:00Z. Default: now."`
	Ends    moment `placeholder:"WHEN" help:"When it is expected to end, in the same way. Default: not known."`
}

// Help implements kong.HelpProvider.
func (c *webhooksAnnounceCmd) Help() string {
	return `Every operator with a webhook endpoint for system.maintenance or system.incident is told. Tell of a change, or of the end, by announcing it.`
}

// announcedData is the data of a system.maintenance, and of a system.incident that people tell of.
type announcedData struct {
	Kind     string     `json:"kind"` // announced
	Message  string     `json:"message"`
	BeginsAt time.Time  `json:"beginsAt"`
	EndsAt   *time.Time `json:"endsAt,omitempty"`
}

// Run implements the command.
func (c *webhooksAnnounceCmd) Run(ctx context.Context) error {
	if n := utf8.RuneCountInString(c.Message); n < 1 || n > 500 || strings.ContainsFunc(c.Message, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return errors.New("--message must have 1 to 500 printable characters")
	}
	now := time.Now().UTC().Truncate(time.Second)
	data := announcedData{Kind: "announced", Message: c.Message, BeginsAt: now}
	if at := c.Begins.after(now); !at.IsZero() {
		data.BeginsAt = at.UTC()
	}
	if at := c.Ends.after(now); !at.IsZero() {
		if !at.After(data.BeginsAt) {
			return errors.New("--ends must be after the beginning")
		}
		at = at.UTC()
		data.EndsAt = &at
	}
	if err := migrations.Check(ctx, c.DatabaseURL); err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, c.DatabaseURL)
	if err != nil {
		return fmt.Errorf("database-url: %w", err)
	}
	defer db.Close()
	kind := wallet.Maintenance
	if c.Kind == "incident" {
		kind = wallet.Incident
	}
	err = wallet.Transact(ctx, db, func(tx pgx.Tx) error {
		return wallet.Tell(ctx, tx, wallet.Event{Type: kind, Data: data, At: time.Now()})
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stdout, "Operators are told of %s: %s\n", kind, c.Message)
	return nil
}
