package api

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"croupier/api/webhooks"
	"croupier/fairness"
	"croupier/games"
	"croupier/session"
)

// Config is all that a server is told. The zero value of a limit means its default.
type Config struct {
	Listen      string // host:port; port 0 takes a free one
	DatabaseURL string
	Mode        string         // "sandbox" or "live": which operators' keys are taken, and whether the test API is there
	MasterKeys  []fairness.Key // the first seals; all open
	Catalogue   *games.Catalogue
	PublicURL   string // how players reach it, scheme and host; default http:// or https:// and the address it listens on
	Log         *slog.Logger
	Now         session.Clock // default time.Now
	Settler     session.SettlerConfig
	Expiry      session.Expiry // when a round that nobody finishes is ended
	WebhookLog  time.Duration  // how long attempts to deliver webhooks are kept; default 30 days
	Limits      Limits
	// Jurisdictions bound what players of each may do; nil: nothing is bounded. A round's expiry is theirs, where they say.
	Jurisdictions *session.Jurisdictions
	// WalletTimeout bounds one call to the wallet of an operator that holds its players' money; default 5 s, 100 ms to 10 s.
	WalletTimeout time.Duration
	// CommitmentLog makes this server keep the commitment log, or stand by to. It is published all the same, as far as it was kept.
	CommitmentLog bool
	Extra         func(*http.ServeMux, *Server) // further routes: the sandbox's page

	TLSCert, TLSKey string // PEM files: the server speaks TLS itself. Both or neither; they are read again when they change

	TrustedProxies []netip.Prefix // whose X-Forwarded-For is believed; none by default
}

// Limits guard a server against its clients.
type Limits struct {
	MessagesPerSecond float64       // of one connection; default 100
	MessageBurst      int           // default 200
	ConnectionsPerIP  int           // open sockets; default 1,024
	RequestsPerSecond float64       // REST, of one IP; default 200
	RequestBurst      int           // default 400
	Unplanned         bool          // API keys and players have no limits by plan: for a sandbox on one's own machine
	HeaderWithin      time.Duration // a request's header must be there; default 10 s
	// How long a connection may be silent. The defaults are the protocol's.
	PingEvery time.Duration // without a ping; default 25 s
	IdleAfter time.Duration // without a message or a pong the connection ends, never the round; default 60 s
}

func (l Limits) withDefaults() Limits {
	return Limits{
		Unplanned:         l.Unplanned,
		MessagesPerSecond: cmp.Or(l.MessagesPerSecond, 100), MessageBurst: cmp.Or(l.MessageBurst, 200),
		ConnectionsPerIP:  cmp.Or(l.ConnectionsPerIP, 1024),
		RequestsPerSecond: cmp.Or(l.RequestsPerSecond, 200), RequestBurst: cmp.Or(l.RequestBurst, 400),
		HeaderWithin: cmp.Or(l.HeaderWithin, 10*time.Second),
		PingEvery:    cmp.Or(l.PingEvery, 25*time.Second), IdleAfter: cmp.Or(l.IdleAfter, 60*time.Second),
	}
}

// Validate returns all that is wrong with the configuration, an error a line, each beginning with the setting's name.
func (c *Config) Validate() error {
	var mistakes []error
	wrong := func(bad bool, setting, format string, args ...any) {
		if bad {
			mistakes = append(mistakes, fmt.Errorf(setting+": "+format, args...))
		}
	}
	wrong(c.Mode != string(session.Sandbox) && c.Mode != string(session.Live), "mode", "%q must be sandbox or live", c.Mode)
	_, err := pgxpool.ParseConfig(c.DatabaseURL)
	wrong(c.DatabaseURL == "", "database-url", "is missing")
	wrong(c.DatabaseURL != "" && err != nil, "database-url", "must be as postgres://user:password@host:port/name")
	_, _, err = net.SplitHostPort(c.Listen)
	wrong(err != nil, "listen", "%q must be as 127.0.0.1:8080", c.Listen)
	public, err := url.Parse(c.PublicURL)
	wrong(c.PublicURL != "" && (err != nil || public.Host == "" || public.Scheme != "http" && public.Scheme != "https" || strings.Trim(public.Path, "/") != ""),
		"public-url", "%q must be as https://play.example", c.PublicURL)
	wrong((c.TLSCert == "") != (c.TLSKey == ""), "tls-cert", "and tls-key belong together: give both or neither")
	wrong(len(c.MasterKeys) == 0, "master-key", "is missing")
	wrong(c.Catalogue == nil, "catalogue", "is missing")
	for setting, value := range map[string]float64{
		"messages-per-second": c.Limits.MessagesPerSecond, "message-burst": float64(c.Limits.MessageBurst),
		"connections-per-ip": float64(c.Limits.ConnectionsPerIP), "requests-per-second": c.Limits.RequestsPerSecond,
		"request-burst": float64(c.Limits.RequestBurst), "settlers": float64(c.Settler.Writers),
	} {
		wrong(value < 0 || math.IsNaN(value), setting, "must not be negative")
	}
	wrong(c.Settler.Writers > maxWriters, "settlers", "must be at most %d", maxWriters)
	wrong(c.WebhookLog < 0, "webhook-log", "must not be negative")
	wrong(c.Expiry.After != 0 && c.Expiry.After < session.MinExpiry, "round-expiry", "must be at least %s", session.MinExpiry)
	for jurisdiction, after := range c.Expiry.In {
		wrong(after < session.MinExpiry, "round-expiry-in", "%q must be at least %s", jurisdiction, session.MinExpiry)
	}
	if _, err := c.Jurisdictions.Expiry(c.Expiry); err != nil {
		mistakes = append(mistakes, err)
	}
	wrong(c.WalletTimeout != 0 && (c.WalletTimeout < 100*time.Millisecond || c.WalletTimeout > 10*time.Second), "wallet-timeout",
		"must be from 100ms to 10s")
	slices.SortFunc(mistakes, func(a, b error) int { return strings.Compare(a.Error(), b.Error()) })
	return errors.Join(mistakes...)
}

// maxWriters bounds how many connections the settler may hold of the pool.
const maxWriters = 8

// complete checks the configuration and fills in what was left out.
func (c *Config) complete() error {
	if err := c.Validate(); err != nil {
		return err
	}
	c.Limits = c.Limits.withDefaults()
	c.WebhookLog = cmp.Or(c.WebhookLog, webhooks.DefaultLogFor)
	var err error
	if c.Expiry, err = c.Jurisdictions.Expiry(c.Expiry); err != nil {
		return err
	}
	c.WalletTimeout = cmp.Or(c.WalletTimeout, 5*time.Second)
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Log == nil {
		c.Log = slog.Default()
	}
	return nil
}
