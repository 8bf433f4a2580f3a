// Package sandbox is croupier with everything that it needs, started by one call: a private Postgres, the schema, a demo operator with
// its key, test players and the web page. It runs the same server as `croupier serve`; it must never be offered to real players.
package sandbox

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"croupier/api"
	"croupier/fairness"
	"croupier/games"
	"croupier/migrations"
	"croupier/sandbox/postgres"
	"croupier/session"
)

// Options place a sandbox.
type Options struct {
	Listen      string // host:port of a loopback address; port 0 takes a free one
	DataDir     string // where its data is kept; "" for postgres.DefaultDir
	DatabaseURL string // an existing, empty or croupier's own database instead of the private Postgres; "" for the latter
	// PostgresSettings are postgresql.conf parameters of the private Postgres, on top of its defaults. With DatabaseURL they are an error.
	PostgresSettings map[string]string

	Catalogue *games.Catalogue
	Log       *slog.Logger // nil: JSON lines to croupier.log in DataDir
	Limits    api.Limits   // zero fields: ten times the server's defaults, because all test players share an address
	Settler   session.SettlerConfig

	// Jurisdictions bound what players may do; nil: nothing does. The page's players are of none, and so have the strictest profile.
	Jurisdictions *session.Jurisdictions

	CommitmentLog bool // whether the commitment log is kept

	Wallet  string // where the players' money is: TransferWallet, the default, or SeamlessWallet
	Program string // croupier itself, which is started as the operator's wallet where that is seamless
}

// Info is how to reach a running sandbox, and with which key.
type Info struct {
	BaseURL     string `json:"baseUrl"`
	WebSocket   string `json:"wsUrl"`
	WebURL      string `json:"webUrl"`
	APIKey      string `json:"apiKey"`
	APISecret   string `json:"apiSecret"`
	OperatorID  string `json:"operatorId"`
	DatabaseURL string `json:"databaseUrl"`

	// Of a seamless sandbox only: where the operator's wallet is, and what calls to it are signed with.
	WalletURL    string `json:"walletUrl,omitempty"`
	WalletSecret string `json:"walletSecret,omitempty"`
}

// Sandbox is a running sandbox: started by Start, ended by Close.
type Sandbox struct {
	info    Info
	server  *api.Server
	door    door
	cluster *postgres.Cluster // nil: the database is somebody else's
	wallet  *operatorWallet   // nil: the money is in the ledger
	log     *os.File          // nil: the log is the caller's
}

// Start starts a sandbox, on the data that an earlier one left in the same place.
func Start(ctx context.Context, o Options) (_ *Sandbox, err error) {
	s := &Sandbox{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close(ctx))
		}
	}()
	if o.DataDir == "" {
		if o.DataDir, err = postgres.DefaultDir(); err != nil {
			return nil, fmt.Errorf("data directory: %w", err)
		}
	}
	if o.DataDir, err = filepath.Abs(o.DataDir); err != nil {
		return nil, fmt.Errorf("data directory: %w", err)
	}
	if err := s.openDatabase(ctx, o); err != nil {
		return nil, err
	}
	secrets, err := loadSecrets(o.DataDir)
	if err != nil {
		return nil, err
	}
	if err := migrations.Up(ctx, s.info.DatabaseURL); err != nil {
		return nil, err
	}
	if err := s.serve(ctx, o, secrets.MasterKey); err != nil {
		return nil, err
	}
	operator, err := secrets.ensureOperator(ctx, s.server.Operators)
	if err != nil {
		return nil, err
	}
	s.info.APIKey, s.info.APISecret, s.info.OperatorID = secrets.APIKey, secrets.APISecret, secrets.OperatorID
	if o.Wallet == SeamlessWallet {
		if operator, err = s.openWallet(ctx, o, secrets); err != nil {
			return nil, err
		}
	}
	s.door.open(operator, o.Wallet == SeamlessWallet)
	return s, nil
}

// openDatabase finds the database that was named, or starts the private one.
func (s *Sandbox) openDatabase(ctx context.Context, o Options) (err error) {
	if o.DatabaseURL != "" && len(o.PostgresSettings) > 0 {
		return errors.New("settings of Postgres are for the private one: a database that is named by its URL has its own")
	}
	if err := os.MkdirAll(o.DataDir, 0o755); err != nil {
		return fmt.Errorf("data directory: %w", err)
	}
	if o.DatabaseURL != "" {
		s.info.DatabaseURL = o.DatabaseURL
		return nil
	}
	const database = "croupier"
	if s.cluster, err = postgres.Start(ctx, postgres.Options{Dir: filepath.Join(o.DataDir, "postgres"), Settings: o.PostgresSettings}); err != nil {
		return err
	}
	if err := s.cluster.CreateDatabase(ctx, database); err != nil {
		return err
	}
	s.info.DatabaseURL = s.cluster.URL(database)
	return nil
}

func (s *Sandbox) serve(ctx context.Context, o Options, master fairness.Key) (err error) {
	if o.Log == nil {
		name := filepath.Join(o.DataDir, "croupier.log")
		if s.log, err = os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600); err != nil {
			return fmt.Errorf("log: %w", err)
		}
		o.Log = slog.New(slog.NewJSONHandler(s.log, nil))
	}
	s.server, err = api.Start(ctx, api.Config{
		Listen: o.Listen, DatabaseURL: s.info.DatabaseURL, Mode: string(session.Sandbox), MasterKeys: []fairness.Key{master},
		Catalogue: o.Catalogue, Log: o.Log, Settler: o.Settler, CommitmentLog: o.CommitmentLog, Limits: roomy(o.Limits), Extra: s.door.mount,
		Jurisdictions: o.Jurisdictions,
	})
	if err != nil {
		return err
	}
	s.info.BaseURL = s.server.URL()
	s.info.WebURL = s.info.BaseURL + "/"
	s.info.WebSocket = "ws" + strings.TrimPrefix(s.info.BaseURL, "http") + "/ws"
	return nil
}

// roomy fills in limits that a crowd of test players on one machine does not meet.
func roomy(l api.Limits) api.Limits {
	fill := func(v *int, n int) {
		if *v == 0 {
			*v = n
		}
	}
	fill(&l.ConnectionsPerIP, 10_000)
	fill(&l.MessageBurst, 2_000)
	fill(&l.RequestBurst, 20_000)
	if l.MessagesPerSecond == 0 {
		l.MessagesPerSecond = 1_000
	}
	if l.RequestsPerSecond == 0 {
		l.RequestsPerSecond = 2_000
	}
	l.Unplanned = true
	return l
}

// Info returns how to reach the sandbox.
func (s *Sandbox) Info() Info { return s.info }

// LogFile is where the server's log is, "" if the caller has it.
func (s *Sandbox) LogFile() string {
	if s.log == nil {
		return ""
	}
	return s.log.Name()
}

// Failed receives an error if the server stops by itself.
func (s *Sandbox) Failed() <-chan error { return s.server.Failed() }

// Close ends the server and its Postgres, within 15 s. It may be called once.
func (s *Sandbox) Close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 8*time.Second)
	defer cancel()
	var problems []error
	if s.server != nil {
		problems = append(problems, s.server.Close(ctx))
	}
	if s.wallet != nil {
		problems = append(problems, s.wallet.stop())
	}
	if s.cluster != nil {
		problems = append(problems, s.cluster.Stop())
	}
	if s.log != nil {
		problems = append(problems, s.log.Close())
	}
	return errors.Join(problems...)
}
