package web

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) postRoutes(r *router) {
	r.Do("GET /@{name}/{post}", anyone, s.thread)
	r.Do("GET /@{name}/{post}/history", anyone, s.history)
	r.Do("GET /@{name}/{post}/likes", anyone, s.likedBy)
	r.Do("GET /@{name}/{post}/boosts", anyone, s.boostedBy)
	r.Do("POST /@{name}/{post}/like", member, s.marking(social.Liked, true))
	r.Do("POST /@{name}/{post}/unlike", member, s.marking(social.Liked, false))
	r.Do("POST /@{name}/{post}/downvote", member, s.marking(social.VotedDown, true))
	r.Do("POST /@{name}/{post}/undownvote", member, s.marking(social.VotedDown, false))
	r.Do("POST /@{name}/{post}/react", member, s.reactTo)
	r.Do("POST /@{name}/{post}/unreact", member, s.unreactTo)
	r.Do("POST /@{name}/{post}/bookmark", member, s.marking(social.Bookmarked, true))
	r.Do("POST /@{name}/{post}/unbookmark", member, s.marking(social.Bookmarked, false))
	r.Do("POST /@{name}/{post}/pin", member, s.marking(social.Pinned, true))
	r.Do("POST /@{name}/{post}/unpin", member, s.marking(social.Pinned, false))
	r.Do("POST /@{name}/{post}/mute", member, s.marking(social.MutedThread, true))
	r.Do("POST /@{name}/{post}/unmute", member, s.marking(social.MutedThread, false))
	r.Do("POST /@{name}/{post}/boost", member, s.sparing(postRule, s.boost))
	r.Do("POST /@{name}/{post}/unboost", member, s.unboost)
}

// post is the post that the path names, if the reader may see it. Its author
// is not compared: the number alone names it.
func (s *Site) post(q *ask) (*view.Seen, error) {
	p, err := s.View.Post(q.Context(), q.by, social.PostID(q.number("post")))
	if err != nil {
		return nil, err
	}
	return p.Original(), nil
}

func (s *Site) thread(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	if q.URL.Path != postURL(p) { // an older name, or a boost
		return q.to(postURL(p))
	}
	if !q.page.offers(p) {
		return nowhere
	}
	q.page.Order = q.replyOrder()
	t, err := s.Timelines.TreeBy(q.Context(), q.by, p.ID, q.page.Order)
	if err != nil {
		return err
	}
	if err := s.talkOpened(q, p); err != nil {
		return err
	}
	if err := s.rule(q, t.Thread); err != nil {
		return err
	}
	var chain timelines.Chain
	if !q.mirrored() { // a copy shows what is quoted, and no further
		if chain, err = s.Timelines.Chain(q.Context(), q.by, t.Post); err != nil {
			return err
		}
	}
	var reply draft
	if q.by.SignedIn() {
		reply = q.reply(t.Post)
		if err := q.mayReply(&reply, t.Post); err != nil {
			return err
		}
	}
	q.page.Head = s.tell(q.page, p)
	return q.show(q.page.say("%s: “%s”", p.Author.Name(), short(firstOf(p.Warning, p.Plain()))), threadPage(q.page, t, chain, reply))
}

// absences say why a post is not shown where it would stand.
var absences = map[timelines.Absence]string{
	timelines.Unfetched: msg("A post on another server that has not come here yet."), timelines.Blocked: msg("A post by somebody you block."),
	timelines.Muted: msg("A post by somebody you mute."), timelines.Limited: msg("A post by somebody who is shown to their followers only."),
	timelines.Silent: msg("A reply that was hidden, or is not let through."), timelines.Deleted: msg("A post that was deleted."), timelines.Away: msg("A post that is not here any more, or is not for you."),
}

// kept is what a page shows of branches: a mirror tells of nothing that is
// missing.
func (f *frame) kept(all []*timelines.Branch) []*timelines.Branch {
	if f.Mirror == nil {
		return all
	}
	return slices.DeleteFunc(slices.Clone(all), func(b *timelines.Branch) bool { return b.Post == nil || b.Why != "" || b.Trace != nil })
}

// deepest is how far replies stand in each other on a page; what is deeper
// stands below each other, and says whom it answers.
const deepest = 6

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// short is snippet for a title.
func short(text string) string { return shortTo(60, snippet(text)) }

func (s *Site) history(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	edits, err := s.Posts.History(q.Context(), q.by, p.ID)
	if err != nil {
		return err
	}
	var versions []version
	for i, e := range slices.Backward(edits) {
		v := version{Edit: e, HTML: s.View.HTML(e.Text, e.HTML, e.Mentions)}
		if i > 0 {
			v.Changes, v.Others = text.Diff(plainly(edits[i-1]), plainly(e)), otherwise(q.page, edits[i-1], e)
		}
		versions = append(versions, v)
	}
	q.page.Head.Hide = true
	return q.show("Earlier versions", historyPage(q.page, p, versions))
}

// plainly is what a version says, without its form.
func plainly(e social.Edit) string {
	if e.HTML == "" {
		return e.Text
	}
	return text.FromHTML(e.HTML, func(_, shown string) string { return shown })
}

// otherwise is what changed from one version to the next besides the words, in
// sentences.
func otherwise(f *frame, was, now social.Edit) (out []string) {
	said := func(yes bool, what string) {
		if yes {
			out = append(out, what)
		}
	}
	said(was.Warning == "" && now.Warning != "", f.say("A warning was put before it."))
	said(was.Warning != "" && now.Warning == "", f.say("The warning was taken away: “%s”.", was.Warning))
	said(was.Warning != "" && now.Warning != "" && was.Warning != now.Warning, f.say("The warning was changed; it was “%s”.", was.Warning))
	before, after := map[social.MediaID]social.Media{}, map[social.MediaID]social.Media{}
	for _, m := range was.Media {
		before[m.ID] = m
	}
	for _, m := range now.Media {
		after[m.ID] = m
		old, there := before[m.ID]
		said(!there, f.say("A file was added."))
		said(there && old.Alt != m.Alt, f.say("A file is described anew."))
	}
	for _, m := range was.Media {
		_, there := after[m.ID]
		said(!there, f.say("A file was taken away."))
	}
	said(!slices.Equal(was.Poll, now.Poll), f.say("What it asks was changed."))
	return out
}

func (s *Site) likedBy(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	people, err := slice(q, peopleOnPage, func(page social.Page) (view.Slice[*view.Face], error) {
		return s.Timelines.LikedBy(q.Context(), q.by, p.ID, page)
	})
	if err != nil {
		return err
	}
	q.page.Head.Hide = true
	return q.show("Liked by", postPeoplePage(q.page, q.page.say("Liked by"), p, people))
}

func (s *Site) boostedBy(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	people, err := slice(q, peopleOnPage, func(page social.Page) (view.Slice[*view.Face], error) {
		return s.Timelines.BoostedBy(q.Context(), q.by, p.ID, page)
	})
	if err != nil {
		return err
	}
	q.page.Head.Hide = true
	return q.show("Boosted by", postPeoplePage(q.page, q.page.say("Boosted by"), p, people))
}

// marking likes, bookmarks, pins or mutes, or no longer does.
func (s *Site) marking(mark social.Marks, on bool) handler {
	return func(q *ask) error {
		if _, err := s.Posts.Mark(q.Context(), q.by, social.PostID(q.number("post")), mark, on); err != nil {
			return err
		}
		return s.acted(q)
	}
}

func (s *Site) boost(q *ask) error {
	if _, err := s.Posts.Boost(q.Context(), q.by, social.PostID(q.number("post")), social.Public); err != nil {
		return err
	}
	return s.acted(q)
}

func (s *Site) unboost(q *ask) error {
	if _, err := s.Posts.Unboost(q.Context(), q.by, social.PostID(q.number("post"))); err != nil {
		return err
	}
	return s.acted(q)
}

// acted answers what was done with a post: the script gets the buttons anew,
// everybody else goes back to where they were.
func (s *Site) acted(q *ask) error {
	back := local(q.form("back"), "/@"+q.param("name")+"/"+q.param("post"))
	if !q.wantsPart() {
		return q.to(back)
	}
	p, err := s.post(q)
	if err != nil {
		return err
	}
	q.page.Here, _, _ = strings.Cut(back, "#")
	return q.part(actions(q.page, p))
}
