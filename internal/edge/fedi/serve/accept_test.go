package serve_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/blob"
	"github.com/plaza-social/plaza/internal/social"
)

// TestAccept asks at the same addresses for documents and for pages.
func TestAccept(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	h := open(t, s)
	p := h.publish(ada, social.Draft{Text: "Bread"})
	const ld = `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`
	for _, c := range []struct {
		accept     string
		atID, page bool // a document is what is wanted at its id, and at the page
	}{
		{"", true, false}, {"*/*", true, false}, {"application/*", true, false}, {"text/html", false, false}, {"text/html, */*;q=0.1", false, false},
		{as2Type, true, true}, {ld, true, true}, {ld + ", " + as2Type, true, true}, {as2Type + ", text/html", true, true}, {"text/html, " + as2Type, false, false},
		{as2Type + ";q=0.5, text/html", false, false}, {as2Type + ", text/html;q=0.5", true, true}, {"text/html;q=0.8, " + as2Type + ";q=0.9", true, true},
		{"application/ld+json", true, true}, {`application/ld+json; profile="https://example.org/"`, true, false}, {"application/json", true, true},
		{as2Type + ";q=0", true, false}, {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", false, false}, {as2Type + ";q=2", true, false},
		{strings.Repeat("a/b,", 100) + as2Type, true, false}, {";;;,,,", true, false},
	} {
		for _, at := range []struct {
			path, page string
			want       bool
		}{
			{person(ada), "/@ada", c.atID}, {postPath(p), fmt.Sprint("/@ada/", p.ID), c.atID}, {fmt.Sprint("/ap/threads/", p.ID), fmt.Sprint("/@ada/", p.ID), c.atID},
			{"/@ada", "", c.page}, {fmt.Sprint("/@ada/", p.ID), "", c.page},
		} {
			r := s.URL + at.path
			a := h.ask("GET", r, c.accept)
			document := strings.HasPrefix(a.Header.Get("Content-Type"), as2Type)
			if document != at.want {
				t.Errorf("Accept: %.80s at %s is answered with %d %s", c.accept, at.path, a.Status, a.Header.Get("Content-Type"))
			}
			if to := a.Header.Get("Location"); !document && at.page != "" && (a.Status != 302 || to != s.URL+at.page) {
				t.Errorf("Accept: %.80s at %s leads to %d %s", c.accept, at.path, a.Status, to)
			}
			if vary := strings.Join(a.Header.Values("Vary"), ", "); !strings.Contains(vary, "Accept, Signature") {
				t.Errorf("%s depends on %q", at.path, vary)
			}
			if b := h.ask("HEAD", r, c.accept); b.Status != a.Status || len(b.Body) > 0 || b.Header.Get("Content-Type") != a.Header.Get("Content-Type") {
				t.Errorf("HEAD %s: %d, and GET %d", at.path, b.Status, a.Status)
			}
		}
	}
	hidden := h.publish(ada, social.Draft{Text: "Bread", Visibility: social.Direct})
	there, not := h.ask("GET", s.URL+postPath(hidden), "text/html"), h.ask("GET", s.URL+fmt.Sprint("/ap/posts/", hidden.ID+1), "text/html")
	if a, b := there.Header.Get("Location"), not.Header.Get("Location"); there.Status != not.Status || strings.TrimSuffix(a, fmt.Sprint(hidden.ID)) != strings.TrimSuffix(b, fmt.Sprint(hidden.ID+1)) {
		t.Errorf("a browser is led to %s for a message, and to %s for nothing", a, b)
	}
}

// TestFilesAreNoDocuments checks that nothing somebody sent here can pass for
// what we say: https://www.w3.org/TR/activitypub/#security-considerations
func TestFilesAreNoDocuments(t *testing.T) {
	for _, kind := range blob.Supported() {
		if strings.Contains(kind, "json") || !slices.Contains([]string{"image", "video", "audio"}, strings.Split(kind, "/")[0]) {
			t.Errorf("files of type %s are taken", kind)
		}
	}
}
