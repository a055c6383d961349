package families

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// names are how somebody may not be met: name, display name and number.
func names(s *apptest.Server, p *apptest.Person) []string {
	p.Must("PATCH", "/api/v1/accounts/update_credentials", "display_name=Called+"+p.Name, nil)
	return []string{p.Name, num(p.ID)}
}

// A watch looks for names in what somebody is told.
type watch struct {
	t     *testing.T
	names []string
	n     int
}

func (w *watch) look(what string, told string) {
	w.t.Helper()
	w.n++
	for _, name := range w.names {
		if i := strings.Index(told, name); i >= 0 {
			w.t.Errorf("%s tells of %s: …%s…", what, name, told[max(0, i-80):min(len(told), i+80)])
		}
	}
}

// Who moderates is told to nobody, neither to whom it is about nor to who
// reported, nor to the public; who reported is not told to whom it is about.
func TestNobodyLearnsWhoModerates(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		author, reporter := s.Join("zauthor", social.Member), s.Join("zreporter", social.Member)
		first, second := s.Join("zmoderator", social.Moderator), s.Join("zadmin", social.Admin)
		for _, p := range []*apptest.Person{first, second} {
			p.Token = p.TokenWith("read write follow push admin:read admin:write")
		}
		hidden := append(names(s, first), names(s, second)...)
		post, other := author.Post("Buy watches", "public"), author.Post("Buy rings", "public")
		var filed struct{ ID string }
		reporter.Must("POST", "/api/v1/reports", map[string]any{"account_id": num(author.ID), "status_ids": []string{post.ID}, "comment": "An advert", "category": "spam"}, &filed)
		stranger, desk, mine, theirs := browser{t: t, s: s}, signIn(t, s, first), signIn(t, s, author), signIn(t, s, reporter)
		a := stranger.post("/report", "kind", "dsa16", "category", "violence", "addresses", s.URL+"/@zauthor/"+other.ID, "text", "It is fake", "name", "Nora", "email", "nora@example.org", "good_faith", "1")
		notice := a.Header.Get("Location")
		c := regexp.MustCompile(`/moderation/cases/\d+`).FindString(string(desk.get("/moderation/next").Body))
		desk.post(c+"/note", "text", "Seen")
		wantStatus(t, "a decision", desk.post(c+"/decide", "action", "hide_post", "text", "No adverts.", "letter", "1"), 303)
		matter := matterPath.FindStringSubmatch(string(desk.get("/moderation/matters").Body))[1]
		wantStatus(t, "an answer", desk.post(matter+"/answer", "answer", "We looked at it."), 303)
		first.Must("POST", "/api/v1/admin/accounts/"+num(author.ID)+"/action", "type=none&text=A+warning&send_email_notification=true", nil)
		record := string(mine.get("/settings/record").Body)
		appeal := recordPath.FindStringSubmatch(record)
		if appeal == nil {
			t.Fatalf("no appeal in\n%s", record)
		}
		wantStatus(t, "an appeal", mine.post(appeal[1], "text", "It is art"), 303)
		hearing := signIn(t, s, second)
		answer := appealPath.FindStringSubmatch(string(hearing.get("/moderation/appeals").Body))
		if answer == nil {
			t.Fatal("no appeal waits")
		}
		wantStatus(t, "an answer", hearing.post(answer[1], "do", "reject", "answer", "It is an advert."), 303)
		letter := s.Letter("zauthor@example.com")
		w := &watch{t: t, names: hidden}
		toAuthor := &watch{t: t, names: append(hidden, reporter.Name, num(reporter.ID), "nora@example.org", "Nora")}
		for _, path := range []string{"/settings/record", "/notifications", "/settings", "/settings/account"} {
			toAuthor.look("the author's "+path, string(mine.get(path).Body))
		}
		for _, path := range []string{"/api/v1/notifications", "/api/v2/notifications", "/api/v1/accounts/verify_credentials", "/api/v1/statuses/" + post.ID, "/api/v1/statuses/" + other.ID, "/api/v1/accounts/" + num(author.ID)} {
			toAuthor.look("the author's "+path, string(author.Call("GET", path, nil).Body))
		}
		toAuthor.look("the author's letter", letter.Subject+letter.Text)
		if link := regexp.MustCompile(`/record/[\w-]{20,}`).FindString(letter.Text); link != "" {
			toAuthor.look("the page of a letter", string(stranger.get(link).Body))
		}
		for _, path := range []string{"/settings/reports", "/settings/reports/" + filed.ID, "/notifications"} {
			w.look("the reporter's "+path, string(theirs.get(path).Body))
		}
		w.look("the reporter's notices", string(reporter.Call("GET", "/api/v1/notifications", nil).Body))
		answered := s.Letter("nora@example.org")
		for what, text := range map[string]string{"the stranger's page": string(stranger.get(notice).Body), "the stranger's letter": answered.Subject + answered.Text, "the receipt": string(stranger.get(notice + "/receipt.txt").Body)} {
			w.look(what, text)
		}
		public := &watch{t: t, names: append(append(hidden, author.Name, num(author.ID)), toAuthor.names...)}
		for _, path := range []string{"/about/moderation", "/about/moderation/decisions"} {
			public.look(path, string(stranger.get(path).Body))
		}
		bundles(t, s, map[evidence.Profile]*watch{evidence.Public: public, evidence.Party: w, evidence.Host: w, evidence.Court: w}, author.ID)
		t.Logf("%d answers were looked at", w.n+toAuthor.n+public.n)
	})
}

// bundles exports the log for everybody for whom it is exported.
func bundles(t *testing.T, s *apptest.Server, all map[evidence.Profile]*watch, about social.AccountID) {
	t.Helper()
	if _, err := s.Sealing.Seal(t.Context()); err != nil {
		t.Fatal(err)
	}
	for profile, w := range all {
		want := sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: profile}
		if profile == evidence.Party {
			want.Scope, want.Account = evidence.Scope{Kind: evidence.ScopeAccount}, about
		}
		if profile == evidence.Host {
			want.Scope = evidence.Scope{Kind: evidence.ScopeHost, Of: "example.org"}
		}
		var b bytes.Buffer
		if _, err := s.Sealing.Export(t.Context(), &b, want); err != nil {
			t.Fatal(profile, err)
		}
		z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range z.File {
			r, err := f.Open()
			if err != nil {
				t.Fatal(err)
			}
			text, err := io.ReadAll(r)
			if err != nil {
				t.Fatal(err)
			}
			w.look(fmt.Sprintf("%s of the bundle for %s", f.Name, profile), string(text))
		}
	}
}

// Who reports what they may not see is told what they are told of what is not
// there, on every road, and nothing comes of it.
func TestReportOfWhatIsNotSeen(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben, carl, fay := s.Join("ada", social.Member), s.Join("ben", social.Member), s.Join("carl", social.Member), s.Join("fay", social.Member)
		mona, _ := staff(s)
		fay.Follow(ben)
		hidden := map[string]string{"for followers": ben.Post("friends only", "private").ID, "for somebody else": ben.Post("@carl psst", "direct").ID}
		gone := ben.Post("gone", "public").ID
		ben.Must("DELETE", "/api/v1/statuses/"+gone, nil, nil)
		hidden["deleted"] = gone
		shut := ben.Post("public", "public").ID
		ben.Must("POST", "/api/v1/accounts/"+num(fay.ID)+"/block", nil, nil)
		absent := num(social.PostID(id.New(time.Now())))
		digits := regexp.MustCompile(`\d{15,}`)
		plain := func(a apptest.Answer) string {
			return fmt.Sprint(a.Status, digits.ReplaceAllString(string(a.Body), "N"))
		}
		pages, stranger := signIn(t, s, ada), browser{t: t, s: s}
		report := func(p *apptest.Person, of *apptest.Person, which string) apptest.Answer {
			return p.Call("POST", "/api/v1/reports", map[string]any{"account_id": num(of.ID), "status_ids": []string{which}, "comment": "x"})
		}
		none := plain(report(ada, ben, absent))
		for what, which := range hidden {
			if got := plain(report(ada, ben, which)); got != none || !strings.HasPrefix(got, "404") {
				t.Errorf("a report of a post %s: %.200s\nof one that is not there: %.200s", what, got, none)
			}
			for who, b := range map[string]browser{"a member": pages, "a stranger": stranger} {
				for how, ask := range map[string]func(path string) apptest.Answer{
					"the form": func(path string) apptest.Answer { return b.get(path) },
					"a report": func(path string) apptest.Answer {
						return b.post(path, "harm", "spam", "comment", "x", "good", "1")
					}} {
					got, want := plain(ask("/@ben/"+which+"/report")), plain(ask("/@ben/"+absent+"/report"))
					if got != want || !strings.HasPrefix(got, "404") {
						t.Errorf("%s of %s of a post %s: %.100s, of one that is not there: %.100s", how, who, what, got, want)
					}
				}
			}
			legal := func(which string) string {
				a := stranger.post("/report", "kind", "dsa16", "category", "other", "addresses", s.URL+"/@ben/"+which, "text", "x", "good_faith", "1", "name", "N", "email", "n@example.org")
				return fmt.Sprint(a.Status, len(a.Header.Get("Location")))
			}
			if got, want := legal(which), legal(absent); got != want {
				t.Errorf("a notice about a post %s: %s, about one that is not there: %s", what, got, want)
			}
		}
		wantStatus(t, "by who is blocked", report(fay, ben, shut), 404)
		wantStatus(t, "somebody else's post", report(ada, carl, shut), 404)
		wantStatus(t, "of an account that is not there", ada.Call("POST", "/api/v1/reports", "account_id="+absent), 404)
		wantStatus(t, "of what is seen", report(ada, ben, shut), 200)
		var all []struct{ ID string }
		mona.Must("GET", "/api/v1/admin/reports", nil, &all)
		if len(all) != 1 {
			t.Errorf("%d reports have arrived, want 1", len(all))
		}
	})
}

// A decision is appealed once, on whichever road, and by nobody else.
func TestOneAppeal(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		mona, olaf := staff(s)
		post := ben.Post("Watches", "public")
		ada.Must("POST", "/api/v1/reports", map[string]any{"account_id": num(ben.ID), "status_ids": []string{post.ID}, "comment": "x"}, nil)
		desk, mine, other, stranger := signIn(t, s, mona), signIn(t, s, ben), signIn(t, s, ada), browser{t: t, s: s}
		c := casePath.FindString(string(desk.get("/moderation/next").Body))
		wantStatus(t, "a decision", desk.post(c+"/decide", "action", "hide_post", "text", "No.", "letter", "1"), 303)
		appeal := recordPath.FindStringSubmatch(string(mine.get("/settings/record").Body))[1]
		link := regexp.MustCompile(`/record/[\w-]{20,}`).FindString(s.Letter("ben@example.com").Text)
		if link == "" {
			t.Fatal("the letter leads nowhere")
		}
		which := appeal[strings.LastIndex(appeal, "/"):]
		wantStatus(t, "by somebody else", other.post(appeal, "text", "Mine"), 404)
		wantStatus(t, "with a guess", stranger.post("/record/"+strings.Repeat("x", 43)+which, "text", "Mine"), 404)
		wantStatus(t, "of what was not decided", mine.post("/settings/record/"+num(social.DecisionID(id.New(time.Now()))), "text", "Mine"), 404)
		wantStatus(t, "the first", mine.post(appeal, "text", "Why?"), 303)
		for what, again := range map[string]func() apptest.Answer{"the second": func() apptest.Answer { return mine.post(appeal, "text", "Why, again?") },
			"one by the letter": func() apptest.Answer { return stranger.post(link+which, "text", "Why, again?") }} {
			wantStatus(t, what, again(), 422)
		}
		hearing := appealPath.FindStringSubmatch(string(signIn(t, s, olaf).get("/moderation/appeals").Body))[1]
		wantStatus(t, "heard by who decided", desk.post(hearing, "do", "approve", "answer", "Yes"), 422)
		wantStatus(t, "heard by whom it is about", mine.post(hearing, "do", "approve", "answer", "Yes"), 403)
		wantStatus(t, "heard", signIn(t, s, olaf).post(hearing, "do", "reject", "answer", "No."), 303)
		wantStatus(t, "after it was heard", mine.post(appeal, "text", "Why, once more?"), 422)
		wantStatus(t, "by the letter after it was heard", stranger.post(link+which, "text", "Why, once more?"), 422)
	})
}

// What belongs to somebody else's report, notice or jury is not there.
func TestDoorsOfModeration(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		mona, _ := staff(s)
		post := ben.Post("Watches", "public")
		var filed struct{ ID string }
		ada.Must("POST", "/api/v1/reports", map[string]any{"account_id": num(ben.ID), "status_ids": []string{post.ID}, "comment": "x"}, &filed)
		stranger, mine, other, desk := browser{t: t, s: s}, signIn(t, s, ada), signIn(t, s, ben), signIn(t, s, mona)
		a := stranger.post("/report", "kind", "dsa16", "category", "other", "addresses", s.URL+"/@ben/"+post.ID, "text", "x", "good_faith", "1", "name", "N", "email", "n@example.org")
		notice := a.Header.Get("Location")
		wantStatus(t, "my report", mine.get("/settings/reports/"+filed.ID), 200)
		wantStatus(t, "my report, to whom it is about", other.get("/settings/reports/"+filed.ID), 404)
		wantStatus(t, "my report, to the staff", desk.get("/settings/reports/"+filed.ID), 404)
		wantStatus(t, "a notice", stranger.get(notice), 200)
		for _, path := range []string{notice[:len(notice)-1], notice + "x", "/report/notice/" + strings.Repeat("A", 43)} {
			wantStatus(t, "a notice that is guessed", stranger.get(path), 404)
			wantStatus(t, "its receipt", stranger.get(path+"/receipt.txt"), 404)
			wantStatus(t, "its evidence", stranger.get(path+"/evidence.evz"), 404)
		}
		c := casePath.FindString(string(desk.get("/moderation/next").Body))
		matter := matterPath.FindStringSubmatch(string(desk.get("/moderation/matters").Body))[1]
		for _, path := range []string{c, matter, matter + "/raw.txt", "/moderation", "/moderation/next", "/moderation/appeals", "/settings/juries", "/moderation/words"} {
			if a := other.get(path); a.Status != 403 && a.Status != 404 {
				t.Errorf("%s to whom it is about: %d", path, a.Status)
			}
			if a := stranger.get(path); a.Status == 200 {
				t.Errorf("%s to a stranger: %.200s", path, a.Body)
			}
		}
		for _, path := range []string{c + "/decide", c + "/claim", c + "/route", c + "/note", c + "/outside", matter + "/answer", matter + "/extend", matter + "/move", matter + "/note", "/moderation/cases/batch"} {
			a := other.post(path, "action", "dismiss", "do", "take", "text", "x", "note", "x", "answer", "x", "to", "closed", "harm", "spam", "why", "x", "hours", "3")
			if a.Status != 403 && a.Status != 404 {
				t.Errorf("%s by whom it is about: %d", path, a.Status)
			}
		}
		for _, path := range []string{"/jury/1", "/jury/" + filed.ID} {
			a := mine.post(path, "verdict", "breach", "rule", "1", "confidence", "3")
			wantStatus(t, "a seat that is not theirs", a, 404)
		}
	})
}
