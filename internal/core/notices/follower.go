package notices

import (
	"context"
	"errors"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Limits of what one post tells.
const (
	maxBoostersTold  = 1000
	maxFollowersTold = 5000
)

// Follower tells people what others did.
func Follower() work.Follower {
	return work.Follower{Name: "notices", Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			return published(ctx, tx, f)
		case event.PostEdited:
			return edited(ctx, tx, f)
		case event.PostDeleted:
			if f.BoostOf != 0 { // other notices go with the post's row
				return tx.EndNotice(ctx, social.Notice{Owner: f.BoostAuthor, Kind: social.NoticeBoost, From: f.Author, Post: f.BoostOf})
			}
		case event.Marked:
			return marked(ctx, tx, f)
		case event.Followed:
			return followed(ctx, tx, f)
		case event.FollowAsked:
			return tell(ctx, tx, social.Notice{Owner: f.Target, Kind: social.NoticeFollowRequest, From: f.Owner})
		case event.Unfollowed:
			return unfollowed(ctx, tx, f)
		case event.Distanced:
			if f.Blocked {
				return tx.EndNoticesBetween(ctx, f.Owner, f.Target)
			}
		case event.Joined:
			return joined(ctx, tx, f)
		}
		return nil
	}}
}

// missing is for what was there when the fact was recorded and is gone now.
func missing(err error) error {
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	return err
}

func published(ctx context.Context, tx *store.Tx, f event.PostPublished) error {
	if f.BoostOf != 0 {
		return tell(ctx, tx, social.Notice{Owner: f.BoostAuthor, Kind: social.NoticeBoost, From: f.Author, Post: f.BoostOf})
	}
	p, err := tx.Post(ctx, f.Post)
	if err != nil {
		return missing(err)
	}
	if err := mentioned(ctx, tx, p); err != nil {
		return err
	}
	if p.Visibility == social.Direct || p.ReplyTo != 0 && p.ReplyAuthor != p.Author {
		return nil
	}
	fans, err := tx.Notifying(ctx, p.Author, maxFollowersTold)
	if err != nil {
		return err
	}
	for _, fan := range fans {
		if p.Mentioned(fan) {
			continue
		}
		if err := tell(ctx, tx, social.Notice{Owner: fan, Kind: social.NoticePost, From: p.Author, Post: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

func mentioned(ctx context.Context, tx *store.Tx, p social.Post) error {
	for _, m := range p.Mentions {
		if err := tell(ctx, tx, social.Notice{Owner: m.Account, Kind: social.NoticeMention, From: p.Author, Post: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// edited tells those who passed the post on, and whoever it mentions now.
func edited(ctx context.Context, tx *store.Tx, f event.PostEdited) error {
	p, err := tx.Post(ctx, f.Post)
	if err != nil {
		return missing(err)
	}
	if err := mentioned(ctx, tx, p); err != nil {
		return err
	}
	boosts, err := tx.BoostsOf(ctx, p.ID, maxBoostersTold)
	if err != nil {
		return err
	}
	for _, b := range boosts {
		n := social.Notice{Owner: b.Author, Kind: social.NoticeEdit, From: p.Author, Post: p.ID}
		if err := tx.EndNotice(ctx, n); err != nil { // the last edit counts
			return err
		}
		if err := tell(ctx, tx, n); err != nil {
			return err
		}
	}
	return nil
}

func marked(ctx context.Context, tx *store.Tx, f event.Marked) error {
	n := social.Notice{Owner: f.Author, Kind: social.NoticeLike, From: f.Owner, Post: f.Post}
	switch {
	case f.Mark != social.Liked:
		return nil
	case f.Off:
		return tx.EndNotice(ctx, n)
	}
	return tell(ctx, tx, n)
}

func followed(ctx context.Context, tx *store.Tx, f event.Followed) error {
	if !f.New {
		return nil
	}
	if err := tx.EndNotice(ctx, social.Notice{Owner: f.Target, Kind: social.NoticeFollowRequest, From: f.Owner}); err != nil {
		return err
	}
	return tell(ctx, tx, social.Notice{Owner: f.Target, Kind: social.NoticeFollow, From: f.Owner})
}

func unfollowed(ctx context.Context, tx *store.Tx, f event.Unfollowed) error {
	for _, k := range []social.NoticeKind{social.NoticeFollow, social.NoticeFollowRequest} {
		if err := tx.EndNotice(ctx, social.Notice{Owner: f.Target, Kind: k, From: f.Owner}); err != nil {
			return err
		}
	}
	return tx.EndMembership(ctx, f.Owner, f.Target)
}

// joined tells the staff.
func joined(ctx context.Context, tx *store.Tx, f event.Joined) error {
	staff, err := tx.Staff(ctx)
	if err != nil {
		return err
	}
	for _, who := range staff {
		if err := tell(ctx, tx, social.Notice{Owner: who, Kind: social.NoticeSignUp, From: f.Account}); err != nil {
			return err
		}
	}
	return nil
}

// tell stores a notice, if its owner is one of ours and wants it.
func tell(ctx context.Context, tx *store.Tx, n social.Notice) error {
	wanted, err := wants(ctx, tx, n)
	if err != nil || !wanted {
		return err
	}
	n.ID = social.NoticeID(id.New(tx.Now))
	added, err := tx.AddNotice(ctx, n)
	if err == nil && added {
		tx.Record(event.NoticeMade{Owner: n.Owner, Notice: n.ID})
	}
	return err
}

// wants reports whether n is to be stored: its owner is here, can see what it
// is about, and has not muted who did it or the thread.
func wants(ctx context.Context, tx *store.Tx, n social.Notice) (bool, error) {
	if n.Owner == n.From {
		return false, nil
	}
	for _, who := range []social.AccountID{n.Owner, n.From} {
		if _, err := tx.Account(ctx, who); err != nil {
			return false, missing(err)
		}
	}
	if _, err := tx.User(ctx, n.Owner); err != nil {
		return false, missing(err)
	}
	rel, err := tx.Relation(ctx, n.Owner, n.From)
	if err != nil || rel.Blocks || rel.BlockedBy || rel.MuteNotices {
		return false, err
	}
	if n.Post == 0 {
		return true, nil
	}
	p, err := tx.VisiblePost(ctx, n.Owner, n.Post)
	if err != nil {
		if errors.Is(err, store.NoPost) {
			return false, nil
		}
		return false, missing(err)
	}
	if n.Kind == social.NoticePost && rel.Mutes {
		return false, nil
	}
	muted, err := tx.MutesThread(ctx, n.Owner, p.Thread)
	return !muted, err
}
