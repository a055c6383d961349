package doors

import (
	"net/http"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// behindProxy runs a house on PostgreSQL that a test can take away.
func behindProxy(t *testing.T) (*apptest.Server, *storetest.Proxy) {
	t.Helper()
	url := os.Getenv("PLAZA_TEST_POSTGRES")
	if url == "" {
		t.Skip("skipped: a database that goes away, because PLAZA_TEST_POSTGRES names no server")
	}
	t.Parallel()
	p, through := storetest.NewProxy(t, storetest.Database(t, url))
	return apptest.Start(t, func(c *conf.Config) { c.DB = through }), p
}

// TestDatabaseAway takes the database away and gives it back: meanwhile all
// are told so within a bounded time, and after it all goes on by itself.
func TestDatabaseAway(t *testing.T) {
	s, p := behindProxy(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	secret := session(signIn(t, s, ada))
	ada.Follow(ben)
	before := ben.Post("Before it went away", "public")
	for _, leave := range []struct {
		name string
		do   func()
	}{{"gone", p.Down}, {"still", p.Pause}} {
		leave.do()
		for _, v := range []visit{
			{as: bearer(ada.Token), path: "/api/v1/notifications"}, {as: bearer("a token that nobody knows"), path: "/api/v1/timelines/home"}, {as: bearer(""), path: "/api/v1/accounts/" + num(ada.ID) + "/statuses"},
			{as: secret, path: "/notifications"}, {as: session("a session that nobody knows"), path: "/bookmarks"}, {as: bearer(""), path: "/@ben/with_replies"},
			{as: bearer(""), path: "/.well-known/webfinger?resource=acct:nora@" + s.Config.HandleHost}, {as: bearer(""), path: "/ap/users/" + num(ben.ID) + "/outbox?page=true"},
			{as: bearer(""), path: "/oauth/authorize?client_id=x&redirect_uri=https://app.example/&response_type=code"}, {as: bearer(""), path: "/healthz"},
		} {
			v.away(t, s, leave.name, "GET")
		}
		for _, v := range []visit{{as: bearer(ada.Token), path: "/api/v1/statuses"}, {as: secret, path: "/new"}, {as: bearer(""), path: "/oauth/token"}, {as: secret, path: "/settings/profile"}} {
			v.away(t, s, leave.name, "POST")
		}
		p.Up()
		s.Eventually("the house to be well again", func() bool { return s.Call("GET", "/healthz", "", nil).Status == 200 })
		said := ben.Post("@ada after it was "+leave.name, "public")
		for _, path := range []string{"/api/v1/timelines/home", "/api/v1/notifications"} { // watchers and followers go on
			s.Eventually(path+" to go on", func() bool { return strings.Contains(string(ada.Call("GET", path, nil).Body), said.ID) })
		}
	}
	if body := string(ada.Call("GET", "/api/v1/timelines/home", nil).Body); !strings.Contains(body, before.ID) || strings.Contains(body, "Said in vain") {
		t.Errorf("home afterwards: %s", body)
	}
}

// awayMost is the longest that anybody is to wait for a database that is away:
// one connection, one beginning of a transaction, and what the machine adds.
const awayMost = 20 * time.Second

func (v visit) away(t *testing.T, s *apptest.Server, how, method string) {
	t.Helper()
	v.route.Method, v.who = method, "somebody"
	begun := time.Now()
	status, h, b := v.knock(t, s, form("status", "Said in vain", "text", "Said in vain", "display_name", "In vain", "grant_type", "password", "client_id", "x"))
	if wait, _ := strconv.Atoi(h.Get("Retry-After")); status != http.StatusServiceUnavailable || wait == 0 {
		t.Errorf("%s: %s: %d, Retry-After %q, want 503: %.300s", how, v, status, h.Get("Retry-After"), b)
	}
	if took := time.Since(begun); took > awayMost {
		t.Errorf("%s: %s took %s, want at most %s", how, v, took, awayMost)
	}
	if method == "POST" && v.path == "/new" && !strings.Contains(string(b), "Said in vain</textarea>") {
		t.Errorf("%s: what was typed is lost: %s", how, b)
	}
}

// TestPostIsNotDoubled loses the answer to the commit of a post: its writer is
// told that nobody knows, and who asks again with the same key gets that post.
func TestPostIsNotDoubled(t *testing.T) {
	s, p := behindProxy(t)
	ada := s.Join("ada", social.Member)
	p.LoseCommit("Said once")
	key, body := header("Idempotency-Key", "once"), form("status", "Said once")
	status, h, b := visit{path: "/api/v1/statuses", as: bearer(ada.Token)}.post(t, s, key, body)
	if status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" || !strings.Contains(b, "not known whether this was saved") {
		t.Errorf("the answer was lost: %d %s", status, b)
	}
	var first, second apptest.Status
	for _, to := range []*apptest.Status{&first, &second} {
		a := send(t, s, "POST", "/api/v1/statuses", bearer(ada.Token), key, body)
		wantStatus(t, "with the same key", a, 200)
		a.JSON(t, to)
	}
	var all []apptest.Status
	ada.Must("GET", "/api/v1/accounts/"+num(ada.ID)+"/statuses", nil, &all)
	if len(all) != 1 || all[0].ID != first.ID || second.ID != first.ID {
		t.Errorf("it was said %d times: %v, and answered as %s and %s", len(all), all, first.ID, second.ID)
	}
}

func (v visit) post(t *testing.T, s *apptest.Server, o ...option) (int, http.Header, string) {
	t.Helper()
	v.route.Method = "POST"
	status, h, b := v.knock(t, s, o...)
	return status, h, string(b)
}
