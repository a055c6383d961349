package doors

import (
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestEmbed shows posts on pages elsewhere: those that are for everybody.
func TestEmbed(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	cookie := signIn(t, s, ada)
	at := func(address string) string { return "/api/oembed?url=" + url.QueryEscape(address) }
	for kind, want := range map[string]int{"public": 200, "unlisted": 200, "private": 404, "direct": 404} {
		p := ada.Post(`Look "here" <b>`, kind)
		page := "/@ada/" + p.ID
		for who, options := range map[string][]option{"a stranger": nil, "its author": {bearer(ada.Token), session(cookie)}} {
			wantStatus(t, kind+" for "+who, send(t, s, "GET", page+"/embed", options...), want)
			a := send(t, s, "GET", at(s.URL+page), options...)
			if wantStatus(t, kind+" for "+who, a, want); want != 200 {
				continue
			}
			var e struct {
				Type, HTML, Title string
				Width             int
				Height            *int
			}
			a.JSON(t, &e)
			if e.Type != "rich" || e.Width != 400 || e.Height != nil || !strings.Contains(e.HTML, `src="`+s.URL+page+`/embed"`) || strings.Contains(e.HTML, "<b>") {
				t.Errorf("%+v", e)
			}
		}
		shown := string(send(t, s, "GET", page, session(cookie)).Body)
		if strings.Contains(shown, "application/json+oembed") != (want == 200) {
			t.Errorf("the page of a %s post tells of its oEmbed answer: %v", kind, want != 200)
		}
		if want == 200 && !strings.Contains(shown, `property="og:type" content="article"`) {
			t.Errorf("the page of a %s post does not say what it is", kind)
		}
	}
	p := ada.Post("Framed", "public")
	a := send(t, s, "GET", "/@ada/"+p.ID+"/embed", session(cookie))
	csp := a.Header.Get("Content-Security-Policy")
	if !strings.Contains(csp, "frame-ancestors *") || strings.Contains(csp, "script-src") || a.Header.Get("X-Frame-Options") != "" {
		t.Errorf("its policy is %q", csp)
	}
	if body := string(a.Body); strings.Contains(body, "<script") || strings.Contains(body, "<form") || !strings.Contains(body, "Framed") {
		t.Errorf("the page to embed: %.3000s", body)
	}
	if csp := send(t, s, "GET", "/@ada/"+p.ID).Header.Get("Content-Security-Policy"); !strings.Contains(csp, "frame-ancestors 'none'") {
		t.Errorf("the page itself may be framed: %q", csp)
	}
	for _, wrong := range []string{"", "x", s.URL, s.URL + "/@ada", s.URL + "/@ada/1", "https://example.org/@ada/" + p.ID, s.URL + "/@ada/" + p.ID + "/likes", "javascript:alert(1)"} {
		wantStatus(t, wrong, send(t, s, "GET", at(wrong)), 404)
	}
	wantStatus(t, "as XML", send(t, s, "GET", at(s.URL+"/@ada/"+p.ID)+"&format=xml"), 422)
	for size, want := range map[string]string{"maxwidth=1": `width="220"`, "maxwidth=99999": `width="1200"`, "maxwidth=300&maxheight=200": `width="300" height="200"`} {
		var e struct{ HTML string }
		send(t, s, "GET", at(s.URL+"/@ada/"+p.ID)+"&"+size).JSON(t, &e)
		if !strings.Contains(e.HTML, want) {
			t.Errorf("%s: %s", size, e.HTML)
		}
	}
}

// embedded is a post as pages elsewhere are told to show it.
func (w *crowd) embedded(t *testing.T) {
	t.Helper()
	p := w.ada.Post("Show this", "public")
	w.call(t, nil, "GET /api/oembed?url={url}", []any{url.QueryEscape(w.server.URL + "/@ada/" + p.ID)})
}
