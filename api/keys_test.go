package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"croupier/session"
)

// withKey is the operator with another of its keys.
func (o *testOperator) withKey(t testing.TB, spec session.KeySpec) *testOperator {
	t.Helper()
	by, err := session.ByCommand("a test")
	must(t, err)
	key, _, err := o.server.Operators.NewKey(t.Context(), o.Operator.ID, spec, by)
	must(t, err)
	return &testOperator{Operator: o.Operator, APIKey: key, server: o.server}
}

func (o *testOperator) may(t testing.TB, scopes ...session.Scope) *testOperator {
	t.Helper()
	return o.withKey(t, session.KeySpec{Scopes: scopes})
}

// neededScopes are those of all calls of operators.
var neededScopes = map[string]session.Scope{
	"POST /auth/sso/create-token": session.ScopeLaunch,
	"GET /games":                  "", "GET /games/{gameId}": "", "GET /games/{gameId}/config": "",
	"GET /wallet/balance": session.ScopeWalletRead, "GET /wallet/transactions": session.ScopeWalletRead,
	"POST /wallet/deposit": session.ScopeWalletWrite, "POST /wallet/withdraw": session.ScopeWalletWrite,
	"GET /rounds": session.ScopeRoundsRead, "GET /rounds/{roundId}": session.ScopeRoundsRead,
	"GET /rounds/{roundId}/verification": session.ScopeRoundsRead, "POST /rounds/{roundId}/void": session.ScopeRoundsVoid,
	"POST /rounds/{roundId}/replay-links": session.ScopeRoundsRead,
	"GET /operator":                       "", "PATCH /operator": session.ScopeSettings, "GET /operator/changes": session.ScopeSettings,
	"GET /players/{playerId}/limits": session.ScopePlayersRead, "PUT /players/{playerId}/limits": session.ScopePlayersWrite,
	"POST /players/{playerId}/suspend": session.ScopePlayersWrite, "POST /players/{playerId}/reinstate": session.ScopePlayersWrite,
	"POST /players/{playerId}/exclude": session.ScopePlayersWrite,
	"GET /operator/games":              session.ScopeGames, "GET /operator/games/{gameId}": session.ScopeGames,
	"PUT /operator/games/{gameId}": session.ScopeGames, "GET /operator/games/{gameId}/history": session.ScopeGames,
	"GET /players": session.ScopePlayersRead, "GET /players/{playerId}": session.ScopePlayersRead, "GET /reports/games": session.ScopeReportsRead,
	"GET /keys": session.ScopeKeys, "POST /keys": session.ScopeKeys,
	"POST /keys/{keyId}/rotate": session.ScopeKeys, "POST /keys/{keyId}/revoke": session.ScopeKeys,
	"GET /webhooks/endpoints": session.ScopeWebhooks, "POST /webhooks/endpoints": session.ScopeWebhooks,
	"GET /webhooks/endpoints/{endpointId}": session.ScopeWebhooks, "PUT /webhooks/endpoints/{endpointId}": session.ScopeWebhooks,
	"DELETE /webhooks/endpoints/{endpointId}": session.ScopeWebhooks, "POST /webhooks/endpoints/{endpointId}/enable": session.ScopeWebhooks,
	"POST /webhooks/endpoints/{endpointId}/disable": session.ScopeWebhooks, "POST /webhooks/endpoints/{endpointId}/rotate-secret": session.ScopeWebhooks,
	"POST /webhooks/endpoints/{endpointId}/test": session.ScopeWebhooks, "POST /webhooks/endpoints/{endpointId}/resend-dead": session.ScopeWebhooks,
	"GET /webhooks/deliveries": session.ScopeWebhooks, "GET /webhooks/dead": session.ScopeWebhooks,
	"POST /webhooks/dead/{deadId}/resend": session.ScopeWebhooks, "DELETE /webhooks/dead/{deadId}": session.ScopeWebhooks,
	"GET /sso": session.ScopeSSO, "PUT /sso": session.ScopeSSO, "GET /rate-limits": "",
	"GET /seamless/wallet": session.ScopeWalletRead, "POST /seamless/wallet": session.ScopeAll, "GET /seamless/unresolved": session.ScopeWalletRead,
	"POST /seamless/unresolved/{transactionId}/retry": session.ScopeWalletWrite, "GET /seamless/reconciliations": session.ScopeWalletRead,
	"POST /test/players": session.ScopeTest, "POST /test/players/{playerId}/add-balance": session.ScopeTest,
	"POST /test/players/{playerId}/reset": session.ScopeTest, "POST /test/force-outcome": session.ScopeTest,
}

// Every call that an operator can make is made with every scope: those that are documented to need it let it pass, and no others.
func TestScopesOpenTheirCallsOnly(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	var described apiDescription
	must(t, json.Unmarshal([]byte(s.get(t, "/openapi.json").text), &described))
	keys := map[session.Scope]*testOperator{}
	for _, scope := range session.Scopes() {
		keys[scope] = o.may(t, scope)
	}
	reached := map[session.Scope]bool{}
	for path, item := range described.Paths {
		for method, op := range item {
			for _, way := range op.Security {
				needed, signed := way["apiKey"]
				if !signed {
					continue
				}
				name := strings.ToUpper(method) + " " + strings.TrimPrefix(path, apiPrefix)
				if want, known := neededScopes[name]; !known || strings.Join(needed, " ") != string(want) {
					t.Errorf("%s needs %q, want %q", name, needed, want)
				}
				for scope, key := range keys {
					pass := scope == session.ScopeAll || len(needed) == 0 || session.Scope(needed[0]) == scope
					reply := key.do(t, strings.ToUpper(method), strings.NewReplacer("{", "", "}", "").Replace(path), nil)
					if refused := reply.status == http.StatusForbidden; refused == pass || reply.status == http.StatusUnauthorized {
						t.Errorf("%s %s with a key for %s, which needs %q: %s", method, path, scope, needed, reply.text)
					}
					if !pass && (reply.Error.Code != session.Forbidden || reply.Error.Details["scope"] != needed[0]) {
						t.Errorf("%s %s: it is not said which scope is needed: %s", method, path, reply.text)
					}
					reached[scope] = reached[scope] || pass && len(needed) > 0
				}
			}
		}
	}
	for _, scope := range session.Scopes() {
		if !reached[scope] {
			t.Errorf("no call needs %s", scope)
		}
	}
}

// shiftedClock is the time, moved by hand.
type shiftedClock struct{ by atomic.Int64 }

func (c *shiftedClock) now() time.Time { return time.Now().Add(time.Duration(c.by.Load())) }

// Nothing that must be refused has an effect: a deposit tells by the balance.
func TestRefusedCallsHaveNoEffect(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	s := newTestServer(t, func(c *Config) {
		c.Now, c.TrustedProxies = clock.now, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	})
	o := s.operator(t)
	p := o.player(t, "USD", "10.00")
	const path = "/wallet/deposit"
	deposits, total := 0, 10
	body := func() []byte {
		deposits++
		return encode(t, transferOf(p.ID, "1", "USD", fmt.Sprintf("deposit-%d", deposits)))
	}
	send := func(key *testOperator, text []byte, at time.Time, forwarded ...string) *reply {
		t.Helper()
		h := key.sign("POST", apiPrefix+path, text, at)
		h["X-Forwarded-For"] = forwarded
		return s.do(t, "POST", path, text, h)
	}
	check := func(name string, reply *reply, status int, code session.Code) {
		t.Helper()
		reply.wants(t, status, code)
		if got := s.balanceOf(t, o, p); got != strconv.Itoa(total)+".00" {
			t.Fatalf("%s: refused, but the balance is %s, want %d.00", name, got, total)
		}
	}
	writing := []session.Scope{session.ScopeWalletWrite}
	check("no scope", send(o.may(t, session.ScopeWalletRead, session.ScopeRoundsRead, session.ScopeKeys), body(), clock.now()), 403, session.Forbidden)

	here := o.withKey(t, session.KeySpec{Scopes: writing, AllowedFrom: []netip.Prefix{netip.MustParsePrefix("2001:db8:1::7/128")}})
	check("elsewhere", send(here, body(), clock.now(), "203.0.113.7"), 403, session.Forbidden)
	check("the neighbour in the same /64", send(here, body(), clock.now(), "2001:db8:1::8"), 403, session.Forbidden)
	check("pretending", send(here, body(), clock.now(), "2001:db8:1::7, 203.0.113.7"), 403, session.Forbidden)
	send(here, body(), clock.now(), "203.0.113.7, 2001:db8:1::7").into(t, &transferred{})
	total++

	revoked, rotated := o.may(t, writing...), o.may(t, writing...)
	short := o.withKey(t, session.KeySpec{Scopes: writing, ExpiresAt: clock.now().Add(time.Hour)})
	send(short, body(), clock.now()).into(t, &transferred{})
	total++
	o.post(t, "/keys/"+revoked.APIKey.ID.String()+"/revoke", nil).into(t, &keyData{})
	check("revoked", send(revoked, body(), clock.now()), 401, session.InvalidKey)
	var next rotatedKeyData
	o.post(t, "/keys/"+rotated.APIKey.ID.String()+"/rotate", `{"overlapSeconds":1800}`).into(t, &next)
	successor := &testOperator{Operator: o.Operator, APIKey: session.APIKey{Key: next.APIKey, Secret: next.APISecret}, server: s}
	for _, key := range []*testOperator{rotated, successor} {
		send(key, body(), clock.now()).into(t, &transferred{})
		total++
	}
	check("stale", send(o, body(), clock.now().Add(-301*time.Second)), 401, session.InvalidSignature)
	check("from the future", send(o, body(), clock.now().Add(302*time.Second)), 401, session.InvalidSignature)

	clock.by.Add(int64(time.Hour))
	o.clock = clock.now
	check("after the overlap", send(rotated, body(), clock.now()), 401, session.InvalidKey)
	check("expired", send(short, body(), clock.now()), 401, session.InvalidKey)
	send(successor, body(), clock.now()).into(t, &transferred{})
	total++
	if got := s.balanceOf(t, o, p); got != strconv.Itoa(total)+".00" {
		t.Errorf("balance %s, want %d.00", got, total)
	}
}

// A signed call that is sent again, byte for byte, to any server at any time, has no effect. Signed anew it is a call like any other.
func TestReplaysAreRefused(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	a := newTestServer(t, func(c *Config) { c.Now = clock.now })
	b := newTestServer(t, func(c *Config) { c.Now, c.DatabaseURL = clock.now, a.config.DatabaseURL })
	o := a.operator(t)
	p := o.player(t, "USD", "0")
	path := "/test/players/" + p.ID + "/add-balance" // each one counts
	body := []byte(`{"amount":1,"currency":"USD"}`)
	header := o.sign("POST", apiPrefix+path, body, time.Now())
	replies := make([]*reply, 8)
	var sent sync.WaitGroup
	for i := range replies {
		sent.Go(func() { replies[i] = []*testServer{a, b}[i%2].do(t, "POST", path, body, header) })
	}
	sent.Wait()
	taken := 0
	for _, r := range replies {
		if r.status == http.StatusOK {
			taken++
			continue
		}
		r.wants(t, http.StatusUnauthorized, session.InvalidSignature)
		if !strings.Contains(r.Error.Message, "sign every call") {
			t.Errorf("it is not said what to do: %s", r.text)
		}
	}
	if taken != 1 {
		t.Errorf("taken %d times, want once", taken)
	}
	for _, later := range []time.Duration{time.Minute, 4*time.Minute + 55*time.Second, 6 * time.Minute, 3 * time.Hour} {
		clock.by.Store(int64(later))
		b.do(t, "POST", path, body, header).wants(t, http.StatusUnauthorized, session.InvalidSignature)
	}
	clock.by.Store(0)
	if got := p.balance(t); got != "1.00" {
		t.Errorf("balance %s, want 1.00", got)
	}
	// Whole seconds are enough for calls that differ; equal ones need decimals.
	stamp := strconv.FormatInt(time.Now().Unix(), 10)
	for stamp, status := range map[string]int{stamp: 200, stamp + ".1": 200, stamp + ".10": 200} {
		if r := a.do(t, "POST", path, body, o.signAs("POST", apiPrefix+path, body, stamp)); r.status != status {
			t.Errorf("at %s: %s", stamp, r.text)
		}
	}
	a.do(t, "POST", path, body, o.signAs("POST", apiPrefix+path, body, stamp)).wants(t, http.StatusUnauthorized, session.InvalidSignature)
	// What changes nothing may be sent again.
	look := "/wallet/balance?playerId=" + p.ID
	header = o.sign("GET", apiPrefix+look, nil, time.Now())
	for range 3 {
		a.do(t, "GET", look, nil, header).into(t, &struct{}{})
	}
	// A call that is refused before it could have an effect has not used its signature up.
	elsewhere := []netip.Prefix{netip.MustParsePrefix("203.0.113.0/24")}
	narrow := o.withKey(t, session.KeySpec{Scopes: []session.Scope{session.ScopeTest}, AllowedFrom: elsewhere})
	narrow.post(t, path, body).wants(t, http.StatusForbidden, session.Forbidden)
	var rows int
	must(t, a.db.QueryRow(t.Context(), `SELECT count(*) FROM used_signatures`).Scan(&rows))
	if rows != 2+3 { // the player, add-balance, and three more
		t.Errorf("%d signatures are used, want 5: calls that change nothing or are refused use none", rows)
	}
}

func TestKeysOverREST(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o, other := s.operator(t), s.operator(t)
	manager := o.may(t, session.ScopeKeys, session.ScopeWalletRead)
	var made NewKeyData
	first := manager.post(t, "/keys", `{"scopes":["wallet:read"],"allowedFrom":["127.0.0.1","10.0.0.0/8"],"expiresAt":"2099-01-01T00:00:00Z"}`)
	first.into(t, &made)
	if !strings.HasPrefix(made.APIKey, "sk_sandbox_") || !strings.HasPrefix(made.APISecret, "ss_") ||
		strings.Join(made.Key.AllowedFrom, " ") != "127.0.0.1/32 10.0.0.0/8" || !made.Key.InForce || made.Key.CreatedBy != "API key "+manager.APIKey.ID.String() || made.Key.LastUsedAt != nil {
		t.Errorf("made %s", first.text)
	}
	p := o.player(t, "USD", "10")
	key := &testOperator{Operator: o.Operator, APIKey: session.APIKey{Key: made.APIKey, Secret: made.APISecret}, server: s}
	key.get(t, "/wallet/balance?playerId="+p.ID).into(t, &struct{}{})
	key.get(t, "/keys").wants(t, http.StatusForbidden, session.Forbidden)

	var list keysData
	listed := manager.get(t, "/keys")
	listed.into(t, &list)
	if len(list.Keys) != 3 || list.Keys[2].KeyID != made.Key.KeyID || list.Keys[2].LastUsedAt == nil || list.Keys[2].ExpiresAt.Year() != 2099 {
		t.Errorf("listed %s", listed.text)
	}
	for name, secret := range map[string]string{"key": made.APIKey, "secret": made.APISecret} {
		if strings.Contains(listed.text, secret) || strings.Contains(s.logs.String(), secret) {
			t.Errorf("the %s is shown again", name)
		}
	}
	for _, c := range []struct {
		body   string
		status int
		code   session.Code
	}{
		{`{"scopes":["all"]}`, 403, session.Forbidden}, {`{"scopes":["wallet:write"]}`, 403, session.Forbidden},
		{`{"scopes":[]}`, 400, session.InvalidRequest}, {`{}`, 400, session.InvalidRequest}, {`{"scopes":["money"]}`, 400, session.InvalidRequest},
		{`{"scopes":["keys"],"allowedFrom":["10.0.0.1/8"]}`, 400, session.InvalidRequest},
		{`{"scopes":["keys"],"expiresAt":"2020-01-01T00:00:00Z"}`, 400, session.InvalidRequest},
		{`{"scopes":["keys"],"expiresAt":"soon"}`, 400, session.InvalidRequest}, {`{"scopes":["keys"],"secret":"x"}`, 400, session.InvalidRequest},
	} {
		manager.post(t, "/keys", c.body).wants(t, c.status, c.code)
	}
	place := "/keys/" + made.Key.KeyID
	manager.post(t, "/keys/"+o.APIKey.ID.String()+"/rotate", `{}`).wants(t, http.StatusForbidden, session.Forbidden)
	for _, path := range []string{place, "/keys/nothing", "/keys/" + uuidOf(1)} {
		other.post(t, path+"/rotate", `{}`).wants(t, http.StatusNotFound, session.NotFound)
		other.post(t, path+"/revoke", nil).wants(t, http.StatusNotFound, session.NotFound)
	}
	manager.post(t, place+"/rotate", `{"overlapSeconds":2592001}`).wants(t, http.StatusBadRequest, session.InvalidRequest)
	var rotated rotatedKeyData
	answer := manager.post(t, place+"/rotate", `{}`)
	answer.into(t, &rotated)
	if !bytes.Contains(answer.Data, []byte(`"apiSecret":"ss_`)) || rotated.Key.Replaces != made.Key.KeyID ||
		rotated.Replaced.RetiresAt == nil || !rotated.Replaced.InForce {
		t.Errorf("rotated %s", answer.text)
	}
	var revoked, again keyData
	manager.post(t, place+"/revoke", nil).into(t, &revoked)
	manager.post(t, place+"/revoke", nil).into(t, &again)
	if revoked.InForce || revoked.RevokedBy != made.Key.CreatedBy || !again.RevokedAt.Equal(*revoked.RevokedAt) {
		t.Errorf("revoked %+v, then %+v", revoked, again)
	}
	manager.post(t, place+"/rotate", `{}`).wants(t, http.StatusConflict, session.Conflict)
	key.get(t, "/wallet/balance?playerId="+p.ID).wants(t, http.StatusUnauthorized, session.InvalidKey)
	// A key may end itself.
	manager.post(t, "/keys/"+manager.APIKey.ID.String()+"/revoke", nil).into(t, &revoked)
	manager.get(t, "/keys").wants(t, http.StatusUnauthorized, session.InvalidKey)
}

func uuidOf(n int) string { return fmt.Sprintf("01a1fd9d-5f0a-7c11-8a3e-%012d", n) }
