package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"

	"croupier/sandbox/certify"
)

// certifyCmd tries an operator's own wallet.
type certifyCmd struct {
	URL      string        `arg:"" help:"Where the wallet is called, as https://casino.example/wallet."`
	Secret   string        `required:"" secret:"" env:"CROUPIER_CERTIFY_SECRET" help:"The wallet's secret, which calls are signed with."`
	Player   string        `required:"" env:"CROUPIER_CERTIFY_PLAYER" help:"Your own id of a test player. He needs ten times the amount, and has as much afterwards if the wallet keeps the contract."`
	Currency string        `required:"" env:"CROUPIER_CERTIFY_CURRENCY" help:"The player's currency."`
	Amount   string        `env:"CROUPIER_CERTIFY_AMOUNT" help:"Of one bet. Default: 100 of the currency's smallest units, as 1.00 in USD."`
	Timeout  time.Duration `default:"5s" env:"CROUPIER_CERTIFY_TIMEOUT" placeholder:"DURATION" help:"How long one call may take, as croupier serve --wallet-timeout. Default: ${default}."`
	JSON     bool          `name:"json" help:"Print JSON, with all that was said in checks that failed."`
}

// Help implements kong.HelpProvider.
func (c *certifyCmd) Help() string {
	return `Never name a wallet or a player with real money: the checks bet, win and roll back, and a wallet that is wrong may end with another balance.
It ends with 0 when the wallet keeps the contract, with 1 when it does not. docs/seamless-wallet.md is the contract.`
}

// Run implements the command.
func (c *certifyCmd) Run(ctx context.Context) error {
	bar := progressbar.DefaultSilent(-1)
	if !c.JSON {
		bar = barOn(os.Stderr)("checks", int64(len(certify.Names())))
	}
	report, err := certify.Run(ctx, certify.Config{URL: c.URL, Secret: c.Secret, Player: c.Player, Currency: c.Currency, Amount: c.Amount,
		Timeout: c.Timeout}, func(string, int, int) { _ = bar.Add(1) })
	_ = bar.Close() // it is only drawn
	if err != nil {
		return err
	}
	if c.JSON {
		err = json.NewEncoder(os.Stdout).Encode(report)
	} else {
		err = report.Print(os.Stdout)
	}
	if err == nil && report.Failed > 0 {
		err = fmt.Errorf("%d checks failed", report.Failed)
	}
	return err
}
