package doors

import (
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// TestStreams listens to everything as everybody, while ada writes, edits and
// deletes.
func TestStreams(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := newHouse(t, s)
		ears := map[*reader]*ear{}
		plainEars := map[*reader]*ear{}
		for _, r := range h.readers {
			ears[r], plainEars[r] = h.listen(t, r)
		}
		h.posts = nil
		for _, reply := range []bool{false, true} {
			for _, kind := range kinds {
				h.write(kind, reply)
			}
		}
		h.wait(ears, plainEars, "one")
		for r, e := range ears {
			for _, p := range h.posts {
				e.check(t, r, "update", p, p.word)
				plainEars[r].checkPlain(t, r, p)
			}
		}
		h.change(t, ears, plainEars)
		h.remove(t, ears, plainEars)
	})
}

// listen has a reader listen to all streams over one socket, and over
// server-sent events to the one it would have.
func (h *house) listen(t *testing.T, r *reader) (*ear, *ear) {
	t.Helper()
	e := socket(t, h.Server, "/api/v1/streaming", withToken(r.token()))
	streams := []map[string]string{{"stream": "public"}, {"stream": "public:local"}, {"stream": "hashtag", "tag": tag}, {"stream": "hashtag:local", "tag": tag}}
	path := "/api/v1/streaming/public"
	if r.Person != nil {
		streams = append(streams, map[string]string{"stream": "user"}, map[string]string{"stream": "direct"}, map[string]string{"stream": "list", "list": r.list})
		path = "/api/v1/streaming/user"
	}
	for _, s := range streams {
		s["type"] = "subscribe"
		e.tell(t, s)
	}
	e.settle(t)
	return e, events(t, h.Server, path, r.token())
}

// wait has pia call everybody, and waits until they heard: what ada did before
// has been told by then.
func (h *house) wait(ears, plainEars map[*reader]*ear, word string) {
	said := "sentinel" + word + " #" + tag
	for _, r := range h.readers[1:] {
		said += " @" + r.name
	}
	h.pia.Post(said, "public")
	for r, e := range ears {
		event := "notification"
		if r.Person == nil {
			event = "update"
		}
		for _, e := range []*ear{e, plainEars[r]} {
			h.Eventually("the "+r.name+" to hear pia", func() bool { return e.has("", event, "sentinel"+word) })
		}
	}
}

// streams is what belongs where.
var streams = map[string]func(*reader, *post) want{"user": home, "public": square, "public:local": square, "hashtag": topics, "hashtag:local": topics,
	"list": listed, "direct": func(r *reader, p *post) want { return never }}

// check looks for an event with word, about p, on each stream.
func (e *ear) check(t *testing.T, r *reader, event string, p *post, word string) {
	t.Helper()
	for stream, where := range streams {
		if !r.mayHear(stream) {
			continue
		}
		if w := where(r, p); e.has(stream, event, word) != (w == always) && w != perhaps {
			t.Errorf("%s on %s: the %s is sent ada's %s post (reply: %v): %v", event, stream, r.name, p.kind, p.reply, w == never)
		}
	}
	if event != "update" || r.Person == nil {
		return
	}
	// Whom ada writes to without being known to them is asked first.
	if got, want := e.has("direct", "conversation", word), r.offered(p) && p.kind == "direct" && r.name != "mentioned"; got != want {
		t.Errorf("the %s is sent the conversation with ada's %s post: %v", r.name, p.kind, got)
	}
	if w := toldNow(r, p); e.has("user", "notification", word) != (w == always) && w != perhaps {
		t.Errorf("the %s is sent a notification of ada's %s post (reply: %v): %v", r.name, p.kind, p.reply, w == never)
	}
	for _, m := range e.all() {
		if !r.offered(p) && contains(m, word) {
			t.Errorf("the %s is sent ada's %s post: %+v", r.name, p.kind, m)
		}
	}
}

// toldNow is who is told while it happens: nobody else than this.
func toldNow(r *reader, p *post) want {
	if told(r, p) == always {
		return always
	}
	return never
}

func (r *reader) mayHear(stream string) bool {
	return r.Person != nil || stream != "user" && stream != "list" && stream != "direct"
}

func contains(m message, word string) bool {
	return (&ear{got: []message{m}}).has("", m.Event, word)
}

// checkPlain is check for server-sent events.
func (e *ear) checkPlain(t *testing.T, r *reader, p *post) {
	t.Helper()
	w := home(r, p)
	if r.Person == nil {
		w = square(r, p)
	}
	if got := e.has("", "update", p.word); got != (w == always) {
		t.Errorf("over HTTP the %s is sent ada's %s post (reply: %v): %v", r.name, p.kind, p.reply, got)
	}
}

// change edits every post and looks who is told.
func (h *house) change(t *testing.T, ears, plainEars map[*reader]*ear) {
	t.Helper()
	for i, p := range h.posts {
		words := fmt.Sprintf("status=edited%d %s %%23%s", i, common, tag)
		if p.kind == "private" || p.kind == "direct" {
			words += " @mentioned"
		}
		h.ada.Must("PUT", "/api/v1/statuses/"+p.id, words, nil)
	}
	h.wait(ears, plainEars, "two")
	for r, e := range ears {
		for i, p := range h.posts {
			word := fmt.Sprintf("edited%d ", i)
			for _, m := range e.all() {
				if !r.offered(p) && contains(m, word) {
					t.Errorf("the %s is sent the edit of ada's %s post: %+v", r.name, p.kind, m)
				}
			}
			if home(r, p) == always && r.follows() && !e.has("user", "status.update", word) {
				t.Errorf("the %s is not told of the edit of ada's %s post", r.name, p.kind)
			}
		}
	}
}

// remove deletes every post and looks who is told.
func (h *house) remove(t *testing.T, ears, plainEars map[*reader]*ear) {
	t.Helper()
	for _, p := range h.posts {
		h.ada.Must("DELETE", "/api/v1/statuses/"+p.id, nil, nil)
	}
	h.wait(ears, plainEars, "three")
	for r, e := range ears {
		for _, p := range h.posts {
			for _, e := range []*ear{e, plainEars[r]} {
				if !r.sees(p) && (e.has("", "delete", p.id) || p.boost != "" && e.has("", "delete", p.boost)) {
					t.Errorf("the %s is told that ada's %s post (reply: %v) is gone, which they never saw", r.name, p.kind, p.reply)
				}
			}
			if home(r, p) == always && r.follows() && !e.has("user", "delete", p.id) {
				t.Errorf("the %s is not told that ada's %s post is gone", r.name, p.kind)
			}
		}
	}
}
