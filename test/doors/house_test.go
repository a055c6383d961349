package doors

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// common is a word that all of ada's posts have, and tag their tag.
const (
	common = "quokka"
	tag    = "thicket"
)

// A post of ada's, with a word that is nowhere else.
type post struct {
	kind   string // public, unlisted, private or direct, as apps say; circle for ada's list, local for this house only
	reply  bool   // to pia's
	word   string
	id     string
	answer string // an answer for everybody, by somebody who may see the post
	boost  string // of it, if there is one
}

// A reader of ada's.
type reader struct {
	*apptest.Person        // nil for a stranger without an account
	name            string // and how they stand to ada
	session, list   string
	notice          string // of a post of ada's
}

func (r *reader) token() string {
	if r.Person == nil {
		return ""
	}
	return r.Token
}

// house is where ada writes and others read.
type house struct {
	*apptest.Server
	ada, pia *apptest.Person // pia is read by all
	root     string          // what pia said
	circle   string          // ada's list
	readers  []*reader
	posts    []*post
}

// kinds are those that ada writes.
var kinds = []string{"public", "unlisted", "private", "circle", "local", "direct"}

// newHouse has everybody follow ada, read and keep what she writes; then some
// turn away, or are turned away. What they were shown before must not stay
// with them.
func newHouse(t *testing.T, s *apptest.Server) *house {
	t.Helper()
	h := &house{Server: s, ada: s.Join("ada", social.Member), pia: s.Join("pia", social.Member)}
	h.ada.Must("PATCH", "/api/v1/accounts/update_credentials", "indexable=true", nil)
	h.root = h.pia.Post("What do you think?", "public").ID
	h.readers = []*reader{{name: "stranger"}}
	for _, name := range []string{"other", "follower", "blocked", "blocker", "muter", "friend", "left", "mentioned"} {
		r := &reader{Person: s.Join(name, social.Member), name: name}
		r.session = signIn(t, s, r.Person)
		r.Follow(h.pia)
		r.Must("PATCH", "/api/v2/notifications/policy", "for_private_mentions=accept", nil)
		h.readers = append(h.readers, r)
		var list struct{ ID string }
		r.Must("POST", "/api/v1/lists", "title=all&replies_policy=followed", &list)
		r.list = list.ID
		if name != "mentioned" {
			r.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/follow", h.ada.ID), "notify=true", nil)
			r.Must("POST", "/api/v1/lists/"+r.list+"/accounts", fmt.Sprintf("account_ids[]=%d", h.ada.ID), nil)
		}
	}
	h.circle = h.list(h.ada)
	for _, reply := range []bool{false, true} {
		for _, kind := range kinds {
			h.write(kind, reply)
		}
	}
	h.keep(t)
	h.turnAway()
	return h
}

// list is ada's list, with everybody on it but the follower.
func (h *house) list(ada *apptest.Person) string {
	var list struct{ ID string }
	ada.Must("POST", "/api/v1/lists", "title=Family", &list)
	for _, r := range h.readers[1:] {
		if r.name != "follower" {
			ada.Follow(r.Person)
			ada.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", fmt.Sprintf("account_ids[]=%d", r.ID), nil)
		}
	}
	return list.ID
}

// write has ada say something, and others answer and boost it.
func (h *house) write(kind string, reply bool) *post {
	p := &post{kind: kind, reply: reply, word: fmt.Sprintf("w%sx%d", kind, len(h.posts))}
	said := map[string]string{"status": p.word + " " + common + " #" + tag, "visibility": kind}
	switch kind {
	case "circle":
		said["visibility"], said["circle_id"], said["status"] = "private", h.circle, said["status"]+" @follower"
	case "local":
		said["visibility"], said["local_only"] = "public", "true"
	}
	if kind == "private" || kind == "direct" {
		said["status"] += " @mentioned"
	}
	if reply {
		said["in_reply_to_id"] = h.root
	}
	var st apptest.Status
	h.ada.Must("POST", "/api/v1/statuses", said, &st)
	p.id = st.ID
	h.reader("mentioned").Must("POST", "/api/v1/statuses", map[string]string{"status": "Is it so?", "in_reply_to_id": p.id}, &st)
	p.answer = st.ID
	by := map[string]*apptest.Person{"public": h.pia, "private": h.ada}[kind]
	if by != nil && !reply {
		by.Must("POST", "/api/v1/statuses/"+p.id+"/reblog", nil, &st)
		p.boost = st.ID
	}
	h.posts = append(h.posts, p)
	return p
}

// keep has everybody read, like and bookmark all they see, and waits until
// all were told.
func (h *house) keep(t *testing.T) {
	t.Helper()
	for _, r := range h.readers[1:] {
		for _, p := range h.posts {
			if p.kind == "direct" && r.name != "mentioned" || p.kind == "circle" && r.name == "follower" {
				continue
			}
			r.Must("POST", "/api/v1/statuses/"+p.id+"/favourite", nil, nil)
			r.Must("POST", "/api/v1/statuses/"+p.id+"/bookmark", nil, nil)
		}
		r.Must("GET", "/api/v1/timelines/home", nil, nil)
	}
	last := h.posts[len(h.posts)-1]
	h.Eventually("the last notice", func() bool {
		a := h.reader("mentioned").Call("GET", "/api/v1/notifications", nil)
		return strings.Contains(string(a.Body), last.word)
	})
	for _, r := range h.readers[1:] {
		var all []struct{ ID string }
		r.Must("GET", "/api/v1/notifications", nil, &all)
		r.notice = all[0].ID
	}
	h.Eventually("the index of words", func() bool {
		return strings.Contains(string(h.ada.Call("GET", "/api/v2/search?q="+last.word, nil).Body), last.id)
	})
}

// turnAway makes the readers what their names say.
func (h *house) turnAway() {
	toward := func(by *apptest.Person, to social.AccountID, what string) {
		by.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/%s", to, what), nil, nil)
	}
	toward(h.reader("other").Person, h.ada.ID, "unfollow")
	toward(h.ada, h.reader("blocked").ID, "block")
	toward(h.reader("blocker").Person, h.ada.ID, "block")
	toward(h.reader("muter").Person, h.ada.ID, "mute")
	h.ada.Must("DELETE", fmt.Sprintf("/api/v1/lists/%s/accounts?account_ids[]=%d", h.circle, h.reader("left").ID), nil, nil)
	h.Eventually("the muter's notices to go", func() bool { // a follower does it
		a := h.reader("muter").Call("GET", "/api/v1/notifications", nil)
		return a.Status == http.StatusOK && !strings.Contains(string(a.Body), common)
	})
}

func (h *house) reader(name string) *reader {
	for _, r := range h.readers {
		if r.name == name {
			return r
		}
	}
	panic("no reader " + name)
}

// sees is the rule, said again: who is shown a post that they ask for.
func (r *reader) sees(p *post) bool {
	switch {
	case r.name == "blocked" || r.name == "blocker":
		return false
	case p.kind == "private":
		return r.follows() || r.name == "mentioned"
	case p.kind == "circle":
		return r.name == "friend" || r.name == "muter" || r.name == "mentioned" || r.name == "other"
	case p.kind == "local":
		return r.Person != nil
	case p.kind == "direct":
		return r.name == "mentioned"
	}
	return true
}

// offered is who is shown a post unasked.
func (r *reader) offered(p *post) bool { return r.sees(p) && r.name != "muter" }

func (r *reader) follows() bool {
	return r.name == "follower" || r.name == "muter" || r.name == "friend" || r.name == "left"
}
