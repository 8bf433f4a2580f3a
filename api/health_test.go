package api

import (
	"net/http"
	"strings"
	"testing"
)

func TestProbes(t *testing.T) {
	t.Parallel()
	s := newTestServer(t)
	s.operator(t).player(t, "USD", "1")
	for path, want := range map[string]string{
		"/healthz":               `"status":"ok"`,
		"/readyz":                `"checks":{"database":"ok","schema":"ok","settler":"ok"},"status":"ready"`,
		"/.well-known/jwks.json": `"kty":"OKP"`,
		"/metrics":               `croupier_rest_request_seconds_count{method="POST",route="/api/v1/test/players",status="200"} 1`,
	} {
		reply := s.get(t, path)
		if reply.status != http.StatusOK || !strings.Contains(reply.text, want) {
			t.Errorf("%s: status %d, want %s in %.2000s", path, reply.status, want, reply.text)
		}
	}
}
