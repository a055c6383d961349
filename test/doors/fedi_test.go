package doors

import (
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
)

// TestInteraction leads people who come from another server to what they met
// there, and nobody out of the house.
func TestInteraction(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, func(c *conf.Config) { c.HandleHost = "plaza.example" })
	ada, ben := s.Join("ada", social.Member), s.Join("Ben", social.Member)
	cookie := signIn(t, s, ada)
	web := strings.TrimPrefix(s.URL, "http://")
	shown, hidden := "/@Ben/"+ben.Post("Hello", "public").ID, "/@Ben/"+ben.Post("Only for me", "direct").ID
	found := func(text string) string { return "/search?q=" + url.QueryEscape(text) }
	ask := func(uri string, options ...option) apptest.Answer {
		return send(t, s, "GET", "/authorize_interaction", append(options, query("uri", uri))...)
	}
	for uri, want := range map[string]string{
		"acct:ben@plaza.example": "/@Ben", "ACCT:BEN@PLAZA.EXAMPLE": "/@Ben", "acct:ben@" + web: "/@Ben", "@ben@plaza.example": "/@Ben", s.URL + "/@ben": "/@Ben", s.URL + "/ap/users/" + num(ben.ID): "/@Ben",
		s.URL + shown: shown, s.URL + hidden: found(s.URL + hidden),
		"acct:nobody@plaza.example": found("@nobody@plaza.example"), "acct:ben@far.example": found("@ben@far.example"), "https://far.example/@ben": found("https://far.example/@ben"),
		"//far.example": found("//far.example"), `\\far.example`: found(`\\far.example`), "javascript:alert(1)": found("javascript:alert(1)"), "/settings": found("/settings"), "@": found("@"), "acct:@": found("@"),
	} {
		a := ask(uri, session(cookie))
		if got := a.Header.Get("Location"); a.Status != 303 || got != want {
			t.Errorf("%s: %d to %q, want %q", uri, a.Status, got, want)
		}
	}
	for what, uri := range map[string]string{"nothing": "", "spaces": "  ", "too much": strings.Repeat("a", 501)} {
		wantStatus(t, what, ask(uri, session(cookie)), 422)
	}
	wantStatus(t, "much", ask(strings.Repeat("a", 500), session(cookie)), 303)
	stranger := ask("acct:ben@plaza.example")
	if to := stranger.Header.Get("Location"); !strings.HasPrefix(to, "/auth/sign_in?next=%2Fauthorize_interaction%3Furi%3Dacct") {
		t.Errorf("a stranger is led to %q", to)
	}
}
