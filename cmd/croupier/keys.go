package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"croupier/session"
)

// keysCmd keeps the keys of the house.
type keysCmd struct {
	Rotate        keysRotateCmd    `cmd:"" help:"Seal everything anew under the first master key, while the servers play, so that older keys can be thrown away."`
	RenewSeeds    renewSeedsCmd    `cmd:"" help:"Replace all server seeds, when somebody may know them: after a leak of the master key with the database, or a restore to an earlier time."`
	RotateReceipt rotateReceiptCmd `cmd:"" help:"Sign receipts with a new key, on every server within a minute. Receipts of older keys stay good."`
	RotateSigning rotateSigningCmd `cmd:"" help:"Sign new session tokens with a new key. Nobody is logged out: the old key verifies until its last token has expired."`
}

type rotateSigningCmd struct{ vaultFlags }

// Run implements the command.
func (c *rotateSigningCmd) Run(ctx context.Context) error {
	db, vault, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	ring, err := session.OpenKeyRing(ctx, db, vault, time.Now, session.DefaultLifetimes().Token)
	if err != nil {
		return err
	}
	if err := ring.Rotate(ctx); err != nil {
		return err
	}
	fmt.Println("New session tokens are signed with a new key. The old one verifies until its last token has expired.")
	return nil
}

type rotateReceiptCmd struct{ vaultFlags }

// Run implements the command.
func (c *rotateReceiptCmd) Run(ctx context.Context) error {
	db, vault, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	keys, err := session.OpenReceiptKeys(ctx, db, vault, time.Now)
	if err != nil {
		return err
	}
	if err := keys.Rotate(ctx); err != nil {
		return err
	}
	fmt.Println("Receipts are signed with a new key, on every server within a minute. Those that older keys signed stay good.")
	return nil
}

// keysRotateCmd makes an older master key superfluous.
type keysRotateCmd struct {
	vaultFlags
	JSON bool `name:"json" help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (c *keysRotateCmd) Help() string {
	return `Server seeds, the states of open rounds, API secrets and signing keys are sealed under the master key. To put a new one in the place of
an old one while players play:

  1. Start every server with CROUPIER_MASTER_KEY=old,new: it can open what the new key seals.
  2. Start every server with CROUPIER_MASTER_KEY=new,old: it seals under the new key.
  3. CROUPIER_MASTER_KEY=new,old croupier keys rotate
  4. When it says that nothing is left under another key: start every server with CROUPIER_MASTER_KEY=new.

It may be stopped at any time; run it again, and it goes on. Backups from before still need the old key.`
}

// rotationReport is what it did, as JSON.
type rotationReport struct {
	Left    int                `json:"left"` // values under another key, in all columns
	Columns []session.Resealed `json:"columns"`
}

// Run implements the command. It exits with 1 when anything is left.
func (c *keysRotateCmd) Run(ctx context.Context) error {
	db, vault, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	r := session.Resealer{DB: db, Vault: vault}
	left, err := r.Left(ctx)
	if err != nil {
		return err
	}
	bar := barOn(os.Stderr)("sealed anew", int64(left))
	columns, err := r.Reseal(ctx, func(rows int) { _ = bar.Add(rows) })
	_ = bar.Close() // it is only drawn
	if err != nil {
		return err
	}
	report := rotationReport{Columns: columns}
	for _, column := range columns {
		report.Left += column.Left
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(report)
	} else {
		report.print(os.Stdout)
	}
	if err == nil && report.Left > 0 {
		err = errors.New("the older keys are still needed")
	}
	return err
}

// renewSeedsCmd replaces seeds that are not secret any more.
type renewSeedsCmd struct {
	vaultFlags
	MadeBefore time.Time `placeholder:"TIME" help:"Replace server seeds that were made before this time, as 2026-11-21T14:05:00Z. Default: now."`
}

// Help implements kong.HelpProvider.
func (c *renewSeedsCmd) Help() string {
	return `The seeds of every player are rotated until the active one was made after that time: twice, because the next seed is as old as the
active one. So they are revealed, and the rounds under them can be verified. The server makes the client seeds, and marks them. A
player with an open round is left: end it first, with --round-expiry of serve. To go on after an interruption, give the same time.`
}

// Run implements the command. It exits with 1 when a player is left.
func (c *renewSeedsCmd) Run(ctx context.Context) error {
	db, vault, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := session.OpenKeyRing(ctx, db, vault, time.Now, session.DefaultLifetimes().Token); err != nil { // before anything is sealed
		return err
	}
	before := c.MadeBefore
	if before.IsZero() {
		before = time.Now().UTC().Truncate(time.Millisecond)
	}
	r := session.SeedRenewer{DB: db, Vault: vault, Now: time.Now}
	players, err := r.Count(ctx, before)
	if err != nil {
		return err
	}
	bar := barOn(os.Stderr)("players", int64(players))
	open, err := r.Renew(ctx, before, func() { _ = bar.Add(1) })
	_ = bar.Close() // it is only drawn
	if err != nil {
		return fmt.Errorf("%w; to go on: --made-before %s", err, before.Format(time.RFC3339Nano))
	}
	fmt.Printf("%d of %d players have new server seeds, made after %s.\n", players-len(open), players, before.Format(time.RFC3339Nano))
	for _, player := range open {
		fmt.Printf("open round: player %s\n", player)
	}
	if len(open) > 0 {
		return fmt.Errorf("%d players have an open round and their old seeds; afterwards: --made-before %s", len(open),
			before.Format(time.RFC3339Nano))
	}
	return nil
}

func (r rotationReport) print(out io.Writer) {
	for _, column := range r.Columns {
		fmt.Fprintf(out, "%-22s %9d sealed anew, %d left under another key\n", column.Column, column.Resealed, column.Left)
		for _, row := range column.Closed {
			fmt.Fprintf(out, "  does not open: %s\n", row)
		}
	}
	if r.Left == 0 {
		fmt.Fprintln(out, "Nothing is left under another key than the first.")
		return
	}
	fmt.Fprintln(out, `Not everything is sealed under the first key. What does not open was sealed under a key that is not in --master-key: add
it, by comma, after the others. The rest was sealed meanwhile by a server that still has an older key first: turn the order of its keys
around, and run this again.`)
}
