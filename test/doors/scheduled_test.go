package doors

import (
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// later is a scheduled status, as far as tests look.
type later struct {
	ID     string
	At     time.Time `json:"scheduled_at"`
	Params struct {
		Text string
		IDs  []string `json:"media_ids"`
	}
	Media []attached `json:"media_attachments"`
}

// TestScheduled says posts later, moves them and forgets them.
func TestScheduled(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		in := func(d time.Duration) string { return s.Store.Now().Add(d).Format(time.RFC3339) }
		var picture attached
		upload(t, s, ada, "/api/v2/media", pngOf(t, 9, 9)).JSON(t, &picture)
		var one, two later
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Good morning", "media_ids": []string{picture.ID}, "scheduled_at": in(time.Hour), "visibility": "unlisted",
			"poll": map[string]any{"options": []string{"Tea", "Coffee"}, "expires_in": 3600}}, &one)
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "Good night", "scheduled_at": in(2 * time.Hour)}, &two)
		if one.Params.Text != "Good morning" || len(one.Params.IDs) != 1 || len(one.Media) != 1 {
			t.Errorf("got %+v", one)
		}
		if a := ada.Call("DELETE", "/api/v1/media/"+picture.ID, nil); a.Status != 422 {
			t.Errorf("deleting what waits for its post: %d %s", a.Status, a.Body)
		}
		var all []later
		ada.Must("GET", "/api/v1/scheduled_statuses?limit=1", nil, &all)
		if len(all) != 1 || all[0].ID != two.ID {
			t.Errorf("the first page: %+v", all)
		}
		for _, route := range []string{"GET", "PUT", "DELETE"} {
			body := map[string]any{"scheduled_at": in(time.Hour)}
			foreign, unknown := ben.Call(route, "/api/v1/scheduled_statuses/"+one.ID, body), ben.Call(route, "/api/v1/scheduled_statuses/7", body)
			if foreign.Status != 404 || string(foreign.Body) != string(unknown.Body) {
				t.Errorf("%s of another's: %d %s, of none: %s", route, foreign.Status, foreign.Body, unknown.Body)
			}
		}
		ada.Must("PUT", "/api/v1/scheduled_statuses/"+two.ID, map[string]any{"scheduled_at": in(3 * time.Hour)}, &two)
		ada.Must("DELETE", "/api/v1/scheduled_statuses/"+two.ID, nil, nil)
		sayAt(t, s, one.ID)
		var posts []struct {
			Content string
			Media   []attached `json:"media_attachments"`
			Poll    *struct{ ID string }
		}
		s.Eventually("the post", func() bool {
			ada.Must("GET", "/api/v1/timelines/home", nil, &posts)
			return len(posts) == 1
		})
		if !strings.Contains(posts[0].Content, "Good morning") || len(posts[0].Media) != 1 || posts[0].Poll == nil {
			t.Errorf("what was said: %+v", posts[0])
		}
		ada.Must("GET", "/api/v1/scheduled_statuses", nil, &all)
		if len(all) != 0 {
			t.Errorf("still scheduled: %+v", all)
		}
	})
}

// sayAt has a scheduled post said now, twice: once is enough.
func sayAt(t *testing.T, s *apptest.Server, which string) {
	t.Helper()
	n, _ := id.Parse(which)
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
		one, err := tx.HoldScheduled(t.Context(), social.ScheduledID(n))
		if err != nil {
			return err
		}
		one.At = tx.Now
		if err := tx.MoveScheduled(t.Context(), one); err != nil {
			return err
		}
		return tx.MoveScheduled(t.Context(), one)
	}); err != nil {
		t.Fatal(err)
	}
}

// TestScheduleLimits schedules as early and late, and as much, as may be.
func TestScheduleLimits(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	try := func(at time.Time) apptest.Answer {
		return ada.Call("POST", "/api/v1/statuses", map[string]string{"status": "later", "scheduled_at": at.Format(time.RFC3339Nano)})
	}
	now := s.Store.Now()
	for _, test := range []struct {
		at   time.Time
		want int
	}{{now.Add(social.MinSchedule - time.Second), 422}, {now.Add(social.MinSchedule + time.Minute), 200}, {now.Add(social.MaxSchedule + time.Hour), 422}, {now.Add(social.MaxSchedule - time.Hour), 200}} {
		if a := try(test.at); a.Status != test.want {
			t.Errorf("at %v: %d %s, want %d", test.at, a.Status, a.Body, test.want)
		}
	}
	if a := ada.Call("POST", "/api/v1/statuses", map[string]string{"status": "x", "scheduled_at": "tomorrow"}); a.Status != 422 {
		t.Errorf("a time that is none: %d", a.Status)
	}
	day := now.Truncate(24*time.Hour).AddDate(0, 0, 10)
	for i := range social.MaxScheduledDay {
		if a := try(day.Add(time.Duration(i) * time.Minute)); a.Status != 200 {
			t.Fatalf("%d on a day: %d %s", i+1, a.Status, a.Body)
		}
	}
	if a := try(day.Add(time.Hour)); a.Status != 422 {
		t.Errorf("one more on a day: %d", a.Status)
	}
}
