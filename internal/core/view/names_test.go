package view_test

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// TestNames has what was made before the house moved keep its address, and
// everything be found under every name.
func TestNames(t *testing.T) {
	name := func(host string) social.HouseName { return social.HouseName{URL: "https://" + host, Host: host} }
	first, second := time.Unix(1_700_000_000, 0), time.Unix(1_800_000_000, 0)
	house := social.HouseNames{Now: name("c.example"), Next: name("d.example"),
		Former: []social.FormerName{{HouseName: name("a.example"), Until: first}, {HouseName: name("b.example"), Until: second}}}
	n := view.NamesOf("https://c.example", house)
	for when, want := range map[time.Time]string{first.Add(-time.Millisecond): "a", first: "b", second.Add(-time.Millisecond): "b", second: "c", second.Add(time.Hour): "c"} {
		post := social.PostID(id.New(when))
		if got := n.PostURI(post); got != view.Base("https://"+want+".example").PostURI(post) {
			t.Errorf("a post of %v is %s, want it at %s", when.Unix(), got, want)
		}
		if n.BoostURI(post) != n.At(int64(post)).BoostURI(post) || n.ThreadURI(post) != n.At(int64(post)).ThreadURI(post) || n.StampURI(post) != n.At(int64(post)).StampURI(post) {
			t.Errorf("what belongs to a post of %v is elsewhere than it", when.Unix())
		}
	}
	if got := n.ActorURI(1); got != view.Base("https://c.example").ActorURI(1) {
		t.Errorf("people are at %s", got)
	}
	if len(n.All()) != 4 || len(n.Others()) != 3 || n.All()[0] != "https://c.example" {
		t.Errorf("it is called %q", n.All())
	}
	for _, b := range n.All() {
		if p, ok := n.ParseURI(b.ActorURI(7)); !ok || p.Account != 7 {
			t.Errorf("%s is %+v, %v", b.ActorURI(7), p, ok)
		}
		if n.Is(b.ActorURI(7)) != (b == "https://c.example") || n.Next(b.ActorURI(7)) != (b == "https://d.example") {
			t.Errorf("%s: is %v, next %v", b, n.Is(b.ActorURI(7)), n.Next(b.ActorURI(7)))
		}
	}
	for _, other := range []string{"https://c.example.evil.example/ap/users/7", "https://e.example/ap/users/7", "http://c.example/ap/users/7"} {
		if p, ok := n.ParseURI(other); ok {
			t.Errorf("%s is taken for ours: %+v", other, p)
		}
	}
}

// TestMentionUnderAnyName leads to one of ours whom a post names under another name
// of the house, as it is them that it was written to.
func TestMentionUnderAnyName(t *testing.T) {
	name := func(host string) social.HouseName { return social.HouseName{URL: "https://" + host, Host: host} }
	v := view.New(nil, view.Config{BaseURL: "https://now.example", HandleHost: "now.example", House: social.HouseNames{Now: name("now.example"), Next: name("next.example"),
		Former: []social.FormerName{{HouseName: name("old.example"), Until: time.Unix(1_700_000_000, 0)}}}})
	for host, want := range map[string]bool{"now.example": true, "old.example": true, "next.example": true, "far.example": false} {
		got := v.HTML("Hello @ada@"+host, "", []social.Mention{{Account: 7, Username: "ada"}})
		if strings.Contains(got, `"https://now.example/@ada"`) != want {
			t.Errorf("@ada@%s is shown as %s", host, got)
		}
	}
}
