package api

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"croupier/fairness"
	"croupier/games"
	"croupier/games/builtin"
	"croupier/sandbox/pgtest"
	"croupier/session"
)

// testServer is a whole server on a database of its own.
type testServer struct {
	*Server
	logs *testLog
}

var testCatalogue = sync.OnceValue(func() *games.Catalogue {
	c, err := games.NewCatalogue(builtin.Games()...)
	if err != nil {
		panic(err)
	}
	return c
})

// testKeys are the master keys of all test servers.
func testKeys() []fairness.Key {
	key, err := fairness.ParseKey(strings.Repeat("5a", 32))
	if err != nil {
		panic(err)
	}
	return []fairness.Key{key}
}

// newTestServer starts a sandbox server with the built-in slots; change may say otherwise. It is closed when the test ends.
func newTestServer(t testing.TB, change ...func(*Config)) *testServer {
	t.Helper()
	logs := &testLog{}
	config := Config{CommitmentLog: true, Listen: "127.0.0.1:0", Mode: "sandbox", MasterKeys: testKeys(), Catalogue: testCatalogue(),
		Limits: Limits{RequestsPerSecond: 1e5, RequestBurst: 1e5, Unplanned: true}, // all clients of a test have one address
		Log:    slog.New(slog.NewJSONHandler(logs, &slog.HandlerOptions{Level: slog.LevelDebug}))}
	for _, c := range change {
		c(&config)
	}
	if config.DatabaseURL == "" {
		config.DatabaseURL = pgtest.New(t)
	}
	server, err := Start(t.Context(), config)
	must(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
		defer cancel()
		if err := server.Close(ctx); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	return &testServer{Server: server, logs: logs}
}

// testLog is all that the server logged.
type testLog struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *testLog) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *testLog) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// testOperator is an operator with its key.
type testOperator struct {
	session.Operator
	session.APIKey
	server *testServer
	clock  session.Clock // calls are signed by it; nil: time.Now
}

func (s *testServer) operator(t testing.TB) *testOperator { return s.operatorIn(t, session.Sandbox) }

func (s *testServer) operatorIn(t testing.TB, mode session.Mode) *testOperator {
	t.Helper()
	o, key, err := s.Operators.Create(t.Context(), "Test Casino", mode, []string{"https://casino.example"})
	must(t, err)
	return &testOperator{Operator: o, APIKey: key, server: s}
}

// testPlayer is a player with a session.
type testPlayer struct {
	playerData
	token   string
	refresh string
	server  *testServer
}

var testPlayers atomic.Int64

// player makes a player with a balance and signs it in, the way that every client goes.
func (o *testOperator) player(t testing.TB, currency, balance string) *testPlayer {
	t.Helper()
	var made testPlayerAnswer
	externalID := fmt.Sprintf("player-%d", testPlayers.Add(1))
	o.post(t, "/test/players", map[string]any{"externalId": externalID, "currency": currency, "startingBalance": json.Number(balance)}).into(t, &made)
	var grant sessionData
	o.server.post(t, "/auth/sso/exchange", map[string]any{"launchToken": made.SSOToken}).into(t, &grant)
	return &testPlayer{playerData: grant.Player, token: grant.SessionToken, refresh: grant.RefreshToken, server: o.server}
}

// reply is what a call was answered with.
type reply struct {
	status    int
	header    http.Header
	text      string
	Success   bool            `json:"success"`
	Data      json.RawMessage `json:"data"`
	Error     reason          `json:"error"`
	RequestID string          `json:"requestId"`
}

// get and post of a server carry no credentials.
func (s *testServer) get(t testing.TB, path string) *reply { return s.do(t, "GET", path, nil, nil) }
func (s *testServer) post(t testing.TB, path string, body any) *reply {
	return s.do(t, "POST", path, body, nil)
}

// do makes a call. Body is JSON text, or a value to marshal, or nil for none. The path is below apiPrefix unless it is of a page.
func (s *testServer) do(t testing.TB, method, path string, body any, header http.Header) *reply {
	t.Helper()
	return s.send(t, s.request(t, method, path, encode(t, body), header))
}

func (s *testServer) request(t testing.TB, method, path string, body []byte, header http.Header) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, "http://"+s.Addr().String()+fullPath(path), bytes.NewReader(body))
	must(t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	if len(body) > 0 && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	return r
}

func fullPath(path string) string {
	for _, page := range []string{"/api", "/log/checkpoint", "/log/key", "/log/tile", "/docs", "/openapi", "/healthz", "/readyz", "/metrics", "/.well-known", "/nothing"} {
		if strings.HasPrefix(path, page) {
			return path
		}
	}
	return apiPrefix + path
}

func encode(t testing.TB, body any) []byte {
	t.Helper()
	switch b := body.(type) {
	case nil:
		return nil
	case string:
		return []byte(b)
	case []byte:
		return b
	}
	text, err := json.Marshal(body)
	must(t, err)
	return text
}

func (s *testServer) send(t testing.TB, r *http.Request) *reply {
	t.Helper()
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	got := &reply{status: response.StatusCode, header: response.Header, text: string(text)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/json") {
		if err := json.Unmarshal(text, got); err != nil {
			t.Fatalf("%s %s: answer is not JSON: %v: %s", r.Method, r.URL.Path, err, text)
		}
	}
	return got
}

// get, post and do of an operator are signed.
func (o *testOperator) get(t testing.TB, path string) *reply {
	t.Helper()
	return o.do(t, "GET", path, nil)
}

func (o *testOperator) post(t testing.TB, path string, body any) *reply {
	t.Helper()
	return o.do(t, "POST", path, body)
}

func (o *testOperator) do(t testing.TB, method, path string, body any) *reply {
	t.Helper()
	text, now := encode(t, body), time.Now
	if o.clock != nil {
		now = o.clock
	}
	return o.server.send(t, o.server.request(t, method, path, text, o.sign(method, fullPath(path), text, now())))
}

// sign is written from the protocol's words, not from the server's code.
func (o *testOperator) sign(method, pathWithQuery string, body []byte, at time.Time) http.Header {
	return o.signAs(method, pathWithQuery, body, fmt.Sprintf("%d.%09d", at.Unix(), at.Nanosecond()))
}

// signAs signs a call with an X-Timestamp.
func (o *testOperator) signAs(method, pathWithQuery string, body []byte, stamp string) http.Header {
	mac := hmac.New(sha256.New, []byte(o.Secret))
	fmt.Fprintf(mac, "%s.%s.%s.%s", stamp, method, pathWithQuery, body)
	return http.Header{"Authorization": {"Bearer " + o.Key}, "X-Timestamp": {stamp}, "X-Signature": {"sha256=" + hex.EncodeToString(mac.Sum(nil))}}
}

func (p *testPlayer) get(t testing.TB, path string) *reply {
	t.Helper()
	return p.server.do(t, "GET", path, nil, p.header())
}

func (p *testPlayer) post(t testing.TB, path string, body any) *reply {
	t.Helper()
	return p.server.do(t, "POST", path, body, p.header())
}

func (p *testPlayer) header() http.Header {
	return http.Header{"Authorization": {"Bearer " + p.token}}
}

// balance is what the server says that the player has.
func (p *testPlayer) balance(t testing.TB) string {
	t.Helper()
	var b struct {
		Balance json.Number `json:"balance"`
	}
	p.get(t, "/wallet/balance").into(t, &b)
	return b.Balance.String()
}

// into decodes the data of a successful answer.
func (r *reply) into(t testing.TB, data any) {
	t.Helper()
	if r.status != http.StatusOK || !r.Success || r.RequestID == "" {
		t.Fatalf("status %d, want a success: %s", r.status, r.text)
	}
	must(t, json.Unmarshal(r.Data, data))
}

// wants fails the test unless the answer is an error of the status and code, whole in its envelope.
func (r *reply) wants(t testing.TB, status int, code session.Code) {
	t.Helper()
	if r.status != status || r.Error.Code != code || r.Success || r.Error.Message == "" || r.RequestID == "" {
		t.Fatalf("got status %d, want %d and code %s: %s", r.status, status, code, r.text)
	}
}

// fields are those that an invalid request names, with the reasons.
func (r *reply) fields() map[string]string {
	named := map[string]string{}
	list, _ := r.Error.Details["fields"].([]any)
	for _, one := range list {
		f := one.(map[string]any)
		named[f["field"].(string)] = f["reason"].(string)
	}
	return named
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// now is the time by which the operator signs.
func (o *testOperator) now() time.Time {
	if o.clock != nil {
		return o.clock()
	}
	return time.Now()
}

// roundOf is the record of a round that an answer is of.
func (p *testPlayer) roundOf(t testing.TB, e envelope) (record struct{ RoundID, Variant string }) {
	t.Helper()
	must(t, json.Unmarshal(e.Payload, &record))
	p.get(t, "/rounds/"+record.RoundID).into(t, &record)
	return record
}
