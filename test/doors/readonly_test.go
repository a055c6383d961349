package doors

import (
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

var errClosed = errs.New(errs.Unavailable, "This house is being moved; it can be read meanwhile.")

// visitors is one in how many visits about something in the short form.
const visitors = 3

// A visit is a call of a route about something, as somebody.
type visit struct {
	route app.Route
	path  string
	who   string
	as    option
}

func (v visit) String() string { return v.route.Method + " " + v.path + " by " + v.who }

// visits are calls of every route of the build, about what there is, as those
// who are let in and those who are not: in turn, or each by all in the long form.
func (c *cast) visits(t *testing.T) (all []visit) {
	t.Helper()
	long, turn := os.Getenv("PLAZA_TEST_LONG") != "", 0
	for _, r := range c.server.Routes() {
		as := map[string]option{"nobody": bearer(""), "an app": bearer(c.app), "a member": bearer(c.member.Token), "ben": bearer(c.ben.Token), "a moderator": bearer(c.moderator.Token), "the owner": bearer(c.owner.Token)}
		if r.Edge == "web" || strings.HasPrefix(r.Path, "/oauth/authorize") {
			as = map[string]option{"nobody": bearer("")}
			for _, role := range roles {
				as["the "+role] = session(c.sessions[role])
			}
		}
		for _, about := range c.about(t, r) {
			whos := slices.Sorted(maps.Keys(as))
			for i, who := range whos {
				if long || i%visitors == turn%visitors {
					all = append(all, visit{r, about.path(r.Path), who, as[who]})
				}
			}
			turn++
		}
	}
	return all
}

// asEver reports whether a visit changes nothing of the house: it reads, or is for
// the copies that it keeps for others.
func (v visit) asEver() bool {
	return v.route.Method == "GET" || strings.HasPrefix(v.path, place.Root)
}

// claims reports whether somebody has a case from then on, who asks for the next.
func (v visit) claims() bool { return v.path == "/moderation/next" }

// knock makes a visit. Streams are left at once.
func (v visit) knock(t *testing.T, s *apptest.Server, o ...option) (status int, h http.Header, b []byte) {
	t.Helper()
	for try := 0; ; try++ {
		r, err := http.NewRequestWithContext(t.Context(), v.route.Method, s.URL+v.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range append(o, v.as) {
			o(r)
		}
		resp, err := plain.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "text/event-stream") {
			if b, err = io.ReadAll(resp.Body); err != nil {
				t.Fatal(err)
			}
		}
		resp.Body.Close()
		if resp.StatusCode != http.StatusTooManyRequests || try == 100 { // streams that were left are still counted
			return resp.StatusCode, resp.Header, b
		}
		time.Sleep(10 * time.Millisecond)
	}
}

// TestReadOnly visits every route, as everybody, of a house that can only be
// read: one that was shut, and one that follows. What only reads is answered as
// ever; everything else is told to come back, and nothing at all changes.
func TestReadOnly(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		c := newCast(t, s)
		visits := c.visits(t)
		statuses := make([]int, len(visits))
		crowded(len(visits), func(i int) {
			if visits[i].asEver() {
				statuses[i], _, _ = visits[i].knock(t, s)
			}
		})
		s.Store.Shut(errClosed)
		t.Run("shut", func(t *testing.T) { closed(t, s, visits, statuses, errs.Public(errClosed)) })
		copied := s.ReadOnly(t)
		t.Run("follows", func(t *testing.T) { closed(t, copied, visits, statuses, "This is a copy that follows") })
		s.Store.OpenGate()
		t.Run("open again", func(t *testing.T) { opened(t, c) })
	})
}

// closed visits a house that can only be read.
func closed(t *testing.T, s *apptest.Server, visits []visit, statuses []int, why string) {
	t.Helper()
	before, file := storetest.Dump(t, s.Config.Database()), bytesOf(t, s)
	if len(before) < 60 || strings.HasPrefix(before["accounts"], "0 ") || strings.HasPrefix(before["posts"], "0 ") {
		t.Fatalf("the dump shows nothing: %v", before)
	}
	crowded(len(visits), func(i int) {
		v := visits[i]
		if v.asEver() {
			if got, _, b := v.knock(t, s); got != statuses[i] && !(v.claims() && got == http.StatusServiceUnavailable) {
				t.Errorf("%s: %d, want %d as ever: %.300s", v, got, statuses[i], b)
			}
			return
		}
		got, h, b := v.knock(t, s, form("status", "Written in vain", "text", "Written in vain", "title", "vain"))
		s.Check(t, v.route.Method, strings.Split(v.path, "?")[0], apptest.Answer{Status: got, Header: h, Body: b})
		wait, _ := strconv.Atoi(h.Get("Retry-After"))
		if got != http.StatusServiceUnavailable || wait != errs.RetryAfter || !strings.Contains(string(b), why) {
			t.Errorf("%s: %d, Retry-After %q, want 503 and why: %.300s", v, got, h.Get("Retry-After"), b)
		}
	})
	if changed := storetest.Changed(before, storetest.Dump(t, s.Config.Database())); len(changed) > 0 {
		t.Errorf("these tables were changed: %v", changed)
	}
	if !slices.Equal(file, bytesOf(t, s)) {
		t.Error("the file of the database was changed")
	}
	t.Logf("%d visits", len(visits))
}

// bytesOf is the file of the database of a house that follows: nobody writes it.
func bytesOf(t *testing.T, s *apptest.Server) []byte {
	t.Helper()
	if s.Config.DB != "" {
		return nil
	}
	b, err := os.ReadFile(s.Config.Database())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// opened looks whether a house goes on when it is open again.
func opened(t *testing.T, c *cast) {
	t.Helper()
	said := c.member.Post("@ben are you back?", "public")
	c.server.Eventually("ben to be told", func() bool {
		return strings.Contains(string(c.ben.Call("GET", "/api/v1/notifications", nil).Body), fmt.Sprintf("%q", said.ID))
	})
}
