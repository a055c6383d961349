package houses

import (
	"context"
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// follows has somebody follow an account elsewhere, and waits until that is so.
func follows(t *testing.T, s *apptest.Server, p *apptest.Person, who account) {
	t.Helper()
	p.Must("POST", "/api/v1/accounts/"+who.ID+"/follow", nil, nil)
	s.Eventually("the follow to be accepted", func() bool { return following(p, who) })
}

func following(p *apptest.Person, who account) bool {
	var rels []struct{ Following bool }
	p.Must("GET", "/api/v1/accounts/relationships?id[]="+who.ID, nil, &rels)
	return rels[0].Following
}

// TestThreads has a house look for the rest of a thread in another: what was
// said there before anybody here listened.
func TestThreads(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada, ben, cy := here.Join("ada", social.Member), there.Join("ben", social.Member), there.Join("cy", social.Member)

	root := ben.Post("A thread", "public")
	above, all := root.ID, map[string]bool{}
	for i := range 45 { // more than one page of the collections
		by := []*apptest.Person{ben, cy}[i%2]
		var reply status
		by.Must("POST", "/api/v1/statuses", map[string]string{"status": fmt.Sprint("Reply ", i), "in_reply_to_id": above, "visibility": "unlisted"}, &reply)
		if all["https://there.example/ap/posts/"+reply.ID] = true; i%3 == 0 {
			above = reply.ID
		}
	}
	var hidden status
	cy.Must("POST", "/api/v1/statuses", map[string]string{"status": "Not for everybody", "in_reply_to_id": root.ID, "visibility": "private"}, &hidden)

	var search struct{ Statuses []status }
	ada.Must("GET", "/api/v2/search?resolve=true&q=https://there.example/ap/posts/"+root.ID, nil, &search)
	if len(search.Statuses) != 1 {
		t.Fatalf("ada finds %+v", search)
	}
	var thread struct{ Descendants []status }
	read := func() bool {
		ada.Must("GET", "/api/v1/statuses/"+search.Statuses[0].ID+"/context", nil, &thread)
		return len(thread.Descendants) >= len(all)
	}
	if read() {
		t.Fatal("the thread was fetched while ada waited")
	}
	here.Eventually("the thread to be whole", read)
	for _, st := range thread.Descendants {
		if !all[st.URI] {
			t.Errorf("in the thread is %s: %s", st.URI, st.Content)
		}
	}
	if _, ok := home(ada, func(status) bool { return true }); ok {
		t.Error("a thread that ada read is in her home")
	}
}

// TestSynchronized repairs follows that one of two houses has lost.
func TestSynchronized(t *testing.T) {
	t.Parallel()
	w := fedtest.New(t)
	here, there := house(t, w, "here.example"), house(t, w, "there.example")
	ada := here.Join("ada", social.Member)
	ben, cy, dee := there.Join("ben", social.Member), there.Join("cy", social.Member), there.Join("dee", social.Member)
	adaThere := found(t, ben, "@ada@here.example")
	for _, p := range []*apptest.Person{ben, cy, dee} {
		follows(t, there, p, adaThere)
	}
	lose := func(s *apptest.Server, owner, target social.AccountID) {
		t.Helper()
		if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
			if _, _, err := tx.EndFollow(t.Context(), owner, target); err != nil {
				return err
			}
			return tx.CountFollow(t.Context(), owner, target, -1)
		}); err != nil {
			t.Fatal(err)
		}
	}
	id := func(s *apptest.Server, uri string) (who social.AccountID) {
		t.Helper()
		who, err := s.Accounts.Lookup(t.Context(), uri)
		if err != nil {
			t.Fatal(err)
		}
		return who
	}
	lose(here, id(here, there.View.ActorURI(cy.ID)), ada.ID)   // here does not know any more that cy follows
	lose(there, ben.ID, id(there, here.View.ActorURI(ada.ID))) // and there not that ben does

	ada.Post("For those who follow me", "private")
	there.Eventually("cy to follow no more", func() bool { return !following(cy, adaThere) })
	here.Eventually("ben to follow no more", func() bool {
		followed := false
		if err := here.Store.Read(t.Context(), func(v *store.View) error {
			r, err := v.Relation(context.Background(), id(here, there.View.ActorURI(ben.ID)), ada.ID)
			followed = r.Follows
			return err
		}); err != nil {
			t.Fatal(err)
		}
		return !followed
	})
	if !following(dee, adaThere) || following(ben, adaThere) {
		t.Errorf("dee follows: %t, ben: %t", following(dee, adaThere), following(ben, adaThere))
	}
	there.Eventually("the post to be in dee's home", func() bool {
		_, ok := home(dee, func(st status) bool { return st.Account.ID == adaThere.ID })
		return ok
	})
}
