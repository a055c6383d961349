package families

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"log/slog"
	netmail "net/mail"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/net/html"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/sealing"
	"github.com/plaza-social/plaza/internal/edge/mail"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
)

// What our own pages do not have, whoever wrote what is on them.
var (
	foreign = []string{"iframe", "frame", "frameset", "object", "embed", "applet", "math", "foreignobject", "marquee", "portal", "style", "bgsound", "keygen", "xml", "isindex", "xss", "plaintext", "xmp"}
	leads   = []string{"href", "src", "action", "formaction", "poster", "xlink:href", "data", "background", "cite", "srcset", "manifest", "ping", "longdesc", "lowsrc", "dynsrc"}
	loads   = []string{"img", "video", "audio", "source", "script", "link", "input", "track", "image"}
)

// bad is what a browser would do with a page besides showing it.
func bad(page []byte, home string) (out []string) {
	root, err := html.Parse(bytes.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range root.Descendants() {
		if n.Type != html.ElementNode {
			continue
		}
		name := strings.ToLower(n.Data)
		at := map[string]string{}
		for _, a := range n.Attr {
			at[strings.ToLower(a.Key)] = a.Val
		}
		if name == "link" && (at["rel"] == "canonical" || at["rel"] == "alternate") {
			name = "a" // it says where something is, and loads nothing
		}
		for _, a := range n.Attr {
			if why := badAttribute(name, strings.ToLower(a.Key), a.Val, home); why != "" {
				out = append(out, fmt.Sprintf("<%s> has %s", name, why))
			}
		}
		switch {
		case slices.Contains(foreign, name), name == "base" && at["href"] != "":
			out = append(out, "<"+name+">")
		case name == "script" && at["src"] == "" && !strings.HasPrefix(at["type"], "application/"):
			out = append(out, "a script that stands in the page")
		case name == "meta" && at["http-equiv"] != "":
			out = append(out, "<meta http-equiv="+at["http-equiv"]+">")
		}
	}
	return out
}

var blanks = regexp.MustCompile(`[\x00-\x20]+`)

func badAttribute(element, key, value, home string) string {
	switch {
	case strings.HasPrefix(key, "on"), key == "style", key == "srcdoc":
		return key + "=" + value
	case !slices.Contains(leads, key):
		return ""
	}
	to := strings.ToLower(blanks.ReplaceAllString(value, ""))
	u, err := url.Parse(to)
	if err != nil {
		u = &url.URL{Scheme: strings.SplitN(to, ":", 2)[0]}
	}
	own := u.Host == "" && !strings.HasPrefix(to, "//") || strings.HasPrefix(to, home)
	switch {
	case !slices.Contains([]string{"", "http", "https", "mailto", "data"}, u.Scheme),
		u.Scheme == "data" && !strings.HasPrefix(to, "data:image/png") && !(element == "img" && strings.HasPrefix(to, "data:image/bmp;base64,")),
		slices.Contains(loads, element) && !own, (element == "form" || key == "formaction") && !own:
		return key + "=" + value
	}
	return ""
}

// marked checks pages as they come.
type marked struct {
	t *testing.T
	s *apptest.Server
	n int
}

func (m *marked) check(what string, a apptest.Answer, statuses ...int) string {
	m.t.Helper()
	m.n++
	if len(statuses) > 0 && !slices.Contains(statuses, a.Status) {
		m.t.Errorf("%s: %d, want one of %v: %.300s", what, a.Status, statuses, a.Body)
	}
	kind := a.Header.Get("Content-Type")
	if a.Header.Get("X-Content-Type-Options") != "nosniff" {
		m.t.Errorf("%s may be taken for something else than it is (%s)", what, kind)
	}
	if strings.HasPrefix(kind, "text/html") {
		m.html(what, a.Body)
		if csp := a.Header.Get("Content-Security-Policy"); !strings.Contains(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			m.t.Errorf("%s: its policy is %q", what, csp)
		}
	}
	return string(a.Body)
}

func (m *marked) html(what string, page []byte) {
	m.t.Helper()
	if all := bad(page, m.s.Config.URL+"/"); len(all) > 0 {
		m.t.Errorf("%s has %q", what, all)
	}
}

// What looks at pages finds what is to be found.
func TestBadIsFound(t *testing.T) {
	t.Parallel()
	for page, want := range map[string]bool{
		`<p>Hello <a href="https://x.example/">there</a>`: false, `<img src=/a.png>`: false, `<form action=/x>`: false, `&lt;script&gt;`: false,
		`<script>1</script>`: true, `<img src=x onerror=1>`: true, `<a href=" java&#10;script:1">`: true, `<svg><a xlink:href=javascript:1>`: true, `<p style=x>`: true,
		`<img src=https://evil.example/>`: true, `<form action=//evil.example>`: true, `<meta http-equiv=refresh content=0>`: true, `<iframe>`: true, `<base href=/>`: true,
		`<a href="data:text/html,x">`: true, `<button formaction=https://evil.example>`: true,
	} {
		if got := bad([]byte(page), "https://plaza.example/"); len(got) > 0 != want {
			t.Errorf("%s: %q", page, got)
		}
	}
}

// TestHostileMarkup says what others were broken with wherever something can be
// said, and looks at it wherever it is shown: to readers, to the staff, to whom
// it is about, and in the bundle of evidence. It is text everywhere.
func TestHostileMarkup(t *testing.T) {
	t.Parallel()
	all := apptest.HostileMarkup(t)
	s := apptest.Start(t)
	m := &marked{t: t, s: s}
	h := &hostile{marked: m, all: all, ada: s.Join("ada", social.Member), ben: s.Join("ben", social.Member)}
	h.mona, h.olaf = staff(s)
	h.posts()
	h.profiles()
	h.cases()
	h.matters()
	h.emojis()
	h.bundle()
	h.letters("ben@example.com", "zoe@far.example", "nora@example.org")
	t.Logf("%d pieces of markup, %d answers looked at", len(all), m.n)
}

type hostile struct {
	*marked
	all                  []string
	ada, ben, mona, olaf *apptest.Person
}

// posts says each piece, some with a warning or as a poll, and looks at all
// of them.
func (h *hostile) posts() {
	options := apptest.ShortLines(h.all, social.MaxPollOption)
	said := 0
	texts := apptest.Packed(h.all, 250)
	texts = append(texts, slices.DeleteFunc(slices.Clone(h.all), func(v string) bool { n := utf8.RuneCountInString(v); return n < 250 || n > social.MaxText })...)
	for i, v := range texts {
		post := map[string]any{"status": v, "visibility": "public"}
		switch i % 10 {
		case 0:
			post["spoiler_text"] = v
		case 1:
			n := i % (len(options) - 1)
			post["poll"] = map[string]any{"options": []string{"1" + options[n], "2" + options[n+1]}, "expires_in": 3600}
		}
		if a := h.ben.Call("POST", "/api/v1/statuses", post); a.Status == 200 {
			said++
		} else if a.Status != 422 {
			h.t.Errorf("%q: %d %s", v, a.Status, a.Body)
		}
	}
	if said < len(texts)*9/10 {
		h.t.Fatalf("only %d of %d posts were taken", said, len(texts))
	}
	reader := browser{t: h.t, s: h.s}
	seen := 0
	for before := ""; ; {
		var page []struct {
			ID, Content, URL string
		}
		a := h.s.Call("GET", "/api/v1/accounts/"+num(h.ben.ID)+"/statuses?limit=40"+before, h.ada.Token, nil)
		a.JSON(h.t, &page)
		if len(page) == 0 {
			break
		}
		for i, p := range page {
			h.html("a post in the API", []byte(p.Content))
			if seen++; i%20 == 0 {
				h.check("a post's page", reader.get("/@ben/"+p.ID), 200)
				h.check("a post to be put elsewhere", reader.get("/@ben/"+p.ID+"/embed"), 200)
				h.check("a post to be reported", reader.get("/@ben/"+p.ID+"/report"), 200)
			}
		}
		last := page[len(page)-1].ID
		for _, half := range []string{"/@ben?before=" + page[0].ID, "/@ben?before=" + page[len(page)/2].ID} {
			h.check("a profile", reader.get(half), 200)
		}
		before = "&max_id=" + last
	}
	if seen != said {
		h.t.Errorf("%d posts were said and %d seen", said, seen)
	}
}

// profiles puts the pieces into names, texts and fields.
func (h *hostile) profiles() {
	names, bios := apptest.ShortLines(h.all, social.MaxDisplayName), apptest.Packed(h.all, social.MaxBio)
	reader := browser{t: h.t, s: h.s}
	for i := range min(len(bios), 60) {
		name := names[i%len(names)]
		a := h.ben.Call("PATCH", "/api/v1/accounts/update_credentials", map[string]any{"display_name": name, "note": bios[i], "fields_attributes": map[string]any{"0": map[string]string{"name": name, "value": names[(i+7)%len(names)]}}})
		if a.Status != 200 {
			h.t.Errorf("%q: %d %s", bios[i], a.Status, a.Body)
			continue
		}
		var me struct {
			Note   string
			Fields []struct{ Value string }
		}
		a.JSON(h.t, &me)
		h.html("a profile in the API", []byte(me.Note))
		for _, f := range me.Fields {
			h.html("a field in the API", []byte(f.Value))
		}
		if i%6 == 0 {
			h.check("a profile", reader.get("/@ben"), 200)
		}
	}
}

var casePath, appealPath, recordPath, matterPath = regexp.MustCompile(`/moderation/cases/\d+`), regexp.MustCompile(`action="(/moderation/appeals/\d+)"`),
	regexp.MustCompile(`action="(/settings/record/\d+)"`), regexp.MustCompile(`href="(/moderation/matters/\d+)"`)

// path is what a page says where to go on.
func (h *hostile) path(what, page string, form *regexp.Regexp) string {
	h.t.Helper()
	found := form.FindStringSubmatch(page)
	if found == nil {
		h.t.Fatalf("%s: there is no %s in\n%s", what, form, page)
	}
	return found[len(found)-1]
}

// cases has somebody report, the staff decide, the author appeal and somebody
// else of the staff answer, all of them with the pieces, and looks over the
// shoulder of each.
func (h *hostile) cases() {
	ada, ben, mona, olaf, stranger := signIn(h.t, h.s, h.ada), signIn(h.t, h.s, h.ben), signIn(h.t, h.s, h.mona), signIn(h.t, h.s, h.olaf), browser{t: h.t, s: h.s}
	texts, names := apptest.Packed(h.all, 990), apptest.ShortLines(h.all, 60)
	notes := apptest.Packed(h.all, social.MaxCaseNote-10)
	for i := 0; i < len(texts); i += max(len(texts)/10, 1) {
		text, name := texts[i], names[i%len(names)]
		post := h.ben.Post(text, "public")
		if a := h.ada.Call("POST", "/api/v1/reports", map[string]any{"account_id": num(h.ben.ID), "status_ids": []string{post.ID}, "comment": text}); a.Status != 200 {
			h.t.Fatalf("a report: %d %s", a.Status, a.Body)
		}
		h.check("a report by a stranger", stranger.post("/@ben/"+post.ID+"/report", "harm", "scam", "good", "1", "comment", text, "reporter", name, "email", "zoe@far.example"), 200)
		h.check("one that lacks something", stranger.post("/@ben/"+post.ID+"/report", "comment", text, "reporter", name, "email", name), 422)
		h.check("the desk", mona.get("/moderation"), 200)
		h.check("the cases", mona.get("/moderation/cases"), 200)
		h.check("a search for cases", mona.get("/moderation/cases?words="+url.QueryEscape(name)+"&about="+url.QueryEscape(name)))
		c := h.path("the next case", h.check("the next case", mona.get("/moderation/next"), 303), casePath)
		if i == 0 {
			for _, n := range notes {
				wantStatus(h.t, "a note", mona.post(c+"/note", "text", n), 303)
			}
			wantStatus(h.t, "somebody was told", mona.post(c+"/outside", "told", "police", "ref", name), 303)
		}
		h.check("a case sorted anew", mona.post(c+"/route", "harm", "spam", "why", name), 303, 422)
		h.check("a case", mona.get(c), 200)
		h.check("a decision that lacks something", mona.post(c+"/decide", "action", "", "text", text, "facts", name), 422)
		a := mona.post(c+"/decide", "action", "hide_post", "text", text, "facts", text, "letter", "1")
		wantStatus(h.t, "a decision", a, 303)
		h.check("a case that is decided", mona.get(c), 200)
		page := h.check("my record", ben.get("/settings/record"), 200)
		wantStatus(h.t, "an appeal", ben.post(h.path("my record", page, recordPath), "text", text), 303)
		h.check("my record with an appeal", ben.get("/settings/record"), 200)
		page = h.check("appeals", olaf.get("/moderation/appeals"), 200)
		wantStatus(h.t, "an answer", olaf.post(h.path("appeals", page, appealPath), "do", "reject", "answer", text), 303)
		h.check("my record with an answer", ben.get("/settings/record"), 200)
		h.check("what I reported", ada.get("/settings/reports"), 200)
		h.check("an account as the staff sees it", mona.get("/moderation/cases?about=@ben"), 200)
	}
	letter := h.s.Letter("ben@example.com")
	if strings.ContainsAny(letter.Subject, "\r\n") || !strings.Contains(letter.Text, "Hello @ben") {
		h.t.Errorf("the letter is %+v", letter)
	}
	h.check("notices", ben.get("/notifications"), 200)
	h.check("the public log", stranger.get("/about/moderation"))
	h.check("the public decisions", stranger.get("/about/moderation/decisions"))
}

// matters sends notices through the form, by mail and by machine.
func (h *hostile) matters() {
	stranger, mona := browser{t: h.t, s: h.s}, signIn(h.t, h.s, h.mona)
	texts, names := apptest.Packed(h.all, social.MaxMatterText-100), apptest.ShortLines(h.all, 100)
	post := h.ben.Post("Look", "public")
	for i, text := range texts {
		name := names[i%len(names)]
		a := stranger.post("/report", "kind", "dsa16", "category", "violence", "addresses", h.s.URL+"/@ben/"+post.ID, "text", text, "name", name, "org", name, "ref", name, "law", name, "email", "nora@example.org", "good_faith", "1")
		h.check("a notice", a, 303, 422)
		mine := a.Header.Get("Location")
		h.check("my notice", stranger.get(mine), 200)
		h.check("my receipt", stranger.get(mine+"/receipt.txt"), 200)
		matter := h.path("the matters", h.check("the matters", mona.get("/moderation/matters"), 200), matterPath)
		h.check("a matter", mona.get(matter), 200)
		wantStatus(h.t, "a note", mona.post(matter+"/note", "note", name), 303)
		h.check("an answer", mona.post(matter+"/answer", "answer", text[:min(len(text), 1500)]))
		h.check("a matter that is answered", mona.get(matter), 200)
		h.check("my notice, answered", stranger.get(mine), 200)
	}
	for i, name := range apptest.ShortLines(h.all, 60)[:20] {
		mail := fmt.Sprintf("From: %q <abuse%d@provider.example>\r\nSubject: %s\r\nContent-Type: text/html\r\n\r\n%s\r\n%s\r\n", name, i, name, name, h.s.URL+"/@ben/"+post.ID)
		a := mona.post("/moderation/matters/new", "text", mail)
		h.check("a letter", a, 303, 422)
		if to := a.Header.Get("Location"); a.Status == 303 {
			h.check("the matter of a letter", mona.get(to), 200)
			raw := mona.get(to + "/raw.txt")
			h.check("a letter as it came", raw, 200)
			if kind := raw.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") {
				h.t.Errorf("a letter as it came is %s", kind)
			}
		}
	}
}

// emojis cannot be called what is no word.
func (h *hostile) emojis() {
	olaf := signIn(h.t, h.s, h.olaf)
	for _, name := range apptest.ShortLines(h.all, 60)[:40] {
		a := olaf.post("/settings/emojis", "shortcode", name, "category", name)
		h.check("an emoji", a)
		if a.Status == 303 {
			h.t.Errorf("an emoji is called %q", name)
		}
	}
}

// bundle exports it all: the page in the bundle is the same whatever is in it.
func (h *hostile) bundle() {
	var b bytes.Buffer
	if _, err := h.s.Sealing.Seal(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	if _, err := h.s.Sealing.Export(h.t.Context(), &b, sealing.Wanted{Scope: evidence.Scope{Kind: evidence.ScopeWhole}, Profile: evidence.Court}); err != nil {
		h.t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(b.Bytes()), int64(b.Len()))
	if err != nil {
		h.t.Fatal(err)
	}
	pages := 0
	for _, f := range z.File {
		if strings.Contains(f.Name, "..") || strings.HasPrefix(f.Name, "/") {
			h.t.Errorf("the bundle has a file called %q", f.Name)
		}
		if !strings.HasSuffix(f.Name, ".html") {
			continue
		}
		pages++
		r, err := f.Open()
		if err != nil {
			h.t.Fatal(err)
		}
		page, err := io.ReadAll(r)
		if err != nil || !bytes.Equal(page, evidence.Page()) {
			h.t.Errorf("%s depends on what is in the bundle: %v", f.Name, err)
		}
		for _, way := range []string{"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function", "DOMParser"} {
			if bytes.Contains(page, []byte(way)) {
				h.t.Errorf("%s makes markup of texts: %s", f.Name, way)
			}
		}
	}
	if pages == 0 {
		h.t.Error("there is no page in the bundle")
	}
}

// headers are what a letter may have at its head.
var headers = []string{"From", "To", "Subject", "Date", "Message-Id", "Mime-Version", "Auto-Submitted", "Content-Type", "Content-Transfer-Encoding"}

// letters are plain text in one part, whatever is in them, and what they say
// adds nothing to their heads.
func (h *hostile) letters(to ...string) {
	h.t.Helper()
	dir := h.t.TempDir()
	outbox := mail.Outbox{Dir: dir, Log: slog.New(slog.DiscardHandler)}
	for _, address := range to {
		all := h.s.Letters(address)
		if len(all) == 0 {
			h.t.Errorf("there is no letter to %s", address)
		}
		for _, l := range all {
			if err := outbox.Send(h.t.Context(), l); err != nil {
				h.t.Errorf("%+v: %v", l, err)
			}
		}
	}
	files, _ := filepath.Glob(dir + "/*.eml")
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			h.t.Fatal(err)
		}
		m, err := netmail.ReadMessage(bytes.NewReader(b))
		if err != nil {
			h.t.Fatalf("%v in %s", err, b)
		}
		for name := range m.Header {
			if !slices.Contains(headers, name) {
				h.t.Errorf("a letter has the header %s:\n%s", name, b)
			}
		}
		if kind := m.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") {
			h.t.Errorf("a letter is %s", kind)
		}
		h.n++
	}
}
