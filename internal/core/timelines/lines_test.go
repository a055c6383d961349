package timelines_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var long = social.Page{Limit: 40}

func (h *house) list(l social.List, members ...social.AccountID) social.ListID {
	h.Helper()
	l, err := h.lists.Add(h.ctx, as(ben), l)
	h.must(err)
	for _, m := range members {
		h.follow(ben, m)
	}
	h.must(h.lists.AddMembers(h.ctx, as(ben), l.ID, members))
	return l.ID
}

func TestListRepliesPolicies(t *testing.T) {
	each(t, func(h *house) {
		ls := map[social.RepliesPolicy]social.ListID{}
		for _, r := range []social.RepliesPolicy{social.RepliesList, social.RepliesFollowed, social.RepliesNone} {
			ls[r] = h.list(social.List{Title: string(r), Replies: r}, ada, cleo)
		}
		h.follow(ben, dora) // followed, on no list
		hers, his, theirs, far := h.say(cleo, social.Draft{Text: "c"}), h.say(ben, social.Draft{Text: "b"}),
			h.say(dora, social.Draft{Text: "d"}), h.say(eva, social.Draft{Text: "e"})
		mine := h.say(ada, social.Draft{Text: "a"})
		always := []social.PostID{hers, mine, h.reply(ada, mine), h.reply(ada, his), h.boost(ada, far)}
		toMember, toFollowed := h.reply(ada, hers), h.reply(ada, theirs)
		h.reply(ada, far)
		h.say(ada, social.Draft{Text: "@ben psst", Visibility: social.Direct})
		for r, more := range map[social.RepliesPolicy][]social.PostID{
			social.RepliesList: {toMember}, social.RepliesFollowed: {toMember, toFollowed}, social.RepliesNone: nil,
		} {
			got, err := h.lines.List(h.ctx, as(ben), ls[r], long)
			h.shows(string(r), got, err, append(more, always...)...)
		}
		if got, err := h.lines.List(h.ctx, as(ada), ls[social.RepliesList], long); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else's list: %v, %v; want NotFound", ids(got.Items), err)
		}
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada})) // boosts are not wanted any more
		got, err := h.lines.List(h.ctx, as(ben), ls[social.RepliesNone], long)
		h.shows("without boosts", got, err, always[:4]...)
	})
}

func TestListPages(t *testing.T) {
	each(t, func(h *house) {
		l := h.list(social.List{Title: "all", Replies: social.RepliesList}, ada)
		all := h.plant(ada, false, moments(60)...)
		h.pages("list", all, []int{0, 10, 39, 45, 59}, func(p social.Page) (view.Slice[*view.Seen], error) {
			return h.lines.List(h.ctx, as(ben), l, p)
		})
	})
}

func TestPublic(t *testing.T) {
	each(t, func(h *house) {
		a, e := h.say(ada, social.Draft{Text: "ours"}), h.say(eva, social.Draft{Text: "theirs"})
		thread := h.reply(ada, a)
		h.reply(ben, a)
		h.boost(ben, a)
		h.say(ada, social.Draft{Text: "unlisted", Visibility: social.Unlisted})
		h.say(ada, social.Draft{Text: "followers", Visibility: social.Followers})
		for from, want := range map[social.Origin][]social.PostID{social.Everywhere: {a, e, thread}, social.Ours: {a, thread}, social.Elsewhere: {e}} {
			got, err := h.lines.Public(h.ctx, social.Anyone, social.PublicQuery{From: from}, long)
			h.shows(fmt.Sprint("origin ", from), got, err, want...)
		}
		h.must(h.rel.Mute(h.ctx, as(ben), ada, false, time.Hour))
		got, err := h.lines.Public(h.ctx, as(ben), social.PublicQuery{}, long)
		h.shows("ada muted", got, err, e)
		h.clock.Pass(time.Hour)
		got, err = h.lines.Public(h.ctx, as(ben), social.PublicQuery{}, long)
		h.shows("an hour later", got, err, a, e, thread)
	})
}

// A page is filled up when the reader may not be shown some of it.
func TestPublicFillsPagesUp(t *testing.T) {
	each(t, func(h *house) {
		var all []social.PostID
		for range 20 {
			all = append(all, h.say(ada, social.Draft{Text: "shown"}))
			h.say(cleo, social.Draft{Text: "muted"})
		}
		h.must(h.rel.Mute(h.ctx, as(ben), cleo, false, 0))
		for _, oldest := range []bool{false, true} {
			p := social.Page{Limit: 10, Oldest: oldest}
			got, err := h.lines.Public(h.ctx, as(ben), social.PublicQuery{}, p)
			h.shows(fmt.Sprint("oldest ", oldest), got, err, page(all, p)...)
		}
	})
}

func TestTag(t *testing.T) {
	each(t, func(h *house) {
		go_, cat := h.say(ada, social.Draft{Text: "#Go"}), h.say(eva, social.Draft{Text: "#cat"})
		both, dog := h.say(ben, social.Draft{Text: "#GO #Cat"}), h.say(ada, social.Draft{Text: "#go #cat #dog", ReplyTo: cat})
		h.say(ada, social.Draft{Text: "#go", Visibility: social.Unlisted})
		for name, tt := range map[string]struct {
			q    social.TagQuery
			want []social.PostID
		}{
			"one":         {social.TagQuery{Any: []string{"go"}}, []social.PostID{go_, both, dog}},
			"either":      {social.TagQuery{Any: []string{"go", "cat"}}, []social.PostID{go_, cat, both, dog}},
			"both":        {social.TagQuery{Any: []string{"go"}, All: []string{"cat"}}, []social.PostID{both, dog}},
			"all three":   {social.TagQuery{Any: []string{"go"}, All: []string{"cat", "dog"}}, []social.PostID{dog}},
			"not with":    {social.TagQuery{Any: []string{"cat"}, None: []string{"dog", "bird"}}, []social.PostID{cat, both}},
			"ours":        {social.TagQuery{Any: []string{"cat"}, From: social.Ours}, []social.PostID{both, dog}},
			"theirs":      {social.TagQuery{Any: []string{"cat"}, From: social.Elsewhere}, []social.PostID{cat}},
			"none so far": {social.TagQuery{Any: []string{"bird"}}, nil},
		} {
			got, err := h.lines.Tag(h.ctx, social.Anyone, tt.q, long)
			h.shows(name, got, err, tt.want...)
		}
		for name, q := range map[string]social.TagQuery{"any": {Any: []string{"go\x00"}}, "all": {Any: []string{"go"}, All: []string{"\xff"}}} {
			if got, err := h.lines.Tag(h.ctx, social.Anyone, q, long); err != nil && errs.KindOf(err) != errs.Invalid || len(got.Items) > 0 {
				t.Errorf("no text in %s: %v, %v; want nothing, or Invalid", name, ids(got.Items), err)
			}
		}
		five := []string{"a", "b", "c", "d", "e"}
		for name, q := range map[string]social.TagQuery{"any": {Any: append(five, "f")}, "all": {All: five}, "none": {None: five}} {
			if _, err := h.lines.Tag(h.ctx, social.Anyone, q, long); errs.KindOf(err) != errs.Invalid {
				t.Errorf("too many %s: %v, want Invalid", name, err)
			}
		}
	})
}

func TestTagPages(t *testing.T) {
	each(t, func(h *house) {
		var all []social.PostID
		for i := range 20 {
			all = append(all, h.say(ada, social.Draft{Text: []string{"#go", "#cat", "#go #cat"}[i%3]}))
			h.say(ada, social.Draft{Text: "#dog"})
		}
		h.pages("tags", all, []int{0, 9, 19}, func(p social.Page) (view.Slice[*view.Seen], error) {
			return h.lines.Tag(h.ctx, as(ben), social.TagQuery{Any: []string{"go", "cat"}}, p)
		})
	})
}

func TestAccount(t *testing.T) {
	each(t, func(h *house) {
		far := h.say(ben, social.Draft{Text: "b"})
		a := h.say(ada, social.Draft{Text: "a #Go"})
		self, other, boost := h.reply(ada, a), h.reply(ada, far), h.boost(ada, far)
		hidden := h.say(ada, social.Draft{Text: "friends", Visibility: social.Followers})
		h.follow(ben, ada)
		h.must(h.rel.Mute(h.ctx, as(ben), ada, false, 0))
		message := h.say(ada, social.Draft{Text: "to nobody", Visibility: social.Direct})
		for name, tt := range map[string]struct {
			by   social.AccountID
			q    social.AccountQuery
			want []social.PostID
		}{
			"everything, for anyone": {0, social.AccountQuery{}, []social.PostID{a, self, other, boost}},
			"by who mutes her":       {ben, social.AccountQuery{}, []social.PostID{a, self, other, boost, hidden}},
			"no replies":             {ben, social.AccountQuery{NoReplies: true}, []social.PostID{a, self, boost, hidden}},
			"no boosts":              {ben, social.AccountQuery{NoBoosts: true}, []social.PostID{a, self, other, hidden}},
			"with a tag":             {ben, social.AccountQuery{Tag: "go"}, []social.PostID{a}},
			"her own, with messages": {ada, social.AccountQuery{NoBoosts: true, NoReplies: true}, []social.PostID{a, self, hidden, message}},
			"without messages":       {ada, social.AccountQuery{NoBoosts: true, NoReplies: true, NoDirect: true}, []social.PostID{a, self, hidden}},
			"of all kinds":           {ben, social.AccountQuery{Tag: "go", NoBoosts: true, NoReplies: true}, []social.PostID{a}},
		} {
			got, err := h.lines.Account(h.ctx, as(tt.by), ada, tt.q, long)
			h.shows(name, got, err, tt.want...)
		}
		h.must(h.rel.Block(h.ctx, as(ada), cleo))
		got, err := h.lines.Account(h.ctx, as(cleo), ada, social.AccountQuery{}, long)
		h.shows("by the blocked", got, err)
		if _, err := h.lines.Account(h.ctx, as(cleo), 99, social.AccountQuery{}, long); errs.KindOf(err) != errs.NotFound {
			t.Errorf("nobody's: %v, want NotFound", err)
		}
		all := h.plant(dora, false, moments(30)...)
		h.pages("account", all, []int{0, 12, 29}, func(p social.Page) (view.Slice[*view.Seen], error) {
			return h.lines.Account(h.ctx, as(ben), dora, social.AccountQuery{}, p)
		})
	})
}

func (h *house) mark(by social.AccountID, which social.PostID, m social.Marks) {
	h.Helper()
	h.clock.Pass(time.Second)
	_, err := h.posts.Mark(h.ctx, as(by), which, m, true)
	h.must(err)
}

// Marks are listed in the order in which they were put, not by post.
func TestMarkedAndPinned(t *testing.T) {
	each(t, func(h *house) {
		var all []social.PostID
		for range 5 {
			all = append(all, h.say(ada, social.Draft{Text: "hello"}))
		}
		order := []social.PostID{all[2], all[4], all[0], all[3], all[1]}
		last := slices.Clone(order)
		slices.Reverse(last)
		for _, m := range []social.Marks{social.Liked, social.Bookmarked} {
			for _, p := range order {
				h.mark(ben, p, m)
			}
			h.mark(cleo, all[0], m)
			var paged []social.PostID
			for p := (social.Page{Limit: 2}); ; {
				got, err := h.lines.Marked(h.ctx, as(ben), m, p)
				h.must(err)
				if p.Before = got.Oldest; p.Before == 0 {
					break
				}
				paged = append(paged, ids(got.Items)...)
			}
			if !slices.Equal(paged, last) {
				t.Errorf("mark %d, in pages: %v, want %v", m, paged, last)
			}
			paged = nil
			for p := (social.Page{Limit: 2, Oldest: true}); ; {
				got, err := h.lines.Marked(h.ctx, as(ben), m, p)
				h.must(err)
				if p.After = got.Newest; p.After == 0 {
					break
				}
				paged = append(ids(got.Items), paged...)
			}
			if !slices.Equal(paged, last) {
				t.Errorf("mark %d, in pages from the first: %v, want %v", m, paged, last)
			}
		}
		for _, p := range order {
			h.mark(ada, p, social.Pinned)
		}
		if got, err := h.lines.Pinned(h.ctx, social.Anyone, ada); err != nil || !slices.Equal(ids(got.Items), last) {
			t.Errorf("pinned: %v, %v; want %v", ids(got.Items), err, last)
		}
	})
}

func TestDirect(t *testing.T) {
	each(t, func(h *house) {
		sent, got := h.say(ben, social.Draft{Text: "@ada hi", Visibility: social.Direct}), h.say(ada, social.Draft{Text: "@ben hi", Visibility: social.Direct})
		note := h.say(ben, social.Draft{Text: "to myself", Visibility: social.Direct})
		h.say(ada, social.Draft{Text: "@cleo psst", Visibility: social.Direct})
		h.say(ada, social.Draft{Text: "@ben in public"})
		all := []social.PostID{sent, got, note}
		h.pages("messages", all, []int{0, 1, 2}, func(p social.Page) (view.Slice[*view.Seen], error) { return h.lines.Direct(h.ctx, as(ben), p) })
		h.must(h.rel.Block(h.ctx, as(ada), ben))
		left, err := h.lines.Direct(h.ctx, as(ben), long)
		h.shows("blocked by one who wrote", left, err, sent, note)
	})
}

// faces checks a page of people, and its ends.
func (h *house) faces(what string, got view.Slice[*view.Face], err error, want ...social.AccountID) {
	h.Helper()
	var who []social.AccountID
	for _, f := range got.Items {
		who = append(who, f.ID)
	}
	if err != nil || !slices.Equal(who, want) || got.Newest < got.Oldest {
		h.Errorf("%s: %v from %d to %d, %v; want %v", what, who, got.Newest, got.Oldest, err, want)
	}
}

func TestLikedByAndBoostedBy(t *testing.T) {
	each(t, func(h *house) {
		p := h.say(ada, social.Draft{Text: "hello"})
		boost := h.boost(ben, p)
		for _, who := range []social.AccountID{cleo, ben, dora} {
			h.mark(who, p, social.Liked)
		}
		h.boost(cleo, p)
		h.must(h.rel.Block(h.ctx, as(dora), cleo))
		for _, which := range []social.PostID{p, boost} {
			got, err := h.lines.LikedBy(h.ctx, as(ada), which, long)
			h.faces("liked by", got, err, dora, ben, cleo)
			got, err = h.lines.BoostedBy(h.ctx, as(ada), which, long)
			h.faces("boosted by", got, err, cleo, ben)
		}
		got, err := h.lines.LikedBy(h.ctx, as(cleo), p, long)
		h.faces("liked by, for who is blocked", got, err, ben, cleo)

		first, err := h.lines.LikedBy(h.ctx, as(ada), p, social.Page{Limit: 2})
		h.faces("the last two", first, err, dora, ben)
		next, err := h.lines.LikedBy(h.ctx, as(ada), p, social.Page{Limit: 2, Before: first.Oldest})
		h.faces("before them", next, err, cleo)
		back, err := h.lines.LikedBy(h.ctx, as(ada), p, social.Page{Limit: 2, After: next.Newest, Oldest: true})
		h.faces("and back", back, err, dora, ben)
		if back.Newest != first.Newest || back.Oldest != first.Oldest {
			t.Errorf("back from %d to %d, was from %d to %d", back.Newest, back.Oldest, first.Newest, first.Oldest)
		}
		h.must(h.rel.Block(h.ctx, as(ada), eva))
		if _, err := h.lines.LikedBy(h.ctx, as(eva), p, long); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of a post one cannot see: %v, want NotFound", err)
		}
	})
}

func TestThread(t *testing.T) {
	each(t, func(h *house) {
		root := h.say(ada, social.Draft{Text: "root"})
		one := h.reply(ben, root)
		two := h.reply(cleo, one)
		side := h.reply(dora, root)
		three := h.reply(ada, two)
		under := h.reply(ben, side)
		check := func(what string, by social.AccountID, which social.PostID, up, down []social.PostID) {
			h.Helper()
			got, err := h.lines.Thread(h.ctx, as(by), which)
			if err != nil || !slices.Equal(ids(got.Ancestors), up) || !slices.Equal(ids(got.Descendants), down) {
				h.Errorf("%s: %v above, %v below, %v; want %v and %v", what, ids(got.Ancestors), ids(got.Descendants), err, up, down)
			}
		}
		type list = []social.PostID
		check("from the root", 0, root, nil, list{one, two, three, side, under})
		check("from the middle", ada, two, list{root, one}, list{three})
		h.must(h.rel.Mute(h.ctx, as(eva), cleo, false, 0))
		check("with cleo muted", eva, root, nil, list{one, side, under})
		check("below cleo, muted", eva, three, list{root, one, two}, nil)
		h.must(h.rel.Block(h.ctx, as(ben), eva))
		check("ben blocks", eva, three, list{two}, nil)
		check("ben blocks, from the root", eva, root, nil, list{side})
		_, err := h.posts.Delete(h.ctx, as(ben), one)
		h.must(err)
		check("one deleted, above", ada, three, list{two}, nil)
		check("one deleted, below", ada, root, nil, list{side, under})
		if _, err := h.lines.Thread(h.ctx, as(ada), one); errs.KindOf(err) != errs.NotFound {
			t.Errorf("of what is gone: %v, want NotFound", err)
		}
	})
}

// Strangers are given less of a long thread than members.
func TestThreadLimits(t *testing.T) {
	each(t, func(h *house) {
		all := h.chain(ada, 150)
		for by, want := range map[social.AccountID][2]int{0: {40, 60}, ben: {75, 74}} {
			got, err := h.lines.Thread(h.ctx, as(by), all[75])
			if err != nil || len(got.Ancestors) != want[0] || len(got.Descendants) != want[1] {
				t.Errorf("for %d: %d above, %d below, %v; want %v", by, len(got.Ancestors), len(got.Descendants), err, want)
				continue
			}
			if got.Ancestors[want[0]-1].ID != all[74] || got.Descendants[0].ID != all[76] {
				t.Errorf("for %d: the nearest are missing", by)
			}
		}
	})
}

// chain plants a thread in which each post answers the one before.
func (h *house) chain(by social.AccountID, n int) (all []social.PostID) {
	h.Helper()
	var at []time.Time
	for i := range n {
		at = append(at, storetest.Noon.Add(time.Duration(i-n)*time.Second))
	}
	h.write(func(tx *store.Tx) error {
		all = nil
		for i, t := range at {
			p := social.Post{ID: social.PostID(id.New(t)), Author: by, Text: "chain", Visibility: social.Public, At: t}
			if p.Thread = p.ID; i > 0 {
				p.ReplyTo, p.ReplyAuthor, p.Thread = all[i-1], by, all[0]
			}
			if err := tx.AddPost(h.ctx, p); err != nil {
				return err
			}
			all = append(all, p.ID)
		}
		return nil
	})
	return all
}
