package posts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Revise gives a post of by's that is here what it says now. Whom it is for
// stays. What is not here, or not by's, is NotFound. A version that was
// overtaken by a later one changes nothing.
func (s *Service) Revise(ctx context.Context, by social.Actor, f social.ForeignPost) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		author, err := stranger(ctx, tx, by)
		if err != nil {
			return err
		}
		if err := f.Check(author); err != nil {
			return err
		}
		was, err := here(ctx, tx, by, f.URI)
		if err == nil {
			was, err = own(ctx, tx, by, was.ID)
		}
		if err != nil || was.IsBoost() {
			return cmp.Or(err, store.NoPost)
		}
		return s.revise(ctx, tx, was, f.Trimmed(tx.Now, author.Host), author)
	})
	if err != nil {
		return fmt.Errorf("revise post: %w", err)
	}
	return nil
}

func (s *Service) revise(ctx context.Context, tx *store.Tx, was social.Post, f social.ForeignPost, author social.Account) error {
	if !f.EditedAt.IsZero() && f.EditedAt.Before(was.EditedAt) {
		return nil
	}
	post := was
	post.HTML, post.Warning, post.Language, post.Tags = f.HTML, f.Warning, f.Language, f.Tags
	post.Sensitive = f.Sensitive || f.Warning != ""
	if err := s.calls(ctx, tx, &post, f); err != nil {
		return err
	}
	if err := withoutLeft(ctx, tx, &post); err != nil {
		return err
	}
	before, err := mediaOf(ctx, &tx.View, was)
	if err != nil {
		return err
	}
	described, err := showAnew(ctx, tx, &post, before, f.Media)
	if err != nil {
		return err
	}
	question, err := pollOf(ctx, &tx.View, was)
	if err != nil {
		return err
	}
	askedAnew, err := countAnew(ctx, tx, &post, question, f.Poll)
	if err != nil {
		return err
	}
	if err := requote(ctx, tx, &post, f.QuotePolicy); err != nil {
		return err
	}
	if f.ReplyPolicy == "" && post.ReplyPolicy != "" {
		f.ReplyPolicy = social.ReplyEveryone
	}
	if err := rereply(ctx, tx, &post, f.ReplyPolicy); err != nil {
		return err
	}
	if err := s.stampAnew(ctx, tx, post, author, f); err != nil {
		return err
	}
	if err := tx.SetForeignEmojis(ctx, f.Emojis, social.MaxHostEmojis); err != nil {
		return err
	}
	if says(post, was) && !described && !askedAnew {
		return nil
	}
	earlier := version(was, before, question)
	if post.EditedAt = f.EditedAt; !post.EditedAt.After(earlier.At) {
		post.EditedAt = later(tx.Now, earlier.At)
	}
	if err := tx.EditPost(ctx, post, earlier); err != nil {
		return err
	}
	tx.Record(event.PostEdited{Post: post.ID, Author: post.Author})
	if err := ruledAnew(ctx, tx, post); err != nil {
		return err
	}
	return tx.TrimEdits(ctx, post.ID, social.MaxForeignEdits)
}

// says reports whether two versions of a post say the same.
func says(a, b social.Post) bool {
	return a.HTML == b.HTML && a.Warning == b.Warning && a.Language == b.Language && a.Sensitive == b.Sensitive &&
		slices.Equal(a.Media, b.Media) && slices.Equal(a.Tags, b.Tags) && slices.EqualFunc(a.Mentions, b.Mentions, func(x, y social.Mention) bool { return x.Account == y.Account })
}

// showAnew puts what p shows now in place of what it showed, and reports
// whether something that stays is described otherwise.
func showAnew(ctx context.Context, tx *store.Tx, p *social.Post, before, now []social.Media) (described bool, err error) {
	p.Media = nil
	kept := map[social.MediaID]bool{}
	for _, m := range namedMedia(*p, now) {
		i := slices.IndexFunc(before, func(b social.Media) bool { return b.Remote == m.Remote && !kept[b.ID] })
		if i < 0 {
			if err := tx.AddMedia(ctx, m, ""); err != nil {
				return false, err
			}
			p.Media = append(p.Media, m.ID)
			continue
		}
		was := before[i]
		m.ID, m.At, kept[was.ID], p.Media = was.ID, was.At, true, append(p.Media, was.ID)
		if m == was {
			continue
		}
		described = described || m.Alt != was.Alt
		if err := tx.SetMedia(ctx, m); err != nil {
			return false, err
		}
	}
	for _, b := range before { // earlier versions hold what they showed
		if !kept[b.ID] {
			if err := tx.RemoveMedia(ctx, b); err != nil {
				return false, err
			}
		}
	}
	return described, nil
}

// countAnew takes the counts that a poll's server tells, or another poll in
// place of the one there was. It reports whether something else is asked.
func countAnew(ctx context.Context, tx *store.Tx, p *social.Post, was, now *social.Poll) (changed bool, err error) {
	if was == nil && now == nil {
		return false, nil
	}
	if was != nil && now != nil && was.Multiple == now.Multiple && slices.Equal(was.Titles(), now.Titles()) {
		kept, err := tx.HoldPoll(ctx, was.ID)
		if err != nil {
			return false, err
		}
		moved := !kept.EndsAt.Equal(now.EndsAt)
		kept.Options, kept.Voters, kept.EndsAt, kept.HideVotes = now.Options, now.Voters, now.EndsAt, now.HideVotes
		tx.Record(event.Voted{Poll: kept.ID, Post: p.ID, Voter: p.Author}) // for whom it was loaded
		return false, tx.SetPoll(ctx, kept, moved)
	}
	p.Poll = 0
	if was != nil {
		if err := tx.RemovePoll(ctx, was.ID); err != nil {
			return false, err
		}
	}
	poll := foreignPoll(*p, now)
	if poll == nil {
		return true, nil
	}
	p.Poll = poll.ID
	return true, tx.AddPoll(ctx, *poll)
}

// Retract deletes a post or a boost of by's, or takes back by's consent to
// being quoted. What is not here does not come any more.
func (s *Service) Retract(ctx context.Context, by social.Actor, uri string) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		author, err := stranger(ctx, tx, by)
		if err != nil {
			return err
		}
		if !social.Address(uri) || !social.SameHost(uri, author.URI) {
			return store.NoPost // it is not for by to say
		}
		which, err := tx.PostByURI(ctx, uri)
		if errors.Is(err, store.NoPost) {
			if was, err := s.unstamp(ctx, tx, by, uri); err != nil || was {
				return err
			}
			if was, err := s.unstampReply(ctx, tx, by, uri); err != nil || was {
				return err
			}
			return tx.SetGone(ctx, uri)
		}
		if err != nil {
			return err
		}
		p, err := own(ctx, tx, by, which)
		if err != nil {
			return err
		}
		if err := tx.SetGone(ctx, uri); err != nil {
			return err
		}
		return remove(ctx, tx, p)
	})
	if err != nil {
		return fmt.Errorf("retract post: %w", err)
	}
	return nil
}

// ForgetGone forgets what has been gone for so long that nothing about it is
// on its way any more.
func (s *Service) ForgetGone(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.TrimGone(ctx, tx.Now.Add(-social.GoneFor)) })
}
