package app_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// TestLetterOfMove has everybody who lives here, and nobody else, get one letter
// with the new address, also if the job that takes them along runs again.
func TestLetterOfMove(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ctx := t.Context()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		write := func(do func(tx *store.Tx) error) { t.Helper(); must(s.Store.Write(ctx, do)) }
		live := []string{"ada", "ben", "cleo"}
		for _, name := range live {
			s.Join(name, social.Member)
		}
		finn := s.Join("finn", social.Member)
		must(s.Auth.DeleteAccount(ctx, finn.Actor(), finn.Password))
		for _, name := range []string{"dora", "emil"} { // nobody has shown whose the address is
			a, err := s.Auth.SignUp(ctx, auth.SignUp{Username: name, Email: name + "@example.com", Password: "correct horse", Agreed: true})
			must(err)
			if name == "emil" {
				must(s.Moderation.Decide(ctx, social.Console, social.Decision{Account: a.ID, Action: social.Suspend}, false))
			}
		}
		write(func(tx *store.Tx) error {
			return tx.AddAccount(ctx, social.Account{ID: social.AccountID(id.New(tx.Now)), Username: "gus", Host: "far.example", Kind: social.Person, Standing: social.Good, CreatedAt: tx.Now, ChangedAt: tx.Now})
		})
		to, _ := social.ParseHouseName("new.example", "")
		must(s.MoveHouse(ctx, to))
		again := func(tx *store.Tx) error { return tx.AddJob(ctx, names.Job, names.Trip{To: to.URL}, tx.Now, "") }
		write(again) // as if who did it died before it was noted
		moved := s.Anew(t)
		over := func() bool { trip, err := moved.Names.Trip(ctx); must(err); return trip.Over }
		moved.Eventually("the trip to be over", over)
		must(moved.Store.Write(ctx, again))
		must(moved.TakeAlong(context.WithoutCancel(ctx), func(int) {}))
		letters := func(name string) (n int) {
			for _, l := range moved.Letters(name + "@example.com") {
				if !strings.HasPrefix(l.Subject, "This place has a new address") {
					continue
				}
				if n++; !strings.Contains(l.Text, "\n"+s.URL+"\n") || !strings.Contains(l.Text, "\nhttps://new.example\n") || !strings.Contains(l.Text, "@"+name+"@new.example now") {
					t.Errorf("%s is written: %s", name, l.Text)
				}
			}
			return n
		}
		moved.Eventually("all to be written, and nothing to be left to do", func() bool {
			must(work.CatchUp(ctx, moved.Store, moved.Auth.Follower()))
			var left bool
			must(moved.Store.Read(ctx, func(v *store.View) error {
				stats, err := v.JobStats(ctx)
				left = slices.ContainsFunc(stats, func(j store.JobStat) bool { return j.Waiting > 0 && (j.Kind == auth.LetterJob || j.Kind == names.Job) })
				return err
			}))
			return !left && !slices.ContainsFunc(live, func(name string) bool { return letters(name) == 0 })
		})
		for _, name := range []string{"ada", "ben", "cleo", "dora", "emil", "finn", "gus"} {
			if got, want := letters(name), map[bool]int{true: 1}[slices.Contains(live, name)]; got != want {
				t.Errorf("%s gets %d letters, want %d", name, got, want)
			}
		}
	})
}
