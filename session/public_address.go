package session

import (
	"net"
	"net/netip"
	"slices"
	"strings"
)

// notPublic are the networks that nobody of the public internet has an address in (the IANA registries of special-purpose addresses), with
// those that hold an IPv4 address inside, which could be any of these.
var notPublic = func() (list []netip.Prefix) {
	for _, text := range []string{
		"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
		"192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24",
		"203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
		"::/96",                          // unspecified, loopback, IPv4-compatible
		"::ffff:0:0:0/96",                // IPv4-translated
		"64:ff9b::/96", "64:ff9b:1::/48", // NAT64
		"100::/64", "2001::/23", "2001:db8::/32", "2002::/16", // discard, Teredo and others, documentation, 6to4
		"2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",
	} {
		list = append(list, netip.MustParsePrefix(text))
	}
	return list
}()

// PublicAddress says whether an address is one of the public internet, and so none of our own machines, networks or their services.
// An IPv4 address in IPv6's clothes is judged as what it is.
func PublicAddress(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return a.IsValid() && a.IsGlobalUnicast() && !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(a) })
}

// HiddenHost says of a URL's host whether its very name shows that it is none of the public internet: so that whoever names it is told early.
// Where a name leads is judged when it is called.
func HiddenHost(host string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if a, err := netip.ParseAddr(host); err == nil {
		return !PublicAddress(a)
	}
	return net.ParseIP(host) != nil || host == "localhost" || strings.HasSuffix(host, ".localhost") || strings.HasSuffix(host, ".internal") ||
		strings.HasSuffix(host, ".local")
}
