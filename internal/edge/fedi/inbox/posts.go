package inbox

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

var (
	errNotTheirs = errs.New(errs.Forbidden, "This is not theirs to act on.")
	errUnwanted  = errs.New(errs.NotFound, "This is for nobody here.")
)

// note is the post that an activity carries, if its author is who acts.
func (t *task) note() (n as2.Note, err error) {
	if n, err = t.a.Object.Note(); err != nil {
		return n, err
	}
	if n.Author() != t.a.Actor || !as2.SameOrigin(n.ID, t.a.Actor) {
		return n, errNotTheirs
	}
	if len(n.To)+len(n.Cc) == 0 {
		n.To, n.Cc = t.a.To, t.a.Cc
	}
	return n, nil
}

func (t *task) create(ctx context.Context) error {
	if id := t.a.Object.ID(); id != "" && !as2.SameOrigin(id, t.a.Actor) {
		return t.createdElsewhere(ctx)
	}
	n, err := t.note()
	if err != nil {
		return err
	}
	if n.IsVote() && t.Own(as2.Host(n.InReplyTo)) {
		return t.vote(ctx, n)
	}
	if err := t.wanted(ctx, n); err != nil {
		return err
	}
	_, err = t.Resolver.Take(ctx, n)
	return err
}

// createdElsewhere takes a post from its own server, if people here follow
// who tells of it.
func (t *task) createdElsewhere(ctx context.Context) error {
	if !t.cared(ctx) {
		return errUnwanted
	}
	_, err := t.Resolver.Post(ctx, t.a.Object.ID())
	return err
}

func (t *task) vote(ctx context.Context, n as2.Note) error {
	which, err := t.Posts.Lookup(ctx, n.InReplyTo)
	if err != nil {
		return err
	}
	return t.Polls.VoteTitled(ctx, t.by, which, n.Name)
}

// cared reports whether somebody here follows who acts, or has asked to.
func (t *task) cared(ctx context.Context) bool { return t.followed(ctx, t.signer.URI) }

func (t *task) followed(ctx context.Context, uri string) bool {
	is, err := t.Accounts.Awaited(ctx, uri)
	return err == nil && is
}

// wanted refuses a post that concerns nobody here: nobody follows its author,
// is named by it, or is in the thread that it joins.
func (t *task) wanted(ctx context.Context, n as2.Note) error {
	ours := func(uri string) bool { return t.Own(as2.Host(uri)) }
	named := slices.ContainsFunc(n.To, ours) || slices.ContainsFunc(n.Cc, ours) || ours(n.InReplyTo) || ours(n.Quote.Of) ||
		slices.ContainsFunc(n.Tags, func(tag as2.Tag) bool { return tag.Type == "Mention" && ours(tag.Href) })
	if named || t.cared(ctx) {
		return nil
	}
	if n.InReplyTo == "" {
		return errUnwanted
	}
	parent, err := t.Posts.Lookup(ctx, n.InReplyTo)
	if err != nil {
		return errUnwanted
	}
	if author, err := t.Posts.Author(ctx, parent); err != nil || !author.Local() && author.Followers == 0 {
		return errUnwanted
	}
	return nil
}

func (t *task) update(ctx context.Context) error {
	n, err := t.note()
	if err != nil {
		return err
	}
	err = t.Resolver.Revise(ctx, n)
	if errs.KindOf(err) != errs.NotFound || err == nil {
		return err
	}
	if err := t.wanted(ctx, n); err != nil {
		return err
	}
	_, err = t.Resolver.Take(ctx, n)
	return err
}

// updated is an update that tells only of what.
func (t *task) updated(ctx context.Context) error {
	if t.a.Object.ID() == t.a.Actor {
		return t.updateActor(ctx)
	}
	if err := t.knownAs(ctx, t.a.Object.ID(), t.by.Account); err != nil {
		return err
	}
	return t.Resolver.Again(ctx, t.a.Object.ID())
}

// knownAs refuses a post that is not here, or not of who.
func (t *task) knownAs(ctx context.Context, uri string, who social.AccountID) error {
	which, err := t.Posts.Lookup(ctx, uri)
	if err != nil {
		return err
	}
	author, err := t.Posts.Author(ctx, which)
	if err == nil && author.ID != who {
		err = errNotTheirs
	}
	return err
}

// remove deletes a post or the account itself.
func (t *task) remove(ctx context.Context) error {
	id := t.a.Object.ID()
	switch {
	case id == t.a.Actor:
		return t.Accounts.Depart(ctx, id)
	case id == "" || !as2.SameOrigin(id, t.a.Actor):
		return errNotTheirs
	}
	if _, err := t.Accounts.Lookup(ctx, id); err == nil {
		return errNotTheirs // it is somebody, and nobody ends another
	}
	return t.Posts.Retract(ctx, t.by, id)
}

// announce passes a post on. Whatever came with it, the post is taken from its
// own server.
func (t *task) announce(ctx context.Context) error {
	id := t.a.Object.ID()
	if t.a.ID == "" || as2.Fragment(id) || !as2.SameOrigin(t.a.ID, t.a.Actor) {
		return errNotTheirs
	}
	if !t.Own(as2.Host(id)) && !t.cared(ctx) {
		return errUnwanted
	}
	which, err := t.Resolver.Post(ctx, id)
	if err != nil {
		return err
	}
	_, contact, err := t.Accounts.Known(ctx, t.a.Actor)
	if err != nil {
		return err
	}
	return t.Posts.Pass(ctx, t.by, which, audience(t.a, contact.Followers), t.a.ID, t.a.Published)
}

// audience is whom an activity is for.
func audience(a as2.Activity, followers string) social.Visibility {
	switch {
	case slices.Contains(a.To, as2.Public):
		return social.Public
	case slices.Contains(a.Cc, as2.Public):
		return social.Unlisted
	case followers != "" && slices.Contains(append(slices.Clone(a.To), a.Cc...), followers):
		return social.Followers
	}
	return social.Direct
}

// announceActivity is a group that passes on what its members did. What they
// wrote is taken from their own servers; the group boosts it besides.
func (t *task) announceActivity(ctx context.Context) error {
	inner, err := t.a.Object.Activity()
	if err != nil {
		return err
	}
	if !t.cared(ctx) {
		return errUnwanted
	}
	return t.third(ctx, inner)
}

// passedOn is an activity that others brought than who did it.
func (t *task) passedOn(ctx context.Context) error {
	if !t.cared(ctx) && !t.followed(ctx, t.a.Actor) {
		return errUnwanted
	}
	return t.third(ctx, t.a)
}

// third asks at its own server what became of what an activity is about.
func (t *task) third(ctx context.Context, a as2.Activity) error {
	if aboutVotes[a.Type] {
		return t.voteThird(ctx, a)
	}
	id := a.Object.ID()
	if id == "" || t.Own(as2.Host(id)) || !as2.SameOrigin(id, a.Actor) {
		return errNotTheirs
	}
	switch a.Type {
	case "Create":
		_, err := t.Resolver.Post(ctx, id)
		return err
	case "Update":
		if id == a.Actor {
			return t.again(ctx, id)
		}
		if _, err := t.Posts.Lookup(ctx, id); err != nil {
			return err
		}
		return t.Resolver.Again(ctx, id)
	case "Delete":
		return t.removeThird(ctx, a.Actor, id)
	}
	return nil
}

// removeThird deletes what its own server says is gone.
func (t *task) removeThird(ctx context.Context, actor, id string) error {
	who, err := t.Accounts.Lookup(ctx, actor)
	if err != nil {
		return err
	}
	gone, err := t.Resolver.IsGone(ctx, id)
	if err != nil {
		return err
	}
	switch {
	case !gone:
		return errNotTheirs
	case id == actor:
		return t.Accounts.Depart(ctx, id)
	}
	return t.Posts.Retract(ctx, social.Actor{Account: who, Standing: social.Good, Role: social.Member, Remote: true}, id)
}

func (t *task) unannounce(ctx context.Context, a as2.Activity) error {
	if a.ID == "" || !as2.SameOrigin(a.ID, t.a.Actor) {
		return errNotTheirs
	}
	return t.Posts.Retract(ctx, t.by, a.ID)
}

func (t *task) add(ctx context.Context) error { return t.pin(ctx, true) }

func (t *task) removeFeatured(ctx context.Context) error { return t.pin(ctx, false) }

// pin puts a post of their own on top of somebody's page.
func (t *task) pin(ctx context.Context, on bool) error {
	_, contact, err := t.Accounts.Known(ctx, t.a.Actor)
	if err != nil {
		return err
	}
	id := t.a.Object.ID()
	if contact.Featured == "" || t.a.Target != contact.Featured || !as2.SameOrigin(id, t.a.Actor) {
		return errNotTheirs
	}
	if on && t.cared(ctx) {
		if _, err := t.Resolver.Post(ctx, id); err != nil {
			return err
		}
	}
	return t.Posts.Pin(ctx, t.by, id, on)
}

// quoting is the post of theirs for which somebody asks to quote.
func (t *task) quoting(ctx context.Context) (social.PostID, error) {
	id := t.a.Instrument.ID()
	if id == "" || !as2.SameOrigin(id, t.a.Actor) {
		return 0, errNotTheirs
	}
	if t.a.Instrument.Kind() != as2.APost {
		return t.Resolver.Post(ctx, id)
	}
	n, err := t.a.Instrument.Note()
	if err == nil && n.Author() != t.a.Actor {
		err = errNotTheirs
	}
	if err != nil {
		return 0, err
	}
	return t.Resolver.Take(ctx, n)
}

// quoteRequest asks whether a post of theirs may quote one of ours. Who of ours
// is asked answers by what they decided beforehand.
func (t *task) quoteRequest(ctx context.Context) error {
	if !t.Own(as2.Host(t.a.Object.ID())) || !as2.SameOrigin(t.a.ID, t.a.Actor) {
		return errUnwanted
	}
	quoted, err := t.Posts.Lookup(ctx, t.a.Object.ID())
	if err != nil {
		return err
	}
	if err := t.Posts.MayBeQuotedBy(ctx, quoted, t.by.Account); errs.KindOf(err) == errs.NotFound && err != nil {
		return err
	}
	which, err := t.quoting(ctx)
	if err != nil {
		return err
	}
	if of, err := t.Posts.Quoted(ctx, which); err != nil || of.ID != quoted {
		return errNotTheirs
	}
	if err := t.Posts.Consent(ctx, t.by, which); err != nil && errs.KindOf(err) != errs.Forbidden {
		return err
	}
	return t.Federation.AnswerQuote(ctx, which, t.a.ID)
}
