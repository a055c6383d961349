package doors

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// owned says which of ben's things the variables of a path name, by a piece of
// the path; the first that fits counts. Every one is of no concern to ada.
var owned = []struct{ piece, thing string }{
	{"/statuses/{id}/quotes/{quoting}", "post"},
	{"/filters/statuses/{id}", "filtered post"},
	{"/filters/keywords/{id}", "keyword"},
	{"/v1/filters/{id}", "keyword"},
	{"/v2/filters/{id}", "filter"},
	{"/interaction_requests/{id}", "post"},
	{"/statuses/{id}", "post"},
	{"/polls/{id}", "poll"},
	{"/media/{id}", "media"},
	{"/scheduled_statuses/{id}", "scheduled"},
	{"/lists/{id}", "list"},
	{"/timelines/list/{id}", "list"},
	{"/notifications/requests/{id}", "request"},
	{"/notifications/{id}", "notice"},
	{"/notifications/{group_key}", "group"},
	{"/conversations/{id}", "conversation"},
	{"/imports/{id}", "import"},
	{"/featured_tags/{id}", "featured tag"},
	{"/accounts/{id}", "account"}, // of somebody who is not let in yet
	{"/suggestions/{id}", "account"},
	{"/follow_requests/{id}", "account"},
}

// nobodys are variables that name nothing of anybody's: words, days, years and
// what is told to everybody.
// What is for moderators and admins only turns everybody else away before it
// looks at all, and TestAccess sees to that.
var nobodys = []string{"/announcements/{id}", "/collections/{id}", "/tags/{hashtag}", "/timelines/tag/{hashtag}", "/terms_of_service/{date}", "/annual_reports/{year}", "/async_refreshes/{id}"}

var digits = regexp.MustCompile(`\d{10,}`)

// everything is what any route could want to be told, so that none stops
// before it has looked for the thing.
var everything = url.Values{"status": {"Mine now"}, "title": {"Mine now"}, "phrase": {"mine"}, "keyword": {"mine"}, "context[]": {"home"}, "choices[]": {"0"},
	"comment": {"Mine"}, "description": {"Mine"}, "quote_approval_policy": {"nobody"}, "name": {"mine"}, "value": {"1"}, "reason": {"spam"}}

// TestForeign asks as ada, with every route that names a thing, for what is
// ben's alone and for what does not exist: the answers are the same to the
// byte. A new route belongs into one of the tables above.
func TestForeign(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Member)
	things := possessions(t, s)
	absent := strconv.FormatInt(id.New(time.Now()), 10)
	for _, r := range s.Routes() {
		if r.Edge != "mastoapi" || !strings.Contains(r.Path, "{") || r.Who == "moderator" || r.Who == "admin" || fits(r.Path, nobodys) {
			continue
		}
		thing, ok := thingOf(r.Path)
		if !ok {
			t.Errorf("%s %s: whose thing does it name? owned in this file is to say", r.Method, r.Path)
			continue
		}
		foreign := things[thing]
		if foreign == "" {
			t.Fatalf("ben has no %s", thing)
		}
		unknown := digits.ReplaceAllString(foreign, absent)
		for what, as := range map[string]option{"ada": bearer(ada.Token), "a stranger": bearer("")} {
			there, not := ask(t, s, r.Method, r.Path, foreign, as), ask(t, s, r.Method, r.Path, unknown, as)
			if there != not {
				a, b := difference(there, not)
				t.Errorf("%s %s tells %s that ben has a %s: %q, and if he had none %q", r.Method, r.Path, what, thing, a, b)
			}
			if r.Off == "" && what == "ada" && !strings.HasPrefix(there, "404") {
				t.Errorf("%s %s for a %s of ben's: %.200s", r.Method, r.Path, thing, there)
			}
		}
	}
}

func fits(path string, pieces []string) bool {
	for _, p := range pieces {
		if strings.Contains(path, p) {
			return true
		}
	}
	return false
}

func thingOf(path string) (string, bool) {
	for _, o := range owned {
		if strings.Contains(path, o.piece) {
			return o.thing, true
		}
	}
	return "", false
}

func ask(t *testing.T, s *apptest.Server, method, path, thing string, as option) string {
	t.Helper()
	path = strings.ReplaceAll(path, "{name}", url.PathEscape("👍"))
	options := []option{as}
	if method != "GET" {
		options = append(options, text("application/x-www-form-urlencoded", everything.Encode()))
	}
	return said(send(t, s, method, variable.ReplaceAllString(path, thing), options...), thing)
}

// possessions are one of everything, of ben's, that is for nobody else.
func possessions(t *testing.T, s *apptest.Server) map[string]string {
	t.Helper()
	ben, olga := s.Join("ben", social.Member), s.Join("olga", social.Owner)
	type thing struct {
		ID       string
		Poll     struct{ ID string }
		Keywords []thing
		Statuses []thing
	}
	made := func(method, path string, body any) (out thing) { ben.Must(method, path, body, &out); return out }
	out := map[string]string{}
	out["post"] = ben.Post("Only for me", "direct").ID
	out["poll"] = made("POST", "/api/v1/statuses", map[string]any{"status": "Rye?", "visibility": "direct", "poll": map[string]any{"options": []string{"a", "b"}, "expires_in": 3600}}).Poll.ID
	out["list"] = made("POST", "/api/v1/lists", "title=mine").ID
	out["scheduled"] = made("POST", "/api/v1/statuses", "status=later&scheduled_at="+time.Now().Add(time.Hour).UTC().Format("2006-01-02T15:04:05Z")).ID
	out["filter"] = made("POST", "/api/v2/filters", map[string]any{"title": "Ads", "context": []string{"home"}, "keywords_attributes": []map[string]any{{"keyword": "cheap"}}}).ID
	out["filtered post"] = made("POST", "/api/v2/filters/"+out["filter"]+"/statuses", "status_id="+out["post"]).ID
	out["keyword"] = made("GET", "/api/v2/filters/"+out["filter"], nil).Keywords[0].ID
	out["featured tag"] = made("POST", "/api/v1/featured_tags", "name=bread").ID
	var m attached
	upload(t, s, ben, "/api/v2/media", pngOf(t, 8, 8)).JSON(t, &m)
	out["media"] = m.ID
	out["import"] = bring(t, s, ben, "olga")
	out["account"] = waitingAccount(t, s)
	var soon []thing
	ben.Must("PATCH", "/api/v2/notifications/policy", "for_not_following=filter", nil)
	s.Join("cleo", social.Member).Post("@ben May I?", "public")
	s.Eventually("a request", func() bool {
		ben.Must("GET", "/api/v1/notifications/requests", nil, &soon)
		return len(soon) > 0
	})
	out["request"] = soon[0].ID
	ben.Must("PATCH", "/api/v2/notifications/policy", "for_not_following=accept", nil)
	olga.Post("@ben Hello", "direct")
	s.Eventually("a notice", func() bool {
		ben.Must("GET", "/api/v1/notifications", nil, &soon)
		return len(soon) > 0
	})
	out["notice"] = soon[0].ID
	var groups struct {
		Groups []struct {
			Key string `json:"group_key"`
		} `json:"notification_groups"`
	}
	ben.Must("GET", "/api/v2/notifications", nil, &groups)
	out["group"] = groups.Groups[0].Key
	if a := ben.Call("GET", "/api/v1/conversations", nil); a.Status == 200 {
		s.Eventually("a conversation", func() bool {
			ben.Must("GET", "/api/v1/conversations", nil, &soon)
			return len(soon) > 0
		})
		out["conversation"] = soon[0].ID
	}
	return out
}

// waitingAccount is somebody who signed up and is not let in yet.
func waitingAccount(t *testing.T, s *apptest.Server) string {
	t.Helper()
	who, err := s.Auth.SignUp(t.Context(), auth.SignUp{Username: "wanda", Email: "wanda@example.com", Password: "correct horse battery", Agreed: true})
	if err != nil {
		t.Fatal(err)
	}
	return num(who.ID)
}

// bring starts an import of people whom to follow.
func bring(t *testing.T, s *apptest.Server, p *apptest.Person, whom ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	w.WriteField("type", "follows")
	f, err := w.CreateFormFile("data", "follows.csv")
	if err != nil {
		t.Fatal(err)
	}
	fmt.Fprintln(f, "Account address\n"+strings.Join(whom, "\n"))
	w.Close()
	var out struct{ ID string }
	a := send(t, s, "POST", "/api/plaza/v1/imports", bearer(p.Token), body(w.FormDataContentType(), b.Bytes()))
	wantStatus(t, "an import", a, 200)
	a.JSON(t, &out)
	return out.ID
}
