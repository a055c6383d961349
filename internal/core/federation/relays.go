package federation

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// ofRelay reports whether a fact is told also where nobody elsewhere was met
// yet: a relay may be the first.
func ofRelay(fact event.Fact) bool {
	switch fact.(type) {
	case event.RelayAdded, event.RelayRemoved:
		return true
	}
	return false
}

// joined asks a relay to take the house in, or tells it that it is left.
func (t teller) joined(ctx context.Context, fact event.Fact) error {
	switch f := fact.(type) {
	case event.RelayAdded:
		r, err := t.tx.Relay(ctx, f.Relay)
		if err != nil {
			return errs.Absent(err)
		}
		said, err := t.say.RelayAsked(ctx, r)
		return t.sendTo(ctx, r, said, err)
	case event.RelayRemoved:
		r := social.Relay{ID: f.Relay, Kind: f.Way, Host: f.Host, Inbox: f.Inbox, Actor: f.Actor}
		said, err := t.say.RelayLeft(ctx, r)
		return t.sendTo(ctx, r, said, err)
	}
	return nil
}

func (t teller) sendTo(ctx context.Context, r social.Relay, said Said, err error) error {
	said.relays = []store.Inbox{{Host: r.Host, URL: r.Inbox}}
	return t.send(ctx, said, err)
}

// AcceptRelay lets a relay follow the house. Act is the address of what it
// asked with.
func (s *Service) AcceptRelay(ctx context.Context, r social.Relay, act string) error {
	defer s.ring()
	return s.store.Write(ctx, func(tx *store.Tx) error {
		said, err := s.say.RelayAnswered(ctx, r, act)
		return teller{Service: s, tx: tx}.sendTo(ctx, r, said, err)
	})
}

// sendOpen is send of what one of ours says, and to relays of some kinds
// besides if anybody may come across it.
func (t teller) sendOpen(ctx context.Context, said Said, err error, kinds ...social.RelayKind) error {
	if err == nil && said.Open {
		said.relays, err = t.relays(ctx, said.Signer, kinds...)
	}
	if err == nil && said.Post != 0 {
		said.relays, err = t.heard(ctx, said.relays)
	}
	return t.send(ctx, said, err)
}

// relays are the inboxes of those of some kinds that pass on what an account
// says. What is offered to nobody here is not pushed at others either.
func (t teller) relays(ctx context.Context, by social.AccountID, kinds ...social.RelayKind) (boxes []store.Inbox, err error) {
	all, err := t.tx.Relays(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	if a, err := t.tx.Account(ctx, by); err != nil || a.Limited {
		return nil, errs.Absent(err)
	}
	for _, r := range all {
		if r.State == social.RelayAccepted && slices.Contains(kinds, r.Kind) {
			boxes = append(boxes, store.Inbox{Host: r.Host, URL: r.Inbox})
		}
	}
	return boxes, nil
}

// heard is those of relays that this house deals with. A post that waited until
// it does again would be old by then, and a relay passes on what is new; that
// one is deleted does wait.
func (t teller) heard(ctx context.Context, relays []store.Inbox) ([]store.Inbox, error) {
	if len(relays) == 0 {
		return nil, nil
	}
	rules, err := t.rules.HostRules(ctx)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(relays, func(box store.Inbox) bool { return rules.On(box.Host).Severity == social.HostSuspends }), nil
}

// passOn tells relays that take addresses of a new post of ours, which was
// told as said.
func (t teller) passOn(ctx context.Context, f event.PostPublished, said Said) error {
	if !said.Open {
		return nil
	}
	boxes, err := t.relays(ctx, f.Author, social.RelayLitePub)
	if err == nil {
		boxes, err = t.heard(ctx, boxes)
	}
	if err != nil || len(boxes) == 0 {
		return err
	}
	said, err = t.say.Relayed(ctx, f.Post)
	said.relays = boxes
	return t.send(ctx, said, err)
}
