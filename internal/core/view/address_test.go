package view_test

import (
	"testing"

	"github.com/plaza-social/plaza/internal/core/view"
)

const base = view.Base("https://plaza.example")

// What names something of ours is read as what it was made of.
func TestAddresses(t *testing.T) {
	t.Parallel()
	for uri, want := range map[string]view.Place{
		base.HouseURI():                            {House: true},
		base.ActorURI(0):                           {House: true},
		base.InboxURI():                            {House: true},
		base.ActorURI(ada):                         {Account: ada},
		base.ActorURI(ada) + "/followers":          {Account: ada, Part: "followers"},
		base.ActorURI(ada) + "#main-key":           {Account: ada},
		base.PostURI(7):                            {Post: 7},
		base.BoostURI(7):                           {Post: 7, Part: "activity"},
		base.ThreadURI(7):                          {Thread: 7},
		base.StampURI(7):                           {Quote: 7},
		base.ReplyStampURI(7):                      {Reply: 7},
		base.LikeURI(ada, 7):                       {Account: ada, Part: "likes", Target: 7},
		base.FollowURI(ada, ben, 7):                {Account: ada, Part: "follows", Target: int64(ben)},
		base.BlockURI(ada, ben):                    {Account: ada, Part: "blocks", Target: int64(ben)},
		base.RelayURI(7):                           {House: true, Part: "relays", Target: 7},
		base.RelayedURI(7):                         {House: true, Part: "announces", Target: 7},
		base.HouseURI() + "#main-key":              {House: true},
		base.HouseURI() + "#relays/x":              {},
		"https://plaza.example/@ada":               {Name: "ada"},
		"https://plaza.example/@ada/7":             {Name: "ada", Post: 7},
		"https://plaza.example/@zoe@far.example":   {},
		"https://plaza.example/@zoe@far.example/7": {},
		"https://plaza.example/@":                  {},
		"https://plaza.example/@ada/x":             {},
		"https://plaza.example/about":              {},
		"https://plaza.example/ap/users/x":         {},
		"https://plaza.example/ap/users/07":        {},
		"https://plaza.example/ap/users/-7":        {},
		"https://plaza.example/ap/users/7/a/b":     {},
		"https://plaza.example/ap/others/7":        {},
		"https://plaza.example.evil/ap/users/7":    {},
		"http://plaza.example/ap/users/7":          {},
		"https://far.example/ap/users/7":           {},
		base.ActorURI(ada) + "#likes/x":            {},
		"":                                         {},
	} {
		got, ok := base.ParseURI(uri)
		if !ok {
			got = view.Place{}
		}
		if got != want || ok != (want != view.Place{}) {
			t.Errorf("%q: %+v, %v; want %+v", uri, got, ok, want)
		}
	}
	if _, ok := view.Base("").ParseURI("/ap/users/7"); ok {
		t.Error("nowhere is a place")
	}
}
