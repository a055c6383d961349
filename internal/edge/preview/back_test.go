package preview

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/netsafe"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

var mine = []string{"https://plaza.example/@ada", "https://plaza.example/ap/users/7"}

const me = `<a rel="me" href="https://plaza.example/@ada">me</a>`

func TestLinksBack(t *testing.T) {
	for name, tt := range map[string]struct {
		page string
		want social.LinkBack
	}{
		"a link":                          {me, social.LinksBack},
		"in the head":                     {`<html><head><LINK HREF=https://plaza.example/@ada REL=ME></head>`, social.LinksBack},
		"among other words":               {`<a href="https://plaza.example/@ada/" rel="noopener Me nofollow">`, social.LinksBack},
		"the actor":                       {`<a href="https://plaza.example/ap/users/7" rel=me>`, social.LinksBack},
		"in other letters":                {`<a href="HTTPS://Plaza.example/@Ada#top" rel=me>`, social.LinksBack},
		"after much":                      {strings.Repeat("<p>x", 40_000) + me, social.LinksBack},
		"after a long script":             {"<script>" + strings.Repeat("x", 500<<10) + "</script>" + me, social.LinksBack},
		"the last of the first attribute": {`<a rel="me" rel="no" href="https://plaza.example/@ada">`, social.LinksBack},
		"too far down":                    {strings.Repeat("x", MaxPage) + me, social.LinksNot},
		"too many pieces":                 {strings.Repeat("<b>", maxPageTokens) + me, social.LinksNot},
		"no rel":                          {`<a href="https://plaza.example/@ada">`, social.LinksNot},
		"another rel":                     {`<a rel="meow" href="https://plaza.example/@ada">`, social.LinksNot},
		"of its readers":                  {`<a rel="me ugc" href="https://plaza.example/@ada">`, social.LinksNot},
		"somebody else":                   {`<a rel="me" href="https://plaza.example/@adam">`, social.LinksNot},
		"another place":                   {`<a rel="me" href="https://plaza.example.evil.example/@ada">`, social.LinksNot},
		"by http":                         {`<a rel="me" href="http://plaza.example/@ada">`, social.LinksNot},
		"with a query":                    {`<a rel="me" href="https://plaza.example/@ada?x">`, social.LinksNot},
		"with a name":                     {`<a rel="me" href="https://plaza.example@evil.example/@ada">`, social.LinksNot},
		"no link":                         {`<div rel="me" href="https://plaza.example/@ada">`, social.LinksNot},
		"a comment":                       {`<!-- ` + me + ` -->`, social.LinksNot},
		"a script":                        {`<script>` + me + `</script>`, social.LinksNot},
		"what somebody typed":             {`<textarea>` + me + `</textarea>`, social.LinksNot},
		"within a word":                   {`<p title='` + me + `'>`, social.LinksNot},
		"deep":                            {strings.Repeat("<div>", 20_000) + me, social.LinksBack},
		"nothing":                         {"", social.LinksNot},
	} {
		f, _, url := elsewhere(t, says("text/html", tt.page))
		if got, err := f.LinksBack(t.Context(), url, mine); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tt.want)
		}
	}
}

func TestLinksBackByHeader(t *testing.T) {
	for header, want := range map[string]social.LinkBack{
		`<https://plaza.example/@ada>; rel="me"`:                                           social.LinksBack,
		`<https://a.example>; rel="next", <https://plaza.example/@ada>; title="x"; rel=me`: social.LinksBack,
		`<https://plaza.example/@ada>; rel="author", <https://a.example>; rel="me"`:        social.LinksNot,
		`<https://plaza.example/@ada>`:                                                     social.LinksNot,
		`<https://plaza.example/@ada; rel="me"`:                                            social.LinksNot,
		strings.Repeat("<", 20_000):                                                        social.LinksNot,
		strings.Repeat("<a>;", maxLinkHeader/4) + `<https://plaza.example/@ada>; rel="me"`: social.LinksNot,
	} {
		f, _, url := elsewhere(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", header)
			w.Header().Set("Content-Type", "image/png")
		}))
		if got, err := f.LinksBack(t.Context(), url, mine); got != want || err != nil {
			t.Errorf("%.80s: %q, %v, want %q", header, got, err, want)
		}
	}
}

// What cannot be read is no answer, and one site does not speak for another.
func TestLinksBackOfHostileSites(t *testing.T) {
	w := fedtest.New(t)
	reach := w.Outward()
	reach.Timeout = time.Second
	f := &Fetcher{Client: netsafe.Client(reach), Agent: "Plaza"}
	site, evil := w.Host("site.example"), w.Host("evil.example")
	evil.ServeAs("/me", "text/html", 200, []byte(me))
	w.Host("www.site.example").ServeAs("/me", "text/html", 200, []byte(me))
	never := make(chan struct{})
	defer close(never)
	for name, tt := range map[string]struct {
		page string
		want social.LinkBack
	}{
		"gone":                   {site.Gone("/gone"), social.Unread},
		"nothing there":          {site.URL("/none"), social.Unread},
		"a fault":                {site.ServeAs("/fault", "text/html", 500, []byte(me)), social.Unread},
		"refused":                {site.ServeAs("/no", "text/html", 403, []byte(me)), social.Unread},
		"no such host":           {"https://nowhere.example/", social.Unread},
		"a private address":      {"https://10.0.0.1/", social.Unread},
		"to the same site":       {site.Redirect("/www", "https://www.site.example/me"), social.LinksBack},
		"to another site":        {site.Redirect("/out", evil.URL("/me")), social.LinksNot},
		"without end":            {site.Redirect("/loop", site.URL("/loop")), social.Unread},
		"no page":                {site.ServeAs("/text", "text/plain", 200, []byte(me)), social.LinksNot},
		"a page of another form": {site.ServeAs("/packed", "text/html", 200, []byte("\x1f\x8b\x08\x00")), social.LinksNot},
		"by http":                {"http://site.example/me", social.LinksNot},
		"that never ends": {site.Handle("/slow", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.(http.Flusher).Flush()
			select {
			case <-never:
			case <-r.Context().Done():
			}
		}), social.Unread},
		"that breaks off": {site.Handle("/broken", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, "<p>")
		}), social.Unread},
	} {
		if got, err := f.LinksBack(t.Context(), tt.page, mine); got != tt.want || err != nil {
			t.Errorf("%s: %q, %v, want %q", name, got, err, tt.want)
		}
	}
	over, stop := context.WithCancel(t.Context())
	stop()
	if _, err := f.LinksBack(over, site.URL("/www"), mine); err == nil {
		t.Error("whoever gave up is told something")
	}
	for i := range MaxAtSite {
		if !f.sites.enter("site.example") {
			t.Fatalf("turn %d is taken", i)
		}
	}
	if said, err := f.LinksBack(t.Context(), site.URL("/www"), mine); err == nil {
		t.Errorf("a site that is asked already says %q", fmt.Sprint(said))
	}
}
