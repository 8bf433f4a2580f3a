package api

import (
	"context"
	"errors"
	"net/http"
	"sync"
	"time"

	"croupier/migrations"
)

func (s *Server) serveJWKS(w http.ResponseWriter, r *http.Request) { s.serveKeys(w, r, s.Keys.JWKS) }

func (s *Server) serveReceiptKeys(w http.ResponseWriter, r *http.Request) {
	s.serveKeys(w, r, s.Receipts.JWKS)
}

func (s *Server) serveKeys(w http.ResponseWriter, r *http.Request, read func(context.Context) ([]byte, error)) {
	keys, err := read(r.Context())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", "application/jwk-set+json")
	w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin")
	w.Header().Set("Cache-Control", "public, max-age=60")
	_, _ = w.Write(keys) // the client is gone
}

// serveHealth says that the process is alive, and nothing of what it depends on.
func (s *Server) serveHealth(w http.ResponseWriter, _ *http.Request) {
	writeJSON(w, http.StatusOK, map[string]string{"status": "ok"})
}

// readiness says whether the server can serve players now: 200 if every check is ok, else 503. Anyone may ask, so the checks are
// made once in readinessAge at most.
type readiness struct {
	server *Server

	mu     sync.Mutex
	at     time.Time
	checks map[string]string
	ready  bool
}

const (
	readinessAge     = time.Second
	readinessTimeout = 3 * time.Second
)

// The checks' results.
const (
	checkOK       = "ok"
	checkFailed   = "failed"
	checkReadOnly = "read-only" // the database is a standby, or was made so by default_transaction_read_only
)

func (c *readiness) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c.mu.Lock()
	if now := c.server.now(); c.checks == nil || now.Sub(c.at) >= readinessAge {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), readinessTimeout) // made for all who ask
		c.checks, c.ready = c.server.check(ctx)
		c.at = now
		cancel()
	}
	checks, ready := c.checks, c.ready
	c.mu.Unlock()
	status, word := http.StatusOK, "ready"
	if !ready {
		status, word = http.StatusServiceUnavailable, "not ready"
	}
	writeJSON(w, status, map[string]any{"status": word, "checks": checks})
}

// check makes the checks of readiness. Why one failed is for the log, but for a word: the answer is public.
func (s *Server) check(ctx context.Context) (results map[string]string, ready bool) {
	results, ready = map[string]string{}, true
	set := func(name string, err error) {
		results[name] = checkOK
		if err != nil {
			results[name], ready = checkFailed, false
			if isReadOnly(err) {
				results[name] = checkReadOnly
			}
			s.log.Warn("not ready", "check", name, "error", err)
		}
	}
	set("database", writable(ctx, s.db))
	schema := migrations.Check(ctx, s.config.DatabaseURL)
	set("schema", schema)
	if schema != nil && !errors.Is(schema, migrations.ErrSchema) {
		results["schema"] = "unknown" // the database was not reached
	}
	set("settler", s.settler.Health())
	return results, ready
}
