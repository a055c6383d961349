package social

import (
	"net/netip"
	"strings"
	"testing"
	"time"
)

func TestMailPrint(t *testing.T) {
	const want = "55e79200c1635b37ad31a378c39feb12f120f116625093a19bc32fff15041149"
	for _, address := range []string{"johndoe@example.com", "John.Doe@Example.com", "j.o.h.n.doe+news@example.com", " JOHNDOE+a+b@example.com "} {
		if got := MailPrint(address); got != want {
			t.Errorf("MailPrint(%q) = %s, want %s", address, got, want)
		}
	}
	for _, address := range []string{"johndoe@example.org", "jane@example.com", "johndoe@examplecom", "johndoe"} {
		if MailPrint(address) == want {
			t.Errorf("%q has the same print", address)
		}
	}
	for s, ok := range map[string]bool{want: true, strings.ToUpper(want): false, want[1:]: false, "": false, strings.Repeat("g", 64): false} {
		if err := CheckPrint(s); (err == nil) != ok {
			t.Errorf("CheckPrint(%q): %v", s, err)
		}
	}
}

func TestParseNet(t *testing.T) {
	for s, want := range map[string]string{
		"192.0.2.7": "192.0.2.7/32", "192.0.2.7/24": "192.0.2.0/24", "2001:db8::1": "2001:db8::1/128", "2001:db8::1/32": "2001:db8::/32",
		"::ffff:192.0.2.7": "192.0.2.7/32", "::ffff:192.0.2.7/120": "192.0.2.0/24", " 10.0.0.0/8 ": "10.0.0.0/8",
		"": "", "192.0.2": "", "192.0.2.0/33": "", "::ffff:192.0.2.7/90": "", "example.org": "", "1.2.3.4/-1": "",
	} {
		p, err := ParseNet(s)
		if (err == nil) != (want != "") || err == nil && p.String() != want {
			t.Errorf("ParseNet(%q) = %v, %v, want %q", s, p, err, want)
		}
	}
}

func TestIPBlockCheck(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	net := netip.MustParsePrefix("192.0.2.0/24")
	for name, tt := range map[string]struct {
		b  IPBlock
		ok bool
	}{
		"no access":           {IPBlock{Net: net, Severity: IPNoAccess}, true},
		"no network":          {IPBlock{Severity: IPNoAccess}, false},
		"no severity":         {IPBlock{Net: net}, false},
		"a long comment":      {IPBlock{Net: net, Severity: IPApproval, Comment: strings.Repeat("x", MaxIPComment)}, true},
		"a longer comment":    {IPBlock{Net: net, Severity: IPApproval, Comment: strings.Repeat("x", MaxIPComment+1)}, false},
		"an end":              {IPBlock{Net: net, Severity: IPNoSignUp, ExpiresAt: now.Add(MaxIPBlock)}, true},
		"an end too far":      {IPBlock{Net: net, Severity: IPNoSignUp, ExpiresAt: now.Add(MaxIPBlock + 1)}, false},
		"an end that was":     {IPBlock{Net: net, Severity: IPNoSignUp, ExpiresAt: now}, false},
		"the machine":         {IPBlock{Net: netip.MustParsePrefix("0.0.0.0/0"), Severity: IPNoAccess}, false},
		"the machine, v6":     {IPBlock{Net: netip.MustParsePrefix("::2/128"), Severity: IPNoAccess}, false},
		"everybody's joining": {IPBlock{Net: netip.MustParsePrefix("0.0.0.0/0"), Severity: IPNoSignUp}, true},
	} {
		if err := tt.b.Check(now); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", name, err, tt.ok)
		}
	}
}

func TestIPTable(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	block := func(net string, s IPSeverity, until time.Time) IPBlock {
		return IPBlock{Net: netip.MustParsePrefix(net), Severity: s, ExpiresAt: until}
	}
	table := NewIPTable([]IPBlock{
		block("198.51.0.0/16", IPApproval, time.Time{}), block("198.51.100.0/24", IPNoSignUp, time.Time{}), block("198.51.100.7/32", IPNoAccess, now.Add(time.Hour)),
		block("2001:db8:1:2:3::4/128", IPNoAccess, time.Time{}), block("203.0.113.0/24", IPNoAccess, now),
	})
	for at, want := range map[string]IPSeverity{
		"198.51.100.7": IPNoAccess, "::ffff:198.51.100.7": IPNoAccess, "198.51.100.8": IPNoSignUp, "198.51.1.1": IPApproval, "198.52.1.1": "",
		"2001:db8:1:2:ffff::1": IPNoAccess, // the rest is theirs to choose
		"2001:db8:1:3::":       "", "203.0.113.9": "", "fe80::1%eth0": "",
	} {
		if got := table.Find(netip.MustParseAddr(at), now); got != want {
			t.Errorf("%s: %q, want %q", at, got, want)
		}
	}
	if got := table.Find(netip.MustParseAddr("198.51.100.7"), now.Add(time.Hour)); got != IPNoSignUp {
		t.Errorf("after its end: %q, want %q", got, IPNoSignUp)
	}
	if got := table.Find(netip.Addr{}, now); got != "" {
		t.Errorf("no address: %q", got)
	}
}

// Blocks of one household are one network's: what has ended hides nothing of
// what goes on.
func TestIPTableOfEndedAndLive(t *testing.T) {
	now := time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)
	block := func(net string, s IPSeverity, lasts time.Duration) IPBlock {
		return IPBlock{Net: netip.MustParsePrefix(net), Severity: s, ExpiresAt: now.Add(lasts)}
	}
	ends, live := block("2001:db8::1/128", IPNoAccess, time.Minute), block("2001:db8::2/128", IPNoSignUp, time.Hour)
	shorter, good := block("2001:db8::3/128", IPNoSignUp, time.Second), block("2001:db8::4/128", IPApproval, 0)
	good.ExpiresAt = time.Time{}
	for _, blocks := range [][]IPBlock{{ends, live, shorter, good}, {good, shorter, live, ends}} {
		table := NewIPTable(blocks)
		for after, want := range map[time.Duration]IPSeverity{0: IPNoAccess, time.Minute: IPNoSignUp, time.Hour: IPApproval} {
			if got := table.Find(netip.MustParseAddr("2001:db8::9"), now.Add(after)); got != want {
				t.Errorf("after %v: %q, want %q", after, got, want)
			}
		}
		if n := len(table.nets[ends.Reach()]); n > len(ipRank) {
			t.Errorf("%d blocks of one network are looked at, at most %d should be", n, len(ipRank))
		}
	}
}

func TestAbove(t *testing.T) {
	if got := strings.Join(Above("A.b.Example."), " "); got != "a.b.example b.example example" {
		t.Error(got)
	}
	if got := Above(""); got != nil {
		t.Error(got)
	}
}

func TestNetworkOf(t *testing.T) {
	t.Parallel()
	for at, want := range map[string]string{"192.0.2.77": "192.0.2.0/24", "2001:db8:1:2::3": "2001:db8:1::/48", "": ""} {
		a, _ := netip.ParseAddr(at)
		if got := NetworkOf(a); got != want {
			t.Errorf("%q is of %q, want %q", at, got, want)
		}
	}
}
