package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"os"
	"runtime/debug"
	"time"

	"croupier/api"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/session"
)

// gamesFlags say which games are offered.
type gamesFlags struct {
	SlotsDefinition []string `type:"existingfile" placeholder:"FILE" help:"A slot machine to offer beside the built-in games, as docs/slots-definition.md says; may be repeated."`
}

// catalogue is every built-in game and every slot machine that a file describes.
func (f gamesFlags) catalogue() (*games.Catalogue, error) {
	offered := builtin.Games()
	for _, path := range f.SlotsDefinition {
		game, err := slotsFromFile(path)
		if err != nil {
			return nil, err
		}
		offered = append(offered, game)
		if _, err := games.NewCatalogue(offered...); err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
	}
	return games.NewCatalogue(offered...)
}

// databaseFlag is how a command finds its database.
type databaseFlag struct {
	DatabaseURL string `required:"" secret:"" placeholder:"URL" help:"The database, as postgres://user:password@host:port/name. With several host:port by comma, the one that can be written to."`
}

// serveCmd runs a server until it is told to stop.
type serveCmd struct {
	databaseFlag
	masterKeyFlag
	Listen     string         `default:"127.0.0.1:8080" placeholder:"HOST:PORT" help:"Where to listen; port 0 takes a free one. Default: ${default}."`
	PublicURL  string         `placeholder:"URL" help:"How players reach the server, if not at the address that it listens on."`
	Mode       string         `enum:"live,sandbox" default:"live" help:"live takes only sk_live_ keys; sandbox offers the test API to sk_sandbox_ keys. Default: ${default}."`
	LogLevel   slog.Level     `default:"info" placeholder:"LEVEL" help:"debug, info, warn or error. Default: ${default}."`
	Proxies    []netip.Prefix `name:"trusted-proxy" placeholder:"CIDR" help:"A proxy in front, as 10.0.0.0/8, whose X-Forwarded-For says who the client is; may be repeated."`
	TLSCert    string         `name:"tls-cert" type:"path" placeholder:"FILE" help:"Speak TLS (https, wss) with this certificate and its chain, PEM. It is read again when the file changes."`
	TLSKey     string         `name:"tls-key" type:"path" placeholder:"FILE" help:"The certificate's private key, PEM."`
	PlanLimits bool           `default:"true" negatable:"" help:"Limit the requests of API keys and players by their operator's plan (croupier operator plan). On unless --no-plan-limits."`
	Wallets    time.Duration  `name:"wallet-timeout" default:"5s" placeholder:"DURATION" help:"How long one call to the wallet of an operator that holds its players' money may take, from 100ms to 10s. Default: ${default}."`
	gamesFlags
	expiryFlags
	jurisdictionsFlag
	webhookFlags
	limitFlags
	profileFlag
}

// webhookFlags are about what operators are told.
type webhookFlags struct {
	WebhookLog time.Duration `default:"720h" placeholder:"DURATION" help:"How long attempts to deliver webhooks are kept. Default: ${default}, 30 days."`
}

// expiryFlags end rounds that nobody finishes.
type expiryFlags struct {
	RoundExpiry   time.Duration            `default:"24h" placeholder:"DURATION" help:"How long after its last action a round that nobody finishes is ended. Default: ${default}."`
	RoundExpiryIn map[string]time.Duration `placeholder:"JURISDICTION=DURATION" help:"Another --round-expiry for players of a jurisdiction, as MT=12h;UK=2h; may be repeated."`
}

// limitFlags guard a server against its clients.
type limitFlags struct {
	MessagesPerSecond float64 `placeholder:"N" help:"Messages of one socket. Default: 100."`
	MessageBurst      int     `placeholder:"N" help:"Messages of one socket at once. Default: 200."`
	ConnectionsPerIP  int     `placeholder:"N" help:"Open sockets of one address. Default: 1024."`
	RequestsPerSecond float64 `placeholder:"N" help:"REST requests of one address. Default: 200."`
	RequestBurst      int     `placeholder:"N" help:"REST requests of one address at once. Default: 400."`
	Settlers          int     `placeholder:"N" help:"Groups of rounds that are committed at the same time. Default: 2."`
	CommitmentLog     bool    `default:"true" negatable:"" help:"Keep the commitment log: a signed tree of all seeds and finished rounds, published under /log/. On unless --no-commitment-log."`
}

func (f limitFlags) limits() api.Limits {
	return api.Limits{MessagesPerSecond: f.MessagesPerSecond, MessageBurst: f.MessageBurst, ConnectionsPerIP: f.ConnectionsPerIP,
		RequestsPerSecond: f.RequestsPerSecond, RequestBurst: f.RequestBurst}
}

// spareCollector lets the heap grow to five times what is live before it is collected: a server's live heap is a few dozen megabytes,
// and a round's garbage is most of it. docs/performance.md has what it gave. GOGC says otherwise.
func spareCollector() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400)
	}
}

// config is what the flags ask for. All that is wrong with it is named at once.
func (c *serveCmd) config() (api.Config, error) {
	offered, err := c.catalogue()
	if err != nil {
		return api.Config{}, err
	}
	keys, wrongKeys := c.keys()
	profiles, wrongProfiles := c.profiles()
	config := api.Config{
		Listen: c.Listen, DatabaseURL: c.DatabaseURL, Mode: c.Mode, MasterKeys: keys, Catalogue: offered, PublicURL: c.PublicURL,
		Log:    slog.New(slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: c.LogLevel})),
		Limits: c.limits(), TrustedProxies: c.Proxies, Settler: session.SettlerConfig{Writers: c.Settlers},
		CommitmentLog: c.CommitmentLog, Expiry: session.Expiry{After: c.RoundExpiry, In: c.RoundExpiryIn},
		TLSCert: c.TLSCert, TLSKey: c.TLSKey, Jurisdictions: profiles, WalletTimeout: c.Wallets, WebhookLog: c.WebhookLog,
	}
	config.Limits.Unplanned = !c.PlanLimits
	return config, errors.Join(config.Validate(), wrongKeys, wrongProfiles)
}

// Run implements the command.
func (c *serveCmd) Run(ctx context.Context) error {
	spareCollector()
	config, err := c.config()
	if err != nil {
		return err
	}
	if err := c.profileFlag.serve(); err != nil {
		return err
	}
	server, err := api.Start(ctx, config)
	if err != nil {
		return err
	}
	log := server.Log()
	log.Info("listening", "address", server.Addr().String(), "url", server.URL(), "mode", c.Mode)
	select {
	case <-ctx.Done():
		log.Info("stopping")
	case err = <-server.Failed():
	}
	closing, cancel := context.WithTimeout(context.Background(), 8*time.Second) // and a second for what cannot be hurried: 10 s in all
	defer cancel()
	if problem := server.Close(closing); err == nil {
		err = problem
	}
	return err
}
