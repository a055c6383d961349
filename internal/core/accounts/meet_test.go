package accounts_test

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func stranger(name string, change ...func(*social.Stranger)) social.Stranger {
	uri := "https://far.example/" + name
	w := social.Stranger{
		Account: social.Account{Username: name, Host: "far.example", URI: uri, Kind: social.Person, CreatedAt: storetest.Noon.AddDate(-1, 0, 0)},
		Contact: social.Contact{Inbox: uri + "/inbox", SharedInbox: "https://far.example/inbox"},
		Keys:    []social.PublicKey{{ID: uri + "#main-key", Kind: social.RSA, DER: []byte("key")}},
	}
	for _, c := range change {
		c(&w)
	}
	return w
}

func afar(t *testing.T, fn func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock)) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		people(t, s)
		fn(t.Context(), t, s, accounts.New(s, accounts.Config{Base: base, HandleHost: "plaza.example"}, &shelf{}), c)
	})
}

func meet(t *testing.T, svc *accounts.Service, w social.Stranger) social.Account {
	t.Helper()
	a, err := svc.Meet(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func account(t *testing.T, s *store.Store, id social.AccountID) social.Account {
	t.Helper()
	return read(t, s, func(ctx context.Context, v *store.View) (social.Account, error) { return v.Account(ctx, id) })
}

func TestMeet(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		full := func(w *social.Stranger) {
			w.Account.DisplayName, w.Account.Bio, w.Account.Page = " Zoe\n :cat: ", "<p>hi</p>", "https://far.example/@zoe"
			w.Account.Fields, w.Account.Aliases = []social.Field{{Name: "a", Value: "<b>b</b>"}}, []string{"https://old.example/zoe", "no address"}
			w.Account.Avatar, w.Account.Locked = "https://far.example/z.png", true
			w.Emojis = []social.ForeignEmoji{{Shortcode: "cat", Image: "https://far.example/cat.png"}, {Shortcode: "no name", Image: "https://far.example/x.png"}}
		}
		a := meet(t, svc, stranger("zoe", full))
		kept := account(t, s, a.ID)
		if kept.DisplayName != "Zoe :cat:" || kept.Bio != "<p>hi</p>" || kept.Host != "far.example" || kept.Standing != social.Good || !kept.Locked || len(kept.Aliases) != 1 ||
			!kept.CreatedAt.Equal(storetest.Noon.AddDate(-1, 0, 0)) || kept.Page == "" || len(kept.Fields) != 1 {
			t.Errorf("kept %+v", kept)
		}
		key := read(t, s, func(ctx context.Context, v *store.View) (social.PublicKey, error) {
			return v.PublicKey(ctx, "https://far.example/zoe#main-key")
		})
		contact := read(t, s, func(ctx context.Context, v *store.View) (social.Contact, error) { return v.Contact(ctx, a.ID) })
		if key.Account != a.ID || !key.FetchedAt.Equal(storetest.Noon) || contact.Mailbox() != "https://far.example/inbox" {
			t.Errorf("key %+v, contact %+v", key, contact)
		}
		emojis := read(t, s, func(ctx context.Context, v *store.View) ([]store.AuthorEmoji, error) {
			return v.ForeignEmojis(ctx, []social.AccountID{a.ID}, []string{"cat", "no name", "dog"})
		})
		if len(emojis) != 1 || emojis[0].Image != "https://far.example/cat.png" {
			t.Errorf("emojis %+v", emojis)
		}
		if again := meet(t, svc, stranger("zoe", full)); again.ID != a.ID {
			t.Errorf("again: %d, want %d", again.ID, a.ID)
		}
		if fs := facts(t, s); len(fs) != 0 {
			t.Errorf("told of %+v; nothing changed", fs)
		}
		write(t, s, func(ctx context.Context, tx *store.Tx) error { return tx.SetStanding(ctx, a.ID, social.Suspended) })
		meet(t, svc, stranger("zoe", func(w *social.Stranger) { w.Account.Bio, w.Keys = "<p>else</p>", nil }))
		if kept := account(t, s, a.ID); kept.Bio != "<p>else</p>" || kept.DisplayName != "" || kept.Standing != social.Suspended {
			t.Errorf("changed: %+v", kept)
		}
		if fs := facts(t, s); len(fs) != 1 || fs[0] != (event.ProfileChanged{Account: a.ID}) {
			t.Errorf("told of %+v", fs)
		}
		if err := s.Read(ctx, func(v *store.View) error { _, err := v.PublicKey(ctx, key.ID); return err }); errs.KindOf(err) != errs.NotFound {
			t.Errorf("a key that is not named any more: %v", err)
		}
		for uri, want := range map[string]social.AccountID{"https://far.example/zoe": a.ID, base + "/ap/users/1": ada, base + "/@ADA": ada, base + "/@zoe": 0, base + "/ap/users/99": 0,
			base + "/ap/users/1/inbox": 0, view.Base(base).ActorURI(a.ID): 0, "https://far.example/nobody": 0} {
			if got, err := svc.Lookup(ctx, uri); got != want || (err == nil) != (want != 0) {
				t.Errorf("%s: %d, %v; want %d", uri, got, err, want)
			}
		}
	})
}

func TestMeetRefusesAndCuts(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		for name, w := range map[string]social.Stranger{
			"without a host":         stranger("a", func(w *social.Stranger) { w.Account.Host = "" }),
			"of our host":            stranger("b", func(w *social.Stranger) { w.Account.Host = "plaza.example" }),
			"at our address":         stranger("c", func(w *social.Stranger) { w.Account.URI = base + "/ap/users/1"; w.Keys = nil }),
			"anywhere on our server": stranger("d", func(w *social.Stranger) { w.Account.URI = base + "/media/x"; w.Keys = nil }),
			"without an address":     stranger("e", func(w *social.Stranger) { w.Account.URI = "zoe" }),
			"without a name":         stranger("f", func(w *social.Stranger) { w.Account.Username = "" }),
			"with two names":         stranger("g", func(w *social.Stranger) { w.Account.Username = "a@b" }),
			"a name past the limit":  stranger("h", func(w *social.Stranger) { w.Account.Username = strings.Repeat("a", social.MaxForeignUsername+1) }),
			"without an inbox":       stranger("i", func(w *social.Stranger) { w.Contact.Inbox = "" }),
			"a key elsewhere":        stranger("j", func(w *social.Stranger) { w.Keys[0].ID = "https://evil.example/key" }),
			"a key past the limit":   stranger("k", func(w *social.Stranger) { w.Keys[0].DER = make([]byte, social.MaxForeignKey+1) }),
			"a bio with a NUL":       stranger("l", func(w *social.Stranger) { w.Account.Bio = "a\x00" }),
		} {
			if _, err := svc.Meet(ctx, w); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
		meet(t, svc, stranger("limits", func(w *social.Stranger) {
			w.Account.Username, w.Keys[0].DER = strings.Repeat("a", social.MaxForeignUsername), make([]byte, social.MaxForeignKey)
		}))
		long := func(n int) string { return strings.Repeat("ä", n) }
		a := account(t, s, meet(t, svc, stranger("long", func(w *social.Stranger) {
			w.Account.DisplayName, w.Account.Bio = long(social.MaxForeignName+1), long(social.MaxForeignBio/2)
			w.Account.Fields = slices.Repeat([]social.Field{{Name: long(social.MaxForeignField + 1), Value: "v"}}, social.MaxForeignFields+1)
			w.Keys = slices.Repeat(w.Keys, social.MaxForeignKeys+1)
		})).ID)
		if n := len([]rune(a.DisplayName)); n != social.MaxForeignName || len(a.Fields) != social.MaxForeignFields || len([]rune(a.Fields[0].Name)) != social.MaxForeignField || a.Bio == "" {
			t.Errorf("a name of %d, %d fields, a bio of %d", n, len(a.Fields), len(a.Bio))
		}
		a = account(t, s, meet(t, svc, stranger("longer", func(w *social.Stranger) {
			w.Account.Bio, w.Account.Fields = long(social.MaxForeignBio/2)+"x", []social.Field{{Name: "n", Value: strings.Repeat("v", social.MaxForeignField+1)}}
			w.Account.CreatedAt = storetest.Noon.Add(time.Hour)
		})).ID)
		if a.Bio != "" || len(a.Fields) != 0 || !a.CreatedAt.Equal(storetest.Noon) {
			t.Errorf("a bio of %d, %d fields, since %v", len(a.Bio), len(a.Fields), a.CreatedAt)
		}
	})
}

// A server gives its names to whom it likes, and the last word counts.
func TestNamesPassOn(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		named := func(w *social.Stranger) { w.Account.Username = "Zoe" }
		first, second := meet(t, svc, stranger("one", named)), meet(t, svc, stranger("two", named))
		if a := account(t, s, first.ID); strings.EqualFold(a.Username, "zoe") || a.URI != "https://far.example/one" {
			t.Errorf("the first is %s", a.Acct())
		}
		if a := account(t, s, second.ID); a.Username != "Zoe" || first.ID == second.ID {
			t.Errorf("the second is %s", a.Acct())
		}
		meet(t, svc, stranger("one", func(w *social.Stranger) { w.Account.Username = "renamed" }))
		if a := account(t, s, first.ID); a.Username != "renamed" {
			t.Errorf("the first is %s now", a.Acct())
		}
		meet(t, svc, stranger("far", func(w *social.Stranger) {
			w.Account.Username, w.Account.Host, w.Account.URI, w.Keys = "zoe", "other.example", "https://other.example/zoe", nil
		}))
		if a := account(t, s, second.ID); a.Username != "Zoe" {
			t.Errorf("another host took %s's name", a.Acct())
		}
	})
}

func TestMeetAtOnce(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		var mu sync.Mutex
		var wg sync.WaitGroup
		met := map[social.AccountID]bool{}
		for range 8 {
			wg.Go(func() {
				a, err := svc.Meet(ctx, stranger("zoe"))
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				met[a.ID] = true
			})
		}
		wg.Wait()
		if len(met) != 1 {
			t.Errorf("met %d", len(met))
		}
	})
}

// Who is gone does not come back, whichever was first.
func TestDepart(t *testing.T) {
	afar(t, func(ctx context.Context, t *testing.T, s *store.Store, svc *accounts.Service, c *storetest.Clock) {
		a := meet(t, svc, stranger("zoe", func(w *social.Stranger) { w.Account.Avatar = "https://far.example/z.png" }))
		for _, name := range []string{"zoe", "zoe", "yan"} { // yan was never here
			if err := svc.Depart(ctx, "https://far.example/"+name); err != nil {
				t.Fatal(err)
			}
		}
		if got := account(t, s, a.ID).Standing; got != social.Suspended {
			t.Errorf("%s until it is deleted", got)
		}
		drain(t, s, svc.Worker())
		for _, name := range []string{"zoe", "yan"} {
			if _, err := svc.Meet(ctx, stranger(name)); errs.KindOf(err) != errs.NotFound {
				t.Errorf("%s came back: %v", name, err)
			}
		}
		if err := s.Read(ctx, func(v *store.View) error { _, err := v.Account(ctx, a.ID); return err }); errs.KindOf(err) != errs.NotFound {
			t.Errorf("the row: %v", err)
		}
		if n := drain(t, s, svc.PictureWorker()); n != 0 {
			t.Errorf("%d pictures of another server are removed", n)
		}
		if err := svc.Depart(ctx, base+"/ap/users/1"); errs.KindOf(err) != errs.Invalid {
			t.Errorf("one of ours: %v", err)
		}
	})
}
