package inbox

import (
	"context"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// Votes and reactions are taken of posts of ours. What others make of what is
// elsewhere is theirs to count.

// on is the post of ours that something of who acts is about.
func (t *task) on(ctx context.Context, a as2.Activity) (social.PostID, error) {
	id := a.Object.ID()
	if !t.Own(as2.Host(id)) || a.ID != "" && !as2.SameOrigin(a.ID, t.a.Actor) {
		return 0, errUnwanted
	}
	return t.Posts.Lookup(ctx, id)
}

// like is a like, or with an emoji a reaction, as Misskey has it.
func (t *task) like(ctx context.Context) error { return t.liked(ctx, t.a, true) }

func (t *task) dislike(ctx context.Context) error { return t.disliked(ctx, t.a, true) }

func (t *task) react(ctx context.Context) error { return t.reacted(ctx, t.a, true) }

// unlike takes back what has its address, or else what it says it is.
func (t *task) unlike(ctx context.Context, a as2.Activity) error {
	if a.ID != "" {
		act, err := t.Relations.Act(ctx, t.by, a.ID)
		if err == nil && act.Kind == social.ActReaction {
			return t.takeBack(ctx, act)
		}
		if err == nil { // a like, whatever is said of it now
			a.Reaction = ""
		} else if errs.KindOf(err) != errs.NotFound {
			return err
		}
	}
	return t.liked(ctx, a, false)
}

func (t *task) undislike(ctx context.Context, a as2.Activity) error { return t.disliked(ctx, a, false) }

func (t *task) unreact(ctx context.Context, a as2.Activity) error { return t.reacted(ctx, a, false) }

func (t *task) liked(ctx context.Context, a as2.Activity, on bool) error {
	if _, ok := t.reaction(a); ok {
		return t.reacted(ctx, a, on)
	}
	which, err := t.on(ctx, a)
	if err != nil {
		return err
	}
	return t.Posts.Like(ctx, t.by, which, a.ID, on)
}

func (t *task) disliked(ctx context.Context, a as2.Activity, on bool) error {
	which, err := t.on(ctx, a)
	if err != nil {
		return err
	}
	return t.Posts.Dislike(ctx, t.by, which, a.ID, on)
}

func (t *task) reacted(ctx context.Context, a as2.Activity, on bool) error {
	which, err := t.on(ctx, a)
	if err != nil {
		return err
	}
	with, ok := t.reaction(a)
	if !ok && on {
		return social.ErrReaction
	}
	return t.Posts.ReactAs(ctx, t.by, which, with, a.ID, on)
}

// reaction is what somebody reacts with: a sign, or a picture that a tag has;
// of one that is ours, its name.
func (t *task) reaction(a as2.Activity) (r social.ForeignReaction, ok bool) {
	if social.IsEmoji(a.Reaction) {
		return social.ForeignReaction{Name: a.Reaction}, true
	}
	name, _, _ := strings.Cut(strings.Trim(a.Reaction, ":"), "@")
	for _, tag := range a.Tags {
		if code, _, _ := strings.Cut(strings.Trim(tag.Name, ":"), "@"); name == "" || tag.Type != "Emoji" || code != name {
			continue
		}
		if t.Own(as2.Host(tag.Icon)) {
			return social.ForeignReaction{Name: name}, true
		}
		changed, _ := time.Parse(time.RFC3339, tag.Updated)
		return social.ForeignReaction{Emoji: social.ForeignEmoji{Shortcode: name, URI: tag.ID, Image: tag.Icon, ChangedAt: changed}}, true
	}
	return r, false
}

// aboutVotes are the activities that a group passes on of what its members make
// of posts in it. https://join-lemmy.org/docs/contributors/05-federation.html
var aboutVotes = map[string]bool{"Like": true, "Dislike": true, "Undo": true}

// voteThird is a vote on a post of ours that a group passes on. Who voted did
// not sign what arrives, so their server is asked whether they say so.
func (t *task) voteThird(ctx context.Context, a as2.Activity) error {
	vote, err := votedBy(a)
	if err != nil {
		return err
	}
	if !t.Own(as2.Host(vote.Object.ID())) {
		return errUnwanted
	}
	if a.ID == "" || as2.Fragment(a.ID) || t.Own(as2.Host(a.ID)) || !as2.SameOrigin(a.ID, a.Actor) {
		return errNotTheirs
	}
	if err := t.welcome(ctx, a.Actor); err != nil {
		return err
	}
	if _, err := t.Posts.Lookup(ctx, vote.Object.ID()); err != nil { // before anybody is asked
		return err
	}
	said, err := t.Resolver.Activity(ctx, a.ID)
	if err != nil {
		return err
	}
	if there, err := votedBy(said); err != nil || said.Type != a.Type || said.Actor != a.Actor || there.Type != vote.Type || there.Object.ID() != vote.Object.ID() {
		return errNotTheirs
	}
	who, err := t.Resolver.Actor(ctx, a.Actor, false)
	if err != nil {
		return err
	}
	if who.Standing != social.Good || who.URI != a.Actor {
		return errNotWelcome
	}
	as := &task{t.Inbox, said, social.Actor{Account: who.ID, Standing: who.Standing, Role: social.Member, Remote: true}, who}
	vote, _ = votedBy(said)
	switch on := said.Type != "Undo"; {
	case vote.Type == "Dislike":
		return as.disliked(ctx, vote, on)
	case on:
		return as.liked(ctx, vote, true)
	}
	return as.unlike(ctx, vote)
}

// votedBy is the vote that a is, or takes back.
func votedBy(a as2.Activity) (as2.Activity, error) {
	if a.Type == "Undo" {
		inner, err := a.Object.Activity()
		if err != nil || inner.Actor != a.Actor {
			return inner, errNotTheirs
		}
		a = inner
	}
	if a.Type != "Like" && a.Type != "Dislike" {
		return a, errUnwanted
	}
	return a, nil
}
