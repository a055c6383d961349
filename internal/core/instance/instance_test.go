package instance_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/instance"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var admin = social.Actor{Account: 1, Standing: social.Good, Role: social.Admin}

func open(t *testing.T, s *store.Store) *instance.Service {
	t.Helper()
	svc, err := instance.New(s)
	if err != nil {
		t.Fatal(err)
	}
	s.Watch(svc.Watch)
	return svc
}

// settle returns when every watcher has been told of all that was recorded.
// On PostgreSQL a transaction of somebody else's can hold that up.
func settle(t *testing.T, s *store.Store) {
	t.Helper()
	mark, seen := event.NoticeMade{Notice: social.NoticeID(id.New(s.Now()))}, make(chan bool)
	s.Watch(func(_ context.Context, rs []event.Record) {
		for _, r := range rs {
			if r.Fact == mark {
				close(seen)
			}
		}
	})
	if err := s.Write(t.Context(), func(tx *store.Tx) error { tx.Record(mark); return nil }); err != nil {
		t.Fatal(err)
	}
	<-seen
}

func TestSettings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc, other := open(t, s), open(t, s)
		if diff := cmp.Diff(social.DefaultSettings, svc.Settings()); diff != "" {
			t.Error("at first:", diff)
		}
		to := social.Settings{Title: " Ada's ", Description: "For\nall.", Contact: "ada@example.org", SignUps: social.SignUpInvite,
			Rules: []social.Rule{{ID: "3", Text: "Be kind."}, {Text: "No ads.", Hint: "None."}, {}, {ID: "3", Text: "Twice."}}}
		if err := svc.SetSettings(t.Context(), admin, to); err != nil {
			t.Fatal(err)
		}
		settle(t, s)
		want := to
		want.Title = "Ada's"
		want.Rules = []social.Rule{{ID: "3", Text: "Be kind."}, {ID: "4", Text: "No ads.", Hint: "None."}, {ID: "5", Text: "Twice."}}
		for name, svc := range map[string]*instance.Service{"this one": svc, "another that watches": other, "a later one": open(t, s)} {
			if diff := cmp.Diff(want, svc.Settings()); diff != "" {
				t.Errorf("%s: %s", name, diff)
			}
		}
	})
}

func TestSettingsRefused(t *testing.T) {
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		svc := open(t, s)
		with := func(change func(*social.Settings)) social.Settings {
			to := social.DefaultSettings
			change(&to)
			return to
		}
		at := func(n int) string { return strings.Repeat("ä", n) }
		for name, to := range map[string]social.Settings{
			"longest": with(func(s *social.Settings) {
				s.Title, s.Description = at(instance.MaxTitle), at(instance.MaxDescription)
				s.Rules = []social.Rule{{Text: at(instance.MaxRule), Hint: at(instance.MaxHint)}}
			}),
			"most rules": with(func(s *social.Settings) {
				for range instance.MaxRules {
					s.Rules = append(s.Rules, social.Rule{Text: "x"})
				}
			}),
		} {
			if err := svc.SetSettings(t.Context(), admin, to); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		for name, to := range map[string]social.Settings{
			"no title":         with(func(s *social.Settings) { s.Title = " " }),
			"long title":       with(func(s *social.Settings) { s.Title = at(instance.MaxTitle + 1) }),
			"two lines":        with(func(s *social.Settings) { s.Title = "a\nb" }),
			"long description": with(func(s *social.Settings) { s.Description = at(instance.MaxDescription + 1) }),
			"NUL":              with(func(s *social.Settings) { s.Description = "a\x00b" }),
			"not UTF-8":        with(func(s *social.Settings) { s.Description = "a\xffb" }),
			"no address":       with(func(s *social.Settings) { s.Contact = "Ada <ada@example.org>" }),
			"no such way":      with(func(s *social.Settings) { s.SignUps = "maybe" }),
			"many rules":       with(func(s *social.Settings) { s.Rules = make([]social.Rule, instance.MaxRules+1) }),
			"long rule":        with(func(s *social.Settings) { s.Rules = []social.Rule{{Text: at(instance.MaxRule + 1)}} }),
			"long hint":        with(func(s *social.Settings) { s.Rules = []social.Rule{{Text: "x", Hint: at(instance.MaxHint + 1)}} }),
			"hint alone":       with(func(s *social.Settings) { s.Rules = []social.Rule{{Hint: "x"}} }),
		} {
			if err := svc.SetSettings(t.Context(), admin, to); errs.KindOf(err) != errs.Invalid {
				t.Errorf("%s: %v, want Invalid", name, err)
			}
		}
		for want, by := range map[errs.Kind]social.Actor{
			errs.Forbidden:       {Account: 2, Standing: social.Good, Role: social.Moderator},
			errs.Unauthenticated: social.Anyone,
		} {
			if err := svc.SetSettings(t.Context(), by, social.DefaultSettings); errs.KindOf(err) != want {
				t.Errorf("by %+v: %v, want kind %d", by, err, want)
			}
		}
	})
}

func TestCounts(t *testing.T) {
	storetest.EachTimed(t, func(t *testing.T, s *store.Store, c *storetest.Clock) {
		svc := open(t, s)
		add := func(id social.AccountID, here bool) {
			t.Helper()
			if err := s.Write(t.Context(), func(tx *store.Tx) error {
				name := string(rune('a' + id))
				if err := tx.AddAccount(t.Context(), social.Account{ID: id, Username: name, Standing: social.Good, CreatedAt: tx.Now}); err != nil {
					return err
				}
				if err := tx.AddUser(t.Context(), social.User{Account: id, Email: name + "@example.org", Role: social.Member, Confirmed: true, Approved: true}); err != nil || !here {
					return err
				}
				return tx.AddSession(t.Context(), social.Session{ID: social.SessionID(id), Account: id, CreatedAt: tx.Now, UsedAt: tx.Now}, name)
			}); err != nil {
				t.Fatal(err)
			}
		}
		want := func(when string, want social.Counts) {
			t.Helper()
			if got, err := svc.Counts(t.Context()); err != nil || got != want {
				t.Errorf("%s: %+v, %v; want %+v", when, got, err, want)
			}
		}
		add(1, true)
		want("one", social.Counts{Users: 1, Active: 1})
		add(2, false)
		want("at once", social.Counts{Users: 1, Active: 1})
		c.Pass(5 * time.Minute)
		want("minutes later", social.Counts{Users: 2, Active: 1})
		c.Pass(29 * 24 * time.Hour)
		want("a month later", social.Counts{Users: 2})
	})
}
