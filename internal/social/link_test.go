package social

import (
	"strings"
	"testing"
)

func TestLinkURL(t *testing.T) {
	for in, want := range map[string]string{
		"HTTPS://Example.ORG":                                       "https://example.org/",
		"https://example.org:443/A?b=1#c":                           "https://example.org/A?b=1",
		"http://example.org:8080/":                                  "http://example.org:8080/",
		"https://example.org/?utm_source=x&b=2&fbclid=3&a":          "https://example.org/?b=2&a",
		"https://example.org/%41?":                                  "https://example.org/%41",
		"ftp://example.org/":                                        "",
		"https:///x":                                                "",
		"https://ada:secret@example.org/":                           "",
		"javascript:alert(1)":                                       "",
		"https://exa mple.org/":                                     "",
		"https://example.org/" + strings.Repeat("a", MaxLinkURL-20): "https://example.org/" + strings.Repeat("a", MaxLinkURL-20),
		"https://example.org/" + strings.Repeat("a", MaxLinkURL-19): "",
	} {
		if got, ok := LinkURL(in); got != want || ok != (want != "") {
			t.Errorf("%.60s: %.60s, %v; want %.60s", in, got, ok, want)
		}
	}
}

func TestCredited(t *testing.T) {
	a := Account{Standing: Good, Wishes: Wishes{Credits: []string{"paper.example"}}}
	for host, want := range map[string]bool{"paper.example": true, "www.paper.example": true, "newspaper.example": false, "example": false, "": false} {
		if got := a.Credited(host); got != want {
			t.Errorf("%s: %v, want %v", host, got, want)
		}
	}
	if a.Standing = Suspended; a.Credited("paper.example") {
		t.Error("who is suspended is credited")
	}
}
