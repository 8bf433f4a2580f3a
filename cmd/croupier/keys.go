package main

import (
	"context"
	"fmt"
	"time"

	"croupier/session"
)

// keysCmd keeps the keys of the house.
type keysCmd struct {
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
