package api

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"time"

	"croupier/session"
)

func TestRateLimit(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.Limits = Limits{RequestsPerSecond: 0.001, RequestBurst: 3} })
	for i := range 3 {
		reply := s.get(t, "/games")
		reply.wants(t, http.StatusUnauthorized, session.InvalidKey)
		if got := reply.header.Get("X-RateLimit-Remaining"); got != strconv.Itoa(2-i) || reply.header.Get("X-RateLimit-Limit") != "3" {
			t.Errorf("request %d: remaining %s", i, got)
		}
	}
	reply := s.get(t, "/games")
	reply.wants(t, http.StatusTooManyRequests, session.RateLimited)
	if after, err := strconv.Atoi(reply.header.Get("Retry-After")); err != nil || after < 1 || after > 1000 {
		t.Errorf("Retry-After %q", reply.header.Get("Retry-After"))
	}
	if got := s.get(t, "/healthz"); got.status != http.StatusOK {
		t.Errorf("a probe was limited: %d", got.status)
	}
}

func TestRateLimitsByAddress(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_800_000_000, 0)
	limits := newRateLimits(Limits{RequestsPerSecond: 1, RequestBurst: 1}, nil, func() time.Time { return now })
	take := func(address string) bool {
		r := httptest.NewRequest("GET", "/api/v1/games", nil)
		r.RemoteAddr = address
		return limits.take(http.Header{}, r) == nil
	}
	steps := []struct {
		address string
		allowed bool
	}{
		{"192.0.2.1:1000", true}, {"192.0.2.1:2000", false}, {"[::ffff:192.0.2.1]:1000", false}, {"192.0.2.2:1000", true},
		{"[2001:db8:0:1::1]:1000", true}, {"[2001:db8:0:1:ffff::2]:1000", false}, {"[2001:db8:0:2::1]:1000", true},
	}
	for _, step := range steps {
		if got := take(step.address); got != step.allowed {
			t.Errorf("%s: allowed %v", step.address, got)
		}
	}
	now = now.Add(time.Second)
	if !take("192.0.2.1:1000") {
		t.Error("refused after a second")
	}
	for i := range 3 * maxTracked {
		take("[2001:db8:" + strconv.FormatInt(int64(i/60000), 16) + ":" + strconv.FormatInt(int64(i%60000), 16) + "::1]:1")
	}
	if n := len(limits.young) + len(limits.older); n > 2*maxTracked {
		t.Errorf("%d addresses are remembered", n)
	}
}
