package store_test

import (
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

func TestTrimSessions(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		ctx := t.Context()
		if err := s.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddAccount(ctx, social.Account{ID: 1, Username: "ada", Standing: social.Good}); err != nil {
				return err
			}
			for id, age := range map[social.SessionID]time.Duration{1: 2 * time.Hour, 2: time.Hour, 3: 0} {
				at := tx.Now.Add(-age)
				if err := tx.AddSession(ctx, social.Session{ID: id, Account: 1, CreatedAt: at, UsedAt: at}, string(rune('a'+id))); err != nil {
					return err
				}
			}
			return tx.TrimSessions(ctx, tx.Now.Add(-time.Hour))
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Read(ctx, func(v *store.View) error {
			ss, err := v.Sessions(ctx, 1)
			if len(ss) != 2 || ss[0].ID != 3 || ss[1].ID != 2 {
				t.Errorf("left are %+v, want 3 and 2", ss)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
}

func TestSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		get := func() (n int) {
			n = 7
			if err := s.Read(ctx, func(v *store.View) error { return v.Setting(ctx, "n", &n) }); err != nil {
				t.Error(err)
			}
			return n
		}
		set := func(do func(tx *store.Tx) error) {
			t.Helper()
			if err := s.Write(ctx, do); err != nil {
				t.Error(err)
			}
		}
		if n := get(); n != 7 {
			t.Errorf("none: %d, want it left alone", n)
		}
		for _, n := range []int{1, 2} {
			set(func(tx *store.Tx) error { return tx.SetSetting(ctx, "n", n) })
			if got := get(); got != n {
				t.Errorf("got %d, want %d", got, n)
			}
		}
		set(func(tx *store.Tx) error { return tx.DropSetting(ctx, "n") })
		if n := get(); n != 7 {
			t.Errorf("dropped: %d", n)
		}
	})
}

// What is no text is the asker's mistake, on both engines, or does no harm.
func TestTextThatIsNone(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		ctx := t.Context()
		for _, name := range []string{"a\x00", "\xff"} {
			for what, err := range map[string]error{
				"name": s.Read(ctx, func(v *store.View) error { _, err := v.AccountNamed(ctx, name, ""); return err }),
				"tag": s.Read(ctx, func(v *store.View) error {
					_, err := v.TaggedPosts(ctx, social.TagQuery{Any: []string{name}}, social.Page{Limit: 1})
					return err
				}),
				"hash": s.Read(ctx, func(v *store.View) error { _, err := v.SessionByHash(ctx, name); return err }),
			} {
				if k := errs.KindOf(err); err != nil && k != errs.Invalid && k != errs.NotFound {
					t.Errorf("%s %q: %v, want Invalid or NotFound", what, name, err)
				}
			}
		}
	})
}
