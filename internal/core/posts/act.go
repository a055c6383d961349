package posts

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var errElsewhere = errs.New(errs.Invalid, "This is not at home where who did it is.")

// Pass is Boost for by from another server, under an address and at a time of
// its own. What is here already, was taken back before it came, or concerns
// nobody here, is no error.
func (s *Service) Pass(ctx context.Context, by social.Actor, of social.PostID, v social.Visibility, uri string, at time.Time) (err error) {
	if err := by.MustAct(); err != nil {
		return err
	}
	for range receiveTries {
		if err = s.store.Write(ctx, func(tx *store.Tx) error { return pass(ctx, tx, by, of, v, uri, at) }); errs.KindOf(err) != errs.Conflict {
			break
		}
	}
	if err != nil {
		return fmt.Errorf("pass post on: %w", err)
	}
	return nil
}

func pass(ctx context.Context, tx *store.Tx, by social.Actor, of social.PostID, v social.Visibility, uri string, at time.Time) error {
	who, err := tx.HoldAccount(ctx, by.Account) // who sends it twice at once waits for the first
	switch {
	case err != nil:
		return err
	case who.Local() || !social.Address(uri) || !social.SameHost(uri, who.URI):
		return errElsewhere
	}
	if gone, err := tx.Gone(ctx, uri); err != nil || gone {
		return err
	}
	target, err := tx.VisiblePost(ctx, by.Account, of)
	if err != nil {
		return err
	}
	if target.IsBoost() {
		return errs.New(errs.Invalid, "A boost is not passed on, but the post.")
	}
	if err := target.MayBoost(by); err != nil {
		return err
	}
	if ok, err := passedHere(ctx, tx, by, target); err != nil || !ok {
		return err
	}
	before, err := tx.BoostBy(ctx, by.Account, target.ID)
	if err == nil && before.URI != uri {
		return tx.SetPostURI(ctx, before.ID, uri) // by which it will be undone
	}
	if !errors.Is(err, store.NoPost) {
		return err
	}
	if _, err := tx.HoldPost(ctx, target.ID); err != nil { // somebody may be deleting it
		return err
	}
	if _, err := social.ParseVisibility(string(v)); err != nil {
		return err
	}
	if target.Visibility.Narrower(v) {
		v = target.Visibility
	}
	at = social.Bounded(at, tx.Now)
	pid := social.PostID(id.New(at))
	return keepAs(ctx, tx, social.Post{ID: pid, Thread: pid, Author: by.Account, Visibility: v, BoostOf: target.ID, BoostAuthor: target.Author, URI: uri, At: at}, nil, false)
}

// passedHere reports whether a boost concerns somebody here: who wrote what is
// passed on, or who follows whoever does that.
func passedHere(ctx context.Context, tx *store.Tx, by social.Actor, target social.Post) (bool, error) {
	author, err := tx.Account(ctx, target.Author)
	if err != nil || author.Local() {
		return err == nil, err
	}
	return tx.FollowedHere(ctx, by.Account)
}

// Like is Mark with Liked for by from another server. The address is the one
// under which it will be undone; without one it is undone by its post. What
// was undone before it came has no effect, once: some servers use an address
// again.
func (s *Service) Like(ctx context.Context, by social.Actor, of social.PostID, uri string, on bool) error {
	return s.voteAs(ctx, by, of, social.Liked, uri, on)
}

// Dislike is Like for a vote against the post. One account has one vote.
func (s *Service) Dislike(ctx context.Context, by social.Actor, of social.PostID, uri string, on bool) error {
	return s.voteAs(ctx, by, of, social.VotedDown, uri, on)
}

func (s *Service) voteAs(ctx context.Context, by social.Actor, of social.PostID, way social.Marks, uri string, on bool) error {
	return s.store.WriteFor(ctx, by, "vote from elsewhere", func(tx *store.Tx) error {
		if _, err := theirAct(ctx, tx, by, uri); err != nil {
			return err
		}
		if !on {
			return unvote(ctx, tx, by, of, way, uri)
		}
		return vote(ctx, tx, by, of, way, uri)
	})
}

// theirAct is by's account, if it is on another server and can have done
// something under an address.
func theirAct(ctx context.Context, tx *store.Tx, by social.Actor, uri string) (social.Account, error) {
	who, err := stranger(ctx, tx, by)
	if err == nil && uri != "" && (!social.Address(uri) || !social.SameHost(uri, who.URI)) {
		err = errElsewhere
	}
	return who, err
}

// undone reports whether what comes under an address was undone before it came,
// and forgets that.
func undone(ctx context.Context, tx *store.Tx, uri string) (bool, error) {
	if uri == "" {
		return false, nil
	}
	return tx.EndGone(ctx, uri)
}

func vote(ctx context.Context, tx *store.Tx, by social.Actor, of social.PostID, way social.Marks, uri string) error {
	if gone, err := undone(ctx, tx, uri); err != nil || gone {
		return err
	}
	p, err := marked(ctx, tx, by, of, way, true)
	if err != nil {
		return err
	}
	if _, err := cast(ctx, tx, by, p, way); err != nil || uri == "" {
		return err
	}
	return tx.AddAct(ctx, social.Act{URI: uri, Kind: voteActs[way], Owner: by.Account, Target: int64(p.ID)})
}

// unvote takes a vote back. One under another address has replaced what is
// undone.
func unvote(ctx context.Context, tx *store.Tx, by social.Actor, of social.PostID, way social.Marks, uri string) error {
	p, err := marked(ctx, tx, by, of, way, false)
	if err != nil {
		return err
	}
	act, err := tx.ActOf(ctx, by.Account, voteActs[way], int64(p.ID))
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	if err == nil && uri != "" && act.URI != uri {
		return nil
	}
	was, err := uncast(ctx, tx, by, p, way)
	if err != nil || was || uri == "" {
		return err
	}
	return tx.SetGone(ctx, uri)
}

// Pin has a post of by's, who is from another server, stand on top of their
// page, or no longer. What is not here is NotFound.
func (s *Service) Pin(ctx context.Context, by social.Actor, uri string, on bool) error {
	return s.store.WriteFor(ctx, by, "pin post", func(tx *store.Tx) error {
		if _, err := stranger(ctx, tx, by); err != nil {
			return err
		}
		p, err := here(ctx, tx, by, uri)
		if err != nil || p.ID == 0 || p.IsBoost() || p.Visibility.Narrower(social.Followers) {
			return cmp.Or(err, store.NoPost)
		}
		change := tx.EndMark
		if on {
			change = tx.AddMark
			if n, err := tx.PinCount(ctx, by.Account); err != nil {
				return err
			} else if n >= social.MaxForeignPins {
				return errs.Newf(errs.Invalid, "Of an account elsewhere at most %d posts are pinned.", social.MaxForeignPins)
			}
		}
		changed, err := change(ctx, social.Pinned, by.Account, p.ID)
		if changed {
			tx.Record(event.Marked{Owner: by.Account, Post: p.ID, Author: p.Author, Mark: social.Pinned, Off: !on})
		}
		return err
	})
}
