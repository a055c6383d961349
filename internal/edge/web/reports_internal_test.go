package web

import (
	"net/netip"
	"testing"
)

func TestNetwork(t *testing.T) {
	for at, want := range map[string]string{"192.0.2.77": "192.0.2.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "": "invalid Prefix"} {
		a, _ := netip.ParseAddr(at)
		if got := network(a); got != want {
			t.Errorf("%q is of %q, want %q", at, got, want)
		}
	}
}
