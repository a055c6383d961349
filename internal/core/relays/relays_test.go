package relays_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/relays"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var (
	admin     = social.Actor{Account: 9, Standing: social.Good, Role: social.Admin}
	moderator = social.Actor{Account: 8, Standing: social.Good, Role: social.Moderator}
)

// found is what is at an address, without asking anybody.
func found(_ context.Context, address string) (social.Relay, error) {
	if address == "" {
		return social.Relay{}, errs.New(errs.Invalid, "There is nothing.")
	}
	return social.Relay{Kind: social.RelayMastodon, Inbox: address, Host: "relay.example"}, nil
}

func each(t *testing.T, fn func(ctx context.Context, t *testing.T, s *relays.Service)) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		all := relays.New(s)
		all.Find = found
		s.Watch(all.Watch)
		s.WatchEarly(all.Watch)
		fn(t.Context(), t, all)
	})
}

func is(t *testing.T, what string, err error, want errs.Kind) {
	t.Helper()
	if err == nil || errs.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
	}
}

const inbox = "https://relay.example/inbox"

// Only admins add and remove relays, each once and not too many.
func TestList(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *relays.Service) {
		_, err := s.Add(ctx, moderator, inbox)
		is(t, "added by a moderator", err, errs.Forbidden)
		_, err = s.All(ctx, moderator)
		is(t, "listed for a moderator", err, errs.Forbidden)
		_, err = s.Add(ctx, admin, "  ")
		is(t, "added where there is none", err, errs.Invalid)
		first, err := s.Add(ctx, admin, " "+inbox+" ")
		if err != nil || first.Inbox != inbox || first.State != social.RelayAsked || first.By != admin.Account || first.CreatedAt.IsZero() {
			t.Fatalf("%+v, %v", first, err)
		}
		_, err = s.Add(ctx, admin, inbox)
		is(t, "added twice", err, errs.Conflict)
		for i := range social.MaxRelays - 1 {
			if _, err := s.Add(ctx, admin, fmt.Sprint(inbox, i)); err != nil {
				t.Fatalf("relay %d of %d: %v", i+2, social.MaxRelays, err)
			}
		}
		_, err = s.Add(ctx, admin, inbox+"/more")
		is(t, "one too many", err, errs.Invalid)
		is(t, "removed by a moderator", s.Remove(ctx, moderator, first.ID), errs.Forbidden)
		if err := s.Remove(ctx, admin, first.ID); err != nil {
			t.Error(err)
		}
		is(t, "removed twice", s.Remove(ctx, admin, first.ID), errs.NotFound)
		if all, err := s.All(ctx, admin); err != nil || len(all) != social.MaxRelays-1 {
			t.Errorf("%d are left, %v", len(all), err)
		}
	})
}

// Who answers first speaks for a relay, and nobody else from then on.
func TestAnswer(t *testing.T) {
	const speaks, other = "https://relay.example/actor", "https://relay.example/other"
	each(t, func(ctx context.Context, t *testing.T, s *relays.Service) {
		r, err := s.Add(ctx, admin, inbox)
		if err != nil {
			t.Fatal(err)
		}
		stands := func(what string, accepted, wanted bool) {
			t.Helper()
			_, err := s.Accepted(ctx, speaks)
			_, wish := s.Wanted(ctx, speaks)
			if (err == nil) != accepted || (wish == nil) != wanted {
				t.Errorf("%s: accepted: %v, wanted: %v", what, err, wish)
			}
			if _, err := s.Accepted(ctx, other); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: another speaks for it: %v", what, err)
			}
			if _, err := s.Accepted(ctx, ""); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: nobody speaks for it: %v", what, err)
			}
		}
		stands("asked", false, false)
		is(t, "answered by nobody", s.Answer(ctx, "", r.ID, true), errs.Forbidden)
		is(t, "answered for none", s.Answer(ctx, speaks, r.ID+1, true), errs.NotFound)
		for _, step := range []struct {
			what                     string
			by                       string
			yes, ok, accepts, wanted bool
		}{{"refused", speaks, false, true, false, false}, {"accepted by another", other, true, false, false, false}, {"accepted after all", speaks, true, true, true, true},
			{"accepted again", speaks, true, true, true, true}, {"refused by another", other, false, false, true, true}, {"ended", speaks, false, true, false, false}} {
			if err := s.Answer(ctx, step.by, r.ID, step.yes); step.ok != (err == nil) {
				t.Errorf("%s: %v", step.what, err)
			}
			stands(step.what, step.accepts, step.wanted)
		}
		if err := s.Answer(ctx, speaks, r.ID, true); err != nil {
			t.Error(err)
		}
		if err := s.Remove(ctx, admin, r.ID); err != nil {
			t.Error(err)
		}
		stands("removed", false, false)
	})
}

// What another process does to relays is known here once its facts are.
func TestWatch(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		here, there := relays.New(s), relays.New(s) // nobody tells here
		there.Find = found
		_, before := here.Accepted(ctx, "x")
		r, err := there.Add(ctx, admin, inbox)
		if err != nil || before == nil {
			t.Fatal(err, before)
		}
		if _, err := here.Get(ctx, r.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("known without having been told: %v", err)
		}
		here.Watch(ctx, []event.Record{{Fact: event.RelayAdded{Relay: r.ID}}})
		if _, err := here.Get(ctx, r.ID); err != nil {
			t.Error(err)
		}
	})
}
