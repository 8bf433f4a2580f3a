package api

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"
	"time"

	"croupier/session"
)

// outbound is how this server calls URLs that others name. This is the one place where it does: TestServerCallsNobody says so.
type outbound struct {
	client *http.Client
	live   bool
}

// newOutbound returns the way out of a server. timeout bounds a call from the look-up of the name to the last byte of the answer; perHost
// connections to one host are kept open for the next call. Addresses are checked when a connection is made, after the name was looked up: so no name leads
// inside, whatever it led to before. A live server calls the public internet by https and nothing else; one in sandbox mode calls its own
// machine and network too, and by http. Redirects are not followed, and no proxy of the environment is used.
func newOutbound(live bool, timeout time.Duration, perHost int) *outbound {
	dialer := &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error {
		return mayCall(address, live)
	}}
	return &outbound{live: live, client: &http.Client{
		Timeout: timeout,
		Transport: &http.Transport{
			DialContext: dialer.DialContext, TLSHandshakeTimeout: timeout, ResponseHeaderTimeout: timeout,
			MaxIdleConns: 256, MaxIdleConnsPerHost: perHost, IdleConnTimeout: 30 * time.Second, MaxResponseHeaderBytes: 16 << 10,
			DisableCompression: true, // what comes is no larger than it says
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// mayCall refuses an address, as "192.0.2.1:443", that a server must not be made to call.
func mayCall(address string, live bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("call %s: %w", address, err)
	}
	a := at.Addr().Unmap()
	if session.PublicAddress(a) || !live && (a.IsLoopback() || a.IsPrivate()) {
		return nil
	}
	return fmt.Errorf("call %s: it is no address of the public internet", a)
}

// do sends a request. Its URL must be one of https, or of http on a server in sandbox mode.
func (o *outbound) do(r *http.Request) (*http.Response, error) {
	if r.URL.Scheme != "https" && (o.live || r.URL.Scheme != "http") {
		return nil, fmt.Errorf("call %s: it is not https", r.URL.Host)
	}
	return o.client.Do(r)
}

// newOutboundRequest makes a request for outbound.do.
func newOutboundRequest(ctx context.Context, url string) (*http.Request, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err == nil {
		r.Header.Set("User-Agent", "croupier")
	}
	return r, err
}
