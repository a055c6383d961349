package doors

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/app/apptest"
)

var update = flag.Bool("update", false, "write the golden file anew")

// TestAccess calls every route there is as everybody there is, about what
// belongs to somebody else, and compares the statuses with a golden file. A
// new route, or a new answer of an old one, is a line to be reviewed.
func TestAccess(t *testing.T) {
	t.Parallel()
	c := newCast(t, apptest.Start(t))
	routes := c.server.Routes()
	rows := make([][]string, len(routes))
	crowded(len(routes), func(i int) {
		for _, about := range c.about(t, routes[i]) {
			rows[i] = append(rows[i], c.row(t, routes[i], about))
		}
	})
	c.stillThere(t)
	compare(t, "access.golden", head+strings.Join(slices.Concat(rows...), "\n")+"\n")
}

const head = `# Who is answered what, on every route: the statuses of calls about what belongs to somebody else.
# API: without a token, with one that is none, with a session's cookie instead, an app's own token, one of somebody
# not confirmed yet, then a member's tokens of one scope each, grouped by status, then a moderator and the owner with all.
# Pages: without a session, with a token instead, then sessions by role; "sign-in" is sent there.
`

// row is a line of the golden file.
func (c *cast) row(t *testing.T, r app.Route, about subject) string {
	path := about.path(r.Path)
	name := r.Method + " " + r.Path
	if about.name != "" {
		name += " (" + about.name + ")"
	}
	ask := func(options ...option) int {
		a := send(t, c.server, r.Method, path, options...)
		for try := 0; a.Status == 429 && try < 100; try++ { // streams that were left are still counted
			time.Sleep(10 * time.Millisecond)
			a = send(t, c.server, r.Method, path, options...)
		}
		return a.Status
	}
	who := strings.TrimSpace(r.Who + " " + r.Scope)
	if r.Edge == "web" || strings.HasPrefix(r.Path, "/oauth/authorize") {
		page := func(o option) string {
			options := []option{o}
			if strings.HasPrefix(r.Path, "/lists/{list}") && r.Method == "POST" {
				options = append(options, form("title", "Mine now", "replies", "list", "name", "ben"))
			}
			a := send(t, c.server, r.Method, path, options...)
			if strings.HasPrefix(a.Header.Get("Location"), "/auth/sign_in") {
				return "sign-in"
			}
			if strings.HasPrefix(a.Header.Get("Location"), "/moderation/cases/") && r.Path == "/moderation/next" {
				return "200" // whether a case waits for somebody is a matter of who asked before
			}
			return strconv.Itoa(a.Status)
		}
		out := []string{"none=" + page(bearer("")), "token=" + page(bearer(c.owner.Token))}
		for _, role := range roles {
			out = append(out, role+"="+page(session(c.sessionFor(t, r, role))))
		}
		return fmt.Sprintf("%s | %s | %s", name, who, strings.Join(out, " "))
	}
	got := answers{none: ask(), garbage: ask(bearer("garbage")), cookie: ask(session(c.sessions["owner"])), app: ask(bearer(c.app)),
		waiting: ask(bearer(c.waiting)), scopes: map[string]int{}}
	for _, s := range c.scopes {
		got.scopes[s] = ask(bearer(c.tokens[s]))
	}
	got.moderator, got.owner = ask(bearer(c.moderator.Token)), ask(bearer(c.owner.Token))
	got.check(t, name, r)
	return fmt.Sprintf("%s | %s | %s", name, who, got)
}

// answers are the statuses of one route.
type answers struct {
	none, garbage, cookie, app, waiting int
	scopes                              map[string]int
	moderator, owner                    int
}

func (g answers) String() string {
	with := map[int][]string{}
	for s, status := range g.scopes {
		with[status] = append(with[status], s)
	}
	statuses := []int{}
	for status, names := range with {
		slices.Sort(names)
		statuses = append(statuses, status)
	}
	slices.SortFunc(statuses, func(a, b int) int { return len(with[a])*1000 + a - len(with[b])*1000 - b })
	var out []string
	for i, status := range statuses {
		names := strings.Join(with[status], ",")
		if i == len(statuses)-1 { // the most
			names = "others"
			if i == 0 {
				names = "all"
			}
		}
		out = append(out, fmt.Sprintf("%s=%d", names, status))
	}
	return fmt.Sprintf("none=%d garbage=%d cookie=%d app=%d waiting=%d | %s | moderator=%d owner=%d", g.none, g.garbage, g.cookie, g.app, g.waiting,
		strings.Join(out, " "), g.moderator, g.owner)
}

// check says what must hold whatever the golden file says.
func (g answers) check(t *testing.T, name string, r app.Route) {
	t.Helper()
	if g.none != g.cookie {
		t.Errorf("%s: a cookie changes the answer from %d to %d", name, g.none, g.cookie)
	}
	if !slices.Contains([]string{"member", "app", "moderator", "admin"}, r.Who) {
		return
	}
	if g.none != 401 || g.garbage != 401 {
		t.Errorf("%s is for a %s, but without a token answers %d, and with garbage %d", name, r.Who, g.none, g.garbage)
	}
	if r.Who == "moderator" || r.Who == "admin" {
		g.checkStaff(t, name, r)
		return
	}
	for s, status := range g.scopes {
		if r.Scope != "" && (status == 403) == covers(s, r.Scope) && !strings.Contains(r.Path, "/emails/") {
			t.Errorf("%s needs %s, but with %s answers %d", name, r.Scope, s, status)
		}
	}
}

// checkStaff says what must hold of a route for those who look after the house.
func (g answers) checkStaff(t *testing.T, name string, r app.Route) {
	t.Helper()
	for s, status := range g.scopes {
		if status != 403 {
			t.Errorf("%s is for a %s, but a member with %s is answered %d", name, r.Who, s, status)
		}
	}
	if (g.moderator == 403) != (r.Who == "admin") || g.owner == 403 {
		t.Errorf("%s is for a %s, but a moderator is answered %d, and the owner %d", name, r.Who, g.moderator, g.owner)
	}
}

// covers is what Mastodon's documentation says of scopes: one covers those
// below it, and "follow" what people do about each other.
func covers(have, need string) bool {
	top, sub, _ := strings.Cut(need, ":")
	return have == need || have == top || have == "follow" && slices.Contains([]string{"blocks", "follows", "mutes"}, sub)
}

func compare(t *testing.T, file, got string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := strings.Split(string(b), "\n")
	have := strings.Split(got, "\n")
	for _, line := range have {
		if !slices.Contains(want, line) {
			t.Errorf("new: %s", line)
		}
	}
	for _, line := range want {
		if !slices.Contains(have, line) {
			t.Errorf("gone: %s", line)
		}
	}
	if t.Failed() {
		t.Logf("If this is meant: go test ./test/doors -run %s -update, and review the lines.", t.Name())
	}
}
