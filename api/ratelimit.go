package api

import (
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"croupier/session"
)

// maxTracked is how many addresses are remembered, up to twice.
const maxTracked = 10_000

// rateLimits gives every client address a bucket of requests. Memory is bounded without a clean-up: when the younger generation of
// buckets is full, it becomes the older one, and what was in that is forgotten.
type rateLimits struct {
	perSecond rate.Limit
	burst     int
	now       session.Clock
	proxies   proxies

	mu           sync.Mutex
	young, older map[netip.Addr]*rate.Limiter
}

func newRateLimits(l Limits, p proxies, now session.Clock) *rateLimits {
	return &rateLimits{perSecond: rate.Limit(l.RequestsPerSecond), burst: l.RequestBurst, now: now, proxies: p, young: map[netip.Addr]*rate.Limiter{}}
}

// take counts a call against its client's address, says in the headers where that stands, and returns RateLimited when there was no
// room. Pages and probes are not counted.
func (l *rateLimits) take(h http.Header, r *http.Request) error {
	if !isCall(r) {
		return nil
	}
	now := l.now()
	bucket := l.bucket(l.proxies.client(r))
	allowed := bucket.AllowN(now, 1)
	tokens := math.Max(0, bucket.TokensAt(now))
	h.Set("X-RateLimit-Limit", strconv.Itoa(l.burst))
	h.Set("X-RateLimit-Remaining", strconv.Itoa(int(tokens)))
	h.Set("X-RateLimit-Reset", strconv.Itoa(l.secondsUntil(tokens, float64(l.burst))))
	if allowed {
		return nil
	}
	wait := max(1, l.secondsUntil(tokens, 1))
	h.Set("Retry-After", strconv.Itoa(wait))
	return &session.Error{Code: session.RateLimited, Message: "Too many requests", Details: map[string]any{"retryAfterMs": wait * 1000}}
}

// allow counts a page against its client's address, and says whether there was room.
func (l *rateLimits) allow(r *http.Request) bool {
	return l.bucket(l.proxies.client(r)).AllowN(l.now(), 1)
}

// secondsUntil is when a bucket that has some tokens has the wanted number of them, in whole seconds, rounded up.
func (l *rateLimits) secondsUntil(has, wanted float64) int {
	return int(math.Ceil(time.Duration((wanted - has) / float64(l.perSecond) * float64(time.Second)).Seconds()))
}

func (l *rateLimits) bucket(address netip.Addr) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, ok := l.young[address]; ok {
		return b
	}
	b, ok := l.older[address]
	if !ok {
		b = rate.NewLimiter(l.perSecond, l.burst)
	}
	if len(l.young) >= maxTracked {
		l.young, l.older = make(map[netip.Addr]*rate.Limiter, maxTracked), l.young
	}
	l.young[address] = b
	return b
}
