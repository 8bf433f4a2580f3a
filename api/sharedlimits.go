package api

import (
	"context"
	"log/slog"
	"math"
	"net/http"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/prometheus/client_golang/prometheus"
	"golang.org/x/time/rate"

	"croupier/session"
)

const (
	leasePatience = 250 * time.Millisecond // how long a request waits for the database to say what is left
	leaseRest     = time.Second            // how long the database is not asked after it did not answer
	leastRefusal  = 50 * time.Millisecond  // how long a subject that has nothing left is not asked for
	plansRefresh  = 10 * time.Second       // how long until a server knows of another plan
	ratesSweep    = 10 * time.Minute
)

// sharedLimits are the limits of API keys and of players, which all servers of a database share. Requests are leased from the database, many
// at a time, and counted here: a request seldom waits for the database, and never for long. If that does not answer, every server counts by
// itself.
//
// A server makes up to one lease's worth of requests before it asks, and holds up to one more: so in any time, n servers let in at most the
// burst, the rate of that time, and n times two leases. docs/decisions/0024 has it.
type sharedLimits struct {
	operators *session.Operators
	mode      session.Mode
	now       session.Clock
	log       *slog.Logger
	book      atomic.Pointer[session.PlanBook]
	restUntil atomic.Int64 // Unix nanoseconds: the database did not answer

	mu           sync.Mutex
	young, older map[uuid.UUID]*stash // two generations, as of rateLimits

	leases, alone *prometheus.CounterVec
	refused       *prometheus.CounterVec
}

// stash is what this server has of one subject's limit.
type stash struct {
	mu      sync.Mutex
	rate    session.Rate
	tokens  int       // leased, and not used
	made    int       // requests that were made without asking
	tight   bool      // the last lease was not all that was asked for: nothing is made without asking
	left    int       // what was left in the database
	refused time.Time // until when nothing is there
	alone   *rate.Limiter
}

func newSharedLimits(ctx context.Context, operators *session.Operators, mode session.Mode, now session.Clock, log *slog.Logger) (*sharedLimits, error) {
	l := &sharedLimits{operators: operators, mode: mode, now: now, log: log, young: map[uuid.UUID]*stash{},
		leases: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "croupier_rate_leases_total",
			Help: "Times that the database was asked for requests of an API key or a player."}, []string{"of"}),
		alone: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "croupier_rate_alone_total",
			Help: "Requests that this server counted by itself, because the database did not answer in time."}, []string{"of"}),
		refused: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "croupier_rate_refused_total",
			Help: "Requests that were refused because an API key or a player made too many."}, []string{"of"})}
	return l, l.refreshPlans(ctx)
}

func (l *sharedLimits) refreshPlans(ctx context.Context) error {
	book, err := l.operators.PlanBook(ctx, l.mode)
	if err == nil {
		l.book.Store(book)
	}
	return err
}

// run reads the plans again now and then, until the context ends. Those that are known go on when that fails.
func (l *sharedLimits) run(ctx context.Context) {
	plans, sweep := time.NewTicker(plansRefresh), time.NewTicker(ratesSweep)
	defer plans.Stop()
	defer sweep.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-plans.C:
			err = l.refreshPlans(ctx)
		case <-sweep.C:
			_, err = l.operators.SweepRates(ctx)
		}
		if err != nil && ctx.Err() == nil {
			l.log.Warn("rate limits", "error", err)
		}
	}
}

// key counts a call of an API key, and player one of a player. They say in the headers where that stands, and return RateLimited when there
// was no room. A nil limiter has no limits.
func (l *sharedLimits) key(ctx context.Context, h http.Header, c session.Caller) error {
	if l == nil {
		return nil
	}
	return l.take(ctx, h, "key", c.KeyID, l.book.Load().Of(c.ID, c.KeyID).Key)
}

func (l *sharedLimits) player(ctx context.Context, h http.Header, c session.Claims) error {
	if l == nil {
		return nil
	}
	return l.take(ctx, h, "player", c.PlayerID, l.book.Load().Of(c.OperatorID, uuid.Nil).Player)
}

func (l *sharedLimits) take(ctx context.Context, h http.Header, of string, subject uuid.UUID, allowed session.Rate) error {
	s := l.stash(subject)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rate != allowed { // another plan: what was leased of the old one is counted as made
		s.rate, s.alone, s.refused, s.left = allowed, nil, time.Time{}, allowed.Burst
	}
	ok, remaining, wait := l.count(ctx, of, subject, s)
	h.Set("X-RateLimit-Limit", strconv.Itoa(allowed.Burst))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(max(0, remaining)))
	h.Set("X-RateLimit-Reset", strconv.Itoa(int(math.Ceil(float64(allowed.Burst-min(remaining, allowed.Burst))/float64(allowed.PerSecond)))))
	if ok {
		return nil
	}
	l.refused.WithLabelValues(of).Inc()
	seconds := max(1, int(math.Ceil(wait.Seconds())))
	h.Set("Retry-After", strconv.Itoa(seconds))
	return &session.Error{Code: session.RateLimited, Message: "Too many requests of this " + map[string]string{"key": "API key", "player": "player"}[of],
		Details: map[string]any{"retryAfterMs": max(1, wait.Milliseconds()), "limit": of}}
}

// lease is how many requests are leased at once.
func (s *stash) lease() int { return max(1, s.rate.Burst/16) }

// count says whether there is room for one request more, how many are left, and if none is, for how long.
func (l *sharedLimits) count(ctx context.Context, of string, subject uuid.UUID, s *stash) (ok bool, remaining int, wait time.Duration) {
	now := l.now()
	switch {
	case s.tokens > 0:
		s.tokens--
		return true, s.tokens + s.left, 0
	case now.Before(s.refused):
		return false, 0, s.refused.Sub(now)
	case !s.tight && s.made < s.lease():
		s.made++
		return true, s.left - s.made, 0
	case now.UnixNano() < l.restUntil.Load():
		return l.countAlone(of, s, now)
	}
	// It goes on when this one client leaves: others wait for what it brings.
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), leasePatience)
	defer cancel()
	l.leases.WithLabelValues(of).Inc()
	grant, err := l.operators.LeaseRate(asking, subject, s.rate, s.made, s.lease())
	if err != nil {
		l.restUntil.Store(now.Add(leaseRest).UnixNano())
		l.log.Warn("rate limits are counted by this server alone: the database did not answer in time", "error", err)
		return l.countAlone(of, s, now)
	}
	s.made, s.left, s.tokens, s.tight = 0, grant.Left, grant.Granted, grant.Granted < s.lease()
	if s.tokens == 0 {
		wait = max(grant.Wait, leastRefusal)
		s.refused = now.Add(wait)
		return false, 0, wait
	}
	s.tokens--
	return true, s.tokens + s.left, 0
}

// countAlone counts by this server's own bucket.
func (l *sharedLimits) countAlone(of string, s *stash, now time.Time) (ok bool, remaining int, wait time.Duration) {
	l.alone.WithLabelValues(of).Inc()
	if s.alone == nil {
		s.alone = rate.NewLimiter(rate.Limit(s.rate.PerSecond), s.rate.Burst)
	}
	ok = s.alone.AllowN(now, 1)
	tokens := s.alone.TokensAt(now)
	if !ok {
		wait = time.Duration((1 - tokens) / float64(s.rate.PerSecond) * float64(time.Second))
	}
	return ok, int(tokens), wait
}

func (l *sharedLimits) stash(subject uuid.UUID) *stash {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s, ok := l.young[subject]; ok {
		return s
	}
	s, ok := l.older[subject]
	if !ok {
		s = &stash{}
	}
	if len(l.young) >= maxTracked {
		l.young, l.older = make(map[uuid.UUID]*stash, maxTracked), l.young
	}
	l.young[subject] = s
	return s
}

// Describe implements prometheus.Collector.
func (l *sharedLimits) Describe(c chan<- *prometheus.Desc) {
	for _, v := range []*prometheus.CounterVec{l.leases, l.alone, l.refused} {
		v.Describe(c)
	}
}

// Collect implements prometheus.Collector.
func (l *sharedLimits) Collect(c chan<- prometheus.Metric) {
	for _, v := range []*prometheus.CounterVec{l.leases, l.alone, l.refused} {
		v.Collect(c)
	}
}
