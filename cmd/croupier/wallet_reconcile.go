package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/google/uuid"

	"croupier/api"
	"croupier/session"
)

type walletReconcileCmd struct {
	vaultFlags
	Operator uuid.UUID     `required:"" help:"The operator's id."`
	Since    time.Time     `env:"CROUPIER_WALLET_SINCE" placeholder:"TIME" help:"From when on, as 2026-11-20T00:00:00Z. Default: a day before --until."`
	Until    time.Time     `env:"CROUPIER_WALLET_UNTIL" placeholder:"TIME" help:"Until before when. Default: now."`
	Private  bool          `env:"CROUPIER_WALLET_PRIVATE" help:"Call the operator's wallet also at an address that is not public, as servers in sandbox mode do."`
	Timeout  time.Duration `default:"30s" env:"CROUPIER_WALLET_LIST_TIMEOUT" placeholder:"DURATION" help:"How long one page of the operator's list may take. Default: ${default}."`
	JSON     bool          `name:"json" help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (c *walletReconcileCmd) Help() string {
	return `Servers do this for every day by themselves, and log what they find. It ends with 0 when both books agree, with 1 when they do not.`
}

// Run implements the command.
func (c *walletReconcileCmd) Run(ctx context.Context) error {
	db, vault, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.Close()
	if c.Until.IsZero() {
		c.Until = time.Now()
	}
	if c.Since.IsZero() {
		c.Since = c.Until.Add(-24 * time.Hour)
	}
	reconciler := &session.Reconciler{DB: db, Vault: vault, Now: time.Now, List: api.NewWalletLister(c.Private, c.Timeout, time.Now)}
	bar := barOn(os.Stderr)("transactions of the operator", -1)
	list := reconciler.List
	reconciler.List = func(ctx context.Context, to session.WalletTarget, from, until time.Time, cursor string) ([]session.WalletTransaction, string, error) {
		page, next, err := list(ctx, to, from, until, cursor)
		_ = bar.Add(len(page)) // it is only drawn
		return page, next, err
	}
	r, err := reconciler.Run(ctx, c.Operator, c.Since, c.Until)
	_ = bar.Close()
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(r)
	} else {
		printReconciliation(r)
	}
	if err == nil && !r.Agrees() {
		err = fmt.Errorf("the books do not agree")
	}
	return err
}

func printReconciliation(r *session.Reconciliation) {
	fmt.Printf("Operator %s, from %s until before %s\n", r.Operator, r.Since.Format(time.RFC3339), r.Until.Format(time.RFC3339))
	for _, line := range []struct {
		n    int
		what string
	}{
		{r.Matched, "match"}, {r.Refused, "bets that the operator refused"}, {r.Resolved, "settled by hand"},
		{r.MissingThere, "are missing there"}, {r.MissingHere, "are missing here"}, {r.Differs, "differ"}, {r.Unresolved, "are unresolved"},
	} {
		fmt.Printf("%9d %s\n", line.n, line.what)
	}
	for _, t := range r.Totals {
		fmt.Printf("%-5s bets %s here, %s there; wins %s here, %s there\n", t.Currency, t.Bets, t.BetsThere, t.Wins, t.WinsThere)
	}
	for _, item := range r.Items {
		fmt.Printf("%s  %s\n    here:  %s\n    there: %s\n", item.TransactionID, item.What, item.Here, item.There)
	}
	if r.Agrees() {
		fmt.Println("The books agree.")
	}
}
