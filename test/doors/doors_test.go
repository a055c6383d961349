package doors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// want is whether a post is behind a door: never, always, or perhaps.
type want int

const (
	never want = iota
	always
	perhaps
)

func when(yes bool) want {
	if yes {
		return always
	}
	return never
}

// perhapsIf is for what may be shown but need not.
func perhapsIf(may bool) want {
	if may {
		return perhaps
	}
	return never
}

// A door is an address, and who finds which post behind it. Of paths, {post},
// {answer} and {boost} are the post's, {ada}, {pia} and {root} the house's,
// {list} the reader's.
type door struct {
	path string
	inn  bool // for members
	want func(r *reader, p *post) want
}

// open reports whether a post stands on public timelines, for those who see it.
func (p *post) open() bool { return p.kind == "public" || p.kind == "local" }

func asked(r *reader, p *post) want  { return when(r.sees(p)) }
func below(r *reader, p *post) want  { return when(r.offered(p) && p.reply) }
func topics(r *reader, p *post) want { return when(r.offered(p) && p.open()) }
func square(r *reader, p *post) want { return when(r.offered(p) && p.open() && !p.reply) }

// tagged is without messages, whose tags are sealed.
func tagged(r *reader, p *post) want { return when(r.sees(p) && p.kind != "direct") }

// sent is for messages.
func sent(r *reader, p *post) want { return when(r.offered(p) && p.kind == "direct") }

// home also has what pia boosted, whom all follow.
func home(r *reader, p *post) want {
	return when(r.offered(p) && p.kind != "direct" && (r.follows() || p.kind == "public" && p.boost != ""))
}

func listed(r *reader, p *post) want {
	return when(r.offered(p) && p.kind != "direct" && r.follows())
}

func found(r *reader, p *post) want {
	if p.open() && r.Person != nil {
		return when(r.offered(p))
	}
	return perhapsIf(r.offered(p))
}

func told(r *reader, p *post) want {
	mentioned := r.name == "mentioned" && (p.kind == "private" || p.kind == "direct")
	if mentioned || (r.name == "follower" || r.name == "friend" || r.name == "left") && r.sees(p) && !p.reply {
		return always
	}
	return perhapsIf(r.offered(p))
}

// passed is for a boost: ada passes her private post on to her followers.
func passed(r *reader, p *post) want { return when(r.sees(p) && (p.kind == "public" || r.follows())) }

func boosted(r *reader, p *post) want { return when(r.sees(p) && p.kind == "public" && p.boost != "") }
func nobody(*reader, *post) want      { return never }

// outside is for other servers, where neither tokens nor cookies count.
func outside(_ *reader, p *post) want { return when(p.kind == "public" || p.kind == "unlisted") }

// doors are all the addresses at which posts are shown.
var doors = []door{
	{"/api/v1/statuses/{post}", false, asked},
	{"/api/v1/statuses?id[]={post}&id[]={root}", false, asked},
	{"/api/v1/statuses/{boost}", false, passed},
	{"/api/v1/statuses?id[]={boost}", false, passed},
	{"/api/v1/statuses/{post}/history", false, asked},
	{"/api/v1/statuses/{post}/source", true, nobody}, // its author's only
	{"/api/v1/statuses/{answer}/context", false, asked},
	{"/api/v1/statuses/{root}/context", false, below},
	{"/api/v1/accounts/{ada}/statuses?limit=40", false, asked},
	{"/api/v1/accounts/{ada}/statuses?tagged=" + tag, false, tagged},
	{"/api/v1/accounts/{pia}/statuses", false, boosted},
	{"/api/v1/timelines/home?limit=40", true, home},
	{"/api/v1/timelines/public", false, square},
	{"/api/v1/timelines/public?local=true", false, square},
	{"/api/v1/timelines/tag/" + tag, false, topics},
	{"/api/v1/timelines/list/{list}?limit=40", true, listed},
	{"/api/v2/search?q=" + common, false, found},
	{"/api/v2/search?type=statuses&q={word}", false, found},
	{"/api/v2/search?type=statuses&q=" + common + "&account_id={ada}", false, found},
	{"/api/v1/notifications?limit=80", true, told},
	{"/api/v2/notifications?limit=80", true, told},
	{"/api/v1/timelines/direct?limit=40", true, sent},
	{"/api/v1/conversations?limit=40", true, func(r *reader, p *post) want { return perhapsIf(sent(r, p) != never) }},
	{"/api/v1/favourites?limit=40", true, asked},
	{"/api/v1/bookmarks?limit=40", true, asked},
	{"/@ada/{post}", false, asked},
	{"/@ada/{post}/history", false, asked},
	{"/@mentioned/{answer}", false, asked},
	{"/@pia/{root}", false, below},
	{"/@ada", false, func(r *reader, p *post) want { return when(r.sees(p) && !p.reply) }},
	{"/@ada/with_replies", false, asked},
	{"/@pia/with_replies", false, boosted},
	{"/", true, home},
	{"/public", false, square},
	{"/public/local", false, square},
	{"/tags/" + tag, false, topics},
	{"/lists/{list}", true, listed},
	{"/search?q=" + common, false, func(r *reader, p *post) want { return perhapsIf(r.offered(p)) }},
	{"/search?type=statuses&q=" + common, false, found},
	{"/notifications", true, told},
	{"/favourites", true, asked},
	{"/bookmarks", true, asked},
	{"/ap/posts/{post}", false, outside},
	{"/ap/posts/{post}/activity", false, outside},
	{"/ap/users/{ada}/outbox?page=true", false, outside},
	{"/ap/users/{ada}/featured", false, nobody}, // she pins later
}

// TestDoors looks for every post behind every door, as everybody.
func TestDoors(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		h := newHouse(t, s)
		for _, r := range h.readers {
			pages := map[string]string{}
			for _, d := range doors {
				if d.inn && r.Person == nil {
					continue
				}
				for _, p := range h.posts {
					h.look(t, d, r, p, pages)
				}
			}
		}
		h.pinned(t)
		h.people(t)
		h.alike(t)
	})
}

// look opens a door once for each address.
func (h *house) look(t *testing.T, d door, r *reader, p *post, pages map[string]string) {
	t.Helper()
	if strings.Contains(d.path, "{boost}") && p.boost == "" {
		return
	}
	path := h.fill(d.path, r, p)
	page, ok := pages[path]
	if !ok {
		page = string(send(t, h.Server, "GET", path, bearer(r.token()), session(r.session)).Body)
		pages[path] = page
	}
	// The page of a search says again what was looked for.
	there := strings.Contains(strings.ReplaceAll(page, "q="+p.word, ""), p.word)
	if w := d.want(r, p); there && w == never {
		t.Errorf("%s: the %s is shown ada's %s post (reply: %v): %.2000s", path, r.name, p.kind, p.reply, page)
	} else if !there && w == always {
		t.Errorf("%s: the %s is not shown ada's %s post (reply: %v)", path, r.name, p.kind, p.reply)
	}
}

func (h *house) fill(path string, r *reader, p *post) string {
	return strings.NewReplacer("{post}", p.id, "{answer}", p.answer, "{boost}", p.boost, "{word}", p.word, "{root}", h.root, "{list}", r.list,
		"{ada}", fmt.Sprint(h.ada.ID), "{pia}", fmt.Sprint(h.pia.ID)).Replace(path)
}

// pinned looks at the top of ada's profile.
func (h *house) pinned(t *testing.T) {
	t.Helper()
	for _, p := range h.posts[:3] {
		h.ada.Must("POST", "/api/v1/statuses/"+p.id+"/pin", nil, nil)
	}
	for _, r := range h.readers {
		for _, p := range h.posts[:3] {
			h.look(t, door{"/api/v1/accounts/{ada}/statuses?pinned=true", false, asked}, r, p, map[string]string{})
			h.look(t, door{"/@ada", false, asked}, r, p, map[string]string{})
		}
	}
}

// people looks for ada among those who liked and boosted.
func (h *house) people(t *testing.T) {
	t.Helper()
	h.ada.Must("POST", "/api/v1/statuses/"+h.root+"/favourite", nil, nil)
	h.ada.Must("POST", "/api/v1/statuses/"+h.root+"/reblog", nil, nil)
	for name, want := range map[string]int{"follower": 200, "mentioned": 200, "blocked": 404, "blocker": 404, "muter": 404} {
		r := h.reader(name)
		wantStatus(t, "what the "+name+" was told before", r.Call("GET", "/api/v1/notifications/"+r.notice, nil), want)
	}
	for _, r := range h.readers {
		for _, path := range []string{"/api/v1/statuses/{root}/favourited_by", "/api/v1/statuses/{root}/reblogged_by", "/@pia/{root}/likes", "/@pia/{root}/boosts"} {
			a := send(t, h.Server, "GET", h.fill(path, r, h.posts[0]), bearer(r.token()), session(r.session))
			there := strings.Contains(string(a.Body), "@ada\"")
			if hide := r.name == "blocked" || r.name == "blocker"; there == hide {
				t.Errorf("%s: the %s finds ada: %v", path, r.name, there)
			}
		}
	}
}
