package fetch

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

var (
	errAuthor = errs.New(errs.Invalid, "This post is not at home where its author is.")
	errRound  = errs.New(errs.Invalid, "This post is said to answer itself.")
	errPost   = errs.New(errs.Invalid, "What is at this address is not a post.")
)

// Post is the post at an ActivityPub id, ours or a remote one. One that is not
// here is asked for, with what it answers before it.
func (r *Resolver) Post(ctx context.Context, uri string) (social.PostID, error) {
	return r.post(budgeted(ctx), uri, 0)
}

func (r *Resolver) post(ctx context.Context, uri string, depth int) (social.PostID, error) {
	uri, err := r.Rules.Clean(uri)
	if err != nil {
		return 0, err
	}
	which, err := r.Posts.Lookup(ctx, uri)
	if err == nil || errs.KindOf(err) != errs.NotFound || r.Own(as2.Host(uri)) {
		return which, err
	}
	if !begin(ctx, uri) {
		return 0, errRound
	}
	n, err := r.note(ctx, uri)
	if err != nil {
		return 0, err
	}
	if n.ID != uri { // it was asked for by another address
		if which, err = r.Posts.Lookup(ctx, n.ID); err == nil {
			return which, nil
		}
	}
	return r.take(ctx, n, depth)
}

// note asks for a post. What says that it was written leads to it.
func (r *Resolver) note(ctx context.Context, uri string) (n as2.Note, err error) {
	d, err := r.Document(ctx, uri)
	if err != nil {
		return n, err
	}
	if d.Kind() == as2.AnActivity {
		a, err := d.Activity()
		if err != nil || a.Type != "Create" || a.Object.ID() == "" || !as2.SameOrigin(a.Object.ID(), a.ID) {
			return n, errPost
		}
		if d, err = r.Document(ctx, a.Object.ID()); err != nil {
			return n, err
		}
	}
	switch d.Kind() {
	case as2.APost:
		return d.Note()
	case as2.ATombstone:
		return n, errs.New(errs.Gone, "This post is gone.")
	}
	return n, errPost
}

// Take brings in a post that its author, or its author's server, sent or
// served. It is believed only if it is at home where its author is.
func (r *Resolver) Take(ctx context.Context, n as2.Note) (social.PostID, error) {
	return r.take(budgeted(ctx), n, 0)
}

func (r *Resolver) take(ctx context.Context, n as2.Note, depth int) (social.PostID, error) {
	author, err := r.author(ctx, n)
	if err != nil {
		return 0, err
	}
	for _, other := range []string{n.InReplyTo, n.Quote.Of} {
		if other != "" && depth < MaxParents {
			_, err := r.post(ctx, other, depth+1)
			if err := r.orLater(ctx, other, other == n.InReplyTo, err); err != nil {
				return 0, err
			}
		}
	}
	f, err := r.read(ctx, n, author)
	if err != nil {
		return 0, err
	}
	p, err := r.Posts.Receive(ctx, By(author.Account), f)
	return p.ID, err
}

// orLater lets through what is not to be had now: it may come later, and what
// answers it waits for that. So that it does, it is tried once more.
func (r *Resolver) orLater(ctx context.Context, uri string, waits bool, err error) error {
	passes := errs.KindOf(err) == errs.Unavailable || errs.KindOf(err) == errs.Limited
	if err != nil && passes && waits && !taskOf(ctx).once {
		return r.Posts.ParentLater(ctx, uri)
	}
	return ours(err)
}

// author is by whom a post is, who must be at home where it is.
func (r *Resolver) author(ctx context.Context, n as2.Note) (p person, err error) {
	if n.ID == "" || as2.Fragment(n.ID) || r.Own(as2.Host(n.ID)) || !as2.SameOrigin(n.ID, n.Author()) {
		return p, errAuthor
	}
	if p, err = r.person(ctx, n.Author(), false); err != nil {
		return p, err
	}
	if p.URI != n.Author() {
		return p, errAuthor
	}
	return p, nil
}

// By is a remote account as somebody who acts.
func By(a social.Account) social.Actor {
	return social.Actor{Account: a.ID, Standing: a.Standing, Role: social.Member, Remote: true}
}

// Revise has a post that is here say what n says.
func (r *Resolver) Revise(ctx context.Context, n as2.Note) error {
	ctx = budgeted(ctx)
	author, err := r.author(ctx, n)
	if err != nil {
		return err
	}
	f, err := r.read(ctx, n, author)
	if err != nil {
		return err
	}
	return r.Posts.Revise(ctx, By(author.Account), f)
}

// Again asks for a post that is here already, and has it say what it says now.
func (r *Resolver) Again(ctx context.Context, uri string) error {
	ctx = budgeted(ctx)
	n, err := r.note(ctx, uri)
	if err != nil {
		return err
	}
	return r.Revise(ctx, n)
}

// IsGone asks whether what was at an address is there no more. Whoever says
// so must be its own server.
func (r *Resolver) IsGone(ctx context.Context, uri string) (bool, error) {
	uri, err := r.Rules.Clean(uri)
	if err != nil || as2.Fragment(uri) {
		return false, err
	}
	r.misses.forget(uri)
	d, err := r.Document(ctx, uri)
	switch {
	case err == nil:
		return d.Kind() == as2.ATombstone, nil
	case errs.KindOf(err) == errs.Gone, errs.KindOf(err) == errs.NotFound:
		return true, nil
	}
	return false, err
}

// Stamp checks that by agreed to quoted being quoted in quoting, by the
// document at an address.
func (r *Resolver) Stamp(ctx context.Context, address, by, quoting, quoted string) error {
	return r.stamped(ctx, address, by, quoting, quoted, "QuoteAuthorization")
}

// ReplyStamp checks that by agreed to a reply to a post, likewise.
func (r *Resolver) ReplyStamp(ctx context.Context, address, by, reply, to string) error {
	return r.stamped(ctx, address, by, reply, to, "ReplyAuthorization", "ReplyApproval")
}

func (r *Resolver) stamped(ctx context.Context, address, by, quoting, quoted string, kinds ...string) error {
	errStamp := errs.New(errs.Invalid, "This is no consent to that.")
	if !as2.SameOrigin(address, by) || !as2.SameOrigin(by, quoted) {
		return errStamp
	}
	d, err := r.Document(budgeted(ctx), address)
	if err != nil {
		return err
	}
	a, err := d.Authorization()
	if err != nil {
		return err
	}
	if !slices.Contains(kinds, a.Type) || a.ID != address || a.By != by || a.Object != quoting || a.Target != quoted {
		return errStamp
	}
	return nil
}
