package inbox

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// ours is the account of ours that an address names, or NotFound.
func (t *task) ours(ctx context.Context, uri string) (social.AccountID, error) {
	if !t.Own(as2.Host(uri)) || as2.Fragment(uri) {
		return 0, errUnwanted
	}
	who, err := t.Accounts.Lookup(ctx, uri)
	if err == nil && who == 0 {
		err = errUnwanted
	}
	return who, err
}

// updateActor asks anew who acts. What came with it is not read: keys and
// names are taken from their own server only, and its word on them is fresh.
func (t *task) updateActor(ctx context.Context) error {
	if t.a.Object.ID() != t.a.Actor {
		return errNotTheirs
	}
	return t.again(ctx, t.a.Actor)
}

func (t *task) again(ctx context.Context, actor string) error {
	if _, err := t.Accounts.Lookup(ctx, actor); err != nil {
		return err
	}
	_, err := t.Resolver.Actor(ctx, actor, true)
	return err
}

func (t *task) follow(ctx context.Context) error {
	if t.a.Object.ID() == t.Base.HouseURI() {
		return t.followHouse(ctx)
	}
	target, err := t.ours(ctx, t.a.Object.ID())
	if err != nil {
		return err
	}
	if t.a.ID != "" && !as2.SameOrigin(t.a.ID, t.a.Actor) {
		return errNotTheirs
	}
	if on, err := t.spoken(ctx, target); err != nil || !on {
		return err
	}
	return t.Relations.FollowAs(ctx, t.by, target, t.a.ID)
}

// spoken tells whether who is followed is called so at the moment. Under a name
// that the house had before nobody can be followed, and under its next one nobody
// yet.
func (t *task) spoken(ctx context.Context, target social.AccountID) (bool, error) {
	uri := t.a.Object.ID()
	if t.Base.Next(uri) {
		return false, t.Federation.NotYet(ctx, t.by.Account, target, t.a.ID)
	}
	return t.Base.Is(uri), nil
}

func (t *task) unfollow(ctx context.Context, a as2.Activity) error {
	target, err := t.ours(ctx, a.Object.ID())
	if err != nil || !t.Base.Is(a.Object.ID()) { // who follows where somebody is now leaves where they were
		return err
	}
	if err := t.never(ctx, a.ID); err != nil {
		return err
	}
	return t.Relations.Unfollow(ctx, t.by, target)
}

// never has what was done under an address not be done later, if it has not
// come yet.
func (t *task) never(ctx context.Context, id string) error {
	if id == "" {
		return nil
	}
	_, err := t.Relations.Act(ctx, t.by, id)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = t.Posts.Retract(ctx, t.by, id)
	}
	return err
}

func (t *task) block(ctx context.Context) error {
	target, err := t.ours(ctx, t.a.Object.ID())
	if err != nil {
		return err
	}
	if t.a.ID != "" && !as2.SameOrigin(t.a.ID, t.a.Actor) {
		return errNotTheirs
	}
	return t.Relations.BlockAs(ctx, t.by, target, t.a.ID)
}

func (t *task) unblock(ctx context.Context, a as2.Activity) error {
	target, err := t.ours(ctx, a.Object.ID())
	if err != nil {
		return err
	}
	if err := t.never(ctx, a.ID); err != nil {
		return err
	}
	return t.Relations.Unblock(ctx, t.by, target)
}

func (t *task) accept(ctx context.Context) error { return t.answer(ctx, t.a.Object, true) }

func (t *task) reject(ctx context.Context) error { return t.answer(ctx, t.a.Object, false) }

// unaccept takes back that somebody was let follow.
func (t *task) unaccept(ctx context.Context, a as2.Activity) error {
	return t.answer(ctx, a.Object, false)
}

// answer takes what somebody says to what one of ours asked: to follow them,
// or to quote them. What was asked is ours, so nothing of what came with it
// counts but whom it names.
func (t *task) answer(ctx context.Context, asked as2.Doc, yes bool) error {
	if place, ok := t.Base.ParseURI(asked.ID()); ok && place.House && place.Part == "relays" {
		return t.answerRelay(ctx, place.Target, yes)
	}
	a := as2.Activity{}
	if asked.Kind() == as2.AnActivity {
		var err error
		if a, err = asked.Activity(); err != nil {
			return err
		}
		if a.Type == "QuoteRequest" {
			return t.answerQuote(ctx, a.Instrument.ID(), yes)
		}
		if a.Type == "ReplyRequest" {
			return t.answerReply(ctx, a.Instrument.ID(), yes)
		}
		if a.Type != "Follow" || a.Object.ID() != t.a.Actor {
			return errNotTheirs
		}
	}
	if quoting, ok := strings.CutSuffix(asked.ID(), quoteRequest); ok {
		return t.answerQuote(ctx, quoting, yes)
	}
	if reply, ok := strings.CutSuffix(asked.ID(), replyRequest); ok {
		return t.answerReply(ctx, reply, yes)
	}
	if place, ok := t.Base.ParseURI(asked.ID()); ok && place.Post != 0 { // as GoToSocial answers who has not asked
		return t.answerReply(ctx, asked.ID(), yes)
	}
	owner, err := t.asker(ctx, asked.ID(), a.Actor)
	if err != nil {
		return err
	}
	return t.Relations.Answer(ctx, t.by, owner, yes)
}

// asker is who of ours asked to follow who acts: by the address of the Follow,
// or if that is none of ours, which some servers leave out, by its actor.
func (t *task) asker(ctx context.Context, follow, actor string) (social.AccountID, error) {
	if follow != "" {
		place, ok := t.Base.ParseURI(follow)
		if !ok || place.Part != "follows" || place.Account == 0 || place.Target != int64(t.by.Account) || actor != "" && !t.is(actor, place.Account) {
			return 0, errNotTheirs
		}
		return place.Account, nil
	}
	return t.ours(ctx, actor)
}

// is reports whether an address is one of ours, under any name of the house.
func (t *task) is(actor string, who social.AccountID) bool {
	p, ok := t.Base.ParseURI(actor)
	return ok && p.Account == who && p.Part == ""
}

// quoteRequest ends the address of what one of ours asks to be let quote with.
const quoteRequest = "#quote-request"

// answerQuote takes what somebody says to being quoted by a post of ours.
func (t *task) answerQuote(ctx context.Context, quoting string, yes bool) error {
	if !t.Own(as2.Host(quoting)) {
		return errNotTheirs
	}
	which, err := t.Posts.Lookup(ctx, quoting)
	if err != nil {
		return err
	}
	of, err := t.Posts.Quoted(ctx, which)
	if err != nil {
		return err
	}
	if !as2.SameOrigin(of.URI, t.a.Actor) {
		return errNotTheirs
	}
	if !yes {
		return t.Posts.AnswerQuote(ctx, t.by, which, "", false)
	}
	if err := t.Resolver.Stamp(ctx, t.a.Result, t.a.Actor, quoting, of.URI); err != nil {
		return err
	}
	return t.Posts.AnswerQuote(ctx, t.by, which, t.a.Result, true)
}

// undo takes back what somebody did themselves.
func (t *task) undo(ctx context.Context) error {
	a, err := t.a.Object.Activity()
	if err != nil {
		return err
	}
	if a.Actor != t.a.Actor || a.ID != "" && !as2.SameOrigin(a.ID, t.a.Actor) {
		return errNotTheirs
	}
	if do := undos[a.Type]; do != nil {
		return do(t, ctx, a)
	}
	return nil
}

// undoAddress takes back what was done under an address.
func (t *task) undoAddress(ctx context.Context) error {
	id := t.a.Object.ID()
	if !as2.SameOrigin(id, t.a.Actor) {
		return errNotTheirs
	}
	if _, err := t.Accounts.Lookup(ctx, id); err == nil {
		return errNotTheirs
	}
	act, err := t.Relations.Act(ctx, t.by, id)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return t.Posts.Retract(ctx, t.by, id)
	}
	if err != nil {
		return err
	}
	return t.takeBack(ctx, act)
}

// takeBack undoes what has an address.
func (t *task) takeBack(ctx context.Context, act social.Act) error {
	switch act.Kind {
	case social.ActFollow:
		return t.Relations.Unfollow(ctx, t.by, social.AccountID(act.Target))
	case social.ActBlock:
		return t.Relations.Unblock(ctx, t.by, social.AccountID(act.Target))
	case social.ActLike:
		return t.Posts.Like(ctx, t.by, social.PostID(act.Target), act.URI, false)
	case social.ActDown:
		return t.Posts.Dislike(ctx, t.by, social.PostID(act.Target), act.URI, false)
	case social.ActReaction:
		return t.Posts.UnreactAt(ctx, t.by, act.URI)
	}
	return nil
}

// flag reports somebody of ours, and posts of theirs.
func (t *task) flag(ctx context.Context) error {
	rules, err := t.View.HostRules(ctx)
	if err != nil {
		return err
	}
	if rules.On(t.signer.Host).RejectReports {
		return errNotWelcome
	}
	r := social.Report{Category: social.ReportOther, Comment: cut(t.a.Content, social.MaxReportComment)}
	for _, o := range append([]as2.Doc{t.a.Object}, t.a.More...) {
		id := o.ID()
		if who, err := t.ours(ctx, id); err == nil {
			if r.Target == 0 {
				r.Target = who
			}
			continue
		}
		if which, err := t.Posts.Lookup(ctx, id); err == nil && t.Own(as2.Host(id)) && len(r.Posts) < social.MaxReportPosts {
			r.Posts = append(r.Posts, which)
		}
	}
	if err := t.aboutOne(ctx, &r); err != nil {
		return err
	}
	_, err = t.Moderation.Report(ctx, t.by, r)
	return err
}

// aboutOne has a report be about one account: the one it names, or whose posts
// it names. Posts of others are left out.
func (t *task) aboutOne(ctx context.Context, r *social.Report) error {
	var theirs []social.PostID
	for _, which := range r.Posts {
		author, err := t.Posts.Author(ctx, which)
		if err != nil {
			return err
		}
		if r.Target == 0 {
			r.Target = author.ID
		}
		if author.ID == r.Target && !slices.Contains(theirs, which) {
			theirs = append(theirs, which)
		}
	}
	if r.Posts = theirs; r.Target == 0 {
		return errUnwanted
	}
	return nil
}

func cut(s string, characters int) string {
	if utf8.RuneCountInString(s) <= characters {
		return s
	}
	return string([]rune(s)[:characters])
}

// move has those who follow somebody follow where they went, if that says that
// it is they.
func (t *task) move(ctx context.Context) error {
	if t.a.Object.ID() != t.a.Actor || t.a.Target == "" || t.a.Target == t.a.Actor {
		return errNotTheirs
	}
	target, err := t.Resolver.Actor(ctx, t.a.Target, true)
	if err != nil {
		return err
	}
	if !slices.Contains(target.Aliases, t.a.Actor) {
		return errNotTheirs
	}
	return t.Accounts.Moved(ctx, t.by, target.ID)
}
