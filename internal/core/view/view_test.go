package view_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	ghost // suspended
)

const app social.AppID = 3_400_000_000_000_000_009

type house struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	view  *view.View
	posts *posts.Service
	rel   *relations.Service
}

func as(id social.AccountID) social.Actor {
	if id == 0 {
		return social.Anyone
	}
	return social.Actor{Account: id, Standing: social.Good}
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
		h := &house{T: t, ctx: t.Context(), store: s, clock: c, view: v, posts: posts.New(s, posts.Config{MaxText: 1000}), rel: relations.New(s, v)}
		s.Watch(v.Watch)
		h.write(func(tx *store.Tx) error {
			for i, name := range []string{"ada", "ben", "cleo", "ghost"} {
				a := social.Account{ID: ada + social.AccountID(i), Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if a.ID == ghost {
					a.Standing = social.Suspended
				}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
			}
			return tx.AddApp(h.ctx, social.App{ID: app, ClientID: "c", Name: "Tooter", Website: "https://tooter.example", CreatedAt: tx.Now})
		})
		fn(h)
	})
}

func (h *house) must(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

func (h *house) write(fn func(tx *store.Tx) error) {
	h.Helper()
	h.must(h.store.Write(h.ctx, fn))
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

func (h *house) post(by social.AccountID, which social.PostID) *view.Seen {
	h.Helper()
	p, err := h.view.Post(h.ctx, as(by), which)
	h.must(err)
	return p
}

func TestPostsAreInOrderAndOnlyWhatMayBeSeen(t *testing.T) {
	each(t, func(h *house) {
		open, hidden := h.say(ada, social.Draft{Text: "open"}), h.say(ada, social.Draft{Text: "hidden", Visibility: social.Followers})
		loud := h.say(cleo, social.Draft{Text: "loud"})
		boost, err := h.posts.Boost(h.ctx, as(ada), loud, social.Public)
		h.must(err)
		h.must(h.rel.Mute(h.ctx, as(ben), cleo, false, 0))
		var gone social.PostID = 77
		h.write(func(tx *store.Tx) error {
			return tx.AddPost(h.ctx, social.Post{ID: gone, Thread: gone, Author: ghost, Text: "boo", Visibility: social.Public, At: tx.Now})
		})
		all := []social.PostID{loud, 99, hidden, gone, open, boost.ID, open, 0}
		for name, tt := range map[string]struct {
			by   social.AccountID
			door social.Door
			want []social.PostID
		}{
			"asked by its author":    {ada, social.Asked, []social.PostID{loud, hidden, open, boost.ID, open}},
			"asked by anyone":        {0, social.Asked, []social.PostID{loud, open, boost.ID, open}},
			"asked, author muted":    {ben, social.Asked, []social.PostID{loud, open, boost.ID, open}},
			"offered, author muted":  {ben, social.Offered, []social.PostID{open, open}},
			"offered to the unmuted": {ada, social.Offered, []social.PostID{loud, hidden, open, boost.ID, open}},
		} {
			got, err := h.view.Posts(h.ctx, as(tt.by), all, tt.door)
			var ids []social.PostID
			for _, p := range got {
				ids = append(ids, p.ID)
			}
			if err != nil || !slices.Equal(ids, tt.want) {
				t.Errorf("%s: %v, %v; want %v", name, ids, err, tt.want)
			}
		}
		for _, which := range []social.PostID{hidden, gone, 99, 0} {
			if _, err := h.view.Post(h.ctx, as(ben), which); err != store.NoPost {
				t.Errorf("%d: %v, want the same answer for absent and hidden", which, err)
			}
		}
		if b := h.post(ben, boost.ID); b.Boosted == nil || b.Original().ID != loud || b.Boosted.Author.Username != "cleo" || b.Author.Username != "ada" {
			t.Errorf("the boost is shown as %+v", b)
		}
	})
}

// What is cached of a post is replaced as soon as a command that changes it
// has returned.
func TestCardsFollowChanges(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "before"})
		counts := func() string {
			c := h.post(ben, p)
			return fmt.Sprintf("%s %d likes %d boosts %d replies", c.Text, c.Likes, c.Boosts, c.Replies)
		}
		check := func(want string) {
			h.Helper()
			if got := counts(); got != want {
				h.Errorf("got %q, want %q", got, want)
			}
		}
		check("before 0 likes 0 boosts 0 replies")
		old := h.post(ben, p).Card
		_, err := h.posts.Edit(h.ctx, as(ada), p, social.Draft{Text: "after"})
		h.must(err)
		check("after 0 likes 0 boosts 0 replies")
		if old.Text != "before" {
			t.Errorf("the snapshot we held now says %q", old.Text)
		}
		_, err = h.posts.Mark(h.ctx, as(cleo), p, social.Liked, true)
		h.must(err)
		_, err = h.posts.Boost(h.ctx, as(ben), p, social.Public)
		h.must(err)
		re := h.say(ben, social.Draft{Text: "re", ReplyTo: p})
		check("after 1 likes 1 boosts 1 replies")
		_, err = h.posts.Delete(h.ctx, as(ben), re)
		h.must(err)
		_, err = h.posts.Unboost(h.ctx, as(ben), p)
		h.must(err)
		_, err = h.posts.Mark(h.ctx, as(cleo), p, social.Liked, false)
		h.must(err)
		check("after 0 likes 0 boosts 0 replies")
		_, err = h.posts.Delete(h.ctx, as(ada), p)
		h.must(err)
		if _, err := h.view.Post(h.ctx, as(ben), p); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after it was deleted: %v, want NotFound", err)
		}
	})
}

// An edge's rendering is kept as long as the snapshot it was made of.
func TestMemoGoesWithItsSnapshot(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "before"})
		render := func() string {
			c := h.post(ben, p).Card
			return c.Memo.Get(func() any { return "rendered " + c.Text }).(string)
		}
		for range 2 {
			if got := render(); got != "rendered before" {
				t.Errorf("got %q", got)
			}
		}
		_, err := h.posts.Edit(h.ctx, as(ada), p, social.Draft{Text: "after"})
		h.must(err)
		if got := render(); got != "rendered after" {
			t.Errorf("after an edit: %q", got)
		}
	})
}

func TestMarksFollowWhatReadersDo(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		passed, err := h.posts.Boost(h.ctx, as(cleo), p, social.Public)
		h.must(err)
		check := func(what string, want social.Marks) {
			h.Helper()
			for _, which := range []social.PostID{p, passed.ID} {
				if got := h.post(ben, which); got.Marks != want || got.Original().Marks != want {
					h.Errorf("%s: %d has %b and %b, want %b", what, which, got.Marks, got.Original().Marks, want)
				}
			}
			if got := h.post(ada, p).Marks; got != 0 {
				h.Errorf("%s: ada has %b, want none", what, got)
			}
			if got := h.post(0, p).Marks; got != 0 {
				h.Errorf("%s: nobody has %b, want none", what, got)
			}
		}
		check("at first", 0)
		want := social.Marks(0)
		for _, m := range []social.Marks{social.Liked, social.Bookmarked, social.MutedThread} {
			_, err := h.posts.Mark(h.ctx, as(ben), p, m, true)
			h.must(err)
			want |= m
			check(fmt.Sprintf("with %b", m), want)
		}
		_, err = h.posts.Boost(h.ctx, as(ben), p, social.Public)
		h.must(err)
		check("boosted", want|social.Boosted)
		_, err = h.posts.Unboost(h.ctx, as(ben), p)
		h.must(err)
		check("boost taken back", want)
		for _, m := range []social.Marks{social.Liked, social.Bookmarked, social.MutedThread} {
			_, err := h.posts.Mark(h.ctx, as(ben), p, m, false)
			h.must(err)
			want &^= m
			check(fmt.Sprintf("without %b", m), want)
		}
	})
}

// Muting a thread marks all its posts, also those that are cached.
func TestMutedThreadIsMarkedEverywhere(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		re := h.say(cleo, social.Draft{Text: "re", ReplyTo: p})
		for _, on := range []bool{false, true, false} {
			_, err := h.posts.Mark(h.ctx, as(ben), re, social.MutedThread, on)
			h.must(err)
			for _, which := range []social.PostID{p, re} {
				if got := h.post(ben, which).Marks.Has(social.MutedThread); got != on {
					t.Errorf("%d muted: %v, want %v", which, got, on)
				}
			}
		}
	})
}

func TestMuteEndsByItself(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.must(h.rel.Mute(h.ctx, as(ben), ada, false, time.Hour))
		for _, step := range []struct {
			wait  time.Duration
			shown int
		}{{0, 0}, {time.Hour - time.Millisecond, 0}, {time.Millisecond, 1}, {time.Hour, 1}} {
			h.clock.Pass(step.wait)
			got, err := h.view.Posts(h.ctx, as(ben), []social.PostID{p}, social.Offered)
			if err != nil || len(got) != step.shown {
				t.Errorf("after %v more: %d shown, %v; want %d", step.wait, len(got), err, step.shown)
			}
			rel, err := h.view.Relation(h.ctx, as(ben), ada)
			if err != nil || rel.Mutes != (step.shown == 0) {
				t.Errorf("after %v more: relation %+v, %v", step.wait, rel, err)
			}
		}
	})
}

func TestReaderFollowsRelations(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "friends", Visibility: social.Followers})
		check := func(what string, want bool) {
			h.Helper()
			if _, err := h.view.Post(h.ctx, as(ben), p); (err == nil) != want {
				h.Errorf("%s: %v, want shown %v", what, err, want)
			}
		}
		check("at first", false)
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada}))
		check("followed", true)
		r, err := h.view.Reader(h.ctx, ben)
		if err != nil || !r.Follows(ada) || r.Follows(cleo) || !slices.Equal(r.Following(), []social.AccountID{ada}) {
			t.Errorf("ben follows %v, %v", r.Following(), err)
		}
		h.must(h.rel.Block(h.ctx, as(ada), ben))
		check("blocked", false)
		h.must(h.rel.Unblock(h.ctx, as(ada), ben))
		check("unblocked, the follow is gone", false)
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada}))
		check("followed again", true)
		h.must(h.rel.RemoveFollower(h.ctx, as(ada), ben))
		check("removed", false)
	})
}

func TestFacesFollowChanges(t *testing.T) {
	each(t, func(h *house) {
		counts := func() string {
			f, err := h.view.Face(h.ctx, ada)
			h.must(err)
			return fmt.Sprintf("%q %d posts %d followers", f.Name(), f.Posts, f.Followers)
		}
		check := func(want string) {
			h.Helper()
			if got := counts(); got != want {
				h.Errorf("got %s, want %s", got, want)
			}
		}
		check(`"ada" 0 posts 0 followers`)
		p := h.say(ada, social.Draft{Text: "hello"})
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada}))
		check(`"ada" 1 posts 1 followers`)
		h.write(func(tx *store.Tx) error {
			a, err := tx.Account(h.ctx, ada)
			if err != nil {
				return err
			}
			a.DisplayName = "Ada L."
			tx.Record(event.ProfileChanged{Account: ada})
			return tx.SetProfile(h.ctx, a)
		})
		_, err := h.posts.Delete(h.ctx, as(ada), p)
		h.must(err)
		h.must(h.rel.Unfollow(h.ctx, as(ben), ada))
		check(`"Ada L." 0 posts 0 followers`)
		if f := h.postFace(ben); f != "Ada L." {
			t.Errorf("on her post she is %q", f)
		}
		got, err := h.view.Faces(h.ctx, []social.AccountID{cleo, 99, ada, cleo})
		if err != nil || len(got) != 3 || got[0].ID != cleo || got[1].ID != ada || got[2].ID != cleo {
			t.Errorf("faces %v, %v", got, err)
		}
		for _, name := range []string{"ADA", "ada"} {
			if f, err := h.view.Named(h.ctx, name, ""); err != nil || f.ID != ada {
				t.Errorf("named %s: %v, %v", name, f, err)
			}
		}
		for _, who := range [][2]string{{"nobody", ""}, {"ada", "elsewhere.example"}} {
			if _, err := h.view.Named(h.ctx, who[0], who[1]); errs.KindOf(err) != errs.NotFound {
				t.Errorf("named %v: %v, want NotFound", who, err)
			}
		}
	})
}

func (h *house) postFace(reader social.AccountID) string {
	h.Helper()
	return h.post(reader, h.say(ada, social.Draft{Text: "hello"})).Author.Name()
}

func TestSuspensionHidesAtOnce(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		h.post(ben, p)
		h.write(func(tx *store.Tx) error {
			tx.Record(event.AccessChanged{Account: ada})
			return tx.SetStanding(h.ctx, ada, social.Suspended)
		})
		if _, err := h.view.Post(h.ctx, as(ben), p); errs.KindOf(err) != errs.NotFound {
			t.Errorf("after its author was suspended: %v, want NotFound", err)
		}
	})
}

func TestAccountThatIsDeletedIsNotCountedAnyMore(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada}))
		h.must(h.rel.Follow(h.ctx, as(cleo), social.Follow{Target: ben}))
		for range 2 { // the second time from memory
			if a, err := h.view.Face(h.ctx, ada); err != nil || a.Followers != 1 {
				t.Errorf("ada has %d followers, %v; want 1", a.Followers, err)
			}
		}
		if c, err := h.view.Face(h.ctx, cleo); err != nil || c.Following != 1 {
			t.Errorf("cleo follows %d, %v; want 1", c.Following, err)
		}
		h.write(func(tx *store.Tx) error {
			if err := tx.RecountFollows(h.ctx, ben); err != nil {
				return err
			}
			tx.Record(event.AccountDeleted{Account: ben})
			return tx.DeleteAccount(h.ctx, ben)
		})
		got, err := h.view.Faces(h.ctx, []social.AccountID{ada, ben, cleo})
		if err != nil || len(got) != 2 || got[0].Followers != 0 || got[1].Following != 0 {
			t.Errorf("%d are left, %v; want ada without followers, and cleo who follows nobody", len(got), err)
		}
	})
}

func TestCardSaysWithWhichAppAndWhat(t *testing.T) {
	each(t, func(h *house) {
		by := as(ada)
		by.App = app
		p, err := h.posts.Publish(h.ctx, by, social.Draft{Text: "@ben <b> #Tag https://example.com/x @nobody", Visibility: social.Public})
		h.must(err)
		c := h.post(ben, p.ID)
		if c.AppName != "Tooter" || c.AppSite != "https://tooter.example" {
			t.Errorf("with %q %q", c.AppName, c.AppSite)
		}
		for _, want := range []string{`href="https://plaza.example/@ben"`, `href="https://plaza.example/tags/tag"`, `href="https://example.com/x"`, "&lt;b&gt;", "@nobody"} {
			if !strings.Contains(c.HTML, want) {
				t.Errorf("%s lacks %s", c.HTML, want)
			}
		}
		if strings.Contains(c.HTML, "/@nobody") {
			t.Errorf("%s links to nobody", c.HTML)
		}
		if got, want := h.view.PostURL(c.Author, c.ID), fmt.Sprintf("https://plaza.example/@ada/%d", c.ID); got != want {
			t.Errorf("its address is %s, want %s", got, want)
		}
		if old := h.post(ben, h.say(ada, social.Draft{Text: "by the web"})); old.AppName != "" {
			t.Errorf("with %q, want nothing", old.AppName)
		}
	})
}

func TestRelationsWithNotes(t *testing.T) {
	each(t, func(h *house) {
		h.must(h.rel.SetNote(h.ctx, as(ben), ada, "from school"))
		h.must(h.rel.Follow(h.ctx, as(ada), social.Follow{Target: ben}))
		got, err := h.view.Relations(h.ctx, as(ben), []social.AccountID{ada, cleo})
		if err != nil || got[ada].Note != "from school" || !got[ada].FollowedBy || got[cleo].Note != "" {
			t.Errorf("%+v, %v", got, err)
		}
		if r, err := h.view.Relation(h.ctx, as(ada), ben); err != nil || r.Note != "" || !r.Follows {
			t.Errorf("%+v, %v; a note is for its writer", r, err)
		}
		h.must(h.rel.SetNote(h.ctx, as(ben), ada, ""))
		if r, err := h.view.Relation(h.ctx, as(ben), ada); err != nil || r.Note != "" {
			t.Errorf("%+v, %v; want no note", r, err)
		}
	})
}

func TestProfileIsSafeHTML(t *testing.T) {
	v := view.New(nil, view.Config{BaseURL: "https://plaza.example"})
	ours := &view.Face{Account: social.Account{Username: "ada", Bio: "<b>I</b> like #Cats, @ben and @eva@elsewhere.example",
		Fields: []social.Field{{Name: "Site", Value: "https://ada.example"}, {Name: "Says", Value: "<script>"},
			{Name: "Shop", Value: "https://www.раураl.example:8443/a", VerifiedAt: new(time.Time)}}}}
	theirs := &view.Face{Account: social.Account{Username: "eva", Host: "elsewhere.example", URI: "https://elsewhere.example/eva",
		Bio: "<p>cleaned</p>", Fields: []social.Field{{Value: "<p>too</p>"}}}}
	for name, tt := range map[string]struct {
		got  string
		has  []string
		lack string
	}{
		"bio":          {v.Bio(ours), []string{"&lt;b&gt;I", `href="https://plaza.example/tags/cats"`, `href="https://plaza.example/@ben"`}, "/@eva"},
		"link":         {v.FieldHTML(ours, 0), []string{`href="https://ada.example"`, `rel="me nofollow noopener"`}, "<p>"},
		"script":       {v.FieldHTML(ours, 1), []string{"&lt;script&gt;"}, "<script>"},
		"look-alike":   {v.FieldHTML(ours, 2), []string{`href="https://www.раураl.example:8443/a"`, ">xn--l-7sba6dbr.example:8443/a<"}, ">раураl"},
		"their bio":    {v.Bio(theirs), []string{"<p>cleaned</p>"}, "&lt;"},
		"their field":  {v.FieldHTML(theirs, 0), []string{"<p>too</p>"}, "&lt;"},
		"ours":         {v.AccountURL(ours), []string{"https://plaza.example/@ada"}, "//@"},
		"theirs":       {v.AccountURL(theirs), []string{"https://elsewhere.example/eva"}, "plaza"},
		"ben":          {v.MentionURL(social.Mention{Username: "ben"}), []string{"https://plaza.example/@ben"}, "ben@"},
		"eva":          {v.MentionURL(social.Mention{Username: "eva", Host: "elsewhere.example"}), []string{"https://plaza.example/@eva@elsewhere.example"}, " "},
		"eva's own":    {v.MentionURL(social.Mention{Username: "eva", URL: "https://elsewhere.example/eva"}), []string{"https://elsewhere.example/eva"}, "plaza"},
		"tag":          {v.TagURL("#Straße"), []string{"https://plaza.example/tags/strasse"}, "#"},
		"tag, escaped": {v.TagURL("日本/.."), []string{"https://plaza.example/tags/%E6%97%A5%E6%9C%AC%2F.."}, "/.."},
	} {
		for _, want := range tt.has {
			if !strings.Contains(tt.got, want) {
				t.Errorf("%s: %s lacks %s", name, tt.got, want)
			}
		}
		if strings.Contains(tt.got, tt.lack) {
			t.Errorf("%s: %s has %s", name, tt.got, tt.lack)
		}
	}
}
