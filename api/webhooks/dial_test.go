package webhooks

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/uuid"

	"croupier/api/outbound"
	"croupier/session"
	"croupier/wallet"
)

// What an endpoint may be called is judged when it is made, as far as it can be.
func TestRefusedURLs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct{ live, open bool }{
		"https://hooks.example/a?b=c": {true, true}, "https://hooks.example:8443/": {true, true}, "http://hooks.example": {false, true},
		"http://127.0.0.1:9000/": {false, true}, "https://127.0.0.1/": {false, true}, "https://[::1]/": {false, true}, "https://localhost/": {false, true},
		"https://LOCALHOST./": {false, true}, "https://metadata.google.internal/": {false, true}, "https://10.1.1.1/": {false, true},
		"https://user:password@hooks.example/": {}, "https://hooks.example/#a": {}, "ftp://hooks.example/": {}, "file:///etc/passwd": {}, "https://": {},
		"//hooks.example/": {}, "hooks.example": {}, "": {}, "https://hooks.example/\n": {}, "https://hooks.example/ x": {}, "javascript:alert(1)": {},
		"https://" + strings.Repeat("a", 2050): {}, "gopher://hooks.example": {}, "https:hooks.example": {},
	} {
		if live, open := wrongURL(text, false) == "", wrongURL(text, true) == ""; live != want.live || open != want.open {
			t.Errorf("%q: live %v, open %v", text, live, open)
		}
	}
}

// nameServer answers every question with the next of some addresses, the last again and again, over a pipe.
func nameServer(t *testing.T, asked *atomic.Int32, addresses ...[4]byte) *net.Resolver {
	t.Helper()
	at, err := net.ListenPacket("udp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { at.Close() })
	go func() {
		q := make([]byte, 512)
		for {
			n, from, err := at.ReadFrom(q)
			if err != nil {
				return
			}
			end := 12
			for q[end] != 0 {
				end += int(q[end]) + 1
			}
			end += 5                                                                               // the root, type and class
			answer := append([]byte{q[0], q[1], 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0}, q[12:end]...) // no answer: no IPv6 address
			if q[end-3] == 1 && n >= end {                                                         // A
				i := min(int(asked.Add(1)), len(addresses))
				answer[7] = 1
				answer = append(answer, 0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 0, 0, 4)
				answer = append(answer, addresses[i-1][:]...)
			}
			_, _ = at.WriteTo(answer, from)
		}
	}()
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", at.LocalAddr().String())
	}}
}

// A name that was public when the endpoint was made, and leads to this machine when it is called, is not called: the address is judged
// when it is dialled, and not before.
func TestNamesThatLeadElsewhere(t *testing.T) {
	t.Parallel()
	called := make(chan struct{}, 10)
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called <- struct{}{} }))
	t.Cleanup(inside.Close)
	_, port, _ := net.SplitHostPort(inside.Listener.Addr().String())
	var asked atomic.Int32
	resolver := nameServer(t, &asked, [4]byte{93, 184, 216, 34}, [4]byte{127, 0, 0, 1})
	// What a check before the call would see.
	seen, err := resolver.LookupNetIP(t.Context(), "ip4", "rebinds.example")
	must(t, err)
	if len(seen) != 1 || outbound.Check(seen[0].Unmap(), false) != nil {
		t.Fatalf("a check before would see %v", seen)
	}
	s := &sender{client: Dialing{Resolver: resolver}.client(1), url: "https://rebinds.example:" + port + "/", now: (&handClock{}).now}
	r := s.send(t.Context(), &event{id: "evt_1", kind: TestEvent, data: []byte(`{}`)})
	if r == nil || r.failure != "not called: the address is not public" || r.status != 0 || asked.Load() < 2 {
		t.Errorf("%+v after %d questions", r, asked.Load())
	}
	// The same with what a sandbox allows shows that the way there works.
	s.client, s.url = Dialing{Resolver: resolver, Open: true}.client(1), strings.Replace(s.url, "https", "http", 1)
	if r := s.send(t.Context(), &event{id: "evt_1", kind: TestEvent, data: []byte(`{}`)}); r == nil || r.failure != "" {
		t.Errorf("%+v", r)
	}
	if len(called) != 1 {
		t.Errorf("it was called %d times", len(called))
	}
}

// A receiver cannot lead the server on: a redirect is a failure, a proxy of the environment is not asked, and of an answer that never ends
// little is read. What is kept of it is one printable line.
func TestReceiversCannotLeadOn(t *testing.T) {
	t.Parallel()
	var elsewhere atomic.Int32
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { elsewhere.Add(1) }))
	t.Cleanup(other.Close)
	answers := map[string]func(w http.ResponseWriter){
		"redirect": func(w http.ResponseWriter) {
			w.Header().Set("Location", other.URL)
			w.WriteHeader(http.StatusTemporaryRedirect)
		},
		"lies": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, "level=ERROR\nmsg=\"all is lost\"\r\x1b[2J\u202e\xff\x00 end")
		},
		"endless": func(w http.ResponseWriter) {
			w.WriteHeader(http.StatusBadRequest)
			for {
				if _, err := io.WriteString(w, strings.Repeat("all work and no play ", 1000)); err != nil {
					return
				}
			}
		},
	}
	receiver := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { answers[r.URL.Path[1:]](w) }))
	t.Cleanup(receiver.Close)
	roots := x509.NewCertPool()
	roots.AddCert(receiver.Certificate())
	client := Dialing{Open: true, TLS: &tls.Config{RootCAs: roots}}.client(1)
	for path, want := range map[string]string{"redirect": "answered 307", "lies": "answered 400", "endless": "answered 400"} {
		s := &sender{client: client, url: receiver.URL + "/" + path, now: (&handClock{}).now}
		r := s.send(t.Context(), &event{id: "evt_1", kind: TestEvent, data: []byte(`{}`)})
		if r == nil || r.failure != want || len(r.answer) > maxAnswer || !printable(r.answer) {
			t.Errorf("%s: %+v", path, r)
		}
		if path == "lies" && (!strings.HasPrefix(r.answer, `level=ERROR msg="all is lost"`) || strings.ContainsAny(r.answer, "\n\r\x1b\x00")) {
			t.Errorf("%q is kept", r.answer)
		}
	}
	if elsewhere.Load() != 0 {
		t.Error("a redirect was followed")
	}
	untrusted := &sender{client: Dialing{Open: true}.client(1), url: receiver.URL + "/lies", now: (&handClock{}).now}
	if r := untrusted.send(t.Context(), &event{id: "evt_1", kind: TestEvent, data: []byte(`{}`)}); r.status != 0 || !strings.Contains(r.failure, "certificate") {
		t.Errorf("a certificate of nobody's: %+v", r)
	}
}

// No secret is in the database in the clear, or in what is logged or listed.
func TestSecretsOfWebhooksStaySecret(t *testing.T) {
	t.Parallel()
	b := setup(t)
	e, secret, err := b.Create(t.Context(), b.operator.ID, Spec{URL: "http://127.0.0.1:1/", Events: []wallet.EventType{AllEvents}})
	must(t, err)
	again, err := b.RotateSecret(t.Context(), b.operator.ID, e.ID, 0)
	must(t, err)
	b.player(t, "1.00")
	b.deliver(t)
	if _, err := b.Test(t.Context(), b.operator.ID, e.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Test(t.Context(), uuid.New(), e.ID); !isCode(err, session.NotFound) {
		t.Errorf("another operator tests it: %v", err)
	}
	for _, shown := range []string{secret, again} {
		raw := strings.TrimPrefix(shown, secretPrefix)
		if len(raw) != 44 || raw == shown {
			t.Fatalf("%q", shown)
		}
		if strings.Contains(b.logs.String(), raw) {
			t.Error("a secret is in the log")
		}
		for _, table := range []string{"webhook_endpoints", "webhook_secrets", "webhook_letters", "webhook_deliveries"} {
			if n := b.count(t, `SELECT count(*) FROM `+table+` x WHERE x::text LIKE '%' || $1 || '%'
				OR x::text LIKE '%' || encode(decode($1, 'base64'), 'hex') || '%'`, raw); n != 0 {
				t.Errorf("a secret is in %s", table)
			}
		}
	}
}
