package doors

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/social"
)

// unpaged are lists that say how many are wanted, and do not go on.
var unpaged = []string{"/api/v1/search", "/api/v2/search"} // several lists in one answer

// pagedBy is what a route's list is paged by, or empty.
func pagedBy(op *openapi3.Operation) string {
	for _, by := range []string{"max_id", "offset", "after"} {
		if takes(op, by) && takes(op, "limit") {
			return by
		}
	}
	return ""
}

func takes(op *openapi3.Operation, name string) bool {
	return op != nil && op.Parameters.GetByInAndName("query", name) != nil
}

// TestPaging walks through every list there is, one at a time: to its end and
// back again, without a gap and without a double.
func TestPaging(t *testing.T) {
	t.Parallel()
	apptest.EachLong(t, func(t *testing.T, s *apptest.Server) {
		f := fill(t, s)
		doc, _ := readOpenAPI(t, s)
		for path, item := range doc.Paths.Map() {
			switch by := pagedBy(item.Get); {
			case by == "" || slices.Contains(unpaged, path):
				if takes(item.Get, "limit") {
					f.bears(t, path)
				}
			default:
				f.walk(t, path, by)
				f.limits(t, path)
			}
		}
	})
}

// full is a house in which olga, who owns it, has several of everything.
type full struct {
	*apptest.Server
	olga   *apptest.Person
	things map[string]string // what paths speak of, by a piece of the path
}

// several is how many of everything there are, at least.
const several = 3

// path is where the list is, in a house that has one.
func (f full) path(t *testing.T, pattern string) string {
	t.Helper()
	for {
		at := variable.FindStringIndex(pattern)
		if at == nil {
			break
		}
		piece, best := "", ""
		for p := range f.things {
			if strings.Contains(pattern, p) && len(p) > len(best) {
				piece, best = f.things[p], p
			}
		}
		if best == "" {
			t.Fatalf("%s: what does it speak of? fill is to say", pattern)
		}
		pattern = pattern[:at[0]] + piece + pattern[at[1]:]
	}
	more := map[string]string{"/api/v1/accounts/search": "q=pat", "/api/v1/timelines/link": "url=" + url.QueryEscape(f.things["link"])}[pattern]
	return pattern + "?" + more
}

// namesIn are the keys of what an answer lists, in order.
func namesIn(t *testing.T, what string, a apptest.Answer) (out []string) {
	t.Helper()
	wantStatus(t, what, a, 200)
	var list []any
	if json.Unmarshal(a.Body, &list) != nil {
		var in map[string]any
		a.JSON(t, &in)
		for _, name := range []string{"notification_groups", "collections"} {
			if l, ok := in[name].([]any); ok {
				list = l
			}
		}
	}
	for _, x := range list {
		o, _ := x.(map[string]any)
		key, _ := x.(string)
		for _, name := range []string{"id", "group_key", "url", "name", "line"} {
			if v, ok := o[name]; ok && key == "" {
				key = fmt.Sprint(v)
			}
		}
		if key == "" {
			t.Fatalf("%s: what is %v called?", what, x)
		}
		out = append(out, key)
	}
	return out
}

var linkForm = regexp.MustCompile(`<([^>]*)>; rel="(next|prev)"`)

// beside are the addresses of the pages next to one.
func beside(t *testing.T, f full, what string, h http.Header) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, m := range linkForm.FindAllStringSubmatch(h.Get("Link"), -1) {
		path, ok := strings.CutPrefix(m[1], f.URL)
		if u, err := url.Parse(m[1]); !ok || err != nil || u.Path+"?" != what[:strings.Index(what, "?")+1] || u.Query().Get("limit") != "1" {
			t.Errorf("%s leads on to %q", what, m[1])
		}
		out[m[2]] = path
	}
	return out
}

// longWalk is more steps than any list here has.
const longWalk = 60

// walk goes through a list and back.
func (f full) walk(t *testing.T, pattern, by string) {
	t.Helper()
	path := f.path(t, pattern)
	var whole []string
	f.Eventually("several of "+path, func() bool {
		whole = namesIn(t, path, f.olga.Call("GET", path+"&limit=80", nil))
		return len(whole) >= several
	})
	var there, back, last []string
	var prev string
	next := path + "&limit=1"
	for range longWalk {
		a := f.olga.Call("GET", next, nil)
		got := namesIn(t, next, a)
		if len(got) > 1 {
			t.Errorf("%s: %d at once", next, len(got))
		}
		links := beside(t, f, path, a.Header)
		if there = append(there, got...); len(got) > 0 {
			last, prev = got, links["prev"]
		}
		if next = links["next"]; next == "" {
			break
		}
	}
	if next != "" || !slices.Equal(there, whole) {
		t.Errorf("%s, one at a time: %v, want %v", path, there, whole)
	}
	if by == "after" { // it goes one way
		return
	}
	for range longWalk {
		if prev == "" {
			break
		}
		a := f.olga.Call("GET", prev, nil)
		got := namesIn(t, prev, a)
		if back = append(got, back...); len(got) == 0 {
			break
		}
		prev = beside(t, f, path, a.Header)["prev"]
	}
	if back = append(back, last...); !slices.Equal(back, whole) {
		t.Errorf("%s, and back again: %v, want %v", path, back, whole)
	}
}

// sizes are of pages, most of which make no sense.
var sizes = []string{"0", "-1", "-99999999999999999999", "1000000", "99999999999999999999", "abc", "1e1", "1.5", "", "2"}

// bears asks for sizes where nothing goes on.
func (f full) bears(t *testing.T, pattern string) {
	t.Helper()
	for _, limit := range sizes {
		path := f.path(t, pattern) + "&q=pat&limit=" + limit
		wantStatus(t, path, f.olga.Call("GET", path, nil), 200)
	}
}

// limits asks for pages of sizes that make no sense, and of one that does.
func (f full) limits(t *testing.T, pattern string) {
	t.Helper()
	path := f.path(t, pattern)
	whole := namesIn(t, path, f.olga.Call("GET", path+"&limit=80", nil))
	for _, limit := range sizes {
		a := f.olga.Call("GET", path+"&limit="+limit, nil)
		switch got := namesIn(t, path+"&limit="+limit, a); {
		case limit == "2" && len(got) != 2, len(got) == 0, !slices.Equal(got, whole[:min(len(got), len(whole))]):
			t.Errorf("%s&limit=%s: %v of %v", path, limit, got, whole)
		case limit == "0" && len(got) != 1 && !strings.HasPrefix(pattern, "/api/v1/lists/"): // where it means all
			t.Errorf("%s&limit=0: %v", path, got)
		}
	}
}

// fill makes the house.
func fill(t *testing.T, s *apptest.Server) full {
	t.Helper()
	f := full{Server: s, olga: s.Join("olga", social.Owner), things: map[string]string{}}
	f.olga.Token = f.olga.TokenWith(auth.Scopes.String())
	var pats []*apptest.Person
	for i := range several + 1 {
		p := s.Join(fmt.Sprint("pat", i), social.Member)
		p.Must("PATCH", "/api/v1/profile", "discoverable=true", nil)
		pats = append(pats, p)
	}
	f.olga.Must("PATCH", "/api/v1/profile", "discoverable=true", nil)
	f.known(t, pats)
	f.said(t, pats)
	f.kept(t, pats)
	f.staff(t, pats)
	pats[0].Post("@olga The last word", "public")
	s.Eventually("everything is told", func() bool {
		return strings.Contains(string(f.olga.Call("GET", "/api/v1/notifications", nil).Body), "The last word")
	})
	return f
}

// known is whom olga knows, in every way.
func (f full) known(t *testing.T, pats []*apptest.Person) {
	t.Helper()
	c := &cast{server: f.Server}
	var list struct{ ID string }
	f.olga.Must("POST", "/api/v1/lists", "title=Pats", &list)
	f.things["/lists/"], f.things["/list/"], f.things["/accounts/"] = list.ID, list.ID, num(f.olga.ID)
	for _, p := range pats {
		p.Follow(f.olga)
		f.olga.Follow(p)
		f.olga.Must("POST", "/api/v1/accounts/"+num(p.ID)+"/endorse", nil, nil)
		f.olga.Must("POST", "/api/v1/lists/"+list.ID+"/accounts", "account_ids[]="+num(p.ID), nil)
		f.olga.Must("POST", "/api/v1/accounts/"+num(c.stranger(t).ID)+"/block", nil, nil)
		f.olga.Must("POST", "/api/v1/accounts/"+num(c.stranger(t).ID)+"/mute", nil, nil)
		f.olga.Must("POST", "/api/v1/collections", "name=Mine", nil)
		p.Must("POST", "/api/v1/collections", "name=Theirs&account_ids[]="+num(f.olga.ID), nil)
	}
	f.olga.Must("PATCH", "/api/v1/profile", "locked=true", nil)
	for i := range several {
		f.Join(fmt.Sprint("asks", i), social.Member).Follow(f.olga)
		f.olga.Must("POST", "/api/v1/domain_blocks", fmt.Sprintf("domain=far%d.example", i), nil)
	}
}

// said is what everybody says, and olga's part in it.
func (f full) said(t *testing.T, pats []*apptest.Person) {
	t.Helper()
	site, _ := paper(t)
	f.things["link"] = site + "/bread"
	var linking []string
	for i, p := range pats {
		post := p.Post(fmt.Sprintf("@olga read %s/bread #bread #tag%d", site, i), "public")
		f.olga.Must("POST", "/api/v1/statuses/"+post.ID+"/favourite", nil, nil)
		f.olga.Must("POST", "/api/v1/statuses/"+post.ID+"/bookmark", nil, nil)
		f.olga.Must("POST", "/api/v1/tags/tag"+fmt.Sprint(i)+"/follow", nil, nil)
		p.Post("@olga psst", "direct")
		for _, other := range []*apptest.Person{pats[(i+1)%len(pats)], f.olga} { // more than one turns to it
			linking = append(linking, other.Post(fmt.Sprintf("Also %s/bread?page=%d #tag%d", site, i, i), "public").ID)
			other.Must("POST", "/api/v1/statuses/"+post.ID+"/reblog", nil, nil)
		}
	}
	for _, id := range linking { // trends are looked at once
		withCard(t, f.Server, f.olga, id)
	}
	mine := f.olga.Post("Like, boost and quote this", "public")
	f.things["/statuses/"], f.things["/tag/"] = mine.ID, "bread"
	for _, p := range pats {
		p.Must("POST", "/api/v1/statuses/"+mine.ID+"/favourite", nil, nil)
		p.Must("POST", "/api/v1/statuses/"+mine.ID+"/reblog", nil, nil)
		p.Must("POST", "/api/v1/statuses", map[string]string{"status": "I quote", "quoted_status_id": mine.ID, "visibility": "public"}, nil)
		f.olga.Must("POST", "/api/v1/statuses", "status=Later&scheduled_at="+time.Now().Add(time.Hour).UTC().Format(time.RFC3339), nil)
	}
	f.Eventually("likes in a group", func() bool {
		var all struct {
			Groups []struct {
				Key   string `json:"group_key"`
				Type  string
				Count int `json:"notifications_count"`
			} `json:"notification_groups"`
		}
		f.olga.Must("GET", "/api/v2/notifications?types[]=favourite", nil, &all)
		if len(all.Groups) == 1 && all.Groups[0].Count >= several {
			f.things["/notifications/"] = all.Groups[0].Key
		}
		return f.things["/notifications/"] != ""
	})
}

// kept is what waits: notices and messages of strangers, replies, and what could not
// be brought along.
func (f full) kept(t *testing.T, pats []*apptest.Person) {
	t.Helper()
	f.olga.Must("PATCH", "/api/v2/notifications/policy", "for_not_following=filter", nil)
	for i := range several {
		p := f.Join(fmt.Sprint("stranger", i), social.Member)
		p.Post("@olga May I?", "public")
		p.Post("@olga May I, among us?", "direct")
	}
	var asking apptest.Status
	f.olga.Must("POST", "/api/v1/statuses", "status=Ask me&visibility=public&reply_policy=approval", &asking)
	for _, p := range pats {
		p.Must("POST", "/api/v1/statuses", map[string]string{"status": "I ask", "visibility": "public", "in_reply_to_id": asking.ID}, nil)
	}
	f.things["/imports/"] = bring(t, f.Server, f.olga, "nobody1", "nobody2", "nobody3", "nobody4")
}

// staff is what the owner of a house keeps lists of.
func (f full) staff(t *testing.T, pats []*apptest.Person) {
	t.Helper()
	for i, p := range pats {
		p.Must("POST", "/api/v1/reports", "account_id="+num(pats[(i+1)%len(pats)].ID), nil)
		for path, body := range map[string]string{"domain_blocks": "domain=bad%d.example", "domain_allows": "domain=good%d.example", "email_domain_blocks": "domain=mail%d.example",
			"ip_blocks": "ip=198.51.100.%d&severity=no_access", "canonical_email_blocks": "email=spam%d@example.com"} {
			f.olga.Must("POST", "/api/v1/admin/"+path, fmt.Sprintf(body, i), nil)
		}
	}
}
