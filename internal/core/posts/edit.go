package posts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Edit gives by's own post new words, warning and language. Whom it is for
// and what it answers stay. An edit that changes nothing leaves no trace.
func (s *Service) Edit(ctx context.Context, by social.Actor, which social.PostID, d social.Draft) (social.Post, error) {
	d = clean(d)
	d.Visibility = social.Public // not used, but must be one
	size := length(d)
	if err := by.MustAct(); err != nil {
		return social.Post{}, err
	}
	if err := s.judgeEdit(ctx, by, which, d); err != nil {
		return social.Post{}, err
	}
	var post social.Post
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		was, err := own(ctx, tx, by, which)
		if err != nil {
			return err
		}
		d.Quote = was.Quote.Of // what it quotes stays, and it need not have words then
		if err := d.Check(by, size, s.config.MaxText); err != nil {
			return err
		}
		if was.IsBoost() {
			return errs.New(errs.Invalid, "A boost cannot be edited.")
		}
		post = was
		post.Text, post.Warning, post.Language = d.Text, d.Warning, d.Language
		post.Sensitive = d.Sensitive || d.Warning != ""
		before, err := mediaOf(ctx, &tx.View, was)
		if err != nil {
			return err
		}
		media, err := attach(ctx, tx, &post, d.Media)
		if err != nil {
			return err
		}
		described, err := keepMedia(ctx, tx, media, d.Describe)
		if err != nil {
			return err
		}
		question, err := pollOf(ctx, &tx.View, was)
		if err != nil {
			return err
		}
		askedAnew, err := askAnew(ctx, tx, &post, question, d.Poll)
		if err != nil {
			return err
		}
		if err := requote(ctx, tx, &post, d.QuotePolicy); err != nil {
			return err
		}
		if err := rereply(ctx, tx, &post, d.ReplyPolicy); err != nil {
			return err
		}
		if post.Text == was.Text && post.Warning == was.Warning && post.Language == was.Language && post.Sensitive == was.Sensitive &&
			!described && !askedAnew && slices.Equal(post.Media, was.Media) {
			return nil
		}
		earlier := version(was, before, question)
		post.EditedAt = later(tx.Now, earlier.At)
		if err := s.refer(ctx, tx, &post, anybody); err != nil {
			return err
		}
		if err := withoutLeft(ctx, tx, &post); err != nil {
			return err
		}
		if err := post.MayWrite(); err != nil {
			return err
		}
		if err := newcomerEdits(ctx, tx, post); err != nil {
			return err
		}
		if err := tx.EditPost(ctx, post, earlier); err != nil {
			return err
		}
		tx.Record(event.PostEdited{Post: post.ID, Author: post.Author})
		return ruledAnew(ctx, tx, post)
	})
	if err != nil {
		return social.Post{}, fmt.Errorf("edit post: %w", err)
	}
	return post, nil
}

// later is now, or just after before if the clock has not come so far: two
// versions of a post do not have the same time, or one would be lost.
func later(now, before time.Time) time.Time {
	if next := before.Add(time.Millisecond); now.Before(next) {
		return next
	}
	return now
}

// own is a post of by's, to be changed; other people's are not there.
func own(ctx context.Context, tx *store.Tx, by social.Actor, which social.PostID) (social.Post, error) {
	p, err := tx.HoldPost(ctx, which)
	if err == nil && p.Author != by.Account {
		err = store.NoPost
	}
	return p, err
}

// version is p as its history keeps it, with its attachments
// and its question.
func version(p social.Post, media []social.Media, poll *social.Poll) social.Edit {
	var titles []string
	if poll != nil {
		titles = poll.Titles()
	}
	media = slices.Clone(media)
	for i := range media {
		media[i].Captions, media[i].Spoken = "", "" // they belong to the file, and are no part of what was said
	}
	at := p.At
	if !p.EditedAt.IsZero() {
		at = p.EditedAt
	}
	return social.Edit{At: at, Text: p.Text, HTML: p.HTML, Warning: p.Warning, Sensitive: p.Sensitive, Mentions: p.Mentions, Media: media, Poll: titles}
}

// History is all that a post has said to by, oldest first; the last is what it
// says now. What was for other people then, whom it mentioned, is left out.
func (s *Service) History(ctx context.Context, by social.Actor, which social.PostID) (all []social.Edit, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		p, err := v.VisiblePost(ctx, by.Account, which)
		if err != nil {
			return err
		}
		sight, err := v.Sight(ctx, by.Account, p)
		if err != nil {
			return err
		}
		before, err := v.Edits(ctx, which)
		if err != nil {
			return err
		}
		for _, e := range before {
			was := p
			if was.Mentions = e.Mentions; was.MaySee(sight) {
				all = append(all, e)
			}
		}
		media, err := mediaOf(ctx, v, p)
		if err != nil {
			return err
		}
		poll, err := pollOf(ctx, v, p)
		all = append(all, version(p, media, poll))
		return err
	})
	return all, err
}

// Unboost takes by's boost back and returns the post that was boosted. Which
// may be that post or any boost of it. Not having boosted is fine.
func (s *Service) Unboost(ctx context.Context, by social.Actor, which social.PostID) (social.PostID, error) {
	if err := by.MustAct(); err != nil {
		return 0, err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, which)
		if err != nil {
			return err
		}
		if p.IsBoost() {
			which = p.BoostOf
		}
		boost, err := tx.BoostBy(ctx, by.Account, which)
		if errs.KindOf(err) == errs.NotFound { // with nothing to take back, an invisible post is no post
			_, err = tx.VisiblePost(ctx, by.Account, which)
			return err
		}
		if err != nil {
			return err
		}
		return remove(ctx, tx, boost)
	})
	if err != nil {
		return 0, fmt.Errorf("unboost: %w", err)
	}
	return which, nil
}

// Mark likes, bookmarks, pins, mutes or votes against a post (for a boost, what
// it passes on), or no longer does, and returns which post that was. It does so once.
func (s *Service) Mark(ctx context.Context, by social.Actor, which social.PostID, mark social.Marks, on bool) (social.PostID, error) {
	if err := by.MustAct(); err != nil {
		return 0, err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := marked(ctx, tx, by, which, mark, on)
		if err != nil {
			return err
		}
		which = p.ID
		var changed bool
		switch {
		case otherWay[mark] != 0 && on:
			changed, err = cast(ctx, tx, by, p, mark)
		case otherWay[mark] != 0:
			changed, err = uncast(ctx, tx, by, p, mark)
		case mark == social.MutedThread:
			changed, err = tx.MuteThread(ctx, by.Account, p.Thread, on)
		case on:
			changed, err = tx.AddMark(ctx, mark, by.Account, p.ID)
		default:
			changed, err = tx.EndMark(ctx, mark, by.Account, p.ID)
		}
		if err != nil {
			return err
		}
		if !changed { // with nothing to let go of, an invisible post is no post
			_, err := tx.VisiblePost(ctx, by.Account, p.ID)
			return err
		}
		if otherWay[mark] == 0 { // a vote has told already
			tx.Record(event.Marked{Owner: by.Account, Post: p.ID, Author: p.Author, Mark: mark, Off: !on})
		}
		return nil
	})
	if err != nil {
		return 0, fmt.Errorf("mark post: %w", err)
	}
	return which, nil
}

// marked is the post that a mark is about, if by may put or remove it.
func marked(ctx context.Context, tx *store.Tx, by social.Actor, which social.PostID, mark social.Marks, on bool) (social.Post, error) {
	p, err := tx.Post(ctx, which)
	if err != nil {
		return p, err
	}
	if p.IsBoost() && mark != social.Pinned {
		if p, err = tx.Post(ctx, p.BoostOf); err != nil {
			return p, err
		}
	}
	if !on {
		return p, nil // one may always let go of what one can no longer see
	}
	if p, err = tx.VisiblePost(ctx, by.Account, p.ID); err != nil || mark != social.Pinned {
		return p, err
	}
	return p, mayPin(ctx, tx, by, p)
}

func mayPin(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post) error {
	switch {
	case p.Author != by.Account:
		return errs.New(errs.Invalid, "Validation failed: Someone else's post cannot be pinned")
	case p.IsBoost():
		return errs.New(errs.Invalid, "Validation failed: A boost cannot be pinned")
	case !slices.Contains([]social.Visibility{social.Public, social.Unlisted, social.Followers}, p.Visibility):
		return errs.New(errs.Invalid, "Validation failed: A message or a post for a list cannot be pinned")
	}
	marks, err := tx.Marks(ctx, by.Account, []social.PostID{p.ID})
	if err != nil || marks[p.ID].Has(social.Pinned) {
		return err
	}
	if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
		return err
	}
	n, err := tx.PinCount(ctx, by.Account)
	if err == nil && n >= social.MaxPins {
		err = errs.Newf(errs.Invalid, "Validation failed: You have already pinned the maximum number of posts (%d)", social.MaxPins)
	}
	return err
}
