package timelines_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func (h *house) homeOf(reader social.AccountID) func(social.Page) (view.Slice[*view.Seen], error) {
	return func(p social.Page) (view.Slice[*view.Seen], error) { return h.lines.Home(h.ctx, as(reader), p) }
}

func TestHomePagesInAllDirections(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		var all []social.PostID
		for i := range 30 {
			if i == 15 { // half of it comes through the ring
				h.same("half", social.Page{Limit: 40}, all, h.homeOf(ben))
			}
			all = append(all, h.say([]social.AccountID{ada, ben}[i%2], social.Draft{Text: "hello"}))
			h.say(cleo, social.Draft{Text: "for others"})
		}
		h.pages("home", all, []int{0, 3, 10, 22, 29}, h.homeOf(ben))
	})
}

// moments are n moments before Noon: close together at first, years apart in
// the end.
func moments(n int) (at []time.Time) {
	back := time.Minute
	for t := storetest.Noon; len(at) < n; t = t.Add(-back) {
		at = append(at, t)
		if len(at) > n-20 {
			back = 400 * 24 * time.Hour
		} else if len(at) > timelines.FeedLength {
			back = 30 * time.Hour
		}
	}
	return at
}

func TestHomeGoesOnWhereTheFeedEnds(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		all := h.plant(ada, false, moments(timelines.FeedLength+100)...)
		h.plant(cleo, false, moments(50)...)
		last := len(all) - 1
		around := []int{0, 1, 5, 19, 60, last - timelines.FeedLength - 3, last - timelines.FeedLength + 1, last - timelines.FeedLength + 4, last}
		h.pages("long home", all, around, h.homeOf(ben))
		var paged []social.PostID
		for before := int64(0); ; {
			got, err := h.lines.Home(h.ctx, as(ben), social.Page{Limit: 40, Before: before})
			h.must(err)
			if before = got.Oldest; before == 0 {
				break
			}
			paged = append(paged, ids(got.Items)...)
		}
		if len(paged) != len(all) || paged[last] != all[0] || paged[0] != all[last] {
			h.Errorf("paged through %d posts, want %d", len(paged), len(all))
		}
	})
}

// A feed that grows is cut, and goes on from the tables there.
func TestHomeFeedStaysBounded(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		all := []social.PostID{h.say(ada, social.Draft{Text: "first"})}
		h.same("before", social.Page{Limit: 7}, all, h.homeOf(ben))
		var at []time.Time
		for i := range 2*timelines.FeedLength + 50 {
			at = append(at, storetest.Noon.Add(time.Minute+time.Duration(i)*time.Millisecond))
		}
		h.clock.Pass(time.Hour)
		all = append(all, h.plant(ada, true, at...)...)
		last := len(all) - 1
		h.pages("grown", all, []int{0, 2, last - timelines.FeedLength - 1, last - timelines.FeedLength + 3, last}, h.homeOf(ben))
	})
}

// The feed is read from the ring as long as the ring holds what it missed,
// and pulled from the tables when it does not.
func TestHomeFeedThatFellBehindIsPulledAnew(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		first := h.say(ada, social.Draft{Text: "first"})
		h.home("before", ben, first)
		untold := h.plant(ada, false, storetest.Noon.Add(time.Minute))[0]
		h.clock.Pass(time.Hour)
		shown := func(what string, want ...social.PostID) {
			got, err := h.lines.Home(h.ctx, as(ben), social.Page{Limit: 40})
			h.shows(what, got, err, want...)
		}
		shown("from memory", first)
		others := make([]event.Record, timelines.RingLength)
		for i := range others {
			others[i].Fact = event.PostPublished{Post: social.PostID(i + 1), Author: cleo, Visibility: social.Public}
		}
		h.lines.Watch(h.ctx, others)
		shown("as far behind as may be", first)
		h.lines.Watch(h.ctx, others)
		h.lines.Watch(h.ctx, others[:1])
		shown("too far behind", first, untold)
	})
}

func TestHomeHoldsWhatBelongsThere(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		h.follow(ben, eva)
		h.must(h.rel.Answer(h.ctx, as(eva), ben, true))
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: dora, Languages: []string{"en"}})) // without boosts
		h.home("nothing yet", ben)
		far, near := h.say(cleo, social.Draft{Text: "a stranger's"}), h.say(ben, social.Draft{Text: "one's own"})
		want := []social.PostID{near,
			h.say(ada, social.Draft{Text: "for followers", Visibility: social.Followers}),
			h.say(dora, social.Draft{Text: "no language"}),
			h.say(dora, social.Draft{Text: "English", Language: "en"}),
			h.say(eva, social.Draft{Text: "from elsewhere", Visibility: social.Unlisted}),
			h.reply(ada, near),
			h.boost(ada, far),
			h.say(ben, social.Draft{Text: "@cleo psst", Visibility: social.Direct}),
		}
		h.boost(ada, near)  // one's own
		h.boost(dora, far)  // boosts not wanted
		h.boost(cleo, near) // by a stranger
		h.reply(ada, far)
		h.say(dora, social.Draft{Text: "Deutsch", Language: "de"})
		h.say(ada, social.Draft{Text: "@ben psst", Visibility: social.Direct})
		h.home("home", ben, want...)
	})
}

func TestHomeForgetsWhatWasDeleted(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		kept, gone := h.say(ada, social.Draft{Text: "kept"}), h.say(ada, social.Draft{Text: "gone"})
		other := h.say(cleo, social.Draft{Text: "boosted"})
		boost := h.boost(ada, other)
		h.home("before", ben, kept, gone, boost)
		_, err := h.posts.Delete(h.ctx, as(ada), gone)
		h.must(err)
		h.home("one post deleted", ben, kept, boost)
		_, err = h.posts.Delete(h.ctx, as(cleo), other)
		h.must(err)
		h.home("what was boosted deleted", ben, kept)
		boost = h.boost(ada, h.say(cleo, social.Draft{Text: "another"}))
		h.home("boosted again", ben, kept, boost)
		_, err = h.posts.Unboost(h.ctx, as(ada), boost)
		h.must(err)
		h.home("boost taken back", ben, kept)
	})
}

func TestHomeFollowsRelationsAtOnce(t *testing.T) {
	each(t, func(h *house) {
		a, c := h.say(ada, social.Draft{Text: "a"}), h.say(cleo, social.Draft{Text: "c"})
		b := h.boost(ada, c)
		h.home("nobody followed", ben)
		h.follow(ben, ada)
		h.home("ada followed", ben, a, b)
		h.follow(ben, cleo)
		h.home("cleo too", ben, a, b, c)
		h.must(h.rel.Follow(h.ctx, as(ben), social.Follow{Target: ada}))
		h.home("without boosts", ben, a, c)
		h.must(h.rel.Mute(h.ctx, as(ben), cleo, false, time.Hour))
		h.home("cleo muted", ben, a)
		h.clock.Pass(time.Hour)
		h.home("an hour later", ben, a, c)
		h.must(h.rel.Block(h.ctx, as(cleo), ben))
		h.home("blocked by cleo", ben, a)
		h.must(h.rel.Unfollow(h.ctx, as(ben), ada))
		h.home("ada unfollowed", ben)
	})
}

func TestHomeLeavesOutExclusiveLists(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		h.follow(ben, cleo)
		a, c := h.say(ada, social.Draft{Text: "a"}), h.say(cleo, social.Draft{Text: "c"})
		h.home("no lists", ben, a, c)
		l, err := h.lists.Add(h.ctx, as(ben), social.List{Title: "friends", Replies: social.RepliesList})
		h.must(err)
		h.must(h.lists.AddMembers(h.ctx, as(ben), l.ID, []social.AccountID{ada}))
		h.home("on a list", ben, a, c)
		l.Exclusive = true
		_, err = h.lists.Change(h.ctx, as(ben), l)
		h.must(err)
		h.home("the list is exclusive", ben, c)
		h.home("somebody else's home", cleo, c)
		h.must(h.lists.AddMembers(h.ctx, as(ben), l.ID, []social.AccountID{cleo}))
		h.home("both on it", ben)
		h.must(h.lists.EndMembers(h.ctx, as(ben), l.ID, []social.AccountID{ada}))
		h.home("one taken off", ben, a)
		h.must(h.lists.Delete(h.ctx, as(ben), l.ID))
		h.home("the list deleted", ben, a, c)
	})
}

// Readers and writers meet in feeds, ring and caches; nothing is lost to it.
func TestHomeWithManyAtOnce(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		done := make(chan error)
		for range 4 {
			go func() {
				for range 20 {
					if _, err := h.lines.Home(h.ctx, as(ben), social.Page{Limit: 40}); err != nil {
						done <- err
						return
					}
				}
				done <- nil
			}()
		}
		var all []social.PostID
		for i := range 20 {
			all = append(all, h.say(ada, social.Draft{Text: "hello"}))
			if i%5 == 0 {
				h.follow(ben, ada)
			}
			h.same("while others read", social.Page{Limit: 40}, all, h.homeOf(ben))
		}
		for range 4 {
			h.must(<-done)
		}
	})
}

func TestDeletedAccountHasNoFeed(t *testing.T) {
	each(t, func(h *house) {
		a := h.say(ada, social.Draft{Text: "a"})
		h.follow(ben, ada)
		h.home("before", ben, a)
		h.write(func(tx *store.Tx) error {
			tx.Record(event.AccountDeleted{Account: ben})
			return tx.DeleteAccount(h.ctx, ben)
		})
		got, err := timelines.New(h.store, h.view).Home(h.ctx, as(ben), social.Page{Limit: 40})
		h.shows("fresh", got, err)
		got, err = h.lines.Home(h.ctx, as(ben), social.Page{Limit: 40})
		h.shows("after", got, err)
	})
}

func TestFeedsAreBounded(t *testing.T) {
	each(t, func(h *house) {
		var who []social.AccountID
		for i := range social.AccountID(timelines.MaxFeeds + 100) {
			who = append(who, i+1)
		}
		if n := h.lines.Feeds(who...); n != timelines.MaxFeeds {
			t.Errorf("%d readers have a feed, want %d", n, timelines.MaxFeeds)
		}
	})
}

// What a stream passes on at once is what the pages show later.
func TestStreamsAgreeWithPages(t *testing.T) {
	each(t, func(h *house) {
		h.follow(ben, ada)
		l := h.list(social.List{Title: "friends", Replies: social.RepliesNone}, cleo)
		far := h.say(dora, social.Draft{Text: "d"})
		made := []social.PostID{far, h.say(ada, social.Draft{Text: "a"}), h.say(cleo, social.Draft{Text: "c"}),
			h.reply(ada, far), h.reply(cleo, far), h.boost(cleo, far), h.say(ben, social.Draft{Text: "b"})}
		onList, err := h.lines.OnList(h.ctx, as(ben), l)
		h.must(err)
		var home, list []social.PostID
		for _, id := range made {
			p, err := h.view.Post(h.ctx, as(ben), id)
			h.must(err)
			if h.lines.AtHome(h.ctx, ben, p.Post) {
				home = append(home, id)
			}
			if onList(p.Post) {
				list = append(list, id)
			}
		}
		h.home("home", ben, home...)
		got, err := h.lines.List(h.ctx, as(ben), l, long)
		h.shows("list", got, err, list...)
		if len(home) != 4 || len(list) != 2 {
			t.Errorf("home has %v, the list %v", home, list)
		}
		if _, err := h.lines.OnList(h.ctx, as(ada), l); errs.KindOf(err) != errs.NotFound {
			t.Errorf("somebody else's list: %v, want NotFound", err)
		}
	})
}
