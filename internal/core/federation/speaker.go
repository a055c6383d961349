package federation

import (
	"context"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Speaker puts what happened here into the words of other servers. It reads
// what is committed, and writes nothing: it may be asked within a transaction.
//
// NotFound means that there is nothing to say: what it is about is gone, does
// not leave this house, or is of somebody whom nobody elsewhere knows.
type Speaker interface {
	Created(ctx context.Context, post social.PostID) (Said, error)
	// Edited is also for what a post's readers see change without an edit: the
	// counts of its poll, who may quote it.
	Edited(ctx context.Context, post social.PostID) (Said, error)
	// Judged is how one of our posts stands here now.
	Judged(ctx context.Context, post social.PostID) (Said, error)
	Deleted(ctx context.Context, post Left) (Said, error)
	Boosted(ctx context.Context, boost social.PostID) (Said, error)
	Unboosted(ctx context.Context, boost Left) (Said, error)
	Liked(ctx context.Context, by social.AccountID, post social.PostID) (Said, error)
	Unliked(ctx context.Context, by social.AccountID, post social.PostID) (Said, error)
	// Disliked is of a vote against a post.
	Disliked(ctx context.Context, by social.AccountID, post social.PostID) (Said, error)
	Undisliked(ctx context.Context, by social.AccountID, post social.PostID) (Said, error)
	Reacted(ctx context.Context, with social.Reacting) (Said, error)
	// Unreacted is of what was there.
	Unreacted(ctx context.Context, with social.Reacting) (Said, error)
	Pinned(ctx context.Context, by social.AccountID, post social.PostID) (Said, error)
	Unpinned(ctx context.Context, by social.AccountID, post social.PostID) (Said, error)
	// Voted is one activity for each option that by chose in a remote post's poll.
	Voted(ctx context.Context, by social.AccountID, post social.PostID) ([]Said, error)
	// QuoteAsked asks the remote author of what post quotes.
	QuoteAsked(ctx context.Context, post social.PostID) (Said, error)
	// QuoteAnswered tells a remote author whether their post may quote one of
	// ours. Request is the address of what they asked with.
	QuoteAnswered(ctx context.Context, post social.PostID, request string, agreed bool) (Said, error)
	// QuoteRevoked takes the stamp back by which post could quote one of ours.
	QuoteRevoked(ctx context.Context, post social.PostID) (Said, error)
	// ReplyAsked asks the remote author of what post answers to let it stand there.
	ReplyAsked(ctx context.Context, post social.PostID) (Said, error)
	// ReplyAnswered tells a remote author whether their reply stands beneath a post
	// of ours, and ReplyRevoked everybody that it does no more.
	ReplyAnswered(ctx context.Context, post social.PostID, agreed bool) (Said, error)
	ReplyRevoked(ctx context.Context, post social.PostID) (Said, error)

	FollowAsked(ctx context.Context, owner, target social.AccountID, which social.FollowID) (Said, error)
	FollowUndone(ctx context.Context, owner, target social.AccountID, which social.FollowID) (Said, error)
	// FollowAccepted and FollowRejected are target's answers, target being ours.
	// Act is the address of owner's Follow, empty if it is not known. A
	// rejection also ends a follow that was accepted.
	FollowAccepted(ctx context.Context, owner, target social.AccountID, act string) (Said, error)
	FollowRejected(ctx context.Context, owner, target social.AccountID, act string) (Said, error)
	Blocked(ctx context.Context, owner, target social.AccountID) (Said, error)
	Unblocked(ctx context.Context, owner, target social.AccountID) (Said, error)
	ProfileChanged(ctx context.Context, account social.AccountID) (Said, error)
	Moved(ctx context.Context, account social.AccountID) (Said, error)
	// HomeMoved is that an account of ours has moved along with the house, said
	// by who it was under the name before. HomeLeft tells that nobody is there any
	// more, and where what is for them can be sent.
	HomeMoved(ctx context.Context, account social.AccountID, from string) (Said, error)
	HomeLeft(ctx context.Context, account social.AccountID, from string) (Said, error)
	// NotYet turns down who follows an account of ours under a name that the
	// house has not taken yet.
	NotYet(ctx context.Context, owner, target social.AccountID, act string) (Said, error)
	// Gone is for an account of ours whose row is gone already.
	Gone(ctx context.Context, account social.AccountID) (Said, error)
	// Flagged is said by the house, for whoever reported.
	Flagged(ctx context.Context, report social.ReportID) (Said, error)

	// RelayAsked, RelayLeft and RelayAnswered are said by the house: it asks a
	// relay to take it in, does not want it any more, or lets it follow. Act is
	// the address of what the relay asked with.
	RelayAsked(ctx context.Context, r social.Relay) (Said, error)
	RelayLeft(ctx context.Context, r social.Relay) (Said, error)
	RelayAnswered(ctx context.Context, r social.Relay, act string) (Said, error)
	// Relayed is the house's passing on a post of ours that is for everybody.
	Relayed(ctx context.Context, post social.PostID) (Said, error)
}

// A Said is an activity of ours as it is sent, and whom it is for.
type Said struct {
	Body   []byte           // JSON
	Signer social.AccountID // zero for the house
	Post   social.PostID    // that it carries, so that it need not wait in a queue when that is gone; zero if none

	Public    bool               // it is for everybody, so it may be sent to whoever cares besides
	Open      bool               // anybody may come across it, so relays may have it
	Followers bool               // it is for those who follow the signer
	To        []social.AccountID // it is for, by name; ours among them

	Apart []Said // if not nil it is only these: one for each whom it is for, who learns of nobody else
	Alone bool   // it goes to nobody but To, each by an inbox of their own

	relays []store.Inbox // that it is for besides
}

// A Left is what is known of a post or a boost whose row is gone.
type Left struct {
	Post        social.PostID
	Author      social.AccountID
	Visibility  social.Visibility
	BoostOf     social.PostID
	BoostAuthor social.AccountID
	ReplyAuthor social.AccountID // zero if it is not known
	Mentions    []social.AccountID
	Audience    []social.AccountID // of a post for a circle
}
