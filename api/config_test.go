package api

import (
	"strings"
	"testing"
	"time"

	"croupier/fairness"
	"croupier/session"
)

func TestConfigNamesAllMistakesAtOnce(t *testing.T) {
	t.Parallel()
	c := Config{Listen: "8080", Mode: "test", DatabaseURL: "postgres://host:port/x", PublicURL: "zzz",
		Limits:  Limits{MessagesPerSecond: -1, MessageBurst: -1, ConnectionsPerIP: -5, RequestsPerSecond: -1, RequestBurst: -1},
		Settler: session.SettlerConfig{Writers: -1},
		Expiry:  session.Expiry{After: session.MinExpiry - 1, In: map[string]time.Duration{"MT": 0}}}
	lines := strings.Split(c.Validate().Error(), "\n")
	want := []string{"catalogue", "connections-per-ip", "database-url", "listen", "master-key", "message-burst", "messages-per-second", "mode",
		"public-url", "request-burst", "requests-per-second", "round-expiry-in", "round-expiry", "settlers"}
	for i, setting := range want {
		if i >= len(lines) || !strings.HasPrefix(lines[i], setting+": ") {
			t.Fatalf("line %d is not about %s:\n%s", i, setting, strings.Join(lines, "\n"))
		}
	}
	good := Config{Listen: "127.0.0.1:0", Mode: "live", DatabaseURL: "postgres:///x?host=/tmp", PublicURL: "https://play.example/",
		MasterKeys: make([]fairness.Key, 1), Catalogue: testCatalogue()}
	if err := good.Validate(); err != nil {
		t.Error(err)
	}
}
