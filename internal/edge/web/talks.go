package web

import (
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

const talksPath = "/conversations"

// talksOnPage is how many conversations a page has.
const talksOnPage = 20

func (s *Site) talkRoutes(r *router) {
	r.Do("GET /conversations", member, s.talks)
	r.Do("POST /conversations/{thread}", member, s.changeTalk)
}

// talks are the messages by thread, those with the newest first.
func (s *Site) talks(q *ask) error {
	all, err := slice(q, talksOnPage, func(p social.Page) (view.Slice[conversations.Talk], error) {
		return s.Conversations.List(q.Context(), q.by, p)
	})
	if err != nil {
		return err
	}
	q.page.Tab = "talks"
	return q.show("Messages", talksPage(q.page, all))
}

// changeTalk marks one as read, or takes it off the list.
func (s *Site) changeTalk(q *ask) error {
	thread := social.PostID(q.number("thread"))
	switch q.form("do") {
	case "read":
		if _, err := s.Conversations.Read(q.Context(), q.by, thread); err != nil {
			return err
		}
		return q.back(talksPath, "")
	case "remove":
		if err := s.Conversations.Remove(q.Context(), q.by, thread); err != nil {
			return err
		}
		return q.back(talksPath, "talk-removed")
	}
	return errs.New(errs.Invalid, "Say what to do with the conversation: mark it as read, or take it off the list.")
}

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
