package web_test

import (
	"compress/gzip"
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

func TestPagesAreZipped(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada, nobody := h.member("ada", social.Member), h.browser()
	for _, tt := range []struct {
		what          string
		by            *browser
		path          string
		accepts, from string
		want          bool
	}{
		{"a page", nobody, "/", "deflate, gzip;q=0.8, br", "none", true},
		{"a page found elsewhere", nobody, "/", "gzip", "cross-site", true},
		{"who takes none", nobody, "/", "", "none", false},
		{"who refuses", nobody, "/", "gzip;q=0, br", "none", false},
		{"a member", ada, "/", "gzip", "same-origin", true},
		{"a member sent by another site", ada, "/?x=guess", "gzip", "cross-site", false},
		{"little", nobody, "/robots.txt", "gzip", "none", false},
	} {
		r := httptest.NewRequest("GET", tt.path, nil)
		r.Header.Set("Accept-Encoding", tt.accepts)
		r.Header.Set("Sec-Fetch-Site", tt.from)
		w := tt.by.send(r)
		if got := w.Header().Get("Content-Encoding") == "gzip"; got != tt.want {
			t.Errorf("%s: zipped = %v, want %v", tt.what, got, tt.want)
		}
		if !tt.want {
			continue
		}
		z, err := gzip.NewReader(w.Body)
		if err != nil {
			t.Fatalf("%s: %v", tt.what, err)
		}
		if b, err := io.ReadAll(z); err != nil || !strings.HasSuffix(string(b), "</html>") {
			t.Errorf("%s: %v, ends with %q", tt.what, err, b[max(0, len(b)-20):])
		}
		if w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: Vary = %q", tt.what, w.Header().Get("Vary"))
		}
	}
}

func TestWhoMayBeFound(t *testing.T) {
	t.Parallel()
	h := open(t)
	want(t, h.browser().get("/robots.txt"), 200, "User-agent: GPTBot\n", "User-agent: *\nAllow: /$\nAllow: /about\n", "Disallow: /settings\n")
	ada := h.member("ada", social.Member)
	post, quiet := ada.say("Here I am.", social.Public), ada.say("psst", social.Unlisted)
	hidden := []string{"/@ada", "/@ada/with_replies", "/@ada/followers", post, quiet, post + "/likes", post + "/boosts", post + "/history"}
	for _, path := range hidden {
		want(t, h.browser().get(path), 200, `content="noindex`)
	}
	ada.post("/settings/privacy", "indexable", "1", "visibility", "public")
	want(t, h.browser().get("/@ada"), 200, `!content="noindex`)
	want(t, h.browser().get(post), 200, `!content="noindex`)
	want(t, h.browser().get(quiet), 200, `content="noindex`)
	want(t, h.browser().get("/"), 200, `!content="noindex`)
}
