// Package api is the edge: REST, WebSocket, envelopes, error codes and rate limits. It turns bytes into calls and errors into
// codes; it decides nothing about play or money, and nothing behind it knows how a client speaks.
package api

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/riverqueue/river"

	"croupier/api/outbound"
	"croupier/api/webhooks"
	"croupier/fairness"
	"croupier/migrations"
	"croupier/session"
	"croupier/wallet"
)

// Server is one croupier process: started by Start, ended by Close.
type Server struct {
	Operators   *session.Operators
	Players     *session.Players
	Access      *session.Access
	Keys        *session.KeyRing
	Receipts    *session.ReceiptKeys
	Tokens      *session.Tokens
	Floor       *session.Floor
	Ledger      *wallet.Ledger
	Commitments *session.Log // the commitment log

	config  Config
	log     *slog.Logger
	now     session.Clock
	db      *pgxpool.Pool
	writing *pgxpool.Pool // the settler's own connections: no other use of the database makes play wait for one
	settler *session.Settler
	hooks   *webhooks.Hooks
	courier *webhooks.Courier
	jobs    *river.Client[pgx.Tx]
	endJobs context.CancelFunc
	metrics *metrics
	sockets sockets
	rates   *rateLimits
	shared  *sharedLimits // of API keys and players; nil: none
	ssoKeys *ssoKeyRing
	wallets *walletClient

	reconciler *session.Reconciler
	rest       *http.Server
	address    net.Addr
	cancel     context.CancelFunc // of what runs beside the requests
	running    sync.WaitGroup
	failed     chan error

	roundRates cachedRates
}

// Start connects, checks the schema, opens the floor and listens. The database must be migrated: it returns migrations.ErrSchema
// otherwise. It does not block.
func Start(ctx context.Context, config Config) (_ *Server, err error) {
	if err := config.complete(); err != nil {
		return nil, err
	}
	if err := migrations.Check(ctx, config.DatabaseURL); err != nil {
		return nil, err
	}
	s := &Server{config: config, log: config.Log, now: config.Now, failed: make(chan error, 1), metrics: newMetrics(),
		rates: newRateLimits(config.Limits, config.TrustedProxies, config.Now)}
	defer func() {
		if err != nil {
			s.stop()
		}
	}()
	if s.db, err = connect(ctx, config.DatabaseURL, int32(8+2*runtime.NumCPU())); err != nil {
		return nil, err
	}
	if s.writing, err = connect(ctx, config.DatabaseURL, maxWriters); err != nil {
		return nil, err
	}
	if err := s.open(ctx); err != nil {
		return nil, err
	}
	secured, scheme, err := s.secured()
	if err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", config.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("%s is in use: name another address with --listen; port 0 takes a free one", config.Listen)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", config.Listen, err)
	}
	s.address = listener.Addr()
	if s.config.PublicURL == "" {
		s.config.PublicURL = scheme + "://" + s.address.String()
	}
	s.rest = &http.Server{
		Handler:           s.routes(),
		ReadHeaderTimeout: s.config.Limits.HeaderWithin, ReadTimeout: 30 * time.Second, WriteTimeout: 30 * time.Second, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, TLSConfig: secured,
		ErrorLog: slog.NewLogLogger(config.Log.Handler(), slog.LevelDebug), // what a client's broken connection causes
	}
	background, cancel := context.WithCancel(context.WithoutCancel(ctx))
	s.cancel = cancel
	s.running.Go(func() { s.Floor.Listen(background) })
	s.running.Go(func() { s.maintain(background) })
	s.running.Go(func() { s.ssoKeys.run(background) })
	s.running.Go(func() { // what a server that was killed has left is done at once: the job comes when a leader is elected
		if _, err := s.Floor.SweepWallets(background); err != nil && background.Err() == nil {
			s.log.Warn("finish the wallet calls that were left", "error", err)
		}
	})
	if s.shared != nil {
		s.running.Go(func() { s.shared.run(background) })
	}
	if config.CommitmentLog {
		s.running.Go(func() { s.Commitments.Run(background) })
	}
	if err := s.startJobs(background); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	s.running.Go(func() { s.sockets.keepAlive(background, s.now, s.config.Limits.PingEvery) })
	s.running.Go(func() {
		if err := s.listen(listener); !errors.Is(err, http.ErrServerClosed) {
			s.failed <- err
		}
	})
	return s, nil
}

// secured is how the server speaks TLS, nil if it does not, and the scheme of its URLs.
func (s *Server) secured() (*tls.Config, string, error) {
	if s.config.TLSCert == "" {
		return nil, "http", nil
	}
	c, err := openCertificate(s.config.TLSCert, s.config.TLSKey, s.log)
	if err != nil {
		return nil, "", err
	}
	return c.config(), "https", nil
}

// listen serves until the server is closed.
func (s *Server) listen(l net.Listener) error {
	if s.rest.TLSConfig != nil {
		return s.rest.ServeTLS(l, "", "")
	}
	return s.rest.Serve(l)
}

// open makes the rooms behind the edge.
func (s *Server) open(ctx context.Context) error {
	vault, err := fairness.NewVault(s.config.MasterKeys[0], s.config.MasterKeys[1:]...)
	if err != nil {
		return fmt.Errorf("master key: %w", err)
	}
	if _, err := s.db.Exec(ctx, `SELECT ensure_partitions(2)`); err != nil {
		return fmt.Errorf("partitions: %w", err)
	}
	s.Operators = session.NewOperators(s.db, vault, s.now)
	s.Players = session.NewPlayers(s.db, vault, s.now)
	s.Ledger = &wallet.Ledger{DB: s.db, Now: s.now, Admit: s.Players.AdmitDeposit}
	lifetimes := session.DefaultLifetimes()
	if s.Keys, err = session.OpenKeyRing(ctx, s.db, vault, s.now, lifetimes.Token); err != nil {
		return fmt.Errorf("signing keys: %w", err)
	}
	if s.Tokens, err = session.NewTokens(s.Keys, "croupier", "croupier:play", s.now); err != nil {
		return err
	}
	s.Access = session.NewAccess(s.db, s.Players, s.Tokens, lifetimes, s.now)
	s.Access.LiveOnly = s.config.Mode == string(session.Live)
	s.ssoKeys = newSSOKeyRing(outbound.Way{Timeout: ssoTimeout, PerHost: 1, Open: !s.Access.LiveOnly}.Client(), s.now, s.log)
	if !s.config.Limits.Unplanned {
		if s.shared, err = newSharedLimits(ctx, s.Operators, session.Mode(s.config.Mode), s.now, s.log); err != nil {
			return err
		}
		s.metrics.registry.MustRegister(s.shared)
	}
	if s.Receipts, err = session.OpenReceiptKeys(ctx, s.db, vault, s.now); err != nil {
		return fmt.Errorf("receipt keys: %w", err)
	}
	settler := s.config.Settler
	settler.Receipts = s.Receipts
	s.settler = session.NewSettler(s.writing, s.log, settler)
	s.Floor, err = session.NewFloor(ctx, s.db, vault, s.config.Catalogue, s.settler, s.now, s.log)
	if err != nil {
		return err
	}
	s.Floor.Regulate(s.config.Jurisdictions)
	s.wallets = newWalletClient(s.config.Mode == string(session.Live), s.config.WalletTimeout, s.now)
	s.reconciler = &session.Reconciler{DB: s.db, Vault: vault, Now: s.now, List: s.wallets.list}
	s.Floor.ReachWallets(s.wallets.call, s.config.WalletTimeout)
	s.Access.Vouch = s.Floor.Vouch
	s.Commitments, err = session.OpenLog(ctx, session.LogConfig{DB: s.db, Vault: vault, Settler: s.settler, Origin: logOrigin(s.config.PublicURL), Now: s.now, Log: s.log})
	if err != nil {
		return err
	}
	s.hooks = &webhooks.Hooks{DB: s.db, Vault: vault, Now: s.now, Open: s.config.Mode == string(session.Sandbox)}
	s.courier = webhooks.NewCourier(s.hooks, s.log, webhooks.CourierConfig{Pressure: s.settler.Pressure})
	s.metrics.registry.MustRegister(s.settler, s.courier, s.Commitments, &s.sockets, collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return nil
}

// logOrigin names the commitment log of a house by where it is published, if that is known. A log keeps its first name.
func logOrigin(publicURL string) string {
	_, place, _ := strings.Cut(publicURL, "://")
	if place == "" {
		return ""
	}
	return strings.TrimSuffix(place, "/") + strings.TrimSuffix(logPrefix, "/")
}

// startJobs begins the jobs beside play, until the context ends or endJobs is called.
func (s *Server) startJobs(ctx context.Context) (err error) {
	s.jobs, err = newJobs(s.db, s.log,
		jobOf(&expireRounds{floor: s.Floor, players: s.Players, expiry: s.config.Expiry, log: s.log}),
		jobOf(&rotateSeeds{floor: s.Floor, log: s.log}), jobOf(&countRounds{floor: s.Floor}),
		jobOf(&sumReports{floor: s.Floor, operators: s.Operators}),
		jobOf(&deliverWebhooks{courier: s.courier}), jobOf(&pruneWebhooks{hooks: s.hooks, keep: s.config.WebhookLog, log: s.log}),
		jobOf(&sweepWallets{floor: s.Floor, log: s.log}), jobOf(&reconcileWallets{reconciler: s.reconciler, log: s.log}))
	if err != nil {
		return fmt.Errorf("jobs: %w", err)
	}
	ctx, s.endJobs = context.WithCancel(ctx)
	if err := s.jobs.Start(ctx); err != nil {
		return fmt.Errorf("start jobs: %w", err)
	}
	s.running.Go(func() { <-s.jobs.Stopped() })
	return nil
}

// maintain does what must be done now and then.
func (s *Server) maintain(ctx context.Context) {
	daily := time.NewTicker(24 * time.Hour)
	defer daily.Stop()
	keys := time.NewTicker(session.ReceiptKeysRefresh)
	defer keys.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-keys.C:
			if err := s.Receipts.Refresh(ctx); err != nil && ctx.Err() == nil { // those that are known go on signing
				s.log.Warn("read the receipt keys again", "error", err)
			}
		case <-daily.C:
			if _, err := s.db.Exec(ctx, `SELECT ensure_partitions(2)`); err != nil {
				s.log.Error("make partitions", "error", err)
			}
		}
	}
}

// Addr is where the server listens.
func (s *Server) Addr() net.Addr { return s.address }

// URL is how the server is reached: scheme and host.
func (s *Server) URL() string { return s.config.PublicURL }

// Log is where the server writes what happens.
func (s *Server) Log() *slog.Logger { return s.log }

// Failed receives an error if the server stops listening by itself.
func (s *Server) Failed() <-chan error { return s.failed }

// Close ends the server: no new connection, what is in flight is finished and told, sockets close with 1001. It waits for that
// until ctx ends, and a second longer for what cannot be hurried, such as a database that does not answer. It may be called once.
func (s *Server) Close(ctx context.Context) error {
	s.endJobs()
	var closed, drained error
	var both sync.WaitGroup
	both.Go(func() { closed = s.closeREST(ctx) })
	both.Go(func() { drained = s.sockets.drain(ctx) })
	both.Wait()
	stopped := make(chan struct{})
	go func() {
		s.stop()
		close(stopped)
	}()
	select {
	case <-stopped:
		return errors.Join(closed, drained)
	case <-afterwards(ctx, time.Second):
		return errors.Join(closed, drained, errors.New("the database did not answer in time; what was under way is resolved by its request id"))
	}
}

// closeREST finishes the requests that are under way. One that takes half of the time, because its client does not finish it, is cut.
func (s *Server) closeREST(ctx context.Context) error {
	if deadline, ok := ctx.Deadline(); ok {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, time.Until(deadline)/2)
		defer cancel()
	}
	if err := s.rest.Shutdown(ctx); err != nil {
		return s.rest.Close()
	}
	return nil
}

// afterwards is closed some time after a context has ended.
func afterwards(ctx context.Context, d time.Duration) <-chan struct{} {
	late := make(chan struct{})
	context.AfterFunc(ctx, func() { time.AfterFunc(d, func() { close(late) }) })
	return late
}

// stop ends what runs beside the requests, in the reverse order of its start.
func (s *Server) stop() {
	if s.cancel != nil {
		s.cancel()
	}
	s.running.Wait()
	if s.Floor != nil {
		s.Floor.FinishDeliveries()
	}
	if s.settler != nil {
		s.settler.Stop()
	}
	for _, pool := range []*pgxpool.Pool{s.writing, s.db} {
		if pool != nil {
			pool.Close()
		}
	}
}

type metrics struct {
	registry *prometheus.Registry
	messages *prometheus.CounterVec
	answers  *prometheus.HistogramVec
	requests *prometheus.HistogramVec
}

func newMetrics() *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		messages: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "croupier_socket_messages_total",
			Help: "Client messages by type and by the code of their error, empty for none."}, []string{"type", "error"}),
		answers: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "croupier_socket_answer_seconds",
			Help: "Time from a client message to its answer.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"type"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "croupier_rest_request_seconds",
			Help: "Time of REST requests.", Buckets: prometheus.ExponentialBuckets(0.0005, 2, 14)}, []string{"method", "route", "status"}),
	}
	m.registry.MustRegister(m.messages, m.answers, m.requests)
	return m
}
