package inbox_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/fedtest"
	"github.com/plaza-social/plaza/internal/edge/fedi/inbox"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

const houseURI = base + "/ap/actor"

// A relay is one on a host of its own, which the house has asked.
type relay struct {
	*fedtest.Actor
	id     social.RelayID
	follow m // what the house asked with
}

// relay has the house ask a relay, by its inbox or by its actor.
func (h *house) relay(host string, kind social.RelayKind) *relay {
	h.t.Helper()
	r := &relay{Actor: h.world.Host(host).Actor("relay")}
	r.Doc["type"], r.Doc["inbox"] = "Service", r.URL("/inbox")
	r.Publish()
	address := r.ID
	if kind == social.RelayMastodon {
		address = r.URL("/inbox")
	}
	added, err := h.Relays.Add(h.t.Context(), social.Keyboard, address)
	h.must(err)
	if added.Kind != kind || added.Inbox != r.URL("/inbox") || added.Address() != address || added.State != social.RelayAsked {
		h.t.Fatalf("added %+v", added)
	}
	h.Eventually("the relay to be asked", func() bool { return len(r.Got("Follow")) == 1 })
	r.id, r.follow = added.ID, r.Got("Follow")[0]
	return r
}

// joined is relay, with one that accepts.
func (h *house) joined(host string, kind social.RelayKind) *relay {
	h.t.Helper()
	r := h.relay(host, kind)
	h.send(r.Actor, r.Does("Accept", r.follow, nil))
	h.stands(r, social.RelayAccepted)
	return r
}

func (h *house) stands(r *relay, want social.RelayState) {
	h.t.Helper()
	all, err := h.Relays.All(h.t.Context(), social.Keyboard)
	h.must(err)
	for _, l := range all {
		if l.ID == r.id && l.State != want {
			h.t.Errorf("%s is %s, want %s", r.ID, l.State, want)
		}
	}
}

// shown is what is on a timeline.
func (h *house) shown(path string) (out []string) {
	h.t.Helper()
	var all []struct {
		URI    string
		Reblog *struct{ URI string }
	}
	h.ben.Must("GET", path, nil, &all)
	for _, s := range all {
		out = append(out, s.URI)
	}
	return out
}

const (
	federated = "/api/v1/timelines/public?remote=true"
	home      = "/api/v1/timelines/home"
)

// told waits until a relay was sent something about a post.
func (h *house) told(r *relay, verb, what string) m {
	h.t.Helper()
	var found m
	h.Eventually("the relay to get a "+verb+" of "+what, func() bool {
		for _, got := range r.Got(verb) {
			o, _ := got["object"].(m)
			if got["object"] == what || o["id"] == what {
				found = got
				return true
			}
		}
		return false
	})
	return found
}

// TestRelays plays both kinds, both ways, once honestly.
func TestRelays(t *testing.T) {
	t.Parallel()
	for _, kind := range []social.RelayKind{social.RelayMastodon, social.RelayLitePub} {
		t.Run(string(kind), func(t *testing.T) { t.Parallel(); each(t, func(t *testing.T, h *house) { playRelay(t, h, kind) }) })
	}
}

func playRelay(t *testing.T, h *house, kind social.RelayKind) {
	r := h.relay("relay.example", kind)
	want := any(fedtest.Public)
	if kind == social.RelayLitePub {
		want = r.ID
	}
	if r.follow["object"] != want || r.follow["actor"] != houseURI || !strings.HasPrefix(r.follow["id"].(string), houseURI+"#relays/") {
		t.Errorf("the house asked with %v", r.follow)
	}
	if kind == social.RelayLitePub { // which may follow back before it accepts
		back := r.Does("Follow", houseURI, nil)
		h.send(r.Actor, back)
		if got := h.told(r, "Accept", back["id"].(string)); got["actor"] != houseURI {
			t.Errorf("the house let the relay follow with %v", got)
		}
	}
	early, _ := h.post(h.ben, "Too early", "public")
	h.Eventually("all followers to have read of it", func() (caughtUp bool) {
		h.read(func(ctx context.Context, v *store.View) error {
			behind, err := v.Behind(ctx, 1)
			caughtUp = h.published(early) == 1 // the journal shows it, and so what is behind
			for _, n := range behind {
				caughtUp = caughtUp && n == 0
			}
			return err
		})
		return caughtUp
	})
	h.send(r.Actor, r.Does("Accept", r.follow["id"], nil))
	h.stands(r, social.RelayAccepted)
	h.outward(r, kind, early)
	h.inward(r)

	h.must(h.Relays.Remove(t.Context(), social.Keyboard, r.id))
	h.told(r, "Undo", r.follow["id"].(string))
	late := h.ada.Note("<p>Too late</p>", nil)
	h.send(r.Actor, r.Does("Announce", late["id"], nil))
	if h.found(late["id"].(string)).ID != 0 {
		t.Error("a relay that was removed brings posts")
	}
}

// outward is what goes to a relay: what ours say before everybody.
func (h *house) outward(r *relay, kind social.RelayKind, early social.PostID) {
	h.t.Helper()
	for _, not := range []string{"unlisted", "private", "direct"} {
		h.post(h.ben, "Not for relays: "+not, not)
	}
	which, at := h.post(h.ben, "For everybody", "public")
	if kind == social.RelayMastodon {
		if got := h.told(r, "Create", at); got["actor"] != uri(h.ben) {
			h.t.Errorf("the relay got %v", got)
		}
	} else if got := h.told(r, "Announce", at); got["actor"] != houseURI || got["id"] != houseURI+"#announces/"+at[strings.LastIndex(at, "/")+1:] || got["published"] == nil {
		h.t.Errorf("the relay got %v", got)
	}
	number := at[strings.LastIndex(at, "/")+1:]
	h.ben.Must("PUT", "/api/v1/statuses/"+number, m{"status": "For all of you"}, nil)
	h.told(r, "Update", at)
	h.ben.Must("DELETE", "/api/v1/statuses/"+number, nil, nil)
	h.told(r, "Delete", at)
	for _, got := range append(r.Got("Create"), r.Got("Announce")...) {
		if o, _ := got["object"].(m); o["id"] != nil && o["id"] != at || o == nil && got["object"] != at {
			h.t.Errorf("the relay got also %v; the one before it accepted is %d, that for it %d", got, early, which)
		}
	}
}

// inward is what comes from a relay.
func (h *house) inward(r *relay) {
	h.t.Helper()
	n := h.ada.Note("<p>From afar</p>", m{"tag": []m{{"type": "Mention", "href": uri(h.ben), "name": "@ben@plaza.example"}}})
	id := n["id"].(string)
	h.send(r.Actor, r.Does("Announce", id, m{"to": []string{r.ID + "/followers"}}))
	if p := h.found(id); p.ID == 0 || p.Boosts != 0 || p.Visibility != social.Public {
		h.t.Errorf("the relay named a post, and it is %+v", p)
	}
	if got := h.shown(federated); len(got) != 1 || got[0] != id {
		h.t.Errorf("the federated timeline has %q, want %q", got, id)
	}
	for _, got := range h.shown(home) {
		if !strings.HasPrefix(got, base) {
			h.t.Errorf("ben's own timeline has %s", got)
		}
	}
	passed := h.ada.Note("<p>As it is</p>", nil)
	other := passed["id"].(string)
	h.send(r.Actor, h.ada.Does("Create", copied(passed, m{"content": "<p>As the relay has it</p>"}), nil))
	if got := h.found(other).HTML; !strings.Contains(got, "As it is") {
		h.t.Errorf("the relay passed a post on, and it says %q", got)
	}
	h.ada.Serve(other, copied(passed, m{"content": "<p>As it is now</p>", "updated": time.Now().Add(time.Second).UTC().Format(time.RFC3339)}))
	h.send(r.Actor, h.ada.Does("Update", passed, nil))
	if got := h.found(other).HTML; !strings.Contains(got, "now") {
		h.t.Errorf("the relay passed an edit on, and it says %q", got)
	}
	h.ada.Gone(other)
	h.send(r.Actor, h.ada.Does("Delete", m{"id": other, "type": "Tombstone"}, nil))
	if h.found(other).ID != 0 {
		h.t.Error("the relay passed on that a post is deleted, and it is here")
	}
	wrapped := h.ada.Note("<p>Wrapped</p>", nil)
	h.send(r.Actor, r.Does("Announce", h.ada.Does("Create", wrapped, nil), nil))
	if h.found(wrapped["id"].(string)).ID == 0 {
		h.t.Error("the relay announced that a post was written, and it is not here")
	}
	if got := r.Send(h.at, h.ada.Does("Move", h.ada.ID, m{"target": r.ID})); got != http.StatusAccepted {
		h.t.Errorf("what a relay passes on in vain: status %d, want 202", got)
	}
	for _, got := range r.Asked() {
		if strings.Contains(string(got.Body), "far.example") {
			h.t.Errorf("the relay was sent what it brought: %s", got.Body)
		}
	}
}

// TestRelayForgery: what no relay may do, and what nobody may do who is none.
func TestRelayForgery(t *testing.T) {
	t.Parallel()
	h := open(t)
	r, ill := h.joined("relay.example", social.RelayMastodon), h.relay("ill.example", social.RelayLitePub)
	zoe, mallory := h.world.Host("relay.example").Actor("zoe"), h.world.Host("evil.example").Actor("mallory")
	blocked := h.world.Host("blocked.example").Actor("bo")
	for _, a := range []*fedtest.Actor{h.ada, zoe, mallory, blocked} {
		h.meet(a)
	}
	_, err := h.Hosts.Add(t.Context(), social.Keyboard, social.HostBlock{Host: "blocked.example", Severity: social.HostSuspends})
	h.must(err)
	here := h.ada.Note("<p>Here</p>", nil)
	h.send(r.Actor, r.Does("Announce", here["id"], nil))
	_, ours := h.post(h.ben, "Hello", "public")
	fresh := func(further m) any { return h.ada.Note("<p>News</p>", further)["id"] }
	lies := h.ada.Note("<p>Lies</p>", m{"id": mallory.New("notes")})
	mallory.Serve(lies["id"].(string), lies)
	stolen := mallory.New("notes")
	mallory.Serve(stolen, copied(here, m{"content": "<p>Lies</p>"}))
	h.quiet()
	for what, forged := range map[string]struct {
		by  *fedtest.Actor
		act m
	}{
		"a post by another server":            {r.Actor, r.Does("Announce", lies["id"], nil)},
		"a post that says it is elsewhere":    {r.Actor, r.Does("Announce", stolen, nil)},
		"a post for followers":                {r.Actor, r.Does("Announce", fresh(m{"to": []string{h.ada.ID + "/followers"}, "cc": []string{}}), nil)},
		"a post that is quiet":                {r.Actor, r.Does("Announce", fresh(m{"to": []string{h.ada.ID + "/followers"}, "cc": []string{fedtest.Public}}), nil)},
		"a post for ben":                      {r.Actor, r.Does("Announce", fresh(m{"to": []string{uri(h.ben)}, "cc": []string{}}), nil)},
		"a post of a blocked host":            {r.Actor, r.Does("Announce", blocked.Note("<p>Spam</p>", nil)["id"], nil)},
		"a post of ours":                      {r.Actor, r.Does("Announce", ours, m{"to": []string{fedtest.Public}})},
		"under an address elsewhere":          {r.Actor, r.Does("Announce", fresh(nil), m{"id": h.ada.New("announces")})},
		"under no address":                    {r.Actor, r.Does("Announce", fresh(nil), m{"id": nil})},
		"an actor":                            {r.Actor, r.Does("Announce", h.world.Host("new.example").Actor("nat").ID, nil)},
		"a like":                              {r.Actor, r.Does("Announce", h.ada.Does("Like", ours, nil), nil)},
		"what was never written":              {r.Actor, h.ada.Does("Create", copied(here, m{"id": h.ada.New("notes")}), nil)},
		"what another wrote":                  {r.Actor, mallory.Does("Create", copied(here, m{"id": h.ada.New("notes")}), nil)},
		"a deletion that is none":             {r.Actor, h.ada.Does("Delete", here["id"], nil)},
		"an end that is none":                 {r.Actor, h.ada.Does("Delete", h.ada.ID, nil)},
		"an edit that is none":                {r.Actor, h.ada.Does("Update", copied(here, m{"content": "<p>Lies</p>", "updated": time.Now().Add(time.Hour).UTC().Format(time.RFC3339)}), nil)},
		"another actor of its host":           {zoe, zoe.Does("Announce", fresh(nil), nil)},
		"another actor passing on":            {zoe, h.ada.Does("Create", h.ada.Note("<p>News</p>", nil), nil)},
		"another actor answering":             {zoe, zoe.Does("Reject", r.follow, nil)},
		"another host answering":              {mallory, mallory.Does("Reject", r.follow, nil)},
		"another host accepting":              {mallory, mallory.Does("Accept", ill.follow["id"], nil)},
		"a relay that was asked":              {ill.Actor, ill.Does("Announce", fresh(nil), nil)},
		"a relay accepting without an id":     {ill.Actor, ill.Does("Accept", m{"type": "Follow", "actor": houseURI, "object": ill.ID}, nil)},
		"a relay accepting for another":       {ill.Actor, ill.Does("Accept", r.follow["id"], nil)},
		"a relay accepting what is not asked": {ill.Actor, ill.Does("Accept", houseURI+"#relays/1", nil)},
		"somebody following the house":        {mallory, mallory.Does("Follow", houseURI, nil)},
		"another actor following the house":   {zoe, zoe.Does("Follow", houseURI, nil)},
	} {
		h.quiet()
		before := h.witness.State()
		if got := forged.by.Send(h.at, forged.act); got != http.StatusAccepted {
			t.Errorf("%s: status %d, want 202", what, got)
		}
		h.settle()
		h.unchanged(what, before)
	}
	h.send(ill.Actor, ill.Does("Reject", ill.follow, nil))
	h.stands(ill, social.RelayRefused)
	n := h.ada.Note("<p>News</p>", nil)
	h.send(ill.Actor, ill.Does("Announce", n["id"], nil))
	h.send(ill.Actor, ill.Does("Follow", houseURI, nil))
	if h.found(n["id"].(string)).ID != 0 || len(ill.Got("Accept")) != 0 {
		t.Error("a relay that refused brings posts, or follows")
	}
	h.send(ill.Actor, ill.Does("Accept", ill.follow, nil)) // its staff have thought about it
	h.stands(ill, social.RelayAccepted)
	h.send(ill.Actor, ill.Does("Undo", ill.Does("Accept", ill.follow, nil), nil))
	h.stands(ill, social.RelayRefused)
}

// TestRelayIsItsActor: where another actor speaks for a relay one day, it has
// to be asked again.
func TestRelayIsItsActor(t *testing.T) {
	t.Parallel()
	h := open(t)
	r := h.joined("relay.example", social.RelayMastodon)
	next := h.world.Host("relay.example").Actor("next")
	next.Doc["type"], next.Doc["inbox"], next.Doc["alsoKnownAs"] = "Service", r.URL("/inbox"), []string{r.ID}
	next.Publish()
	r.Leave()
	n := h.ada.Note("<p>News</p>", nil)
	h.send(next, next.Does("Accept", r.follow, nil))
	h.send(next, next.Does("Announce", n["id"], nil))
	if h.found(n["id"].(string)).ID != 0 {
		t.Error("another actor speaks for the relay")
	}
	h.must(h.Relays.Remove(t.Context(), social.Keyboard, r.id))
	added, err := h.Relays.Add(t.Context(), social.Keyboard, r.URL("/inbox"))
	h.must(err)
	h.Eventually("the relay to be asked again", func() bool { return len(r.Got("Follow")) == 2 })
	h.send(next, next.Does("Accept", r.Got("Follow")[1], nil))
	h.send(next, next.Does("Announce", n["id"], nil))
	if got, err := h.Relays.Accepted(t.Context(), next.ID); err != nil || got.ID != added.ID || h.found(n["id"].(string)).ID == 0 {
		t.Errorf("%+v, %v: want the relay with its new actor, and what it brought", got, err)
	}
}

// TestRelayFlood: what a relay brings is taken up to a number, and the rest is
// dropped; what others bring still comes. TestBudget counts exactly.
func TestRelayFlood(t *testing.T) {
	t.Parallel()
	h := open(t, apptest.WithLimits)
	flood, quiet := h.joined("flood.example", social.RelayMastodon), h.joined("relay.example", social.RelayMastodon)
	nowhere := h.world.Host("far.example").URL("/nowhere")
	for range inbox.MaxFromRelay - 1 {
		flood.Send(h.at, flood.Does("Announce", nowhere, nil))
	}
	h.settle()
	last, others := h.ada.Note("<p>Last</p>", nil), h.ada.Note("<p>Others</p>", nil)
	h.send(flood.Actor, flood.Does("Announce", last["id"], nil))
	h.send(quiet.Actor, quiet.Does("Announce", others["id"], nil))
	if h.found(last["id"].(string)).ID == 0 || h.found(others["id"].(string)).ID == 0 {
		t.Error("what there is room for, or what another relay brings, is not here")
	}
	over, taken := 100, 0
	var notes []string
	for range over {
		notes = append(notes, h.ada.Note("<p>Over</p>", nil)["id"].(string))
		flood.Send(h.at, flood.Does("Announce", notes[len(notes)-1], nil))
	}
	h.settle()
	for _, id := range notes {
		if h.found(id).ID != 0 {
			taken++
		}
	}
	if taken >= over {
		t.Errorf("%d of %d posts more than there is room for were taken", taken, over)
	}
	h.read(func(ctx context.Context, v *store.View) error {
		stats, err := v.JobStats(ctx)
		for _, s := range stats {
			if s.Kind == "relayed" && s.Waiting+s.Buried > 0 {
				t.Errorf("what was too much is kept: %+v", s)
			}
		}
		return err
	})
}

// TestFindRelay: what is at the address that somebody typed.
func TestFindRelay(t *testing.T) {
	t.Parallel()
	h := open(t)
	far := h.world.Host("far.example")
	app := h.world.Host("relay.example").Actor("relay")
	app.Doc["type"] = "Application"
	app.Publish()
	far.ServeAs("/page", "text/html", http.StatusOK, []byte("<p>Hello</p>"))
	far.ServeAs("/faulty", "text/plain", http.StatusBadGateway, []byte("oh"))
	far.ServeAs("/faulty/inbox", "text/plain", http.StatusBadGateway, []byte("oh"))
	_, err := h.Hosts.Add(t.Context(), social.Keyboard, social.HostBlock{Host: "blocked.example", Severity: social.HostSuspends})
	h.must(err)
	h.world.Host("blocked.example").Actor("relay")
	for address, want := range map[string]struct {
		kind social.RelayKind
		err  errs.Kind
	}{
		app.ID:                               {kind: social.RelayLitePub},
		" " + far.URL("/inbox") + " ":        {kind: social.RelayMastodon},
		far.URL("/page"):                     {kind: social.RelayMastodon},
		far.URL("/faulty/inbox"):             {kind: social.RelayMastodon},
		far.URL("/faulty"):                   {err: errs.Unavailable},
		h.ada.ID:                             {err: errs.Invalid}, // a person
		h.ada.Note("Hi", nil)["id"].(string): {err: errs.Invalid},
		"relay.example":                      {err: errs.Invalid},
		"http://relay.example/inbox":         {err: errs.Invalid},
		"https://relay.example/inbox#x":      {err: errs.Invalid},
		houseURI:                             {err: errs.Forbidden},
		"https://blocked.example/inbox":      {err: errs.Forbidden},
	} {
		r, err := h.Relays.Add(t.Context(), social.Keyboard, address)
		if want.kind != "" && (r.Kind != want.kind || err != nil) || errs.KindOf(err) != want.err {
			t.Errorf("%s: %+v, %v; want %+v", address, r, err, want)
		}
	}
}
