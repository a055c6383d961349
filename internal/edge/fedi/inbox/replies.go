package inbox

import (
	"context"

	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
)

// replyRequest ends the address of what one of ours asks to be let reply with.
const replyRequest = "#reply-request"

// replyRequest asks whether a reply of theirs may stand beneath a post of ours.
// The reply is taken as any is, and whose rules hold it answers: at once, or when
// they have looked at it.
func (t *task) replyRequest(ctx context.Context) error {
	if !t.Own(as2.Host(t.a.Object.ID())) || !as2.SameOrigin(t.a.ID, t.a.Actor) {
		return errUnwanted
	}
	to, err := t.Posts.Lookup(ctx, t.a.Object.ID())
	if err != nil {
		return err
	}
	which, err := t.quoting(ctx)
	if err != nil {
		return err
	}
	if err := t.Posts.AskedToReply(ctx, t.by, which, to, t.a.ID); err != nil {
		return err
	}
	return t.Federation.AnswerReply(ctx, which)
}

// answerReply takes what somebody says to a reply of ours.
func (t *task) answerReply(ctx context.Context, reply string, yes bool) error {
	if !t.Own(as2.Host(reply)) {
		return errNotTheirs
	}
	which, err := t.Posts.Lookup(ctx, reply)
	if err != nil {
		return err
	}
	to, err := t.Posts.Answered(ctx, which)
	if err != nil {
		return err
	}
	if !as2.SameOrigin(to.URI, t.a.Actor) {
		return errNotTheirs
	}
	if !yes {
		return t.Posts.AnswerReply(ctx, t.by, which, "", false)
	}
	if err := t.Resolver.ReplyStamp(ctx, t.a.Result, t.a.Actor, reply, to.URI); err != nil {
		return err
	}
	return t.Posts.AnswerReply(ctx, t.by, which, t.a.Result, true)
}
