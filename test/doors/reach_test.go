package doors

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// reach is how far a post came, as an app is told.
type reach struct {
	Counted bool
	Reason  *string
	Least   int
	Views   int
	Days    []struct {
		Day                                   string
		Views, Boosts, Quotes, Likes, Replies int
	}
}

const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"

// TestReach views a post in all the ways there are. Each of them is one view at most,
// and only its author is told.
func TestReach(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, owner := s.Join("ada", social.Member), s.Join("olaf", social.Owner)
		post, close := ada.Post("Far", "public"), ada.Post("Near", "private")
		page, route := "/@ada/"+post.ID, "/api/plaza/v1/statuses/"+post.ID+"/reach"
		counted := func(what string, want int) {
			t.Helper()
			if err := s.Reach.Flush(t.Context()); err != nil {
				t.Fatal(err)
			}
			var r reach
			ada.Must("GET", route, nil, &r)
			if r.Views != want || !r.Counted || r.Least != social.LeastViews || len(r.Days) != 1 || r.Days[0].Views != want {
				t.Errorf("%s: %+v, want %d views", what, r, want)
			}
		}
		for _, name := range []string{"Sec-GPC", "DNT"} { // an app in a browser
			send(t, s, "GET", "/api/v1/statuses/"+post.ID, header("Authorization", "Bearer "+owner.Token), header(name, "1"))
		}
		var readers []*apptest.Person
		for i := range social.LeastViews - 1 {
			readers = append(readers, s.Join(fmt.Sprint("reader", i), social.Member))
		}
		for i, path := range []string{"/api/v1/timelines/public", "/api/v1/statuses/" + post.ID, fmt.Sprintf("/api/v1/accounts/%d/statuses", ada.ID), "/api/v1/statuses?id[]=" + post.ID} {
			for range 3 {
				readers[i].Must("GET", path, nil, nil)
			}
		}
		for _, none := range [][]option{
			{}, // a machine
			{header("User-Agent", firefox), header("Sec-GPC", "1")},
			{header("User-Agent", firefox), header("DNT", "1")},
			{header("User-Agent", firefox), header("Sec-Purpose", "prefetch")},
			{header("User-Agent", "Mozilla/5.0 (compatible; Somebot/1.0; +https://bot.example)")},
			{session(signIn(t, s, ada))}, // her own
			{header("Accept", "application/activity+json"), header("User-Agent", firefox)},
		} {
			send(t, s, "GET", page, none...)
			send(t, s, "GET", "/@ada", none...)
		}
		send(t, s, "HEAD", page, header("User-Agent", firefox))
		send(t, s, "GET", "/@ada.rss", header("User-Agent", firefox))
		s.Call("GET", "/api/v1/statuses/"+post.ID, "", nil) // an app without a person
		counted("fewer than are shown", 0)
		send(t, s, "GET", page, header("User-Agent", firefox))
		send(t, s, "GET", "/public", header("User-Agent", firefox))
		counted("with one visitor", social.LeastViews)

		for name, a := range map[string]apptest.Answer{"another": readers[0].Call("GET", route, nil), "the owner": owner.Call("GET", route, nil)} {
			wantStatus(t, "for "+name, a, 404)
			if strings.Contains(string(a.Body), "views") {
				t.Errorf("%s is told %s", name, a.Body)
			}
		}
		for _, secret := range []string{signIn(t, s, readers[0]), signIn(t, s, owner)} {
			a := send(t, s, "GET", page+"/reach", session(secret))
			wantStatus(t, "the page", a, 404)
			if strings.Contains(string(send(t, s, "GET", page, session(secret)).Body), "/reach") {
				t.Error("others are offered the page")
			}
		}
		wantStatus(t, "of what one cannot see", readers[0].Call("GET", "/api/plaza/v1/statuses/"+close.ID+"/reach", nil), 404)
		a := send(t, s, "GET", page+"/reach", session(signIn(t, s, ada)))
		wantStatus(t, "her page", a, 200)
		if body := string(a.Body); !strings.Contains(body, "Only you see this page.") || !strings.Contains(body, "<rect") || !strings.Contains(body, `<p class="large">5</p>`) {
			t.Errorf("her page: %s", body)
		}
		if a := ada.Call("GET", "/api/v1/statuses/"+post.ID, nil); strings.Contains(string(a.Body), "views") {
			t.Errorf("a status tells of views: %s", a.Body)
		}

		// She does not want it any more.
		wantStatus(t, "switch off", send(t, s, "POST", "/settings/privacy", session(signIn(t, s, ada)), form("visibility", "public"), header("Origin", s.URL)), 303)
		var r reach
		ada.Must("GET", route, nil, &r)
		if r.Counted || r.Reason == nil || *r.Reason != "author" || r.Views != 0 {
			t.Errorf("switched off: %+v", r)
		}
		wantStatus(t, "switch on", send(t, s, "POST", "/settings/privacy", session(signIn(t, s, ada)), form("visibility", "public", "views", "1"), header("Origin", s.URL)), 303)
		counted("what was counted is gone", 0)
	})
}

// TestWhoEchoed: those whom a post's author has blocked, and who have blocked them,
// stand on no list of who took it up, whoever looks.
func TestWhoEchoed(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo, dora := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member), s.Join("dora", social.Member)
		post := ada.Post("First", "public")
		for _, p := range []*apptest.Person{ben, cleo, dora} {
			p.Must("POST", "/api/v1/statuses/"+post.ID+"/reblog", nil, nil)
			p.Must("POST", "/api/v1/statuses/"+post.ID+"/favourite", nil, nil)
			p.Must("POST", "/api/v1/statuses", map[string]string{"status": "Look", "quoted_status_id": post.ID}, nil)
		}
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ben.ID), nil, nil)
		cleo.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ada.ID), nil, nil)
		for _, list := range []string{"quotes", "reblogged_by", "favourited_by"} {
			for name, by := range map[string]*apptest.Person{"ada": ada, "dora": dora} {
				var all []struct{ ID string }
				by.Must("GET", "/api/v1/statuses/"+post.ID+"/"+list, nil, &all)
				if len(all) != 1 {
					t.Errorf("%s, for %s: %d, want dora's alone", list, name, len(all))
				}
			}
		}
	})
}

// TestChain: a quote of a quote leads back to who said it first, as far as its reader
// may go and each author agrees.
func TestChain(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo, dora, eva := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member), s.Join("dora", social.Member), s.Join("eva", social.Member)
		quote := func(by *apptest.Person, of string) string {
			t.Helper()
			var q quoting
			by.Must("POST", "/api/v1/statuses", map[string]string{"status": "Look", "quoted_status_id": of}, &q)
			return q.ID
		}
		first := ada.Post("First", "public").ID
		second := quote(ben, first)
		third := quote(cleo, second)
		fourth := quote(dora, third)
		chain := func(secret string) string {
			t.Helper()
			a := send(t, s, "GET", "/@dora/"+fourth, session(secret))
			wantStatus(t, "the thread", a, 200)
			_, body, _ := strings.Cut(string(a.Body), `<section class="chain`)
			body, _, _ = strings.Cut(body, "</section>")
			return body
		}
		says := func(what, body, last string, links ...string) {
			t.Helper()
			for _, l := range links {
				if !strings.Contains(body, `href="`+l+`"`) {
					t.Errorf("%s: %s is not linked in %q", what, l, body)
				}
			}
			if n := strings.Count(body, "It quotes "); n != len(links) || !strings.Contains(body, last) {
				t.Errorf("%s: %d steps, want %d and %q: %s", what, n, len(links), last, body)
			}
		}
		whole := []string{"/@cleo/" + third, "/@ben/" + second, "/@ada/" + first}
		says("for everybody", chain(""), "Here it was said first.", whole...)
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", eva.ID), nil, nil)
		says("for whom ada has blocked", chain(signIn(t, s, eva)), "not for you", whole[:2]...)
		ben.Must("POST", "/api/v1/statuses/"+second+"/quotes/"+third+"/revoke", nil, nil)
		if body := chain(""); strings.Contains(body, first) || strings.Contains(body, second) || !strings.Contains(body, "does not want it shown here") {
			t.Errorf("once ben has taken his consent back: %s", body)
		}
		cleo.Must("DELETE", "/api/v1/statuses/"+third, nil, nil)
		if body := chain(""); body != "" {
			t.Errorf("of what quotes what is gone: %s", body)
		}
	})
}

// TestViewsInArchive: what somebody takes along says of views what is shown of them, and no more.
func TestViewsInArchive(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada := s.Join("ada", social.Member)
		many, few := ada.Post("Many", "public"), ada.Post("Few", "public")
		var rows []store.Viewing
		for post, n := range map[string]int{many.ID: 13, few.ID: 4} {
			which, _ := id.Parse(post)
			rows = append(rows, store.Viewing{Post: social.PostID(which), Day: 20_000, N: n})
		}
		if err := s.Store.Write(t.Context(), func(tx *store.Tx) error { return tx.AddViews(t.Context(), rows) }); err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := s.Exports.Archive(t.Context(), ada.Actor(), &b); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		f, err := z.Open("views.json")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		var got struct {
			Items []struct {
				Object, Day string
				Views       int
			} `json:"orderedItems"`
		}
		if err := json.NewDecoder(f).Decode(&got); err != nil || len(got.Items) != 1 || !strings.HasSuffix(got.Items[0].Object, "/@ada/"+many.ID) || got.Items[0].Views != 10 || got.Items[0].Day != "2024-10-04" {
			t.Errorf("%+v, %v", got, err)
		}
	})
}
