package jury

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// maxThread is how many of a thread are kept from judging it.
const maxThread = 500

var errNothing = errs.New(errs.Forbidden, "A jury judges posts of one person: the staff decides about anything else.")

// look fills in what j is about: what jurors are shown, and who has something
// to do with it.
func (s *Service) look(ctx context.Context, tx *store.Tx, j *social.Jury, reporters []social.AccountID) error {
	if len(j.Posts) == 0 || len(j.Posts) > social.MaxJuryPosts {
		return errNothing
	}
	posts, err := tx.Posts(ctx, j.Posts)
	if err != nil {
		return err
	}
	if len(posts) != len(j.Posts) {
		return store.NoPost
	}
	slices.SortFunc(posts, func(a, b social.Post) int { return a.At.Compare(b.At) })
	var voices []social.Voice
	shown := map[social.PostID]bool{}
	for _, p := range posts {
		if p.Author != posts[0].Author || p.IsBoost() {
			return errNothing
		}
		j.Charge.Private = j.Charge.Private || private(p)
		j.Charge.Graphic = j.Charge.Graphic || p.Graphic()
		parent, err := s.parent(ctx, tx, p)
		if err != nil {
			return err
		}
		if parent != nil && !shown[parent.ID] && !slices.Contains(j.Posts, parent.ID) {
			shown[parent.ID] = true
			voices = append(voices, social.Voice{Post: *parent})
		}
		voices = append(voices, social.Voice{Post: p, Judged: true})
	}
	if err := fill(ctx, tx, voices); err != nil {
		return err
	}
	j.Exhibit = social.Blind(voices)
	return s.tie(ctx, tx, j, posts, reporters)
}

// private reports whether not everybody can see p, because it was for some or
// because it was hidden.
func private(p social.Post) bool {
	return p.Standing == social.PostHidden || p.Visibility != social.Public && p.Visibility != social.Unlisted
}

// parent is what p answers, if everybody may see it and it shows nothing that
// not everybody wants to see, and if nothing is known of it that no jury sees.
func (s *Service) parent(ctx context.Context, tx *store.Tx, p social.Post) (*social.Post, error) {
	if p.ReplyTo == 0 {
		return nil, nil
	}
	parent, err := tx.Post(ctx, p.ReplyTo)
	if errs.KindOf(err) == errs.NotFound {
		return nil, nil
	}
	if err != nil || private(parent) || parent.Graphic() {
		return nil, err
	}
	author, err := tx.Account(ctx, parent.Author)
	if errs.KindOf(err) == errs.NotFound {
		return nil, nil
	}
	if err != nil || author.Standing != social.Good {
		return nil, err
	}
	err = barred(ctx, &tx.View, social.Case{Subject: social.Subject{Account: parent.Author}}, []social.PostID{parent.ID})
	if errs.KindOf(err) == errs.Forbidden {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &parent, nil
}

// fill loads what belongs to the posts of voices.
func fill(ctx context.Context, tx *store.Tx, voices []social.Voice) error {
	for i := range voices {
		v := &voices[i]
		v.Text = v.Post.Text
		if v.Post.HTML != "" {
			v.Text = text.FromHTML(v.Post.HTML, func(_, shown string) string { return shown })
		}
		var err error
		if v.Author, err = tx.Account(ctx, v.Post.Author); err != nil {
			return err
		}
		if v.Media, err = tx.Media(ctx, v.Post.Media); err != nil {
			return err
		}
		v.Media = slices.DeleteFunc(v.Media, func(m social.Media) bool { return m.State == social.MediaFailed })
		if v.Post.Poll == 0 {
			continue
		}
		poll, err := tx.Poll(ctx, v.Post.Poll)
		if err != nil {
			return err
		}
		v.Choices = poll.Titles()
	}
	return nil
}

// tie notes who has something to do with j.
func (s *Service) tie(ctx context.Context, tx *store.Tx, j *social.Jury, posts []social.Post, reporters []social.AccountID) error {
	in, err := threadOf(ctx, tx, posts)
	if err != nil {
		return err
	}
	j.Ties = social.Ties{Author: posts[0].Author, Reporters: reporters, Thread: in}
	before, err := tx.JuriesOf(ctx, j.Case)
	if err != nil {
		return err
	}
	for _, b := range before {
		seats, err := tx.JurySeats(ctx, b.ID)
		if err != nil {
			return err
		}
		for _, s := range seats {
			j.Ties.Judged = append(j.Ties.Judged, s.Account)
		}
	}
	return nil
}

// threadOf is who wrote in the threads of posts, or is mentioned in them.
func threadOf(ctx context.Context, tx *store.Tx, posts []social.Post) (out []social.AccountID, err error) {
	threads := map[social.PostID]bool{}
	for _, p := range posts {
		for _, m := range p.Mentions {
			out = append(out, m.Account)
		}
		if threads[p.Thread] {
			continue
		}
		threads[p.Thread] = true
		in, err := tx.InThread(ctx, p.Thread, maxThread)
		if err != nil {
			return nil, err
		}
		out = append(out, in...)
	}
	return distinct(out), nil
}

// retie notes who has something to do with j by now, besides those who had before.
func retie(ctx context.Context, tx *store.Tx, j *social.Jury) error {
	reports, err := tx.ReportsIn(ctx, j.Case, maxReports)
	if err != nil {
		return err
	}
	posts, err := tx.Posts(ctx, j.Posts)
	if err != nil {
		return err
	}
	in, err := threadOf(ctx, tx, posts)
	if err != nil {
		return err
	}
	for _, r := range reports {
		if r.Reporter != 0 {
			j.Ties.Reporters = append(j.Ties.Reporters, r.Reporter)
		}
	}
	j.Ties.Reporters, j.Ties.Thread = distinct(j.Ties.Reporters), distinct(append(j.Ties.Thread, in...))
	return nil
}

// tied reports whether who sits has something to do with what they judge, as it is
// by now.
func tied(ctx context.Context, tx *store.Tx, seat social.JurySeat) (bool, error) {
	j, err := tx.Jury(ctx, seat.Jury)
	if err == nil {
		err = retie(ctx, tx, &j)
	}
	if err != nil {
		return false, err
	}
	related, err := tx.Tied(ctx, []social.AccountID{seat.Account}, j.Ties.Sides())
	return j.Ties.Bind(seat.Account, related[seat.Account]), err
}
