package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/migrations"
	"croupier/sandbox/operatorwallet"
	"croupier/session"
)

// walletCmd is for operators that hold their players' money themselves.
type walletCmd struct {
	List      walletListCmd      `cmd:"" help:"List the bets and wins that are not over: on their way, or refused by the operator though it must take them."`
	Retry     walletRetryCmd     `cmd:"" help:"Tell an operator once more of what it has rejected."`
	Resolve   walletResolveCmd   `cmd:"" help:"Note that what an operator has rejected was settled with it by hand."`
	Reconcile walletReconcileCmd `cmd:"" help:"Hold our transactions against those that the operator's wallet lists, and report what does not match."`
	Serve     walletServeCmd     `cmd:"" help:"Run the reference of an operator's wallet, on a Postgres database of its own. It must never hold real money."`
}

// walletDatabase opens the database of a command that seals nothing.
type walletDatabase struct {
	databaseFlag
	Operator uuid.UUID `required:"" help:"The operator's id."`
}

func (f walletDatabase) with(ctx context.Context, do func(*session.WalletDesk) error) error {
	if err := migrations.Check(ctx, f.DatabaseURL); err != nil {
		return err
	}
	db, err := pgxpool.New(ctx, f.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	return do(session.NewWalletDesk(db, time.Now))
}

type walletListCmd struct {
	walletDatabase
	JSON bool `name:"json" help:"Print a line of JSON for each."`
}

// Run implements the command.
func (c *walletListCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(desk *session.WalletDesk) error {
		total := 0
		for after := uuid.Nil; ; {
			list, err := desk.Unresolved(ctx, c.Operator, after, 200)
			if err != nil {
				return err
			}
			for _, call := range list {
				if after = call.ID; c.JSON {
					if err := json.NewEncoder(os.Stdout).Encode(call); err != nil {
						return err
					}
					continue
				}
				fmt.Printf("%s  %-3s  %-12s %20s %-5s  player %s  round %s  %d tries  %s  %s\n", call.ID, call.Kind, call.State, call.Amount, call.Currency,
					call.ExternalID, call.RoundID, call.Attempts, call.MadeAt.UTC().Format(time.RFC3339), call.Reason)
			}
			if total += len(list); len(list) < 200 {
				if total == 0 && !c.JSON {
					fmt.Println("Nothing is unresolved.")
				}
				return nil
			}
		}
	})
}

type walletRetryCmd struct {
	walletDatabase
	Call uuid.UUID `arg:"" help:"The transaction id of the call, as croupier wallet list shows it."`
}

// Run implements the command.
func (c *walletRetryCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(desk *session.WalletDesk) error {
		if err := desk.Retry(ctx, c.Operator, c.Call); err != nil {
			return err
		}
		fmt.Println("A server tells the operator again within seconds.")
		return nil
	})
}

type walletResolveCmd struct {
	walletDatabase
	Call   uuid.UUID `arg:"" help:"The transaction id of the call, as croupier wallet list shows it."`
	Reason string    `required:"" help:"How it was settled, for the records, as: paid by the operator by hand, ticket 4711."`
}

// Run implements the command.
func (c *walletResolveCmd) Run(ctx context.Context) error {
	return c.with(ctx, func(desk *session.WalletDesk) error { return desk.Resolve(ctx, c.Operator, c.Call, c.Reason) })
}

type walletServeCmd struct {
	databaseFlag
	Listen  string `default:"127.0.0.1:8090" env:"CROUPIER_WALLET_LISTEN" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default: ${default}."`
	Secret  string `required:"" secret:"" env:"CROUPIER_WALLET_SECRET" help:"What croupier's calls are signed with: the wallet secret of the operator."`
	Welcome string `default:"1000.00" env:"CROUPIER_WALLET_WELCOME" placeholder:"AMOUNT" help:"What a player has who comes for the first time. Default: ${default}."`
}

// Run implements the command. It prints the address that it listens on.
func (c *walletServeCmd) Run(ctx context.Context) error {
	db, err := pgxpool.New(ctx, c.DatabaseURL)
	if err != nil {
		return err
	}
	defer db.Close()
	wallet, err := operatorwallet.Open(ctx, operatorwallet.Config{DB: db, Secret: c.Secret, Welcome: c.Welcome,
		Log: slog.New(slog.NewJSONHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", c.Listen)
	if err != nil {
		return fmt.Errorf("listen on %s: %w", c.Listen, err)
	}
	fmt.Println("http://" + listener.Addr().String())
	server := &http.Server{Handler: wallet, ReadHeaderTimeout: 10 * time.Second, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() }) // whoever waits asks again: every answer is kept
	defer stop()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
