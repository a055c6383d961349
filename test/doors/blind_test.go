package doors

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// drawByLot has a post be judged as one that was drawn is, and returns the case.
func drawByLot(t *testing.T, s *apptest.Server, of *apptest.Person, post apptest.Status) string {
	t.Helper()
	which, _ := id.Parse(post.ID)
	var c social.Case
	if err := s.Store.Write(t.Context(), func(tx *store.Tx) error {
		c = social.Case{ID: social.CaseID(id.New(tx.Now)), Subject: social.Subject{Account: of.ID, Post: social.PostID(which)}, Harm: social.HarmOther, Queue: social.QueueGeneral,
			Text: "Nice weather", Sampled: true, Due: tx.Now.Add(-time.Minute)}
		_, err := tx.AddCase(t.Context(), c)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	return num(c.ID)
}

// TestBlindAtBothDoors: whose post was drawn by lot nobody of the staff learns who
// judges it, neither on the pages nor in an app, until somebody has reported it. One
// of somebody about whom they do not decide they are not shown at all: of those there
// are so few that it would say who it is.
func TestBlindAtBothDoors(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, mona, max := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("mona", social.Moderator), s.Join("max", social.Moderator)
		owner, house := s.Join("olaf", social.Owner).Actor(), s.Instance.Settings()
		owner.Role, house.Juries = social.Owner, true
		if err := s.Instance.SetSettings(t.Context(), owner, house); err != nil {
			t.Fatal(err)
		}
		bens, maxs := ben.Post("Nice weather", "public"), max.Post("Nice weather", "public")
		asMona, page := bearer(mona.TokenWith("read write admin:read admin:write")), session(signIn(t, s, mona))
		s.Eventually("the posts to be counted", func() bool {
			return strings.Contains(string(send(t, s, "GET", "/api/v1/accounts/"+num(ben.ID), asMona).Body), `"statuses_count":1`)
		})
		// app is all that an app can tell a moderator, by what it asks about some things.
		app := func(things ...string) map[string]string {
			out := map[string]string{}
			for _, r := range s.Routes() {
				if r.Edge != "mastoapi" || r.Who != "moderator" || r.Method != "GET" {
					continue
				}
				for _, thing := range things {
					call := r.Method + " " + variable.ReplaceAllString(r.Path, thing)
					if out[call] == "" {
						out[call] = ask(t, s, r.Method, r.Path, thing, asMona)
					}
				}
				if strings.HasSuffix(r.Path, "/accounts") || strings.HasSuffix(r.Path, "/reports") {
					for _, q := range []string{"?status=active", "?username=ben", "?target_account_id=" + num(ben.ID), "?resolved=true"} {
						out[r.Path+q] = ask(t, s, "GET", r.Path+q, num(ben.ID), asMona)
					}
				}
			}
			out["measures"] = said(send(t, s, "POST", "/api/v1/admin/measures", asMona, form("keys[]", "opened_reports", "keys[]", "resolved_reports")), bens.ID)
			return out
		}
		things := []string{num(ben.ID), bens.ID, num(max.ID), maxs.ID}
		before := app(things...)
		if len(before) < 30 {
			t.Fatalf("only %d answers", len(before))
		}
		case1, case2 := drawByLot(t, s, ben, bens), drawByLot(t, s, max, maxs)
		after := app(append(things, case1, case2)...)
		for call, said := range before {
			if after[call] != said {
				a, b := difference(said, after[call])
				t.Errorf("%s: before %q, after the lots %q", call, a, b)
			}
		}
		for _, which := range []string{case1, case2} {
			for _, path := range []string{"/api/v1/admin/reports/", "/api/v1/admin/accounts/"} {
				wantStatus(t, "a case as something else", send(t, s, "GET", path+which, asMona), 404)
			}
		}

		tells := func(what string, a apptest.Answer) {
			t.Helper()
			for _, of := range []string{bens.ID, num(ben.ID), "@ben", "/ben", maxs.ID, num(max.ID), "@max", "/max", case2} {
				if strings.Contains(string(a.Body), of) {
					t.Errorf("%s says %q", what, of)
				}
			}
		}
		see := func(path string, want int, words ...string) {
			t.Helper()
			a := send(t, s, "GET", path, page)
			wantStatus(t, path, a, want)
			for _, w := range words {
				if !strings.Contains(string(a.Body), w) {
					t.Errorf("%s does not say %q", path, w)
				}
			}
			tells(path, a)
		}
		see("/moderation/cases/"+case1, 200, "drawn by lot", "Nice weather")
		see("/moderation/cases?words=weather", 200, "1 case found")
		see("/moderation", 200)
		see("/settings/juries", 200)
		for _, name := range []string{"ben", "max"} {
			if a := send(t, s, "GET", "/moderation/cases?about="+name, page); !strings.Contains(string(a.Body), "No such case") {
				t.Errorf("who looks for cases about %s finds one", name)
			}
		}
		// What is not shown is as if it were not there, whatever is done about it.
		absent := strconv.FormatInt(id.New(time.Now()), 10)
		for _, do := range []string{"", "/decide", "/claim", "/note", "/route", "/outside"} {
			method := "POST"
			if do == "" {
				method = "GET"
			}
			call := func(which string) string {
				return said(send(t, s, method, "/moderation/cases/"+which+do, page, form("action", "dismiss", "rule", "1", "do", "take", "text", "x", "harm", "spam", "to", "ncmec", "ref", "1", "why", "x")), which)
			}
			if there, not := call(case2), call(absent); there != not {
				a, b := difference(there, not)
				t.Errorf("%s of one that is hidden: %q, of none %q", do, a, b)
			}
		}
		for _, which := range []string{case1, case2} {
			tells("asking a jury", send(t, s, "POST", "/settings/juries/ask", page, form("case", which)))
			tells("a batch", send(t, s, "POST", "/moderation/cases/batch", page, form("which", "ticked", "case", which, "action", "hide_post", "rule", "1")))
		}

		var report struct{ ID string }
		ada.Must("POST", "/api/v1/reports", map[string]any{"account_id": num(ben.ID), "status_ids": []string{bens.ID}}, &report)
		if a := send(t, s, "GET", "/api/v1/admin/reports/"+report.ID, asMona); a.Status != 200 || !strings.Contains(string(a.Body), `"username":"ben"`) {
			t.Errorf("reported, in an app: %d %s", a.Status, a.Body)
		}
		if a := send(t, s, "GET", "/moderation/cases/"+case1, page); a.Status != 200 || !strings.Contains(string(a.Body), "@ben") || strings.Contains(string(a.Body), "drawn by lot") {
			t.Errorf("reported, on the page: %d", a.Status)
		}
	})
}
