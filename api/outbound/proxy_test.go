package outbound

import (
	"net/http"
	"testing"
)

// A proxy of the environment would dial for us, wherever it is told to.
func TestNoProxyIsAsked(t *testing.T) {
	t.Parallel()
	way, ok := Way{}.Client().Transport.(secured)
	if !ok {
		t.Fatal("what is not https passes")
	}
	if transport, ok := way.next.(*http.Transport); !ok || transport.Proxy != nil {
		t.Error("a proxy of the environment is asked")
	}
}
