package api

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/uuid"

	"croupier/session"
)

// identityServer is an operator's: it makes tokens and publishes its keys.
type identityServer struct {
	*httptest.Server
	mu     sync.Mutex
	keys   map[string]ed25519.PrivateKey
	answer func(http.ResponseWriter) // in place of the keys
	asked  atomic.Int64
}

func newIdentityServer(t testing.TB) *identityServer {
	t.Helper()
	i := &identityServer{keys: map[string]ed25519.PrivateKey{}}
	i.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		i.asked.Add(1)
		i.mu.Lock()
		defer i.mu.Unlock()
		if i.answer != nil {
			i.answer(w)
			return
		}
		_, _ = w.Write(i.jwks())
	}))
	i.Config.SetKeepAlivesEnabled(false) // a client asks again by itself where a kept connection breaks
	t.Cleanup(i.Close)
	return i
}

func (i *identityServer) jwks() []byte {
	keys := []map[string]string{}
	for kid, key := range i.keys {
		keys = append(keys, map[string]string{"kty": "OKP", "crv": "Ed25519", "use": "sig", "kid": kid,
			"x": base64.RawURLEncoding.EncodeToString(key.Public().(ed25519.PublicKey))})
	}
	text, _ := json.Marshal(map[string]any{"keys": keys})
	return text
}

// publish makes these the keys that are published; those that were there before stay the same.
func (i *identityServer) publish(t testing.TB, kids ...string) {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	was := i.keys
	i.keys = map[string]ed25519.PrivateKey{}
	for _, kid := range kids {
		key, ok := was[kid]
		if !ok {
			var err error
			_, key, err = ed25519.GenerateKey(rand.Reader)
			must(t, err)
		}
		i.keys[kid] = key
	}
}

func (i *identityServer) say(answer func(http.ResponseWriter)) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.answer = answer
}

func (i *identityServer) key(kid string) ed25519.PrivateKey {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[kid]
}

func launchToken(t testing.TB, key ed25519.PrivateKey, kid string, now time.Time, more map[string]any) string {
	t.Helper()
	claims := jwt.MapClaims{"iss": "https://casino.example", "aud": "croupier", "sub": "player-7", "currency": "USD", "purpose": "launch",
		"iat": now.Unix(), "exp": now.Unix() + 30, "jti": uuid.NewString(), "gameId": "slots", "username": "Ada"}
	for name, value := range more {
		claims[name] = value
	}
	token := jwt.NewWithClaims(jwt.SigningMethodEdDSA, claims)
	token.Header["kid"] = kid
	text, err := token.SignedString(key)
	must(t, err)
	return text
}

// signOn sets an operator's sign-on, the way that operators do.
func (o *testOperator) signOn(t testing.TB, more map[string]any) *reply {
	t.Helper()
	body := map[string]any{"issuer": "https://casino.example", "audience": "croupier", "algorithm": "EdDSA"}
	for name, value := range more {
		body[name] = value
	}
	return o.do(t, "PUT", "/sso", body)
}

func (o *testOperator) arrive(t testing.TB, token string) *reply {
	t.Helper()
	return o.server.post(t, "/auth/sso/exchange", map[string]any{"operatorToken": token, "operatorId": o.Operator.ID})
}

func TestSignOnByTheOperatorsToken(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	o.get(t, "/sso").wants(t, http.StatusNotFound, session.NotFound)
	i := newIdentityServer(t)
	i.publish(t, "k1")
	var set, shown ssoData
	o.signOn(t, map[string]any{"jwksUrl": i.URL}).into(t, &set)
	o.get(t, "/sso").into(t, &shown)
	if set.Version != 1 || !set.Enabled || set.MaxAgeSeconds != 60 || set.LeewaySeconds != 5 || !strings.Contains(set.ChangedBy, o.APIKey.ID.String()) ||
		set.ChangedAt.IsZero() || set.ChangedAt != shown.ChangedAt {
		t.Errorf("set %+v, shown %+v", set, shown)
	}
	token := launchToken(t, i.key("k1"), "k1", time.Now(), nil)
	var grant sessionData
	o.arrive(t, token).into(t, &grant)
	if grant.Player.ExternalID != "player-7" || grant.Player.Username != "Ada" || grant.GameID != "slots" || grant.RefreshToken == "" {
		t.Errorf("%+v", grant)
	}
	p := &testPlayer{playerData: grant.Player, token: grant.SessionToken, server: s}
	if got := p.balance(t); got != "0.00" {
		t.Errorf("balance %s", got)
	}
	o.arrive(t, token).wants(t, http.StatusUnauthorized, session.LaunchUsed)
	o.arrive(t, launchToken(t, i.key("k1"), "k1", time.Now().Add(-time.Hour), nil)).wants(t, http.StatusUnauthorized, session.LaunchExpired)
	o.arrive(t, launchToken(t, i.key("k1"), "k1", time.Now(), map[string]any{"gameId": "chess"})).wants(t, http.StatusBadRequest, session.InvalidRequest)
	s.operator(t).arrive(t, launchToken(t, i.key("k1"), "k1", time.Now(), nil)).wants(t, http.StatusUnauthorized, session.LaunchInvalid)
	if strings.Contains(s.logs.String(), token) {
		t.Error("a token is in the log")
	}
	// Keys that are given need nobody to be asked.
	asked := i.asked.Load()
	o.signOn(t, map[string]any{"keys": json.RawMessage(i.jwks())}).into(t, &set)
	o.arrive(t, launchToken(t, i.key("k1"), "k1", time.Now(), nil)).into(t, &grant)
	if set.Version != 2 || i.asked.Load() != asked {
		t.Errorf("version %d, asked %d times", set.Version, i.asked.Load()-asked)
	}
	o.signOn(t, map[string]any{"keys": json.RawMessage(i.jwks()), "enabled": false}).into(t, &set)
	o.arrive(t, launchToken(t, i.key("k1"), "k1", time.Now(), nil)).wants(t, http.StatusUnauthorized, session.LaunchInvalid)
}

func TestExchangeTakesOneToken(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	id := uuid.NewString()
	for body, field := range map[string]string{
		`{}`:                          "launchToken",
		`{"operatorId":"` + id + `"}`: "launchToken",
		`{"launchToken":"lt_x","operatorToken":"x"}`:       "operatorToken",
		`{"launchToken":"lt_x","operatorId":"` + id + `"}`: "operatorId",
		`{"operatorToken":"x"}`:                            "operatorId",
		`{"operatorToken":"x","operatorId":"me"}`:          "operatorId",
	} {
		reply := s.post(t, "/auth/sso/exchange", body)
		reply.wants(t, http.StatusBadRequest, session.InvalidRequest)
		if reply.fields()[field] == "" {
			t.Errorf("%s: %v, want %s", body, reply.fields(), field)
		}
	}
	s.post(t, "/auth/sso/exchange", `{"operatorToken":"x.y.z","operatorId":"`+id+`"}`).wants(t, http.StatusUnauthorized, session.LaunchInvalid)
}

// Keys come and go without a restart, and a URL that fails takes nothing away for a day.
func TestOperatorsKeysRollOver(t *testing.T) {
	t.Parallel()
	clock := &shiftedClock{}
	s := newTestServer(t, func(c *Config) { c.Now = clock.now })
	o := s.operator(t)
	o.clock = clock.now
	i := newIdentityServer(t)
	i.publish(t, "k1")
	o.signOn(t, map[string]any{"jwksUrl": i.URL}).into(t, &ssoData{})
	come := func(key ed25519.PrivateKey, kid string) *reply {
		t.Helper()
		return o.arrive(t, launchToken(t, key, kid, clock.now(), nil))
	}
	later := func(d time.Duration) { clock.by.Add(int64(d)) }
	asks := func(name string, want int64, do func()) {
		t.Helper()
		before := i.asked.Load()
		do()
		if got := i.asked.Load() - before; got != want {
			t.Errorf("%s: asked %d times, want %d", name, got, want)
		}
	}
	old := i.key("k1")
	if old == nil {
		t.Fatal("no key")
	}
	var grant sessionData
	asks("first", 1, func() { come(old, "k1").into(t, &grant) })
	asks("at once again", 0, func() { come(old, "k1").into(t, &grant) })

	i.publish(t, "k1", "k2")
	next := i.key("k2")
	asks("a new kid too soon", 0, func() { come(next, "k2").wants(t, 401, session.LaunchInvalid) })
	later(ssoKeysPause)
	asks("a new kid", 1, func() { come(next, "k2").into(t, &grant) })
	asks("kids that nobody has", 0, func() {
		for n := range 20 {
			come(next, fmt.Sprintf("k%d", n+100)).wants(t, 401, session.LaunchInvalid)
		}
	})
	come(old, "k1").into(t, &grant)

	i.publish(t, "k2")
	come(old, "k1").into(t, &grant) // not yet known to be gone
	later(ssoKeysFresh)
	asks("in the background", 1, func() { s.ssoKeys.refreshDue(t.Context()) })
	asks("in the background again", 0, func() { s.ssoKeys.refreshDue(t.Context()) })
	later(ssoKeysPause)
	come(old, "k1").wants(t, 401, session.LaunchInvalid)
	come(next, "k2").into(t, &grant)

	for name, answer := range map[string]func(http.ResponseWriter){
		"an error":     func(w http.ResponseWriter) { w.WriteHeader(500) },
		"a redirect":   func(w http.ResponseWriter) { w.Header().Set("Location", i.URL); w.WriteHeader(302) },
		"no set":       func(w http.ResponseWriter) { _, _ = w.Write([]byte("<html>")) },
		"an empty set": func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"keys":[]}`)) },
		"too much": func(w http.ResponseWriter) {
			_, _ = w.Write([]byte(`{"keys":[` + strings.Repeat(" ", session.MaxJWKSSize) + `]}`))
		},
		"a set that is cut": func(w http.ResponseWriter) {
			w.Header().Set("Content-Length", "9999")
			_, _ = w.Write([]byte(`{"keys":[`))
		},
		"a private key":            func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"keys":[{"kty":"OKP","d":"AA","kid":"k2"}]}`)) },
		"another's set":            func(w http.ResponseWriter) { _, _ = w.Write([]byte(`{"keys":[{"kty":"oct","kid":"k2"}]}`)) },
		"a connection that breaks": func(w http.ResponseWriter) { panic(http.ErrAbortHandler) },
	} {
		i.say(answer)
		later(ssoKeysFresh)
		asks(name, 1, func() { s.ssoKeys.refreshDue(t.Context()) })
		come(next, "k2").into(t, &grant)
	}
	later(ssoKeysKept)
	come(next, "k2").wants(t, http.StatusServiceUnavailable, session.Unavailable)
	later(ssoKeysPause)
	i.say(nil)
	come(next, "k2").into(t, &grant)
	if !strings.Contains(s.logs.String(), "an operator's keys could not be fetched") {
		t.Error("the log does not say that keys could not be fetched")
	}
}

// Another URL is asked at once, and what was known from the one before is forgotten.
func TestOperatorsKeysMove(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	o := s.operator(t)
	was, is := newIdentityServer(t), newIdentityServer(t)
	was.publish(t, "k1")
	is.publish(t, "k1")
	o.signOn(t, map[string]any{"jwksUrl": was.URL}).into(t, &ssoData{})
	o.arrive(t, launchToken(t, was.key("k1"), "k1", time.Now(), nil)).into(t, &sessionData{})
	o.signOn(t, map[string]any{"jwksUrl": is.URL}).into(t, &ssoData{})
	o.arrive(t, launchToken(t, was.key("k1"), "k1", time.Now(), nil)).wants(t, 401, session.LaunchInvalid)
	o.arrive(t, launchToken(t, is.key("k1"), "k1", time.Now(), nil)).into(t, &sessionData{})
}
