package discover_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A town is a house that has been there for two months, with a clock.
type town struct {
	*house
	t     *testing.T
	clock *storetest.Clock
	n     int64
}

func towns(t *testing.T, fn func(ctx context.Context, t *testing.T, h *town)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		v := view.New(s, view.Config{})
		h := &town{house: &house{Service: discover.New(s, v), store: s, view: v}, t: t, clock: c}
		for _, w := range []store.Watcher{v.Watch, h.Watch} {
			s.Watch(w)
			s.WatchEarly(w)
		}
		h.people(1, "", 60*24*time.Hour)
		fn(t.Context(), t, h)
	})
}

func (h *town) write(do func(ctx context.Context, tx *store.Tx) error) {
	h.t.Helper()
	if err := h.store.Write(h.t.Context(), func(tx *store.Tx) error { return do(h.t.Context(), tx) }); err != nil {
		h.t.Fatal(err)
	}
}

// people come from somewhere, so long ago. In host, %d is a number.
func (h *town) people(n int, host string, ago time.Duration) (out []social.AccountID) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		out = nil
		for i := range n {
			h.n++
			at, from := tx.Now.Add(-ago), host
			if strings.Contains(host, "%d") {
				from = fmt.Sprintf(host, i)
			}
			a := social.Account{ID: social.AccountID(id.Floor(at) + h.n), Username: fmt.Sprint("p", h.n), Host: from, Kind: social.Person, Standing: social.Good, Discoverable: true, CreatedAt: at}
			if from != "" {
				a.URI = fmt.Sprintf("https://%s/u/%d", from, h.n)
			}
			if err := tx.AddAccount(ctx, a); err != nil {
				return err
			}
			out = append(out, a.ID)
		}
		return nil
	})
	return out
}

// say has each of some say something with a tag.
func (h *town) say(who []social.AccountID, tag string) (out []social.PostID) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		out = nil
		for _, a := range who {
			p := social.Post{ID: social.PostID(id.New(tx.Now)), Author: a, Text: "#" + tag, Visibility: social.Public, At: tx.Now, Tags: []string{tag}}
			if err := tx.AddPost(ctx, p); err != nil {
				return err
			}
			out = append(out, p.ID)
		}
		return nil
	})
	return out
}

// praise has each of some like and boost a post.
func (h *town) praise(who []social.AccountID, post social.PostID) {
	h.t.Helper()
	h.write(func(ctx context.Context, tx *store.Tx) error {
		for _, a := range who {
			if _, err := tx.AddMark(ctx, social.Liked, a, post); err != nil {
				return err
			}
			if err := tx.AddPost(ctx, social.Post{ID: social.PostID(id.New(tx.Now)), Author: a, BoostOf: post, Visibility: social.Public, At: tx.Now}); err != nil {
				return err
			}
		}
		if err := tx.CountLike(ctx, post, len(who)); err != nil {
			return err
		}
		return tx.CountBoost(ctx, post, len(who))
	})
}

// list is what a reader is told, and what the data give; counted anew.
func (h *town) list(by social.Actor) trend.List {
	h.t.Helper()
	h.clock.Pass(10 * time.Minute)
	_, l, err := h.Trends(h.t.Context(), by, "")
	if err != nil {
		h.t.Fatal(err)
	}
	return l
}

func (h *town) again(when string) {
	h.t.Helper()
	told := h.list(social.Anyone)
	again, err := trend.Again(h.data(h.t), "", nil)
	_, now, _ := h.Trends(h.t.Context(), social.Anyone, "")
	if a, b := said(h.t, again.List), said(h.t, now); err != nil || a != b || said(h.t, told) != b {
		h.t.Errorf("%s: counted again (%v)\n%s\ntold\n%s", when, err, a, b)
	}
}

func said(t *testing.T, l trend.List) string {
	t.Helper()
	b, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func why(all []trend.Reason) string {
	var out []string
	for _, r := range all {
		out = append(out, r.String())
	}
	return strings.Join(out, "; ")
}

// A thousand new accounts, and a server of hundreds under many names, move
// nothing further than five people would.
func TestBrigades(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		few, newly, farm := h.people(8, "", 30*24*time.Hour), h.people(300, "", time.Hour), h.people(300, "x%d.farm.example", 30*24*time.Hour)
		good, bad, worse := h.say(few[:1], "bread")[0], h.say(few[1:2], "other")[0], h.say(farm[:1], "else")[0]
		h.praise(few, good)
		h.praise(newly, bad)
		h.praise(farm, worse)
		h.say(few[2:], "bread")
		h.say(newly, "newly")
		h.say(farm, "farmed")
		l := h.list(social.Anyone)
		var got []string
		for _, p := range l.Posts[:3] {
			got = append(got, why(p.Why))
		}
		five := "5 likes and 5 boosts in 2 days"
		if l.Posts[0].ID != good || !slices.Equal(got, []string{"8 likes and 8 boosts in 2 days", five, five}) {
			t.Errorf("posts: %v", got)
		}
		var tags []string
		for _, x := range l.Tags {
			tags = append(tags, fmt.Sprint(x.Name, " ", x.People))
		}
		if !slices.Equal(tags, []string{"bread 7", "farmed 5", "newly 5"}) {
			t.Errorf("tags: %v", tags)
		}
		h.again("with brigades")
	})
}

// What the staff decides about hosts and people holds at once, in what is counted
// too.
func TestDecidedAtOnce(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		h.say(h.people(2, "bad%d.example", 30*24*time.Hour), "bad")
		two := h.people(2, "", 30*24*time.Hour)
		h.say(two, "fine")
		names := func() (out []string) {
			tags, err := h.Tags(ctx, social.Anyone, "", 0, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range tags {
				out = append(out, x.Name)
			}
			return out
		}
		if got := names(); !slices.Equal(got, []string{"bad", "fine"}) {
			t.Fatalf("before: %v", got)
		}
		for i, severity := range []social.HostSeverity{social.HostSilence, social.HostSuspends} {
			b := social.HostBlock{ID: social.HostID(i + 1), Host: fmt.Sprint("bad", i, ".example"), Severity: severity}
			h.write(func(ctx context.Context, tx *store.Tx) error {
				tx.Record(event.HostsChanged{Host: b.Host})
				return tx.AddHostBlock(ctx, b)
			})
			h.clock.Pass(2 * time.Second)
			if got := names(); !slices.Equal(got, []string{"fine"}) {
				t.Errorf("after %s of one of two hosts: %v", severity, got)
			}
			if strings.Contains(string(h.data(t)), b.Host) {
				t.Errorf("after %s the data hold its people", severity)
			}
			h.write(func(ctx context.Context, tx *store.Tx) error {
				tx.Record(event.HostsChanged{Host: b.Host})
				return tx.EndHostBlock(ctx, b.ID)
			})
			h.clock.Pass(2 * time.Second)
		}
		names()
		h.write(func(ctx context.Context, tx *store.Tx) error {
			tx.Record(event.Decided{Account: two[0], Action: social.Suspend})
			return tx.SetStanding(ctx, two[0], social.Suspended)
		})
		h.clock.Pass(2 * time.Second)
		if got := names(); !slices.Equal(got, []string{"bad"}) {
			t.Errorf("after one of two people was suspended: %v", got)
		}
	})
}

// Who thinks better of being found, and what turns out to be for few, is gone at
// once wherever it is shown, though it was counted before.
func TestGoneAtOnce(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		all := h.people(4, "", 30*24*time.Hour)
		ps := h.say(all, "bread")
		for _, p := range ps {
			h.praise(all, p)
		}
		reader := social.Actor{Account: all[3], Standing: social.Good, Role: social.Member}
		shown := func() (posts, people, suggested, found int) {
			p1, err1 := h.Posts(ctx, social.Anyone, "", 0, 10)
			p2, err2 := h.People(ctx, social.Anyone, "", 0, 10)
			p3, err3 := h.Suggestions(ctx, reader, 10)
			p4, _, err4 := h.Directory(ctx, social.Anyone, true, true, 0, 10)
			for _, err := range []error{err1, err2, err3, err4} {
				if err != nil {
					t.Fatal(err)
				}
			}
			return len(p1), len(p2), len(p3), len(p4)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			for _, a := range all[:3] {
				if err := tx.CountFollow(ctx, all[3], a, 1); err != nil {
					return err
				}
			}
			return nil
		})
		if a, b, c, d := shown(); a != 4 || b != 4 || c != 3 || d != 5 {
			t.Fatalf("before: %d posts, %d people, %d suggested, %d in the directory", a, b, c, d)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			a, err := tx.Account(ctx, all[0])
			if err != nil {
				return err
			}
			a.Discoverable = false
			tx.Record(event.ProfileChanged{Account: a.ID})
			return tx.SetProfile(ctx, a)
		})
		if a, b, c, d := shown(); a != 3 || b != 3 || c != 2 || d != 4 {
			t.Errorf("one wants not to be found: %d posts, %d people, %d suggested, %d in the directory", a, b, c, d)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error { // and another changes what they said
			p, err := tx.Post(ctx, ps[1])
			if err != nil {
				return err
			}
			was := social.Edit{At: p.At, Text: p.Text}
			p.Sensitive, p.EditedAt = true, tx.Now.Add(time.Second)
			tx.Record(event.PostEdited{Post: p.ID, Author: p.Author})
			return tx.EditPost(ctx, p, was)
		})
		if a, b, _, _ := shown(); a != 2 || b != 3 {
			t.Errorf("one post is behind a warning now: %d posts, %d people", a, b)
		}
		h.again("afterwards")
	})
}

// A tag that looks like one that was rejected, or that has signs nobody sees, is
// no trend; nor is what a rejected publisher has under another name of its site.
func TestRejectedInDisguise(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		two := h.people(2, "", 30*24*time.Hour)
		for _, tag := range []string{"slander", "SLANDER", "slаnder", "slánder", "sIander", "sl\u200bander", "ѕlander", "good\u2060", "harmless"} {
			h.say(two, tag)
		}
		if _, err := h.RuleTag(ctx, mona, "slander", func(r *social.TagRule) { r.Trend = social.Rejected }); err != nil {
			t.Fatal(err)
		}
		if l := h.list(social.Anyone); len(l.Tags) != 1 || l.Tags[0].Name != "harmless" {
			t.Errorf("tags: %+v", l.Tags)
		}
		for _, address := range []string{"https://news.example/a", "https://m.news.example/b", "https://fine.example/c"} {
			ids := h.say(two, "x")
			h.write(func(ctx context.Context, tx *store.Tx) error {
				l, err := tx.ClaimLink(ctx, address)
				if err != nil {
					return err
				}
				l.Shown, l.Title, l.FetchedAt = true, "About "+address, tx.Now
				for _, p := range ids {
					if err := tx.SetPostLink(ctx, p, l.ID); err != nil {
						return err
					}
				}
				return tx.SetLink(ctx, l)
			})
		}
		if l := h.list(social.Anyone); len(l.Links) != 3 {
			t.Errorf("links: %+v", l.Links)
		}
		h.again("with links")
		if _, err := h.ReviewPublisher(ctx, mona, "news.example", social.Rejected); err != nil {
			t.Fatal(err)
		}
		if l := h.list(social.Anyone); len(l.Links) != 1 || l.Links[0].URL != "https://fine.example/c" {
			t.Errorf("links: %+v", l.Links)
		}
		// A reader who filters a word meets it in no tag and in no link.
		reader := social.Actor{Account: two[0], Standing: social.Good, Role: social.Member}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			tx.Record(event.FiltersChanged{Owner: two[0]})
			return tx.SetFilter(ctx, social.Filter{}, social.Filter{ID: 1, Owner: two[0], Title: "t", Contexts: []social.FilterContext{social.FilterPublic}, Action: social.FilterWarn,
				Keywords: []social.FilterKeyword{{ID: 1, Words: "harmless", Whole: true}, {ID: 2, Words: "fine.example"}}})
		})
		if l := h.list(reader); len(l.Links) != 0 || slices.ContainsFunc(l.Tags, func(x trend.Tag) bool { return x.Name == "harmless" }) {
			t.Errorf("for who filters it: %+v", l)
		}
	})
}

// Who hides who follows them is told of nobody as followed by somebody; who shuts
// a host out is suggested nobody of it.
func TestWhoIsSuggested(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		local := h.people(4, "", 30*24*time.Hour)
		reader, friend, shy, open := local[0], local[1], local[2], local[3]
		far := h.people(1, "far.example", 30*24*time.Hour)[0]
		h.write(func(ctx context.Context, tx *store.Tx) error {
			a, err := tx.Account(ctx, shy)
			if err != nil {
				return err
			}
			a.HideFollows = true
			if err := tx.SetProfile(ctx, a); err != nil {
				return err
			}
			for i, f := range []social.Follow{{Owner: reader, Target: friend}, {Owner: friend, Target: shy}, {Owner: friend, Target: open}, {Owner: friend, Target: far}} {
				f.ID = social.FollowID(i + 1)
				if err := tx.AddFollow(ctx, f, true); err != nil {
					return err
				}
				if err := tx.CountFollow(ctx, f.Owner, f.Target, 1); err != nil {
					return err
				}
			}
			return nil
		})
		suggested := func() (out []string) {
			all, err := h.Suggestions(ctx, social.Actor{Account: reader, Standing: social.Good}, 10)
			if err != nil {
				t.Fatal(err)
			}
			for _, x := range all {
				if slices.Contains(x.Reasons, discover.FriendsOfFriends) != strings.Contains(why(x.Why), "you follow") {
					t.Errorf("apps are told of %v, people of %v", x.Reasons, x.Why)
				}
				out = append(out, fmt.Sprint(map[social.AccountID]string{shy: "shy", open: "open", far: "far"}[x.Account.ID], ": ", why(x.Why)))
			}
			slices.Sort(out)
			return out
		}
		one := "followed by 1 person you follow; followed by many here"
		if got, want := suggested(), []string{"far: " + one, "open: " + one, "shy: followed by many here"}; !slices.Equal(got, want) {
			t.Errorf("suggested: %q, want %q", got, want)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			tx.Record(event.HostShut{Owner: reader, Host: "far.example"})
			_, err := tx.AddShutHost(ctx, reader, "far.example")
			return err
		})
		if got := suggested(); len(got) != 2 {
			t.Errorf("after far.example was shut out: %q", got)
		}
		h.write(func(ctx context.Context, tx *store.Tx) error {
			tx.Record(event.Decided{Account: friend, Action: social.Suspend})
			return tx.SetStanding(ctx, friend, social.Suspended)
		})
		if got := suggested(); slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "you follow") }) {
			t.Errorf("whom somebody suspended follows: %q", got)
		}
	})
}

// What a post got before its author made it say something else does not count, nor
// does what moderators thought of it then. A new warning or description is nothing
// else.
func TestSaidAnew(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		all := h.people(9, "", 30*24*time.Hour)
		ps := h.say(all[:2], "bread")
		h.praise(all[:8], ps[0])
		h.praise(all[:2], ps[1])
		edit := func(change func(*social.Post)) {
			t.Helper()
			h.clock.Pass(time.Second)
			h.write(func(ctx context.Context, tx *store.Tx) error {
				p, err := tx.Post(ctx, ps[0])
				if err != nil {
					return err
				}
				was := social.Edit{At: p.At, Text: p.Text}
				if !p.EditedAt.IsZero() {
					was.At = p.EditedAt
				}
				change(&p)
				p.EditedAt = was.At.Add(time.Millisecond) // whatever its server says
				tx.Record(event.PostEdited{Post: p.ID, Author: p.Author})
				return tx.EditPost(ctx, p, was)
			})
		}
		if _, err := h.ReviewPost(ctx, mona, ps[0], social.Approved); err != nil {
			t.Fatal(err)
		}
		first := func() string {
			l := h.list(social.Anyone)
			if len(l.Posts) == 0 {
				return "nothing"
			}
			return fmt.Sprint(l.Posts[0].ID == ps[0], " ", why(l.Posts[0].Why))
		}
		reviews := func(on bool) {
			t.Helper()
			h.write(func(ctx context.Context, tx *store.Tx) error {
				settings := social.DefaultSettings
				settings.ReviewTrends = on
				tx.Record(event.SettingsChanged{})
				return tx.SetHouse(ctx, settings)
			})
		}
		edit(func(p *social.Post) { p.Language = "fr" })
		if got := first(); got != "true 8 likes and 8 boosts in 2 days" {
			t.Errorf("in another language: %s", got)
		}
		reviews(true)
		if got := first(); got != "true 8 likes and 8 boosts in 2 days" {
			t.Errorf("approved: %s", got)
		}
		edit(func(p *social.Post) { p.Text = "Buy this" })
		if got := first(); got != "nothing" {
			t.Errorf("approved before it was an advertisement: %s", got)
		}
		h.praise(all[8:], ps[0])
		h.clock.Pass(10 * time.Minute)
		if states, _, err := h.PostsToReview(ctx, mona, 0, 10); err != nil || len(states) != 2 || states[1].ID != ps[0] || states[1].Review != "" {
			t.Errorf("to be looked at: %+v, %v", states, err)
		}
		reviews(false)
		if got := first(); got != "false 2 likes and 2 boosts in 2 days" {
			t.Errorf("an advertisement: %s", got)
		}
		if l := h.list(social.Anyone); len(l.Posts) != 2 || why(l.Posts[1].Why) != "1 like and 1 boost in 2 days" {
			t.Errorf("what came since: %+v", l.Posts)
		}
		h.again("said anew")
	})
}

// Whatever is decided about a post or its author, or said by them, takes it out of
// what is shown at once, though it was counted, and out of what is counted next.
func TestOutAtOnce(t *testing.T) {
	towns(t, func(ctx context.Context, t *testing.T, h *town) {
		fans := h.people(2, "", 30*24*time.Hour)
		judge := func(s social.PostStanding) func(context.Context, *store.Tx, social.Account, social.PostID) error {
			return func(ctx context.Context, tx *store.Tx, a social.Account, p social.PostID) error {
				tx.Record(event.PostJudged{Post: p})
				return tx.SetPostStanding(ctx, p, s, storetest.Proof(t, tx))
			}
		}
		for name, change := range map[string]func(context.Context, *store.Tx, social.Account, social.PostID) error{
			"labelled": judge(social.PostLabelled), "limited post": judge(social.PostLimited), "hidden": judge(social.PostHidden),
			"limited": func(ctx context.Context, tx *store.Tx, a social.Account, _ social.PostID) error {
				a.Limited = true
				tx.Record(event.Decided{Account: a.ID, Action: social.Limit})
				return tx.SetModerated(ctx, a, storetest.Proof(t, tx))
			},
			"suspended": func(ctx context.Context, tx *store.Tx, a social.Account, _ social.PostID) error {
				a.Standing = social.Suspended
				tx.Record(event.Decided{Account: a.ID, Action: social.Suspend})
				return tx.SetModerated(ctx, a, storetest.Proof(t, tx))
			},
			"not to be found": func(ctx context.Context, tx *store.Tx, a social.Account, _ social.PostID) error {
				a.Discoverable = false
				tx.Record(event.ProfileChanged{Account: a.ID})
				return tx.SetProfile(ctx, a)
			},
			"behind a warning": func(ctx context.Context, tx *store.Tx, a social.Account, p social.PostID) error {
				m := social.Media{ID: social.MediaID(p), Owner: a.ID, Post: p, Kind: social.Image, State: social.MediaReady, At: tx.Now}
				if err := tx.AddMedia(ctx, m, ""); err != nil {
					return err
				}
				said, err := tx.Post(ctx, p)
				if err != nil {
					return err
				}
				was := social.Edit{At: said.At, Text: said.Text}
				said.Media, said.EditedAt, a.Sensitive = []social.MediaID{m.ID}, said.At.Add(time.Second), true
				if err := tx.EditPost(ctx, said, was); err != nil {
					return err
				}
				tx.Record(event.PostEdited{Post: p, Author: a.ID})
				tx.Record(event.Decided{Account: a.ID, Action: social.Veil})
				return tx.SetModerated(ctx, a, storetest.Proof(t, tx))
			},
			"held": func(ctx context.Context, tx *store.Tx, a social.Account, p social.PostID) error {
				tx.Record(event.ReplyHeld{Post: p, Author: a.ID})
				return tx.SetHolding(ctx, social.Holding{Post: p, Owner: fans[0], Author: a.ID, State: social.HeldHidden, At: tx.Now})
			},
			"moved": func(ctx context.Context, tx *store.Tx, a social.Account, _ social.PostID) error {
				a.MovedTo, a.MovedAt = fans[0], tx.Now
				tx.Record(event.Moved{Account: a.ID, Target: fans[0]})
				return tx.SetMoved(ctx, a)
			},
		} {
			who := h.people(1, "", 30*24*time.Hour)
			post := h.say(who, "x")[0]
			h.praise(fans, post)
			h.clock.Pass(10 * time.Minute)
			h.write(func(ctx context.Context, tx *store.Tx) error { // who is shown more of them elsewhere
				tx.Record(event.Followed{Owner: fans[0], Target: who[0]})
				return tx.AddFollow(ctx, social.Follow{ID: social.FollowID(who[0]), Owner: fans[0], Target: who[0]}, true)
			})
			there := func() (out bool) {
				t.Helper()
				for _, by := range []social.Actor{social.Anyone, {Account: fans[0], Standing: social.Good, Role: social.Member}} {
					all, err := h.Posts(ctx, by, "", 0, 40)
					if err != nil {
						t.Fatal(err)
					}
					out = out || slices.ContainsFunc(all, func(p *view.Seen) bool { return p.ID == post })
				}
				return out
			}
			if !there() {
				t.Errorf("%s: it was not there before", name)
			}
			h.write(func(ctx context.Context, tx *store.Tx) error {
				a, err := tx.Account(ctx, who[0])
				if err != nil {
					return err
				}
				return change(ctx, tx, a, post)
			})
			if there() {
				t.Errorf("%s: it is still shown", name)
			}
			h.clock.Pass(10 * time.Minute)
			if strings.Contains(string(h.data(t)), fmt.Sprint(post)) {
				t.Errorf("%s: it is still counted", name)
			}
		}
	})
}
