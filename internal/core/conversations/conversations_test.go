package conversations_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/conversations"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// eva lives elsewhere.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	eva
	dora // whom nobody knows
)

var names = map[social.AccountID]string{ada: "ada", ben: "ben", cleo: "cleo", eva: "eva", dora: "dora"}

type house struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	posts *posts.Service
	rel   *relations.Service
	talks *conversations.Service
	view  *view.View
}

func as(id social.AccountID) social.Actor { return social.Actor{Account: id, Standing: social.Good} }

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		h := &house{T: t, ctx: t.Context(), store: s, clock: c, posts: posts.New(s, posts.Config{MaxText: 1000}), rel: relations.New(s, v), talks: conversations.New(s, v), view: v}
		s.Watch(v.Watch)
		h.must(s.Write(h.ctx, func(tx *store.Tx) error {
			for who, name := range names {
				a := social.Account{ID: who, Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if who == eva {
					a.Host, a.URI = "elsewhere.example", "https://elsewhere.example/eva"
				}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
				if who == eva {
					continue
				}
				if err := tx.AddUser(h.ctx, social.User{Account: who, Email: name + "@example.com", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now}); err != nil {
					return err
				}
			}
			for i, who := range []social.AccountID{ada, ben, cleo} {
				for j, other := range []social.AccountID{ada, ben, cleo, eva} {
					if who == other {
						continue
					}
					if err := tx.AddFollow(h.ctx, social.Follow{ID: social.FollowID(10*i + j + 1), Owner: who, Target: other}, true); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) say(by social.AccountID, text string, to social.PostID) social.PostID {
	h.Helper()
	h.clock.Pass(time.Second)
	p, err := h.posts.Publish(h.ctx, as(by), social.Draft{Text: text, ReplyTo: to, Visibility: social.Direct})
	h.must(err)
	return p.ID
}

func (h *house) page(who social.AccountID, p social.Page) ([]string, view.Slice[conversations.Talk]) {
	h.Helper()
	h.must(work.CatchUp(h.ctx, h.store, conversations.Follower()))
	s, err := h.talks.List(h.ctx, as(who), p)
	h.must(err)
	var got []string
	for _, t := range s.Items {
		line := ""
		if t.Unread {
			line = "new "
		}
		for _, f := range t.Others {
			line += f.Username + " "
		}
		got = append(got, line+"| "+t.Last.Text)
	}
	return got, s
}

// has checks somebody's conversations: whether there is something new, with
// whom, and what was said last.
func (h *house) has(when string, who social.AccountID, want ...string) []conversations.Talk {
	h.Helper()
	got, s := h.page(who, social.Page{Limit: 40})
	if !slices.Equal(got, want) {
		h.Errorf("%s: %s has %q, want %q", when, names[who], got, want)
	}
	return s.Items
}

func TestConversations(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ben, "@ada hi", 0)
		h.say(cleo, "@ada @eva@elsewhere.example @ben hello", 0)
		h.has("two", ada, "new cleo eva ben | @ada @eva@elsewhere.example @ben hello", "new ben | @ada hi")
		h.has("who wrote", ben, "new cleo ada eva | @ada @eva@elsewhere.example @ben hello", "ada | @ada hi")
		answer := h.say(ada, "@ben well", first)
		talks := h.has("answered", ada, "ben | @ben well", "new cleo eva ben | @ada @eva@elsewhere.example @ben hello")
		h.has("the other", ben, "new ada | @ben well", "new cleo ada eva | @ada @eva@elsewhere.example @ben hello")
		if talks[0].Thread != first {
			t.Errorf("it is called %d, want its first message's %d", talks[0].Thread, first)
		}
		got, s := h.page(ada, social.Page{Limit: 1})
		next, _ := h.page(ada, social.Page{Limit: 1, Before: s.Oldest})
		if len(got) != 1 || len(next) != 1 || next[0] != "new cleo eva ben | @ada @eva@elsewhere.example @ben hello" {
			t.Errorf("page by page %q, %q", got, next)
		}
		talk, err := h.talks.Read(h.ctx, as(ada), talks[1].Thread)
		if err != nil || talk.Unread || talk.Last.Text != "@ada @eva@elsewhere.example @ben hello" {
			t.Errorf("read: %+v, %v", talk, err)
		}
		h.has("read", ada, "ben | @ben well", "cleo eva ben | @ada @eva@elsewhere.example @ben hello")
		_, err = h.posts.Delete(h.ctx, as(ada), answer)
		h.must(err)
		h.has("taken back", ben, "new cleo ada eva | @ada @eva@elsewhere.example @ben hello", "new ada | @ada hi")
		h.must(h.talks.Remove(h.ctx, as(ada), first))
		h.has("removed", ada, "cleo eva ben | @ada @eva@elsewhere.example @ben hello")
		h.say(ben, "@ada still there?", first)
		h.has("and back", ada, "new ben | @ada still there?", "cleo eva ben | @ada @eva@elsewhere.example @ben hello")
		h.must(h.rel.Block(h.ctx, as(ada), ben))
		h.has("blocked", ada, "cleo eva ben | @ada @eva@elsewhere.example @ben hello")
	})
}

func TestOthersConversations(t *testing.T) {
	each(t, func(h *house) {
		thread := h.say(ben, "@ada hi", 0)
		h.has("before", ada, "new ben | @ada hi")
		for name, err := range map[string]error{
			"read":          last(h.talks.Read(h.ctx, as(cleo), thread)),
			"remove":        h.talks.Remove(h.ctx, as(cleo), thread),
			"read none":     last(h.talks.Read(h.ctx, as(cleo), 7)),
			"remove none":   h.talks.Remove(h.ctx, as(cleo), 7),
			"remove a zero": h.talks.Remove(h.ctx, as(ada), 0),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v, want NotFound", name, err)
			}
		}
		h.has("after", ada, "new ben | @ada hi")
		if err := h.talks.Remove(h.ctx, social.Anyone, thread); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("nobody: %v, want Unauthenticated", err)
		}
	})
}

func last[T any](_ T, err error) error { return err }

// Who is not mentioned any more has what was said before; who is now, has it.
func TestEditedMessages(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ben, "@ada hi", 0)
		second := h.say(ben, "@ada more", first)
		h.has("before", ada, "new ben | @ada more")
		_, err := h.posts.Edit(h.ctx, as(ben), second, social.Draft{Text: "@cleo more"})
		h.must(err)
		h.has("no longer", ada, "new ben | @ada hi")
		h.has("now", cleo, "new ben | @cleo more")
		h.has("who wrote", ben, "cleo | @cleo more")
		_, err = h.posts.Delete(h.ctx, as(ben), first)
		h.must(err)
		h.has("nothing is left", ada)
	})
}

// Many may have the message as their last.
func TestMessagesToMany(t *testing.T) {
	each(t, func(h *house) {
		first := h.say(ben, "@ada hi", 0)
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for i := range social.AccountID(250) {
				a := social.Account{ID: ada + 1000 + i, Username: fmt.Sprint("x", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
				if err := tx.AddMessage(h.ctx, social.Conversation{Owner: a.ID, Thread: first, Last: first}, false); err != nil {
					return err
				}
			}
			return nil
		}))
		_, err := h.posts.Delete(h.ctx, as(ben), first)
		h.must(err)
		h.has("gone", ada)
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			left, err := v.ConversationsAt(h.ctx, first, 0, 1)
			if len(left) != 0 {
				t.Errorf("%v is left", left)
			}
			return err
		}))
	})
}

// Unread counts what there is to read, of one's own only.
func TestUnread(t *testing.T) {
	each(t, func(h *house) {
		check := func(when string, who social.AccountID, want int) {
			h.Helper()
			h.must(work.CatchUp(h.ctx, h.store, conversations.Follower()))
			if n, err := h.talks.Unread(h.ctx, as(who)); err != nil || n != want {
				h.Errorf("%s: %d unread, %v; want %d", when, n, err, want)
			}
		}
		check("at first", ada, 0)
		one := h.say(ben, "@ada hello", 0)
		h.say(ben, "@ada again", one)
		h.say(cleo, "@ada psst", 0)
		check("two talk to her", ada, 2)
		check("who wrote has nothing to read", ben, 0)
		if _, err := h.talks.Read(h.ctx, as(ada), one); err != nil {
			t.Fatal(err)
		}
		check("one is read", ada, 1)
	})
}

// asked are the requests that somebody has, as h.page writes conversations.
func (h *house) asked(who social.AccountID) (out []string) {
	h.Helper()
	h.must(work.CatchUp(h.ctx, h.store, conversations.Follower()))
	s, err := h.talks.Requests(h.ctx, as(who), social.Page{Limit: 40})
	h.must(err)
	for _, t := range s.Items {
		out = append(out, t.Last.Text)
	}
	return out
}

// Who answers a post in private begins a conversation, and asks first as anybody else
// does, whatever others say there.
func TestPrivateAnswersAreConversations(t *testing.T) {
	each(t, func(h *house) {
		open, err := h.posts.Publish(h.ctx, as(ada), social.Draft{Text: "What do you say?", Visibility: social.Public})
		h.must(err)
		h.say(ada, "@cleo you know this", open.ID)
		friend := h.say(ben, "@ada I do", open.ID)
		stranger := h.say(dora, "@ada buy this", open.ID)
		h.has("of friends", ada, "new ben | @ada I do", "cleo | @cleo you know this")
		if got := h.asked(ada); !slices.Equal(got, []string{"@ada buy this"}) {
			t.Errorf("she is asked by %q, want the stranger", got)
		}
		h.say(ben, "@ada and you?", friend)
		h.say(dora, "@ada buy more", stranger)
		h.has("gone on", ada, "new ben | @ada and you?", "cleo | @cleo you know this")
		if got := h.asked(ada); !slices.Equal(got, []string{"@ada buy more"}) {
			t.Errorf("she is asked by %q, once", got)
		}
		h.must(h.talks.Remove(h.ctx, as(ada), friend))
		h.has("one of them deleted", ada, "cleo | @cleo you know this")
		h.say(ada, "@dora no", stranger)
		h.has("answered", ada, "dora | @dora no", "cleo | @cleo you know this")
	})
}
