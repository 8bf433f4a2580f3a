package api

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestClientIPBelievesTrustedProxiesOnly(t *testing.T) {
	t.Parallel()
	trusted := proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, tt := range []struct {
		name, peer string
		forwarded  []string
		want       string
	}{
		{"no proxy", "203.0.113.9:1000", nil, "203.0.113.9"},
		{"a client that pretends", "203.0.113.9:1000", []string{"198.51.100.1"}, "203.0.113.9"},
		{"one proxy", "10.0.0.1:1000", []string{"203.0.113.9"}, "203.0.113.9"},
		{"two proxies, in two headers", "[::1]:1000", []string{"203.0.113.9", "10.0.0.2"}, "203.0.113.9"},
		{"a client that pretends behind a proxy", "10.0.0.1:1000", []string{"198.51.100.1, 203.0.113.9"}, "203.0.113.9"},
		{"a proxy that says nothing", "10.0.0.1:1000", nil, "10.0.0.1"},
		{"a proxy that was told rubbish", "10.0.0.1:1000", []string{"<script>"}, "10.0.0.1"},
		{"an IPv4 address in IPv6 clothes", "10.0.0.1:1000", []string{"::ffff:203.0.113.9"}, "203.0.113.9"},
		{"the network of an IPv6 client", "[2001:db8:1:2:3:4:5:6]:1000", nil, "2001:db8:1:2::"},
	} {
		r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
		if got := trusted.client(r).String(); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
}
