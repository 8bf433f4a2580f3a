// Command croupier is a casino game session server and everything that people do with it: see `croupier --help`.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// commands is the command line. Every flag has an environment twin: --master-key is CROUPIER_MASTER_KEY. One that
// means another thing for another command has a twin with the command's name.
type commands struct {
	Sandbox  sandboxCmd  `cmd:"" help:"Start everything on this machine: private Postgres, server, demo operator, web page. Needs no configuration."`
	Serve    serveCmd    `cmd:"" help:"Run a server on a database."`
	Migrate  migrateCmd  `cmd:"" help:"Bring a database to this binary's schema, or look how far it is."`
	Operator operatorCmd `cmd:"" help:"Make operators and their API keys."`
	Keys     keysCmd     `cmd:"" help:"Change the master key, and the keys that session tokens are signed with."`
	Receipt  receiptCmd  `cmd:"" help:"Hold a receipt against a round's record."`
	Rounds   roundsCmd   `cmd:"" help:"End rounds that cannot be played on, and return their stakes."`
	Games    gamesCmd    `cmd:"" help:"Close games for the whole house, and open them again."`
	Webhooks webhooksCmd `cmd:"" help:"Show what webhooks tell, and announce maintenance."`
	Report   reportCmd   `cmd:"" help:"Report what an operator's games took and gave, and their returns against the exact ones."`
	Ledger   ledgerCmd   `cmd:"" help:"Prove the ledger, while the server plays."`
	Log      logCmd      `cmd:"" help:"Check the log of what the house has committed to, from outside or in its database."`
	Verify   verifyCmd   `cmd:"" help:"Recompute one round from its seeds, and show every draw."`
	Audit    auditCmd    `cmd:"" help:"Recompute every round of a database or of an export, and follow nonces, commitments and money."`
	Export   exportCmd   `cmd:"" help:"Write what is recorded, for auditors."`
	RTP      rtpCmd      `cmd:"" help:"Print a game's exact return to player, and simulate it."`
	RNG      rngCmd      `cmd:"" name:"rng" help:"Write the raw bytes or the scaled numbers that outcomes are drawn from, for a laboratory."`
	Version  versionCmd  `cmd:"" help:"Say which build this is; with --hashes, of what binary, rules, tables and schema exactly."`
	Bench    benchCmd    `cmd:"" help:"Measure how many durable rounds a server plays, and what one commit per round would reach."`
	Torture  tortureCmd  `cmd:"" help:"Kill, stop and cut off servers and Postgres while clients play, and prove that nothing was lost."`
	Wallet   walletCmd   `cmd:"" help:"Look after the bets and wins of operators that hold their players' money themselves."`
	Certify  certifyCmd  `cmd:"" help:"Try whether an operator's own wallet keeps the contract: twice, out of order, at once, wrongly signed, cut off."`
	WS       wsCmd       `cmd:"" name:"ws" help:"Talk to a server over its WebSocket: a message per line in both directions."`
}

// options are how the command line is read.
func options(ctx context.Context) []kong.Option {
	return []kong.Option{
		kong.Name("croupier"),
		kong.Description("A casino game session server whose every outcome can be proven fair and whose every cent can be accounted for."),
		kong.DefaultEnvars("CROUPIER"),
		kong.Resolvers(secretFiles()),
		kong.ValueFormatter(secretHelp),
		kong.Vars{"faults": faultKinds()},
		kong.ShortUsageOnError(),
		kong.ConfigureHelp(kong.HelpOptions{Compact: true}),
		kong.BindTo(ctx, (*context.Context)(nil)),
	}
}

func main() {
	// The first Ctrl-C or SIGTERM ends a command in good order, the second at once.
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop)
	var cli commands
	parser := kong.Parse(&cli, options(ctx)...)
	if err := parser.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "croupier:", err)
		var code exitCode
		if errors.As(err, &code) {
			os.Exit(int(code))
		}
		os.Exit(1)
	}
}

// exitCode is an error that asks for an exit status of its own.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit status %d", int(e)) }
