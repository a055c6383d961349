package inbox_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/fetch"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// done waits until no job of a kind is left.
func (h *house) done(kind string) {
	h.t.Helper()
	h.Eventually("jobs to be done: "+kind, func() bool {
		n := 0
		h.read(func(ctx context.Context, v *store.View) error {
			stats, err := v.JobStats(ctx)
			for _, s := range stats {
				if s.Kind == kind {
					n = s.Waiting
				}
			}
			return err
		})
		return n == 0
	})
}

// opens has ben read the thread of a post from elsewhere, and waits until its
// rest was looked for.
func (h *house) opens(uri string) (below []string) {
	h.t.Helper()
	which := h.found(uri).ID
	if which == 0 {
		h.t.Fatalf("%s is not here", uri)
	}
	return h.reads(fmt.Sprint(which))
}

func (h *house) reads(which string) (below []string) {
	h.t.Helper()
	var thread struct{ Descendants []struct{ URI string } }
	h.ben.Must("GET", "/api/v1/statuses/"+which+"/context", nil, &thread)
	h.done(store.GatherJob)
	thread.Descendants = nil
	h.ben.Must("GET", "/api/v1/statuses/"+which+"/context", nil, &thread)
	for _, st := range thread.Descendants {
		below = append(below, st.URI)
	}
	return below
}

func at(n m) string { return n["id"].(string) }

// begins has ada begin a thread that ben gets to know, and that says later
// where its replies are.
func (h *house) begins(further m) m {
	h.t.Helper()
	root := h.ada.Note("<p>A thread</p>", nil)
	h.send(h.ada, h.ada.Does("Create", root, nil))
	for k, v := range further {
		root[k] = v
	}
	h.ada.Serve(at(root), root)
	return root
}

// page is a page of a collection with posts, by name.
func page(id, next string, posts ...m) m {
	items := []string{}
	for _, p := range posts {
		items = append(items, at(p))
	}
	d := m{"id": id, "type": "CollectionPage", "items": items}
	if next != "" {
		d["next"] = next
	}
	return d
}

// published is how often a post was told of as news.
func (h *house) published(which social.PostID) (n int) {
	h.t.Helper()
	h.read(func(ctx context.Context, v *store.View) error {
		all, err := v.Facts(ctx, event.Pos{}, 10_000)
		for _, r := range all {
			if f, ok := r.Fact.(event.PostPublished); ok && f.Post == which {
				n++
			}
		}
		return err
	})
	return n
}

// looked are the addresses that the host of an actor was asked for.
func looked(a *fedtest.Actor) (all []string) {
	for _, asked := range a.Asked() {
		if asked.Method == http.MethodGet { // deliveries come when they come
			all = append(all, asked.Path)
		}
	}
	return all
}

// TestGather looks for the rest of a thread that somebody reads: replies, what
// answers those, and what a context has besides.
func TestGather(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		h.befriend(h.ben, h.ada)
		eve, zoe := h.world.Host("third.example").Actor("eve"), h.world.Host("fourth.example").Actor("zoe")
		context := h.ada.New("contexts")
		root := h.begins(m{"context": context})
		reply := func(by *fedtest.Actor, to m, further m) m {
			return by.Note("<p>A reply</p>", with(m{"inReplyTo": at(to)}, further))
		}
		first := reply(eve, root, m{"cc": []string{uri(h.ben)}, "tag": []m{{"type": "Mention", "href": uri(h.ben)}}})
		second, below, apart := reply(zoe, root, nil), m(nil), m(nil)
		below = reply(zoe, first, nil)
		apart = reply(eve, below, nil)
		root["replies"] = m{"id": at(root) + "/replies", "type": "Collection", "first": page(at(root)+"/replies/1", at(root)+"/replies/2", first)}
		h.ada.Serve(at(root), root)
		h.ada.Serve(at(root)+"/replies/2", page(at(root)+"/replies/2", "", second))
		first["replies"] = eve.Serve(at(first)+"/replies", with(page(at(first)+"/replies", "", below), m{"type": "OrderedCollection"}))
		eve.Serve(at(first), first)
		h.ada.Serve(context, m{"id": context, "type": "OrderedCollection", "first": context + "/1"})
		h.ada.Serve(context+"/1", m{"id": context + "/1", "type": "OrderedCollectionPage", "partOf": context, "orderedItems": []string{at(apart), at(root), at(first), at(below)}})

		got := h.opens(at(root))
		want := []string{at(first), at(second), at(below), at(apart)}
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Fatalf("below it are %v, want %v", got, want)
		}
		if n := h.published(h.found(at(first)).ID); n != 0 {
			t.Errorf("what was looked for was told of %d times", n)
		}
		if h.notices("mention") != 0 {
			t.Error("ben has a notice of what was looked for")
		}
		asked := slices.Concat(looked(h.ada), looked(eve))
		h.opens(at(root))
		if now := slices.Concat(looked(h.ada), looked(eve)); len(now) != len(asked) {
			t.Errorf("a thread that was asked for just now was asked for again: %v, before %v", now, asked)
		}
		// When its server sends it, it is news all the same, and once.
		for range 2 {
			h.send(eve, eve.Does("Create", first, nil))
		}
		h.Eventually("ben to be told", func() bool { return h.notices("mention") == 1 })
		if n := h.published(h.found(at(first)).ID); n != 1 {
			t.Errorf("what was sent later was told of %d times, want once", n)
		}
	})
}

// notices is how many of a kind ben has.
func (h *house) notices(kind string) int {
	h.t.Helper()
	var all []struct{ Type string }
	h.ben.Must("GET", "/api/v1/notifications?types[]="+kind, nil, &all)
	return len(all)
}

func with(doc, further m) m {
	out := m{}
	for _, all := range []m{doc, further} {
		for k, v := range all {
			out[k] = v
		}
	}
	return out
}

// TestGatherUnasked asks nobody for who is not signed in, and for threads that
// are ours alone.
func TestGatherUnasked(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.befriend(h.ben, h.ada)
	root := h.begins(nil)
	before := len(looked(h.ada))
	if got := h.Call("GET", fmt.Sprintf("/api/v1/statuses/%d/context", h.found(at(root)).ID), "", nil); got.Status != http.StatusOK {
		t.Fatalf("a stranger reads it: %d", got.Status)
	}
	_, ours := h.post(h.ben, "Hello", "public")
	h.reads(ours[strings.LastIndexByte(ours, '/')+1:])
	h.read(func(ctx context.Context, v *store.View) error {
		stats, err := v.JobStats(ctx)
		for _, s := range stats {
			if s.Kind == store.GatherJob {
				t.Errorf("there are jobs: %+v", s)
			}
		}
		return err
	})
	if n := len(looked(h.ada)) - before; n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestGatherLies takes nothing that does not belong into the thread, whatever a
// server says.
func TestGatherLies(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.befriend(h.ben, h.ada)
	third := h.world.Host("third.example")
	eve, zoe := third.Actor("eve"), h.world.Host("fourth.example").Actor("zoe")
	root := h.begins(nil)
	other := eve.Note("<p>Another thread</p>", nil)
	posts := map[string]m{
		"another thread":          other,
		"a reply in another":      eve.Note("<p>x</p>", m{"inReplyTo": at(other)}),
		"for followers":           eve.Note("<p>x</p>", m{"inReplyTo": at(root), "to": []string{eve.ID + "/followers"}, "cc": []string{}}),
		"for one":                 eve.Note("<p>x</p>", m{"inReplyTo": at(root), "to": []string{uri(h.ben)}, "cc": []string{}}),
		"somebody else's":         eve.Note("<p>x</p>", m{"inReplyTo": at(root), "attributedTo": zoe.ID}),
		"in zoe's name elsewhere": eve.Note("<p>x</p>", m{"inReplyTo": at(root), "id": third.URL("/false"), "attributedTo": zoe.ID}),
		"in ben's name":           eve.Note("<p>x</p>", m{"inReplyTo": at(root), "attributedTo": uri(h.ben)}),
	}
	stolen := third.Serve("/stolen", zoe.Note("<p>x</p>", m{"inReplyTo": at(root), "id": "https://fourth.example/never"}))
	items := []any{stolen, "https://127.0.0.1/x", "https://10.0.0.1/x", "https://[::1]/x", "http://third.example/x", "https://localhost/x", "ftp://x/y", 7, nil,
		base + "/ap/posts/1", base + "/ap/actor", at(root), eve.ID, third.URL("/nothing"), m{"type": "Note", "id": "https://fourth.example/embedded",
			"attributedTo": zoe.ID, "inReplyTo": at(root), "to": []string{fedtest.Public}, "content": "forged"}}
	for _, p := range posts {
		items = append(items, at(p))
	}
	replies := at(root) + "/replies"
	root["replies"] = m{"id": replies, "type": "Collection", "items": items, "first": m{"type": "CollectionPage", "next": third.URL("/elsewhere"), "items": items}}
	root["context"] = third.URL("/context")
	h.ada.Serve(at(root), root)
	third.Serve("/context", m{"id": third.URL("/context"), "type": "Collection", "items": items})

	if got := h.opens(at(root)); len(got) != 0 {
		t.Errorf("below it are %v", got)
	}
	for what, p := range posts {
		if h.found(at(p)).ID != 0 {
			t.Errorf("%s is here", what)
		}
	}
	for _, never := range []string{"https://fourth.example/never", "https://fourth.example/embedded", third.URL("/false")} {
		if h.found(never).ID != 0 {
			t.Errorf("%s is here", never)
		}
	}
	for _, a := range third.Asked() {
		if a.Path == "/elsewhere" || a.Path == "/context" {
			t.Errorf("another server than the post's was asked for %s", a.Path)
		}
	}
}

// paths is how many requests a host got for paths that begin so.
func paths(host *fedtest.Host, prefix string) (n int) {
	for _, a := range host.Asked() {
		if strings.HasPrefix(a.Path, prefix) {
			n++
		}
	}
	return n
}

// TestGatherLimits comes to an end, wherever a server leads, and goes up to
// each limit.
func TestGatherLimits(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.befriend(h.ben, h.ada)
	far := h.ada.Host

	// A collection that never ends, and one that goes round.
	n := 0
	far.HandleAll(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/endless/") {
			http.NotFound(w, r)
			return
		}
		n++
		w.Header().Set("Content-Type", fedtest.Kind)
		fmt.Fprintf(w, `{"id":"https://far.example%s","type":"CollectionPage","items":[],"next":"https://far.example/endless/%d"}`, r.URL.Path, n)
	})
	h.opens(at(h.begins(m{"replies": far.URL("/endless/0")})))
	if got := paths(far, "/endless/"); got != fetch.MaxGatherPages {
		t.Errorf("%d pages of an endless list were asked for, want %d", got, fetch.MaxGatherPages)
	}
	round := h.begins(nil)
	far.Serve("/round", m{"id": far.URL("/round"), "type": "Collection", "first": far.URL("/round/1")})
	far.Serve("/round/1", m{"id": far.URL("/round/1"), "type": "CollectionPage", "items": []string{}, "next": far.URL("/round/1"), "first": far.URL("/round")})
	root := with(round, m{"replies": far.URL("/round"), "context": far.URL("/round")})
	far.Serve(at(round), root)
	h.opens(at(round))
	if got := paths(far, "/round"); got != 2 {
		t.Errorf("%d requests for a list of two parts that goes round", got)
	}

	// More replies than are taken, on several sites; more on one than it is asked
	// for; more names than are looked at.
	many := func(count int, hosts ...string) (root m, all []string) {
		root = h.begins(nil)
		for i := range count {
			by := h.world.Host(hosts[i%len(hosts)]).Actor("eve")
			all = append(all, at(by.Note("<p>x</p>", m{"inReplyTo": at(root)})))
		}
		far.Serve(at(root), with(root, m{"replies": m{"type": "Collection", "id": at(root) + "/replies", "items": all}}))
		return root, all
	}
	root, _ = many(fetch.MaxGathered+10, "a.example", "b.example", "c.example", "d.example")
	if got := len(h.opens(at(root))); got != fetch.MaxGathered {
		t.Errorf("%d posts were taken, want %d", got, fetch.MaxGathered)
	}
	root, _ = many(fetch.MaxGatherPerSite+10, "one.example")
	h.opens(at(root))
	if got := paths(h.world.Host("one.example"), "/users/"); got != fetch.MaxGatherPerSite {
		t.Errorf("one site was asked %d times, want %d", got, fetch.MaxGatherPerSite)
	}

	// A chain that is longer than it is followed.
	chain := []m{h.begins(nil)}
	for i := range fetch.MaxGatherDepth + 2 {
		by := h.world.Host("chain.example").Actor("eve")
		chain = append(chain, by.Note("<p>x</p>", m{"inReplyTo": at(chain[i])}))
	}
	for i, p := range chain[:len(chain)-1] {
		p["replies"] = m{"type": "Collection", "id": at(p) + "/replies", "items": []string{at(chain[i+1])}}
		host, _, _ := strings.Cut(strings.TrimPrefix(at(p), "https://"), "/")
		h.world.Host(host).Serve(at(p), p)
	}
	if got := len(h.opens(at(chain[0]))); got != fetch.MaxGatherDepth {
		t.Errorf("a chain was followed %d deep, want %d", got, fetch.MaxGatherDepth)
	}

	// Documents as large as they may be.
	root = h.begins(nil)
	var all []string
	for i := range 30 {
		large := h.world.Host(fmt.Sprintf("large%d.example", i%3)).Actor("eve").Note("<p>x</p>", m{"inReplyTo": at(root)})
		host := h.world.Host(fmt.Sprintf("large%d.example", i%3))
		host.Serve(at(large), with(large, m{"padding": slices.Repeat([]string{strings.Repeat("a", 100_000)}, 9)}))
		all = append(all, at(large))
	}
	far.Serve(at(root), with(root, m{"replies": m{"type": "Collection", "id": at(root) + "/replies", "items": all}}))
	if got, want := len(h.opens(at(root))), fetch.MaxGatherBytes/900_000+1; got != want {
		t.Errorf("%d large posts were read, want %d", got, want)
	}
}
