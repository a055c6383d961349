package web

import (
	"net/http"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) changeRoutes(r *router) {
	r.Do("GET /@{name}/{post}/edit", member, s.editPost)
	r.Do("POST /@{name}/{post}/edit", member, s.sparing(postRule, s.edit))
	r.Do("GET /@{name}/{post}/delete", member, s.deletePost)
	r.Do("POST /@{name}/{post}/delete", member, s.delete)
}

// own is the post that the path names, if it is the reader's own.
func (s *Site) own(q *ask) (*view.Seen, error) {
	p, err := s.post(q)
	if err == nil && p.Author.ID != q.by.Account {
		return nil, nowhere
	}
	return p, err
}

func (s *Site) editPost(q *ask) error {
	p, err := s.own(q)
	if err != nil {
		return err
	}
	return q.show("Edit your post", editPage(q.page, rewriting(p)))
}

// rewriting is a composer with what a post says.
func rewriting(p *view.Seen) draft {
	return draft{ID: "text", Action: postURL(p) + "/edit", Back: postURL(p), Label: msg("What it should say"), Button: msg("Save"), Rows: "7",
		Text: p.Text, Warning: p.Warning, Language: p.Language, Visibility: p.Visibility, Replies: p.ReplyPolicy, Focus: true, Editing: true}
}

func (s *Site) edit(q *ask) error {
	p, err := s.own(q)
	if err != nil {
		return err
	}
	wish := social.Draft{Text: q.form("text"), Warning: strings.TrimSpace(q.form("warning")), Language: q.form("language"), Media: p.Post.Media, Sensitive: p.Sensitive && p.Warning == "", Poll: sameQuestion(p, s.config.Clock()), ReplyPolicy: social.ReplyPolicy(q.form("replies"))}
	_, err = s.Posts.Edit(q.Context(), q.by, p.ID, wish)
	if errs.KindOf(err) == errs.Invalid && err != nil {
		d := rewriting(p)
		d.Text, d.Warning, d.Language, d.Error = wish.Text, wish.Warning, wish.Language, q.page.fault(err)
		return q.showAs(http.StatusUnprocessableEntity, "Edit your post", editPage(q.page, d))
	}
	if err != nil {
		return err
	}
	q.say("edited")
	return q.sent(postURL(p))
}

// sameQuestion is the poll of a post as it stands: words are edited here, and
// what was asked stays.
func sameQuestion(p *view.Seen, now time.Time) *social.PollDraft {
	if p.Poll == nil {
		return nil
	}
	lasts := max(p.Poll.EndsAt.Sub(now), social.MinPoll)
	return &social.PollDraft{Options: p.Poll.Titles(), Multiple: p.Poll.Multiple, HideVotes: p.Poll.HideVotes, Lasts: lasts}
}

func (s *Site) deletePost(q *ask) error {
	p, err := s.own(q)
	if err != nil {
		return err
	}
	return q.show("Delete this post?", deletePage(q.page, p, profileURL(p.Author.Account)))
}

func (s *Site) delete(q *ask) error {
	if _, err := s.Posts.Delete(q.Context(), q.by, social.PostID(q.number("post"))); err != nil {
		return err
	}
	return q.back("/", "deleted")
}
