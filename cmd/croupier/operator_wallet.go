package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/google/uuid"

	"croupier/session"
)

// walletReport is what operator create --wallet-url and operator wallet print as JSON.
type walletReport struct {
	OperatorID   uuid.UUID  `json:"operatorId"`
	KeyID        *uuid.UUID `json:"keyId,omitempty"`
	APIKey       string     `json:"apiKey,omitempty"`
	APISecret    string     `json:"apiSecret,omitempty"`
	WalletURL    string     `json:"walletUrl"`
	WalletSecret string     `json:"walletSecret,omitempty"`
}

// seamless makes an operator that holds its players' money itself.
func (c *operatorCreateCmd) seamless(ctx context.Context, o *session.Operators) error {
	operator, key, secret, err := o.CreateSeamless(ctx, c.Name, session.Mode(c.Mode), c.Origins, c.Wallet)
	if err != nil {
		return err
	}
	if c.JSON {
		return json.NewEncoder(os.Stdout).Encode(walletReport{operator.ID, &key.ID, key.Key, key.Secret, c.Wallet, secret})
	}
	fmt.Printf("operator   %s\n", operator.ID)
	printKey(key)
	printWalletSecret(secret)
	return nil
}

func printWalletSecret(secret string) {
	fmt.Printf("wallet     %s\nCalls to the operator's wallet are signed with that secret. It cannot be shown again.\n", secret)
}

type operatorWalletCmd struct {
	vaultFlags
	Operator  uuid.UUID `required:"" help:"The operator's id."`
	Wallet    string    `name:"wallet-url" placeholder:"URL" help:"Where the wallet is called from now on. Default: it stays."`
	NewSecret bool      `help:"Make a new secret, and sign with it from now on: the operator must know it at once."`
	JSON      bool      `name:"json" help:"Print JSON."`
}

// Help implements kong.HelpProvider.
func (c *operatorWalletCmd) Help() string {
	return `Servers that run know it at once. Between the new secret's making and the operator's taking it up, bets are refused and the wins of rounds that
end are rejected: croupier wallet list shows those, and croupier wallet retry tells them again.`
}

// Run implements the command.
func (c *operatorWalletCmd) Run(ctx context.Context) error {
	return c.withOperators(ctx, func(o *session.Operators) error {
		secret, err := o.ChangeWallet(ctx, c.Operator, session.WalletChange{URL: c.Wallet, NewSecret: c.NewSecret})
		if err != nil {
			return err
		}
		wallet, err := o.Wallet(ctx, c.Operator)
		if err != nil {
			return err
		}
		if c.JSON {
			return json.NewEncoder(os.Stdout).Encode(walletReport{OperatorID: c.Operator, WalletURL: wallet.URL, WalletSecret: secret})
		}
		fmt.Printf("The wallet is called at %s.\n", wallet.URL)
		if secret != "" {
			printWalletSecret(secret)
		}
		return nil
	})
}
