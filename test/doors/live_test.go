package doors

import (
	"bufio"
	"net/http"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// lines is an open stream of the site's, line by line. It is closed when the
// stream ends.
func lines(t *testing.T, s *apptest.Server, path, secret string) <-chan string {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", s.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	session(secret)(r)
	resp, err := plain.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { resp.Body.Close() })
	if resp.StatusCode != 200 || !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
		t.Fatalf("%s: %d %s", path, resp.StatusCode, resp.Header.Get("Content-Type"))
	}
	out := make(chan string, 100)
	go func() {
		defer close(out)
		for in := bufio.NewScanner(resp.Body); in.Scan(); {
			out <- in.Text()
		}
	}()
	return out
}

// The stream of a page tells numbers only, of what its reader may see, and ends
// with the session.
func TestLivePage(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
	ada.Follow(ben)
	secret := signIn(t, s, ada)
	home := lines(t, s, "/live?stream=user&again=1", secret)
	next := func(what string) string {
		t.Helper()
		for l := range home {
			if event, ok := strings.CutPrefix(l, "event: "); ok {
				data := <-home
				return event + " " + strings.TrimPrefix(data, "data: ")
			}
		}
		t.Fatalf("the stream ended before %s", what)
		return ""
	}
	if got := next("the count"); got != "unread 0" {
		t.Errorf("at first: %q, want unread 0", got)
	}
	cleo.Post("not for her home", "public")
	ben.Post("not for her at all @cleo", "direct")
	first := ben.Post("for her home", "public").ID
	if got := next("a post"); got != "update "+first+" "+first {
		t.Errorf("a post: %q, want update %s twice", got, first)
	}
	ben.Must("POST", "/api/v1/statuses/"+first+"/favourite", nil, nil)
	second := ben.Post("@ada hello", "public").ID
	told := []string{next("two things"), next("the second")}
	if !(strings.Contains(strings.Join(told, "|"), "update "+second) && strings.Contains(strings.Join(told, "|"), "unread 1")) {
		t.Errorf("a post that mentions her: %q", told)
	}
	if a := send(t, s, "GET", "/live?stream=nothing", session(secret)); a.Status != 400 {
		t.Errorf("a stream that there is not: %d, want 400", a.Status)
	}
	if a := send(t, s, "GET", "/live?stream=user", session(secret), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "cross-site") }); a.Status != 403 {
		t.Errorf("for another site: %d, want 403", a.Status)
	}
	if a := send(t, s, "GET", "/live?stream=user", bearer(ada.Token)); a.Status == 200 {
		t.Error("a token opens the stream of a page")
	}
	send(t, s, "POST", "/auth/sign_out", session(secret), func(r *http.Request) { r.Header.Set("Sec-Fetch-Site", "same-origin") })
	for range home { // ends, or the test never does
	}
}

// Whoever is not signed in any more has nothing streamed, and is not led to a page
// that a stream cannot show.
func TestLiveOfStrangers(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	a := send(t, s, "GET", "/live", header("Accept", "text/event-stream"))
	wantStatus(t, "a stranger", a, 204)
	if a = send(t, s, "GET", "/live"); a.Status == 204 {
		t.Error("a browser that wants a page is not asked to sign in")
	}
}
