package notices_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/notices"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// groups is a page of somebody's groups, a line for each: what, how many, who.
func (h *house) groups(who social.AccountID, f social.NoticeFilter, p social.Page) ([]string, view.Slice[notices.Group]) {
	h.Helper()
	h.catchUp()
	got, err := h.notices.Groups(h.ctx, as(who), f, p)
	h.must(err)
	var out []string
	for _, g := range got.Items {
		out = append(out, groupLine(g))
	}
	return out, got
}

func groupLine(g notices.Group) string {
	s := fmt.Sprintf("%s %d:", g.Kind, g.Count)
	for _, f := range g.People {
		s += " " + f.Username
	}
	return s
}

var grouped = social.NoticeFilter{Groups: social.GroupedKinds}

// inGroups checks the whole list.
func (h *house) inGroups(when string, who social.AccountID, want ...string) view.Slice[notices.Group] {
	h.Helper()
	got, s := h.groups(who, grouped, social.Page{Limit: 40})
	if !slices.Equal(got, want) {
		h.Errorf("%s: %q\nwant %q", when, got, want)
	}
	return s
}

func TestGroups(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		q := h.say(ada, social.Draft{Text: "q"})
		h.mark(ben, p, social.Liked, true)
		h.mark(cleo, q, social.Liked, true)
		h.say(ben, social.Draft{Text: "@ada one"})
		h.say(ben, social.Draft{Text: "@ada two"})
		h.follow(cleo, ada)
		h.mark(cleo, p, social.Liked, true)
		h.follow(ben, ada)
		h.mark(lo, p, social.Liked, true)
		h.boost(lo, p)
		all := []string{"boost 1: lo", "like 3: lo cleo ben", "follow 2: ben cleo", "mention 1: ben", "mention 1: ben", "like 1: cleo"}
		s := h.inGroups("all", ada, all...)
		for _, g := range s.Items {
			if g.PageMax != g.ID || g.PageMin > g.PageMax || g.Key != g.Notice.Key() {
				t.Errorf("%s: on the page from %d to %d, newest %d, key %v", groupLine(g), g.PageMin, g.PageMax, g.ID, g.Key)
			}
		}
		if first := s.Items[1].PageMin; first >= s.Items[1].PageMax || first < social.NoticeID(s.Oldest) {
			t.Errorf("likes are on the page from %d, which begins at %d", first, s.Oldest)
		}
		var down []string
		for page := (social.Page{Limit: 2}); ; {
			got, ends := h.groups(ada, grouped, page)
			if page.Before = ends.Oldest; page.Before == 0 {
				break
			}
			down = append(down, got...)
		}
		if !slices.Equal(down, all) {
			t.Errorf("page by page %q, want %q", down, all)
		}
		for name, tt := range map[string]struct {
			f    social.NoticeFilter
			want []string
		}{
			"only likes":         {social.NoticeFilter{Kinds: []social.NoticeKind{social.NoticeLike}, Groups: social.GroupedKinds}, []string{all[1], all[5]}},
			"follows alone":      {social.NoticeFilter{Kinds: []social.NoticeKind{social.NoticeFollow}, Groups: []social.NoticeKind{social.NoticeLike}}, []string{"follow 1: ben", "follow 1: cleo"}},
			"groups cleo is in":  {social.NoticeFilter{From: cleo, Groups: social.GroupedKinds}, []string{all[1], all[2], all[5]}},
			"without the groups": {social.NoticeFilter{Not: social.GroupedKinds, Groups: social.GroupedKinds}, all[3:5]},
		} {
			if got, _ := h.groups(ada, tt.f, social.Page{Limit: 40}); !slices.Equal(got, tt.want) {
				t.Errorf("%s: %q, want %q", name, got, tt.want)
			}
		}
		if n, err := h.notices.Unread(h.ctx, as(ada), grouped, 4); err != nil || n != 4 {
			t.Errorf("%d unread, %v; want as many as are counted", n, err)
		}
		if n, err := h.notices.Unread(h.ctx, as(ada), grouped, notices.MaxUnread); err != nil || n != len(all) {
			t.Errorf("%d unread, %v; want %d", n, err, len(all))
		}
	})
}

// The size of a group is right whatever is taken out of it, and its key stays.
func TestGroupsShrink(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		for _, who := range []social.AccountID{ben, cleo, lo, mo} {
			h.mark(who, p, social.Liked, true)
		}
		key := h.inGroups("four", ada, "like 4: mo lo cleo ben").Items[0].Key
		h.mark(mo, p, social.Liked, false)
		h.inGroups("without the newest", ada, "like 3: lo cleo ben")
		h.mark(ben, p, social.Liked, false)
		h.inGroups("without the first", ada, "like 2: lo cleo")
		h.mark(mo, p, social.Liked, true)
		if got := h.inGroups("one more", ada, "like 3: mo lo cleo").Items[0].Key; got != key {
			t.Errorf("the key was %v and is %v", key, got)
		}
		h.must(h.rel.Block(h.ctx, as(ada), lo))
		h.inGroups("one is blocked", ada, "like 2: mo cleo")
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			more, err := tx.EndNoticesFrom(h.ctx, mo, 10)
			if more {
				t.Error("there is more of mo")
			}
			return err
		}))
		s := h.inGroups("one left", ada, "like 1: cleo")
		h.must(h.notices.Dismiss(h.ctx, as(ada), s.Items[0].ID))
		h.inGroups("dismissed", ada)
		h.mark(mo, p, social.Liked, false)
		h.mark(mo, p, social.Liked, true)
		h.inGroups("and again", ada, "like 1: mo")
	})
}

func TestGroupsEnd(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		h.mark(ben, p, social.Liked, true)
		h.clock.Pass(social.GroupLasts - 2*time.Second)
		h.mark(cleo, p, social.Liked, true)
		h.inGroups("in time", ada, "like 2: cleo ben")
		h.clock.Pass(2 * time.Second)
		h.mark(lo, p, social.Liked, true)
		h.inGroups("too late", ada, "like 1: lo", "like 2: cleo ben")
		h.mark(mo, p, social.Liked, true)
		h.inGroups("a new one", ada, "like 2: mo lo", "like 2: cleo ben")
	})
}

func TestOneGroup(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		h.mark(ben, p, social.Liked, true)
		h.mark(cleo, p, social.Liked, true)
		h.say(ben, social.Draft{Text: "@ada hi"})
		s := h.inGroups("before", ada, "mention 1: ben", "like 2: cleo ben")
		for _, g := range s.Items {
			if got, err := h.notices.Group(h.ctx, as(ada), g.Key); err != nil || groupLine(got) != groupLine(g) || got.PageMax != 0 {
				t.Errorf("by its key: %s, %v; want %s", groupLine(got), err, groupLine(g))
			}
			if _, err := h.notices.Group(h.ctx, as(ben), g.Key); errs.KindOf(err) != errs.NotFound {
				t.Errorf("somebody else's: %v, want NotFound", err)
			}
			if _, err := h.notices.People(h.ctx, as(ben), g.Key, social.Page{Limit: 9}); errs.KindOf(err) != errs.NotFound {
				t.Errorf("who is in somebody else's: %v, want NotFound", err)
			}
			if err := h.notices.DismissGroup(h.ctx, as(ben), g.Key); errs.KindOf(err) != errs.NotFound {
				t.Errorf("dismiss somebody else's: %v, want NotFound", err)
			}
		}
		likes := s.Items[1].Key
		for name, key := range map[string]social.GroupKey{"none": {}, "of another kind": {Kind: social.NoticeBoost, ID: likes.ID}, "no group": {Kind: social.NoticeLike, ID: s.Items[0].ID}} {
			if g, err := h.notices.Group(h.ctx, as(ada), key); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s: %s, %v; want NotFound", name, groupLine(g), err)
			}
		}
		alone, err := h.notices.Group(h.ctx, as(ada), social.GroupKey{ID: s.Items[1].ID})
		if err != nil || groupLine(alone) != "like 1: cleo" {
			t.Errorf("one of the group, alone: %s, %v", groupLine(alone), err)
		}
		first, err := h.notices.People(h.ctx, as(ada), likes, social.Page{Limit: 1})
		h.must(err)
		second, err := h.notices.People(h.ctx, as(ada), likes, social.Page{Limit: 1, Before: first.Oldest})
		if err != nil || len(first.Items) != 1 || first.Items[0].ID != cleo || len(second.Items) != 1 || second.Items[0].ID != ben {
			t.Errorf("who is in it: %v, then %v, %v", first.Items, second.Items, err)
		}
		h.must(h.notices.DismissGroup(h.ctx, as(ada), likes))
		h.inGroups("dismissed", ada, "mention 1: ben")
		h.must(h.notices.DismissMany(h.ctx, as(ben), []social.NoticeID{s.Items[0].ID}))
		h.inGroups("dismissed by somebody else", ada, "mention 1: ben")
		h.must(h.notices.DismissMany(h.ctx, as(ada), []social.NoticeID{s.Items[0].ID, 77}))
		h.inGroups("and this", ada)
	})
}

// A hundred thousand likes of one post cost a page no more than ten do.
func TestGroupsReadLittle(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "p"})
		const many = 300
		h.must(h.store.Write(h.ctx, func(tx *store.Tx) error {
			for i := range social.AccountID(many) {
				a := social.Account{ID: 3_400_000_000_000_001_000 + i, Username: fmt.Sprint("x", i), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now}
				if err := tx.AddAccount(h.ctx, a); err != nil {
					return err
				}
			}
			return nil
		}))
		for i := range social.AccountID(many) {
			h.mark(3_400_000_000_000_001_000+i, p, social.Liked, true)
		}
		s := h.inGroups("many", ada, fmt.Sprintf("like %d: x299 x298 x297 x296 x295 x294 x293 x292", many))
		if len(s.Items) == 1 && s.Items[0].PageMin != s.Items[0].PageMax {
			t.Errorf("the page reaches from %d to %d: below it there is nothing", s.Items[0].PageMin, s.Items[0].PageMax)
		}
		h.must(h.store.Read(h.ctx, func(v *store.View) error {
			ns, err := v.Notices(h.ctx, ada, grouped, social.Page{Limit: 40})
			if err != nil || len(ns) != 1 {
				t.Errorf("%d rows were read, %v; want 1", len(ns), err)
			}
			some, err := v.GroupSamples(h.ctx, []social.NoticeID{ns[0].Group}, notices.Sample, 0)
			if len(some) != notices.Sample+1 {
				t.Errorf("%d of the group were read, want %d", len(some), notices.Sample+1)
			}
			return err
		}))
	})
}
