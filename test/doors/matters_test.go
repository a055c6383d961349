package doors

import (
	"bytes"
	"encoding/json"
	"fmt"
	"mime/multipart"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// uploaded is a form with a file in it.
func uploaded(t *testing.T, name string, content []byte) option {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	f, err := w.CreateFormFile("file", name)
	if err == nil {
		_, err = f.Write(content)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return body(w.FormDataContentType(), b.Bytes())
}

// Somebody without an account reports a public post; the staff answers within
// three clicks, and both of them have it in writing.
func TestNoticesOfStrangers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, mo := s.Join("ada", social.Member), s.Join("mo", social.Moderator)
		post := ada.Post("Bring torches.", "public")
		if page := string(send(t, s, "GET", "/@ada/"+post.ID).Body); !strings.Contains(page, "href=\"/@ada/"+post.ID+"/report\"") {
			t.Errorf("no link to report beside the post:\n%s", page)
		}
		address := s.URL + "/@ada/" + post.ID
		path := "/report?kind=dsa16&about=" + url.QueryEscape(address)
		if form := string(send(t, s, "GET", path).Body); !strings.Contains(form, ">"+address+"</textarea>") {
			t.Fatalf("the address is not filled in:\n%s", form)
		}
		fields := []string{"kind", "dsa16", "category", "violence", "addresses", address, "text", "It calls for arson.", "name", "Nora", "email", "nora@example.org", "good_faith", "1"}
		if a := send(t, s, "POST", "/report", form(fields[:len(fields)-2]...)); a.Status != 422 || !strings.Contains(string(a.Body), "It calls for arson.</textarea>") || !strings.Contains(string(a.Body), "good faith") {
			t.Errorf("without good faith: %d\n%s", a.Status, a.Body)
		}
		a := send(t, s, "POST", "/report", form(fields...))
		mine := a.Header.Get("Location")
		if a.Status != 303 || !strings.HasPrefix(mine, "/report/notice/") {
			t.Fatalf("%d to %q\n%s", a.Status, mine, a.Body)
		}
		if receipt := s.Letter("nora@example.org"); !strings.Contains(receipt.Text, s.URL+mine) || !strings.Contains(receipt.Text, "plaza receipt 1\n") {
			t.Errorf("the receipt is\n%s", receipt.Text)
		}
		if a := send(t, s, "GET", mine+"/receipt.txt"); a.Status != 200 || !strings.HasPrefix(string(a.Body), "plaza receipt 1\n") {
			t.Errorf("the receipt to save is %d\n%s", a.Status, a.Body)
		}
		answer(t, s, session(signIn(t, s, mo)), mine)
		if a := send(t, s, "GET", mine); !strings.Contains(string(a.Body), "was looked at, and is still there") || strings.Contains(string(a.Body), "@mo") {
			t.Errorf("the answer is\n%s", a.Body)
		}
		s.Eventually("the answer by mail", func() bool { return strings.Contains(s.Letter("nora@example.org").Subject, "Answer") })
		a = send(t, s, "GET", mine+"/evidence.evz")
		if v, err := evidence.Verify(bytes.NewReader(a.Body), int64(len(a.Body)), evidence.Options{}); err != nil || v.Total > 0 || a.Status != 200 {
			t.Errorf("the evidence is %d, %v\n%s", a.Status, err, v.Text())
		}
		if l := s.Letter("nora@example.org"); !bytes.Equal(l.File, a.Body) || !strings.Contains(l.Text, s.URL+mine) {
			t.Errorf("%d bytes came with the letter, which is\n%s", len(l.File), l.Text)
		}
		if n := len(s.Letters("nora@example.org")); n != 2 {
			t.Errorf("%d letters, want one that it came and one with the answer", n)
		}
		for old, now := range map[string]string{"/legal": "/report", "/legal?kind=dmca": "/report?kind=dmca", strings.Replace(mine, "/report/notice", "/legal", 1) + "/evidence.evz": mine + "/evidence.evz"} {
			if a := send(t, s, "GET", old); a.Status != 308 || a.Header.Get("Location") != now {
				t.Errorf("%s leads to %d %q, want %q", old, a.Status, a.Header.Get("Location"), now)
			}
		}
		if a := send(t, s, "POST", "/legal", form(fields...)); a.Status != 308 || a.Header.Get("Location") != "/report" {
			t.Errorf("a form that was open leads to %d %q", a.Status, a.Header.Get("Location"))
		}
	})
}

// answer is what it takes the staff: the list, the matter, the button.
func answer(t *testing.T, s *apptest.Server, who option, mine string) {
	t.Helper()
	list := string(send(t, s, "GET", "/moderation/matters", who).Body)
	matter := regexp.MustCompile(`href="(/moderation/matters/\d+)"`).FindStringSubmatch(list)
	if matter == nil || !strings.Contains(list, "days left") && !strings.Contains(list, "hours left") {
		t.Fatalf("the list is\n%s", list)
	}
	if a := send(t, s, "GET", matter[1]+"/evidence.evz", who); a.Status != 404 {
		t.Errorf("evidence before the answer: %d", a.Status)
	}
	page := string(send(t, s, "GET", matter[1], who).Body)
	words := regexp.MustCompile(`(?s)<textarea id="answer"[^>]*>(.*?)</textarea>`).FindStringSubmatch(page)
	if words == nil || !strings.Contains(page, "It calls for arson.") {
		t.Fatalf("the matter is\n%s", page)
	}
	if a := send(t, s, "POST", matter[1]+"/answer", who, form("answer", words[1], "evidence", "1")); a.Status != 303 || a.Header.Get("Location") != matter[1] {
		t.Fatalf("answered: %d\n%s", a.Status, a.Body)
	}
	if a := send(t, s, "POST", matter[1]+"/answer", who, form("answer", "Again")); a.Status != 422 {
		t.Errorf("answered twice: %d", a.Status)
	}
}

// What came by mail is put in as a file or as text; what is not a letter is
// refused with a sentence.
func TestNoticesByMail(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, mo := s.Join("ada", social.Member), s.Join("mo", social.Moderator)
		who, address := session(signIn(t, s, mo)), s.URL+"/@ada/"+ada.Post("x", "private").ID
		mail := "From: Abuse <abuse@provider.example>\r\nSubject: [Case 4711-a] Threats\r\n\r\nPlease look at " + address + " within 24 hours.\r\n"
		for what, tt := range map[string]struct {
			o    option
			want []string
		}{
			"as a file":       {uploaded(t, "notice.eml", []byte(mail)), []string{"abuse@provider.example", "4711-a", address, "hours left"}},
			"as text":         {form("text", strings.Replace(mail, "4711-a", "4712-b", 1), "hours", "3", "class", "order"), []string{"2 hours left", "Order of an authority"}},
			"words only":      {form("text", "Somebody rang about "+address, "email", "desk@police.example", "class", "dsa18", "category", "violence"), []string{"desk@police.example", "Threats or violence", address}},
			"as a wrong file": {uploaded(t, "x.png", []byte("\x89PNG\r\n")), nil},
			"nothing":         {form("text", " "), nil},
			"wrong hours":     {form("text", mail, "hours", "soon"), nil},
			"too long":        {uploaded(t, "x.eml", []byte("From: a@b.example\n\n"+strings.Repeat("x", social.MaxMatterRaw))), nil},
		} {
			a := send(t, s, "POST", "/moderation/matters/new", who, tt.o)
			if tt.want == nil {
				if a.Status != 422 || !strings.Contains(string(a.Body), `role="alert"`) {
					t.Errorf("%s: %d", what, a.Status)
				}
				continue
			}
			if a.Status != 303 {
				t.Errorf("%s: %d\n%s", what, a.Status, a.Body)
				continue
			}
			page := string(send(t, s, "GET", a.Header.Get("Location"), who).Body)
			for _, want := range tt.want {
				if !strings.Contains(page, want) {
					t.Errorf("%s: there is no %q in\n%s", what, want, page)
				}
			}
		}
	})
}

func TestNoticesByMachine(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	report := map[string]any{"xarf_version": "4.2.0", "report_id": "0e2d4f6a-1b3c-4d5e-8f90-a1b2c3d4e5f6", "timestamp": "2026-11-26T07:00:00Z", "category": "content", "type": "phishing", "source_identifier": "plaza.example",
		"reporter": map[string]any{"org": "A Bank", "contact": "security@bank.example", "domain": "bank.example"}, "sender": map[string]any{"org": "A Bank", "contact": "security@bank.example", "domain": "bank.example"},
		"url": s.URL + "/@ada/1"}
	var first, again struct {
		ID, Receipt, URL string
		Found            []string
	}
	a := s.Call("POST", "/api/plaza/v1/notices", "", report)
	if a.JSON(t, &first); a.Status != 201 || len(first.Found) != 1 || !strings.HasPrefix(first.Receipt, "plaza receipt 1\n") {
		t.Fatalf("%d %s", a.Status, a.Body)
	}
	s.Call("POST", "/api/plaza/v1/notices", "", report).JSON(t, &again)
	if again.ID != first.ID {
		t.Errorf("the same report again is %s, not %s", again.ID, first.ID)
	}
	if u, err := url.Parse(first.URL); err != nil || send(t, s, "GET", u.Path).Status != 200 {
		t.Errorf("%s leads nowhere", first.URL)
	}
	for what, b := range map[string]string{"nothing": "", "a letter": "From: a@b.example\r\n\r\nHello", "no report": "{}", "a list": "[]", "half": `{"xarf_version":"4.2.0"`, "too long": `{"x":"` + strings.Repeat("x", social.MaxMatterRaw) + `"}`} {
		a := send(t, s, "POST", "/api/plaza/v1/notices", body("application/json", []byte(b)))
		var says struct{ Error string }
		if err := json.Unmarshal(a.Body, &says); err != nil || a.Status != 422 || says.Error == "" {
			t.Errorf("%s: %d %s", what, a.Status, a.Body)
		}
	}
}

// A flood from one network is seen as one, whatever names are under it, and what is
// not urgent of it is closed or answered in one step.
func TestFloodIsTakenTogether(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	mo := s.Join("mo", social.Moderator)
	who := session(signIn(t, s, mo))
	send1 := func(n int, from, kind string, more ...string) {
		t.Helper()
		a := send(t, s, "POST", "/report", header("X-Forwarded-For", from), form(append([]string{"kind", kind, "category", "hate", "addresses", fmt.Sprintf("%s/@ada/%d", s.URL, n), "text", fmt.Sprintf("Number %d", n),
			"name", "Nora", "email", fmt.Sprintf("n@h%d.example", n), "good_faith", "1"}, more...)...))
		wantStatus(t, "a notice", a, 303)
	}
	const many = 25
	for n := range many {
		send1(n, fmt.Sprintf("192.0.2.%d", n), "dsa16")
	}
	send1(100, "192.0.2.200", "ncii", "signed", "Nora")
	send1(101, "198.51.100.1", "dsa16")
	page := string(send(t, s, "GET", "/moderation/matters", who).Body)
	if !strings.Contains(page, "26 wait, of 26 senders") || !strings.Contains(page, "and 5 more of this sender or network") || strings.Contains(page, "192.0.2") {
		t.Errorf("the list is\n%s", page)
	}
	link := regexp.MustCompile(`/moderation/matters\?network=[0-9a-f]+`).FindString(page)
	flood := string(send(t, s, "GET", link, who).Body)
	ids := regexp.MustCompile(`name="matters" value="([0-9,]+)"`).FindStringSubmatch(flood)
	if ids == nil || strings.Count(ids[1], ",") != many-1 || !strings.Contains(flood, "1 is urgent") || strings.Contains(flood, "n@h101.example") {
		t.Fatalf("the flood is\n%s", flood)
	}
	network := strings.TrimPrefix(link, "/moderation/matters?network=")
	first, others, _ := strings.Cut(ids[1], ",")
	wantStatus(t, "without words", send(t, s, "POST", "/moderation/matters/together", who, form("network", network, "matters", ids[1], "do", "answer")), 422)
	wantStatus(t, "one answered", send(t, s, "POST", "/moderation/matters/together", who, form("network", network, "matters", first, "do", "answer", "answer", "Seen.")), 303)
	if a := send(t, s, "POST", "/moderation/matters/together", who, form("network", network, "matters", ids[1], "do", "close")); a.Status != 200 || !strings.Contains(string(a.Body), "1 of them were left") {
		t.Errorf("closed with one that was answered: %d\n%s", a.Status, a.Body)
	}
	if a := send(t, s, "GET", link, who); !strings.Contains(string(a.Body), "1 notice waits") || strings.Contains(string(a.Body), `name="matters"`) {
		t.Errorf("afterwards:\n%s", a.Body)
	}
	if others == "" || s.Letter("n@h0.example").Text == "" {
		t.Error("nobody was written to")
	}
}
