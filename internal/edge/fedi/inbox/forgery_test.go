package inbox_test

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/social"
)

// A town is a house with what forgers are after: ben follows ada and asked
// carl, ada wrote a post and passed on one of ben's. Zoe is of ada's server,
// mallory of her own.
type town struct {
	*house
	zoe, mallory, carl *fedtest.Actor
	theirs             m // ada's post
	ours               string
	boost              m
	asked              m // ben's Follow of carl
	poll               string
}

func build(t *testing.T) *town {
	h := open(t)
	w := &town{house: h, zoe: h.world.Host("far.example").Actor("zoe"), mallory: h.world.Host("evil.example").Actor("mallory"), carl: h.world.Host("third.example").Actor("carl")}
	w.mallory.Doc["alsoKnownAs"] = []string{h.ada.ID}
	w.mallory.Publish()
	h.befriend(h.ben, h.ada)
	for _, a := range []*fedtest.Actor{w.zoe, w.mallory, w.carl} {
		h.meet(a)
	}
	w.theirs = h.ada.Note("<p>Truth</p>", nil)
	h.send(h.ada, h.ada.Does("Create", w.theirs, nil))
	_, w.ours = h.post(h.ben, "Hello", "public")
	w.boost = h.ada.Does("Announce", w.ours, m{"to": []string{fedtest.Public}})
	h.send(h.ada, w.boost)
	carl := h.account(w.carl.ID).ID
	h.must(h.Relations.Follow(t.Context(), h.ben.Actor(), social.Follow{Target: carl}))
	w.asked = h.followBy(h.ben, w.carl, carl)
	var asked struct{ ID string }
	h.ben.Must("POST", "/api/v1/statuses", m{"status": "Tea?", "poll": m{"options": []string{"yes", "no"}, "expires_in": 600}}, &asked)
	w.poll = base + "/ap/posts/" + asked.ID
	h.quiet()
	return w
}

// quiet waits until nothing changes any more: followers have followed.
func (h *house) quiet() {
	h.t.Helper()
	const followers = 11 // that a house with federation has
	h.Eventually("everybody to have read the journal", func() bool { return h.witness.CaughtUp(followers) })
}

func copied(doc m, further m) m {
	out := m{}
	for _, all := range []m{doc, further} {
		for k, v := range all {
			out[k] = v
		}
	}
	return out
}

// acts is every kind of activity, said to be by somebody.
func (w *town) acts(by string) map[string]m {
	act := func(verb string, object any, further m) m {
		return copied(m{"@context": "https://www.w3.org/ns/activitystreams", "id": w.ada.New("forged"), "type": verb, "actor": by, "object": object, "to": []string{fedtest.Public, uri(w.ben)}}, further)
	}
	theirs := w.theirs["id"].(string)
	note := func(further m) m {
		return copied(m{"id": w.ada.New("forged"), "type": "Note", "attributedTo": by, "content": "<p>Lies</p>", "to": []string{fedtest.Public}, "cc": []string{uri(w.ben)}}, further)
	}
	return map[string]m{
		"Create": act("Create", note(nil), nil), "Create a reply": act("Create", note(m{"inReplyTo": w.ours}), nil),
		"vote":         act("Create", note(m{"name": "yes", "content": nil, "inReplyTo": w.poll}), nil),
		"Update":       act("Update", note(m{"id": theirs, "updated": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}), nil),
		"Update actor": act("Update", copied(w.ada.Doc, m{"id": by, "name": "Mallory", "publicKey": w.mallory.PublicKey()}), nil),
		"Delete":       act("Delete", theirs, nil), "Delete tombstone": act("Delete", m{"id": theirs, "type": "Tombstone"}, nil), "Delete actor": act("Delete", by, nil),
		"Announce": act("Announce", w.poll, nil), "Like": act("Like", w.ours, nil), "EmojiReact": act("EmojiReact", w.ours, m{"content": "🎉"}), "Dislike": act("Dislike", w.ours, nil),
		"Follow": act("Follow", uri(w.ben), nil), "Block": act("Block", uri(w.ben), nil), "Flag": act("Flag", []string{uri(w.ben), w.ours}, nil),
		"Accept": act("Accept", w.asked, nil), "Reject": act("Reject", w.asked, nil), "Accept address": act("Accept", w.asked["id"], nil),
		"Undo": act("Undo", copied(w.boost, m{"actor": by}), nil), "Undo address": act("Undo", w.boost["id"], nil),
		"Add": act("Add", theirs, m{"target": w.ada.ID + "/featured"}), "Remove": act("Remove", theirs, m{"target": w.ada.ID + "/featured"}),
		"Move":         act("Move", by, m{"target": w.mallory.ID}),
		"QuoteRequest": act("QuoteRequest", w.ours, m{"instrument": note(m{"quote": w.ours})}),
	}
}

// TestForgery sends every kind of activity in ada's name with every way to
// pretend that she signed it. Nothing may come of any.
func TestForgery(t *testing.T) {
	t.Parallel()
	w := build(t)
	evil, far := w.mallory.Host, w.ada.Host
	signAs := func(a *fedtest.Actor, keyID string) *fedtest.Actor {
		forged := *a
		forged.KeyID = keyID
		return &forged
	}
	stolen := w.mallory.PublicKey()
	stolen["owner"] = w.ada.ID
	lone := evil.URL("/keys/ada")
	evil.Serve("/keys/ada", copied(stolen, m{"id": lone, "type": "Key"}))
	evil.Serve("/users/fake", copied(w.ada.Doc, m{"publicKey": copied(stolen, m{"id": evil.URL("/users/fake#main-key")})}))
	evil.Serve("/users/same", copied(w.mallory.Doc, m{"id": evil.URL("/users/same"), "publicKey": copied(stolen, m{"id": evil.URL("/users/same#main-key")})}))
	evil.Redirect("/to", w.ada.ID)
	evil.Serve("/answer", copied(w.ada.Doc, m{"publicKey": copied(stolen, m{"id": far.URL("/open#main-key")})}))
	far.Redirect("/open", evil.URL("/answer"))
	far.ServeAs("/upload", "text/plain", 200, copied(w.ada.Doc, m{"id": far.URL("/upload"), "publicKey": copied(stolen, m{"id": far.URL("/upload#main-key"), "owner": far.URL("/upload")})}))
	far.ServeAs("/picture.png", "image/png", 200, copied(w.ada.Doc, m{"id": far.URL("/picture.png")}))

	type forger struct {
		signer *fedtest.Actor
		actor  string // whom the activity is said to be by; ada if empty
		change func(*http.Request)
	}
	forgers := map[string]forger{
		"another server's actor signs":           {signer: w.mallory},
		"another actor of the server signs":      {signer: w.zoe},
		"the key's name is ada's":                {signer: signAs(w.mallory, w.ada.KeyID)},
		"a key elsewhere says it is ada's":       {signer: signAs(w.mallory, lone)},
		"an actor elsewhere says it is ada":      {signer: signAs(w.mallory, evil.URL("/users/fake#main-key"))},
		"an actor's key says it is ada's":        {signer: signAs(w.mallory, evil.URL("/users/same#main-key"))},
		"an address elsewhere leads to ada":      {signer: signAs(w.mallory, evil.URL("/to#main-key"))},
		"an address of ada's server leads away":  {signer: signAs(w.mallory, far.URL("/open#main-key"))},
		"a file on ada's server looks like hers": {signer: signAs(w.mallory, far.URL("/upload#main-key"))},
		"a picture on ada's server":              {signer: signAs(w.mallory, far.URL("/picture.png#main-key"))},
		"the key is on another port":             {signer: signAs(w.ada, "https://far.example:8443/users/ada#main-key")},
		"the actor is on another port":           {signer: w.ada, actor: "https://far.example:8443/users/ada"},
		"the host is in capitals":                {signer: w.mallory, actor: "https://FAR.example/users/ada"},
		"the host ends in a dot":                 {signer: w.mallory, actor: "https://far.example./users/ada"},
		"the path is in capitals":                {signer: w.ada, actor: "https://far.example/users/ADA"},
		"the actor is http":                      {signer: w.ada, actor: "http://far.example/users/ada"},
		"the host is a name":                     {signer: w.mallory, actor: "https://far.example@evil.example/users/mallory"},
		"the actor is of ours":                   {signer: w.mallory, actor: uri(w.ben)},
		"the key is of ours":                     {signer: signAs(w.mallory, uri(w.ben)+"#main-key")},
		"nothing is signed":                      {signer: w.ada, change: func(r *http.Request) { r.Header.Del("Signature") }},
		"the body is another":                    {signer: w.ada, change: func(r *http.Request) { r.Body = http.NoBody; r.ContentLength = 0 }},
		"the digest is another":                  {signer: w.ada, change: func(r *http.Request) { r.Header.Set("Digest", "SHA-256=47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=") }},
		"it was for another host":                {signer: w.ada, change: func(r *http.Request) { r.Host = "other.example" }},
		"it was for another address":             {signer: w.ada, change: func(r *http.Request) { r.URL.Path = "/ap/users/" + fmt.Sprint(int64(w.ben.ID)) + "/inbox" }},
		"it is of another day": {signer: w.ada, change: func(r *http.Request) {
			r.Header.Set("Date", time.Now().Add(-48*time.Hour).UTC().Format(http.TimeFormat))
		}},
		"it is no activity by its type": {signer: w.ada, change: func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }},
	}
	before := w.witness.State()
	for how, f := range forgers {
		actor := f.actor
		if actor == "" {
			actor = w.ada.ID
		}
		for what, act := range w.acts(actor) {
			var change []func(*http.Request)
			if f.change != nil {
				change = append(change, f.change)
			}
			if got := f.signer.Send(w.at, act, change...); got >= 500 && got != http.StatusServiceUnavailable {
				t.Errorf("%s: %s: status %d", how, what, got)
			}
		}
		w.settle()
		w.unchanged(how, before)
		if t.Failed() {
			return // what comes next would be blamed for it
		}
	}
}

// TestHonest sends the same acts as TestForgery with a signature that is good,
// to see that it would find what they do.
func TestHonest(t *testing.T) {
	t.Parallel()
	w := build(t)
	acts := w.acts(w.ada.ID)
	for _, what := range []string{"Create", "Create a reply", "vote", "Update", "Announce", "Like", "Undo", "Follow", "QuoteRequest", "Flag", "Add", "Remove", "Block", "Move", "Delete", "Delete actor"} {
		before := w.witness.State()
		w.send(w.ada, acts[what])
		w.quiet()
		changed := false
		for table, now := range w.witness.State() {
			changed = changed || now != before[table]
		}
		if !changed {
			t.Errorf("%s: nothing came of it", what)
		}
	}
}

// sameServer is what nobody but a server itself can know: which of its people
// has which address.
var sameServer = map[string]bool{"a boost under ada's address": true, "a follow under ada's address": true, "a post at ada's that is not": true}

// TestNotTheirs sends what its signer really did, to what is not theirs.
func TestNotTheirs(t *testing.T) {
	t.Parallel()
	w := build(t)
	theirs := w.theirs["id"].(string)
	before := w.witness.State()
	for who, by := range map[string]*fedtest.Actor{"another server's": w.mallory, "the same server's": w.zoe} {
		note := func(further m) m {
			return copied(m{"id": by.New("notes"), "type": "Note", "attributedTo": by.ID, "content": "<p>Lies</p>", "to": []string{fedtest.Public, uri(w.ben)}}, further)
		}
		for what, act := range map[string]m{
			"a post by ada":                   by.Does("Create", note(m{"attributedTo": w.ada.ID}), nil),
			"a post by both":                  by.Does("Create", note(m{"attributedTo": []string{w.ada.ID, by.ID}}), nil),
			"ada's post":                      by.Does("Create", note(m{"id": theirs}), nil),
			"a post of ours":                  by.Does("Create", note(m{"id": w.ours}), nil),
			"a post at ada's that is not":     by.Does("Create", note(m{"id": w.ada.ID + "/nothing"}), nil),
			"a change of ada's post":          by.Does("Update", note(m{"id": theirs}), nil),
			"a change of it in ada's name":    by.Does("Update", note(m{"id": theirs, "attributedTo": w.ada.ID}), nil),
			"a change of our post":            by.Does("Update", note(m{"id": w.ours}), nil),
			"a change of it, by address":      by.Does("Update", theirs, nil),
			"a change of ada":                 by.Does("Update", copied(w.ada.Doc, m{"name": "Mallory"}), nil),
			"the end of ada's post":           by.Does("Delete", theirs, nil),
			"the end of our post":             by.Does("Delete", w.ours, nil),
			"the end of ada":                  by.Does("Delete", w.ada.ID, nil),
			"the end of ben":                  by.Does("Delete", uri(w.ben), nil),
			"ada's boost undone":              by.Does("Undo", w.boost, nil),
			"ada's boost undone as their own": by.Does("Undo", copied(w.boost, m{"actor": by.ID}), nil),
			"ada's boost undone, by address":  by.Does("Undo", w.boost["id"], nil),
			"carl's consent":                  by.Does("Accept", w.asked, nil),
			"carl's consent, by address":      by.Does("Accept", w.asked["id"], nil),
			"carl's refusal":                  by.Does("Reject", w.asked, nil),
			"consent to a follow of theirs":   by.Does("Accept", m{"type": "Follow", "actor": uri(w.ben), "object": by.ID}, nil),
			"ada's post featured":             by.Does("Add", theirs, m{"target": by.ID + "/featured"}),
			"featured in ada's name":          by.Does("Add", theirs, m{"target": w.ada.ID + "/featured"}),
			"ada's move":                      by.Does("Move", w.ada.ID, m{"target": by.ID}),
			"a move to who says nothing":      by.Does("Move", by.ID, m{"target": w.carl.ID}),
			"a vote for ada":                  by.Does("Create", note(m{"attributedTo": w.ada.ID, "name": "yes", "content": nil, "inReplyTo": w.poll}), nil),
			"a quote of ada's making":         by.Does("QuoteRequest", w.ours, m{"instrument": w.theirs}),
			"a boost under ada's address":     by.Does("Announce", w.poll, m{"id": w.boost["id"]}),
			"a follow under ada's address":    by.Does("Follow", uri(w.ben), m{"id": w.ada.ID + "/follows/1"}),
		} {
			if by == w.zoe && sameServer[what] {
				continue
			}
			by.Send(w.at, act)
			w.settle()
			w.unchanged(who+": "+what, before)
			if t.Failed() {
				return
			}
		}
	}
}

// TestHostileJSON refuses what two readers could read differently, and what
// is too much.
func TestHostileJSON(t *testing.T) {
	t.Parallel()
	w := build(t)
	before := w.witness.State()
	ada, mallory := fmt.Sprintf("%q", w.ada.ID), fmt.Sprintf("%q", w.mallory.ID)
	follow := func(more string) []byte {
		return []byte(`{"id":"` + w.ada.New("hostile") + `","type":"Follow","object":"` + uri(w.ben) + `",` + more + `}`)
	}
	for what, body := range map[string][]byte{
		"a name twice":           follow(`"actor":` + mallory + `,"actor":` + ada),
		"a name in two cases":    follow(`"actor":` + ada + `,"Actor":` + mallory),
		"a name with a prefix":   follow(`"actor":` + ada + `,"as:actor":` + mallory),
		"bytes that are no text": follow(`"actor":` + ada + `,"content":"` + "\xff" + `"`),
		"depth":                  follow(`"actor":` + ada + `,"x":` + strings.Repeat("[", 10_000) + strings.Repeat("]", 10_000)),
		"mentions":               follow(`"actor":` + ada + `,"tag":[` + strings.Repeat(`{"type":"Mention"},`, 40_000) + `{}]`),
		"two actors":             follow(`"actor":[` + ada + `,` + mallory + `]`),
		"a graph":                follow(`"actor":` + ada + `,"@graph":[]`),
		"two documents":          append(follow(`"actor":`+ada), follow(`"actor":`+ada)...),
		"no object":              []byte(`[]`),
		"nothing":                {},
		"too much":               bytes.Repeat([]byte(" "), 1<<20+1),
	} {
		want := http.StatusBadRequest
		if what == "too much" {
			want = http.StatusRequestEntityTooLarge
		}
		if got := w.ada.Send(w.at, body); got != want {
			t.Errorf("%s: status %d, want %d", what, got, want)
		}
	}
	w.settle()
	w.unchanged("hostile JSON", before)
}
