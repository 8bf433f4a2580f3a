package api

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"croupier/fairness"
	"croupier/sandbox/pgtest"
	"croupier/session"
)

// planned starts servers on one database, whose operators are all on a plan of the test's.
func planned(t *testing.T, plan session.Plan, servers int) (list []*testServer, house *session.Operators, url string) {
	t.Helper()
	url = pgtest.New(t)
	vault, err := fairness.NewVault(testKeys()[0])
	must(t, err)
	house = session.NewOperators(pgtest.Owner(t, url), vault, time.Now)
	plan.Name = "sandbox"
	must(t, house.DefinePlan(t.Context(), plan))
	for range servers {
		list = append(list, newTestServer(t, func(c *Config) { c.DatabaseURL, c.Limits.Unplanned = url, false }))
	}
	return list, house, url
}

// Several clients ask several servers as fast as they can until every server refuses: what was let in is at most what is documented, and no
// less than one server would have let in.
func TestLimitsAreSharedBetweenServers(t *testing.T) {
	t.Parallel()
	const burst, perSecond, nodes = 320, 2, 2
	servers, _, _ := planned(t, session.Plan{Key: session.Rate{PerSecond: perSecond, Burst: burst}, Player: session.Rate{PerSecond: 1, Burst: 1}}, nodes)
	o := servers[0].operator(t)
	var let, asked atomic.Int64
	begun := time.Now()
	var all sync.WaitGroup
	for n := range 3 * nodes {
		at := &testOperator{Operator: o.Operator, APIKey: o.APIKey, server: servers[n%nodes]}
		all.Go(func() {
			for refused := 0; refused < 3; {
				reply := at.get(t, "/rate-limits")
				asked.Add(1)
				if reply.Success {
					let.Add(1)
					continue
				}
				refused++
				if reply.status != http.StatusTooManyRequests || reply.Error.Code != session.RateLimited || reply.Error.Details["limit"] != "key" ||
					reply.header.Get("X-RateLimit-Limit") != strconv.Itoa(burst) || reply.header.Get("X-RateLimit-Remaining") != "0" {
					t.Errorf("%d %s %v", reply.status, reply.text, reply.header)
					return
				}
				if after, err := strconv.Atoi(reply.header.Get("Retry-After")); err != nil || after < 1 {
					t.Errorf("Retry-After %q", reply.header.Get("Retry-After"))
				}
			}
		})
	}
	all.Wait()
	took := time.Since(begun)
	most := int64(burst + perSecond*int(took.Seconds()+1) + nodes*2*(burst/16))
	if let.Load() > most || let.Load() < burst-nodes*burst/16 {
		t.Errorf("%d of %d requests were let in, in %s: want %d to %d", let.Load(), asked.Load(), took, burst-nodes*burst/16, most)
	}
	leases := 0
	for _, s := range servers {
		for line := range strings.Lines(s.get(t, "/metrics").text) {
			if text, is := strings.CutPrefix(line, `croupier_rate_leases_total{of="key"} `); is {
				n, err := strconv.Atoi(strings.TrimSpace(text))
				must(t, err)
				leases += n
			}
		}
	}
	t.Logf("%d servers let in %d of %d requests at a burst of %d, in %s, and asked the database %d times", nodes, let.Load(), asked.Load(), burst, took, leases)
	if leases == 0 || leases > int(asked.Load())/5 {
		t.Errorf("the database was asked %d times for %d requests", leases, asked.Load())
	}
}

// Players are counted each for itself, and beside the keys; who cannot sign uses nothing up.
func TestLimitsOfKeysAndPlayers(t *testing.T) {
	t.Parallel()
	servers, house, _ := planned(t, session.Plan{Key: session.Rate{PerSecond: 1, Burst: 40}, Player: session.Rate{PerSecond: 1, Burst: 4}}, 1)
	s := servers[0]
	o := s.operator(t)
	ada, bob := o.player(t, "USD", "1"), o.player(t, "USD", "1") // a request of the key each
	refusedAfter := func(get func() *reply) (let int) {
		for let < 100 {
			reply := get()
			if !reply.Success {
				reply.wants(t, http.StatusTooManyRequests, session.RateLimited)
				return let
			}
			let++
		}
		return let
	}
	// The burst, and a request made before the first lease; more only if seconds pass.
	begun := time.Now()
	if let := refusedAfter(func() *reply { return ada.get(t, "/seeds") }); let < 4 || let > 5+2*int(time.Since(begun).Seconds()+1) {
		t.Errorf("one player: %d", let)
	}
	bob.get(t, "/seeds").into(t, &struct{}{})
	forged := *o
	forged.Secret = "ss_wrong"
	for range 100 {
		forged.get(t, "/rate-limits").wants(t, http.StatusUnauthorized, session.InvalidSignature)
	}
	var shown rateLimitsData
	answered := o.get(t, "/rate-limits")
	answered.into(t, &shown)
	if shown.Plan != "sandbox" || shown.Key.Burst != 40 || shown.Player.Burst != 4 || shown.Address.Burst != 1e5 || answered.header.Get("X-RateLimit-Limit") != "40" {
		t.Errorf("%+v %v", shown, answered.header)
	}
	if remaining, err := strconv.Atoi(answered.header.Get("X-RateLimit-Remaining")); err != nil || remaining < 30 || remaining > 38 {
		t.Errorf("%q remain: forged calls are counted, or these are not", answered.header.Get("X-RateLimit-Remaining"))
	}
	refusedAfter(func() *reply { return o.get(t, "/rate-limits") })
	// Another plan takes effect without a restart.
	by, err := session.ByCommand("a test")
	must(t, err)
	must(t, house.UsePlan(t.Context(), o.APIKey.ID, "premium", by))
	must(t, s.shared.refreshPlans(t.Context()))
	o.get(t, "/rate-limits").into(t, &shown)
	if shown.Plan != "premium" || shown.Key.Burst != 4000 || shown.Player.Burst != 4 {
		t.Errorf("after the change: %+v", shown)
	}
}

// A database that does not say what is left takes no server down: each counts by itself meanwhile.
func TestLimitsWithoutTheDatabase(t *testing.T) {
	t.Parallel()
	servers, _, url := planned(t, session.Plan{Key: session.Rate{PerSecond: 1, Burst: 32}, Player: session.Rate{PerSecond: 1, Burst: 4}}, 1)
	s := servers[0]
	o := s.operator(t)
	for range 3 {
		o.get(t, "/rate-limits").into(t, &rateLimitsData{})
	}
	tx, err := pgtest.Owner(t, url).Begin(t.Context())
	must(t, err)
	defer tx.Rollback(t.Context()) //nolint:errcheck // it only held a lock
	_, err = tx.Exec(t.Context(), `LOCK TABLE rate_usage IN ACCESS EXCLUSIVE MODE`)
	must(t, err)
	let := 0
	begun := time.Now()
	for range 100 {
		reply := o.get(t, "/rate-limits")
		if !reply.Success {
			reply.wants(t, http.StatusTooManyRequests, session.RateLimited)
			break
		}
		let++
	}
	if let < 32 || let > 40+2*int(time.Since(begun).Seconds()+1) {
		t.Errorf("%d requests were let in without the database", let)
	}
	if metrics := s.get(t, "/metrics").text; !strings.Contains(metrics, `croupier_rate_alone_total{of="key"}`) ||
		!strings.Contains(s.logs.String(), "counted by this server alone") {
		t.Error("nothing tells that the server counts alone")
	}
	must(t, tx.Rollback(t.Context()))
}

// Memory is bounded, and a nil limiter lets everything through.
func TestStashesAreBounded(t *testing.T) {
	t.Parallel()
	l := &sharedLimits{young: map[uuid.UUID]*stash{}}
	for range 3 * maxTracked {
		l.stash(uuid.New())
	}
	if n := len(l.young) + len(l.older); n > 2*maxTracked {
		t.Errorf("%d subjects are remembered", n)
	}
	var none *sharedLimits
	must(t, none.key(t.Context(), http.Header{}, session.Caller{}))
	must(t, none.player(t.Context(), http.Header{}, session.Claims{}))
}
