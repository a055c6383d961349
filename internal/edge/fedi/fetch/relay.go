package fetch

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

var (
	errRelay    = errs.New(errs.Invalid, "Say where the relay is: the address of its inbox or of its actor, such as https://relay.example/inbox.")
	errNoRelay  = errs.New(errs.Invalid, "What is at this address is neither the inbox nor the actor of a relay.")
	errSomebody = errs.New(errs.Invalid, "At this address is somebody's account, not a relay.")
	errNotOpen  = errs.New(errs.Forbidden, "This post is not for everybody, so no relay passes it on.")
)

// Relay is what an address is of a relay, which nobody writes there: its
// actor, or else its inbox. Inboxes answer whoever reads with anything.
func (r *Resolver) Relay(ctx context.Context, address string) (social.Relay, error) {
	at, err := r.Rules.Clean(address)
	if err != nil || as2.Fragment(at) {
		return social.Relay{}, errRelay
	}
	host := as2.Host(at)
	if r.Own(host) {
		return social.Relay{}, errOwn
	}
	if no, err := r.Refused(ctx, host); err != nil || no {
		return social.Relay{}, firstOf(err, errRefused)
	}
	ctx = budgeted(ctx)
	r.misses.forget(at)
	d, err := r.Document(ctx, at)
	switch {
	case err == nil && d.Kind() == as2.AnActor:
		return r.litePub(ctx, d)
	case err == nil && d.Kind() != as2.ACollection && d.Kind() != as2.Unknown:
		return social.Relay{}, errNoRelay
	case err != nil && !unread(err, at):
		return social.Relay{}, err
	}
	return social.Relay{Kind: social.RelayMastodon, Inbox: at, Host: host}, nil
}

// unread reports whether an address that cannot be read may be an inbox: its
// server has answered, or it is called so and may answer later.
func unread(err error, address string) bool {
	switch errs.KindOf(err) {
	case errs.NotFound, errs.Gone, errs.Invalid:
		return true
	case errs.Unavailable, errs.Limited:
		return strings.HasSuffix(address, "/inbox")
	}
	return errors.Is(err, errHidden)
}

// litePub is the relay that an actor speaks for.
func (r *Resolver) litePub(ctx context.Context, d as2.Doc) (social.Relay, error) {
	p, _, err := r.meet(ctx, d)
	if err != nil {
		return social.Relay{}, err
	}
	if p.Kind != social.Service && p.Kind != social.Bot {
		return social.Relay{}, errSomebody
	}
	return social.Relay{Kind: social.RelayLitePub, Inbox: p.Inbox, Host: as2.Host(p.Inbox), Actor: p.URI}, nil
}

func firstOf(all ...error) error {
	for _, err := range all {
		if err != nil {
			return err
		}
	}
	return nil
}

// Relayed is the post at an address that a relay told of. One that is not here
// is asked for at its own server, with less of what is around it than somebody
// would want who follows its author, and is taken if it is for everybody.
func (r *Resolver) Relayed(ctx context.Context, uri string) (social.PostID, error) {
	ctx = budgetedFor(ctx, MaxRelayed)
	taskOf(ctx).once = true
	uri, err := r.Rules.Clean(uri)
	if err != nil {
		return 0, err
	}
	if r.Own(as2.Host(uri)) {
		return 0, errOwn
	}
	if which, err := r.Posts.Lookup(ctx, uri); err == nil || errs.KindOf(err) != errs.NotFound {
		return which, err
	}
	n, err := r.note(ctx, uri)
	if err != nil {
		return 0, err
	}
	if !slices.Contains(n.To, as2.Public) {
		return 0, errNotOpen
	}
	if which, err := r.Posts.Lookup(ctx, n.ID); err == nil {
		return which, nil
	}
	begin(ctx, n.ID)
	return r.take(ctx, n, 0)
}
