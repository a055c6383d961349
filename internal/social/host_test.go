package social

import (
	"strings"
	"testing"
)

func TestCleanHost(t *testing.T) {
	for typed, want := range map[string]string{
		"example.org": "example.org", " Example.ORG. ": "example.org", "https://example.org/about": "example.org", "@example.org": "example.org",
		"https://example.org:8443": "example.org", "bücher.example": "xn--bcher-kva.example",
		"": "", "localhost": "", "a b.example": "", "example.org/x": "", "-x.example": "", "1.2..3": "", "127.0.0.1": "127.0.0.1", "256.0.0.1": "", "1.2.3": "", "x.0x7f": "",
		strings.Repeat("a", 60) + "." + strings.Repeat(strings.Repeat("b", 60)+".", 4) + "example": "",
	} {
		if got, err := CleanHost(typed); got != want || (err == nil) != (want != "") {
			t.Errorf("CleanHost(%q) = %q, %v, want %q", typed, got, err, want)
		}
	}
}

func TestHostBlockCheck(t *testing.T) {
	for name, tt := range map[string]struct {
		b  HostBlock
		ok bool
	}{
		"silence":          {HostBlock{Severity: HostSilence}, true},
		"suspend":          {HostBlock{Severity: HostSuspends}, true},
		"noop":             {HostBlock{Severity: HostNoop}, true},
		"nothing":          {HostBlock{}, false},
		"another":          {HostBlock{Severity: "ban"}, false},
		"a long comment":   {HostBlock{Severity: HostNoop, Public: strings.Repeat("ä", MaxHostComment)}, true},
		"a longer comment": {HostBlock{Severity: HostNoop, Public: strings.Repeat("ä", MaxHostComment+1)}, false},
		"a longer note":    {HostBlock{Severity: HostNoop, Private: strings.Repeat("ä", MaxHostComment+1)}, false},
	} {
		if err := tt.b.Check(); (err == nil) != tt.ok {
			t.Errorf("%s: %v, want ok %v", name, err, tt.ok)
		}
	}
}

func TestHostBlockShown(t *testing.T) {
	for host, want := range map[string]string{"mastodon.example": "mast****.***mple", "a.b": "*.*", "abcdefgh.org": "abc*****.org"} {
		if got := (HostBlock{Host: host, Obfuscate: true}).Shown(); got != want {
			t.Errorf("%s is shown as %s, want %s", host, got, want)
		}
		if got := (HostBlock{Host: host}).Shown(); got != host {
			t.Errorf("%s is shown as %s", host, got)
		}
	}
	const want = "bfabc37432958b063360d3ad6461c9c4735ae7f8edd46592a5e0f01452b2e4b5"
	if got := (HostBlock{Host: "example.org", Obfuscate: true}).Digest(); got != want {
		t.Errorf("digest %s, want %s", got, want)
	}
}

func TestHostRules(t *testing.T) {
	blocks := []HostBlock{{Host: "bad.example", Severity: HostSuspends}, {Host: "but.bad.example", Severity: HostNoop}, {Host: "loud.example", Severity: HostSilence}}
	for _, limited := range []bool{false, true} {
		r := NewHostRules(blocks, []HostAllow{{Host: "friend.example"}, {Host: "loud.example"}}, limited)
		elsewhere := HostNoop
		if limited {
			elsewhere = HostSuspends
		}
		for host, want := range map[string]HostSeverity{"": HostNoop, "friend.example": HostNoop, "loud.example": HostSilence, "bad.example": HostSuspends,
			"a.b.bad.example": HostSuspends, "a.bad.example:8443": HostSuspends, "friend.example:80": HostNoop, "but.bad.example": elsewhere, "notbad.example": elsewhere, "example": elsewhere, "other.example": elsewhere} {
			if got := r.On(host).Severity; got != want {
				t.Errorf("limited %v: %q is %s, want %s", limited, host, got, want)
			}
		}
	}
}

func TestHostWithin(t *testing.T) {
	for _, c := range []struct {
		host, site string
		want       bool
	}{
		{"example.com", "example.com", true},
		{"a.example.com", "example.com", true},
		{"a.b.example.com", "example.com", true},
		{"example.com.", "example.com", true},
		{"a.example.com.", "example.com", true},
		{"a.example.com", "example.com.", true},
		{"evil-example.com", "example.com", false},
		{"evilexample.com", "example.com", false},
		{"example.com.evil.example", "example.com", false},
		{"example.com", "a.example.com", false},
		{"com", "example.com", false},
		{"example.com", "", false},
		{"example.com.", "", false},
		{"example.com", ".", false},
		{"", "example.com", false},
		{"", "", false},
		{".", ".", false},
	} {
		if got := HostWithin(c.host, c.site); got != c.want {
			t.Errorf("%q within %q: %t, want %t", c.host, c.site, got, c.want)
		}
	}
}
