package webhooks

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
)

// errRefusedAddress is why an endpoint is not called whose name leads into the house.
var errRefusedAddress = errors.New("the address is not public")

// notPublic are the networks beside those that netip knows that lead nowhere, to this house, or to another address that is written in
// them (IANA's registries of special-purpose addresses).
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
	"240.0.0.0/4",
	"::/96", "::ffff:0:0:0/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
	"5f00::/16", "fec0::/10",
)

func prefixes(list ...string) (all []netip.Prefix) {
	for _, p := range list {
		all = append(all, netip.MustParsePrefix(p))
	}
	return all
}

// checkAddress returns errRefusedAddress for an address that an endpoint may not have. Where they may be private (open), they still may
// not be link-local: there clouds give away their machines' credentials.
func checkAddress(a netip.Addr, open bool) error {
	a = a.WithZone("").Unmap()
	if open && (a.IsLoopback() || a.IsPrivate()) {
		return nil
	}
	hidden := !a.IsGlobalUnicast() || a.IsPrivate() || a.IsLoopback() || a.IsLinkLocalUnicast() || a.IsMulticast() || a.IsUnspecified()
	for _, p := range notPublic {
		hidden = hidden || p.Contains(a)
	}
	if hidden {
		return fmt.Errorf("%w: %s", errRefusedAddress, a)
	}
	return nil
}

// hiddenName says that a host is written as an address that is refused, or as this machine: so the mistake is told at once.
func hiddenName(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return checkAddress(a, false) != nil
	}
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".internal") || strings.HasSuffix(host, ".local")
}

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

// client calls endpoints. The address is checked when it is dialled, after the name was resolved, so no name can lead elsewhere between a
// check and its use. No redirect is followed, and no proxy of the environment is asked: it would dial for us.
func (d Dialing) client(perHost int) *http.Client {
	dialer := &net.Dialer{Timeout: 5 * time.Second, KeepAlive: 30 * time.Second, Resolver: d.Resolver,
		ControlContext: func(_ context.Context, network, address string, _ syscall.RawConn) error {
			at, err := netip.ParseAddrPort(address)
			if err != nil || !strings.HasPrefix(network, "tcp") {
				return fmt.Errorf("%w: %s %s", errRefusedAddress, network, address)
			}
			return checkAddress(at.Addr(), d.Open)
		}}
	return &http.Client{
		Timeout:       attemptTimeout,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport: &http.Transport{
			Proxy: nil, DialContext: dialer.DialContext, TLSClientConfig: d.TLS, ForceAttemptHTTP2: true,
			MaxIdleConns: 512, MaxIdleConnsPerHost: perHost, MaxConnsPerHost: 2 * perHost, IdleConnTimeout: 30 * time.Second,
			TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: 16 << 10, DisableCompression: true,
		},
	}
}
