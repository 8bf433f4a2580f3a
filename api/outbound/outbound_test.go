package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"croupier/api/outbound"
)

// Addresses that lead into the house, or nowhere, are refused however they are written.
func TestAddressesThatAreNotCalled(t *testing.T) {
	t.Parallel()
	for address, want := range map[string]struct{ live, open bool }{
		"8.8.8.8": {true, true}, "93.184.216.34": {true, true}, "2606:2800:220:1::1": {true, true}, "::ffff:8.8.8.8": {true, true},
		"127.0.0.1": {false, true}, "127.8.9.1": {false, true}, "::1": {false, true}, "::ffff:127.0.0.1": {false, true},
		"10.0.0.1": {false, true}, "172.16.0.1": {false, true}, "172.31.255.255": {false, true}, "192.168.1.1": {false, true}, "fd00::1": {false, true},
		"::ffff:10.0.0.1": {false, true}, "fc00::7": {false, true}, "172.32.0.1": {true, true},
		"169.254.169.254": {}, "fe80::1": {}, "fe80::1%eth0": {}, "::ffff:169.254.169.254": {}, "100.64.0.1": {}, "100.127.255.255": {},
		"0.0.0.0": {}, "0.1.2.3": {}, "::": {}, "::7f00:1": {}, "224.0.0.1": {}, "ff02::1": {}, "255.255.255.255": {}, "240.0.0.1": {},
		"192.0.2.1": {}, "198.18.0.1": {}, "198.51.100.7": {}, "203.0.113.9": {}, "192.0.0.8": {}, "192.88.99.1": {},
		"64:ff9b::7f00:1": {}, "64:ff9b::a00:1": {}, "64:ff9b:1::1": {}, "2002:7f00:1::": {}, "2001::1": {}, "2001:db8::1": {}, "fec0::1": {}, "100::1": {},
		"::ffff:0:127.0.0.1": {},
	} {
		a := netip.MustParseAddr(address)
		for _, open := range []bool{false, true} {
			may := want.live
			if open {
				may = want.open
			}
			if err := outbound.Check(a, open); (err == nil) != may || err != nil && !errors.Is(err, outbound.ErrRefused) {
				t.Errorf("%s, open %v: %v", address, open, err)
			}
		}
	}
}

// A live server calls nothing inside, however it is written, and nothing that another leads to; and https only.
func TestOutboundCallsStayOutside(t *testing.T) {
	t.Parallel()
	called := false
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { called = true }))
	t.Cleanup(inside.Close)
	secured := httptest.NewTLSServer(inside.Config.Handler)
	t.Cleanup(secured.Close)
	_, port, _ := strings.Cut(strings.TrimPrefix(secured.URL, "https://"), ":")
	live := outbound.Way{Timeout: time.Second, PerHost: 1}.Client()
	for _, url := range []string{inside.URL, secured.URL, "https://localhost:" + port, "https://[::ffff:127.0.0.1]:" + port,
		"http://8.8.8.8/", "ftp://8.8.8.8/"} {
		response, err := live.Get(url)
		if err == nil {
			response.Body.Close()
		}
		if !errors.Is(err, outbound.ErrRefused) {
			t.Errorf("%s: %v", url, err)
		}
	}
	if called {
		t.Error("what is inside was called")
	}
	elsewhere := httptest.NewServer(http.RedirectHandler(inside.URL, http.StatusTemporaryRedirect))
	t.Cleanup(elsewhere.Close)
	response, err := outbound.Way{Timeout: time.Second, PerHost: 1, Open: true}.Client().Get(elsewhere.URL)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	if response.StatusCode != http.StatusTemporaryRedirect || called {
		t.Error("a redirect was followed")
	}
}
