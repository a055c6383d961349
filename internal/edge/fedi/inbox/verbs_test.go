package inbox_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/sign"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// TestPeople plays what people are to each other, once honestly.
func TestPeople(t *testing.T) { t.Parallel(); each(t, playPeople) }

func playPeople(t *testing.T, h *house) {
	ada := h.meet(h.ada)
	follow := h.ada.Does("Follow", uri(h.ben), nil)
	h.send(h.ada, follow)
	if !h.relation(ada, h.ben.ID).Follows {
		t.Error("ada asked to follow ben, who is not locked, and does not")
	}
	h.send(h.ada, h.ada.Does("Undo", follow, nil))
	if h.relation(ada, h.ben.ID).Follows {
		t.Error("ada took her follow back and still follows")
	}
	again := h.ada.Does("Follow", m{"id": uri(h.ben), "type": "Person", "inbox": uri(h.ben) + "/inbox"}, nil)
	h.send(h.ada, again)
	h.send(h.ada, h.ada.Does("Undo", again["id"], nil))
	if h.relation(ada, h.ben.ID).Follows {
		t.Error("ada took her follow back by its address and still follows")
	}

	h.must(h.Relations.Follow(t.Context(), h.ben.Actor(), social.Follow{Target: ada}))
	if r := h.relation(h.ben.ID, ada); r.Follows || !r.Requested {
		t.Errorf("ben follows ada before she agrees: %+v", r)
	}
	h.send(h.ada, h.ada.Does("Accept", view.Base(base).FollowURI(h.ben.ID, ada, 1), nil))
	if !h.relation(h.ben.ID, ada).Follows {
		t.Error("ada accepted ben's follow by its address, and he does not follow")
	}
	h.send(h.ada, h.ada.Does("Reject", h.followBy(h.ben, h.ada, ada), nil))
	if r := h.relation(h.ben.ID, ada); r.Follows || r.Requested {
		t.Errorf("ada rejected ben later: %+v", r)
	}
	h.befriend(h.ben, h.ada)

	h.ada.Doc["name"] = "Ada L."
	h.ada.Publish()
	h.send(h.ada, h.ada.Does("Update", h.ada.Doc, nil))
	if got := h.account(h.ada.ID).DisplayName; got != "Ada L." {
		t.Errorf("ada is called %q after her update", got)
	}

	block := h.ada.Does("Block", uri(h.ben), nil)
	h.send(h.ada, block)
	if r := h.relation(ada, h.ben.ID); !r.Blocks || h.relation(h.ben.ID, ada).Follows {
		t.Errorf("ada blocked ben: %+v", r)
	}
	h.send(h.ada, h.ada.Does("Undo", block, nil))
	if h.relation(ada, h.ben.ID).Blocks {
		t.Error("ada took her block back")
	}

	which, at := h.post(h.ben, "Buy now", "public")
	h.send(h.ada, h.ada.Does("Flag", []string{uri(h.ben), at}, m{"content": "Spam!"}))
	h.read(func(ctx context.Context, v *store.View) error {
		all, err := v.Reports(ctx, social.ReportQuery{Target: h.ben.ID}, social.Page{Limit: 5})
		if len(all) != 1 || all[0].Comment != "Spam!" || len(all[0].Posts) != 1 || all[0].Posts[0] != which || all[0].Reporter != ada {
			t.Errorf("reports: %+v", all)
		}
		return err
	})
}

// TestMove leads followers to where somebody went, and the end of somebody
// takes them away.
func TestMove(t *testing.T) { t.Parallel(); each(t, playMove) }

func playMove(t *testing.T, h *house) {
	ada := h.befriend(h.ben, h.ada)
	next := h.world.Host("new.example").Actor("ada")
	next.Doc["alsoKnownAs"] = []string{h.ada.ID}
	next.Publish()
	h.ada.Doc["movedTo"] = next.ID
	h.ada.Publish()
	h.send(h.ada, h.ada.Does("Move", h.ada.ID, m{"target": next.ID}))
	if got := h.account(h.ada.ID).MovedTo; got == 0 || got != h.account(next.ID).ID {
		t.Errorf("ada moved to %d, the new one is %d", got, h.account(next.ID).ID)
	}
	h.Eventually("ben to ask the new ada", func() bool {
		r := h.relation(h.ben.ID, h.account(next.ID).ID)
		return r.Requested || r.Follows
	})
	n := h.ada.Note("<p>Farewell</p>", m{"inReplyTo": nil, "tag": []m{{"type": "Mention", "href": uri(h.ben)}}})
	h.send(h.ada, h.ada.Does("Create", n, nil))
	h.send(h.ada, h.ada.Does("Delete", h.ada.ID, nil))
	if h.found(n["id"].(string)).ID != 0 && h.account(h.ada.ID).ID == ada && h.account(h.ada.ID).Standing == social.Good {
		t.Error("ada is deleted, and still here with her post")
	}
}

// TestPosts plays what becomes of posts, once honestly.
func TestPosts(t *testing.T) { t.Parallel(); each(t, playPosts) }

func playPosts(t *testing.T, h *house) {
	h.befriend(h.ben, h.ada)
	n := h.ada.Note("<p>Hello <script>alert(1)</script>world</p>", m{"sensitive": true, "summary": "Greeting", "contentMap": m{"en": "<p>Hello <script>alert(1)</script>world</p>"},
		"tag":        []m{{"type": "Hashtag", "name": "#Greeting"}, {"type": "Mention", "href": uri(h.ben), "name": "@ben@plaza.example"}},
		"attachment": []m{{"type": "Document", "mediaType": "image/png", "url": "https://far.example/a.png", "name": "A cat"}}})
	id := n["id"].(string)
	h.send(h.ada, h.ada.Does("Create", n, nil))
	p := h.found(id)
	if p.ID == 0 || strings.Contains(p.HTML, "script") || !strings.Contains(p.HTML, "Hello") || p.Warning != "Greeting" || !p.Sensitive || p.Visibility != social.Public ||
		p.Language != "en" || len(p.Tags) != 1 || len(p.Mentions) != 1 || p.Mentions[0].Account != h.ben.ID || len(p.Media) != 1 {
		t.Errorf("the post is %+v", p)
	}
	n["content"], n["updated"] = "<p>Hello again</p>", time.Now().Add(time.Second).UTC().Format(time.RFC3339)
	delete(n, "contentMap")
	h.send(h.ada, h.ada.Does("Update", n, nil))
	if got := h.found(id).HTML; !strings.Contains(got, "again") {
		t.Errorf("after the update it says %q", got)
	}
	h.send(h.ada, h.ada.Does("Add", id, m{"target": h.ada.ID + "/featured"}))
	if !h.pinned(h.ada, p.ID) {
		t.Error("ada featured her post, and it is not on top")
	}
	h.send(h.ada, h.ada.Does("Remove", id, m{"target": h.ada.ID + "/featured"}))
	if h.pinned(h.ada, p.ID) {
		t.Error("ada's post is still on top")
	}
	h.send(h.ada, h.ada.Does("Delete", m{"id": id, "type": "Tombstone"}, nil))
	if h.found(id).ID != 0 {
		t.Error("ada deleted her post, and it is here")
	}
	for what, audience := range map[social.Visibility]m{
		social.Unlisted:  {"to": []string{h.ada.ID + "/followers"}, "cc": []string{fedtest.Public}},
		social.Followers: {"to": []string{h.ada.ID + "/followers"}, "cc": []string{}},
		social.Direct:    {"to": []string{uri(h.ben)}, "cc": []string{}},
	} {
		n := h.ada.Note("<p>For some</p>", audience)
		h.send(h.ada, h.ada.Does("Create", n, nil))
		if got := h.found(n["id"].(string)).Visibility; got != what {
			t.Errorf("a post to %v is %q, want %q", audience, got, what)
		}
	}
}

func (h *house) pinned(a *fedtest.Actor, which social.PostID) (yes bool) {
	h.t.Helper()
	who := h.account(a.ID).ID
	h.read(func(ctx context.Context, v *store.View) error {
		marks, err := v.Marks(ctx, who, []social.PostID{which})
		yes = marks[which].Has(social.Pinned)
		return err
	})
	return yes
}

// TestActsOnOurs plays what others do with what we wrote, once honestly.
func TestActsOnOurs(t *testing.T) { t.Parallel(); each(t, playActsOnOurs) }

func playActsOnOurs(t *testing.T, h *house) {
	which, at := h.post(h.ben, "Hello", "public")
	for verb, count := range map[string]func(social.Post) int{
		"Like": func(p social.Post) int { return p.Likes }, "EmojiReact": func(p social.Post) int { return p.Kinds },
		"Dislike": func(p social.Post) int { return p.Downs }, "Announce": func(p social.Post) int { return p.Boosts },
	} {
		more := m{"to": []string{fedtest.Public}}
		if verb == "EmojiReact" {
			more["content"] = "🎉"
		}
		did := h.ada.Does(verb, at, more)
		h.send(h.ada, did)
		h.send(h.ada, did)
		if got := count(h.local(which)); got != 1 {
			t.Errorf("%s, twice the same: counted %d, want 1", verb, got)
		}
		h.send(h.ada, h.ada.Does("Undo", did, nil))
		if got := count(h.local(which)); got != 0 {
			t.Errorf("%s was undone: counted %d, want 0", verb, got)
		}
	}
	reply := h.ada.Note("<p>Hi</p>", m{"inReplyTo": at, "to": []string{fedtest.Public}, "cc": []string{uri(h.ben)}})
	h.send(h.ada, h.ada.Does("Create", reply, nil))
	if p := h.found(reply["id"].(string)); p.ReplyTo != which || h.local(which).Replies != 1 {
		t.Errorf("the reply answers %d, want %d", p.ReplyTo, which)
	}

	var asked struct{ ID string }
	h.ben.Must("POST", "/api/v1/statuses", m{"status": "Tea?", "poll": m{"options": []string{"yes", "no"}, "expires_in": 600}}, &asked)
	question := base + "/ap/posts/" + asked.ID
	vote := m{"id": h.ada.New("votes"), "type": "Note", "attributedTo": h.ada.ID, "to": uri(h.ben), "name": "yes", "inReplyTo": question}
	h.send(h.ada, h.ada.Does("Create", vote, nil))
	h.send(h.ada, h.ada.Does("Create", vote, nil))
	var shown struct {
		Poll struct {
			Options []struct {
				Title string
				Votes int `json:"votes_count"`
			}
		}
	}
	h.ben.Must("GET", "/api/v1/statuses/"+asked.ID, nil, &shown)
	if o := shown.Poll.Options; len(o) != 2 || o[0].Votes != 1 || o[1].Votes != 0 {
		t.Errorf("after one vote, sent twice: %+v", o)
	}
}

// TestAnnounced brings in what people here see passed on, from where it is at
// home, with what it answers.
func TestAnnounced(t *testing.T) { t.Parallel(); each(t, playAnnounced) }

func playAnnounced(t *testing.T, h *house) {
	h.befriend(h.ben, h.ada)
	eve := h.world.Host("third.example").Actor("eve")
	first := eve.Note("<p>One</p>", nil)
	second := eve.Note("<p>Two</p>", m{"inReplyTo": first["id"]})
	lie := m{}
	for k, v := range second {
		lie[k] = v
	}
	lie["content"] = "<p>A lie</p>"
	h.send(h.ada, h.ada.Does("Announce", lie, nil))
	p := h.found(second["id"].(string))
	if p.ID == 0 || !strings.Contains(p.HTML, "Two") || p.Boosts != 1 {
		t.Errorf("what was passed on is %+v", p)
	}
	if one := h.found(first["id"].(string)); one.ID == 0 || p.ReplyTo != one.ID || p.Thread != one.Thread {
		t.Errorf("it answers %d, not %d", p.ReplyTo, one.ID)
	}
	article := eve.Note("<p>Very long</p>", m{"type": "Article", "name": "On <b>Tea</b>", "summary": "About tea", "url": "https://third.example/tea"})
	h.send(h.ada, h.ada.Does("Announce", article["id"], nil))
	if got := h.found(article["id"].(string)).HTML; !strings.Contains(got, "On") || !strings.Contains(got, "About tea") || !strings.Contains(got, `href="https://third.example/tea"`) {
		t.Errorf("an article says %q", got)
	}
}

// TestForwarded takes what a third brings from where it is at home, or not at
// all.
func TestForwarded(t *testing.T) { t.Parallel(); each(t, playForwarded) }

func playForwarded(t *testing.T, h *house) {
	h.befriend(h.ben, h.ada)
	eve := h.world.Host("third.example").Actor("eve")
	n := eve.Note("<p>True</p>", nil)
	lie := m{}
	for k, v := range n {
		lie[k] = v
	}
	lie["content"] = "<p>False</p>"
	id := n["id"].(string)
	h.send(h.ada, eve.Does("Create", lie, nil))
	if got := h.found(id).HTML; !strings.Contains(got, "True") {
		t.Errorf("a forwarded post says %q", got)
	}
	h.send(h.ada, eve.Does("Delete", id, nil))
	if h.found(id).ID == 0 {
		t.Error("a third had a post deleted that is there")
	}
	n["content"], n["updated"] = "<p>Truer</p>", time.Now().Add(time.Minute).UTC().Format(time.RFC3339)
	eve.Serve(id, n)
	h.send(h.ada, eve.Does("Update", lie, nil))
	if got := h.found(id).HTML; !strings.Contains(got, "Truer") {
		t.Errorf("after a forwarded update it says %q", got)
	}
	eve.Gone(id)
	h.send(h.ada, eve.Does("Delete", id, nil))
	if h.found(id).ID != 0 {
		t.Error("what is gone at home is still here")
	}
}

// TestSignatures takes both kinds, new keys and keys that stand alone.
func TestSignatures(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.meet(h.ada)
	dislike := func() m { return h.ada.Does("Dislike", base+"/ap/posts/1", nil) }
	h.ada.Sign = sign.RFC9421
	if got := h.ada.Send(h.at, dislike()); got != http.StatusAccepted {
		t.Errorf("RFC 9421: %d", got)
	}
	h.ada.Rotate()
	if got := h.ada.Send(h.at, dislike()); got != http.StatusAccepted {
		t.Errorf("with a new key: %d", got)
	}
	kim := h.world.Host("far.example").Actor("kim")
	kim.KeyID = kim.URL("/keys/kim")
	kim.Doc["publicKey"] = kim.PublicKey()
	kim.Publish()
	key := kim.PublicKey()
	key["type"] = "Key"
	kim.Serve("/keys/kim", key)
	if got := kim.Send(h.at, kim.Does("Dislike", base+"/ap/posts/1", nil)); got != http.StatusAccepted {
		t.Errorf("with a key that stands alone: %d", got)
	}
	stranger := h.world.Host("gone.example").Actor("zoe")
	stranger.Leave()
	before := len(stranger.Asked())
	if got := stranger.Send(h.at, stranger.Does("Delete", stranger.ID, nil)); got != http.StatusAccepted || len(stranger.Asked()) != before {
		t.Errorf("the end of somebody unknown: %d, after %d requests", got, len(stranger.Asked())-before)
	}
	if got := stranger.Send(h.at, stranger.Does("Follow", uri(h.ben), nil)); got != http.StatusUnauthorized {
		t.Errorf("somebody who is gone: %d", got)
	}
}

// TestVerify shows what is for few to those who sign as them.
func TestVerify(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.send(h.ada, h.ada.Does("Follow", uri(h.ben), nil))
	eve := h.world.Host("third.example").Actor("eve")
	_, at := h.post(h.ben, "For few", "private")
	_, other := h.post(h.ben, "For all", "public")
	forged := *eve
	forged.KeyID = h.ada.KeyID
	for who, tt := range map[string]struct {
		by   *fedtest.Actor
		want int
	}{"ada, who follows": {h.ada, 200}, "eve": {eve, 404}, "eve as ada": {&forged, 404}} {
		if got, body := tt.by.Call(h.at, http.MethodGet, at, nil); got != tt.want {
			t.Errorf("%s: %d %.200s, want %d", who, got, body, tt.want)
		}
	}
	to, _ := url.Parse(at)
	if got, _ := h.ada.Call(h.at, http.MethodGet, other, nil, func(r *http.Request) { r.URL.Path = to.Path }); got != 404 {
		t.Errorf("signed for another post: %d, want 404", got)
	}
}
