package posts

import (
	"context"
	"errors"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Left is a post that was said in a house that this one took over from, and
// never came here, with its attachments.
type Left struct {
	Post  social.Post
	Media []social.Media
}

// Merge brings over a post that was left behind, under its author, with its id
// and its time, and reports whether it came now: what came before is not
// brought again, also if it was deleted since. What cannot be brought over
// without asking anybody is refused, and the error says why.
func (s *Service) Merge(ctx context.Context, l Left) (now bool, err error) {
	if err := l.check(); err != nil {
		return false, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if now, err = tx.ClaimMerge(ctx, l.Post.ID); err != nil || !now {
			return err
		}
		if now, err = missing(ctx, tx, l.Post); err != nil || !now {
			return err
		}
		return s.merge(ctx, tx, l)
	})
	if err != nil {
		return false, fmt.Errorf("merge post: %w", err)
	}
	return now, nil
}

// check refuses what was more than words and files: others have acted on it,
// or have to agree.
func (l Left) check() error {
	switch {
	case l.Post.IsBoost():
		return errs.New(errs.Invalid, "It passes on a post; its author can do that again.")
	case l.Post.Poll != 0:
		return errs.New(errs.Invalid, "It asks a question, and who answered that is not brought over.")
	case l.Post.Quote.Of != 0:
		return errs.New(errs.Invalid, "It quotes, and who is quoted has to agree.")
	case l.Post.URI != "":
		return errs.New(errs.Invalid, "It is from another server, which has it.")
	}
	for _, m := range l.Media {
		if m.State != social.MediaReady {
			return errs.New(errs.Invalid, "One of its files was never finished.")
		}
	}
	return nil
}

// missing reports whether p is not here.
func missing(ctx context.Context, tx *store.Tx, p social.Post) (bool, error) {
	there, err := tx.Post(ctx, p.ID)
	switch {
	case errors.Is(err, store.NoPost):
		return true, nil
	case err == nil && there.Author != p.Author:
		return false, errs.New(errs.Conflict, "Another post has its number.")
	}
	return false, err
}

func (s *Service) merge(ctx context.Context, tx *store.Tx, l Left) error {
	was := l.Post
	author, err := tx.HoldAccount(ctx, was.Author)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return errs.New(errs.NotFound, "Its author has no account here any more, or did not have one yet.")
	}
	if err != nil {
		return err
	}
	if !author.Local() || author.Standing != social.Good {
		return errs.Newf(errs.Forbidden, "Its author, @%s, cannot post here now.", author.Acct())
	}
	if err := notSaidSince(ctx, tx, was); err != nil {
		return err
	}
	by := social.Actor{Account: was.Author, Standing: author.Standing, App: was.App}
	p, err := s.draft(ctx, tx, by, social.Draft{Text: was.Text, Warning: was.Warning, Sensitive: was.Sensitive, Language: was.Language,
		Visibility: was.Visibility, ReplyTo: was.ReplyTo, QuotePolicy: was.QuotePolicy, LocalOnly: was.LocalOnly, Circle: was.Circle}, was.ID)
	if was.ReplyTo != 0 && errs.KindOf(err) == errs.NotFound {
		return errs.New(errs.NotFound, "It answers a post that is not here, or not for its author any more.")
	}
	if err != nil {
		return err
	}
	p.At, p.EditedAt = was.At, was.EditedAt
	if err := mergeMedia(ctx, tx, &p, l.Media); err != nil {
		return err
	}
	return publish(ctx, tx, p, nil, false)
}

// notSaidSince refuses what its author has said again when it was not there.
func notSaidSince(ctx context.Context, tx *store.Tx, p social.Post) error {
	if p.Text == "" {
		return nil
	}
	again, err := tx.SaidSince(ctx, p.Author, p.Text, p.ID)
	if errors.Is(err, store.NoPost) {
		return nil
	}
	if err == nil {
		err = errs.Newf(errs.Conflict, "Its author has said the same since, as %d.", again)
	}
	return err
}

// mergeMedia has attachments be here, those that had come before their post
// too, and puts them on p.
func mergeMedia(ctx context.Context, tx *store.Tx, p *social.Post, all []social.Media) error {
	if err := social.MayAttach(all); err != nil {
		return err
	}
	for _, m := range all {
		there, err := tx.HoldMedia(ctx, p.Author, m.ID)
		switch {
		case errors.Is(err, store.NoPost):
			m.Post = p.ID
			err = tx.AddMedia(ctx, m, "")
		case err == nil && there.Post != 0:
			err = errs.New(errs.Conflict, "One of its files is on another post.")
		case err == nil:
			m.Post = p.ID
			err = tx.SetMedia(ctx, m)
		}
		if err != nil {
			return err
		}
		p.Media = append(p.Media, m.ID)
	}
	return nil
}
