package doors

import (
	"fmt"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// quoting is a post that quotes, as far as tests look.
type quoting struct {
	ID         string
	Visibility string
	Quotes     int `json:"quotes_count"`
	Quote      *struct {
		State  string
		Quoted *struct {
			ID    string
			Quote *struct {
				State string
				ID    *string `json:"quoted_status_id"`
			}
		} `json:"quoted_status"`
	}
	Approval struct {
		Automatic []string
		Manual    []string
		Mine      string `json:"current_user"`
	} `json:"quote_approval"`
}

// where says what is shown of a quote: its state, and whether what is quoted
// came along.
func (q quoting) where() string {
	if q.Quote == nil {
		return "none"
	}
	if q.Quote.Quoted == nil {
		return q.Quote.State
	}
	return q.Quote.State + ", shown"
}

func look(p *apptest.Person, id string) (q quoting) {
	p.Must("GET", "/api/v1/statuses/"+id, nil, &q)
	return q
}

// TestQuotes goes through the life of a quote, through the client API.
func TestQuotes(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, cleo := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("cleo", social.Member)
		var of, q, again quoting
		ada.Must("POST", "/api/v1/statuses", map[string]string{"status": "First", "quote_approval_policy": "followers"}, &of)
		if a := ben.Call("POST", "/api/v1/statuses", map[string]string{"status": "x", "quoted_status_id": of.ID}); a.Status != 403 {
			t.Errorf("by who does not follow: %d %s", a.Status, a.Body)
		}
		if got := look(ben, of.ID).Approval; got.Mine != "denied" || len(got.Automatic) != 1 || got.Automatic[0] != "followers" || len(got.Manual) != 0 {
			t.Errorf("ben is told %+v", got)
		}
		ben.Follow(ada)
		if got := look(ben, of.ID).Approval.Mine; got != "automatic" {
			t.Errorf("as a follower ben is told %s", got)
		}
		ben.Must("POST", "/api/v1/statuses", map[string]string{"status": "Second", "quoted_status_id": of.ID}, &q)
		cleo.Must("POST", "/api/v1/statuses", map[string]string{"quoted_status_id": q.ID}, &again)
		if q.where() != "accepted, shown" || q.Quote.Quoted.ID != of.ID || look(cleo, of.ID).Quotes != 1 {
			t.Errorf("%+v, and its original %+v", q.Quote, look(cleo, of.ID))
		}
		if in := again.Quote.Quoted.Quote; in == nil || in.State != "accepted" || in.ID == nil || *in.ID != of.ID {
			t.Errorf("within a quote: %+v", in)
		}
		for path, want := range map[string]int{"/api/v1/statuses/" + of.ID + "/quotes": 1, "/api/v1/statuses/" + again.ID + "/quotes": 0} {
			var all []quoting
			if cleo.Must("GET", path, nil, &all); len(all) != want {
				t.Errorf("%s: %d, want %d", path, len(all), want)
			}
		}
		cleo.Follow(ben)
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(cleo.Token))
		e.settle(t)
		ada.Must("POST", "/api/v1/statuses/"+of.ID+"/quotes/"+q.ID+"/revoke", nil, &q)
		s.Eventually("streams to tell that it was revoked", func() bool { return e.has("user", "status.update", `"state":"revoked"`) })
		if q.where() != "revoked" || look(cleo, of.ID).Quotes != 0 || look(ben, q.ID).where() != "revoked" {
			t.Errorf("after it was revoked: %s, %d quotes", q.where(), look(cleo, of.ID).Quotes)
		}
		if in := look(cleo, again.ID).Quote.Quoted.Quote; in == nil || in.State != "revoked" || in.ID != nil {
			t.Errorf("within a quote, after it was revoked: %+v", in)
		}
		ben.Must("DELETE", "/api/v1/statuses/"+q.ID, nil, nil)
		if got := look(cleo, again.ID).where(); got != "deleted" {
			t.Errorf("after what was quoted is gone: %s", got)
		}
		for _, wrong := range []string{"1", "x", of.ID + "0"} {
			if a := ben.Call("POST", "/api/v1/statuses", map[string]string{"status": "x", "quoted_status_id": wrong}); a.Status != 404 || string(a.Body) != `{"error":"Record not found"}` {
				t.Errorf("a quote of %s: %d %s", wrong, a.Status, a.Body)
			}
		}
		if a := ben.Call("POST", "/api/v1/statuses", map[string]string{"status": "x", "quote_approval_policy": "friends"}); a.Status != 422 {
			t.Errorf("no such policy: %d %s", a.Status, a.Body)
		}
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "source[quote_policy]=nobody", nil)
		ada.Must("POST", "/api/v1/statuses", map[string]string{"status": "As usual"}, &of)
		if len(of.Approval.Automatic) != 0 || of.Approval.Mine != "automatic" {
			t.Errorf("with her own default: %+v", of.Approval)
		}
	})
}

// quoteDoors are addresses at which a quote may bring what it quotes along.
var quoteDoors = []string{
	"/api/v1/statuses/{quote}", "/api/v1/statuses?id[]={quote}", "/api/v1/statuses/{quote}/context", "/api/v1/statuses/{quote}/history",
	"/api/v1/statuses/{answer}/context", "/api/v1/accounts/{ben}/statuses", "/api/v1/timelines/home", "/api/v1/timelines/public",
	"/api/v1/timelines/tag/quoted", "/api/v2/search?q=quoting&type=statuses", "/api/v1/bookmarks", "/api/v1/notifications",
	"/api/v1/statuses/{boost}", "/api/v1/statuses/{again}", "/@ben/{quote}", "/@ben", "/", "/public", "/tags/quoted", "/bookmarks", "/@cleo/{again}",
}

// TestQuotedIsNotShownToWhomItIsNotFor has ben quote a post of ada's publicly,
// and looks for her words behind every door, as those who may not see her.
func TestQuotedIsNotShownToWhomItIsNotFor(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		house := s.Instance.Settings()
		house.NoProbation = true // they mention many
		if err := s.Instance.SetSettings(t.Context(), social.Console, house); err != nil {
			t.Fatal(err)
		}
		people := map[string]*apptest.Person{}
		for _, name := range []string{"ada", "ben", "cleo", "friend", "blocked", "blocker", "muter"} {
			people[name] = s.Join(name, social.Member)
		}
		ada, ben, cleo := people["ada"], people["ben"], people["cleo"]
		post := func(who *apptest.Person, fields ...string) (q quoting) {
			a := send(t, s, "POST", "/api/v1/statuses", bearer(who.Token), form(fields...))
			wantStatus(t, "post", a, 200)
			a.JSON(t, &q)
			return q
		}
		of := post(ada, "status", "Sesquipedalian")
		quote := post(ben, "status", "quoting #quoted @friend @blocked @blocker @muter", "quoted_status_id", of.ID)
		again := post(cleo, "status", "once more", "quoted_status_id", quote.ID)
		answer := post(ben, "status", "so", "in_reply_to_id", quote.ID)
		var boost quoting
		cleo.Must("POST", "/api/v1/statuses/"+quote.ID+"/reblog", nil, &boost)
		fill := strings.NewReplacer("{quote}", quote.ID, "{again}", again.ID, "{answer}", answer.ID, "{boost}", boost.ID, "{ben}", fmt.Sprint(ben.ID))
		readers := []string{"friend", "blocked", "blocker", "muter", ""}
		for _, name := range readers[:4] {
			people[name].Follow(ben)
			people[name].Must("POST", "/api/v1/statuses/"+quote.ID+"/bookmark", nil, nil)
		}
		ada.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", people["blocked"].ID), nil, nil)
		people["blocker"].Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ada.ID), nil, nil)
		people["muter"].Must("POST", fmt.Sprintf("/api/v1/accounts/%d/mute", ada.ID), nil, nil)
		s.Eventually("the index of words", func() bool {
			return strings.Contains(string(people["friend"].Call("GET", "/api/v2/search?q=quoting&type=statuses", nil).Body), quote.ID)
		})
		for _, name := range readers {
			token, cookie := "", ""
			if p := people[name]; p != nil {
				token, cookie = p.Token, signIn(t, s, p)
			}
			for _, door := range quoteDoors {
				page := string(send(t, s, "GET", fill.Replace(door), bearer(token), session(cookie)).Body)
				there := strings.Contains(page, "Sesquipedalian")
				if there && (name == "blocked" || name == "blocker") {
					t.Errorf("%s: the %s is shown what is quoted: %.1500s", door, name, page)
				}
				if strings.Contains(door, "{again}") && there {
					t.Errorf("%s: a quote within a quote is shown", door)
				}
			}
		}
		for name, want := range map[string]string{"friend": "accepted, shown", "blocked": "unauthorized", "blocker": "blocked_account", "muter": "muted_account, shown"} {
			if got := look(people[name], quote.ID).where(); got != want {
				t.Errorf("the %s is given %s, want %s", name, got, want)
			}
		}
		var home []quoting
		people["muter"].Must("GET", "/api/v1/timelines/home", nil, &home)
		for _, q := range home {
			if q.ID == quote.ID && q.where() != "muted_account" {
				t.Errorf("at home the muter is given %s", q.where())
			}
		}
	})
}

// TestQuotePages writes a quote in the browser, without scripts.
func TestQuotePages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
	of, closed := ada.Post("Sesquipedalian", "public"), ada.Post("Not this", "public")
	ada.Must("PUT", "/api/v1/statuses/"+closed.ID+"/interaction_policy", "quote_approval_policy=nobody", nil)
	cookie := signIn(t, s, ben)
	page := func(path string, want int) string {
		a := send(t, s, "GET", path, session(cookie))
		wantStatus(t, path, a, want)
		return string(a.Body)
	}
	if body := page("/@ada/"+of.ID, 200); !strings.Contains(body, "/new?quote="+of.ID) {
		t.Error("ben is not offered to quote")
	}
	if body := page("/@ada/"+closed.ID, 200); strings.Contains(body, "/new?quote=") {
		t.Error("ben is offered to quote what he may not")
	}
	page("/new?quote="+closed.ID, 403)
	page("/new?quote=99", 404)
	if body := page("/new?quote="+of.ID, 200); !strings.Contains(body, "Sesquipedalian") || !strings.Contains(body, `name="quote" value="`+of.ID) {
		t.Errorf("the composer: %.2000s", body)
	}
	a := send(t, s, "POST", "/new", session(cookie), form("text", "", "visibility", "public", "quote", of.ID, "key", "1"), header("Origin", s.URL))
	wantStatus(t, "quote", a, 303)
	_, id, _ := strings.Cut(a.Header.Get("Location"), "#post-")
	if body := page("/@ben/"+id, 200); !strings.Contains(body, "Sesquipedalian") {
		t.Error("the quote does not show what it quotes")
	}
	if body := page("/@ada/"+of.ID+"/quotes", 200); !strings.Contains(body, "post-"+id) {
		t.Error("the quote is not among the quotes")
	}
	wantStatus(t, "revoked by ben", send(t, s, "POST", "/@ben/"+id+"/unquote", session(cookie), form("back", "/"), header("Origin", s.URL)), 404)
	ben.Must("POST", fmt.Sprintf("/api/v1/accounts/%d/block", ada.ID), nil, nil) // which takes nothing from ada
	wantStatus(t, "revoked by ada", send(t, s, "POST", "/@ben/"+id+"/unquote", session(signIn(t, s, ada)), form("back", "/"), header("Origin", s.URL)), 303)
	if body := page("/@ben/"+id, 200); strings.Contains(body, "Sesquipedalian") || !strings.Contains(body, "does not want it shown") {
		t.Error("a quote that was revoked is shown")
	}
	for name, path := range map[string]string{"what quotes nothing": "/@ada/" + of.ID, "nothing": "/@ben/99"} {
		wantStatus(t, name, send(t, s, "POST", path+"/unquote", session(signIn(t, s, ada)), form("back", "/"), header("Origin", s.URL)), 404)
	}
}
