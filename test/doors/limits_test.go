package doors

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/edge/mastoapi"
	"github.com/plaza-social/plaza/internal/social"
)

// TestPageSizes asks for pages of every size, sensible or not.
func TestPageSizes(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	c := &cast{server: s}
	ada := s.Join("ada", social.Member)
	for i := range 90 {
		if _, err := s.Posts.Publish(t.Context(), ada.Actor(), social.Draft{Text: fmt.Sprint("Post ", i), Visibility: social.Public}); err != nil {
			t.Fatal(err)
		}
		if err := s.Relations.Block(t.Context(), ada.Actor(), c.stranger(t).ID); err != nil {
			t.Fatal(err)
		}
	}
	for _, list := range []struct {
		path        string
		usual, most int
	}{{"/api/v1/timelines/home", 20, 40}, {"/api/v1/timelines/public", 20, 40}, {fmt.Sprintf("/api/v1/accounts/%d/statuses", ada.ID), 20, 40}, {"/api/v1/blocks", 40, 80}} {
		for limit, want := range map[string]int{"": list.usual, "1": 1, "39": 39, "40": 40, "41": min(41, list.most), "79": min(79, list.most), "80": min(80, list.most),
			"81": list.most, "1000000": list.most, "abc": list.usual, "-1": list.usual, "1e1": list.usual, "99999999999999999999": list.usual} {
			if got := len(idsOf(t, ada.Call("GET", list.path+"?limit="+limit, nil))); got != want {
				t.Errorf("%s?limit=%s: %d, want %d", list.path, limit, got, want)
			}
		}
		if got := len(idsOf(t, ada.Call("GET", list.path+"?limit=0", nil))); got > 1 {
			t.Errorf("%s?limit=0: %d", list.path, got)
		}
	}
}

// TestHowMuch sends as much as is taken, and one more.
func TestHowMuch(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	padded := func(size int) option {
		head, tail := `{"status":"Hi","padding":"`, `"}`
		return text("application/json", head+strings.Repeat("a", size-len(head)-len(tail))+tail)
	}
	for size, want := range map[int]int{mastoapi.MaxBody: 200, mastoapi.MaxBody + 1: 413} {
		a := send(t, s, "POST", "/api/v1/statuses", bearer(ada.Token), padded(size))
		wantStatus(t, fmt.Sprint("JSON of ", size), a, want)
		fields := "status=Hi&padding="
		a = send(t, s, "POST", "/api/v1/statuses", bearer(ada.Token), text("application/x-www-form-urlencoded", fields+strings.Repeat("a", size-len(fields))))
		wantStatus(t, fmt.Sprint("a form of ", size), a, want)
	}
	a := send(t, s, "PATCH", "/api/v1/accounts/update_credentials", bearer(ada.Token), parts(t, "display_name", "Ada", "padding", strings.Repeat("a", mastoapi.MaxUpload)))
	wantStatus(t, "parts that are too large", a, 413)
	wantError(t, "parts that are too large", a)

	for n, want := range map[int]int{1000: 200, 1001: 422} {
		wantStatus(t, fmt.Sprint(n, " characters"), ada.Call("POST", "/api/v1/statuses", map[string]string{"status": strings.Repeat("ä", n)}), want)
	}
	ids := url.Values{}
	for i := range 101 {
		want := 200
		if i == 100 {
			want = 422
		}
		ids.Add("id[]", strconv.Itoa(i+1))
		if i >= 99 {
			for _, path := range []string{"/api/v1/statuses", "/api/v1/accounts", "/api/v1/accounts/relationships", "/api/v1/accounts/familiar_followers"} {
				wantStatus(t, fmt.Sprint(path, " of ", i+1), ada.Call("GET", path+"?"+ids.Encode(), nil), want)
			}
		}
	}
	many := map[string]string{"status": "Hi"}
	for i := range 3000 {
		many[fmt.Sprint("field", i)] = "x"
	}
	wantStatus(t, "too many fields", ada.Call("POST", "/api/v1/statuses", many), 422)
}

// TestIdempotency sends a post twice.
func TestIdempotency(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		say := func(p *apptest.Person, key, words string) string {
			var st apptest.Status
			a := send(t, s, "POST", "/api/v1/statuses", bearer(p.Token), header("Idempotency-Key", key), form("status", words))
			wantStatus(t, "post", a, 200)
			a.JSON(t, &st)
			return st.ID
		}
		first := say(ada, "one", "Hi")
		if again := say(ada, "one", "Hi"); again != first {
			t.Errorf("the same key gave %s and %s", first, again)
		}
		if other := say(ada, "two", "Hi"); other == first {
			t.Error("another key gave the same post")
		}
		if other := say(ben, "one", "Hi"); other == first {
			t.Error("somebody else's key gave the same post")
		}
		all := make([]string, 8)
		crowded(len(all), func(i int) { all[i] = say(ada, "at once", "Hi") })
		for _, id := range all {
			if id != all[0] {
				t.Errorf("the same key at once gave %v", all)
				break
			}
		}
		wantStatus(t, "a long key", send(t, s, "POST", "/api/v1/statuses", bearer(ada.Token), header("Idempotency-Key", strings.Repeat("k", 256)), form("status", "Hi")), 422)
		ada.Must("DELETE", "/api/v1/statuses/"+first, nil, nil)
		if again := say(ada, "one", "Hi"); again == first {
			t.Error("the post that is gone came back")
		}
	})
}

// TestTooOften calls until it is too often.
func TestTooOften(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t, apptest.WithLimits)
	ada := s.Join("ada", social.Member)
	ask := func() apptest.Answer { return send(t, s, "GET", "/api/v1/instance/rules") }
	left := func(a apptest.Answer) int {
		t.Helper()
		n, err := strconv.Atoi(a.Header.Get("X-RateLimit-Remaining"))
		if err != nil || a.Header.Get("X-RateLimit-Limit") != "300" {
			t.Fatalf("%v: %v", err, a.Header)
		}
		if _, err := time.Parse(time.RFC3339, a.Header.Get("X-RateLimit-Reset")); err != nil {
			t.Error(err)
		}
		return n
	}
	first := ask()
	if second := ask(); left(second) >= left(first) {
		t.Errorf("left are %d and then %d", left(first), left(second))
	}
	a := ask()
	for range 310 {
		if a.Status == 429 {
			break
		}
		a = ask()
	}
	wantStatus(t, "too often", a, 429)
	wantError(t, "too often", a)
	if wait, err := strconv.Atoi(a.Header.Get("Retry-After")); err != nil || wait < 1 || wait > 300 {
		t.Errorf("Retry-After is %q", a.Header.Get("Retry-After"))
	}
	wantStatus(t, "a wrong token, too often", send(t, s, "GET", "/api/v1/timelines/home", bearer("guess")), 429)
	member := ada.Call("GET", "/api/v1/instance/rules", nil)
	wantStatus(t, "somebody else", member, 200)
	if member.Header.Get("X-RateLimit-Limit") != "1500" {
		t.Errorf("members have %s", member.Header.Get("X-RateLimit-Limit"))
	}
	for range 40 { // a route with a limit of its own
		if a = ada.Call("DELETE", "/api/v1/statuses/1", nil); a.Status == 429 {
			break
		}
	}
	wantStatus(t, "too many deletions", a, 429)
	for range 70 {
		if a = send(t, s, "POST", "/oauth/token", form("grant_type", "password")); a.Status == 429 {
			break
		}
	}
	wantStatus(t, "too many tokens", a, 429)
	var e map[string]string
	if err := json.Unmarshal(a.Body, &e); err != nil || e["error"] == "" || e["error_description"] == "" || a.Header.Get("Retry-After") == "" {
		t.Errorf("too many tokens: %s, Retry-After %q", a.Body, a.Header.Get("Retry-After"))
	}
	for range 30 {
		if a = send(t, s, "POST", "/auth/sign_in", form("user[email]", "ada", "user[password]", "guess")); a.Status == 429 {
			break
		}
	}
	wantStatus(t, "too many guesses", a, 429)
}
