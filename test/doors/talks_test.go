package doors

import (
	"fmt"
	"image"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// TestMessagesFromTheSite does with messages everything that can be done, by the forms
// of the site.
func TestMessagesFromTheSite(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, eve, olga := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member), s.Join("olga", social.Owner)
		ada.Follow(ben)
		ben.Follow(ada)
		of := map[*apptest.Person]option{}
		for _, p := range []*apptest.Person{ada, ben, eve, olga} {
			of[p] = session(signIn(t, s, p))
		}
		const inbox, requests = "/conversations", "/conversations/requests"
		shows := func(p *apptest.Person, path, words string, want bool) {
			t.Helper()
			s.Eventually(fmt.Sprintf("%s %s: %q is %v", p.Name, path, words, want), func() bool {
				return strings.Contains(string(send(t, s, "GET", path, of[p]).Body), words) == want
			})
		}
		does := func(p *apptest.Person, thread, do string, status int, more ...string) {
			t.Helper()
			wantStatus(t, p.Name+" "+do, send(t, s, "POST", "/conversations/"+thread, of[p], form(append([]string{"do", do}, more...)...)), status)
		}
		// write is a message by the form of the site.
		write := func(p *apptest.Person, text string, more ...string) {
			t.Helper()
			wantStatus(t, text, send(t, s, "POST", "/new", of[p], form(append([]string{"text", text, "visibility", "direct", "key", text}, more...)...)), 303)
		}
		threadOf := func(p *apptest.Person, path string) string {
			t.Helper()
			m := regexp.MustCompile(`action="/conversations/(\d+)"`).FindSubmatch(send(t, s, "GET", path, of[p]).Body)
			if m == nil {
				t.Fatalf("%s has no conversation at %s", p.Name, path)
			}
			return string(m[1])
		}

		// A request is accepted; of others it is nobody's.
		write(eve, "@ada May I come in?")
		shows(ada, requests, "May I come in?", true)
		shows(ada, inbox, "May I come in?", false)
		asked := threadOf(ada, requests)
		for _, do := range []string{"accept", "refuse", "remove", "mute", "leave", "read"} {
			does(ben, asked, do, 404)
			if a := send(t, s, "POST", "/conversations/"+asked, form("do", do)); a.Status == 303 && !strings.Contains(a.Header.Get("Location"), "sign_in") || a.Status == 200 {
				t.Errorf("nobody: %s: %d", do, a.Status)
			}
		}
		does(ada, asked, "leave", 422)
		does(ada, asked, "accept", 303)
		shows(ada, inbox, "May I come in?", true)
		shows(ada, requests, "May I come in?", false)

		// Another is reported, and refused; the next has its author blocked.
		write(eve, "@ben Buy this!")
		shows(ben, requests, "Buy this!", true)
		sale := threadOf(ben, requests)
		report := regexp.MustCompile(`href="(/@eve/\d+/report)"`).FindSubmatch(send(t, s, "GET", requests, of[ben]).Body)
		if report == nil {
			t.Fatal("it cannot be reported")
		}
		wantStatus(t, "report", send(t, s, "POST", string(report[1]), of[ben], form("harm", "spam", "comment", "She asks everybody.")), 303)
		var reports []struct {
			Statuses []apptest.Status `json:"statuses"`
		}
		token := olga.TokenWith("admin:read")
		s.Eventually("a report", func() bool {
			s.Call("GET", "/api/v1/admin/reports", token, nil).JSON(t, &reports)
			return len(reports) == 1 && len(reports[0].Statuses) == 1 && strings.Contains(reports[0].Statuses[0].Content, "Buy this!")
		})
		does(ben, sale, "refuse", 303)
		shows(ben, requests, "Buy this!", false)
		write(eve, "@ben Buy this, too!")
		shows(ben, requests, "Buy this, too!", true)
		does(ben, threadOf(ben, requests), "block", 303, "who", num(eve.ID))
		shows(ben, requests, "Buy this, too!", false)

		// A group is muted, left, and deleted for one.
		write(ben, "@ada @olga Shall we?")
		shows(ada, inbox, "Shall we?", true)
		group := threadOf(ada, inbox)
		does(ada, group, "mute", 303)
		shows(ada, inbox, `value="unmute"`, true)
		does(ada, group, "unmute", 303)
		shows(ada, inbox, `value="unmute"`, false)
		does(ada, group, "leave", 303)
		shows(ada, inbox, "Shall we?", false)
		shows(ben, inbox, "I have left this conversation.", true)
		does(ben, group, "remove", 303)
		shows(ben, inbox, "I have left this conversation.", false)
		if page := string(send(t, s, "GET", inbox, of[ben]).Body); !strings.Contains(page, "could still read them") || !strings.Contains(page, "Files in messages are not encrypted") {
			t.Error("the page does not say who can read messages")
		}
	})
}

// TestFilesOfMessages: a file of a message has an address that nobody can guess, two of
// the same do not share one, no other member is told of it, and it is gone with the message.
func TestFilesOfMessages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada, ben, eve := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("eve", social.Member)
	type sent struct {
		ID    string
		Files []struct {
			ID      string
			URL     string
			Preview string `json:"preview_url"`
		} `json:"media_attachments"`
	}
	var all [2]sent
	for i := range all {
		picture := s.SendPicture(t, ada, image.NewGray(image.Rect(0, 0, 40, 30)))
		ada.Must("POST", "/api/v1/statuses", map[string]any{"status": "@ben look", "visibility": "direct", "media_ids": []string{picture}}, &all[i])
	}
	first, second := all[0].Files[0], all[1].Files[0]
	random := regexp.MustCompile(`/[0-9a-f]{32}\.[a-z]+$`)
	if !random.MatchString(first.URL) || !random.MatchString(first.Preview) || first.URL == second.URL {
		t.Errorf("addresses: %s, %s, %s", first.URL, first.Preview, second.URL)
	}
	get := func(url string) int {
		resp, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		resp.Body.Close()
		return resp.StatusCode
	}
	if got := get(first.URL); got != 200 { // it is enough to have the address
		t.Errorf("the file: %d", got)
	}
	if a := ben.Call("GET", "/api/v1/statuses/"+all[0].ID, nil); a.Status != 200 || !strings.Contains(string(a.Body), first.URL) {
		t.Errorf("who it was sent to: %d", a.Status)
	}
	for _, path := range []string{"/api/v1/statuses/" + all[0].ID, "/api/v1/media/" + first.ID} {
		if a := eve.Call("GET", path, nil); a.Status != 404 {
			t.Errorf("eve %s: %d", path, a.Status)
		}
	}
	if a := eve.Call("GET", "/api/v1/accounts/"+num(ada.ID)+"/statuses?only_media=true", nil); strings.Contains(string(a.Body), first.URL) {
		t.Error("eve finds it among ada's files")
	}
	ada.Must("DELETE", "/api/v1/statuses/"+all[0].ID, nil, nil)
	s.Eventually("the file to be gone", func() bool { return get(first.URL) == 404 && get(first.Preview) == 404 })
	if got := get(second.URL); got != 200 {
		t.Errorf("the other one: %d", got)
	}
}
