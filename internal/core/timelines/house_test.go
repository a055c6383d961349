package timelines_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/lists"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/relations"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// The people. Their ids are as large as real ones.
const (
	ada social.AccountID = 3_400_000_000_000_000_001 + iota
	ben
	cleo
	dora
	eva // lives elsewhere
)

var names = map[social.AccountID]string{ada: "ada", ben: "ben", cleo: "cleo", dora: "dora", eva: "eva"}

// house is a store with the services that change what timelines show.
type house struct {
	*testing.T
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	view  *view.View
	posts *posts.Service
	rel   *relations.Service
	lists *lists.Service
	lines *timelines.Service
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
		h := &house{T: t, ctx: t.Context(), store: s, clock: c, view: v, posts: posts.New(s, posts.Config{MaxText: 1000, HandleHost: "plaza.example"}),
			rel: relations.New(s, v), lists: lists.New(s, v), lines: timelines.New(s, v)}
		s.Watch(v.Watch)
		s.Watch(h.lines.Watch)
		h.write(func(tx *store.Tx) error {
			for who, name := range names {
				a := social.Account{ID: who, Username: name, Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if who == eva {
					a.Host, a.URI = "elsewhere.example", "https://elsewhere.example/eva"
				}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
			}
			return nil
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

// say publishes a second after whatever came before.
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

func (h *house) reply(by social.AccountID, to social.PostID) social.PostID {
	h.Helper()
	return h.say(by, social.Draft{Text: "a reply", ReplyTo: to})
}

func (h *house) boost(by social.AccountID, of social.PostID) social.PostID {
	h.Helper()
	h.clock.Pass(time.Second)
	p, err := h.posts.Boost(h.ctx, as(by), of, social.Public)
	h.must(err)
	return p.ID
}

func (h *house) follow(by, other social.AccountID) {
	h.Helper()
	h.must(h.rel.Follow(h.ctx, as(by), social.Follow{Target: other, Boosts: true}))
}

// plant stores posts by an account, one at each moment, told of or not.
func (h *house) plant(by social.AccountID, told bool, at ...time.Time) (ids []social.PostID) {
	h.Helper()
	for part := range slices.Chunk(at, 200) { // so that watchers keep up
		var made []social.PostID
		h.write(func(tx *store.Tx) error {
			made = nil
			for _, t := range part {
				p := social.Post{ID: social.PostID(id.New(t)), Author: by, Text: "planted", Visibility: social.Public, At: t}
				p.Thread = p.ID
				if err := tx.AddPost(h.ctx, p); err != nil {
					return err
				}
				if told {
					tx.Record(event.PostPublished{Post: p.ID, Author: by, Visibility: p.Visibility})
				}
				made = append(made, p.ID)
			}
			return nil
		})
		ids = append(ids, made...)
	}
	slices.Sort(ids)
	return ids
}

func ids(seen []*view.Seen) (out []social.PostID) {
	for _, p := range seen {
		out = append(out, p.ID)
	}
	return out
}

// shows checks that a page holds just these posts, newest first.
func (h *house) shows(what string, got view.Slice[*view.Seen], err error, want ...social.PostID) {
	h.Helper()
	want = slices.Clone(want)
	slices.Sort(want)
	slices.Reverse(want)
	if err != nil || !slices.Equal(ids(got.Items), want) {
		h.Errorf("%s: %v, %v; want %v", what, ids(got.Items), err, want)
	}
}

func (h *house) home(what string, reader social.AccountID, want ...social.PostID) {
	h.Helper()
	got, err := h.lines.Home(h.ctx, as(reader), social.Page{Limit: 40})
	h.shows(what, got, err, want...)
	got, err = timelines.New(h.store, h.view).Home(h.ctx, as(reader), social.Page{Limit: 40})
	h.shows(what+", from the tables", got, err, want...)
}

// page is what a page of all (oldest first) holds, newest first.
func page(all []social.PostID, p social.Page) []social.PostID {
	var in []social.PostID
	for _, x := range all {
		if int64(x) > p.After && (p.Before == 0 || int64(x) < p.Before) {
			in = append(in, x)
		}
	}
	if n := len(in); n > p.Limit && p.Oldest {
		in = in[:p.Limit]
	} else if n > p.Limit {
		in = in[n-p.Limit:]
	}
	slices.Reverse(in)
	return in
}

// pages asks for pages around some of all's posts, in all directions.
func (h *house) pages(what string, all []social.PostID, around []int, get func(social.Page) (view.Slice[*view.Seen], error)) {
	h.Helper()
	bounds := []int64{0}
	for _, i := range around {
		bounds = append(bounds, int64(all[i]), int64(all[i])+1)
	}
	for _, before := range bounds {
		for _, after := range bounds {
			for _, oldest := range []bool{false, true} {
				p := social.Page{Before: before, After: after, Oldest: oldest, Limit: 7}
				h.same(what, p, all, get)
			}
		}
	}
}

func (h *house) same(what string, p social.Page, all []social.PostID, get func(social.Page) (view.Slice[*view.Seen], error)) {
	h.Helper()
	got, err := get(p)
	want := page(all, p)
	if err != nil || !slices.Equal(ids(got.Items), want) {
		h.Errorf("%s, %+v: %v, %v; want %v", what, p, ids(got.Items), err, want)
	}
	ends := fmt.Sprint(0, 0)
	if len(want) > 0 {
		ends = fmt.Sprint(want[0], want[len(want)-1])
	}
	if e := fmt.Sprint(got.Newest, got.Oldest); e != ends {
		h.Errorf("%s, %+v: ends %s, want %s", what, p, e, ends)
	}
}
