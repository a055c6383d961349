package inbox_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestOutOfOrder brings things in the wrong order, and twice.
func TestOutOfOrder(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.befriend(h.ben, h.ada)
	eve := h.world.Host("third.example").Actor("eve")
	h.befriend(h.ben, eve)

	parent := eve.Note("<p>First</p>", nil)
	at := parent["id"].(string)
	eve.ServeAs(at, fedtest.Kind, http.StatusServiceUnavailable, m{}) // for now
	reply := h.ada.Note("<p>Second</p>", m{"inReplyTo": at})
	h.send(h.ada, h.ada.Does("Create", reply, nil))
	child := reply["id"].(string)
	if h.found(child).ID == 0 {
		t.Fatal("a reply whose parent cannot be had did not come")
	}
	eve.Serve(at, parent)
	h.send(eve, eve.Does("Create", parent, nil))
	h.Eventually("the reply to stand under its parent", func() bool {
		return h.found(at).ID != 0 && h.found(child).ReplyTo == h.found(at).ID && h.found(child).Thread == h.found(at).ID
	})

	fay := h.world.Host("fourth.example").Actor("fay")
	awaited := h.meet(fay)
	early := fay.Note("<p>Early</p>", nil)
	h.send(fay, fay.Does("Create", early, nil))
	if h.found(early["id"].(string)).ID != 0 {
		t.Error("a post of whom nobody asked for came")
	}
	h.must(h.Relations.Follow(t.Context(), h.ben.Actor(), social.Follow{Target: awaited}))
	early = fay.Note("<p>Before the answer</p>", nil)
	h.send(fay, fay.Does("Create", early, nil))
	h.send(fay, fay.Does("Accept", h.followBy(h.ben, fay, awaited), nil))
	if h.found(early["id"].(string)).ID == 0 {
		t.Error("a post that came before its author's answer to a follow is not here")
	}

	n := h.ada.Note("<p>Never</p>", nil)
	h.send(h.ada, h.ada.Does("Delete", n["id"], nil))
	create := h.ada.Does("Create", n, nil)
	h.send(h.ada, create)
	if h.found(n["id"].(string)).ID != 0 {
		t.Error("what was deleted before it came is here")
	}

	which, ours := h.post(h.ben, "Hello", "public")
	for _, verb := range []string{"Like", "Dislike", "Announce"} {
		did := h.ada.Does(verb, ours, m{"to": []string{fedtest.Public}})
		h.send(h.ada, h.ada.Does("Undo", did, nil))
		h.send(h.ada, did)
	}
	follow := h.ada.Does("Follow", uri(h.ben), nil)
	h.send(h.ada, h.ada.Does("Undo", follow, nil))
	h.send(h.ada, follow)
	if p := h.local(which); p.Likes != 0 || p.Downs != 0 || p.Boosts != 0 || h.relation(ada, h.ben.ID).Follows {
		t.Errorf("undone before they came: %d likes, %d boosts, follows %t", p.Likes, p.Boosts, h.relation(ada, h.ben.ID).Follows)
	}

	once := h.ada.Does("Create", h.ada.Note("<p>Once</p>", nil), nil)
	had := h.account(h.ada.ID).Posts
	for range 3 {
		h.send(h.ada, once)
	}
	if got := h.account(h.ada.ID).Posts - had; got != 1 {
		t.Errorf("a post that came three times is here %d times", got)
	}

	// The same request again is nothing new, whatever happened since.
	like := h.ada.Request(http.MethodPost, h.at.Inbox(), h.ada.Does("Like", ours, nil))
	header := like.Header.Clone()
	again, _ := like.GetBody()
	if status, _ := fedtest.Do(t, h.at, like); status != http.StatusAccepted {
		t.Fatalf("like: %d", status)
	}
	h.settle()
	if got := h.local(which).Likes; got != 1 {
		t.Fatalf("%d likes, want 1", got)
	}
	h.must(h.Posts.Like(t.Context(), social.Actor{Account: ada, Standing: social.Good, Remote: true}, which, "", false))
	replay, err := http.NewRequest(http.MethodPost, h.at.Inbox(), again)
	h.must(err)
	replay.Header = header
	if status, _ := fedtest.Do(t, h.at, replay); status != http.StatusAccepted {
		t.Errorf("replay: %d", status)
	}
	h.settle()
	if got := h.local(which).Likes; got != 0 {
		t.Errorf("after a replay %d likes, want none", got)
	}
}

// TestUnwanted has no effect for what concerns nobody here.
func TestUnwanted(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.meet(h.ada)
	eve := h.world.Host("third.example").Actor("eve")
	h.quiet()
	before := h.witness.State()
	n, other := h.ada.Note("<p>To whom?</p>", nil), eve.Note("<p>Who?</p>", nil)
	for what, act := range map[string]m{
		"a post":            h.ada.Does("Create", n, nil),
		"a change":          h.ada.Does("Update", n, nil),
		"a boost":           h.ada.Does("Announce", other["id"], nil),
		"a like":            h.ada.Does("Like", other["id"], nil),
		"a forwarded post":  eve.Does("Create", other, nil),
		"a follow of eve":   h.ada.Does("Follow", eve.ID, nil),
		"a report of eve":   h.ada.Does("Flag", []string{eve.ID}, nil),
		"a post elsewhere":  h.ada.Does("Create", other["id"], nil),
		"something unheard": h.ada.Does("Travel", other["id"], nil),
	} {
		h.send(h.ada, act)
		h.unchanged(what, before)
	}
	if got := len(eve.Asked()); got != 0 {
		t.Errorf("%d requests were made for what concerns nobody", got)
	}
}

// TestUnseen has no effect for posts that whoever acts may not see.
func TestUnseen(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.meet(h.ada)
	for _, visibility := range []string{"private", "direct"} {
		which, at := h.post(h.ben, "For few", visibility)
		for _, act := range []m{
			h.ada.Does("Like", at, nil), h.ada.Does("Announce", at, m{"to": []string{fedtest.Public}}), h.ada.Does("EmojiReact", at, m{"content": "🎉"}),
			h.ada.Does("QuoteRequest", at, m{"instrument": h.ada.Note("<p>Look</p>", m{"quote": at})}),
		} {
			h.send(h.ada, act)
		}
		reply := h.ada.Note("<p>I see you</p>", m{"inReplyTo": at})
		h.send(h.ada, h.ada.Does("Create", reply, nil))
		if p := h.local(which); p.Likes+p.Boosts+p.Replies+p.Quotes != 0 {
			t.Errorf("a %s post that ada may not see: %d likes, %d boosts, %d replies, %d quotes", visibility, p.Likes, p.Boosts, p.Replies, p.Quotes)
		}
		if h.found(reply["id"].(string)).ReplyTo == which {
			t.Errorf("a reply stands under a %s post that its author may not see", visibility)
		}
	}
}

// TestRefusedHosts get no word.
func TestRefusedHosts(t *testing.T) {
	t.Parallel()
	h := open(t)
	ada := h.befriend(h.ben, h.ada)
	owner := h.Join("owner", social.Owner)
	by := social.Actor{Account: owner.ID, Standing: social.Good, Role: social.Owner}
	_, err := h.Hosts.Add(t.Context(), by, social.HostBlock{Host: "far.example", Severity: social.HostSuspends})
	h.must(err)
	eve := h.world.Host("third.example").Actor("eve")
	h.befriend(h.ben, eve)
	old := h.ada.Note("<p>Lies</p>", nil)
	_, at := h.post(h.ben, "Hello", "public")
	h.quiet()
	before := h.witness.State()
	status, body := h.ada.Call(h.at, http.MethodPost, h.at.Inbox(), h.ada.Does("Create", old, nil))
	if status != http.StatusForbidden || len(body) != 0 {
		t.Errorf("a suspended host: %d %q, want 403 and nothing", status, body)
	}
	sub := h.world.Host("sub.far.example").Actor("sue")
	if status := sub.Send(h.at, sub.Does("Follow", uri(h.ben), nil)); status != http.StatusForbidden || len(sub.Asked()) != 0 {
		t.Errorf("a host below: %d, asked %d times", status, len(sub.Asked()))
	}
	h.send(eve, eve.Does("Announce", old["id"], nil))
	if got, _ := h.ada.Call(h.at, http.MethodGet, at, nil); got != http.StatusForbidden {
		t.Errorf("somebody of a suspended host asks: %d, want 403", got)
	}
	h.unchanged("a suspended host", before)
	if h.found(old["id"].(string)).ID != 0 || ada == 0 {
		t.Error("a post of a suspended host came by a boost")
	}
}

// TestBudgets has endless threads and endless people end soon.
func TestBudgets(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.befriend(h.ben, h.ada)
	evil := h.world.Host("evil.example")
	mallory := evil.Actor("mallory")
	evil.HandleAll(func(w http.ResponseWriter, r *http.Request) {
		var n int
		if _, err := fmt.Sscanf(r.URL.Path, "/n/%d", &n); err != nil {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Type", fedtest.Kind)
		fmt.Fprintf(w, `{"id":"https://evil.example/n/%d","type":"Note","attributedTo":%q,"content":"x","to":[%q],"inReplyTo":"https://evil.example/n/%d"}`, n, mallory.ID, fedtest.Public, n+1)
	})
	h.send(h.ada, h.ada.Does("Announce", evil.URL("/n/1"), nil))
	if got := len(evil.Asked()); got < 10 || got > 60 {
		t.Errorf("an endless thread: %d requests, want some, at most 60", got)
	}
	if h.found(evil.URL("/n/1")).ID == 0 {
		t.Error("the post itself did not come")
	}

	wild := h.world.Host("*.wild.example")
	wild.HandleAll(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", fedtest.Kind)
		fmt.Fprintf(w, `{"id":"https://%[1]s/u","type":"Person","preferredUsername":"u","inbox":"https://%[1]s/u/inbox"}`, r.Host)
	})
	var tags []m
	for i := range 200 {
		tags = append(tags, m{"type": "Mention", "href": fmt.Sprintf("https://a%d.wild.example/u", i)})
	}
	n := h.ada.Note("<p>All of you</p>", m{"tag": tags})
	h.send(h.ada, h.ada.Does("Create", n, nil))
	if got := len(wild.Asked()); got == 0 || got > 60 {
		t.Errorf("endless people: %d requests, want some, at most 60", got)
	}
	if h.found(n["id"].(string)).ID == 0 {
		t.Error("the post that mentions them did not come")
	}

	round := h.world.Host("round.example").Actor("rita")
	one, two := round.Note("<p>1</p>", nil), round.Note("<p>2</p>", nil)
	one["inReplyTo"], two["inReplyTo"] = two["id"], one["id"]
	round.Serve(one["id"].(string), one)
	round.Serve(two["id"].(string), two)
	h.send(h.ada, h.ada.Does("Announce", one["id"], nil))
	if got := len(round.Asked()); got > 10 || h.found(one["id"].(string)).ID == 0 {
		t.Errorf("a thread that goes round: %d requests", got)
	}
}

// TestAnswers of the inbox itself.
func TestAnswers(t *testing.T) {
	t.Parallel()
	h := open(t)
	act := h.ada.Does("Follow", uri(h.ben), nil)
	for address, want := range map[string]int{
		base + "/ap/users/" + fmt.Sprint(int64(h.ben.ID)) + "/inbox": http.StatusAccepted,
		base + "/ap/users/12345/inbox":                               http.StatusNotFound,
		base + "/ap/users/x/inbox":                                   http.StatusNotFound,
	} {
		if got, body := h.ada.Call(h.at, http.MethodPost, address, act); got != want {
			t.Errorf("%s: %d %s, want %d", strings.TrimPrefix(address, base), got, body, want)
		}
	}
	if got, _ := h.ada.Call(h.at, http.MethodGet, base+"/ap/inbox", nil); got != http.StatusMethodNotAllowed {
		t.Errorf("reading the inbox: %d", got)
	}
}
