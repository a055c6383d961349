package families

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const base = "https://plaza.example"

// A town is a house that others send to.
type town struct {
	*apptest.Server
	t         *testing.T
	world     *fedtest.World
	at        fedtest.Target
	ben, mona *apptest.Person
}

func newTown(t *testing.T) *town {
	w := &town{t: t, world: fedtest.New(t)}
	w.Server = apptest.StartReaching(t, w.world.Outward(), func(c *conf.Config) { c.URL, c.HandleHost = base, "plaza.example" })
	w.at = fedtest.Target{Base: base, Listens: w.URL}
	w.ben = w.Join("ben", social.Member)
	w.mona, _ = staff(w.Server)
	return w
}

// send has an actor send something, and waits until it was applied.
func (w *town) send(by *fedtest.Actor, activity any, want ...int) {
	w.t.Helper()
	if len(want) == 0 {
		want = []int{http.StatusAccepted}
	}
	got := by.Send(w.at, activity)
	for _, ok := range want {
		if got == ok {
			w.settle()
			return
		}
	}
	w.t.Errorf("%v: %d, want one of %v", activity, got, want)
}

func (w *town) settle() {
	w.t.Helper()
	w.Eventually("what arrived to be applied", func() bool {
		n := 0
		err := w.Store.Read(w.t.Context(), func(v *store.View) error {
			stats, err := v.JobStats(context.Background())
			for _, s := range stats {
				if s.Kind == "inbox" {
					n += s.Waiting
				}
			}
			return err
		})
		return err == nil && n == 0
	})
}

// meet has ben follow somebody elsewhere, who accepts.
func (w *town) meet(a *fedtest.Actor, handle string) string {
	w.t.Helper()
	var found struct{ Accounts []struct{ ID string } }
	w.ben.Must("GET", "/api/v2/search?resolve=true&type=accounts&q="+url.QueryEscape(handle), nil, &found)
	if len(found.Accounts) != 1 {
		w.t.Fatalf("%s is found %d times", handle, len(found.Accounts))
	}
	who := found.Accounts[0].ID
	w.ben.Must("POST", "/api/v1/accounts/"+who+"/follow", nil, nil)
	var n social.AccountID
	fmt.Sscan(who, &n)
	w.send(a, a.Does("Accept", fedtest.M{"id": view.Base(base).FollowURI(w.ben.ID, n, 1), "type": "Follow", "actor": view.Base(base).ActorURI(w.ben.ID), "object": a.ID}, nil))
	return who
}

// shows reports which of all that ben can read, and the public, has words in it.
func (w *town) shows(words string, posts ...string) (where []string) {
	w.t.Helper()
	paths := []string{"/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/public?remote=true", "/api/v1/timelines/tag/zebra", "/api/v1/notifications", "/api/v1/conversations",
		"/api/v1/trends/statuses", "/api/v2/search?q=zebra", "/api/v1/bookmarks", "/api/v1/favourites"}
	for _, p := range posts {
		paths = append(paths, "/api/v1/statuses/"+p, "/api/v1/statuses/"+p+"/context", "/api/v1/statuses/"+p+"/history", "/api/v1/statuses?id[]="+p)
	}
	for _, path := range paths {
		if a := w.ben.Call("GET", path, nil); strings.Contains(string(a.Body), words) {
			where = append(where, path)
		}
		if a := w.Call("GET", path, "", nil); strings.Contains(string(a.Body), words) {
			where = append(where, path+" (to a stranger)")
		}
	}
	b := browser{t: w.t, s: w.Server}
	for _, path := range []string{"/public", "/tags/zebra", "/@eve@far.example", "/@zoe@third.example", "/search?q=zebra"} {
		if strings.Contains(string(b.get(path).Body), words) {
			where = append(where, path)
		}
	}
	return where
}

// Who lives elsewhere and was suspended here is met on no way any more: what was
// there is not shown, and what comes does not come in, whoever brings it.
func TestSuspendedElsewhere(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	eve, zoe := w.world.Host("far.example").Actor("eve"), w.world.Host("third.example").Actor("zoe")
	who, friend := w.meet(eve, "@eve@far.example"), w.meet(zoe, "@zoe@third.example")
	const words = "Zebra"
	public := fedtest.M{"to": []string{fedtest.Public}}
	note := func(more string) fedtest.M {
		return eve.Note("<p>"+words+" "+more+` <a href="https://far.example/tags/zebra">#zebra</a></p>`, fedtest.M{"tag": []fedtest.M{{"type": "Hashtag", "name": "#zebra", "href": "https://far.example/tags/zebra"}}})
	}
	old, other := note("old"), note("other")
	w.send(eve, eve.Does("Create", old, nil))
	w.send(eve, eve.Does("Create", other, nil))
	w.send(zoe, zoe.Does("Announce", other["id"], public))
	var home []apptest.Status
	w.Eventually("three posts at home", func() bool { w.ben.Must("GET", "/api/v1/timelines/home", nil, &home); return len(home) >= 2 })
	posts := map[string]bool{}
	for _, p := range home {
		posts[p.ID] = true
		if p.Reblog != nil {
			posts[p.Reblog.ID] = true
		}
	}
	var all []string
	for p := range posts {
		w.ben.Must("POST", "/api/v1/statuses/"+p+"/bookmark", nil, nil)
		all = append(all, p)
	}
	if before := w.shows(words, all...); len(before) < 6 {
		t.Fatalf("before it is shown only by %q", before)
	}

	w.mona.Must("POST", "/api/v1/admin/accounts/"+who+"/action", "type=suspend&text=Spam", nil)
	check := func(what string) {
		t.Helper()
		if where := w.shows(words, all...); len(where) > 0 {
			t.Errorf("%s: shown by %q", what, where)
		}
	}
	check("suspended")
	wantStatus(t, "to follow them", w.ben.Call("POST", "/api/v1/accounts/"+who+"/follow", nil), 403)

	refused := []int{http.StatusAccepted, http.StatusForbidden, http.StatusUnauthorized}
	direct := eve.Note("<p>"+words+" psst</p>", fedtest.M{"to": []string{view.Base(base).ActorURI(w.ben.ID)}, "cc": nil, "tag": []fedtest.M{{"type": "Mention", "name": "@ben@plaza.example", "href": view.Base(base).ActorURI(w.ben.ID)}}})
	fresh := note("fresh")
	for what, act := range map[string]fedtest.M{"a new post": eve.Does("Create", note("new"), nil), "a message": eve.Does("Create", direct, nil), "a change": eve.Does("Update", with(old, "content", "<p>"+words+" changed</p>"), nil),
		"a boost of their own": eve.Does("Announce", fresh["id"], public), "a follow": eve.Does("Follow", view.Base(base).ActorURI(w.ben.ID), nil)} {
		w.send(eve, act, refused...)
		check(what)
	}
	for what, act := range map[string]fedtest.M{
		"an old post, boosted by somebody":    zoe.Does("Announce", old["id"], public),
		"a new one, boosted by somebody":      zoe.Does("Announce", note("boosted")["id"], public),
		"a whole one inside of a boost":       zoe.Does("Announce", note("inside"), public),
		"one forwarded by somebody":           zoe.Does("Create", note("forwarded"), nil),
		"a reply to an old post":              zoe.Does("Create", zoe.Note("<p>An answer</p>", fedtest.M{"inReplyTo": old["id"]}), nil),
		"a reply to one that is to be had":    zoe.Does("Create", zoe.Note("<p>An answer</p>", fedtest.M{"inReplyTo": note("answered")["id"]}), nil),
		"a quote":                             zoe.Does("Create", zoe.Note("<p>Look</p>", fedtest.M{"quote": note("quoted")["id"], "quoteUrl": note("quoted")["id"]}), nil),
		"a quote of an old post":              zoe.Does("Create", zoe.Note("<p>Look</p>", fedtest.M{"quote": old["id"], "quoteUrl": old["id"]}), nil),
		"one pinned by somebody on their own": zoe.Does("Add", note("pinned")["id"], fedtest.M{"target": zoe.ID + "/featured"}),
	} {
		w.send(zoe, act, refused...)
		check(what)
	}
	for what, q := range map[string]string{"the address of an old post": old["id"].(string), "of a new post": fresh["id"].(string), "the handle": "@eve@far.example", "the address of the account": eve.ID} {
		a := w.ben.Call("GET", "/api/v2/search?resolve=true&q="+url.QueryEscape(q), nil)
		if strings.Contains(string(a.Body), words) || strings.Contains(string(a.Body), `"acct":"eve@far.example"`) {
			t.Errorf("a search for %s finds %s", what, a.Body)
		}
		check("a search for " + what)
	}
	var zoes []struct {
		Content string
		Reblog  *apptest.Status
		Quote   any
	}
	w.ben.Must("GET", "/api/v1/accounts/"+friend+"/statuses", nil, &zoes)
	if len(zoes) == 0 {
		t.Error("what zoe said herself did not come")
	}
	for _, p := range zoes {
		if p.Reblog != nil {
			t.Errorf("a boost of what is not shown is: %+v", p.Reblog)
		}
	}
	if n := len(eve.Host.Got("Accept")); n != 0 {
		t.Errorf("%d follows of who is suspended were accepted", n)
	}
}

func with(doc fedtest.M, key string, value any) fedtest.M {
	out := fedtest.M{}
	for k, v := range doc {
		out[k] = v
	}
	out[key] = value
	return out
}
