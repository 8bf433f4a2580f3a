package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"croupier/sandbox/pgtest"
	"croupier/session"
)

// raw asks for a path as it is, and does not follow where it is sent.
func (s *testServer) raw(t testing.TB, method, path string, header http.Header) *http.Response {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, s.URL()+path, nil)
	must(t, err)
	for name, values := range header {
		r.Header[name] = values
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	must(t, err)
	must(t, response.Body.Close())
	return response
}

// Every answer says to browsers what it is not for, whatever becomes of the request.
func TestEveryAnswerHasItsSecurityHeaders(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) {
		c.Extra = func(mux *http.ServeMux, _ *Server) {
			mux.HandleFunc("GET /nothing/panic", func(http.ResponseWriter, *http.Request) { panic("a page's") })
		}
	})
	public := map[string]bool{"/log/checkpoint": true, "/log/key": true, "/.well-known/jwks.json": true,
		"/.well-known/receipt-keys.json": true}
	pages := map[string]bool{"/docs": true, "/docs/docs.js": true, "/rounds": true, "/rounds/x": true, "/recall/main.js": true,
		"/verifier": true, "/verifier/verify.py": true}
	for _, path := range []string{"/docs", "/docs/docs.js", "/rounds", "/rounds/x", "/recall/main.js", "/verifier", "/verifier/verify.py",
		"/openapi.json", "/healthz", "/readyz",
		"/metrics", "/.well-known/jwks.json", "/.well-known/receipt-keys.json", "/log/checkpoint", "/log/key", "/log/tile/x", "/api/v1/games",
		"/api/v1/seeds",
		"/api/v1/nothing", "/nothing", "/nothing/panic", "/ws", "/docs/", "//docs", "/api/v1/../docs"} {
		for _, method := range []string{"GET", "POST", "OPTIONS"} {
			answer := s.raw(t, method, path, nil)
			h := answer.Header
			policy := h.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'none'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("%s %s: policy %q has no %s", method, path, policy, part)
				}
			}
			if strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") || !pages[path] && policy != shut {
				t.Errorf("%s %s: policy %q", method, path, policy)
			}
			resource := "same-origin"
			if public[path] && method == "GET" {
				resource = "cross-origin"
			}
			for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
				"Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": resource, "Strict-Transport-Security": "",
				"Set-Cookie": ""} {
				if got := strings.Join(h.Values(name), "|"); got != want {
					t.Errorf("%s %s (%d): %s is %q, want %q", method, path, answer.StatusCode, name, got, want)
				}
			}
			if strings.HasPrefix(path, "/api/") && answer.StatusCode/100 != 3 && h.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %s: it may be kept: %q", method, path, h.Get("Cache-Control"))
			}
			if allowed := h.Get("Access-Control-Allow-Origin"); allowed != "" && resource != "cross-origin" {
				t.Errorf("%s %s: pages of %s may read it", method, path, allowed)
			}
		}
	}
}

// A server that is reached by https says that it is by nothing else.
func TestHTTPSStaysHTTPS(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.PublicURL = "https://play.example" })
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+s.Addr().String()+"/rounds", nil)
	must(t, err)
	response, err := http.DefaultClient.Do(r)
	must(t, err)
	must(t, response.Body.Close())
	if got := response.Header.Get("Strict-Transport-Security"); got != strictTransport {
		t.Errorf("Strict-Transport-Security is %q", got)
	}
}

// A page is shown in frames of the operator's pages that its URL names, and of nobody else's; what a policy would misread is left out.
func TestPagesAreEmbeddedByTheirOperator(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	one := s.operator(t)
	two, _, err := s.Operators.Create(t.Context(), "Two", session.Sandbox, []string{"http://localhost:9", "https://b.example"})
	must(t, err)
	odd, _, err := s.Operators.Create(t.Context(), "Odd", session.Sandbox, []string{"https://[::1]", "https://e.example"})
	must(t, err)
	_, err = pgtest.Owner(t, s.config.DatabaseURL).Exec(t.Context(), `UPDATE operators SET allowed_origins = $2 || allowed_origins WHERE id = $1`,
		odd.ID, []string{"https://c.example;script-src", "https://d.example,x"}) // as was possible once
	must(t, err)
	none, _, err := s.Operators.Create(t.Context(), "None", session.Sandbox, nil)
	must(t, err)
	for _, page := range []string{"/rounds", "/rounds/x", "/verifier"} {
		for query, want := range map[string]string{
			"": "'none'", "?operator=": "'none'", "?operator=*": "'none'", "?operator=" + uuid.NewString(): "'none'",
			"?operator=" + none.ID.String():         "'none'",
			"?operator=" + one.Operator.ID.String(): "https://casino.example",
			"?operator=" + two.ID.String():          "http://localhost:9 https://b.example",
			"?operator=" + odd.ID.String():          "https://e.example",
		} {
			policy := s.raw(t, "GET", page+query, nil).Header.Get("Content-Security-Policy")
			if _, ancestors, _ := strings.Cut(policy, "frame-ancestors "); ancestors != want {
				t.Errorf("%s%s: frame-ancestors %q, want %q", page, query, ancestors, want)
			}
		}
	}
	for _, page := range []string{"/docs", "/openapi.json", "/api/v1/games", "/nothing", "/healthz"} {
		if policy := s.raw(t, "GET", page+"?operator="+one.Operator.ID.String(),
			nil).Header.Get("Content-Security-Policy"); !strings.HasSuffix(policy, "frame-ancestors 'none'") {
			t.Errorf("%s: policy %q", page, policy)
		}
	}
}

// Who asks for one operator after the other is told of none after a while, and gets the page all the same.
func TestOperatorsCannotBeTriedOut(t *testing.T) {
	t.Parallel()
	s := newTestServer(t, func(c *Config) { c.Limits = Limits{RequestsPerSecond: 0.001, RequestBurst: 3} })
	o := s.operator(t)
	told := 0
	for range 10 {
		answer := s.raw(t, "GET", "/rounds?operator="+o.Operator.ID.String(), nil)
		if answer.StatusCode != http.StatusOK {
			t.Errorf("status %d", answer.StatusCode)
		}
		if strings.Contains(answer.Header.Get("Content-Security-Policy"), "casino.example") {
			told++
		}
	}
	if told != 3 {
		t.Errorf("told %d times, want 3", told)
	}
}
