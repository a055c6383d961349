package notices

import (
	"context"
	"errors"
	"slices"
	"time"

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
	maxVotersTold    = 5000
)

// Follower tells people what others did.
func Follower() work.Follower {
	return work.Follower{Name: "notices", Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		t := teller{tx, r.At}
		switch f := r.Fact.(type) {
		case event.PostPublished:
			return t.published(ctx, f)
		case event.PostEdited:
			return t.edited(ctx, f)
		case event.Widened:
			return t.widened(ctx, f)
		case event.ReplyHeld:
			return t.held(ctx, f)
		case event.KeeperChanged:
			return t.keeper(ctx, f)
		case event.PostDeleted:
			if f.BoostOf != 0 { // other notices go with the post's row
				return tx.EndNotice(ctx, social.Notice{Owner: f.BoostAuthor, Kind: social.NoticeBoost, From: f.Author, Post: f.BoostOf})
			}
			if f.HeldBy != 0 {
				return t.waitsNoMore(ctx, f.HeldBy, f.Author, f.ReplyTo, f.Post)
			}
		case event.Marked:
			return t.marked(ctx, f)
		case event.Reacted:
			return t.reacted(ctx, f)
		case event.Followed:
			return t.followed(ctx, f)
		case event.FollowAsked:
			return t.tell(ctx, social.Notice{Owner: f.Target, Kind: social.NoticeFollowRequest, From: f.Owner})
		case event.Unfollowed:
			return unfollowed(ctx, tx, f)
		case event.Distanced:
			return distanced(ctx, tx, f)
		case event.PollEnded:
			return t.pollEnded(ctx, f)
		case event.Collected:
			return t.collected(ctx, f)
		case event.CollectionChanged:
			return t.collectionChanged(ctx, f)
		case event.Joined:
			return t.staff(ctx, social.Notice{Kind: social.NoticeSignUp, From: f.Account}, 0)
		case event.Reported:
			return t.reported(ctx, f)
		case event.Decided:
			if f.Action.Sanction() {
				return t.warned(ctx, f)
			}
		case event.BadgesChanged:
			if f.Guarded {
				return t.tell(ctx, social.Notice{Owner: f.Account, Kind: social.NoticeConfirmed, From: f.Account})
			} else if f.Withdrawn {
				return t.tell(ctx, social.Notice{Owner: f.Account, Kind: social.NoticeUnconfirmed, From: f.Account})
			}
		case event.CaseClosed:
			return t.answered(ctx, f)
		case event.Appealed:
			return t.staff(ctx, social.Notice{Kind: social.NoticeAppeal, From: f.By, About: int64(f.Decision)}, f.By)
		case event.AppealAnswered:
			return t.tell(ctx, social.Notice{Owner: f.Account, Kind: social.NoticeHeard, From: f.Account, About: int64(f.Decision)})
		}
		return nil
	}}
}

// A teller tells of one fact. Notices take the time of what they are about,
// and so keep its order also when many are told at once.
type teller struct {
	tx *store.Tx
	at time.Time
}

func (t teller) published(ctx context.Context, f event.PostPublished) error {
	if f.BoostOf != 0 {
		return t.tell(ctx, social.Notice{Owner: f.BoostAuthor, Kind: social.NoticeBoost, From: f.Author, Post: f.BoostOf})
	}
	p, err := t.tx.Post(ctx, f.Post)
	if err != nil {
		return errs.Absent(err)
	}
	if err := t.quoted(ctx, p); err != nil {
		return err
	}
	if err := t.mentioned(ctx, p); err != nil {
		return err
	}
	if p.Visibility == social.Direct || p.ToOthers() {
		return nil
	}
	fans, err := t.tx.Notifying(ctx, p.Author, maxFollowersTold)
	if err != nil {
		return err
	}
	for _, fan := range fans {
		if p.Mentioned(fan) || quotes(p, fan) {
			continue
		}
		if err := t.tell(ctx, social.Notice{Owner: fan, Kind: social.NoticePost, From: p.Author, Post: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// widened tells those whom a post is for besides what they would have been told
// when it came.
func (t teller) widened(ctx context.Context, f event.Widened) error {
	p, err := t.tx.Post(ctx, f.Post)
	if err != nil {
		return errs.Absent(err)
	}
	for _, who := range f.To {
		n := social.Notice{Owner: who, Kind: social.NoticeMention, From: p.Author, Post: p.ID}
		if !p.Mentioned(who) && !slices.Contains(f.Called, who) {
			rel, err := t.tx.Relation(ctx, who, p.Author)
			if err != nil {
				return err
			}
			if n.Kind = social.NoticePost; !rel.Notify || p.ToOthers() {
				continue
			}
		}
		if err := t.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (t teller) mentioned(ctx context.Context, p social.Post) error {
	for _, m := range p.Mentions {
		if quotes(p, m.Account) {
			continue // told of that
		}
		if err := t.tell(ctx, social.Notice{Owner: m.Account, Kind: social.NoticeMention, From: p.Author, Post: p.ID}); err != nil {
			return err
		}
	}
	return nil
}

// edited tells those who passed the post on, and whoever it mentions now.
func (t teller) edited(ctx context.Context, f event.PostEdited) error {
	p, err := t.tx.Post(ctx, f.Post)
	if err != nil {
		return errs.Absent(err)
	}
	if p.Held != social.HeldNot {
		return nil // nobody was told of it
	}
	if err := t.mentioned(ctx, p); err != nil {
		return err
	}
	if err := t.quotedEdited(ctx, p); err != nil {
		return err
	}
	boosts, err := t.tx.BoostsOf(ctx, p.ID, maxBoostersTold)
	if err != nil {
		return err
	}
	for _, b := range boosts {
		n := social.Notice{Owner: b.Author, Kind: social.NoticeEdit, From: p.Author, Post: p.ID}
		if err := t.tx.EndNotice(ctx, n); err != nil { // the last edit counts
			return err
		}
		if err := t.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

func (t teller) marked(ctx context.Context, f event.Marked) error {
	n := social.Notice{Owner: f.Author, Kind: social.NoticeLike, From: f.Owner, Post: f.Post}
	switch {
	case f.Mark != social.Liked:
		return nil
	case f.Off:
		return t.tx.EndNotice(ctx, n)
	}
	return t.tell(ctx, n)
}

func (t teller) followed(ctx context.Context, f event.Followed) error {
	if !f.New {
		return nil
	}
	if err := t.tx.EndNotice(ctx, social.Notice{Owner: f.Target, Kind: social.NoticeFollowRequest, From: f.Owner}); err != nil {
		return err
	}
	return t.tell(ctx, social.Notice{Owner: f.Target, Kind: social.NoticeFollow, From: f.Owner})
}

func unfollowed(ctx context.Context, tx *store.Tx, f event.Unfollowed) error {
	for _, k := range []social.NoticeKind{social.NoticeFollow, social.NoticeFollowRequest} {
		if err := tx.EndNotice(ctx, social.Notice{Owner: f.Target, Kind: k, From: f.Owner}); err != nil {
			return err
		}
	}
	lists, err := tx.EndMembership(ctx, f.Owner, f.Target)
	for _, l := range lists {
		tx.Record(event.ListChanged{Owner: f.Owner, List: l})
	}
	return err
}

// distanced forgets what was told of somebody of whom the owner wants to hear
// no more.
func distanced(ctx context.Context, tx *store.Tx, f event.Distanced) error {
	rel, err := tx.Relation(ctx, f.Owner, f.Target)
	if err != nil || !f.Blocked && !rel.MuteNotices {
		return err
	}
	return tx.EndNoticesBetween(ctx, f.Owner, f.Target)
}

// pollEnded tells who asked and who answered.
func (t teller) pollEnded(ctx context.Context, f event.PollEnded) error {
	told, err := t.tx.Voters(ctx, f.Poll, maxVotersTold)
	if err != nil {
		return err
	}
	for _, who := range append([]social.AccountID{f.Author}, told...) {
		if err := t.tell(ctx, social.Notice{Owner: who, Kind: social.NoticePoll, From: f.Author, Post: f.Post}); err != nil {
			return err
		}
	}
	return nil
}

// staff tells everybody who looks after the house, but not whom it is about.
func (t teller) staff(ctx context.Context, n social.Notice, about social.AccountID) error {
	staff, err := t.tx.Staff(ctx)
	if err != nil {
		return err
	}
	for _, n.Owner = range staff {
		if n.Owner == about {
			continue
		}
		if err := t.tell(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// tell stores a notice, if its owner is one of ours and wants it. What the
// owner's policy keeps apart is told nobody.
func (t teller) tell(ctx context.Context, n social.Notice) error {
	wanted, err := wants(ctx, t.tx, n)
	if err != nil || !wanted {
		return err
	}
	r, err := rule(ctx, t.tx, n)
	if err != nil || r == social.NoticeDropped {
		return errs.Absent(err)
	}
	n.ID, n.Filtered = social.NoticeID(id.New(t.at)), r == social.NoticeHeld
	added, err := t.tx.AddNotice(ctx, n)
	switch {
	case err != nil || !added:
		return err
	case n.Filtered:
		return t.tx.HoldNotice(ctx, n)
	}
	t.tx.Record(event.NoticeMade{Owner: n.Owner, Notice: n.ID})
	return nil
}

// wants reports whether n is to be stored: its owner is here, can see what it
// is about, and has not muted who did it or the thread.
func wants(ctx context.Context, tx *store.Tx, n social.Notice) (bool, error) {
	if n.Owner == n.From && n.Kind != social.NoticePoll && !n.Kind.OfOwner() {
		return false, nil
	}
	for _, who := range []social.AccountID{n.Owner, n.From} {
		if _, err := tx.Account(ctx, who); err != nil {
			return false, errs.Absent(err)
		}
	}
	if _, err := tx.User(ctx, n.Owner); err != nil {
		return false, errs.Absent(err)
	}
	if n.Kind.Official() {
		return true, nil
	}
	rel, err := tx.Relation(ctx, n.Owner, n.From)
	if err != nil || rel.Apart() || rel.MuteNotices {
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
		return false, errs.Absent(err)
	}
	if n.Kind == social.NoticePost && rel.Mutes {
		return false, nil
	}
	muted, err := tx.MutesThread(ctx, n.Owner, p.Thread)
	return !muted, err
}
