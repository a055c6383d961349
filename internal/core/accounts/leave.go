package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	// stepSize is how many posts, likes or follows one transaction takes, so
	// that others' writes come in between.
	stepSize     = 200
	leaveTimeout = 10 * time.Minute // what is not done by then is gone on with
	leaveTries   = 100
	dropTimeout  = time.Minute
	dropTries    = 20
)

// PictureWorker removes the files that were replaced, or whose posts are gone.
func (s *Service) PictureWorker() work.Worker {
	return work.Worker{Kind: store.DropFileJob, AtOnce: 1, Timeout: dropTimeout, Tries: dropTries, Do: func(_ context.Context, args []byte) error {
		var name string
		if err := json.Unmarshal(args, &name); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name a picture.", err)
		}
		return s.blobs.Remove(name)
	}}
}

// Worker deletes the accounts that store.LeaveAccount was called for: their
// posts, likes and follows step by step, with all counts put right, and at
// last their row. It may be interrupted anywhere and run again.
func (s *Service) Worker() work.Worker {
	return work.Worker{Kind: store.DeleteAccountJob, AtOnce: 1, Timeout: leaveTimeout, Tries: leaveTries, Do: func(ctx context.Context, args []byte) error {
		var who social.AccountID
		if err := json.Unmarshal(args, &who); err != nil {
			return errs.Wrap(errs.Invalid, "This job does not name an account.", err)
		}
		for _, step := range []step{posts, holdings, likes, downs, reactions, follows(social.EdgesFollowing), follows(social.EdgesFollowers), follows(social.EdgesRequests), media, votes, told, row} {
			if err := s.exhaust(ctx, who, step); err != nil {
				return fmt.Errorf("delete account: %w", err)
			}
		}
		return nil
	}}
}

// A step takes away up to stepSize of something that who leaves behind, and
// tells whether there may be more.
type step func(ctx context.Context, tx *store.Tx, who social.AccountID) (more bool, err error)

func (s *Service) exhaust(ctx context.Context, who social.AccountID, do step) error {
	for more := true; more; {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := s.store.Write(ctx, func(tx *store.Tx) (err error) {
			more, err = do(ctx, tx, who)
			return err
		}); err != nil {
			return err
		}
	}
	return nil
}

// posts also counts others' boosts of the posts, which go first.
func posts(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	all, err := tx.PostsBy(ctx, []social.AccountID{who}, social.Page{Limit: stepSize})
	if err != nil {
		return false, err
	}
	left := stepSize
	for _, p := range all {
		var boosts []social.Post
		if !p.IsBoost() {
			if boosts, err = tx.BoostsOf(ctx, p.ID, left); err != nil {
				return false, err
			}
		}
		for _, b := range boosts {
			if err := tx.RemovePost(ctx, b); err != nil {
				return false, err
			}
		}
		if left -= len(boosts); left <= 0 { // there may be more boosts of p
			return true, nil
		}
		if err := tx.RemovePost(ctx, p); err != nil {
			return false, err
		}
		if left--; left <= 0 {
			return true, nil
		}
	}
	return false, nil
}

// likes takes the votes for posts back, and downs those against.
func likes(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	return marks(ctx, tx, who, social.Liked, tx.CountLike)
}

func downs(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	return marks(ctx, tx, who, social.VotedDown, tx.CountDown)
}

func marks(ctx context.Context, tx *store.Tx, who social.AccountID, mark social.Marks, count func(context.Context, social.PostID, int) error) (bool, error) {
	all, err := tx.MarkedBy(ctx, mark, who, social.Page{Limit: stepSize})
	if err != nil || len(all) == 0 {
		return false, err
	}
	var ids []social.PostID
	for _, m := range all {
		ids = append(ids, m.Post)
	}
	authors, err := authorsOf(ctx, tx, ids)
	if err != nil {
		return false, err
	}
	for _, m := range all {
		was, err := tx.EndMark(ctx, mark, who, m.Post)
		if err != nil {
			return false, err
		}
		if !was {
			continue // taken back just now
		}
		if err := count(ctx, m.Post, -1); err != nil {
			return false, err
		}
		tx.Record(event.Marked{Owner: who, Post: m.Post, Author: authors[m.Post], Mark: mark, Off: true})
	}
	return len(all) == stepSize, nil
}

func authorsOf(ctx context.Context, tx *store.Tx, ids []social.PostID) (map[social.PostID]social.AccountID, error) {
	all, err := tx.Posts(ctx, ids)
	out := map[social.PostID]social.AccountID{}
	for _, p := range all {
		out[p.ID] = p.Author
	}
	return out, err
}

// holdings forgets what is known of the replies that who held: what they answer is
// gone, and what was held stays with its author.
func holdings(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	n, err := tx.EndHoldings(ctx, who, stepSize)
	return n == stepSize, err
}

// reactions takes away what who put under posts.
func reactions(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	all, err := tx.ReactionsMade(ctx, who, social.Page{Limit: stepSize})
	if err != nil || len(all) == 0 {
		return false, err
	}
	var ids []social.PostID
	for _, x := range all {
		ids = append(ids, x.Post)
	}
	authors, err := authorsOf(ctx, tx, ids)
	if err != nil {
		return false, err
	}
	for _, x := range all {
		_, was, err := tx.Unreact(ctx, who, x.Post, x.Name)
		if err != nil {
			return false, err
		}
		if was {
			tx.Record(event.Reacted{Reaction: x.ID, Owner: who, Post: x.Post, Author: authors[x.Post], Name: x.Name, Off: true})
		}
	}
	return len(all) == stepSize, nil
}

// follows ends those of one list, both ways round.
func follows(kind social.EdgeKind) step {
	return func(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
		all, err := tx.Edges(ctx, kind, who, social.Page{Limit: stepSize})
		if err != nil {
			return false, err
		}
		for _, e := range all {
			owner, target := who, e.Other
			if kind != social.EdgesFollowing {
				owner, target = e.Other, who
			}
			was, accepted, err := tx.EndFollow(ctx, owner, target)
			if err != nil {
				return false, err
			}
			if was != 0 {
				tx.Record(event.Unfollowed{Owner: owner, Target: target, Follow: was})
			}
			if accepted {
				if err := tx.CountFollow(ctx, owner, target, -1); err != nil {
					return false, err
				}
			}
		}
		return len(all) == stepSize, nil
	}
}

// media is what was sent and never posted; the rest went with its posts.
func media(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	all, err := tx.MediaBy(ctx, who, stepSize)
	for _, m := range all {
		if err := tx.RemoveMedia(ctx, m); err != nil {
			return false, err
		}
	}
	return len(all) == stepSize, err
}

// votes takes back what was answered to polls.
func votes(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	posts, more, err := tx.LeavePolls(ctx, who, stepSize)
	for _, p := range posts {
		tx.Record(event.Voted{Post: p, Voter: who})
	}
	return more, err
}

// told takes back what others were told of who leaves.
func told(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	return tx.EndNoticesFrom(ctx, who, stepSize)
}

// row ends it. What came in while the steps ran, from somebody who had read
// the account before it left, goes too; a post keeps the row, and the job is
// tried again.
func row(ctx context.Context, tx *store.Tx, who social.AccountID) (bool, error) {
	a, err := tx.HoldAccount(ctx, who)
	if errs.KindOf(err) == errs.NotFound {
		return false, nil // done before
	}
	if err != nil {
		return false, err
	}
	for _, picture := range []string{a.Avatar, a.Header} {
		if !a.Local() {
			break // an address elsewhere is no file of ours
		}
		if err := tx.DropFile(ctx, picture); err != nil {
			return false, err
		}
	}
	if err := tx.RecountFollows(ctx, who); err != nil {
		return false, err
	}
	tx.Record(event.AccountDeleted{Account: who})
	return false, tx.DeleteAccount(ctx, who)
}
