package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/uuid"

	"croupier/session"
)

type operatorChangeCmd struct {
	vaultFlags
	Operator  uuid.UUID `required:"" help:"The operator's id."`
	Name      string    `help:"What people call it from now on."`
	Origins   []string  `name:"origin" placeholder:"ORIGIN" help:"All pages that its players' browsers may connect from, in place of those of before; may be repeated."`
	NoOrigins bool      `help:"Browsers may connect from nowhere any more."`
	adminFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements the command.
func (c *operatorChangeCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	if c.NoOrigins && len(c.Origins) > 0 {
		return fmt.Errorf("origin: cannot be given together with --no-origins")
	}
	var change session.Settings
	if c.Name != "" {
		change.Name = &c.Name
	}
	if c.NoOrigins || len(c.Origins) > 0 {
		change.Origins = &c.Origins
	}
	if change == (session.Settings{}) {
		return fmt.Errorf("nothing is to be changed: give --name, --origin or --no-origins")
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		operator, err := o.Change(ctx, c.Operator, change, by)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(operator)
		}
		fmt.Printf("operator   %s\nname       %s\nmode       %s\n", operator.ID, operator.Name, operator.Mode)
		for _, origin := range operator.Origins {
			fmt.Printf("origin     %s\n", origin)
		}
		return nil
	})
}

type operatorSeedsCmd struct {
	vaultFlags
	Operator uuid.UUID `required:"" help:"The operator's id."`
	Rounds   int32     `env:"CROUPIER_OPERATOR_SEED_ROUNDS" default:"0" placeholder:"N" help:"After this many rounds under a seed pair, from 10 to 1000000. 0, the default, is never."`
	Hours    int32     `env:"CROUPIER_OPERATOR_SEED_HOURS" default:"0" placeholder:"N" help:"When a pair that something was played under is in use for this long, from 1 to 8760. 0, the default, is never."`
	adminFlag
}

// Help implements kong.HelpProvider.
func (c *operatorSeedsCmd) Help() string {
	return `A rotation reveals the server seed, so that the rounds played under it can be verified. It waits until no round of the player is
open. The server makes the next client seed, and marks it as its own, until the player's client replaces it.`
}

// Run implements the command.
func (c *operatorSeedsCmd) Run(ctx context.Context) error {
	by, err := c.admin()
	if err != nil {
		return err
	}
	return c.withOperators(ctx, func(o *session.Operators) error {
		policy := session.SeedPolicy{Rounds: c.Rounds, Hours: c.Hours}
		if _, err := o.Change(ctx, c.Operator, session.Settings{Seeds: &policy}, by); err != nil {
			return err
		}
		fmt.Println("Seeds are rotated " + policyWords(policy) + ". Servers that run know it now.")
		return nil
	})
}

// policyWords says when seeds are rotated.
func policyWords(p session.SeedPolicy) string {
	switch {
	case p.Rounds > 0 && p.Hours > 0:
		return fmt.Sprintf("after %d rounds or %d hours", p.Rounds, p.Hours)
	case p.Rounds > 0:
		return fmt.Sprintf("after %d rounds", p.Rounds)
	case p.Hours > 0:
		return fmt.Sprintf("after %d hours", p.Hours)
	}
	return "by players only"
}
