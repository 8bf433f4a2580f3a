package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"croupier/sandbox"
	"croupier/session"
)

// sandboxCmd starts everything on this machine.
type sandboxCmd struct {
	Listen      string `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default: ${default}."`
	DataDir     string `placeholder:"DIR" help:"Where the data is kept. Default: the platform's place for a user's data, /var/lib/croupier for root."`
	DatabaseURL string `secret:"" placeholder:"URL" help:"Use this database instead of a private Postgres."`
	Wallet      string `enum:"transfer,seamless" default:"transfer" env:"CROUPIER_SANDBOX_WALLET" placeholder:"WHERE" help:"Where the players' money is: transfer, in the ledger; seamless, in a wallet of the operator's own, which is started as another process. Default: ${default}."`
	JSON        bool   `name:"json" help:"Print one line of JSON: baseUrl, wsUrl, webUrl, apiKey, apiSecret, operatorId, databaseUrl."`
	postgresFlag
	gamesFlags
	jurisdictionsFlag
	limitFlags
	profileFlag
}

// postgresFlag tunes the private Postgres of a sandbox.
type postgresFlag struct {
	PostgresSetting map[string]string `placeholder:"NAME=VALUE" help:"A setting of the private Postgres, as wal_compression=lz4; may be repeated."`
}

// Run implements the command.
func (c *sandboxCmd) Run(ctx context.Context) error {
	spareCollector()
	if err := c.profileFlag.serve(); err != nil {
		return err
	}
	offered, err := c.catalogue()
	if err != nil {
		return err
	}
	profiles, err := c.profiles()
	if err != nil {
		return err
	}
	program, err := os.Executable()
	if err != nil {
		return err
	}
	s, err := sandbox.Start(ctx, sandbox.Options{Jurisdictions: profiles, Listen: c.Listen, DataDir: c.DataDir, DatabaseURL: c.DatabaseURL, Catalogue: offered,
		PostgresSettings: c.PostgresSetting, Limits: c.limits(), Settler: session.SettlerConfig{Writers: c.Settlers},
		CommitmentLog: c.CommitmentLog, Wallet: c.Wallet, Program: program})
	if err != nil {
		return err
	}
	if c.JSON {
		out := json.NewEncoder(os.Stdout)
		out.SetEscapeHTML(false) // a database URL has an ampersand, and scripts read it with sed
		err = out.Encode(s.Info())
	} else {
		printBanner(s.Info(), s.LogFile())
	}
	if err == nil {
		select {
		case <-ctx.Done():
		case err = <-s.Failed():
		}
	}
	if problem := s.Close(context.Background()); err == nil {
		err = problem
	}
	return err
}

func printBanner(i sandbox.Info, log string) {
	if i.WalletURL != "" {
		fmt.Printf("\nThe players' money is in the operator's own wallet, another process, at %s.\nTry it:  croupier certify %s --secret %s --player tester --currency USD\n",
			i.WalletURL, i.WalletURL, i.WalletSecret)
	}
	program, err := os.Executable()
	if err != nil {
		program = os.Args[0]
	}
	fmt.Printf(`
croupier sandbox is ready. Ctrl-C ends it; its data stays for the next start.

  Play in the browser   %s
  API                   %s/api/v1   (rendered: %s/docs)
  WebSocket             %s
  Sandbox API key       %s
  API secret            %s
  Database              %s
  Log                   %s

Play a round from another terminal:

  echo '{"type":"action","payload":{"action":"spin","betPerLine":0.25,"activePaylines":20},"requestId":"1"}' | %s ws --sign-in ada --server %s

See what your server would be told by webhooks:

  %s webhooks listen --server %s

The whole way step by step, with nothing but curl and a WebSocket client:

  make demo
`, i.WebURL, i.BaseURL, i.BaseURL, i.WebSocket, i.APIKey, i.APISecret, i.DatabaseURL, log, program, i.BaseURL, program, i.BaseURL)
}
