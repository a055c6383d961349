// Package houses has two Plazas live beside each other, and their people know
// each other.
package houses

import (
	"fmt"
	"net/http"
	"net/url"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// house is a Plaza with a name in a world.
func house(t *testing.T, w *fedtest.World, name string) *apptest.Server {
	t.Helper()
	s := apptest.StartReaching(t, w.Outward(), func(c *conf.Config) { c.URL, c.HandleHost = "https://"+name, name })
	w.Host(name).Be(s.Handler())
	return s
}

type account struct {
	ID, Acct       string
	FollowersCount int `json:"followers_count"`
}

type status struct {
	ID, URI, Content string
	SpoilerText      string `json:"spoiler_text"`
	Account          account
	Reblog           *status
	Favourites       int     `json:"favourites_count"`
	Reblogs          int     `json:"reblogs_count"`
	Replies          int     `json:"replies_count"`
	InReplyTo        *string `json:"in_reply_to_id"`
}

type notice struct {
	Type    string
	Account account
	Status  *status
}

// found is the one account that somebody finds under an address elsewhere.
func found(t *testing.T, p *apptest.Person, acct string) account {
	t.Helper()
	var all struct{ Accounts []account }
	p.Must("GET", "/api/v2/search?resolve=true&q="+url.QueryEscape(acct), nil, &all)
	if len(all.Accounts) != 1 {
		t.Fatalf("under %s there is %+v", acct, all.Accounts)
	}
	return all.Accounts[0]
}

// home is the first post in somebody's home timeline that fits.
func home(p *apptest.Person, fits func(status) bool) (st status, ok bool) {
	var all []status
	p.Must("GET", "/api/v1/timelines/home", nil, &all)
	for _, st := range all {
		if fits(st) {
			return st, true
		}
	}
	return status{}, false
}

func told(p *apptest.Person, kind string) bool {
	var all []notice
	p.Must("GET", "/api/v1/notifications", nil, &all)
	for _, n := range all {
		if n.Type == kind {
			return true
		}
	}
	return false
}

// TestTwoHouses plays what people of two houses do with each other.
func TestTwoHouses(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben := here.Join("ada", social.Member), there.Join("ben", social.Member)

	benHere, adaThere := found(t, ada, "@ben@there.example"), found(t, ben, "@ada@here.example")
	if benHere.Acct != "ben@there.example" || adaThere.Acct != "ada@here.example" {
		t.Fatalf("they are %+v and %+v", benHere, adaThere)
	}
	follow := func(p *apptest.Person, who account) {
		t.Helper()
		p.Must("POST", "/api/v1/accounts/"+who.ID+"/follow", nil, nil)
		here.Eventually("the follow to be accepted", func() bool {
			var rels []struct{ Following bool }
			p.Must("GET", "/api/v1/accounts/relationships?id[]="+who.ID, nil, &rels)
			return rels[0].Following
		})
	}
	follow(ada, benHere)
	follow(ben, adaThere)
	here.Eventually("ada to be told", func() bool { return told(ada, "follow") })

	first := ben.Post("Good morning from over there.", "public")
	var seen status
	here.Eventually("ben's post to be in ada's home", func() (ok bool) {
		seen, ok = home(ada, func(st status) bool { return st.Account.ID == benHere.ID })
		return ok
	})
	if seen.Content != "<p>Good morning from over there.</p>" || seen.URI != fmt.Sprintf("https://there.example/ap/posts/%s", first.ID) {
		t.Errorf("ada sees %+v", seen)
	}
	ada.Must("POST", "/api/v1/statuses/"+seen.ID+"/favourite", nil, nil)
	ada.Must("POST", "/api/v1/statuses/"+seen.ID+"/reblog", nil, nil)
	var reply status
	ada.Must("POST", "/api/v1/statuses", map[string]string{"status": "@ben@there.example good morning!", "in_reply_to_id": seen.ID, "visibility": "unlisted"}, &reply)
	for _, kind := range []string{"favourite", "reblog", "mention"} {
		there.Eventually("ben to be told: "+kind, func() bool { return told(ben, kind) })
	}
	there.Eventually("the counts to be right", func() bool {
		var st status
		ben.Must("GET", "/api/v1/statuses/"+first.ID, nil, &st)
		return st.Favourites == 1 && st.Reblogs == 1 && st.Replies == 1
	})
	var answer status
	there.Eventually("ada's answer to be in ben's home", func() (ok bool) {
		answer, ok = home(ben, func(st status) bool { return st.URI == "https://here.example/ap/posts/"+reply.ID })
		return ok
	})
	if answer.InReplyTo == nil || *answer.InReplyTo != first.ID {
		t.Errorf("ben sees %+v, which answers his post", answer)
	}

	ada.Must("POST", "/api/v1/statuses/"+seen.ID+"/unfavourite", nil, nil)
	ada.Must("POST", "/api/v1/statuses/"+seen.ID+"/unreblog", nil, nil)
	there.Eventually("the counts to be less", func() bool {
		var st status
		ben.Must("GET", "/api/v1/statuses/"+first.ID, nil, &st)
		return st.Favourites == 0 && st.Reblogs == 0
	})
	ben.Must("PUT", "/api/v1/statuses/"+first.ID, map[string]string{"status": "Good evening.", "spoiler_text": "late"}, nil)
	here.Eventually("the edit to come", func() bool {
		var st status
		ada.Must("GET", "/api/v1/statuses/"+seen.ID, nil, &st)
		return st.Content == "<p>Good evening.</p>" && st.SpoilerText == "late"
	})
	ben.Must("DELETE", "/api/v1/statuses/"+first.ID, nil, nil)
	here.Eventually("the post to be gone", func() bool {
		return ada.Call("GET", "/api/v1/statuses/"+seen.ID, nil).Status == http.StatusNotFound
	})

	// What is for followers comes to followers; what is for one comes to one.
	ben.Post("For those who follow me.", "private")
	here.Eventually("it to be in ada's home", func() bool {
		_, ok := home(ada, func(st status) bool { return st.Content == "<p>For those who follow me.</p>" })
		return ok
	})
	ada.Must("POST", "/api/v1/accounts/"+benHere.ID+"/block", nil, nil)
	there.Eventually("ada to be gone for ben", func() bool {
		var rels []struct {
			Following, BlockedBy bool
		}
		ben.Must("GET", "/api/v1/accounts/relationships?id[]="+adaThere.ID, nil, &rels)
		return !rels[0].Following
	})
}
