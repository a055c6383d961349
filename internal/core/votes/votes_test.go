package votes_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/core/timelines"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/core/votes"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

const day = 24 * time.Hour

type house struct {
	testing.TB
	ctx   context.Context
	store *store.Store
	clock *storetest.Clock
	posts *posts.Service
	lines *timelines.Service
	n     int
}

func open(t testing.TB, s *store.Store, c *storetest.Clock) *house {
	if c == nil {
		c = &storetest.Clock{}
	}
	v := view.New(s, view.Config{BaseURL: "https://plaza.example"})
	s.Watch(v.Watch)
	h := &house{TB: t, ctx: t.Context(), store: s, clock: c, posts: posts.New(s, posts.Config{MaxText: 1000, HandleHost: "plaza.example"}), lines: timelines.New(s, v)}
	h.write(func(tx *store.Tx) error {
		house := social.DefaultSettings
		house.Downvotes = true
		return tx.SetHouse(h.ctx, house)
	})
	return h
}

func each(t *testing.T, fn func(h *house)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) { fn(open(t, s, c)) })
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

// join is so many accounts that are known for an age, here or on a host.
func (h *house) join(n int, age time.Duration, host string) (all []social.Account) {
	h.Helper()
	h.write(func(tx *store.Tx) error {
		all = nil
		for range n {
			h.n++
			a := social.Account{ID: social.AccountID(id.New(tx.Now.Add(-age - time.Duration(h.n)*time.Millisecond))), Username: fmt.Sprint("p", h.n), Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now.Add(-9 * 365 * day)}
			if a.Host = host; host != "" {
				a.URI = fmt.Sprintf("https://%s/p%d", host, h.n)
			}
			if err := tx.AddAccount(h.ctx, a); err != nil {
				return err
			}
			all = append(all, a)
		}
		return nil
	})
	return all
}

func (h *house) one() social.Account { return h.join(1, 90*day, "")[0] }

func as(a social.Account) social.Actor {
	return social.Actor{Account: a.ID, Standing: social.Good, Remote: !a.Local()}
}

func (h *house) say(by social.Account, to social.PostID) social.PostID {
	h.Helper()
	h.clock.Pass(time.Second)
	p, err := h.posts.Publish(h.ctx, as(by), social.Draft{Text: "words", Visibility: social.Public, ReplyTo: to})
	h.must(err)
	return p.ID
}

func (h *house) vote(by social.Account, on social.PostID, way int) {
	h.Helper()
	h.clock.Pass(time.Millisecond)
	var err error
	switch {
	case by.Local():
		_, err = h.posts.Vote(h.ctx, as(by), on, way)
	case way > 0:
		err = h.posts.Like(h.ctx, as(by), on, "", true)
	default:
		err = h.posts.Dislike(h.ctx, as(by), on, "", true)
	}
	h.must(err)
}

func (h *house) follow() { h.Helper(); h.must(work.CatchUp(h.ctx, h.store, votes.Follower())) }

// counts is what the votes on a reply in a thread count, and how many there are.
func (h *house) counts(root, which social.PostID) (s social.Standings, p social.Post) {
	h.Helper()
	h.follow()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) {
		all, err := v.ThreadVotes(h.ctx, root, 1000)
		if err != nil {
			return err
		}
		s = all[which]
		p, err = v.Post(h.ctx, which)
		return err
	}))
	return s, p
}

func (h *house) wants(what string, root, which social.PostID, ups, downs, likes, against int) {
	h.Helper()
	if s, p := h.counts(root, which); s != (social.Standings{Ups: ups, Downs: downs}) || p.Likes != likes || p.Downs != against {
		h.Errorf("%s: counts %+v, shows %d and %d; want {%d %d}, %d and %d", what, s, p.Likes, p.Downs, ups, downs, likes, against)
	}
}

func TestRules(t *testing.T) {
	each(t, func(h *house) {
		ada, ben, cleo := h.one(), h.one(), h.one()
		root := h.say(ada, 0)
		a := []social.PostID{h.say(ada, root), h.say(ada, root), h.say(ada, root), h.say(ada, root)}
		h.vote(ben, root, 1)
		h.wants("what is no reply", root, root, 0, 0, 1, 0)
		h.vote(ada, a[0], 1)
		h.wants("one's own", root, a[0], 0, 0, 1, 0)
		for i, want := range []int{4, 2, 1, 0} {
			h.vote(ben, a[i], -1)
			h.wants(fmt.Sprint("about one person, ", i+1), root, a[i], 0, want, map[int]int{0: 1}[i], 1)
		}
		h.vote(ben, a[0], 1)
		h.wants("the first turned round comes last now", root, a[0], 1, 0, 2, 0)
		h.vote(ben, a[0], 0)
		h.wants("taken back", root, a[0], 0, 0, 1, 0)
		h.clock.Pass(31 * day)
		h.vote(ben, a[0], 1)
		h.wants("a month later", root, a[0], 4, 0, 2, 0)

		b, c := h.say(ben, root), h.say(cleo, root)
		h.vote(cleo, b, 1)
		h.wants("an answer to nobody", root, b, 4, 0, 1, 0)
		if got := h.parts(b); got[social.Mutual] != 0 {
			t.Errorf("of those who vote about each other: %d", got[social.Mutual])
		}
		h.vote(ben, c, 1)
		h.wants("about each other", root, c, 4, 0, 1, 0)
		if x, y := h.parts(b), h.parts(c); x[social.Mutual] != 4 || y[social.Mutual] != 4 {
			t.Errorf("of those who vote about each other: %v and %v", x, y)
		}

		young, far := h.join(1, 6*day, "")[0], h.join(1, 6*day, "far.example")[0]
		d := h.say(ada, root)
		h.vote(young, d, 1)
		h.vote(far, d, 1)
		h.wants("by who is new", root, d, 0, 0, 2, 0)
		h.clock.Pass(2 * day)
		h.vote(young, d, 0)
		h.vote(young, d, 1)
		h.wants("anew, when they are not any more", root, d, 4, 0, 2, 0)
	})
}

// parts is what counts together on a reply before it is capped.
func (h *house) parts(which social.PostID) (out map[string]int) {
	h.Helper()
	h.must(h.store.Read(h.ctx, func(v *store.View) (err error) {
		out, err = v.VoteParts(h.ctx, which)
		return err
	}))
	return out
}

// stand has somebody be suspended, or no longer.
func (h *house) stand(who social.Account, s social.Standing) {
	h.Helper()
	action := social.Suspend
	if s == social.Good {
		action = social.Unsuspend
	}
	h.write(func(tx *store.Tx) error {
		tx.Record(event.Decided{Decision: 1, Account: who.ID, Action: action})
		return tx.SetStanding(h.ctx, who.ID, s)
	})
	h.follow()
	h.must(votes.Worker(h.store).Do(h.ctx, []byte(fmt.Sprint(int64(who.ID)))))
}

// The votes of who is suspended are gone, and count again when they are not.
func TestSuspended(t *testing.T) {
	each(t, func(h *house) {
		ada, ben, far := h.one(), h.one(), h.join(1, 90*day, "far.example")[0]
		root := h.say(ada, 0)
		one, two, three := h.say(ada, root), h.say(ada, root), h.say(h.one(), root)
		h.vote(ben, root, 1)
		h.vote(ben, one, 1)
		h.vote(ben, two, -1)
		h.vote(far, two, -1)
		h.wants("before", root, two, 0, 6, 0, 2)
		for range 2 {
			h.stand(ben, social.Suspended)
			h.wants("suspended: the first post", root, root, 0, 0, 0, 0)
			h.wants("suspended: for", root, one, 0, 0, 0, 0)
			h.wants("suspended: against", root, two, 0, 4, 0, 1)
			h.stand(ben, social.Suspended)
			h.wants("twice", root, two, 0, 4, 0, 1)
			h.stand(ben, social.Good)
			h.stand(ben, social.Good)
			h.wants("not any more: the first post", root, root, 0, 0, 1, 0)
			h.wants("not any more: against", root, two, 0, 6, 0, 2)
		}
		h.stand(far, social.Suspended)
		h.wants("one from elsewhere", root, two, 0, 2, 0, 1)
		h.stand(ben, social.Suspended)
		h.write(func(tx *store.Tx) error { // whom nothing of this takes away twice
			p, err := tx.Post(h.ctx, two)
			if err != nil {
				return err
			}
			return tx.RemovePost(h.ctx, p)
		})
		h.stand(ben, social.Good)
		h.wants("what is left when a post is gone", root, one, 4, 0, 1, 0)
		h.wants("what nobody voted on", root, three, 0, 0, 0, 0)
	})
}

// Votes that come back count by when they were cast, in whatever order they do: each
// less than those about the same person that were cast within a month before or after,
// and no less for any other.
func TestPairsComeBack(t *testing.T) {
	each(t, func(h *house) {
		ada, ben := h.one(), h.one()
		root := h.say(ada, 0)
		var all []social.PostID
		for range 5 {
			all = append(all, h.say(ada, root))
		}
		counted := func() (sum int, each []int) {
			h.Helper()
			for _, which := range all {
				s, _ := h.counts(root, which)
				sum, each = sum+s.Ups, append(each, s.Ups)
			}
			return sum, each
		}
		for _, i := range []int{4, 3, 2, 1, 0} { // the newest first, as they come back the other way round
			if i == 1 {
				h.clock.Pass(31 * day)
			}
			h.vote(ben, all[i], 1)
		}
		want, before := counted()
		if want != 4+2+1+4+2 {
			h.Errorf("before: %v", before)
		}
		h.stand(ben, social.Suspended)
		if none, _ := counted(); none != 0 {
			h.Errorf("suspended: %d", none)
		}
		h.stand(ben, social.Good)
		if got, after := counted(); got != want {
			h.Errorf("back they count %v, before %v", after, before)
		}
	})
}

// What nobody can do with many accounts, circles or a server: have more effect on
// the order than MaxBlock people. The figures stand in decision 0026.
func TestAbuse(t *testing.T) {
	sent := 600
	if os.Getenv("PLAZA_TEST_LONG") != "" {
		sent = 100_000
	}
	each(t, func(h *house) {
		var root, good, bad social.PostID
		begin := func() { // a reply that twelve people like, and one that one does
			root = h.say(h.one(), 0)
			good, bad = h.say(h.one(), root), h.say(h.one(), root)
			for _, p := range h.join(12, 90*day, "") {
				h.vote(p, good, 1)
			}
			h.vote(h.one(), bad, 1)
		}
		ends := func(what string) {
			h.Helper()
			h.follow()
			for _, o := range []social.ReplyOrder{social.Best, social.Top} {
				th, err := h.lines.ThreadBy(h.ctx, social.Anyone, root, o)
				if h.must(err); len(th.Descendants) == 0 || th.Descendants[0].ID != good {
					h.Errorf("%s: by %s the good one does not come first", what, o)
				}
			}
			for name, which := range map[string]social.PostID{"good": good, "bad": bad} {
				s, p := h.counts(root, which)
				h.Logf("%s, %s: %d for and %d against, of which %.2f and %.2f count; best %.3f", what, name, p.Likes, p.Downs, float64(s.Ups)/4, float64(s.Downs)/4, social.Best.Rank(s))
			}
		}
		begin()
		ends("at first")
		for _, p := range h.join(1000, time.Hour, "") {
			h.vote(p, bad, 1)
		}
		ends("1,000 accounts made today")
		h.wants("1,000 accounts made today", root, bad, 4, 0, 1001, 0)

		begin()
		for _, host := range []string{"evil.example", "more.evil.example"} { // hosts of one site are one server
			for _, p := range h.join(sent/2, 90*day, host) {
				h.vote(p, good, -1)
			}
		}
		ends(fmt.Sprintf("a server that sends %d Dislikes", sent))
		h.wants("a server that sends what it likes", root, good, 48, social.MaxBlock*social.OneVote, 12, sent)

		// Two circles that only vote for each other, everybody for everybody.
		const size = 15
		begin()
		x, y := h.join(size, 90*day, ""), h.join(size, 90*day, "")
		var ofX, ofY []social.PostID
		for i := range x {
			ofX, ofY = append(ofX, h.say(x[i], root)), append(ofY, h.say(y[i], root))
		}
		for i := range x {
			for j := range y {
				h.vote(x[i], ofY[j], 1)
				h.vote(y[j], ofX[i], 1)
			}
		}
		bad = ofX[0]
		ends(fmt.Sprintf("two circles of %d", size))
		for i := range x {
			h.wants("of a circle", root, ofX[i], social.MaxBlock*social.OneVote, 0, size, 0)
			h.wants("of the other", root, ofY[i], social.MaxBlock*social.OneVote, 0, size, 0)
		}
	})
}
