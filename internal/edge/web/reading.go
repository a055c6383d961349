package web

import (
	"slices"

	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) readingRoutes(r *router) {
	r.Do("GET /@{name}/{post}/thread", anyone, s.reading)
}

// reading is what somebody said in a row, as one page to be read or printed. It has
// one address, whichever of its posts one comes from.
func (s *Site) reading(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	if q.mirrored() {
		return nowhere
	}
	t, err := s.Timelines.Thread(q.Context(), q.by, p.ID)
	if err != nil {
		return err
	}
	if at := postURL(opening(t)) + "/thread"; q.URL.Path != at {
		return q.to(at)
	}
	q.page.Title, q.page.Head.Hide = q.page.say("A thread by %s", p.Author.Name()), true
	q.dress()
	return q.part(readingPage(q.page, p, slices.DeleteFunc(inARow(t), q.page.leavesOut)))
}

// opening is the first of those that a thread's author said in a row up to its post.
func opening(t timelines.Thread) *view.Seen {
	first := t.Post
	for _, p := range slices.Backward(t.Ancestors) {
		if p.Author.ID != first.Author.ID || p.ID != first.ReplyTo {
			break
		}
		first = p
	}
	return first
}

// inARow is a thread's post and those with which its author goes on.
func inARow(t timelines.Thread) []*view.Seen {
	out, there := []*view.Seen{t.Post}, map[social.PostID]bool{t.Post.ID: true}
	for _, p := range t.Descendants {
		if p.Author.ID == t.Post.Author.ID && there[p.ReplyTo] {
			there[p.ID] = true
			out = append(out, p)
		}
	}
	return out
}

// isInARow reports whether the author of a thread's post said more than one in a row.
func isInARow(t timelines.Thread) bool { return opening(t) != t.Post || len(inARow(t)) > 1 }
