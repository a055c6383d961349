package posts

import (
	"context"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A vote for a post is a like, and one against it VotedDown. Nobody has both.
var (
	otherWay = map[social.Marks]social.Marks{social.Liked: social.VotedDown, social.VotedDown: social.Liked}
	voteActs = map[social.Marks]social.ActKind{social.Liked: social.ActLike, social.VotedDown: social.ActDown}
)

var (
	errVote  = errs.New(errs.Invalid, "Validation failed: A vote is 1, -1, or 0 for none.")
	errDowns = errs.New(errs.Forbidden, "This community does not vote against replies.")
	errReply = errs.New(errs.Invalid, "Validation failed: Only replies can be voted down. If this post is not all right, report it.")
	errSelf  = errs.New(errs.Invalid, "Validation failed: You cannot vote your own reply down. You can delete it.")
	errOut   = errs.New(errs.Forbidden, "You cannot vote down who could not vote back.")
	errYoung = errs.New(errs.Forbidden, "You cannot vote down who could not vote back: they have not been here for long.")
	errDeaf  = errs.New(errs.Forbidden, "You cannot vote down who could not vote back: votes against a reply are not known to do anything on their server.")
)

// Vote has by be for a post (for a boost, what it passes on) with 1, against it
// with -1, or neither with 0, and returns which post that was.
func (s *Service) Vote(ctx context.Context, by social.Actor, which social.PostID, value int) (social.PostID, error) {
	switch value {
	case 1:
		return s.Mark(ctx, by, which, social.Liked, true)
	case -1:
		return s.Mark(ctx, by, which, social.VotedDown, true)
	case 0:
		return s.abstain(ctx, by, which)
	}
	return 0, errVote
}

// abstain takes back whichever vote by has cast.
func (s *Service) abstain(ctx context.Context, by social.Actor, which social.PostID) (social.PostID, error) {
	if err := by.MustAct(); err != nil {
		return 0, err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := marked(ctx, tx, by, which, social.Liked, false)
		if err != nil {
			return err
		}
		which = p.ID
		for way := range otherWay {
			if was, err := uncast(ctx, tx, by, p, way); err != nil || was {
				return err
			}
		}
		_, err = tx.VisiblePost(ctx, by.Account, p.ID) // with nothing to take back, an invisible post is no post
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("take vote back: %w", err)
	}
	return which, nil
}

// mayVote reports why by may not vote that way, or nil. People here may vote
// against replies if their house does; what others' houses do is theirs.
func mayVote(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, way social.Marks) error {
	if way != social.VotedDown || by.Remote {
		return nil
	}
	house, err := tx.House(ctx)
	switch {
	case err != nil:
		return err
	case !house.Downvotes:
		return errDowns
	case p.ReplyAuthor == 0:
		return errReply
	case p.Author == by.Account:
		return errSelf
	}
	me, err := tx.HoldAccount(ctx, by.Account) // counting and adding is for one at a time
	if err != nil {
		return err
	}
	if err := me.MayPost(); err != nil { // with two accounts there would be two votes
		return err
	}
	if !me.KnownFor(house.DownWait(), tx.Now) {
		return errs.Newf(errs.Forbidden, "You can vote replies down once you have been here for %d days.", house.DownDays)
	}
	n, err := tx.DownsSince(ctx, by.Account, tx.Now.Add(-24*time.Hour), social.MaxDowns)
	if err != nil {
		return err
	}
	if n >= social.MaxDowns {
		return errs.Newf(errs.Limited, "You have voted %d replies down within a day. That is as many as one can; please wait.", social.MaxDowns)
	}
	return mayBack(ctx, tx, p.Author, house)
}

// mayBack reports why an author could not vote against replies, or nil: who cannot is
// not voted against. That they do not block each other, and that the author is not
// suspended, was seen when it was looked whether the post is visible.
func mayBack(ctx context.Context, tx *store.Tx, author social.AccountID, house social.Settings) error {
	them, err := tx.Account(ctx, author)
	if err != nil {
		return err
	}
	if them.Local() {
		if !them.KnownFor(house.DownWait(), tx.Now) {
			return errYoung
		}
		u, err := tx.User(ctx, author)
		if err == nil && u.Disabled {
			err = errOut
		}
		return errs.Absent(err)
	}
	peer, err := tx.Peer(ctx, them.Host)
	if errs.KindOf(err) != errs.NotFound && err != nil {
		return err
	}
	if !peer.VotesDown() {
		return errDeaf
	}
	return nil
}

// cast has by vote one way, and no longer the other.
func cast(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, way social.Marks) (isNew bool, err error) {
	if now, err := tx.VoteOf(ctx, by.Account, p.ID); err != nil || now.Way != 0 && now.Mark() == way {
		return false, err
	}
	if err := mayVote(ctx, tx, by, p, way); err != nil {
		return false, err
	}
	if _, err := tx.HoldPost(ctx, p.ID); err != nil { // who votes both ways at once has one vote
		return false, err
	}
	if _, err := uncast(ctx, tx, by, p, otherWay[way]); err != nil {
		return false, err
	}
	if isNew, err = tx.AddMark(ctx, way, by.Account, p.ID); err != nil || !isNew {
		return false, err
	}
	tx.Record(event.Marked{Owner: by.Account, Post: p.ID, Author: p.Author, Mark: way})
	return true, countVote(ctx, tx, p.ID, way, 1)
}

// uncast takes a vote that way back, and tells whether there was one.
func uncast(ctx context.Context, tx *store.Tx, by social.Actor, p social.Post, way social.Marks) (was bool, err error) {
	if was, err = tx.EndMark(ctx, way, by.Account, p.ID); err != nil || !was {
		return false, err
	}
	tx.Record(event.Marked{Owner: by.Account, Post: p.ID, Author: p.Author, Mark: way, Off: true})
	if by.Remote {
		if err := tx.EndAct(ctx, by.Account, voteActs[way], int64(p.ID)); err != nil {
			return true, err
		}
	}
	return true, countVote(ctx, tx, p.ID, way, -1)
}

func countVote(ctx context.Context, tx *store.Tx, post social.PostID, way social.Marks, n int) error {
	if way == social.VotedDown {
		return tx.CountDown(ctx, post, n)
	}
	return tx.CountLike(ctx, post, n)
}
