// Package outbound is the only way out of a server: to URLs that operators named, for their keys, their wallets and their webhooks. It must
// never let a name lead to what stands behind our own walls. TestServerCallsNobody says that there is no other way.
package outbound

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"croupier/session"
)

// ErrRefused is why something is not called: its address is none of the public internet, or it is not called by https.
var ErrRefused = errors.New("the address is not public")

// Way is how others are called. The zero value of Open, Resolver and TLS is what a live server uses.
type Way struct {
	Timeout  time.Duration // of one call, from the look-up of the name to the last byte of the answer
	PerHost  int           // connections to one host that are kept open for the next call; twice as many there may be
	Open     bool          // this machine and private networks may be called too, and by http: for a server in sandbox mode
	Resolver *net.Resolver // nil: the system's
	TLS      *tls.Config   // nil: the system's roots
}

// Check returns ErrRefused for an address that must not be called. Where private ones may be (open), link-local ones still may not: there
// clouds give away their machines' credentials.
func Check(a netip.Addr, open bool) error {
	a = a.WithZone("").Unmap()
	if session.PublicAddress(a) || open && (a.IsLoopback() || a.IsPrivate()) {
		return nil
	}
	return fmt.Errorf("%w: %s", ErrRefused, a)
}

// Client makes a client. The address is checked when it is dialled, after the name was resolved, so no name can lead elsewhere between a check
// and its use. No redirect is followed, no proxy of the environment is asked, which would dial for us, and what comes is no larger than it says.
func (w Way) Client() *http.Client {
	dialer := &net.Dialer{Timeout: min(w.Timeout, 5*time.Second), KeepAlive: 30 * time.Second, Resolver: w.Resolver,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !strings.HasPrefix(network, "tcp") {
				return fmt.Errorf("%w: %s %s", ErrRefused, network, address)
			}
			return Check(at.Addr(), w.Open)
		}}
	return &http.Client{
		Timeout:       w.Timeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: secured{open: w.Open, next: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSClientConfig: w.TLS, ForceAttemptHTTP2: true,
			MaxIdleConns: 512, MaxIdleConnsPerHost: w.PerHost, MaxConnsPerHost: 2 * w.PerHost, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: min(w.Timeout, 5*time.Second), MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
		}},
	}
}

// secured lets nothing pass but https, unless it is open.
type secured struct {
	open bool
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (s secured) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && (!s.open || r.URL.Scheme != "http") {
		return nil, fmt.Errorf("%w: %s is not https", ErrRefused, r.URL.Scheme)
	}
	return s.next.RoundTrip(r)
}

// CloseIdleConnections lets http.Client close what is kept open.
func (s secured) CloseIdleConnections() {
	if t, ok := s.next.(*http.Transport); ok {
		t.CloseIdleConnections()
	}
}
