package posts_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// enlist stores lists: ada's with ben and zoe, an empty one of hers, and ben's.
func enlist(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	must(t, s.Write(ctx, func(tx *store.Tx) error {
		for id, owner := range map[social.ListID]social.AccountID{1: ada, 2: ada, 3: ben} {
			if err := tx.AddList(ctx, social.List{ID: id, Owner: owner, Title: "Family", Replies: social.RepliesList}); err != nil {
				return err
			}
		}
		for _, who := range []social.AccountID{ada, ben, zoe} {
			if _, err := tx.AddMember(ctx, 1, who); err != nil {
				return err
			}
		}
		return nil
	}))
}

// sees reports whether somebody may do something with a post.
func sees(t *testing.T, s *store.Store, who social.AccountID, which social.PostID) bool {
	t.Helper()
	err := s.Read(t.Context(), func(v *store.View) error {
		_, err := v.VisiblePost(t.Context(), who, which)
		return err
	})
	if err != nil && !errors.Is(err, store.NoPost) {
		t.Fatal(err)
	}
	return err == nil
}

func TestWithinACircle(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, _ *storetest.Clock) {
		enlist(t, s)
		said, err := svc.Publish(ctx, as(ada), social.Draft{Text: "Hush @cleo", Visibility: social.Circle, Circle: 1})
		must(t, err)
		if !slices.Equal(said.Audience, []social.AccountID{ben, zoe}) && !slices.Equal(said.Audience, []social.AccountID{zoe, ben}) {
			t.Errorf("it is for %v", said.Audience)
		}
		far := receive(t, svc, zoe, note("1"))
		for what, d := range map[string]social.Draft{
			"of no list":                  {Text: "x", Visibility: social.Circle},
			"of somebody else's list":     {Text: "x", Visibility: social.Circle, Circle: 3},
			"of no list that there is":    {Text: "x", Visibility: social.Circle, Circle: 99},
			"of a list that nobody is on": {Text: "x", Visibility: social.Circle, Circle: 2},
			"for everybody and a list":    {Text: "x", Visibility: social.Public, Circle: 1},
			"that quotes somebody afar":   {Text: "x", Visibility: social.Circle, Circle: 1, Quote: far.ID},
		} {
			if _, err := svc.Publish(ctx, as(ada), d); errs.KindOf(err) != errs.Invalid {
				t.Errorf("a post %s: %v, want Invalid", what, err)
			}
		}
		for who, d := range map[social.AccountID]social.Draft{ada: {Text: "see", Visibility: social.Public, Quote: said.ID}, ben: {Text: "see", Visibility: social.Direct, Quote: said.ID}} {
			if _, err := svc.Publish(ctx, as(who), d); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%d quotes it: %v, want Forbidden", who, err)
			}
			if _, err := svc.Boost(ctx, as(who), said.ID, social.Followers); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("%d boosts it: %v, want Forbidden", who, err)
			}
		}
		if err := svc.Pass(ctx, from(zoe), said.ID, social.Public, "https://far.example/b/1", said.At); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("zoe passes it on: %v, want Forbidden", err)
		}
		reply, err := svc.Publish(ctx, as(ben), social.Draft{Text: "Yes?", Visibility: social.Public, ReplyTo: said.ID})
		must(t, err)
		if reply.Visibility != social.Circle || reply.Circle != 1 || !slices.Contains(reply.Audience, ada) || !slices.Contains(reply.Audience, zoe) || slices.Contains(reply.Audience, ben) {
			t.Errorf("an answer is %s, for %v", reply.Visibility, reply.Audience)
		}
		check := func(when string, want map[social.AccountID]bool) {
			t.Helper()
			for who, is := range want {
				if got := sees(t, s, who, said.ID); got != is {
					t.Errorf("%s: %d sees it: %v", when, who, got)
				}
			}
		}
		check("said", map[social.AccountID]bool{0: false, ada: true, ben: true, cleo: false, zoe: true, yan: false})
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			if _, err := tx.AddMember(ctx, 1, yan); err != nil {
				return err
			}
			return tx.EndMember(ctx, 1, zoe)
		}))
		check("members change", map[social.AccountID]bool{ada: true, ben: true, zoe: false, yan: false})
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.DeleteList(ctx, 1) }))
		check("the list is gone", map[social.AccountID]bool{ada: true, ben: false, zoe: false, yan: false})
		if !sees(t, s, ben, reply.ID) || sees(t, s, ada, reply.ID) {
			t.Error("what ben answered is his alone once the list is gone")
		}
	})
}

// TestCopiesOfOneCircle has a server send a post to each of ours by itself.
func TestCopiesOfOneCircle(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, _ *storetest.Clock) {
		told := map[social.AccountID]int{}
		s.Watch(func(_ context.Context, rs []event.Record) {
			for _, r := range rs {
				if f, ok := r.Fact.(event.Widened); ok {
					for _, who := range f.To {
						told[who]++
					}
				}
			}
		})
		to := func(v social.Visibility, who ...social.AccountID) social.ForeignPost {
			return note("1", func(f *social.ForeignPost) { f.Visibility, f.Audience = v, who })
		}
		if _, err := svc.Receive(ctx, from(zoe), to(social.Circle)); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a post of a circle for nobody here: %v", err)
		}
		p := receive(t, svc, zoe, to(social.Circle, ada, yan))
		if !sees(t, s, ada, p.ID) || sees(t, s, ben, p.ID) || sees(t, s, yan, p.ID) {
			t.Error("it is for ada alone: ben only follows zoe, and yan is not ours")
		}
		receive(t, svc, zoe, to(social.Circle, ben))
		receive(t, svc, zoe, to(social.Circle, ben, ada))
		if !sees(t, s, ada, p.ID) || !sees(t, s, ben, p.ID) || sees(t, s, cleo, p.ID) {
			t.Error("it is for ada and ben")
		}
		if len(told) != 1 || told[ben] != 1 {
			t.Errorf("told of those who came later: %v", told)
		}
		if _, err := svc.Receive(ctx, from(mal), to(social.Circle, cleo)); err == nil || sees(t, s, cleo, p.ID) {
			t.Errorf("somebody else widens it: %v", err)
		}
		receive(t, svc, zoe, to(social.Public, cleo))
		if sees(t, s, cleo, p.ID) {
			t.Error("a copy that is for everybody made it wider")
		}
		reply, err := svc.Publish(ctx, as(ada), social.Draft{Text: "Yes?", Visibility: social.Followers, ReplyTo: p.ID})
		must(t, err)
		if !sees(t, s, zoe, reply.ID) || !sees(t, s, ben, reply.ID) || sees(t, s, cleo, reply.ID) || sees(t, s, yan, reply.ID) {
			t.Errorf("an answer is %s, for %v", reply.Visibility, reply.Audience)
		}
	})
}

// TestOnlyHere: what is for this house is not seen by others, whoever they are.
func TestOnlyHere(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, _ *storetest.Clock) {
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.AddFollow(ctx, social.Follow{Owner: zoe, Target: ben}, true) }))
		for _, v := range []social.Visibility{social.Public, social.Unlisted, social.Followers, social.Direct} {
			p, err := svc.Publish(ctx, as(ben), social.Draft{Text: "@zoe@far.example @ada hush", Visibility: v, LocalOnly: true})
			must(t, err)
			if !sees(t, s, ada, p.ID) || sees(t, s, 0, p.ID) || sees(t, s, zoe, p.ID) {
				t.Errorf("what is %s and stays here is not seen by who lives here alone", v)
			}
			if err := svc.Pass(ctx, from(zoe), p.ID, social.Public, "https://far.example/b/"+string(v), p.At); errs.KindOf(err) != errs.NotFound {
				t.Errorf("zoe passes on what is %s and stays here: %v", v, err)
			}
		}
	})
}
