package inbox

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/edge/fedi/as2"
	"github.com/plaza-social/plaza/internal/social"
)

// perRelay is how much of what one relay brings is asked for: 1200 an hour, a
// quarter of them at once. What is here already, or of no interest, counts for
// nothing; what is too much is dropped, since a relay has always more.
var perRelay = limit.Rule{Name: "relay", Burst: MaxFromRelay, Per: 15 * time.Minute}

// MaxFromRelay is how much of it may come at once.
const MaxFromRelay = 300

var errMuch = errs.New(errs.Forbidden, "This relay brings more than is taken from one.")

// within reports whether there is room for one more from a relay.
func (s *Inbox) within(r social.Relay) error {
	if !s.Limiter.Take(perRelay, r.Address()).OK {
		return errMuch
	}
	return nil
}

// byRelay takes what an accepted relay brings: posts that it names, and what
// others did. It is nobody's boost. Whatever else its actor does is as if
// anybody did it, and then byRelay is not done.
func (t *task) byRelay(ctx context.Context) (done bool, err error) {
	own := t.signer.URI == t.a.Actor
	if own && t.a.Type != "Announce" {
		return false, nil
	}
	r, err := t.Relays.Accepted(ctx, t.signer.URI)
	if err != nil {
		return false, errs.Absent(err)
	}
	what := t.a
	if own {
		if t.a.ID == "" || !as2.SameOrigin(t.a.ID, t.a.Actor) {
			return true, errNotTheirs
		}
		if what, err = passed(t.a.Object); err != nil {
			return true, err
		}
	}
	return true, t.relayed(ctx, r, what)
}

// passed is what a relay announces: something that was done, or a post, which
// then was written.
func passed(o as2.Doc) (as2.Activity, error) {
	if o.Kind() == as2.AnActivity {
		return o.Activity()
	}
	return as2.Activity{Type: "Create", Actor: o.ID(), Object: o}, nil
}

// relayed asks at its own server for what a relay told of, if that is news.
func (t *task) relayed(ctx context.Context, r social.Relay, a as2.Activity) error {
	id := a.Object.ID()
	if as2.Fragment(id) || !as2.SameOrigin(id, a.Actor) {
		return errNotTheirs
	}
	if t.Own(as2.Host(id)) || !passable[a.Type] {
		return errUnwanted
	}
	known, err := t.here(ctx, id)
	if err != nil || known == (a.Type == "Create") {
		return err
	}
	if err := t.within(r); err != nil {
		return err
	}
	if a.Type == "Create" {
		_, err = t.Resolver.Relayed(ctx, id)
		return err
	}
	return t.third(ctx, a)
}

// here reports whether a post or an account of another server is known.
func (t *task) here(ctx context.Context, id string) (bool, error) {
	_, err := t.Posts.Lookup(ctx, id)
	if err != nil && errs.KindOf(err) == errs.NotFound {
		_, err = t.Accounts.Lookup(ctx, id)
	}
	return err == nil, errs.Absent(err)
}

// answerRelay takes what a relay says to the house's asking. An inbox is
// answered for by whoever is at home there and knows by what address it was
// asked, which nobody else was told.
func (t *task) answerRelay(ctx context.Context, which int64, yes bool) error {
	r, err := t.Relays.Get(ctx, social.RelayID(which))
	if err != nil {
		return err
	}
	if !as2.SameOrigin(r.Inbox, t.a.Actor) {
		return errNotTheirs
	}
	return t.Relays.Answer(ctx, t.a.Actor, r.ID, yes)
}

// followHouse lets a relay follow the house that was asked to take it in, so
// that it is sent what the house passes on. Nobody else does.
func (t *task) followHouse(ctx context.Context) error {
	r, err := t.Relays.Wanted(ctx, t.a.Actor)
	if err != nil {
		return err
	}
	if t.a.ID != "" && !as2.SameOrigin(t.a.ID, t.a.Actor) {
		return errNotTheirs
	}
	if err := t.within(r); err != nil {
		return err
	}
	return t.Federation.AcceptRelay(ctx, r, t.a.ID)
}
