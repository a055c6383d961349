package posts_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/posts"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
	"github.com/plaza-social/plaza/internal/work"
)

func drafts(ctx context.Context, t *testing.T, svc *posts.Service, by social.Actor) []social.KeptDraft {
	t.Helper()
	all, err := svc.Drafts(ctx, by)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// What is written is kept as it is, whatever it is, until it is sent: then it is
// no draft any more, and what a page says late does not make it one again.
func TestDraftsAreKept(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		parent, err := svc.Publish(ctx, as(ben), social.Draft{Text: "who knows?", Visibility: social.Public})
		must(err)
		d := social.Draft{Text: "I do, \x00and", Warning: "long", Language: "de", Visibility: social.Followers, ReplyTo: parent.ID, Quote: parent.ID, Key: "one",
			Poll: &social.PollDraft{Options: []string{"only one"}}, Then: []social.Draft{{Text: "more"}, {}}}
		k, err := svc.KeepDraft(ctx, as(ada), social.KeptDraft{ID: 7, Pen: "page", Draft: d, When: social.When{Date: "2026-12-31", Zone: "Asia/Tokyo"}}, 0)
		must(err)
		got := drafts(ctx, t, svc, as(ada))
		if len(got) != 1 || got[0].ID != 7 || got[0].Draft.Text != "I do, and" || got[0].Draft.ReplyTo != parent.ID || got[0].Draft.Poll.Options[0] != "only one" || len(got[0].Draft.Then) != 2 || got[0].When.Zone != "Asia/Tokyo" {
			t.Fatalf("kept %+v", got)
		}
		if _, err := svc.Draft(ctx, as(ben), 7); errs.KindOf(err) != errs.NotFound {
			t.Errorf("ben reads it: %v", err)
		}
		if err := svc.DropDraft(ctx, as(ben), 7); errs.KindOf(err) != errs.NotFound {
			t.Errorf("ben drops it: %v", err)
		}

		c.Pass(time.Second)
		k.Draft.Text = "I do, and it is easy"
		_, err = svc.KeepDraft(ctx, as(ada), k, 0) // the same page, which never heard the answer
		must(err)
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 1 || got[0].Draft.Text != k.Draft.Text {
			t.Fatalf("from the same page: %+v", got)
		}
		other := k
		other.Pen, other.Draft.Text = "another page", "I don't"
		beside, err := svc.KeepDraft(ctx, as(ada), other, 12) // has seen something older
		must(err)
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 2 || beside.ID == 7 {
			t.Fatalf("from a page that has not seen it: %+v", got)
		}
		seen := drafts(ctx, t, svc, as(ada))
		for _, one := range seen {
			one.Pen = "a third page"
			_, err := svc.KeepDraft(ctx, as(ada), one, one.At.UnixMilli())
			must(err)
		}
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 2 {
			t.Fatalf("from a page that has seen it: %+v", got)
		}

		send := social.Draft{Text: "I do, and it is easy", Visibility: social.Public, ReplyTo: parent.ID, Key: "one", Kept: 7}
		for range 2 {
			_, err = svc.Publish(ctx, as(ada), send)
			must(err)
		}
		late, err := svc.KeepDraft(ctx, as(ada), k, 0)
		must(err)
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 1 || got[0].ID != beside.ID || late.ID != 0 {
			t.Errorf("after it was sent: %+v, and late %d", got, late.ID)
		}
		if n := count(t, s, ada); n != 1 {
			t.Errorf("%d posts", n)
		}
		blank := social.KeptDraft{ID: beside.ID, Pen: beside.Pen}
		_, err = svc.KeepDraft(ctx, as(ada), blank, drafts(ctx, t, svc, as(ada))[0].At.UnixMilli())
		must(err)
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 0 {
			t.Errorf("emptied, it is still there: %+v", got)
		}
	})
}

func TestDraftsHaveLimits(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		keep := func(id int, d social.Draft) error {
			_, err := svc.KeepDraft(ctx, as(ada), social.KeptDraft{ID: social.DraftID(id), Pen: "p", Draft: d}, 0)
			return err
		}
		for i := range social.MaxDrafts {
			if err := keep(i+1, social.Draft{Text: fmt.Sprint("thought ", i)}); err != nil {
				t.Fatal(err)
			}
		}
		if err := keep(social.MaxDrafts+1, social.Draft{Text: "one more"}); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Public(err), "Delete one") {
			t.Errorf("one too many: %v", err)
		}
		if err := keep(5, social.Draft{Text: "changed"}); err != nil {
			t.Errorf("one of them: %v", err)
		}
		if err := keep(5, social.Draft{Text: strings.Repeat("x", social.MaxDraftBytes)}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("too long: %v", err)
		}
		if err := keep(5, social.Draft{Then: make([]social.Draft, social.MaxThread)}); errs.KindOf(err) != errs.Invalid {
			t.Errorf("too many posts: %v", err)
		}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.DeleteAccount(ctx, ada) }); err != nil {
			t.Fatal(err)
		}
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 0 {
			t.Errorf("%d drafts of who is gone", len(got))
		}
	})
}

// The pictures of a draft stay as long as it does, and are nobody else's.
func TestDraftsKeepTheirMedia(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		add := func(id social.MediaID, owner social.AccountID) {
			if err := s.Write(ctx, func(tx *store.Tx) error {
				return tx.AddMedia(ctx, social.Media{ID: id, Owner: owner, Kind: social.Image, State: social.MediaReady, File: fmt.Sprint(id, ".png"), At: tx.Now}, "")
			}); err != nil {
				t.Fatal(err)
			}
		}
		for id, owner := range map[social.MediaID]social.AccountID{21: ada, 22: ada, 23: ben} {
			add(id, owner)
		}
		loose := func() (n int) {
			t.Helper()
			if err := s.Read(ctx, func(v *store.View) (err error) {
				n, err = v.CountLooseMedia(ctx, s.Now())
				return err
			}); err != nil {
				t.Fatal(err)
			}
			return n
		}
		k := social.KeptDraft{ID: 7, Pen: "p", Draft: social.Draft{Media: []social.MediaID{23, 21}, Then: []social.Draft{{Media: []social.MediaID{22}}}}}
		k, err := svc.KeepDraft(ctx, as(ada), k, 0)
		if err != nil || len(k.Draft.Media) != 1 || k.Draft.Media[0] != 21 {
			t.Fatalf("%+v, %v; want her own alone", k, err)
		}
		if shown, err := svc.DraftMedia(ctx, as(ada), social.Draft{Media: []social.MediaID{23, 21}}); err != nil || len(shown) != 1 {
			t.Errorf("shown %+v, %v", shown, err)
		}
		c.Pass(48 * time.Hour)
		if n := loose(); n != 1 { // ben's
			t.Errorf("%d may go, want 1", n)
		}
		k.Draft.Then = nil
		if _, err := svc.KeepDraft(ctx, as(ada), k, 0); err != nil {
			t.Fatal(err)
		}
		c.Pass(48 * time.Hour)
		if n := loose(); n != 2 {
			t.Errorf("%d may go after one was taken out, want 2", n)
		}
		later, err := svc.Schedule(ctx, as(ada), social.Draft{Text: "look", Visibility: social.Public, Media: []social.MediaID{21}, Kept: 7}, s.Now().Add(time.Hour))
		if err != nil {
			t.Fatal(err)
		}
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 0 || loose() != 2 {
			t.Errorf("%d drafts and %d files may go after it was scheduled", len(got), loose())
		}
		back, err := svc.BackToDrafts(ctx, as(ada), later.ID)
		if err != nil || back.Draft.Media[0] != 21 {
			t.Fatalf("back: %+v, %v", back, err)
		}
		c.Pass(48 * time.Hour)
		if n := loose(); n != 2 {
			t.Errorf("%d may go after it is a draft again, want 2", n)
		}
		if err := svc.DropDraft(ctx, as(ada), back.ID); err != nil {
			t.Fatal(err)
		}
		c.Pass(48 * time.Hour)
		if n := loose(); n != 3 {
			t.Errorf("%d may go after all was dropped, want 3", n)
		}
	})
}

// A thread is sent whole and in order, once, or not at all.
func TestThread(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		d := social.Draft{Text: "one", Warning: "long", Language: "de", Visibility: social.Unlisted, Key: "k"}
		for i := range social.MaxThread - 1 {
			d.Then = append(d.Then, social.Draft{Text: fmt.Sprint("post ", i+2)})
		}
		bad := d
		bad.Then = append([]social.Draft(nil), d.Then...)
		bad.Then[3].Text = strings.Repeat("x", social.MaxText+1)
		if _, err := svc.Publish(ctx, as(ada), bad); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Public(err), "post 5") {
			t.Errorf("too long: %v", err)
		}
		bad.Then[3] = social.Draft{Text: "with what is not there", Media: []social.MediaID{99}}
		if _, err := svc.Publish(ctx, as(ada), bad); errs.KindOf(err) != errs.Invalid || !strings.Contains(errs.Public(err), "post 5") {
			t.Errorf("a file that is not there: %v", err)
		}
		if n := count(t, s, ada); n != 0 {
			t.Fatalf("%d posts of threads that were refused", n)
		}
		many := d
		many.Then = append(many.Then, social.Draft{Text: "too many"})
		if _, err := svc.Publish(ctx, as(ada), many); errs.KindOf(err) != errs.Invalid {
			t.Errorf("too many: %v", err)
		}
		first, err := svc.Publish(ctx, as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		again, err := svc.Publish(ctx, as(ada), d)
		if err != nil || again.ID != first.ID {
			t.Errorf("again: %d, %v; want %d", again.ID, err, first.ID)
		}
		var all []social.Post
		if err := s.Read(ctx, func(v *store.View) (err error) {
			all, err = v.PostsBy(ctx, []social.AccountID{ada}, social.Page{Limit: 100, Oldest: true})
			return err
		}); err != nil || len(all) != social.MaxThread {
			t.Fatalf("%d posts, %v; want %d", len(all), err, social.MaxThread)
		}
		for i, p := range all {
			text, parent := "one", social.PostID(0)
			if i > 0 {
				text, parent = fmt.Sprint("post ", i+1), all[i-1].ID
			}
			if p.Text != text || p.ReplyTo != parent || p.Thread != first.ID || p.Warning != "long" || p.Visibility != social.Unlisted || p.Language != "de" {
				t.Errorf("post %d is %+v", i+1, p)
			}
		}
	})
}

// What is held goes out by itself, once, whoever has crashed meanwhile, and can be
// taken back until then.
func TestHold(t *testing.T) {
	timed(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service, c *storetest.Clock) {
		u := social.User{Account: ada, Email: "ada@example.com", Role: social.Member, Confirmed: true, Approved: true}
		if err := s.Write(ctx, func(tx *store.Tx) error { return tx.AddUser(ctx, u) }); err != nil {
			t.Fatal(err)
		}
		run := func() {
			t.Helper()
			if _, err := work.Once(ctx, s, posts.New(s, posts.Config{MaxText: social.MaxText}).Worker()); err != nil { // another process
				t.Fatal(err)
			}
		}
		d := social.Draft{Text: "hasty", Visibility: social.Public, Key: "h", Then: []social.Draft{{Text: "and more"}}}
		later, _, err := svc.Hold(ctx, as(ada), d)
		if err != nil {
			t.Fatal(err)
		}
		if again, _, err := svc.Hold(ctx, as(ada), d); err != nil || again.ID != later.ID {
			t.Errorf("sent twice: %v, %v", again.ID, err)
		}
		run()
		if n := count(t, s, ada); n != 0 {
			t.Errorf("%d posts at once", n)
		}
		k, err := svc.BackToDrafts(ctx, as(ada), later.ID)
		if err != nil || k.Draft.Text != "hasty" || len(k.Draft.Then) != 1 || k.Draft.Held {
			t.Fatalf("taken back: %+v, %v", k, err)
		}
		c.Pass(social.UndoFor)
		run()
		if n := count(t, s, ada); n != 0 {
			t.Errorf("%d posts of what was taken back", n)
		}
		d.Kept = k.ID
		if later, _, err = svc.Hold(ctx, as(ada), d); err != nil {
			t.Fatal(err)
		}
		c.Pass(social.UndoFor)
		run()
		run()
		if n := count(t, s, ada); n != 2 {
			t.Errorf("%d posts, want 2", n)
		}
		if got := drafts(ctx, t, svc, as(ada)); len(got) != 0 {
			t.Errorf("drafts: %+v", got)
		}
		if _, err := svc.BackToDrafts(ctx, as(ada), later.ID); errs.KindOf(err) != errs.NotFound {
			t.Errorf("taken back too late: %v", err)
		}
		if _, out, err := svc.Hold(ctx, as(ada), d); err != nil || out == 0 {
			t.Errorf("sent once more: %d, %v", out, err)
		}
		if _, err := svc.Schedule(ctx, as(ada), d, s.Now().Add(time.Hour)); errs.KindOf(err) != errs.Conflict {
			t.Errorf("scheduled after it was said: %v", err)
		}
	})
}

func TestRewriteScheduled(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		at := s.Now().Add(time.Hour)
		d := social.Draft{Text: "later", Visibility: social.Public, Key: "k"}
		one, err := svc.Schedule(ctx, as(ada), d, at)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := svc.Schedule(ctx, as(ada), d, at); err != nil || again.ID != one.ID {
			t.Errorf("sent twice: %v, %v", again.ID, err)
		}
		d.Text = "much later"
		if err := svc.Rewrite(ctx, as(ben), one.ID, d, at); errs.KindOf(err) != errs.NotFound {
			t.Errorf("by ben: %v", err)
		}
		if err := svc.Rewrite(ctx, as(ada), one.ID, d, s.Now()); errs.KindOf(err) != errs.Invalid {
			t.Errorf("at once: %v", err)
		}
		if err := svc.Rewrite(ctx, as(ada), one.ID, social.Draft{Visibility: social.Public}, at); errs.KindOf(err) != errs.Invalid {
			t.Errorf("empty: %v", err)
		}
		if err := svc.Rewrite(ctx, as(ada), one.ID, d, at.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		got, err := svc.ScheduledPost(ctx, as(ada), one.ID)
		if err != nil || got.Draft.Text != "much later" || !got.At.Equal(at.Add(time.Hour)) {
			t.Errorf("%+v, %v", got, err)
		}
	})
}

// Pictures are described where the house or their author asks for that.
func TestPicturesAreDescribed(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *posts.Service) {
		u := social.User{Account: ada, Email: "ada@example.com", Role: social.Member, Confirmed: true, Approved: true}
		if err := s.Write(ctx, func(tx *store.Tx) error {
			for id := range social.MediaID(3) {
				if err := tx.AddMedia(ctx, social.Media{ID: 31 + id, Owner: ada, Kind: social.Image, State: social.MediaReady, At: tx.Now}, ""); err != nil {
					return err
				}
			}
			return tx.AddUser(ctx, u)
		}); err != nil {
			t.Fatal(err)
		}
		alt, blank := "A green square", " "
		post := func(which social.MediaID, said *string) error {
			d := social.Draft{Text: "look", Visibility: social.Public, Media: []social.MediaID{which}, Describe: []social.MediaChange{{ID: which, Alt: said}}}
			_, later := svc.Schedule(ctx, as(ada), d, s.Now().Add(time.Hour))
			_, err := svc.Publish(ctx, as(ada), d)
			if (later == nil) != (err == nil) {
				t.Errorf("later: %v, now: %v", later, err)
			}
			return err
		}
		if err := post(31, nil); err != nil {
			t.Errorf("nobody asks: %v", err)
		}
		set := func(house bool, own social.AltText) {
			if err := s.Write(ctx, func(tx *store.Tx) error {
				h, err := tx.House(ctx)
				if err != nil {
					return err
				}
				h.AltRequired, u.Prefs.Alt = house, own
				if err := tx.SetHouse(ctx, h); err != nil {
					return err
				}
				return tx.SetUser(ctx, u)
			}); err != nil {
				t.Fatal(err)
			}
		}
		for _, by := range []struct {
			house bool
			own   social.AltText
		}{{true, social.AltFree}, {false, social.AltRequired}} {
			set(by.house, by.own)
			for _, said := range []*string{nil, &blank} {
				if err := post(32, said); errs.KindOf(err) != errs.Invalid {
					t.Errorf("%+v: %v, want Invalid", by, err)
				}
			}
		}
		if err := post(32, &alt); err != nil {
			t.Errorf("described: %v", err)
		}
	})
}
