package webhooks

import (
	"crypto/tls"
	"net"
	"net/http"
	"time"

	"croupier/api/outbound"
)

// Dialing is how endpoints are reached. The zero value is what a live server uses.
type Dialing struct {
	Open     bool          // see Hooks.Open
	Resolver *net.Resolver // nil: the system's
	TLS      *tls.Config   // nil: the system's roots
}

// The limits of one attempt.
const (
	attemptTimeout = 10 * time.Second
	maxAnswer      = 500     // bytes of an answer that are kept of a failure
	maxRead        = 4 << 10 // bytes of an answer that are read at all
)

// client calls endpoints.
func (d Dialing) client(perHost int) *http.Client {
	return outbound.Way{Timeout: attemptTimeout, PerHost: perHost, Open: d.Open, Resolver: d.Resolver, TLS: d.TLS}.Client()
}
