package web

import (
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// hideReasons are why replies are hidden, in words.
var hideReasons = map[social.HideReason]string{social.HideOffTopic: msg("not about this"), social.HideUnkind: msg("unkind"), social.HideSpam: msg("spam"), social.HideOther: msg("another one")}

func (s *Site) rulingRoutes(r *router) {
	for _, d := range social.ThreadDeeds {
		r.Do("POST /@{name}/{post}/"+string(d), member, s.deed(d))
	}
	r.Do("POST /@{name}/{post}/appeal_hiding", member, s.sparing(reportRule, s.appealHiding))
}

func (s *Site) deed(d social.ThreadDeed) handler {
	return func(q *ask) error {
		why, err := social.ParseHideReason(q.form("reason"))
		if err != nil {
			return err
		}
		if err := s.Posts.Do(q.Context(), q.by, social.PostID(q.number("post")), d, why); err != nil {
			return err
		}
		return q.to(local(q.form("back"), "/@"+q.param("name")+"/"+q.param("post")))
	}
}

func (s *Site) appealHiding(q *ask) error {
	r, err := s.Moderation.AppealHiding(q.Context(), q.by, social.PostID(q.number("post")), q.form("comment"))
	if err != nil {
		return err
	}
	return q.to(reportsPage + "/" + itoa(r.ID))
}

// A ruling is what the page of a thread must know of whose thread it is.
type ruling struct {
	Root   *view.Seen // what opened it; nil if it is not shown
	Locked bool
	Silent map[social.PostID]timelines.Trace
	keeps  func(owner social.AccountID) bool
}

// rule fills in what the page of a thread must know.
func (s *Site) rule(q *ask, t timelines.Thread) error {
	r := ruling{Root: t.Post, Silent: t.Silent}
	if len(t.Ancestors) > 0 {
		r.Root = t.Ancestors[0]
	}
	if r.Root.ID != t.Post.Thread {
		r.Root = nil
	}
	r.Locked = r.Root != nil && r.Root.Locked
	reader, err := s.View.Reader(q.Context(), q.by.Account)
	if err != nil {
		return err
	}
	r.keeps = reader.Keeps
	q.page.Ruling = r
	return nil
}

// hidden is what is told of a hidden reply to those who see it, or nil.
func (r ruling) hidden(p *view.Seen) *timelines.Trace {
	if t, ok := r.Silent[p.ID]; ok && t.State == social.HeldHidden {
		return &t
	}
	return nil
}

// refused reports whether an owner who lives here has not let p through, by hand.
func (r ruling) refused(p *view.Seen) bool {
	t, ok := r.Silent[p.ID]
	return ok && t.State == social.HeldRefused && t.Why == string(social.WhyOwner) && t.Owner != nil && t.Owner.Local()
}

// ownedBy reports whether somebody opened the thread.
func (r ruling) ownedBy(who social.AccountID) bool { return r.Root != nil && r.Root.Author.ID == who }

// mayRule is what the reader may do with a post of a thread.
type mayRule struct{ Hide, Show, Pin, Unpin, Lock, Open bool }

func (m mayRule) any() bool { return m != mayRule{} }

// may is what buttons are shown; the rules themselves are core/posts'.
func (r ruling) may(f *frame, p *view.Seen) (m mayRule) {
	if r.keeps == nil || !f.signedIn() || f.Mirror != nil || p.Visibility == social.Direct {
		return m
	}
	house := r.Root != nil && r.Root.URI == "" && r.keeps(r.Root.Author.ID)
	if r.Root != nil && p.ID == r.Root.ID {
		m.Lock, m.Open = house && !p.Locked, house && p.Locked
		return m
	}
	if p.ReplyTo == 0 {
		return m
	}
	asked := p.Appeal != 0 && f.staff() && !f.mine(p.Author.ID)
	if p.Held == social.HeldHidden {
		m.Show = r.keeps(p.HeldBy) || asked
		return m
	}
	m.Show = p.Held == social.HeldRefused && asked
	above := house && p.Author.ID != r.Root.Author.ID
	m.Hide = p.Held == social.HeldNot && (above || r.keeps(p.ReplyAuthor) && p.Author.ID != p.ReplyAuthor)
	if house && p.ReplyTo == r.Root.ID && p.Held == social.HeldNot && p.Visibility != social.Followers {
		m.Unpin = r.Root.PinnedReply == p.ID
		m.Pin = !m.Unpin
	}
	return m
}
