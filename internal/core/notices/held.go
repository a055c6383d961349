package notices

import (
	"context"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
)

// held tells an owner that a reply waits, all beneath one post as one, and an author
// that theirs was approved. What is decided nobody has to be told of as waiting. That
// a reply was refused is not pushed at anybody: who wrote it sees it with the reply.
func (t teller) held(ctx context.Context, f event.ReplyHeld) error {
	waits := social.Notice{Owner: f.Owner, Kind: social.NoticeReplyWaits, From: f.Author, Post: f.ReplyTo, About: int64(f.Post)}
	if f.OwnerWas != 0 {
		if err := t.waitsNoMore(ctx, f.OwnerWas, f.Author, f.ReplyTo, f.Post); err != nil {
			return err
		}
	}
	if f.State == social.HeldPending {
		return t.tell(ctx, waits)
	}
	if err := t.waitsNoMore(ctx, f.Owner, f.Author, f.ReplyTo, f.Post); err != nil {
		return err
	}
	switch {
	case f.State == social.HeldNot:
		return t.tell(ctx, social.Notice{Owner: f.Author, Kind: social.NoticeReplyLet, From: f.Owner, Post: f.Post})
	case f.Was == social.HeldNot: // it stood there, and is told of no more
		for _, who := range append(f.Mentions, f.ReplyAuthor) {
			if err := t.tx.EndNotice(ctx, social.Notice{Owner: who, Kind: social.NoticeMention, From: f.Author, Post: f.Post}); err != nil {
				return err
			}
		}
	}
	return nil
}

// waitsNoMore takes from an owner that a reply waits for them.
func (t teller) waitsNoMore(ctx context.Context, owner, author social.AccountID, to, reply social.PostID) error {
	return t.tx.EndNotice(ctx, social.Notice{Owner: owner, Kind: social.NoticeReplyWaits, From: author, Post: to, About: int64(reply)})
}

// keeper tells somebody that they are asked to look after another's threads, until
// they have answered.
func (t teller) keeper(ctx context.Context, f event.KeeperChanged) error {
	asked := social.Notice{Owner: f.Keeper, Kind: social.NoticeKeeperAsked, From: f.Owner}
	if f.State == "asked" {
		return t.tell(ctx, asked)
	}
	return t.tx.EndNotice(ctx, asked)
}
