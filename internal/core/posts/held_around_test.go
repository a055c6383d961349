package posts_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// These are ways around who opened a thread. None leads anywhere.

func heldNow(t *testing.T, s *store.Store, which social.PostID) (state social.HeldState, by social.AccountID, why social.HeldWhy) {
	t.Helper()
	must(t, s.Read(t.Context(), func(v *store.View) error {
		p, err := v.Post(t.Context(), which)
		state, by = p.Held, p.HeldBy
		if h, gone := v.Holding(t.Context(), which); gone == nil {
			why = h.Why
		}
		return err
	}))
	return state, by, why
}

func wantHeld(t *testing.T, s *store.Store, what string, which social.PostID, state social.HeldState, by social.AccountID) {
	t.Helper()
	if got, who, _ := heldNow(t, s, which); got != state || who != by {
		t.Errorf("%s: held %q by %d, want %q by %d", what, got, who, state, by)
	}
}

func said(t *testing.T, svc *posts.Service, by social.AccountID, to social.PostID, policy social.ReplyPolicy) social.PostID {
	t.Helper()
	p, err := svc.Publish(t.Context(), as(by), social.Draft{Text: "well", Visibility: social.Public, ReplyTo: to, ReplyPolicy: policy})
	must(t, err)
	return p.ID
}

func approve(t *testing.T, svc *posts.Service, by social.AccountID, which ...social.PostID) {
	t.Helper()
	if _, err := svc.Approve(t.Context(), as(by), which); err != nil {
		t.Fatal(err)
	}
}

// Whoever was let into a thread lets nobody else in.
func TestWhoIsLetInLetsNobodyIn(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root := said(t, svc, ada, 0, social.ReplyApproval)
		bens := said(t, svc, ben, root, social.ReplyApproval)
		approve(t, svc, ada, bens)
		modas := said(t, svc, moda, bens, "")
		wantHeld(t, s, "beneath ben's", modas, social.HeldPending, ben)
		approve(t, svc, ben, modas)
		wantHeld(t, s, "ben agreed", modas, social.HeldPending, ada)
		if n, err := svc.Approve(ctx, as(ben), []social.PostID{modas}); errs.KindOf(err) != errs.NotFound || n != 0 {
			t.Errorf("ben agreed again: %d, %v", n, err)
		}
		approve(t, svc, ada, modas)
		wantHeld(t, s, "both agreed", modas, social.HeldNot, 0)

		// An answer lets in no more, and neither does an answer to what its author has hidden.
		other := said(t, svc, moda, bens, "")
		answer := said(t, svc, ben, other, "")
		wantHeld(t, s, "ben answered", other, social.HeldPending, ben)
		wantHeld(t, s, "ben's answer", answer, social.HeldPending, ada)
		must(t, svc.Do(ctx, as(ben), modas, social.HideReply, ""))
		answer = said(t, svc, ben, modas, "")
		wantHeld(t, s, "ben's answer to what he hid", answer, social.HeldPending, ada)

		// What ada does not take is refused at once, also beneath somebody whose replies wait.
		must(t, svc.SetReplyPolicy(ctx, as(ada), root, social.ReplyNobody))
		if _, err := svc.Publish(ctx, as(moda), social.Draft{Text: "well", Visibility: social.Public, ReplyTo: bens}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("where ada takes none: %v", err)
		}
		approve(t, svc, ben, other)
		wantHeld(t, s, "ben agreed where ada takes none", other, social.HeldRefused, ada)

		// Her own reply, whose replies wait for her, needs her word once.
		must(t, svc.SetReplyPolicy(ctx, as(ada), root, social.ReplyApproval))
		adas := said(t, svc, ada, bens, social.ReplyApproval)
		modas = said(t, svc, moda, adas, "")
		approve(t, svc, ada, modas)
		wantHeld(t, s, "ada agreed once", modas, social.HeldNot, 0)
	})
}

// Somebody of another server who agrees to a reply of ours does so for themselves.
func TestConsentElsewhereIsForItself(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		keeping(t, s)
		const stamp = "https://far.example/stamps/1"
		root := said(t, svc, ada, 0, social.ReplyApproval)
		zoes := receive(t, svc, zoe, note("first", func(f *social.ForeignPost) { f.ReplyTo, f.ReplyPolicy = base.PostURI(root), social.ReplyApproval })).ID
		approve(t, svc, ada, zoes)
		modas := said(t, svc, moda, zoes, "")
		wantHeld(t, s, "beneath zoe's", modas, social.HeldPending, zoe)
		must(t, svc.AnswerReply(ctx, from(zoe), modas, stamp, true))
		wantHeld(t, s, "zoe agreed", modas, social.HeldPending, ada)
		if err := svc.AnswerReply(ctx, from(zoe), modas, stamp, true); errs.KindOf(err) != errs.NotFound {
			t.Errorf("zoe agreed again: %v", err)
		}
		approve(t, svc, ada, modas)
		wantHeld(t, s, "both agreed", modas, social.HeldNot, 0)
		must(t, svc.Retract(ctx, from(yan), stamp))
		wantHeld(t, s, "another of zoe's server took the stamp back", modas, social.HeldNot, 0)
		must(t, svc.Retract(ctx, from(zoe), stamp))
		wantHeld(t, s, "zoe took the stamp back", modas, social.HeldRefused, zoe)
	})
}

// A stamp for what nobody asked about is kept, and counts when it is taken back.
func TestUnaskedConsent(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		const stamp = "https://far.example/stamps/1"
		open := receive(t, svc, zoe, note("open")).ID
		bens := said(t, svc, ben, open, "")
		if err := svc.AnswerReply(ctx, from(yan), bens, stamp, true); errs.KindOf(err) != errs.NotFound {
			t.Errorf("another's consent: %v", err)
		}
		if err := svc.AnswerReply(ctx, from(zoe), bens, "https://evil.example/stamps/1", true); err == nil {
			t.Error("a stamp of another server is taken")
		}
		must(t, svc.AnswerReply(ctx, from(zoe), bens, stamp, true))
		must(t, s.Read(ctx, func(v *store.View) error {
			if h, err := v.Holding(ctx, bens); err != nil || h.Stamp != stamp || h.State != social.HeldNot {
				t.Errorf("the consent that is kept: %+v, %v", h, err)
			}
			return nil
		}))
		must(t, svc.Retract(ctx, from(zoe), stamp))
		wantHeld(t, s, "taken back", bens, social.HeldRefused, zoe)

		// What is between few is not held: others in it could not read it any more.
		p, err := svc.Publish(ctx, as(ben), social.Draft{Text: "@ada psst", Visibility: social.Direct, ReplyTo: open})
		must(t, err)
		if err := svc.AnswerReply(ctx, from(zoe), p.ID, "", false); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a message is refused: %v", err)
		}
		wantHeld(t, s, "a message", p.ID, social.HeldNot, 0)
	})
}

// Who agrees to a reply agrees to what the same author said after it, and to nothing
// that others have put beneath it.
func TestApprovalIsForOneAuthor(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		root := said(t, svc, ada, 0, social.ReplyApproval)
		under := func(name, parent string, by social.AccountID, words string) social.PostID {
			return receive(t, svc, by, note(name, func(f *social.ForeignPost) { f.HTML, f.ReplyTo = words, parent })).ID
		}
		first := under("first", base.PostURI(root), zoe, "one")
		more := under("more", "https://far.example/p/first", zoe, "two")
		others := under("others", "https://far.example/p/more", yan, "buy this")
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.SetReplyRules(ctx, social.ReplyRules{Owner: ada, Words: []string{"spoiler"}})
		}))
		worded := under("worded", "https://far.example/p/first", zoe, "a spoiler")
		approve(t, svc, ada, first)
		wantHeld(t, s, "approved", first, social.HeldNot, 0)
		wantHeld(t, s, "what they said after it", more, social.HeldNot, 0)
		wantHeld(t, s, "what another said", others, social.HeldPending, ada)
		if _, _, why := heldNow(t, s, others); why != social.WhyPolicy {
			t.Errorf("it waits because of %q", why)
		}
		wantHeld(t, s, "what they said in words that wait", worded, social.HeldPending, ada)
	})
}

// One word lets through so many at most.
func TestApprovalIsBounded(t *testing.T) {
	if testing.Short() {
		t.Skip("a long chain")
	}
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		root := said(t, svc, ada, 0, social.ReplyApproval)
		parent, all := base.PostURI(root), []social.PostID{}
		for i := range social.MaxHeldAll + 5 {
			n := fmt.Sprint("chain-", i)
			all = append(all, receive(t, svc, zoe, note(n, func(f *social.ForeignPost) { f.ReplyTo = parent })).ID)
			parent = "https://far.example/p/" + n
		}
		approve(t, svc, ada, all[0])
		open := 0
		for _, which := range all {
			if got, _, _ := heldNow(t, s, which); got == social.HeldNot {
				open++
			}
		}
		if open != social.MaxHeldAll+1 {
			t.Errorf("%d were let through in one go, want %d", open, social.MaxHeldAll+1)
		}
	})
}

// Whoever asks for a stamp is not looked at by that: words that wait are found in
// what they say afterwards.
func TestAskingIsNoApproval(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		root := said(t, svc, ada, 0, "")
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.SetReplyRules(ctx, social.ReplyRules{Owner: ada, Words: []string{"spoiler"}})
		}))
		f := note("asks", func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(root) })
		zoes := receive(t, svc, zoe, f).ID
		must(t, svc.AskedToReply(ctx, from(zoe), zoes, root, "https://far.example/asks/1"))
		for what, err := range map[string]error{
			"in another's name":   svc.AskedToReply(ctx, from(yan), zoes, root, "https://far.example/asks/2"),
			"beneath other words": svc.AskedToReply(ctx, from(zoe), zoes, root+1, "https://far.example/asks/3"),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("asked %s: %v", what, err)
			}
		}
		wantHeld(t, s, "asked", zoes, social.HeldNot, 0)
		f.HTML = "<p>a spoiler</p>"
		must(t, svc.Revise(ctx, from(zoe), f))
		wantHeld(t, s, "said afterwards", zoes, social.HeldPending, ada)
	})
}

// The moderators' word stays, whichever button is pressed.
func TestModeratorsWordStays(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root := said(t, svc, ada, 0, social.ReplyApproval)
		bens := said(t, svc, ben, root, "")
		approve(t, svc, ada, bens)
		must(t, svc.Do(ctx, as(ada), bens, social.HideReply, ""))
		must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetHiddenAppeal(ctx, bens, 77) }))
		// Refusing it does not take it from them to look at.
		if n, err := svc.Refuse(ctx, as(ada), []social.PostID{bens}); n != 0 || err != nil {
			t.Errorf("refused while hidden: %d, %v", n, err)
		}
		must(t, svc.Do(ctx, staff(), bens, social.ShowReply, ""))
		for what, by := range map[string]social.Actor{"ada": as(ada), "who keeps her threads": as(dora)} {
			if n, err := svc.Refuse(ctx, by, []social.PostID{bens}); n != 0 || errs.KindOf(err) != errs.Forbidden {
				t.Errorf("refused by %s: %d, %v", what, n, err)
			}
		}
		if n, err := svc.Refuse(ctx, as(ada), []social.PostID{bens, bens}); n != 0 || err != nil {
			t.Errorf("refused among others: %d, %v", n, err)
		}
		wantHeld(t, s, "shown by the moderators", bens, social.HeldNot, 0)

		// What ada refused is theirs to show once they were asked, and not before.
		other := said(t, svc, ben, root, "")
		_, err := svc.Refuse(ctx, as(ada), []social.PostID{other})
		must(t, err)
		if err := svc.Do(ctx, staff(), other, social.ShowReply, ""); err == nil {
			t.Error("shown by moderators whom nobody asked")
		}
		appeal := func() {
			must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetHiddenAppeal(ctx, other, 78) }))
		}
		appeal()
		approve(t, svc, ada, other) // of her own will
		_, err = svc.Refuse(ctx, as(ada), []social.PostID{other})
		must(t, err)
		appeal()
		if err := svc.Do(ctx, as(ben), other, social.ShowReply, ""); err == nil {
			t.Error("shown by who asked")
		}
		must(t, svc.Do(ctx, staff(), other, social.ShowReply, ""))
		wantHeld(t, s, "refused, and shown by the moderators", other, social.HeldNot, 0)
		if _, err := svc.Refuse(ctx, as(ada), []social.PostID{other}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("refused again: %v", err)
		}

		// Nobody hears their own appeal, and whoever looks after the house shows nothing of
		// their own without one.
		for _, away := range []social.HeldState{social.HeldHidden, social.HeldRefused} {
			modas := said(t, svc, moda, root, "")
			if away == social.HeldHidden {
				approve(t, svc, ada, modas)
				must(t, svc.Do(ctx, as(ada), modas, social.HideReply, ""))
			} else {
				_, err := svc.Refuse(ctx, as(ada), []social.PostID{modas})
				must(t, err)
			}
			for _, report := range []social.ReportID{0, 79} {
				must(t, s.Write(ctx, func(tx *store.Tx) error { return tx.SetHiddenAppeal(ctx, modas, report) }))
				if err := svc.Do(ctx, staff(), modas, social.ShowReply, ""); err == nil {
					t.Errorf("%s, and shown by its author, who is a moderator, after report %d", away, report)
				}
			}
			wantHeld(t, s, "a moderator's own", modas, away, ada)
		}
	})
}

// What never stood cannot be hidden, to be shown later without having been published;
// and what is refused stands on top no more.
func TestHideIsForWhatStands(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root := said(t, svc, ada, 0, social.ReplyApproval)
		bens := said(t, svc, ben, root, "")
		for _, deed := range []social.ThreadDeed{social.HideReply, social.PinReply} {
			if err := svc.Do(ctx, as(ada), bens, deed, ""); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s while it waits: %v", deed, err)
			}
		}
		approve(t, svc, ada, bens)
		must(t, svc.Do(ctx, as(ada), bens, social.PinReply, ""))
		_, err := svc.Refuse(ctx, as(ada), []social.PostID{bens})
		must(t, err)
		if p, _ := read(t, s, root); p.PinnedReply != 0 {
			t.Error("what was refused is on top")
		}
		narrow, err := svc.Publish(ctx, as(ada), social.Draft{Text: "@ben here", Visibility: social.Public, LocalOnly: false})
		must(t, err)
		local, err := svc.Publish(ctx, as(ben), social.Draft{Text: "only here", Visibility: social.Public, LocalOnly: true, ReplyTo: narrow.ID})
		must(t, err)
		if err := svc.Do(ctx, as(ada), local.ID, social.PinReply, ""); errs.KindOf(err) != errs.Invalid {
			t.Errorf("on top, and not for everybody: %v", err)
		}
	})
}

// Words are found wherever they stand, and however they are written.
func TestWordsWherever(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		root := said(t, svc, ada, 0, "")
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.SetReplyRules(ctx, social.ReplyRules{Owner: ada, Words: []string{"spoiler"}})
		}))
		poll := &social.PollDraft{Options: []string{"yes", "Spoiler!"}, Lasts: social.MinPoll}
		for what, d := range map[string]social.Draft{
			"a warning":             {Text: "well", Warning: "spoiler"},
			"a choice in a poll":    {Text: "well", Poll: poll},
			"a mark of no width":    {Text: "a spo\u200biler"},
			"a hyphen nobody sees":  {Text: "a spoil\u00ader"},
			"letters of full width": {Text: "a ｓｐｏｉｌｅｒ"},
		} {
			d.Visibility, d.ReplyTo = social.Public, root
			p, err := svc.Publish(ctx, as(ben), d)
			must(t, err)
			wantHeld(t, s, what, p.ID, social.HeldPending, ada)
		}
		far := func(name string, change func(*social.ForeignPost)) {
			t.Helper()
			p := receive(t, svc, zoe, note(name, func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(root) }, change))
			wantHeld(t, s, name+", from afar", p.ID, social.HeldPending, ada)
		}
		far("warning", func(f *social.ForeignPost) { f.Warning = "Spoiler" })
		far("picture", func(f *social.ForeignPost) {
			f.Media = []social.Media{{Kind: social.Image, Remote: "https://far.example/1.png", Alt: "a spoiler", State: social.MediaReady}}
		})
		far("poll", func(f *social.ForeignPost) {
			f.Poll = &social.Poll{Options: []social.PollOption{{Title: "a spoiler"}, {Title: "no"}}}
		})
		far("mark", func(f *social.ForeignPost) { f.HTML = "<p>spo<b>i</b>&zwnj;ler</p>" })

		// And in what is said afterwards.
		bens := said(t, svc, ben, root, "")
		_, err := svc.Edit(ctx, as(ben), bens, social.Draft{Text: "well", Poll: poll})
		must(t, err)
		wantHeld(t, s, "a poll that came later", bens, social.HeldPending, ada)
	})
}

// What comes into a thread with what it answers is asked for, whichever came first.
func TestHeldInWhateverOrder(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		root := said(t, svc, ada, 0, "")
		must(t, s.Write(ctx, func(tx *store.Tx) error {
			return tx.SetReplyRules(ctx, social.ReplyRules{Owner: ada, Words: []string{"spoiler"}})
		}))
		at := func(name, words, parent string) social.PostID {
			return receive(t, svc, yan, note(name, func(f *social.ForeignPost) { f.HTML, f.ReplyTo = words, "https://far.example/p/"+parent })).ID
		}
		second := at("second", "harmless", "first")
		third := at("third", "a spoiler", "second")
		fourth := at("fourth", "harmless", "third")
		receive(t, svc, zoe, note("first", func(f *social.ForeignPost) { f.ReplyTo = base.PostURI(root) }))
		adopt(t, s, svc)
		for _, which := range []social.PostID{second, fourth} {
			wantHeld(t, s, "harmless", which, social.HeldNot, 0)
		}
		wantHeld(t, s, "what is deeper", third, social.HeldPending, ada)
		if p, _ := read(t, s, third); p.Thread != root {
			t.Errorf("it is in thread %d", p.Thread)
		}
	})
}

// Whoever asks for more than may be kept at once does not get them.
func TestKeepersLooksAfterTheQueue(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keeping(t, s)
		root := said(t, svc, ada, 0, social.ReplyApproval)
		bens := said(t, svc, ben, root, "")
		ids := func(by social.Actor, owner social.AccountID) (out []social.PostID, err error) {
			all, err := svc.HeldReplies(ctx, by, owner, social.HeldPending, 0, social.Page{Limit: 9})
			for _, h := range all.Items {
				out = append(out, h.Post)
			}
			return out, err
		}
		for _, by := range []social.AccountID{ada, dora} {
			if got, err := ids(as(by), ada); err != nil || !slices.Equal(got, []social.PostID{bens}) {
				t.Errorf("%d is shown %v, %v", by, got, err)
			}
			if got, err := svc.OfOne(ctx, as(by), ada, ben); err != nil || !slices.Equal(got, []social.PostID{bens}) {
				t.Errorf("%d is told of ben's %v, %v", by, got, err)
			}
		}
		for what, by := range map[string]social.Actor{"ben": as(ben), "a moderator": staff()} {
			if got, err := ids(by, ada); errs.KindOf(err) != errs.NotFound || len(got) != 0 {
				t.Errorf("%s is shown %v, %v", what, got, err)
			}
			if got, err := svc.OfOne(ctx, by, ada, ben); errs.KindOf(err) != errs.NotFound || len(got) != 0 {
				t.Errorf("%s is told of ben's %v, %v", what, got, err)
			}
		}
	})
}
