package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/fairness"
	"croupier/migrations"
	"croupier/session"
	"croupier/wallet"
)

// migrateCmd moves the schema.
type migrateCmd struct {
	Up     migrateUpCmd     `cmd:"" help:"Apply what is missing. Run it as the database's owner, before the server starts."`
	Down   migrateDownCmd   `cmd:"" help:"Take back the newest migration, and the data in what it made."`
	Status migrateStatusCmd `cmd:"" help:"List the migrations and when they were applied."`
}

type migrateUpCmd struct{ databaseFlag }

// Run implements the command.
func (c *migrateUpCmd) Run(ctx context.Context) error { return migrations.Up(ctx, c.DatabaseURL) }

type migrateDownCmd struct {
	databaseFlag
	Yes bool `help:"Really: it deletes data."`
}

// Run implements the command.
func (c *migrateDownCmd) Run(ctx context.Context) error {
	if !c.Yes {
		return fmt.Errorf("taking back a migration deletes the data in what it made; add --yes if you mean it")
	}
	return migrations.Down(ctx, c.DatabaseURL)
}

type migrateStatusCmd struct {
	databaseFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements the command.
func (c *migrateStatusCmd) Run(ctx context.Context) error {
	list, err := migrations.Status(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(list)
	}
	for _, m := range list {
		applied := "not applied"
		if !m.AppliedAt.IsZero() {
			applied = "applied " + m.AppliedAt.UTC().Format(time.RFC3339)
		}
		fmt.Printf("%5d  %-28s %s\n", m.Version, cmp.Or(m.File, "newer than this binary"), applied)
	}
	return nil
}

// operatorCmd keeps operators.
type operatorCmd struct {
	Create    operatorCreateCmd    `cmd:"" help:"Make an operator and its first API key, which may do everything."`
	Key       operatorKeyCmd       `cmd:"" help:"Make another API key for an operator; the old ones stay in force."`
	RotateKey operatorRotateKeyCmd `cmd:"" help:"Make a key that takes the place of another, which ends after an overlap."`
	Revoke    operatorRevokeCmd    `cmd:"" help:"End an API key at once."`
	Change    operatorChangeCmd    `cmd:"" help:"Change an operator's name, or the pages that its players' browsers may connect from."`
	Seeds     operatorSeedsCmd     `cmd:"" help:"Say when the server seeds of an operator's players are rotated without their asking."`
	SSO       operatorSSOCmd       `cmd:"" name:"sso" help:"Say which tokens of an operator's own let its players in, beside launch tokens."`
	Wallet    operatorWalletCmd    `cmd:"" help:"Change where an operator's own wallet is called, or the secret that calls to it are signed with."`
	Plan      operatorPlanCmd      `cmd:"" help:"Say how many requests operators' API keys and players may make."`
	List      operatorListCmd      `cmd:"" help:"List the operators and their API keys: what each may do, from where, until when, and when it was used."`
}

// vaultFlags are what a command needs to seal secrets as the server does.
type vaultFlags struct {
	databaseFlag
	masterKeyFlag
}

// open connects and makes the vault. The caller closes the pool.
func (f vaultFlags) open(ctx context.Context) (*pgxpool.Pool, *fairness.Vault, error) {
	keys, wrongKeys := f.keys()
	config, wrongURL := pgxpool.ParseConfig(f.DatabaseURL)
	if wrongURL != nil {
		wrongURL = fmt.Errorf("database-url: %w", wrongURL)
	}
	if err := errors.Join(wrongURL, wrongKeys); err != nil {
		return nil, nil, err
	}
	vault, err := fairness.NewVault(keys[0], keys[1:]...)
	if err != nil {
		return nil, nil, fmt.Errorf("master-key: %w", err)
	}
	if err := migrations.Check(ctx, f.DatabaseURL); err != nil {
		return nil, nil, err
	}
	db, err := pgxpool.NewWithConfig(ctx, config)
	return db, vault, err
}

// withOperators calls do with the operators of the database. It opens the signing keys first: a master key that is not the server's
// must not make credentials that the server cannot read.
func (f vaultFlags) withOperators(ctx context.Context, do func(*session.Operators) error) error {
	db, vault, err := f.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if _, err := session.OpenKeyRing(ctx, db, vault, time.Now, session.DefaultLifetimes().Token); err != nil {
		return err
	}
	return do(session.NewOperators(db, vault, time.Now))
}

type operatorCreateCmd struct {
	vaultFlags
	Name    string   `required:"" help:"What people call the operator."`
	Mode    string   `enum:"live,sandbox" default:"live" help:"Whether its money is real. It never changes. Default: ${default}."`
	JSON    bool     `name:"json" help:"Print JSON."`
	Origins []string `name:"origin" placeholder:"ORIGIN" help:"A page that its players' browsers may connect from, as https://casino.example; may be repeated."`
	Wallet  string   `name:"wallet-url" placeholder:"URL" help:"Where the operator's own wallet is called, which holds its players' money (seamless). Without it the money is held here. It never changes which."`
}

// Run implements the command.
func (c *operatorCreateCmd) Run(ctx context.Context) error {
	return c.withOperators(ctx, func(o *session.Operators) error {
		if c.Wallet != "" {
			return c.seamless(ctx, o)
		}
		operator, key, err := o.Create(ctx, c.Name, session.Mode(c.Mode), c.Origins)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(keyReport{operator.ID, key.ID, key.Key, key.Secret})
		}
		fmt.Printf("operator   %s\n", operator.ID)
		printKey(key)
		return nil
	})
}

// ledgerCmd looks at the money.
type ledgerCmd struct {
	Check ledgerCheckCmd `cmd:"" help:"Prove that balances equal their transfers, that all of a currency sum to zero, that escrow, rounds, nonces and answers fit together."`
}

type ledgerCheckCmd struct {
	databaseFlag
	JSON bool `name:"json" help:"Print JSON."`
}

// Run implements the command. It exits with 1 when the ledger does not hold.
func (c *ledgerCheckCmd) Run(ctx context.Context) error {
	if err := migrations.Check(ctx, c.DatabaseURL); err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	proof, err := wallet.Check(ctx, db, func(rule string, n, of int) {
		if !c.JSON {
			fmt.Fprintf(os.Stderr, "%d/%d %s\n", n, of, rule)
		}
	})
	if err != nil {
		return err
	}
	if c.JSON {
		if err := json.NewEncoder(os.Stdout).Encode(proof); err != nil {
			return err
		}
	} else {
		printProof(proof)
	}
	if n := len(proof.Findings); n > 0 {
		return fmt.Errorf("the ledger does not hold: %d findings", n)
	}
	return nil
}

func printProof(p *wallet.Proof) {
	fmt.Printf("%d players, %d transfers, %d rounds, %d of them open\n", p.Players, p.Transfers, p.Rounds, p.OpenRounds)
	for _, t := range p.Balances {
		fmt.Printf("  %-5s %-8s %30s\n", t.Currency, t.Account, t.Balance)
	}
	for _, f := range p.Findings {
		fmt.Printf("  WRONG: %s: %s: %s\n", f.Rule, f.What, f.Detail)
	}
	if len(p.Findings) == 0 {
		fmt.Println("The ledger holds.")
	}
}
