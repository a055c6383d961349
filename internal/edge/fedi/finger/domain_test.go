package finger_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/plaza-social/plaza/internal/social"
)

// TestSpeaksFor is what a domain says of whether an account is its person's.
func TestSpeaksFor(t *testing.T) {
	t.Parallel()
	const actor, jrd = "https://plaza.example/ap/users/1", "application/jrd+json"
	ours := []string{actor}
	for name, x := range map[string]struct {
		kind, body string
		want       social.LinkBack
	}{
		"it is":                      {jrd, described("acct:ada@%s", actor), social.LinksBack},
		"it is, as ours is called":   {jrd, described("acct:ada@plaza.example", actor), social.LinksBack},
		"somebody else":              {jrd, described("acct:ada@%s", actor+"1"), social.LinksNot},
		"in another letter":          {jrd, described("acct:ada@%s", "https://PLAZA.example/ap/users/1"), social.LinksNot},
		"a page, not an actor":       {jrd, `{"subject":"acct:ada@%s","links":[{"rel":"self","type":"text/html","href":"` + actor + `"}]}`, social.LinksNot},
		"a link that is not of self": {jrd, `{"subject":"acct:ada@%s","links":[{"rel":"http://webfinger.net/rel/profile-page","type":"application/activity+json","href":"` + actor + `"}]}`, social.LinksNot},
		"no JSON":                    {"text/html", described("acct:ada@%s", actor), social.LinksNot},
		"broken":                     {jrd, `{"subject":`, social.LinksNot},
		"twice":                      {jrd, `{"links":[],"links":[{"rel":"self","type":"application/activity+json","href":"` + actor + `"}]}`, social.LinksNot},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := says(t, x.kind, x.body)
			if got, err := client(0).SpeaksFor(t.Context(), "ada", p.host, ours); got != x.want || err != nil {
				t.Errorf("it says %s, %v; want %s", got, err, x.want)
			}
		})
	}
	asked := ""
	p := serve(t, func(p *peer, w http.ResponseWriter, r *http.Request) {
		asked = r.URL.RequestURI()
		w.Header().Set("Content-Type", jrd)
		io.WriteString(w, described("acct:ada@"+p.host, actor))
	})
	if got, err := client(0).SpeaksFor(t.Context(), "ada", p.host, ours); got != social.LinksBack || err != nil || asked != "/.well-known/webfinger?resource=acct%3Aada%40"+"127.0.0.1%3A"+p.host[len("127.0.0.1:"):] {
		t.Errorf("asked %s: %s, %v", asked, got, err)
	}
	for host, want := range map[string]social.LinkBack{own: social.LinksNot, "x@y": social.LinksNot, "": social.LinksNot, "127.0.0.1:1": social.Unread} {
		if got, err := client(0).SpeaksFor(t.Context(), "ada", host, ours); got != want || err != nil {
			t.Errorf("%q says %s, %v; want %s", host, got, err, want)
		}
	}
	for code, want := range map[int]social.LinkBack{404: social.LinksNot, 410: social.LinksNot, 403: social.LinksNot, 429: social.Unread, 503: social.Unread} {
		p := serve(t, func(_ *peer, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) })
		if got, err := client(0).SpeaksFor(t.Context(), "ada", p.host, ours); got != want || err != nil {
			t.Errorf("by %d it says %s, %v; want %s", code, got, err, want)
		}
	}
	gone, stop := context.WithCancel(t.Context())
	stop()
	if _, err := client(0).SpeaksFor(gone, "ada", p.host, ours); err == nil || !errors.Is(err, context.Canceled) {
		t.Errorf("when nobody waits any more: %v", err)
	}
}
