package posts_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	dora   = 4 // keeps ada's threads
	moda   = 5 // looks after the house
	anyone = 0
)

// keeping adds dora, who keeps ada's threads, and moda.
func keeping(t *testing.T, s *store.Store) {
	t.Helper()
	ctx := t.Context()
	must(t, s.Write(ctx, func(tx *store.Tx) error {
		for id, name := range map[social.AccountID]string{dora: "dora", moda: "moda"} {
			if err := tx.AddAccount(ctx, social.Account{ID: id, Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
				return err
			}
		}
		if err := tx.AskKeeper(ctx, ada, dora); err != nil {
			return err
		}
		_, err := tx.AcceptKeeper(ctx, ada, dora)
		return err
	}))
}

func staff() social.Actor {
	return social.Actor{Account: moda, Standing: social.Good, Role: social.Moderator}
}

func reply(t *testing.T, svc *posts.Service, by social.AccountID, to social.PostID) social.PostID {
	t.Helper()
	p, err := svc.Publish(t.Context(), as(by), social.Draft{Text: "well", Visibility: social.Public, ReplyTo: to})
	must(t, err)
	return p.ID
}

// seenBy is who of some may see a post.
func seenBy(t *testing.T, s *store.Store, which social.PostID) (out []social.AccountID) {
	t.Helper()
	must(t, s.Read(t.Context(), func(v *store.View) error {
		for _, who := range []social.AccountID{anyone, ada, ben, dora, moda} {
			if _, err := v.VisiblePost(t.Context(), who, which); err == nil {
				out = append(out, who)
			}
		}
		return nil
	}))
	return out
}

func TestHideReply(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Public})
		must(t, err)
		bens := reply(t, svc, ben, root.ID)
		doras := reply(t, svc, dora, bens)
		attack := func(what string, by social.Actor, which social.PostID, deed social.ThreadDeed, want errs.Kind) {
			t.Helper()
			if err := svc.Do(ctx, by, which, deed, social.HideSpam); errs.KindOf(err) != want || err == nil {
				t.Errorf("%s: %v, want %v", what, err, want)
			}
		}
		attack("who wrote it hides it", as(ben), bens, social.HideReply, errs.NotFound)
		attack("somebody hides it", as(moda), bens, social.HideReply, errs.NotFound)
		attack("a moderator, who has other ways", staff(), bens, social.HideReply, errs.NotFound)
		attack("who is blocked and cannot see it", as(cleo), root.ID, social.LockThread, errs.NotFound)
		attack("nobody", social.Anyone, bens, social.HideReply, errs.Unauthenticated)
		attack("the first post", as(dora), root.ID, social.HideReply, errs.Invalid)
		attack("what is not hidden is shown", as(ada), bens, social.ShowReply, errs.Invalid)

		_, err = svc.Edit(ctx, as(ben), bens, social.Draft{Text: "said otherwise"})
		must(t, err)
		must(t, svc.Do(ctx, as(dora), bens, social.HideReply, social.HideSpam))
		must(t, svc.Do(ctx, as(ada), bens, social.HideReply, social.HideOther)) // is so already
		// Who sees it sees what it said before.
		for _, who := range []social.AccountID{ada, ben, dora} {
			if all, err := svc.History(ctx, as(who), bens); len(all) != 2 || err != nil {
				t.Errorf("%d is told of %d versions: %v", who, len(all), err)
			}
		}
		if got := seenBy(t, s, bens); !slices.Equal(got, []social.AccountID{ada, ben, dora}) {
			t.Errorf("hidden, and seen by %v", got)
		}
		if got := seenBy(t, s, doras); len(got) != 5 {
			t.Errorf("what answers it is seen by %v alone", got)
		}
		if p, _ := read(t, s, root.ID); p.Replies != 0 {
			t.Errorf("%d replies are counted", p.Replies)
		}
		attack("who wrote it shows it", as(ben), bens, social.ShowReply, errs.NotFound)
		attack("a moderator whom nobody asked", staff(), bens, social.ShowReply, errs.NotFound)
		if _, err := svc.Publish(ctx, as(moda), social.Draft{Text: "I do not see it", Visibility: social.Public, ReplyTo: bens}); errs.KindOf(err) != errs.NotFound {
			t.Errorf("answered by who does not see it: %v", err)
		}
		must(t, svc.Do(ctx, as(ada), bens, social.ShowReply, ""))
		if got := seenBy(t, s, bens); len(got) != 5 {
			t.Errorf("shown again, and seen by %v alone", got)
		}
		must(t, s.Read(ctx, func(v *store.View) error {
			acts, err := v.ThreadActs(ctx, root.ID, 9)
			slices.SortFunc(acts, func(a, b social.ThreadAct) int { return strings.Compare(string(b.Deed), string(a.Deed)) }) // they are of one moment
			if len(acts) != 2 || acts[0].Deed != social.ShowReply || acts[0].By != ada || acts[1].Deed != social.HideReply || acts[1].By != dora || acts[1].Why != social.HideSpam || acts[1].Owner != ada {
				t.Errorf("what is known of it: %+v", acts)
			}
			return err
		}))

		// Who wrote what is answered hides it too, and it is theirs to show.
		must(t, svc.Do(ctx, as(ben), doras, social.HideReply, ""))
		if got := seenBy(t, s, doras); !slices.Equal(got, []social.AccountID{ben, dora}) {
			t.Errorf("hidden by ben, and seen by %v", got)
		}
		attack("another's hiding", as(ada), doras, social.ShowReply, errs.NotFound)
		must(t, svc.Do(ctx, as(ben), doras, social.ShowReply, ""))

		// A keeper who is none any more is nobody.
		must(t, svc.Do(ctx, as(ada), bens, social.HideReply, ""))
		must(t, s.Write(ctx, func(tx *store.Tx) error { _, err := tx.EndKeeper(ctx, ada, dora); return err }))
		attack("a former keeper", as(dora), bens, social.ShowReply, errs.NotFound)
		if got := seenBy(t, s, bens); !slices.Equal(got, []social.AccountID{ada, ben}) {
			t.Errorf("a former keeper: seen by %v", got)
		}
	})
}

// Moderators who were asked show a reply again, and their word stays.
func TestHideAfterAppeal(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Public})
		must(t, err)
		bens := reply(t, svc, ben, root.ID)
		asked := func() {
			must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetHiddenAppeal(ctx, bens, 77) }))
		}
		must(t, svc.Do(ctx, as(ada), bens, social.HideReply, ""))
		asked()
		must(t, svc.Do(ctx, as(ada), bens, social.ShowReply, "")) // of her own will
		must(t, svc.Do(ctx, as(ada), bens, social.HideReply, ""))
		asked()
		if err := svc.Do(ctx, as(ben), bens, social.ShowReply, ""); errs.KindOf(err) != errs.NotFound || err == nil {
			t.Errorf("by who asked: %v", err)
		}
		must(t, svc.Do(ctx, staff(), bens, social.ShowReply, ""))
		if err := svc.Do(ctx, as(ada), bens, social.HideReply, ""); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("hidden against the moderators' word: %v", err)
		}
		if got := seenBy(t, s, bens); len(got) != 5 {
			t.Errorf("seen by %v alone", got)
		}
	})
}

func TestLockThread(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		keeping(t, s)
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Public})
		must(t, err)
		bens := reply(t, svc, ben, root.ID)
		early := receive(t, svc, zoe, note("early", func(f *social.ForeignPost) { f.ReplyTo = "https://far.example/p/between" }))
		if err := svc.Do(ctx, as(ben), root.ID, social.LockThread, ""); errs.KindOf(err) != errs.NotFound || err == nil {
			t.Errorf("locked by somebody: %v", err)
		}
		must(t, svc.Do(ctx, as(dora), bens, social.LockThread, "")) // names the thread by what is in it
		for what, to := range map[string]social.PostID{"the first post": root.ID, "a reply": bens} {
			if _, err := svc.Publish(ctx, as(ben), social.Draft{Text: "but", Visibility: social.Public, ReplyTo: to}); errs.KindOf(err) != errs.Forbidden {
				t.Errorf("a reply to %s: %v", what, err)
			}
		}
		reply(t, svc, ada, bens)
		reply(t, svc, dora, bens)
		for what, f := range map[string]social.ForeignPost{
			"from afar": note("late", func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(root.ID) }),
			"between":   note("between", func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(bens) }),
		} {
			if got := seenBy(t, s, receive(t, svc, zoe, f).ID); !slices.Equal(got, []social.AccountID{ada, dora}) {
				t.Errorf("a reply %s is seen by %v", what, got)
			}
		}
		adopt(t, s, svc)
		if p, _ := read(t, s, early.ID); p.Thread != root.ID || p.Held == social.HeldNot {
			t.Errorf("what came before what it answers: in thread %d, held %q", p.Thread, p.Held)
		}
		must(t, svc.Do(ctx, as(ada), root.ID, social.OpenThread, ""))
		reply(t, svc, ben, root.ID)
	})
}

func TestPinReply(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Public})
		must(t, err)
		bens := reply(t, svc, ben, root.ID)
		below := reply(t, svc, dora, bens)
		pinned := func(what string, want social.PostID) {
			t.Helper()
			if p, _ := read(t, s, root.ID); p.PinnedReply != want {
				t.Errorf("%s: %d is on top, want %d", what, p.PinnedReply, want)
			}
		}
		for who, which := range map[social.AccountID]social.PostID{ada: below, dora: below, ben: bens} {
			if err := svc.Do(ctx, as(who), which, social.PinReply, ""); err == nil {
				t.Errorf("%d put %d on top", who, which)
			}
		}
		must(t, svc.Do(ctx, as(dora), bens, social.PinReply, ""))
		pinned("pinned", bens)
		must(t, svc.Do(ctx, as(ada), bens, social.HideReply, ""))
		pinned("hidden", 0)
		must(t, svc.Do(ctx, as(ada), bens, social.ShowReply, ""))
		must(t, svc.Do(ctx, as(ada), bens, social.PinReply, ""))
		must(t, svc.Do(ctx, as(ada), bens, social.UnpinReply, ""))
		pinned("taken down", 0)
	})
}

// Rules hold replies until they are approved, whatever way they come to say it.
func TestReplyRules(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		keeping(t, s)
		root, err := svc.Publish(ctx, as(ada), social.Draft{Text: "hello", Visibility: social.Public})
		must(t, err)
		rule := func(r social.ReplyRules) {
			t.Helper()
			r.Owner = ada
			must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetReplyRules(ctx, r) }))
		}
		why := func(which social.PostID) (got social.HeldWhy) {
			t.Helper()
			must(t, s.Read(ctx, func(v *store.View) error {
				h, err := v.Holding(ctx, which)
				if h.State != social.HeldNot {
					got = h.Why
				}
				return errs.Absent(err)
			}))
			return got
		}
		say := func(by social.AccountID, text string, to social.PostID) social.PostID {
			t.Helper()
			p, err := svc.Publish(ctx, as(by), social.Draft{Text: text, Visibility: social.Public, Language: "en", ReplyTo: to})
			must(t, err)
			return p.ID
		}
		check := func(what string, which social.PostID, want social.ReplyRule) {
			t.Helper()
			if got := why(which); got != social.HeldWhy(want) {
				t.Errorf("%s: held for %q, want %q", what, got, want)
			}
		}
		rule(social.ReplyRules{Words: []string{"Spoiler"}})
		held := say(ben, "a spoiler!", root.ID)
		check("a word", held, social.RuleWords)
		check("of who keeps the thread", say(dora, "a spoiler!", root.ID), "")
		check("from afar", receive(t, svc, zoe, note("spoiler", func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(root.ID) })).ID, social.RuleWords)
		fine := say(ben, "how nice", root.ID)
		check("other words", fine, "")
		check("deeper in the thread", say(moda, "spoiler", fine), social.RuleWords)
		_, err = svc.Edit(ctx, as(ben), fine, social.Draft{Text: "a SPOILER", Language: "en"})
		must(t, err)
		check("said afterwards", fine, social.RuleWords)
		if n, err := svc.Approve(ctx, as(dora), []social.PostID{fine}); n != 1 || err != nil {
			t.Errorf("approved by who keeps the thread: %d, %v", n, err)
		}
		_, err = svc.Edit(ctx, as(ben), fine, social.Draft{Text: "the spoiler", Language: "en"})
		must(t, err)
		check("said again after it was approved", fine, "")
		rule(social.ReplyRules{Strangers: true})
		check("a stranger", say(ben, "hi", root.ID), social.RuleStrangers)
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddFollow(ctx, social.Follow{Owner: ada, Target: dora}, true); err != nil {
				return err
			}
			return tx.AddFollow(ctx, social.Follow{Owner: dora, Target: ben}, true)
		}))
		check("whom somebody follows whom she follows", say(ben, "hi", root.ID), "")
		rule(social.ReplyRules{MinDays: 1})
		check("a new account", say(ben, "hi", root.ID), social.RuleAge)
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.AddFollow(ctx, social.Follow{Owner: ada, Target: ben}, true)
		}))
		check("whom she follows", say(ben, "hi", root.ID), "")
	})
}
