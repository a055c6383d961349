package doors

import (
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store/storetest"
)

// A trace is a read that leaves something behind where that can be kept.
type trace struct {
	what, path string
	as         []option // one for each house, which remembers whom it has let in
	kind       string   // what is asked for
	leaves     []string // the tables in which
}

// traces are reads whose traces are not there yet, and a link that confirms an
// address.
func traces(t *testing.T, s *apptest.Server) (all []trace, confirm string) {
	t.Helper()
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	_, far := fromElsewhere(t, s, "https://far.example")
	said := ben.Post("@ada hello", "public")
	var sessions, tokens []option
	for range 3 {
		sessions, tokens = append(sessions, session(signIn(t, s, ada))), append(tokens, bearer(ben.TokenWith("read")))
	}
	stranger, member := slices.Repeat([]option{bearer("")}, 3), slices.Repeat([]option{bearer(ada.Token)}, 3)
	s.Eventually("a notice", func() bool {
		return strings.Contains(string(ada.Call("GET", "/api/v1/notifications", nil).Body), said.ID)
	})
	storetest.Idle(t, s.Config.Database(), 2*24*time.Hour)
	if _, err := s.Auth.SignUp(t.Context(), auth.SignUp{Username: "wanda", Email: "wanda@example.com", Password: "correct horse battery", Agreed: true}); err != nil {
		t.Fatal(err)
	}
	confirm = regexp.MustCompile(`/auth/confirmation\?\S+`).FindString(s.Letter("wanda@example.com").Text)
	return []trace{
		{"the use of a session, and what was read of the notices", "/notifications", sessions, "text/html", []string{"sessions", "markers"}},
		{"the use of a token", "/api/v1/accounts/verify_credentials", tokens, "", []string{"tokens"}},
		{"keys of somebody", "/ap/users/" + num(ben.ID), stranger, "application/activity+json", []string{"own_keys"}},
		{"keys of the house", "/ap/actor", stranger, "application/activity+json", []string{"own_keys"}},
		{"a thread that goes on elsewhere", "/api/v1/statuses/" + num(far.ID) + "/context", member, "", []string{"gathered"}},
		{"somebody who lives elsewhere", "/api/v2/search?resolve=true&q=" + url.QueryEscape("https://127.0.0.1:1/@zoe"), member, "", nil},
	}, confirm
}

// TestReadOnlyLeavesNoTraces reads what leaves traces elsewhere: here it is
// answered as well, and leaves none.
func TestReadOnlyLeavesNoTraces(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		all, confirm := traces(t, s)
		s.Store.Shut(errClosed)
		for i, house := range []*apptest.Server{s, s.ReadOnly(t)} {
			name := []string{"shut", "follows"}[i]
			before := storetest.Dump(t, s.Config.Database())
			for _, r := range all {
				a := send(t, house, "GET", r.path, r.as[i], header("Accept", r.kind))
				wantStatus(t, name+": "+r.what, a, 200)
				if r.leaves != nil && r.leaves[0] == "own_keys" && strings.Contains(string(a.Body), "publicKeyPem") {
					t.Errorf("%s: %s: there is a key that nobody keeps: %s", name, r.what, a.Body)
				}
			}
			if changed := storetest.Changed(before, storetest.Dump(t, s.Config.Database())); len(changed) > 0 {
				t.Errorf("%s: these tables were changed: %v", name, changed)
			}
			status, h, b := visit{path: confirm, as: bearer("")}.get(t, house)
			if status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" || strings.Contains(b, "no longer valid") {
				t.Errorf("%s: a link that confirms: %d %.300s", name, status, b)
			}
		}
		s.Store.OpenGate()
		for _, r := range all { // these are the traces
			before := storetest.Dump(t, s.Config.Database())
			a := send(t, s, "GET", r.path, r.as[2], header("Accept", r.kind))
			wantStatus(t, r.what, a, 200)
			s.Eventually(r.what+" in the tables", func() bool {
				changed := storetest.Changed(before, storetest.Dump(t, s.Config.Database()))
				return !slices.ContainsFunc(r.leaves, func(table string) bool { return !slices.Contains(changed, table) })
			})
		}
		wantStatus(t, "the link, later", send(t, s, "GET", confirm), http.StatusSeeOther)
	})
}

func (v visit) get(t *testing.T, s *apptest.Server) (int, http.Header, string) {
	t.Helper()
	v.route.Method = "GET"
	status, h, b := v.knock(t, s)
	return status, h, string(b)
}
