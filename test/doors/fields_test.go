package doors

import (
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// A link in a profile whose page links back is shown as verified, until it is
// changed; a profile links to it in turn, and other servers are told nothing.
func TestVerifiedFields(t *testing.T) {
	t.Parallel()
	world := fedtest.New(t)
	s := apptest.StartReaching(t, world.Outward(), func(c *conf.Config) { c.URL, c.HandleHost = "https://plaza.example", "plaza.example" })
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	site := world.Host("ada.example")
	site.ServeAs("/", "text/html", 200, []byte(`<link rel="me" href="https://plaza.example/@ada">`))
	type profile struct {
		Fields []struct {
			Name, Value string
			VerifiedAt  *string `json:"verified_at"`
		}
	}
	set := func(p *apptest.Person, value string) {
		p.Must("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"fields_attributes": []map[string]any{{"name": "Site", "value": value, "verified_at": "2020-01-01T00:00:00Z"}}}, nil)
	}
	seen := func(who *apptest.Person) (p profile) {
		ben.Must("GET", "/api/v1/accounts/lookup?acct="+who.Name, nil, &p)
		return p
	}
	set(ada, "https://ada.example/")
	set(ben, "https://ada.example/") // which is not his
	s.Eventually("ada's link to be verified", func() bool { return seen(ada).Fields[0].VerifiedAt != nil })
	s.Eventually("ben's to be looked at", func() bool { return len(site.Asked()) >= 2 })
	if p := seen(ben); p.Fields[0].VerifiedAt != nil {
		t.Errorf("ben is shown as %+v", p)
	}
	if p := seen(ada); !strings.Contains(p.Fields[0].Value, `rel="me `) {
		t.Errorf("her profile links by %s", p.Fields[0].Value)
	}
	if page := string(send(t, s, "GET", "/@ada").Body); !strings.Contains(page, "This page links back here, since ") || !strings.Contains(page, `rel="me `) {
		t.Error("her page does not say that it is verified")
	}
	if agent := site.Asked()[0].Header.Get("User-Agent"); !strings.HasPrefix(agent, "Plaza/") {
		t.Errorf("asked by %q", agent)
	}
	set(ada, "https://ada.example/other")
	if p := seen(ada); p.Fields[0].VerifiedAt != nil {
		t.Errorf("after a change: %+v", p)
	}
}
