package notices_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

// The people: ada is who is told, lo approves follows by hand, mo moderates,
// and eva lives elsewhere.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	lo
	mo
	eva
)

var names = map[social.AccountID]string{ada: "ada", ben: "ben", cleo: "cleo", lo: "lo", mo: "mo", eva: "eva"}

type house struct {
	*testing.T
	ctx     context.Context
	store   *store.Store
	clock   *storetest.Clock
	posts   *posts.Service
	rel     *relations.Service
	lists   *lists.Service
	notices *notices.Service
}

func as(id social.AccountID) social.Actor {
	by := social.Actor{Account: id, Standing: social.Good, Role: social.Member}
	if id == mo {
		by.Role = social.Moderator
	}
	return by
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		h := &house{T: t, ctx: t.Context(), store: s, clock: c, posts: posts.New(s, posts.Config{MaxText: 1000}), rel: relations.New(s, v),
			lists: lists.New(s, v), notices: notices.New(s, v)}
		s.Watch(v.Watch)
		h.must(s.Write(h.ctx, func(tx *store.Tx) error {
			for who, name := range names {
				a := social.Account{ID: who, Username: name, Kind: social.Person, Standing: social.Good, Locked: who == lo, CreatedAt: tx.Now}
				if who == eva {
					a.Host, a.URI = "elsewhere.example", "https://elsewhere.example/eva"
				}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
				u := social.User{Account: who, Email: name + "@example.com", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: tx.Now}
				if who == mo {
					u.Role = social.Moderator
				}
				if who == eva {
					continue
				}
				if err := tx.AddUser(h.ctx, u); err != nil {
					return err
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

func (h *house) say(by social.AccountID, d social.Draft) social.PostID {
	h.Helper()
	h.clock.Pass(time.Second)
	if d.Visibility == "" {
		d.Visibility = social.Public
	}
	p, err := h.posts.Publish(h.ctx, as(by), d)
	h.must(err)
	return p.ID
}

func (h *house) mark(by social.AccountID, which social.PostID, m social.Marks, on bool) {
	h.Helper()
	h.clock.Pass(time.Second)
	_, err := h.posts.Mark(h.ctx, as(by), which, m, on)
	h.must(err)
}

func (h *house) boost(by social.AccountID, of social.PostID) {
	h.Helper()
	h.clock.Pass(time.Second)
	_, err := h.posts.Boost(h.ctx, as(by), of, social.Public)
	h.must(err)
}

func (h *house) follow(by, other social.AccountID) {
	h.Helper()
	h.clock.Pass(time.Second)
	h.must(h.rel.Follow(h.ctx, as(by), social.Follow{Target: other, Boosts: true}))
}

func (h *house) catchUp() {
	h.Helper()
	h.must(work.CatchUp(h.ctx, h.store, notices.Follower()))
}

func line(n notices.Told) string {
	s := fmt.Sprintf("%s by %s", n.Kind, n.From.Username)
	if n.Post != nil {
		s += ": " + n.Post.Text
	}
	return s
}

func (h *house) list(who social.AccountID, f social.NoticeFilter, p social.Page) (lines []string, ends view.Slice[notices.Told]) {
	h.Helper()
	h.catchUp()
	got, err := h.notices.List(h.ctx, as(who), f, p)
	h.must(err)
	for _, n := range got.Items {
		lines = append(lines, line(n))
	}
	return lines, got
}

// told checks what somebody has been told, the last first.
func (h *house) told(what string, who social.AccountID, want ...string) {
	h.Helper()
	if got, _ := h.list(who, social.NoticeFilter{}, social.Page{Limit: 40}); !slices.Equal(got, want) {
		h.Errorf("%s: %s is told %q, want %q", what, names[who], got, want)
	}
}

// hears has somebody told also of messages that they did not ask for.
func (h *house) hears(who social.AccountID) {
	h.Helper()
	h.must(h.notices.SetPolicy(h.ctx, as(who), func(p *social.NoticePolicy) { p.PrivateMentions = social.NoticeTold }))
}

func TestEachKindIsTold(t *testing.T) {
	each(t, func(h *house) {
		h.hears(ada)
		p := h.say(ada, social.Draft{Text: "hello"})
		h.say(ben, social.Draft{Text: "@ada @eva @ben hi", Visibility: social.Direct})
		h.told("mentioned", ada, "mention by ben: @ada @eva @ben hi")
		h.follow(ben, ada)
		h.told("followed", ada, "follow by ben", "mention by ben: @ada @eva @ben hi")
		h.mark(ben, p, social.Liked, true)
		h.mark(ada, p, social.Liked, true) // one's own
		h.mark(ben, p, social.Bookmarked, true)
		h.boost(ben, p)
		h.told("liked and passed on", ada, "boost by ben: hello", "like by ben: hello", "follow by ben", "mention by ben: @ada @eva @ben hi")
		h.told("who did all that", ben)

		_, err := h.posts.Edit(h.ctx, as(ada), p, social.Draft{Text: "hello @cleo"})
		h.must(err)
		h.told("passed on what was edited", ben, "edit by ada: hello @cleo")
		h.told("mentioned by an edit", cleo, "mention by ada: hello @cleo")

		h.follow(cleo, lo)
		h.told("asked", lo, "follow_request by cleo")
		h.must(h.rel.Accept(h.ctx, as(lo), cleo))
		h.told("accepted", lo, "follow by cleo")

		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error { tx.Record(event.Joined{Account: cleo}); return nil }))
		h.told("somebody joined", mo, "signup by cleo")
		if err := h.store.Read(h.ctx, func(v *store.View) error {
			ns, err := v.Notices(h.ctx, eva, social.NoticeFilter{}, social.Page{Limit: 9})
			if len(ns) != 0 {
				t.Errorf("eva, who lives elsewhere, is told %v", ns)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestToldOfEveryPostIfAskedFor(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.rel.Follow(h.ctx, as(ada), social.Follow{Target: ben, Notify: true}))
		h.follow(cleo, ben)
		mine := h.say(ben, social.Draft{Text: "for friends", Visibility: social.Followers})
		h.say(ben, social.Draft{Text: "a thread", ReplyTo: mine})
		h.say(ben, social.Draft{Text: "an answer", ReplyTo: h.say(cleo, social.Draft{Text: "c"})})
		h.say(ben, social.Draft{Text: "@cleo psst", Visibility: social.Direct})
		h.say(ben, social.Draft{Text: "@ada both"})
		h.boost(ben, h.say(cleo, social.Draft{Text: "d"}))
		h.told("asked for", ada, "mention by ben: @ada both", "post by ben: a thread", "post by ben: for friends")
		h.told("not asked for", cleo, "boost by ben: d", "mention by ben: @cleo psst")
		h.must(h.rel.Mute(h.ctx, as(ada), ben, false, time.Hour))
		h.say(ben, social.Draft{Text: "while muted"})
		h.say(ben, social.Draft{Text: "@ada while muted"})
		h.told("muted", ada, "mention by ben: @ada while muted", "mention by ben: @ada both", "post by ben: a thread", "post by ben: for friends")
	})
}

func TestTheSameIsToldOnce(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.boost(ben, p)
		_, err := h.posts.Edit(h.ctx, as(ada), p, social.Draft{Text: "one @cleo"})
		h.must(err)
		h.told("first edit", ben, "edit by ada: one @cleo")
		_, was := h.list(ben, social.NoticeFilter{}, social.Page{Limit: 1})
		h.clock.Pass(time.Minute)
		_, err = h.posts.Edit(h.ctx, as(ada), p, social.Draft{Text: "two @cleo"})
		h.must(err)
		h.told("second edit", ben, "edit by ada: two @cleo")
		h.told("mentioned twice", cleo, "mention by ada: two @cleo")
		if _, is := h.list(ben, social.NoticeFilter{}, social.Page{Limit: 1}); is.Newest <= was.Newest {
			t.Errorf("the notice of the last edit is %d, not newer than %d", is.Newest, was.Newest)
		}
		for range 2 { // as it is after a crash between the commit and the cursor
			h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
				tx.Record(event.Marked{Owner: ben, Post: p, Author: ada, Mark: social.Liked})
				return nil
			}))
		}
		h.told("one like, told of twice", ada, "like by ben: two @cleo", "boost by ben: two @cleo")
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			n := 0
			rs, err := v.Facts(h.ctx, event.Pos{}, 100)
			for _, r := range rs {
				if f, ok := r.Fact.(event.NoticeMade); ok && f.Owner == ada {
					n++
				}
			}
			if n != 2 {
				t.Errorf("streams are told of %d notices of ada's, want 2", n)
			}
			return err
		}))
	})
}

func TestWhatIsUndoneIsNotToldAnyMore(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.mark(ben, p, social.Liked, true)
		h.boost(ben, p)
		h.follow(ben, ada)
		re := h.say(ben, social.Draft{Text: "@ada re", ReplyTo: p})
		all := []string{"mention by ben: @ada re", "follow by ben", "boost by ben: hello", "like by ben: hello"}
		h.told("all of it", ada, all...)
		_, err := h.posts.Delete(h.ctx, as(ben), re)
		h.must(err)
		h.told("the reply deleted", ada, all[1:]...)
		h.must(h.rel.Unfollow(h.ctx, as(ben), ada))
		h.told("unfollowed", ada, all[2:]...)
		_, err = h.posts.Unboost(h.ctx, as(ben), p)
		h.must(err)
		h.told("boost taken back", ada, all[3:]...)
		h.mark(ben, p, social.Liked, false)
		h.told("not liked any more", ada)
		h.mark(ben, p, social.Liked, true)
		h.boost(cleo, p)
		h.told("liked again", ada, "boost by cleo: hello", "like by ben: hello")
		_, err = h.posts.Delete(h.ctx, as(ada), p)
		h.must(err)
		h.told("the post deleted", ada)

		h.follow(ben, lo)
		h.told("asked", lo, "follow_request by ben")
		h.must(h.rel.Unfollow(h.ctx, as(ben), lo))
		h.told("the request taken back", lo)
		h.follow(ben, lo)
		h.told("asked again", lo, "follow_request by ben")
		h.must(h.rel.Refuse(h.ctx, as(lo), ben))
		h.told("refused", lo)
	})
}

// What happened and was undone before the follower came by leaves nothing.
func TestUndoneBeforeItWasTold(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		gone := h.say(ben, social.Draft{Text: "@ada gone"})
		h.mark(ben, p, social.Liked, true)
		h.mark(ben, p, social.Liked, false)
		_, err := h.posts.Delete(h.ctx, as(ben), gone)
		h.must(err)
		h.say(cleo, social.Draft{Text: "@ada blocked"})
		h.must(h.rel.Block(h.ctx, as(ada), cleo))
		h.told("at last", ada)
	})
}

func TestMutedIsNotTold(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.say(ben, social.Draft{Text: "@ada before"})
		h.mark(cleo, p, social.Liked, true)
		h.must(h.rel.Mute(h.ctx, as(ada), ben, false, 0))
		h.mark(ben, p, social.Liked, true)
		h.told("muted, notices wanted", ada, "like by ben: hello", "like by cleo: hello", "mention by ben: @ada before")
		h.must(h.rel.Mute(h.ctx, as(ada), ben, true, time.Hour))
		h.say(ben, social.Draft{Text: "@ada while muted"})
		h.told("notices not wanted", ada, "like by cleo: hello")
		h.clock.Pass(time.Hour)
		h.say(ben, social.Draft{Text: "@ada after"})
		h.told("an hour later", ada, "mention by ben: @ada after", "like by cleo: hello")
	})
}

func TestBlockedIsNotTold(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.mark(ben, p, social.Liked, true)
		h.say(ada, social.Draft{Text: "@ben hi"})
		h.told("before", ada, "like by ben: hello")
		h.told("before", ben, "mention by ada: @ben hi")
		h.must(h.rel.Block(h.ctx, as(ada), ben))
		h.told("who blocks", ada)
		h.told("who is blocked", ben)
		h.say(ben, social.Draft{Text: "@ada let me in"})
		h.told("while blocked", ada)
		h.must(h.rel.Unblock(h.ctx, as(ada), ben))
		h.told("unblocked", ada)
		h.say(ben, social.Draft{Text: "@ada thanks"})
		h.told("and from then on", ada, "mention by ben: @ada thanks")
	})
}

func TestMutedThreadIsNotTold(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		re := h.say(ben, social.Draft{Text: "@ada one", ReplyTo: p})
		h.told("before", ada, "mention by ben: @ada one")
		h.mark(ada, p, social.MutedThread, true)
		h.say(cleo, social.Draft{Text: "@ada two", ReplyTo: re})
		h.mark(ben, p, social.Liked, true)
		h.say(ben, social.Draft{Text: "@ada elsewhere"})
		h.told("muted", ada, "mention by ben: @ada elsewhere", "mention by ben: @ada one")
		h.mark(ada, re, social.MutedThread, false)
		h.say(cleo, social.Draft{Text: "@ada three", ReplyTo: re})
		h.told("no longer", ada, "mention by cleo: @ada three", "mention by ben: @ada elsewhere", "mention by ben: @ada one")
	})
}

// A message that no longer mentions somebody is not theirs to read.
func TestNoticeOfWhatIsHiddenNowIsLeftOut(t *testing.T) {
	each(t, func(h *house) {
		h.hears(ada)
		p := h.say(ben, social.Draft{Text: "@ada psst", Visibility: social.Direct})
		h.told("before", ada, "mention by ben: @ada psst")
		_, got := h.list(ada, social.NoticeFilter{}, social.Page{Limit: 9})
		which := got.Items[0].ID
		if n, err := h.notices.Get(h.ctx, as(ada), which); err != nil || line(n) != "mention by ben: @ada psst" || !n.At.Equal(h.clock.Now()) {
			t.Errorf("it is %+v, %v", n, err)
		}
		_, err := h.posts.Edit(h.ctx, as(ben), p, social.Draft{Text: "@cleo psst"})
		h.must(err)
		h.told("after", ada)
		if n, err := h.notices.Get(h.ctx, as(ada), which); errs.KindOf(err) != errs.NotFound {
			t.Errorf("by its id: %s, %v; want NotFound", line(n), err)
		}
	})
}

func TestNoticesPageAndFilter(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		h.mark(ben, p, social.Liked, true)
		h.follow(cleo, ada)
		h.say(ben, social.Draft{Text: "@ada m"})
		h.boost(cleo, p)
		h.mark(cleo, p, social.Liked, true)
		all := []string{"like by cleo: p", "boost by cleo: p", "mention by ben: @ada m", "follow by cleo", "like by ben: p"}
		h.told("all", ada, all...)

		var down, up []string
		for page := (social.Page{Limit: 2}); ; {
			got, ends := h.list(ada, social.NoticeFilter{}, page)
			if page.Before = ends.Oldest; page.Before == 0 {
				break
			}
			down = append(down, got...)
		}
		for page := (social.Page{Limit: 2, Oldest: true}); ; {
			got, ends := h.list(ada, social.NoticeFilter{}, page)
			if page.After = ends.Newest; page.After == 0 {
				break
			}
			up = append(got, up...)
		}
		if !slices.Equal(down, all) || !slices.Equal(up, all) {
			t.Errorf("down %q, up %q; want %q", down, up, all)
		}
		for name, tt := range map[string]struct {
			f    social.NoticeFilter
			want []string
		}{
			"two kinds":        {social.NoticeFilter{Kinds: []social.NoticeKind{social.NoticeLike, social.NoticeFollow}}, []string{all[0], all[3], all[4]}},
			"without one kind": {social.NoticeFilter{Not: []social.NoticeKind{social.NoticeLike}}, all[1:4]},
			"from one":         {social.NoticeFilter{From: ben}, []string{all[2], all[4]}},
			"of all kinds":     {social.NoticeFilter{From: ben, Kinds: []social.NoticeKind{social.NoticeLike}}, all[4:]},
			"nothing":          {social.NoticeFilter{From: eva}, nil},
		} {
			if got, _ := h.list(ada, tt.f, social.Page{Limit: 40}); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
	})
}

func TestDismissAndClear(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		h.mark(ben, p, social.Liked, true)
		h.mark(cleo, p, social.Liked, true)
		h.say(ada, social.Draft{Text: "@ben hi"})
		_, got := h.list(ada, social.NoticeFilter{}, social.Page{Limit: 9})
		which := got.Items[0].ID
		for name, err := range map[string]error{
			"somebody else's": h.notices.Dismiss(h.ctx, as(ben), which),
			"no notice":       h.notices.Dismiss(h.ctx, as(ada), 0),
		} {
			if errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %v, want NotFound", name, err)
			}
		}
		if _, err := h.notices.Get(h.ctx, as(ben), which); errs.KindOf(err) != errs.NotFound {
			t.Errorf("get somebody else's: %v, want NotFound", err)
		}
		if err := h.notices.Clear(h.ctx, social.Anyone); errs.KindOf(err) != errs.Unauthenticated {
			t.Errorf("clear nobody's: %v", err)
		}
		h.told("nothing gone yet", ada, "like by cleo: p", "like by ben: p")
		h.must(h.notices.Dismiss(h.ctx, as(ada), which))
		h.told("one dismissed", ada, "like by ben: p")
		if err := h.notices.Dismiss(h.ctx, as(ada), which); errs.KindOf(err) != errs.NotFound {
			t.Errorf("again: %v, want NotFound", err)
		}
		h.must(h.notices.Clear(h.ctx, as(ada)))
		h.told("cleared", ada)
		h.told("other people's stay", ben, "mention by ada: @ben hi")
	})
}

func TestMarkersAndUnread(t *testing.T) {
	each(t, func(h *house) {
		for i := range 3 {
			h.say(ben, social.Draft{Text: fmt.Sprint("@ada ", i)})
		}
		unread := func(want int) {
			h.Helper()
			h.catchUp()
			if n, err := h.notices.Unread(h.ctx, as(ada), social.NoticeFilter{}, notices.UsualUnread); err != nil || n != want {
				h.Errorf("%d unread, %v; want %d", n, err, want)
			}
		}
		unread(3)
		_, got := h.list(ada, social.NoticeFilter{}, social.Page{Limit: 9})
		m, err := h.notices.SetMarker(h.ctx, as(ada), notices.MarkNotices, int64(got.Items[1].ID))
		if err != nil || m.Version != 1 || !m.At.Equal(h.clock.Now()) {
			t.Errorf("marker %+v, %v", m, err)
		}
		unread(1)
		_, err = h.notices.SetMarker(h.ctx, as(ada), notices.MarkHome, 7)
		h.must(err)
		if m, err := h.notices.SetMarker(h.ctx, as(ada), notices.MarkNotices, got.Newest); err != nil || m.Version != 2 {
			t.Errorf("marker %+v, %v; want version 2", m, err)
		}
		unread(0)
		h.say(ben, social.Draft{Text: "@ada once more"})
		unread(1)
		ms, err := h.notices.Markers(h.ctx, as(ada))
		if err != nil || len(ms) != 2 || ms[0].Timeline != notices.MarkHome || ms[0].LastID != 7 || ms[1].LastID != got.Newest {
			t.Errorf("markers %+v, %v", ms, err)
		}
		if ms, err := h.notices.Markers(h.ctx, as(ben)); err != nil || len(ms) != 0 {
			t.Errorf("ben's markers %+v, %v", ms, err)
		}
		for name, err := range map[string]error{
			"no such timeline": second(h.notices.SetMarker(h.ctx, as(ada), "public", 1)),
			"no such notice":   second(h.notices.SetMarker(h.ctx, as(ada), notices.MarkHome, 0)),
		} {
			if errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
	})
}

func second(_ social.Marker, err error) error { return err }

// Who is not followed any more is on no list either.
func TestUnfollowTakesOffLists(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ada, ben)
		h.follow(ada, cleo)
		l, err := h.lists.Add(h.ctx, as(ada), social.List{Title: "friends", Replies: social.RepliesList})
		h.must(err)
		h.must(h.lists.AddMembers(h.ctx, as(ada), l.ID, []social.AccountID{ben, cleo}))
		h.must(h.rel.Unfollow(h.ctx, as(ada), ben))
		h.catchUp()
		got, err := h.lists.Members(h.ctx, as(ada), l.ID, social.Page{Limit: 9})
		if err != nil || len(got.Items) != 1 || got.Items[0].ID != cleo {
			t.Errorf("members %v, %v; want cleo", got.Items, err)
		}
	})
}
