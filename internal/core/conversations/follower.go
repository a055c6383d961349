package conversations

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// step is how many conversations are put right at once.
const step = 100

// Follower puts messages into the conversations of those who take part.
func Follower() work.Follower {
	return work.Follower{Name: "conversations", Urgent: []event.Fact{event.PostPublished{}, event.PostEdited{}, event.PostDeleted{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			if f.Visibility == social.Direct {
				return said(ctx, tx, f.Post)
			}
		case event.PostEdited:
			return edited(ctx, tx, f.Post)
		case event.PostDeleted:
			if f.Visibility == social.Direct {
				return rewind(ctx, tx, f.Post, nil)
			}
		}
		return nil
	}}
}

// said puts a message into the conversation of each who may read it.
func said(ctx context.Context, tx *store.Tx, which social.PostID) error {
	p, err := tx.Post(ctx, which)
	if err != nil || p.Visibility != social.Direct {
		return errs.Absent(err)
	}
	for _, who := range p.Parties() {
		if _, err := tx.User(ctx, who); errs.KindOf(err) == errs.NotFound {
			continue // lives elsewhere
		} else if err != nil {
			return err
		}
		if _, err := tx.VisiblePost(ctx, who, p.ID); errs.KindOf(err) == errs.NotFound {
			continue
		} else if err != nil {
			return err
		}
		c := social.Conversation{Owner: who, Thread: p.Thread, Last: p.ID, Unread: who != p.Author}
		if known, err := knows(ctx, &tx.View, who, p); err != nil {
			return err
		} else if !known {
			c.State = social.TalkRequest
		}
		if err := tx.AddMessage(ctx, c, who == p.Author); err != nil {
			return err
		}
	}
	return nil
}

// edited is for a message that mentions others than before.
func edited(ctx context.Context, tx *store.Tx, which social.PostID) error {
	p, err := tx.Post(ctx, which)
	if err != nil || p.Visibility != social.Direct {
		return errs.Absent(err)
	}
	if err := rewind(ctx, tx, which, p.Parties()); err != nil {
		return err
	}
	return said(ctx, tx, which)
}

// rewind ends the conversations that a message was the last of with the one
// before, but for those who still take part.
func rewind(ctx context.Context, tx *store.Tx, which social.PostID, but []social.AccountID) error {
	keep := map[social.AccountID]bool{}
	for _, who := range but {
		keep[who] = true
	}
	for after := social.AccountID(0); ; {
		cs, err := tx.ConversationsAt(ctx, which, after, step)
		if err != nil || len(cs) == 0 {
			return err
		}
		for _, c := range cs {
			after = c.Owner
			if keep[c.Owner] {
				continue
			}
			if err := tx.RewindConversation(ctx, c); err != nil {
				return err
			}
		}
	}
}

// knows reports whether a message comes from somebody whom its reader knows: one who is
// followed, was written to, or was accepted before. Others have to ask first.
func knows(ctx context.Context, v *store.View, who social.AccountID, p social.Post) (bool, error) {
	if who == p.Author {
		return true, nil
	}
	rel, err := v.Relation(ctx, who, p.Author)
	if err != nil || rel.Follows {
		return rel.Follows, err
	}
	if ok, err := v.NoticesAccepted(ctx, who, p.Author); err != nil || ok {
		return ok, err
	}
	return v.Knows(ctx, who, p.Author, p.Thread)
}
