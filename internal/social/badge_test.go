package social_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// TestBadgeHosts shows domains in letters that cannot be mistaken for others.
func TestBadgeHosts(t *testing.T) {
	now := time.Now()
	for value, want := range map[string]string{
		"https://Ada.example/":                "ada.example",
		"https://ada.example./":               "ada.example",
		"https://раураl.example/":             "xn--l-7sba6dbr.example",
		"https://müller.example":              "xn--mller-kva.example",
		"https://ada.example:8443/":           "ada.example:8443",
		"https://ada@evil.example/":           "", // no link at all
		"https://ada.example/you":             "",
		"https://ada.example/?to=x":           "",
		"https://ada.example/#paypal.example": "ada.example",
		"http://ada.example/":                 "",
		"https://a\u200bda.example/":          "ada.example",
		"https://ada\u2024example/":           "",
		"ada.example":                         "",
	} {
		if got := (social.Field{Value: value}).Domain(); got != want {
			t.Errorf("%q is of the domain %q, want %q", value, got, want)
		}
	}
	a := social.Account{Standing: social.Good, Kind: social.Person, Fields: []social.Field{{Value: "https://www.раураl.example/me", VerifiedAt: &now}}}
	if got := social.Badges(a, social.Member, nil); len(got) != 1 || got[0].Host != "xn--l-7sba6dbr.example" {
		t.Errorf("a link: %+v", got)
	}
}
