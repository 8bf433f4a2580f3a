package api

import (
	"net/http"
	"net/netip"
	"strings"
)

// proxies are those whose X-Forwarded-For is believed.
type proxies []netip.Prefix

// client is whom limits count a request by: an IPv4 address, or the /64 network of an IPv6 address, which is what one client is given.
func (p proxies) client(r *http.Request) netip.Addr {
	address := p.address(r)
	if address.Is6() {
		network, _ := address.Prefix(64) // 64 bits fit
		return network.Addr()
	}
	return address
}

// address is where a request comes from: the peer, or whom a trusted proxy says that it speaks for. Of X-Forwarded-For only what trusted
// proxies appended is believed, so it is the last address that is not one of theirs. It is not valid where nothing is known.
func (p proxies) address(r *http.Request) netip.Addr {
	peer, err := netip.ParseAddrPort(r.RemoteAddr)
	if err != nil {
		return netip.Addr{}
	}
	address := peer.Addr().Unmap()
	hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
	for i := len(hops) - 1; i >= 0 && p.trust(address); i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			break // whoever wrote this did not write an address: nothing before it can be believed either
		}
		address = hop.Unmap()
	}
	return address.WithZone("")
}

func (p proxies) trust(address netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(address.WithZone("")) {
			return true
		}
	}
	return false
}
