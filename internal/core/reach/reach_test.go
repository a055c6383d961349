package reach_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/reach"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// house has ada and ben here, and rita elsewhere, whom nobody follows.
type house struct {
	*reach.Service
	t     *testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	view  *view.View
	rules social.Settings
	ids   map[string]social.AccountID
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		h := &house{t: t, ctx: t.Context(), store: s, clock: c, ids: map[string]social.AccountID{}}
		h.view = view.New(s, view.Config{BaseURL: "https://plaza.example", HandleHost: "plaza.example"})
		s.Watch(h.view.Watch)
		h.Service = reach.New(s, h.view, func() social.Settings { return h.rules })
		h.write(func(tx *store.Tx) error {
			for _, who := range []struct{ name, host string }{{"ada", ""}, {"ben", ""}, {"rita", "far.example"}, {"robo", ""}} {
				a := social.Account{ID: social.AccountID(id.New(s.Now())), Username: who.name, Host: who.host, Standing: social.Good, CreatedAt: s.Now()}
				if who.name == "robo" {
					a.Kind = social.Bot
				}
				h.ids[who.name] = a.ID
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
				if who.host == "" {
					if err := tx.AddUser(h.ctx, social.User{Account: a.ID, Email: who.name + "@example.com", Role: social.Member, Confirmed: true, Approved: true, CreatedAt: s.Now()}); err != nil {
						return err
					}
				}
			}
			return nil
		})
		fn(h)
	})
}

func (h *house) write(do func(tx *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Write(h.ctx, do); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) as(who string) social.Actor {
	h.t.Helper()
	var by social.Actor
	if err := h.store.Read(h.ctx, func(v *store.View) (err error) {
		by, err = v.Actor(h.ctx, h.ids[who])
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return by
}

func (h *house) say(who string, p social.Post) *view.Seen {
	h.t.Helper()
	p.ID, p.Author, p.At, p.Text = social.PostID(id.New(h.store.Now())), h.ids[who], h.store.Now(), "Hello"
	if p.Visibility == "" {
		p.Visibility = social.Public
	}
	if who == "rita" {
		p.URI = fmt.Sprint("https://far.example/", p.ID)
	}
	h.write(func(tx *store.Tx) error { return tx.AddPost(h.ctx, p) })
	seen, err := h.view.Post(h.ctx, social.Actor{Account: p.Author}, p.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return seen
}

// strangers view posts, each of them once.
func (h *house) strangers(n int, ps ...*view.Seen) {
	for i := range n {
		h.Viewed(h.ctx, social.Anyone, fmt.Sprintf("192.0.2.%d", i), ps)
	}
}

func (h *house) flush() {
	h.t.Helper()
	if err := h.Flush(h.ctx); err != nil {
		h.t.Fatal(err)
	}
}

// kept is what the database has of a post, day by day.
func (h *house) kept(p *view.Seen) (out []int) {
	h.t.Helper()
	if err := h.store.Read(h.ctx, func(v *store.View) error {
		all, err := v.Views(h.ctx, p.ID, 0)
		for _, t := range all {
			out = append(out, t.N)
		}
		return err
	}); err != nil {
		h.t.Fatal(err)
	}
	return out
}

func (h *house) wants(what string, p *view.Seen, want ...int) {
	h.t.Helper()
	if got := h.kept(p); !slices.Equal(got, want) {
		h.t.Errorf("%s: views %v, want %v", what, got, want)
	}
}

// A reader counts once a day, their own posts and machines never.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p, hers := h.say("ada", social.Post{}), h.say("rita", social.Post{})
		quiet, close, direct := h.say("ada", social.Post{Visibility: social.Unlisted}), h.say("ada", social.Post{Visibility: social.Followers}), h.say("ada", social.Post{Visibility: social.Direct})
		boost := h.say("ben", social.Post{BoostOf: p.ID, BoostAuthor: h.ids["ada"]})
		local, held := h.say("ada", social.Post{LocalOnly: true}), h.say("ada", social.Post{Held: social.HeldPending, HeldBy: h.ids["ben"]})
		all := []*view.Seen{p, hers, quiet, close, direct, boost, local, held}
		for range 100 {
			h.Viewed(h.ctx, h.as("ben"), "", all)
			h.Viewed(h.ctx, social.Anyone, "192.0.2.1", all)
		}
		h.Viewed(h.ctx, h.as("ada"), "", all)   // her own
		h.Viewed(h.ctx, h.as("robo"), "", all)  // a bot
		h.Viewed(h.ctx, social.Anyone, "", all) // nobody who reads
		h.Viewed(h.ctx, social.Actor{Account: h.ids["rita"], Uncounted: true}, "", all)
		h.wants("before it is written", p)
		h.flush()
		h.wants("for everybody", p, 2)
		h.wants("for everybody, quietly", quiet, 2)
		h.wants("for followers", close)
		h.wants("a message", direct)
		h.wants("for this house alone", local)
		h.wants("held, which two see", held)
		h.wants("of another server", hers)
		h.wants("a boost, apart from what it passes on", boost)
		h.Viewed(h.ctx, h.as("ben"), "", all)
		h.flush()
		h.wants("the same reader once more", p, 2)
		h.clock.Pass(24 * time.Hour)
		h.Viewed(h.ctx, h.as("ben"), "", all)
		h.flush()
		h.wants("on the next day", p, 2, 1)
	})
}

// Several hosts are added up; each knows its own readers only.
func TestHostsAreAddedUp(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p := h.say("ada", social.Post{})
		other := reach.New(h.store, h.view, func() social.Settings { return h.rules })
		h.strangers(3, p)
		other.Viewed(h.ctx, social.Anyone, "198.51.100.1", []*view.Seen{p})
		h.flush()
		if err := other.Flush(h.ctx); err != nil {
			t.Fatal(err)
		}
		h.wants("two hosts", p, 4)
	})
}

// What cannot be written waits, and is not lost; what is gone meanwhile is not kept.
func TestNothingIsLost(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p, gone := h.say("ada", social.Post{}), h.say("ada", social.Post{})
		h.strangers(3, p, gone)
		ended, end := context.WithCancel(h.ctx)
		end()
		if err := h.Flush(ended); !errors.Is(err, context.Canceled) {
			t.Fatalf("err = %v, want that it was called off", err)
		}
		h.Viewed(h.ctx, h.as("ben"), "", []*view.Seen{p})
		h.write(func(tx *store.Tx) error { return tx.RemovePost(h.ctx, gone.Post) })
		h.flush()
		h.wants("in the end", p, 4)
		h.wants("of a deleted post", gone)
		h.write(func(tx *store.Tx) error { return tx.RemovePost(h.ctx, p.Post) })
		h.wants("deleted with the post", p)
	})
}

// The author alone is shown the numbers, in steps.
func TestOf(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p := h.say("ada", social.Post{})
		close := h.say("ada", social.Post{Visibility: social.Followers})
		shown := func(days ...int) {
			t.Helper()
			r, err := h.Of(h.ctx, h.as("ada"), p.ID)
			if err != nil {
				t.Fatal(err)
			}
			var got []int
			for _, d := range r.Days {
				got = append(got, d.Views)
			}
			got = append(got, r.Views)
			if !slices.Equal(got, days) {
				t.Errorf("views by day, and all: %v, want %v", got, days)
			}
		}
		shown(0, 0)
		h.strangers(4, p)
		h.flush()
		shown(0, 0)
		h.strangers(5, p)
		h.flush()
		shown(5, 5)
		h.strangers(9, p)
		h.flush()
		shown(5, 5)
		h.clock.Pass(24 * time.Hour)
		h.strangers(4, p)
		h.flush()
		shown(5, 0, 10) // 9 and 4
		admin := h.as("ben")
		admin.Role = social.Owner
		for who, by := range map[string]social.Actor{"another": h.as("ben"), "the owner": admin, "nobody": social.Anyone} {
			if _, err := h.Of(h.ctx, by, p.ID); errs.KindOf(err) != errs.NotFound {
				t.Errorf("for %s: %v, want NotFound", who, err)
			}
			if _, err := h.Of(h.ctx, by, close.ID); errs.KindOf(err) != errs.NotFound {
				t.Errorf("for %s, of what they cannot see: %v, want NotFound", who, err)
			}
		}
		if r, err := h.Of(h.ctx, h.as("ada"), close.ID); err != nil || r.Why != reach.ForFew {
			t.Errorf("of a post for followers: %+v, %v", r, err)
		}
		h.rules.NoViews = true
		if r, err := h.Of(h.ctx, h.as("ada"), p.ID); err != nil || r.Why != reach.HouseOff || r.Views != 0 {
			t.Errorf("where the house does not count: %+v, %v", r, err)
		}
		if err := h.Tidy(h.ctx); err != nil {
			t.Fatal(err)
		}
		h.wants("once the house has switched it off", p)
	})
}

// Who does not want it is not counted, whether they write or read.
func TestAuthorSwitchesItOff(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p := h.say("ada", social.Post{})
		h.strangers(6, p)
		h.write(func(tx *store.Tx) error {
			u, err := tx.HoldUser(h.ctx, h.ids["ada"])
			u.Prefs.NoViews = true
			if err != nil {
				return err
			}
			return tx.SetUser(h.ctx, u)
		})
		h.flush()
		h.wants("hers", p)
		his := h.say("ben", social.Post{})
		h.Viewed(h.ctx, h.as("ada"), "", []*view.Seen{his})
		h.flush()
		h.wants("what she reads", his)
		if r, err := h.Of(h.ctx, h.as("ada"), p.ID); err != nil || r.Why != reach.AuthorOff {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

// What is older than the days that are kept goes.
func TestTidy(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p := h.say("ada", social.Post{})
		h.strangers(7, p)
		h.flush()
		for range 2 {
			h.clock.Pass((social.ReachDays - 1) * 24 * time.Hour)
			if err := h.Tidy(h.ctx); err != nil {
				t.Fatal(err)
			}
			if n := len(h.kept(p)); n != 1 {
				break
			}
			if r, err := h.Of(h.ctx, h.as("ada"), p.ID); err != nil || len(r.Days) != social.ReachDays || r.Days[0].Views != 5 {
				t.Errorf("on the last day: %+v, %v", r, err)
			}
		}
		h.wants("after that", p)
	})
}

// Echoes are those of others that stand and that everybody may see.
func TestEchoes(t *testing.T) {
	t.Parallel()
	each(t, func(h *house) {
		p := h.say("ada", social.Post{})
		h.clock.Pass(24 * time.Hour)
		for _, who := range []string{"ada", "ben", "rita"} {
			h.say(who, social.Post{BoostOf: p.ID, BoostAuthor: h.ids["ada"]})
			h.say(who, social.Post{ReplyTo: p.ID, ReplyAuthor: h.ids["ada"]})
			h.write(func(tx *store.Tx) error {
				_, err := tx.AddMark(h.ctx, social.Liked, h.ids[who], p.ID)
				return err
			})
		}
		h.say("ben", social.Post{Quote: social.Quote{Of: p.ID, Author: h.ids["ada"], State: social.QuoteAccepted}})
		h.say("ben", social.Post{Quote: social.Quote{Of: p.ID, Author: h.ids["ada"], State: social.QuotePending}})
		h.say("ben", social.Post{ReplyTo: p.ID, ReplyAuthor: h.ids["ada"], Visibility: social.Direct})
		r, err := h.Of(h.ctx, h.as("ada"), p.ID)
		if err != nil || len(r.Days) != 2 {
			t.Fatalf("%+v, %v", r, err)
		}
		want := map[social.Echo]int{social.EchoBoosts: 2, social.EchoQuotes: 1, social.EchoLikes: 2, social.EchoReplies: 2}
		for e, n := range want {
			if r.Days[1].Echoes[e] != n || r.Echoes[e] != n || r.Days[0].Echoes[e] != 0 {
				t.Errorf("%s: %d, %d in all, want %d", e, r.Days[1].Echoes[e], r.Echoes[e], n)
			}
		}
	})
}
