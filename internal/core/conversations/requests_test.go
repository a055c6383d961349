package conversations_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// asks is who asks somebody, and what they say.
func (h *house) asks(when string, who social.AccountID, want ...string) {
	h.Helper()
	h.must(work.CatchUp(h.ctx, h.store, conversations.Follower()))
	s, err := h.talks.Requests(h.ctx, as(who), social.Page{Limit: 40})
	h.must(err)
	var got []string
	for _, t := range s.Items {
		got = append(got, t.Last.Text)
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		h.Errorf("%s: %s is asked %q, want %q", when, names[who], got, want)
	}
	n, err := h.talks.Requested(h.ctx, as(who))
	if err != nil || n != len(want) {
		h.Errorf("%s: %d requests, %v, want %d", when, n, err, len(want))
	}
}

func (h *house) kind(what string, err error, want errs.Kind) {
	h.Helper()
	if errs.KindOf(err) != want {
		h.Errorf("%s: %v, want kind %v", what, err, want)
	}
}

// Who writes without being known asks first: what they say is in no inbox, tells of
// nothing, and is let in or not.
func TestRequests(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(dora, "@ada hello", 0)
		if ok, err := h.talks.MayTell(h.ctx, as(ada), first); err != nil || ok {
			t.Errorf("it is told before it is a request: %v, %v", ok, err)
		}
		h.has("asked", ada)
		h.asks("asked", ada, "@ada hello")
		h.has("who asks", dora, "ada | @ada hello")
		if n, err := h.talks.Unread(h.ctx, as(ada)); err != nil || n != 0 {
			t.Errorf("%d unread, %v", n, err)
		}
		if ok, err := h.talks.MayTell(h.ctx, as(ada), first); err != nil || ok {
			t.Errorf("it is told: %v, %v", ok, err)
		}
		for what, try := range map[string]func(social.AccountID) error{
			"accept": func(who social.AccountID) error { _, err := h.talks.Accept(h.ctx, as(who), first); return err },
			"refuse": func(who social.AccountID) error { return h.talks.Refuse(h.ctx, as(who), first) },
			"leave":  func(who social.AccountID) error { return h.posts.Leave(h.ctx, as(who), first, "bye") },
			"remove": func(who social.AccountID) error { return h.talks.Remove(h.ctx, as(who), first) },
		} {
			h.kind("cleo: "+what, try(cleo), errs.NotFound)
			h.kind("nobody: "+what, try(0), errs.Unauthenticated)
		}
		h.kind("left before it is accepted", h.posts.Leave(h.ctx, as(ada), first, "bye"), errs.Invalid)
		h.must(h.talks.Refuse(h.ctx, as(ada), first))
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			muted, err := v.MutesThread(h.ctx, ada, first)
			if !muted {
				t.Error("what is said in it is told")
			}
			return err
		}))
		h.say(dora, "@ada are you there", first)
		h.has("refused", ada)
		h.asks("refused", ada)
		h.kind("refused what was begun", h.talks.Refuse(h.ctx, as(dora), first), errs.Invalid)

		second := h.say(dora, "@ada again", 0)
		h.asks("again", ada, "@ada again")
		talk, err := h.talks.Accept(h.ctx, as(ada), second)
		if err != nil || talk.State != social.TalkOpen || talk.Last.ID != second {
			t.Errorf("accepted: %+v, %v", talk, err)
		}
		h.has("accepted", ada, "new dora | @ada again")
		h.asks("accepted", ada)
		h.say(dora, "@ada thirdly", 0)
		h.has("known from then on", ada, "new dora | @ada thirdly", "new dora | @ada again")

		third := h.say(dora, "@ben hello", 0)
		h.asks("ben", ben, "@ben hello")
		h.say(ben, "@dora hello yourself", third)
		h.asks("answered", ben)
		h.has("answered", ben, "dora | @dora hello yourself")
		h.say(dora, "@ben news", 0)
		h.has("who was written to", ben, "new dora | @ben news", "dora | @dora hello yourself")
	})
}

// Who leaves says so to all, and nothing that is said from then on reaches them, until
// they write again.
func TestLeaving(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ada, "@ben @cleo hello", 0)
		h.has("before", cleo, "new ada ben | @ben @cleo hello")
		h.clock.Pass(time.Second)
		h.must(h.posts.Leave(h.ctx, as(cleo), first, "I am off."))
		h.must(h.posts.Leave(h.ctx, as(cleo), first, "I am off."))
		h.has("left", cleo)
		h.has("others see it", ben, "new cleo ada | @ada @ben I am off.")
		next := h.say(ben, "@ada @cleo is she gone?", first)
		h.has("gone", cleo)
		h.has("who stays", ada, "new ben | @ada @cleo is she gone?")
		unseen := func(what string) {
			h.Helper()
			h.must(h.store.Read(h.ctx, func(v *store.View) error {
				_, err := v.VisiblePost(h.ctx, cleo, next)
				h.kind("who left sees "+what, err, errs.NotFound)
				return nil
			}))
		}
		unseen("what is said")
		_, err := h.posts.Edit(h.ctx, as(ben), next, social.Draft{Text: "@ada @cleo she is gone"})
		h.must(err)
		unseen("what it was made")
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			_, err := v.VisiblePost(h.ctx, ada, next)
			return err
		}))
		h.say(cleo, "@ada @ben I am back", first)
		h.has("back", cleo, "ada ben | @ada @ben I am back")
		h.say(ben, "@ada @cleo welcome", first)
		h.has("welcome", cleo, "new ben ada | @ada @cleo welcome")
	})
}

// What comes from elsewhere does not reach who left either, however often it says that
// it is for them.
func TestLeavingWhatIsElsewhere(t *testing.T) {
	each(t, func(h *house) {
		by := social.Actor{Account: eva, Standing: social.Good, Remote: true}
		message := func(n, to string) social.ForeignPost {
			const at = "https://elsewhere.example/p/"
			h.clock.Pass(time.Second)
			f := social.ForeignPost{URI: at + n, HTML: "<p>" + n + "</p>", Visibility: social.Direct, At: h.store.Now(), Mentions: []social.Mention{{Account: ada}, {Account: cleo}}}
			if to != "" {
				f.ReplyTo = at + to
			}
			return f
		}
		receive := func(f social.ForeignPost) social.PostID {
			h.Helper()
			p, err := h.posts.Receive(h.ctx, by, f)
			h.must(err)
			return p.ID
		}
		reaches := func(when string, which social.PostID, who social.AccountID, want bool) {
			h.Helper()
			h.must(work.CatchUp(h.ctx, h.store, conversations.Follower()))
			h.must(work.CatchUp(h.ctx, h.store, notices.Follower()))
			h.must(h.store.Read(h.ctx, func(v *store.View) error {
				_, err := v.VisiblePost(h.ctx, who, which)
				if (err == nil) != want || errs.Absent(err) != nil {
					h.Errorf("%s: %s is shown it: %v, want %t", when, names[who], err, want)
				}
				told, err := v.Notices(h.ctx, who, social.NoticeFilter{}, social.Page{Limit: 40})
				if got := slices.ContainsFunc(told, func(n social.Notice) bool { return n.Post == which }); got != want {
					h.Errorf("%s: %s is told of it: %t, want %t", when, names[who], got, want)
				}
				return err
			}))
		}
		first := receive(message("first", ""))
		for _, who := range []social.AccountID{ada, cleo} {
			reaches("at first", first, who, true)
		}
		h.clock.Pass(time.Second)
		h.must(h.posts.Leave(h.ctx, as(cleo), first, "I am off."))
		f := message("second", "first")
		second := receive(f)
		reaches("answered", second, ada, true)
		reaches("answered", second, cleo, false)
		h.has("answered", cleo)
		h.clock.Pass(time.Minute)
		f.HTML, f.EditedAt = "<p>anew</p>", h.store.Now()
		h.must(h.posts.Revise(h.ctx, by, f))
		reaches("edited", second, ada, true)
		reaches("edited", second, cleo, false)
		h.has("edited", cleo)
		h.say(cleo, "@ada @eva@elsewhere.example I am back", first)
		h.has("back", cleo, "ada eva | @ada @eva@elsewhere.example I am back")
		reaches("back", receive(message("third", "second")), cleo, true)
	})
}

// What somebody deletes for themselves is shown to them nowhere, and to the others as
// before. It is back with what is said next, without what was said before.
func TestDeletedForMe(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ben, "@ada hi", 0)
		h.has("before", ada, "new ben | @ada hi")
		h.must(h.talks.Remove(h.ctx, as(ada), first))
		h.has("deleted", ada)
		h.has("the other", ben, "ada | @ada hi")
		h.kind("deleted twice", h.talks.Remove(h.ctx, as(ada), first), errs.NotFound)
		next := h.say(ben, "@ada hi again", first)
		h.has("back", ada, "new ben | @ada hi again")
		for _, who := range []social.AccountID{ada, ben} {
			seen, err := h.view.Posts(h.ctx, as(who), []social.PostID{first, next}, social.Asked)
			if err != nil || len(seen) != map[social.AccountID]int{ada: 1, ben: 2}[who] {
				t.Errorf("%s sees %d, %v", names[who], len(seen), err)
			}
		}
	})
}

// What is muted is in the inbox, and never new.
func TestMuted(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ben, "@ada hi", 0)
		h.has("before", ada, "new ben | @ada hi")
		h.must(h.talks.Mute(h.ctx, as(ada), first, true))
		h.kind("of others", h.talks.Mute(h.ctx, as(cleo), first, true), errs.NotFound)
		h.say(ben, "@ada hi again", first)
		if talks := h.has("muted", ada, "ben | @ada hi again"); !talks[0].Muted {
			t.Error("it does not say so")
		}
		h.must(h.talks.Mute(h.ctx, as(ada), first, false))
		h.say(ben, "@ada hi at last", first)
		h.has("not muted", ada, "new ben | @ada hi at last")
	})
}

// A conversation has up to MaxParties people, and one more is told what to do.
func TestMaxParties(t *testing.T) {
	each(t, func(h *house) {
		var names []string
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for i := range social.MaxParties {
				name := fmt.Sprintf("guest%d", i)
				names = append(names, "@"+name)
				if err := tx.AddAccount(h.ctx, social.Account{ID: social.AccountID(1000 + i), Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
				if err := tx.AddFollow(h.ctx, social.Follow{ID: social.FollowID(1000 + i), Owner: social.AccountID(1000 + i), Target: ada}, true); err != nil {
					return err
				}
			}
			return nil
		}))
		h.say(ada, strings.Join(names[1:], " ")+" hello", 0)
		_, err := h.posts.Publish(h.ctx, as(ada), social.Draft{Text: strings.Join(names, " ") + " hello", Visibility: social.Direct})
		if h.kind("one more", err, errs.Invalid); !strings.Contains(errs.Public(err), "at most 32 people") {
			t.Errorf("says %q", errs.Public(err))
		}
		if _, err := h.posts.Publish(h.ctx, as(ada), social.Draft{Text: strings.Join(names, " ") + " hello", Visibility: social.Public}); err != nil {
			t.Errorf("a post for everybody: %v", err)
		}
	})
}

// What somebody decided about a conversation holds when all that it had is deleted: who
// asks again in it is refused still, and what was deleted for one does not come back.
func TestDecisionsOutliveMessages(t *testing.T) {
	each(t, func(h *house) {
		root := h.say(dora, "only me", 0)
		asked := h.say(dora, "@ada hello", root)
		h.asks("asked", ada, "@ada hello")
		h.must(h.talks.Refuse(h.ctx, as(ada), root))
		_, err := h.posts.Delete(h.ctx, as(dora), asked)
		h.must(err)
		h.asks("deleted", ada)
		h.say(dora, "@ada hello again", root)
		h.asks("asked again", ada)

		first := h.say(ben, "@ada hi", 0)
		h.has("before", ada, "new ben | @ada hi")
		h.must(h.talks.Remove(h.ctx, as(ada), first))
		next := h.say(ben, "@ada hi again", first)
		h.has("back", ada, "new ben | @ada hi again")
		_, err = h.posts.Delete(h.ctx, as(ben), next)
		h.must(err)
		h.has("deleted by ben", ada)
		if seen, err := h.view.Posts(h.ctx, as(ada), []social.PostID{first}, social.Asked); err != nil || len(seen) != 0 {
			t.Errorf("what ada deleted is there again: %d, %v", len(seen), err)
		}
		h.say(ben, "@ada hi at last", first)
		h.has("back again", ada, "new ben | @ada hi at last")
	})
}

// Who leaves a conversation has not written to who is in it: those still ask.
func TestLeavingIsNoAcquaintance(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ben, "@ada @dora hello", 0)
		h.has("before", ada, "new ben dora | @ada @dora hello")
		h.must(h.posts.Leave(h.ctx, as(ada), first, "Bye."))
		h.say(dora, "@ada do not go", 0)
		h.has("left", ada)
		h.asks("left", ada, "@ada do not go")
	})
}

// One may leave a conversation that others made larger than it can be here, or that a
// newcomer was brought into; what one says is no longer than anything else.
func TestLeavingIsAlwaysPossible(t *testing.T) {
	each(t, func(h *house) {
		big := social.Post{ID: 1_000_001, Thread: 1_000_001, Author: eva, URI: "https://elsewhere.example/1", HTML: "<p>hello</p>", Visibility: social.Direct}
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			big.At = tx.Now
			for i := range 60 {
				a := social.Account{ID: social.AccountID(2000 + i), Username: fmt.Sprint("far", i), Host: "elsewhere.example", URI: fmt.Sprint("https://elsewhere.example/far", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
				big.Mentions = append(big.Mentions, social.Mention{Account: a.ID, Username: a.Username, Host: a.Host})
			}
			big.Mentions = append(big.Mentions, social.Mention{Account: ada, Username: "ada"}, social.Mention{Account: dora, Username: "dora"})
			if err := tx.AddPost(h.ctx, big); err != nil {
				return err
			}
			for _, who := range []social.AccountID{ada, dora} {
				if err := tx.AddMessage(h.ctx, social.Conversation{Owner: who, Thread: big.Thread, Last: big.ID}, false); err != nil {
					return err
				}
			}
			return nil
		}))
		h.kind("at any length", h.posts.Leave(h.ctx, as(ada), big.ID, strings.Repeat("x", 1001)), errs.Invalid)
		for _, who := range []social.AccountID{ada, dora} { // dora is followed by nobody
			h.must(h.posts.Leave(h.ctx, as(who), big.ID, "Bye."))
			h.has("left", who)
		}
	})
}
