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

// polled is a post with a poll, as far as tests look.
type polled struct {
	ID   string
	Poll struct {
		ID      string
		Expired bool
		Voted   bool
		Votes   int   `json:"votes_count"`
		Voters  int   `json:"voters_count"`
		Own     []int `json:"own_votes"`
		Options []struct {
			Title string
			Votes *int `json:"votes_count"`
		}
	}
}

func question(options []string, more ...any) map[string]any {
	poll := map[string]any{"options": options, "expires_in": 3600}
	for i := 0; i+1 < len(more); i += 2 {
		poll[more[i].(string)] = more[i+1]
	}
	return map[string]any{"status": "What now?", "poll": poll}
}

// endPoll has a poll end now.
func endPoll(t *testing.T, s *apptest.Server, which string) {
	t.Helper()
	n, _ := id.Parse(which)
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
		p, err := tx.HoldPoll(t.Context(), social.PollID(n))
		if err != nil {
			return err
		}
		p.EndsAt = tx.Now.Add(time.Millisecond) // what has ended already came from elsewhere, and is not told
		return tx.SetPoll(t.Context(), p, true)
	}); err != nil {
		t.Fatal(err)
	}
}

// TestPolls asks, answers, and waits for the end.
func TestPolls(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		var p polled
		ada.Must("POST", "/api/v1/statuses", question([]string{"Bread", "Soup", "Tea"}, "multiple", true), &p)
		votes := "/api/v1/polls/" + p.Poll.ID + "/votes"
		ben.Must("POST", votes, map[string]any{"choices": []int{0, 2, 2}}, &p.Poll)
		if p.Poll.Votes != 2 || p.Poll.Voters != 1 || !p.Poll.Voted || len(p.Poll.Own) != 2 || *p.Poll.Options[1].Votes != 0 {
			t.Errorf("after ben: %+v", p.Poll)
		}
		for _, wrong := range []struct {
			who  *apptest.Person
			body any
		}{{ben, map[string]any{"choices": []int{1}}}, {ada, map[string]any{"choices": []int{1}}}, {cleo, map[string]any{"choices": []int{3}}},
			{cleo, map[string]any{"choices": []int{-1}}}, {cleo, map[string]any{"choices": []string{"x"}}}, {cleo, map[string]any{}}} {
			if a := wrong.who.Call("POST", votes, wrong.body); a.Status != 422 {
				t.Errorf("%v: %d %s", wrong.body, a.Status, a.Body)
			}
		}
		cleo.Must("POST", votes, map[string]any{"choices": []string{"0"}}, nil)
		var seen polled
		ben.Must("GET", "/api/v1/statuses/"+p.ID, nil, &seen)
		if *seen.Poll.Options[0].Votes != 2 || seen.Poll.Voters != 2 || len(seen.Poll.Own) != 2 {
			t.Errorf("on the post, for ben: %+v", seen.Poll)
		}
		ada.Must("PUT", "/api/v1/statuses/"+p.ID, question([]string{"Bread", "Soup", "Tea"}, "multiple", true), &seen)
		if seen.Poll.Voters != 2 {
			t.Errorf("an edit of the same question lost votes: %+v", seen.Poll)
		}
		endPoll(t, s, p.Poll.ID)
		for _, who := range []*apptest.Person{ada, ben, cleo} {
			s.Eventually("the end is told", func() bool {
				return strings.Contains(string(who.Call("GET", "/api/v1/notifications?types[]=poll", nil).Body), `"type":"poll"`)
			})
		}
		if a := s.Join("dora", social.Member).Call("POST", votes, map[string]any{"choices": []int{0}}); a.Status != 422 {
			t.Errorf("after the end: %d %s", a.Status, a.Body)
		}
		ada.Must("PUT", "/api/v1/statuses/"+p.ID, question([]string{"Cake", "Pie"}), &seen)
		if seen.Poll.Voters != 0 || len(seen.Poll.Options) != 2 || seen.Poll.ID == p.Poll.ID {
			t.Errorf("another question keeps votes: %+v", seen.Poll)
		}
		var secret polled
		body := question([]string{"a", "b"}, "hide_totals", true)
		body["visibility"] = "private"
		ada.Must("POST", "/api/v1/statuses", body, &secret)
		if secret.Poll.Options[0].Votes != nil {
			t.Errorf("hidden votes are told: %+v", secret.Poll)
		}
		for _, route := range []string{"GET /api/v1/polls/" + secret.Poll.ID, "POST /api/v1/polls/" + secret.Poll.ID + "/votes", "GET /api/v1/polls/1", "POST /api/v1/polls/1/votes"} {
			method, path, _ := strings.Cut(route, " ")
			if a := ben.Call(method, path, map[string]any{"choices": []int{0}}); a.Status != 404 || string(a.Body) != `{"error":"Record not found"}` {
				t.Errorf("%s, which is not for ben: %d %s", route, a.Status, a.Body)
			}
		}
	})
}

// TestPollLimits asks with as much as may be, and with more.
func TestPollLimits(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	many := strings.Fields("a b c d e f g h i j")
	long := strings.Repeat("é", social.MaxPollOption)
	for _, test := range []struct {
		what string
		body map[string]any
		want int
	}{
		{"one option", question([]string{"a"}), 422},
		{"the most options", question(many), 200},
		{"one more", question(append(many, "k")), 422},
		{"the longest option", question([]string{long, "b"}), 200},
		{"a longer one", question([]string{long + "e", "b"}), 422},
		{"an empty option", question([]string{" ", "b"}), 422},
		{"twice the same", question([]string{"b", "b"}), 422},
		{"the shortest", question([]string{"a", "b"}, "expires_in", int(social.MinPoll/time.Second)), 200},
		{"too short", question([]string{"a", "b"}, "expires_in", int(social.MinPoll/time.Second)-1), 422},
		{"the longest", question([]string{"a", "b"}, "expires_in", int(social.MaxPoll/time.Second)), 200},
		{"too long", question([]string{"a", "b"}, "expires_in", int(social.MaxPoll/time.Second)+1), 422},
	} {
		if a := ada.Call("POST", "/api/v1/statuses", test.body); a.Status != test.want {
			t.Errorf("%s: got %d %s, want %d", test.what, a.Status, a.Body, test.want)
		}
	}
}
