package web

import (
	"context"
	"net/url"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const talksPath = "/conversations"

// talksOnPage is how many conversations a page has.
const talksOnPage = 20

func (s *Site) talkRoutes(r *router) {
	r.Do("GET /conversations", member, s.talks)
	r.Do("GET /conversations/requests", member, s.talkRequests)
	r.Do("POST /conversations/{thread}", member, s.changeTalk)
}

// inbox is a page of conversations: those that go on, or those that ask.
type inbox struct {
	view.Slice[conversations.Talk]
	Asking bool // it is the requests
	Asked  int  // how many those are
}

// talks are the messages by thread, those with the newest first.
func (s *Site) talks(q *ask) error { return s.showTalks(q, inbox{}, s.Conversations.List) }

// talkRequests are those of people whom the reader does not know.
func (s *Site) talkRequests(q *ask) error {
	return s.showTalks(q, inbox{Asking: true}, s.Conversations.Requests)
}

func (s *Site) showTalks(q *ask, in inbox, list func(context.Context, social.Actor, social.Page) (view.Slice[conversations.Talk], error)) (err error) {
	if in.Slice, err = slice(q, talksOnPage, func(p social.Page) (view.Slice[conversations.Talk], error) {
		return list(q.Context(), q.by, p)
	}); err != nil {
		return err
	}
	if in.Asked, err = s.Conversations.Requested(q.Context(), q.by); err != nil {
		return err
	}
	q.page.Tab = "talks"
	return q.show("Messages", talksPage(q.page, in))
}

// changeTalk does with a conversation what its reader wants.
func (s *Site) changeTalk(q *ask) error {
	thread := social.PostID(q.number("thread"))
	do := q.form("do")
	who, _ := id.Parse(q.form("who"))
	said, err := "talk-"+talkChanges[do], error(nil)
	switch do {
	case "read":
		_, err = s.Conversations.Read(q.Context(), q.by, thread)
		said = ""
	case "remove":
		err = s.Conversations.Remove(q.Context(), q.by, thread)
	case "accept":
		_, err = s.Conversations.Accept(q.Context(), q.by, thread)
	case "refuse":
		err = s.Conversations.Refuse(q.Context(), q.by, thread)
	case "block":
		if err = s.Conversations.Refuse(q.Context(), q.by, thread); err == nil {
			err = s.Relations.Block(q.Context(), q.by, social.AccountID(who))
		}
	case "mute", "unmute":
		err = s.Conversations.Mute(q.Context(), q.by, thread, do == "mute")
	case "leave":
		err = s.Posts.Leave(q.Context(), q.by, thread, q.page.say("I have left this conversation."))
	default:
		err = errs.New(errs.Invalid, "Say what to do with the conversation: read, accept, refuse, mute, leave or delete it.")
	}
	if err != nil {
		return err
	}
	return q.back(talksPath, said)
}

// talkChanges are what can be done, as what is said of it afterwards.
var talkChanges = map[string]string{"remove": "removed", "accept": "accepted", "refuse": "refused", "block": "blocked", "mute": "muted", "unmute": "unmuted", "leave": "left"}

// talkOpened notes that the reader has read the conversation that they opened
// a message of. That it cannot be noted keeps nobody from reading.
func (s *Site) talkOpened(q *ask, p *view.Seen) error {
	if !q.by.SignedIn() || p.Visibility != social.Direct {
		return nil
	}
	_, err := s.Conversations.Read(q.Context(), q.by, p.Thread)
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Unavailable, errs.Forbidden:
		return nil
	}
	return err
}

// namesIn is who else takes part, in words.
func namesIn(f *frame, t conversations.Talk) string {
	var names []string
	for _, a := range t.Others {
		names = append(names, a.Name())
	}
	switch n := len(names); {
	case n == 0:
		return f.say("Only you")
	case n > namesShown:
		return f.say("%s and %d others", f.listed(names[:namesShown-1]), n-namesShown+1)
	}
	return f.listed(names)
}

// namesShown is how many people of a conversation are named.
const namesShown = 4

// serversIn are the servers that a conversation is on, besides this one, in words.
func serversIn(f *frame, t conversations.Talk) string {
	hosts := []string{f.site.host}
	for _, a := range t.Others {
		if a.Host != "" && !slices.Contains(hosts, a.Host) {
			hosts = append(hosts, a.Host)
		}
	}
	return f.listed(hosts)
}

// writeTo is where somebody writes a message to people, who are named as they are
// mentioned.
func writeTo(whom string) string {
	q := url.Values{"visibility": {string(social.Direct)}}
	if whom != "" {
		q.Set("text", whom+" ")
	}
	return "/new?" + q.Encode()
}
