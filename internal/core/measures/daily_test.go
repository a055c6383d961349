package measures_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/measures"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

var olaf = social.Actor{Account: 9, Standing: social.Good, Role: social.Admin}

// ends are the last days of a figure; ? is one that nobody knows.
func ends(m measures.Month, f measures.Figure, n int) string {
	var out []string
	for _, p := range m.Days[f][len(m.Days[f])-n:] {
		if !p.Known {
			out = append(out, "?")
			continue
		}
		out = append(out, fmt.Sprint(p.N))
	}
	return strings.Join(out, " ")
}

// What happened is counted for each day, also for those before the first time; what
// there is, from then on. It is looked at once an hour.
func TestKeep(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		lately := func(by social.Actor) measures.Month {
			t.Helper()
			m, err := w.Lately(ctx, by)
			if err != nil {
				t.Fatal(err)
			}
			return m
		}
		check := func(want map[measures.Figure]string) {
			t.Helper()
			m := lately(olaf)
			for f, days := range want {
				if got := ends(m, f, 4); got != days {
					t.Errorf("%s: %s, want %s", f, got, days)
				}
			}
		}
		keep := func(after time.Duration) {
			t.Helper()
			w.clock.Pass(after)
			if err := w.Keep(ctx); err != nil {
				t.Fatal(err)
			}
		}
		if m := lately(olaf); !m.At.IsZero() || ends(m, measures.Posts, 2) != "? ?" || m.Last(measures.Jobs).Known {
			t.Errorf("before anything was counted: %+v", m)
		}
		keep(0)
		check(map[measures.Figure]string{measures.SignUps: "0 1 1 0", measures.Active: "0 1 1 2", measures.Posts: "0 1 1 2", measures.Interactions: "0 0 0 1",
			measures.Jobs: "? ? ? 0", measures.SilentHosts: "? ? ? 0"})
		m := lately(olaf)
		if len(m.Days[measures.Posts]) != measures.LatelyDays || !m.Days[measures.Posts][0].Known || !m.At.Equal(at(0)) {
			t.Errorf("%d days, the first %+v, counted at %s", len(m.Days[measures.Posts]), m.Days[measures.Posts][0], m.At)
		}
		if m.Last(measures.DatabaseBytes).N <= 0 || m.Sum(measures.Posts) != 4 {
			t.Errorf("the database has %d bytes, posts %d, want more than none, and 4", m.Last(measures.DatabaseBytes).N, m.Sum(measures.Posts))
		}
		if err := w.store.Write(ctx, func(tx *store.Tx) error {
			if err := tx.AddJob(ctx, "letter", 7, at(0), ""); err != nil {
				return err
			}
			if err := tx.MeetPeer(ctx, "ill.example"); err != nil {
				return err
			}
			if err := tx.PeerFailed(ctx, "ill.example", "it does not answer"); err != nil {
				return err
			}
			return tx.AddPost(ctx, social.Post{ID: social.PostID(id.New(at(0).Add(time.Minute))), Author: w.ids["ada"], At: at(0), Text: "Again", Visibility: social.Public})
		}); err != nil {
			t.Fatal(err)
		}
		keep(59 * time.Minute)
		check(map[measures.Figure]string{measures.Posts: "0 1 1 2", measures.Jobs: "? ? ? 0"})
		keep(time.Minute)
		check(map[measures.Figure]string{measures.Posts: "0 1 1 3", measures.Jobs: "? ? ? 1", measures.SilentHosts: "? ? ? 1"})
		keep(2 * day)
		check(map[measures.Figure]string{measures.Posts: "1 3 0 0", measures.Active: "1 2 0 0", measures.Jobs: "? 1 ? 1"})
		keep(measures.LatelyDays * day)
		check(map[measures.Figure]string{measures.Posts: "0 0 0 0", measures.SilentHosts: "? ? ? 1"})
	})
}

// How the machine does is for admins, the rest for moderators.
func TestLatelyIsForStaff(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		if err := w.Keep(ctx); err != nil {
			t.Fatal(err)
		}
		m, err := w.Lately(ctx, mona)
		if err != nil || m.Days[measures.Posts] == nil || m.Days[measures.Jobs] != nil || m.Days[measures.DatabaseBytes] != nil {
			t.Errorf("for a moderator: %v, %v", m.Days, err)
		}
		if _, err := w.Lately(ctx, social.Actor{Account: w.ids["ben"], Standing: social.Good, Role: social.Member}); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("for a member: %v, want Forbidden", err)
		}
	})
}

// What is done in the background is told to admins, without what it is about, and
// looked at anew after some seconds.
func TestWork(t *testing.T) {
	each(t, func(ctx context.Context, t *testing.T, w town) {
		if _, err := w.Work(ctx, mona); errs.KindOf(err) != errs.Forbidden {
			t.Errorf("for a moderator: %v, want Forbidden", err)
		}
		work := func() measures.Work {
			t.Helper()
			out, err := w.Service.Work(ctx, olaf)
			if err != nil {
				t.Fatal(err)
			}
			return out
		}
		if out := work(); len(out.Jobs) != 0 || len(out.Failed) != 0 {
			t.Errorf("before: %+v", out)
		}
		if err := w.store.Write(ctx, func(tx *store.Tx) error {
			for _, kind := range []string{"letter", "letter", "sweep", "sweep"} {
				if err := tx.AddJob(ctx, kind, "a secret", at(0), ""); err != nil {
					return err
				}
			}
			letters, err := tx.ClaimJobs(ctx, "letter", 1, time.Minute)
			if err != nil {
				return err
			}
			if err := tx.RetryJob(ctx, letters[0], at(1), "the mail server is away"); err != nil {
				return err
			}
			sweeps, err := tx.ClaimJobs(ctx, "sweep", 1, time.Minute)
			if err != nil {
				return err
			}
			if err := tx.BuryJob(ctx, sweeps[0], "it cannot be"); err != nil {
				return err
			}
			return tx.SetCursor(ctx, "notices", event.Pos{})
		}); err != nil {
			t.Fatal(err)
		}
		if out := work(); len(out.Jobs) != 0 {
			t.Errorf("within the same seconds: %+v", out)
		}
		w.clock.Pass(10 * time.Second)
		out := work()
		if len(out.Jobs) != 2 || out.Jobs[0].Kind != "letter" || out.Jobs[0].Waiting != 2 || out.Jobs[1].Waiting != 1 || out.Jobs[1].Buried != 1 {
			t.Errorf("jobs: %+v", out.Jobs)
		}
		if len(out.Failed) != 2 {
			t.Fatalf("failed: %+v", out.Failed)
		}
		for _, j := range out.Failed {
			if given := !j.GivenUp.IsZero(); given != (j.Kind == "sweep") || given == !j.Next.IsZero() || j.Attempts != 1 || j.Error == "" || !j.Added.Equal(at(0)) {
				t.Errorf("failed: %+v", j)
			}
		}
		if len(out.Readers) != 1 || out.Readers[0].Name != "notices" {
			t.Errorf("followers: %+v", out.Readers)
		}
	})
}
