package app_test

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/edge/fedi/finger"
	"github.com/plaza-social/plaza/internal/social"
)

type link struct{ Rel, Type, Href, Template string }

type jrd struct {
	Subject string
	Aliases []string
	Links   []link
}

func (d jrd) of(rel string) (out []link) {
	for _, l := range d.Links {
		if l.Rel == rel {
			out = append(out, l)
		}
	}
	return out
}

func find(s *apptest.Server, resource string, rels ...string) apptest.Answer {
	return s.Call("GET", "/.well-known/webfinger?"+url.Values{"resource": {resource}, "rel": rels}.Encode(), "", nil)
}

func apart(c *conf.Config) { c.HandleHost = "plaza.example" }

func TestFinger(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada := s.Join("Ada", social.Member)
		web := strings.TrimPrefix(s.URL, "http://")
		actor, page := s.URL+"/ap/users/"+strconv.FormatInt(int64(ada.ID), 10), s.URL+"/@Ada"
		for _, resource := range []string{"acct:Ada@plaza.example", "acct:ada@plaza.example", "ACCT:ADA@PLAZA.EXAMPLE", "acct:ada@plaza.example.", "ada@plaza.example", "@ada@plaza.example",
			"acct:ada@" + web, "ada@" + web, actor, page, page + "/", s.URL + "/@ADA", s.URL + "/@ada@plaza.example", strings.Replace(page, "http://", "HTTP://", 1)} {
			a := find(s, resource)
			if a.Status != 200 || a.Header.Get("Content-Type") != "application/jrd+json" || a.Header.Get("Access-Control-Allow-Origin") != "*" || a.Header.Get("Cache-Control") != "public, max-age=3600" {
				t.Errorf("%s: %d %v %s", resource, a.Status, a.Header, a.Body)
				continue
			}
			var d jrd
			a.JSON(t, &d)
			if d.Subject != "acct:Ada@plaza.example" || !slices.Equal(d.Aliases, []string{page, actor}) {
				t.Errorf("%s: subject %q, aliases %q", resource, d.Subject, d.Aliases)
			}
			self := []link{{Rel: "self", Type: "application/activity+json", Href: actor}, {Rel: "self", Type: `application/ld+json; profile="https://www.w3.org/ns/activitystreams"`, Href: actor}}
			if got := d.of("self"); !slices.Equal(got, self) {
				t.Errorf("%s: self is %v, want %v", resource, got, self)
			}
			if got := d.of("http://webfinger.net/rel/profile-page"); len(got) != 1 || got[0].Href != page || got[0].Type != "text/html" {
				t.Errorf("%s: the page is %v", resource, got)
			}
			if got := d.of("http://ostatus.org/schema/1.0/subscribe"); len(got) != 1 || got[0].Template != s.URL+"/authorize_interaction?uri={uri}" {
				t.Errorf("%s: to follow: %v", resource, got)
			}
			if got := d.of("http://webfinger.net/rel/avatar"); got != nil {
				t.Errorf("%s: a picture nobody uploaded: %v", resource, got)
			}
		}
	}, apart)
}

func TestFingerRels(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	s.Join("ada", social.Member)
	resource := "acct:ada@" + s.Config.HandleHost
	for _, c := range []struct {
		rels []string
		want int
	}{{nil, 5}, {[]string{"self"}, 2}, {[]string{"self", "http://ostatus.org/schema/1.0/subscribe"}, 3}, {[]string{"nothing"}, 0}} {
		var d jrd
		a := find(s, resource, c.rels...)
		a.JSON(t, &d)
		if len(d.Links) != c.want || d.Subject != resource || !strings.Contains(string(a.Body), `"links":[`) {
			t.Errorf("rel=%q: %d links, want %d: %s", c.rels, len(d.Links), c.want, a.Body)
		}
	}
}

func TestFingerAvatar(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	name := "0123456789abcdef0123456789abcdef.png"
	if _, err := s.Accounts.SetProfile(t.Context(), ada.Actor(), social.Profile{Avatar: &name}); err != nil {
		t.Fatal(err)
	}
	var d jrd
	find(s, "acct:ada@"+s.Config.HandleHost).JSON(t, &d)
	if got, want := d.of("http://webfinger.net/rel/avatar"), (link{Rel: "http://webfinger.net/rel/avatar", Type: "image/png", Href: s.URL + "/media/" + name}); len(got) != 1 || got[0] != want {
		t.Errorf("%v, want %v", got, want)
	}
}

func TestFingerHouse(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apart)
	web := strings.TrimPrefix(s.URL, "http://")
	for _, resource := range []string{"acct:plaza.example@plaza.example", "acct:Plaza.example@" + web, "acct:" + web + "@" + web, s.URL + "/ap/actor", s.URL, s.URL + "/"} {
		var d jrd
		a := find(s, resource)
		a.JSON(t, &d)
		if self := d.of("self"); a.Status != 200 || d.Subject != "acct:plaza.example@plaza.example" || len(self) != 2 || self[0].Href != s.URL+"/ap/actor" {
			t.Errorf("%s: %d %s", resource, a.Status, a.Body)
		}
	}
}

// TestFingerNobody answers the same for all who are not here, whoever knows of
// them.
func TestFingerNobody(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	host := s.Config.HandleHost
	ada := s.Join("ada", social.Member)
	waiting, err := s.Auth.SignUp(t.Context(), auth.SignUp{Username: "wanda", Email: "wanda@example.com", Password: "correct horse battery", Agreed: true})
	if err != nil {
		t.Fatal(err)
	}
	number := func(id social.AccountID) string { return strconv.FormatInt(int64(id), 10) }
	body := ""
	for _, resource := range []string{"acct:nobody@" + host, "acct:ada@elsewhere.example", "acct:wanda@" + host, s.URL + "/ap/users/" + number(waiting.ID), s.URL + "/@wanda", s.URL + "/ap/users/1", s.URL + "/ap/users/",
		s.URL + "/ap/users/0" + number(ada.ID), s.URL + "/ap/users/" + number(ada.ID) + "/inbox", s.URL + "/@ada/1", s.URL + "/@ada?x=1", s.URL + "/@ada#x", s.URL + "/about", "https://elsewhere.example/@ada", s.URL + ".evil.example/@ada",
		"http://x@" + host + "/@ada", "mailto:ada@" + host, "acct:", "acct:ada", "acct:@" + host, "acct:ada@", "ada", "%", "acct:%00@" + host, "acct:ada%00@" + host, "acct:\xff@" + host, s.URL + "/@ada@elsewhere.example", "acct:" + host + "@elsewhere.example"} {
		a := find(s, resource)
		if a.Status != 404 || a.Header.Get("Cache-Control") != "public, max-age=180" || body != "" && string(a.Body) != body {
			t.Errorf("%q: %d %v %s", resource, a.Status, a.Header, a.Body)
		}
		body = string(a.Body)
	}
	for what, path := range map[string]string{"nothing": "", "empty": "?resource=", "twice": "?resource=acct:ada@" + host + "&resource=acct:ada@" + host, "too long": "?resource=acct:" + strings.Repeat("a", 2048) + "@" + host} {
		a := s.Call("GET", "/.well-known/webfinger"+path, "", nil)
		var e struct{ Error string }
		if a.JSON(t, &e); a.Status != 400 || !strings.HasSuffix(e.Error, ".") {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
	longest := "acct:" + strings.Repeat("a", 2048-len("acct:@"+host)) + "@" + host
	if a := find(s, longest); a.Status != 404 {
		t.Errorf("%d bytes: %d, want 404", len(longest), a.Status)
	}
}

func TestFingerSuspended(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, olga := s.Join("ada", social.Member), s.Join("olga", social.Owner)
	olga.Token = olga.TokenWith(auth.Scopes.String())
	act := func(action string) {
		olga.Must("POST", "/api/v1/admin/accounts/"+strconv.FormatInt(int64(ada.ID), 10)+"/"+action, "type=suspend", nil)
	}
	both := []string{"acct:ada@" + s.Config.HandleHost, s.URL + "/ap/users/" + strconv.FormatInt(int64(ada.ID), 10)}
	act("action")
	for _, resource := range both {
		s.Eventually("it is told", func() bool { return find(s, resource).Status == http.StatusGone })
		if a := find(s, resource); strings.Contains(string(a.Body), "ada") || a.Header.Get("Cache-Control") != "public, max-age=180" {
			t.Errorf("%s: %v %s", resource, a.Header, a.Body)
		}
	}
	act("unsuspend")
	for _, resource := range both {
		s.Eventually("it is back", func() bool { return find(s, resource).Status == http.StatusOK })
	}
}

func TestHostMeta(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apart)
	want := link{Rel: "lrdd", Type: "application/jrd+json", Template: s.URL + "/.well-known/webfinger?resource={uri}"}
	var x struct {
		XMLName xml.Name
		Link    struct {
			Rel      string `xml:"rel,attr"`
			Type     string `xml:"type,attr"`
			Template string `xml:"template,attr"`
		}
	}
	a := s.Call("GET", "/.well-known/host-meta", "", nil)
	if err := xml.Unmarshal(a.Body, &x); err != nil || x.XMLName != (xml.Name{Space: "http://docs.oasis-open.org/ns/xri/xrd-1.0", Local: "XRD"}) || a.Header.Get("Content-Type") != "application/xrd+xml; charset=utf-8" ||
		(link{Rel: x.Link.Rel, Type: x.Link.Type, Template: x.Link.Template}) != want {
		t.Errorf("%v %+v in %s", err, x, a.Body)
	}
	var d jrd
	s.Call("GET", "/.well-known/host-meta.json", "", nil).JSON(t, &d)
	if !slices.Equal(d.Links, []link{want}) {
		t.Errorf("%v, want %v", d.Links, want)
	}
}

// TestNodeInfo tells what the API for apps tells strangers, and no more.
func TestNodeInfo(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apart)
	s.Join("ada", social.Owner).Post("Hello", "public")
	var v1 struct {
		Stats struct {
			Users int `json:"user_count"`
			Posts int `json:"status_count"`
		}
	}
	var v2 struct {
		Title, Description string
		SourceURL          string `json:"source_url"`
		Usage              struct {
			Users struct {
				Active int `json:"active_month"`
			}
		}
		Registrations struct{ Enabled bool }
	}
	s.Call("GET", "/api/v1/instance", "", nil).JSON(t, &v1)
	s.Call("GET", "/api/v2/instance", "", nil).JSON(t, &v2)
	var d jrd
	s.Call("GET", "/.well-known/nodeinfo", "", nil).JSON(t, &d)
	for _, version := range []string{"2.0", "2.1"} {
		rel := "http://nodeinfo.diaspora.software/ns/schema/" + version
		if got := d.of(rel); len(got) != 1 || got[0].Href != s.URL+"/nodeinfo/"+version {
			t.Errorf("%s is at %v", version, got)
		}
		a := s.Call("GET", "/nodeinfo/"+version, "", nil)
		var n map[string]any
		a.JSON(t, &n)
		software := map[string]any{"name": "plaza", "version": "0.1.0"}
		if version == "2.1" {
			software["repository"] = v2.SourceURL
		}
		want := map[string]any{"version": version, "software": software, "protocols": []any{"activitypub"}, "services": map[string]any{"inbound": []any{}, "outbound": []any{}},
			"openRegistrations": v2.Registrations.Enabled, "metadata": map[string]any{"nodeName": v2.Title, "nodeDescription": v2.Description},
			"usage": map[string]any{"users": map[string]any{"total": float64(v1.Stats.Users), "activeMonth": float64(v2.Usage.Users.Active)}, "localPosts": float64(v1.Stats.Posts)}}
		if diff := cmp.Diff(want, n); diff != "" {
			t.Errorf("%s: %s", version, diff)
		}
		if kind := a.Header.Get("Content-Type"); kind != `application/json; profile="`+rel+`#"; charset=utf-8` {
			t.Errorf("%s: %s", version, kind)
		}
	}
	if a := s.Call("GET", "/nodeinfo/1.0", "", nil); a.Status != 404 {
		t.Errorf("1.0: %d", a.Status)
	}
}

// TestHeads are the answers without their bodies, for every route.
func TestHeads(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	for _, r := range s.Routes() {
		if r.Edge != "fedi" {
			continue
		}
		get, head := s.Call("GET", r.Path, "", nil), s.Call("HEAD", r.Path, "", nil)
		if get.Status != head.Status || get.Header.Get("Content-Type") != head.Header.Get("Content-Type") || len(head.Body) > 0 {
			t.Errorf("%s: GET %d %v, HEAD %d %v", r.Path, get.Status, get.Header, head.Status, head.Header)
		}
	}
}

// TestEachOther has a client of another house ask our server.
func TestEachOther(t *testing.T) {
	t.Parallel()
	var s *apptest.Server
	front := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.Handler().ServeHTTP(w, r) }))
	t.Cleanup(front.Close)
	host := strings.TrimPrefix(front.URL, "https://")
	s = apptest.Start(t, func(c *conf.Config) { c.URL, c.HandleHost = front.URL, host })
	client := finger.NewClient(finger.Config{Reach: apptest.Outward(), Agent: "Plaza/test", Own: func(string) bool { return false }})
	ada := s.Join("Ada", social.Member)
	actor := fmt.Sprintf("%s/ap/users/%d", front.URL, ada.ID)
	want := finger.Found{Actor: actor, Subject: finger.Handle{Username: "Ada", Host: host}}
	if f, err := client.Finger(t.Context(), "ada", host); err != nil || f != want {
		t.Errorf("%+v, %v; want %+v", f, err, want)
	}
	if h, err := client.Confirm(t.Context(), actor, "ADA", ""); err != nil || h != want.Subject {
		t.Errorf("%v, %v", h, err)
	}
	if _, err := client.Finger(t.Context(), "nobody", host); errs.KindOf(err) != errs.NotFound {
		t.Errorf("nobody: %v", err)
	}
	if got, err := client.NodeInfo(t.Context(), host); err != nil || got != (finger.Software{Name: "plaza", Version: "0.1.0"}) {
		t.Errorf("%+v, %v", got, err)
	}
}
