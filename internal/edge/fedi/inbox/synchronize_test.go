package inbox_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// lists has an actor say, with what it sends from now on, that some of ours
// follow it, and serve the list of others or the same.
func lists(a *fedtest.Actor, said []string, served ...string) {
	at := a.ID + "/followers_synchronization"
	a.Serve(at, m{"id": at, "type": "OrderedCollection", "orderedItems": served})
	header := as2.Synchronization{Collection: a.ID + "/followers", URL: at, Digest: social.MusterOf(said).String()}
	a.Along = http.Header{as2.SynchronizationHeader: {header.String()}}
}

// asked is how often the list of an actor was asked for.
func asked(a *fedtest.Actor) (n int) {
	for _, r := range a.Asked() {
		if strings.HasPrefix(r.Path, "/users/"+a.Name+"/followers_synchronization") {
			n++
		}
	}
	return n
}

// forFollowers has an actor send something to its followers, and waits until
// they were compared.
func (h *house) forFollowers(a *fedtest.Actor) {
	h.t.Helper()
	h.send(a, a.Does("Create", a.Note("<p>Between us</p>", m{"to": []string{a.ID + "/followers"}, "cc": []string{}}), nil))
	h.done(store.SynchronizeJob)
}

// TestSynchronize makes who of ours follow somebody elsewhere be who they are
// there: nobody follows in vain, nor without having asked.
func TestSynchronize(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		cleo, dora, emma := h.Join("cleo", social.Member), h.Join("dora", social.Member), h.Join("emma", social.Member)
		ada := h.befriend(h.ben, h.ada)
		h.befriend(cleo, h.ada)
		h.must(h.Relations.Follow(t.Context(), emma.Actor(), social.Follow{Target: ada, Boosts: true}))
		for i, kind := range []sign.Kind{sign.Cavage, sign.RFC9421} { // the same is not asked for
			h.ada.Sign = kind
			lists(h.ada, []string{uri(h.ben), uri(cleo)})
			h.forFollowers(h.ada)
			if n := asked(h.ada); n != 0 {
				t.Errorf("%d: a list that is the same was asked for %d times", i, n)
			}
		}
		theirs := []string{uri(h.ben), uri(dora), uri(emma), base + "/ap/users/77"}
		lists(h.ada, theirs, theirs...)
		h.forFollowers(h.ada)
		if n := asked(h.ada); n != 1 {
			t.Fatalf("another list was asked for %d times", n)
		}
		for who, follows := range map[*apptest.Person]bool{h.ben: true, cleo: false, dora: false, emma: true} {
			if r := h.relation(who.ID, ada); r.Follows != follows || r.Requested {
				t.Errorf("%s: %+v, want follows %t", who.Name, r, follows)
			}
		}
		if n := h.account(h.ada.ID).Followers; n != 2 {
			t.Errorf("ada has %d followers, want 2", n)
		}
		h.Eventually("dora's follow to be taken back", func() bool { return len(h.ada.Got("Undo")) > 0 })
		undone := h.ada.Got("Undo")
		if object, _ := undone[0]["object"].(m); len(undone) != 1 || undone[0]["actor"] != uri(dora) || object["type"] != "Follow" || object["object"] != h.ada.ID {
			t.Errorf("taken back: %v", undone)
		}
		// Not again for hours.
		lists(h.ada, nil)
		h.forFollowers(h.ada)
		if n := asked(h.ada); n != 1 || !h.relation(h.ben.ID, ada).Follows {
			t.Errorf("at once after it, asked %d times, ben follows %t", n, h.relation(h.ben.ID, ada).Follows)
		}
	})
}

// TestSynchronizeLies changes nothing for what is not an actor's to say, or is
// not what it said.
func TestSynchronizeLies(t *testing.T) {
	t.Parallel()
	h := open(t)
	eve := h.world.Host("evil.example").Actor("eve")
	h.befriend(h.ben, eve)
	cleo := h.Join("cleo", social.Member)
	round := func(a *fedtest.Actor) {
		at := a.ID + "/followers_synchronization"
		a.Serve(at, m{"id": at, "type": "OrderedCollection", "first": at + "?1"})
		a.Serve(at+"?1", m{"id": at + "?1", "type": "OrderedCollectionPage", "next": at})
	}
	instead := func(a *fedtest.Actor, change func(*as2.Synchronization)) {
		s := as2.Synchronization{Collection: a.ID + "/followers", URL: a.ID + "/followers_synchronization", Digest: social.Muster{}.String()}
		change(&s)
		a.Along = http.Header{as2.SynchronizationHeader: {s.String()}}
	}
	many := func(a *fedtest.Actor) {
		var all []string
		for i := range social.MaxMuster + 1 {
			all = append(all, view.Base(base).ActorURI(social.AccountID(i+1)))
		}
		lists(a, all, all...)
	}
	for i, lie := range []struct {
		what  string
		asked int
		do    func(a *fedtest.Actor)
	}{
		{"another list than it said", 1, func(a *fedtest.Actor) { lists(a, []string{uri(cleo)}, []string{}...) }},
		{"a list of everybody else", 1, func(a *fedtest.Actor) { lists(a, []string{eve.ID}, eve.ID) }},
		{"somebody twice", 1, func(a *fedtest.Actor) { lists(a, []string{uri(cleo), uri(cleo)}, uri(cleo), uri(cleo)) }},
		{"a part of somebody", 1, func(a *fedtest.Actor) { lists(a, []string{uri(cleo) + "/inbox"}, uri(cleo)+"/inbox") }},
		{"more than are compared", 1, many},
		{"a list that goes round", 1, func(a *fedtest.Actor) { lists(a, nil); round(a) }},
		{"no list", 1, func(a *fedtest.Actor) { lists(a, nil); a.Serve(a.ID+"/followers_synchronization", a.Doc) }},
		{"the followers of another", 0, func(a *fedtest.Actor) {
			instead(a, func(s *as2.Synchronization) { s.Collection = eve.ID + "/followers" })
		}},
		{"a list elsewhere", 0, func(a *fedtest.Actor) {
			instead(a, func(s *as2.Synchronization) { s.URL = eve.ID + "/followers_synchronization" })
		}},
		{"a list here", 0, func(a *fedtest.Actor) { instead(a, func(s *as2.Synchronization) { s.URL = uri(h.ben) + "/followers" }) }},
		{"two headers", 0, func(a *fedtest.Actor) {
			lists(a, nil)
			a.Along[as2.SynchronizationHeader] = append(a.Along[as2.SynchronizationHeader], a.Along[as2.SynchronizationHeader]...)
		}},
	} {
		a := h.world.Host("far.example").Actor(fmt.Sprint("liar", i))
		who := h.befriend(h.ben, a)
		lie.do(a)
		h.forFollowers(a)
		if n := asked(a); n != lie.asked && lie.what != "a list that goes round" {
			t.Errorf("%s: asked %d times, want %d", lie.what, n, lie.asked)
		}
		if r := h.relation(h.ben.ID, who); !r.Follows {
			t.Errorf("%s: ben follows no more", lie.what)
		}
		if h.relation(cleo.ID, who).Follows || len(a.Got("Undo")) > 0 {
			t.Errorf("%s: cleo follows, or does not any more: %v", lie.what, a.Got("Undo"))
		}
	}
	if n := asked(eve); n != 0 {
		t.Errorf("eve's server was asked %d times", n)
	}

	// What was not signed is nobody's word.
	a := h.world.Host("far.example").Actor("victim")
	who := h.befriend(h.ben, a)
	lists(a, nil)
	header := a.Along.Get(as2.SynchronizationHeader)
	a.Along = nil
	status := a.Send(h.at, a.Does("Create", a.Note("<p>x</p>", nil), nil), func(r *http.Request) { r.Header.Set(as2.SynchronizationHeader, header) })
	if h.settle(); status != http.StatusAccepted {
		t.Errorf("a header that was added on the way: %d", status)
	}
	// Nor is what another passes on.
	lists(eve, nil)
	eve.Along = http.Header{as2.SynchronizationHeader: {header}}
	h.send(eve, a.Does("Create", a.Note("<p>y</p>", nil), nil))
	h.done(store.SynchronizeJob)
	if n := asked(a); n != 0 || !h.relation(h.ben.ID, who).Follows {
		t.Errorf("asked %d times, ben follows %t", n, h.relation(h.ben.ID, who).Follows)
	}
}

// TestFollowersOfAHost tells each server of its own people, and sends a digest
// of them with what is for followers alone.
func TestFollowersOfAHost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		eve, zoe := h.world.Host("third.example").Actor("eve"), h.world.Host("far.example").Actor("zoe")
		for _, a := range []*fedtest.Actor{h.ada, eve} {
			h.send(a, a.Does("Follow", uri(h.ben), nil))
		}
		at := uri(h.ben) + "/followers_synchronization"
		list := func(a *fedtest.Actor) (status int, items []string) {
			status, body := a.Call(h.at, http.MethodGet, at, nil)
			var d struct{ OrderedItems []string }
			if err := json.Unmarshal(body, &d); err != nil && status == http.StatusOK {
				t.Fatalf("%v in %s", err, body)
			}
			return status, d.OrderedItems
		}
		for a, want := range map[*fedtest.Actor][]string{h.ada: {h.ada.ID}, zoe: {h.ada.ID}, eve: {eve.ID}, h.world.Host("other.example").Actor("yan"): {}} {
			if status, got := list(a); status != http.StatusOK || !slices.Equal(got, want) {
				t.Errorf("to %s: %d %v, want %v", a.ID, status, got, want)
			}
		}
		r, err := http.NewRequest(http.MethodGet, at, nil)
		h.must(err)
		r.Header.Set("Accept", fedtest.Kind)
		if status, body := fedtest.Do(t, h.at, r); status != http.StatusUnauthorized || strings.Contains(string(body), h.ada.ID) {
			t.Errorf("to who does not sign: %d %s", status, body)
		}

		sent := func(a *fedtest.Actor, text string) (headers []string) {
			h.Eventually(text+" to come", func() bool {
				for _, r := range a.Asked() {
					if r.Method == http.MethodPost && strings.Contains(string(r.Body), text) {
						headers = append([]string{}, r.Header.Values(as2.SynchronizationHeader)...)
						if len(headers) > 0 && !strings.Contains(strings.Join(append(r.Header.Values("Signature"), r.Header.Values("Signature-Input")...), ""), "collection-synchronization") {
							t.Errorf("it is not signed along: %v", r.Header)
						}
						return true
					}
				}
				return false
			})
			return headers
		}
		h.ben.Post("For followers alone", "private")
		for _, a := range []*fedtest.Actor{h.ada, eve} {
			want := as2.Synchronization{Collection: uri(h.ben) + "/followers", URL: at, Digest: social.MusterOf([]string{a.ID}).String()}.String()
			if got := sent(a, "For followers alone"); !slices.Equal(got, []string{want}) {
				t.Errorf("to %s: %v, want %s", a.ID, got, want)
			}
		}
		h.ben.Post("For everybody", "public")
		if got := sent(h.ada, "For everybody"); len(got) != 0 {
			t.Errorf("with what is for everybody: %v", got)
		}
		// Who follows later is in the next one.
		h.send(zoe, zoe.Does("Follow", uri(h.ben), nil))
		h.ben.Post("Once more for followers", "private")
		if got := sent(h.ada, "Once more for followers"); len(got) != 1 || !strings.Contains(got[0], social.MusterOf([]string{h.ada.ID, zoe.ID}).String()) {
			t.Errorf("after another follow: %v", got)
		}
	})
}

// TestVanished believes that somebody has left when their own server says so,
// not when an inbox is gone.
func TestVanished(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		who := h.befriend(h.ben, h.ada)
		eve := h.ada.Host.Actor("eve")
		h.meet(eve)
		inbox := h.ada.Gone(h.ada.ID + "/inbox")
		visits := func() (n int) {
			for _, r := range h.ada.Asked() {
				if r.Method == http.MethodGet && strings.HasSuffix(r.Path, "/users/ada") {
					n++
				}
			}
			return n
		}
		refollow := func() {
			h.must(h.Relations.Unfollow(t.Context(), h.ben.Actor(), who))
			h.must(h.Relations.Follow(t.Context(), h.ben.Actor(), social.Follow{Target: who, Boosts: true}))
		}
		before := visits()
		refollow()
		h.Eventually("ada's server to be asked", func() bool { return visits() > before })
		h.done(store.VanishedJob)
		if a := h.account(h.ada.ID); a.ID == 0 || a.Standing != social.Good {
			t.Fatalf("an inbox that is gone: %+v", a)
		}
		h.ada.Leave()
		// Word of this alone: by the time one would follow her again she may be known to be gone.
		h.must(h.Relations.Unfollow(t.Context(), h.ben.Actor(), who))
		h.Eventually("ada to be gone", func() bool { return h.account(h.ada.ID).ID == 0 })
		if a := h.account(eve.ID); a.Standing != social.Good {
			t.Errorf("who shares a server with her: %+v", a)
		}
		h.read(func(ctx context.Context, v *store.View) error {
			all, err := v.AccountsAtInbox(ctx, inbox, 10)
			if len(all) > 0 {
				t.Errorf("%+v have the inbox still", all)
			}
			return err
		})
	})
}
