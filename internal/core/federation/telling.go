package federation

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

func (t teller) published(ctx context.Context, f event.PostPublished) error {
	if is, err := t.ours(ctx, f.Author); err != nil || !is || f.Remote {
		return err
	}
	if f.BoostOf != 0 {
		said, err := t.say.Boosted(ctx, f.Post)
		return t.send(ctx, said, err)
	}
	said, err := t.say.Created(ctx, f.Post)
	if err := t.sendOpen(ctx, said, err, social.RelayMastodon); err != nil {
		return err
	}
	if err := t.passOn(ctx, f, said); err != nil {
		return err
	}
	if is, err := t.elsewhere(ctx, f.QuoteAuthor); err != nil || !is {
		return err
	}
	said, err = t.say.QuoteAsked(ctx, f.Post)
	return t.send(ctx, said, err)
}

func (t teller) edited(ctx context.Context, author social.AccountID, post social.PostID) error {
	if is, err := t.ours(ctx, author); err != nil || !is {
		return err
	}
	said, err := t.say.Edited(ctx, post)
	return t.sendOpen(ctx, said, err, social.RelayMastodon, social.RelayLitePub)
}

// judged tells how a post of ours stands now. One that was limited is here only.
func (t teller) judged(ctx context.Context, f event.PostJudged) error {
	if is, err := t.ours(ctx, f.Author); err != nil || !is {
		return err
	}
	plain := func(s social.PostStanding) bool { return s == social.PostGood || s == social.PostLimited }
	if plain(f.Was) && plain(f.Standing) {
		return nil
	}
	said, err := t.say.Judged(ctx, f.Post)
	return t.sendOpen(ctx, said, err, social.RelayMastodon, social.RelayLitePub)
}

// deleted takes what carries the post out of all queues first: what did not
// leave yet never does.
func (t teller) deleted(ctx context.Context, f event.PostDeleted) error {
	if err := t.tx.DropActivities(ctx, f.Post); err != nil {
		return err
	}
	if is, err := t.ours(ctx, f.Author); err != nil || !is || f.LocalOnly {
		return err
	}
	left := Left{Post: f.Post, Author: f.Author, Visibility: f.Visibility, BoostOf: f.BoostOf, BoostAuthor: f.BoostAuthor, ReplyAuthor: f.ReplyAuthor, Mentions: f.Mentions, Audience: f.Audience}
	if f.BoostOf != 0 {
		said, err := t.say.Unboosted(ctx, left)
		return t.send(ctx, said, err)
	}
	said, err := t.say.Deleted(ctx, left)
	return t.sendOpen(ctx, said, err, social.RelayMastodon, social.RelayLitePub)
}

// quoteChanged is about a post of ours, which is shown otherwise now, or about
// one elsewhere that may not show one of ours any more.
func (t teller) quoteChanged(ctx context.Context, f event.QuoteChanged) error {
	is, err := t.ours(ctx, f.Author)
	if err != nil {
		return err
	}
	if is {
		return t.edited(ctx, f.Author, f.Post)
	}
	p, err := t.tx.Post(ctx, f.Post)
	if err != nil || p.Quote.State != social.QuoteRevoked {
		return errs.Absent(err)
	}
	said, err := t.say.QuoteRevoked(ctx, f.Post)
	return t.send(ctx, said, err)
}

// AnswerQuote tells the author of a post elsewhere whether it may quote one of
// ours, as was decided when it came. Request is the address of what they asked
// with: nothing here keeps it, so whoever took it calls this.
func (s *Service) AnswerQuote(ctx context.Context, quoting social.PostID, request string) error {
	defer s.ring()
	return s.store.Write(ctx, func(tx *store.Tx) error {
		p, err := tx.Post(ctx, quoting)
		if err != nil {
			return err
		}
		said, err := s.say.QuoteAnswered(ctx, quoting, request, p.Quote.State == social.QuoteAccepted)
		return teller{Service: s, tx: tx}.send(ctx, said, err)
	})
}

func (t teller) marked(ctx context.Context, f event.Marked) error {
	var tell func(context.Context, social.AccountID, social.PostID) (Said, error)
	switch {
	case f.Mark == social.Liked && f.Off:
		tell = t.say.Unliked
	case f.Mark == social.Liked:
		tell = t.say.Liked
	case f.Mark == social.VotedDown && f.Off:
		tell = t.say.Undisliked
	case f.Mark == social.VotedDown:
		tell = t.say.Disliked
	case f.Mark == social.Pinned && f.Off:
		tell = t.say.Unpinned
	case f.Mark == social.Pinned:
		tell = t.say.Pinned
	default:
		return nil
	}
	is, err := t.ours(ctx, f.Owner)
	if err == nil && is && f.Mark != social.Pinned { // of posts that live elsewhere
		is, err = t.elsewhere(ctx, f.Author)
	}
	if err != nil || !is {
		return err
	}
	said, err := tell(ctx, f.Owner, f.Post)
	return t.send(ctx, said, err)
}

// reacted tells an author elsewhere of an emoji under their post.
func (t teller) reacted(ctx context.Context, f event.Reacted) error {
	if is, err := t.across(ctx, f.Owner, f.Author); err != nil || !is {
		return err
	}
	tell := t.say.Reacted
	if f.Off {
		tell = t.say.Unreacted
	}
	said, err := tell(ctx, social.Reacting{ID: f.Reaction, Post: f.Post, Owner: f.Owner, Name: f.Name})
	return t.send(ctx, said, err)
}

const (
	// pollPause is how long votes are gathered before the counts are told.
	pollPause = 30 * time.Second
	// maxVoters is how many of those who voted are told at once.
	maxVoters = 5000

	pollJob     = "federation.poll"
	pollTimeout = time.Minute
	pollTries   = 10
)

// voted tells an author elsewhere, or has everybody told of the counts of a
// poll of ours. A vote that comes while they are told is told with the next.
func (t teller) voted(ctx context.Context, f event.Voted) error {
	p, err := t.tx.Post(ctx, f.Post)
	if err != nil {
		return errs.Absent(err)
	}
	is, err := t.ours(ctx, p.Author)
	if err != nil {
		return err
	}
	if is {
		return t.tx.AddJob(ctx, pollJob, p.ID, t.tx.Now.Add(pollPause), strconv.FormatInt(int64(p.ID), 10))
	}
	if is, err := t.across(ctx, f.Voter, p.Author); err != nil || !is {
		return err
	}
	all, err := t.say.Voted(ctx, f.Voter, f.Post)
	if err != nil {
		return errs.Absent(err)
	}
	for _, said := range all {
		if err := t.send(ctx, said, nil); err != nil {
			return err
		}
	}
	return nil
}

// counted tells how a poll of ours stands, also to those who voted.
func (t teller) counted(ctx context.Context, post social.PostID) error {
	p, err := t.tx.Post(ctx, post)
	if err != nil || p.Poll == 0 {
		return errs.Absent(err)
	}
	if is, err := t.ours(ctx, p.Author); err != nil || !is {
		return err
	}
	voters, err := t.tx.Voters(ctx, p.Poll, maxVoters)
	if err != nil {
		return err
	}
	said, err := t.say.Edited(ctx, post)
	return t.send(ctx, said, err, voters...)
}

// Worker tells how polls stand.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: pollJob, AtOnce: 1, Timeout: pollTimeout, Tries: pollTries, Do: func(ctx context.Context, args []byte) error {
		var post social.PostID
		if err := json.Unmarshal(args, &post); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a post.", err)
		}
		defer s.ring()
		return s.store.Write(ctx, func(tx *store.Tx) error { return teller{Service: s, tx: tx}.counted(ctx, post) })
	}}
}

// related tells what one of ours and somebody elsewhere are to each other.
func (t teller) related(ctx context.Context, fact event.Fact) error {
	switch f := fact.(type) {
	case event.FollowAsked:
		which, err := t.tx.FollowID(ctx, f.Owner, f.Target)
		if err != nil || which == 0 { // it has ended since
			return err
		}
		return t.relation(ctx, f.Owner, f.Target, followed(t.say.FollowAsked, which))
	case event.Followed:
		return t.answer(ctx, f.Owner, f.Target, "", t.say.FollowAccepted)
	case event.Unfollowed:
		if f.By != f.Target {
			if err := t.relation(ctx, f.Owner, f.Target, followed(t.say.FollowUndone, f.Follow)); err != nil {
				return err
			}
		}
		if f.By != f.Owner {
			return t.answer(ctx, f.Owner, f.Target, f.Act, t.say.FollowRejected)
		}
	case event.Distanced:
		switch {
		case f.Blocked:
			return t.relation(ctx, f.Owner, f.Target, t.say.Blocked)
		case f.Unblocked:
			return t.relation(ctx, f.Owner, f.Target, t.say.Unblocked)
		}
	}
	return nil
}

// followed is what is told of one follow.
func followed(tell func(context.Context, social.AccountID, social.AccountID, social.FollowID) (Said, error), which social.FollowID) func(context.Context, social.AccountID, social.AccountID) (Said, error) {
	return func(ctx context.Context, owner, target social.AccountID) (Said, error) {
		return tell(ctx, owner, target, which)
	}
}

// relation tells what owner does, if owner is ours and target elsewhere.
func (t teller) relation(ctx context.Context, owner, target social.AccountID, tell func(context.Context, social.AccountID, social.AccountID) (Said, error)) error {
	if is, err := t.across(ctx, owner, target); err != nil || !is {
		return err
	}
	said, err := tell(ctx, owner, target)
	return t.send(ctx, said, err)
}

// answer tells what target says to owner's follow, if target is ours and owner
// elsewhere. Act is its address, or empty if that is still kept.
func (t teller) answer(ctx context.Context, owner, target social.AccountID, act string, tell func(context.Context, social.AccountID, social.AccountID, string) (Said, error)) error {
	if is, err := t.across(ctx, target, owner); err != nil || !is {
		return err
	}
	if act == "" {
		a, err := t.tx.ActOf(ctx, owner, social.ActFollow, int64(target))
		if errs.Absent(err) != nil {
			return err
		}
		act = a.URI
	}
	said, err := tell(ctx, owner, target, act)
	return t.send(ctx, said, err)
}
