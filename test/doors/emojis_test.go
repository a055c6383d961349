package doors

import (
	"bytes"
	"errors"
	"fmt"
	"mime/multipart"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/core/emojis"
	"github.com/plaza-social/plaza/internal/social"
)

type pictured struct {
	ID      string
	Emojis  []struct{ Shortcode, URL string }
	Account struct{ Emojis []struct{ Shortcode string } }
	Poll    struct{ Emojis []struct{ Shortcode string } }
}

func (p pictured) codes() string {
	var out []string
	for _, e := range p.Emojis {
		out = append(out, e.Shortcode)
	}
	return strings.Join(out, " ")
}

// Emojis are told of with what they stand in, and no longer when they are gone:
// what was made of a post before is forgotten.
func TestEmojisStandInTexts(t *testing.T) {
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		olga, ada := s.Join("olga", social.Owner), s.Join("ada", social.Member)
		owner := social.Actor{Account: olga.ID, Standing: social.Good, Role: social.Owner}
		add := func(code string) social.Emoji {
			e, err := s.Emojis.Add(t.Context(), owner, social.Emoji{Shortcode: code, Enabled: true, Listed: true}, bytes.NewReader(pngOf(t, 20, 20)), false)
			if err != nil {
				t.Fatal(err)
			}
			return e
		}
		var st pictured
		ada.Must("POST", "/api/v1/statuses", map[string]string{"status": "Look :cat: and 10:30:15", "spoiler_text": "On :dog:"}, &st)
		look := func() (got pictured) {
			ada.Must("GET", "/api/v1/statuses/"+st.ID, nil, &got)
			return got
		}
		if got := look(); got.codes() != "" {
			t.Errorf("before there are any: %q", got.codes())
		}
		cat := add("cat")
		add("dog")
		add("30")
		if got := look(); got.codes() != "dog cat" || got.Emojis[1].URL != s.URL+"/media/"+cat.File {
			t.Errorf("%+v, want dog and cat", got.Emojis)
		}
		ada.Must("PATCH", "/api/v1/accounts/update_credentials", "display_name=Ada :cat:", nil)
		if got := look(); len(got.Account.Emojis) != 1 {
			t.Errorf("in the name: %+v", got.Account.Emojis)
		}
		var asked pictured
		ada.Must("POST", "/api/v1/statuses", question([]string{":cat:", "Neither"}), &asked)
		if asked.codes() != "cat" || len(asked.Poll.Emojis) != 1 {
			t.Errorf("in a poll: %+v", asked)
		}
		page := string(s.Call("GET", "/@ada/"+st.ID, "", nil).Body)
		for _, want := range []string{`alt=":cat:"`, `alt=":dog:"`, "/media/" + cat.File} {
			if !strings.Contains(page, want) {
				t.Errorf("the page lacks %s", want)
			}
		}
		no := false
		if _, err := s.Emojis.Change(t.Context(), owner, cat.ID, emojis.Change{Enabled: &no}); err != nil {
			t.Fatal(err)
		}
		if got := look(); got.codes() != "dog" || len(got.Account.Emojis) != 0 {
			t.Errorf("with the cat disabled: %+v", got)
		}
		if page := string(s.Call("GET", "/@ada/"+st.ID, "", nil).Body); strings.Contains(page, `alt=":cat:"`) || !strings.Contains(page, ":cat:") {
			t.Error("the page still shows the cat, or not even its name")
		}
	})
}

// withFile is a form with a picture and some values.
func withFile(t *testing.T, file []byte, pairs ...string) option {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		if err := w.WriteField(pairs[i], pairs[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.CreateFormFile("file", "picture.png")
	if err == nil {
		_, err = f.Write(file)
	}
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	return body(w.FormDataContentType(), b.Bytes())
}

// Admins look after emojis on a page; what people write cannot become a tag.
func TestEmojiPage(t *testing.T) {
	t.Parallel()
	c := newCast(t, apptest.Start(t))
	s := c.server
	owner := session(c.sessions["owner"])
	sent := send(t, s, "POST", "/settings/emojis", owner, withFile(t, pngOf(t, 20, 20), "shortcode", ":blob_cat:", "category", `"><script>`))
	wantStatus(t, "add", sent, 303)
	again := send(t, s, "POST", "/settings/emojis", owner, withFile(t, pngOf(t, 20, 20), "shortcode", "blob_cat"))
	wantStatus(t, "add again", again, 422)
	e, ok := s.Emojis.Named("blob_cat")
	if !ok || !e.Listed {
		t.Fatalf("%+v", e)
	}
	if page := string(send(t, s, "GET", "/settings/emojis", owner).Body); strings.Contains(page, `"><script>`) || !strings.Contains(page, ":blob_cat:") {
		t.Error("the page lacks the emoji, or takes its category for a tag")
	}
	at := fmt.Sprintf("/settings/emojis/%d", e.ID)
	for _, step := range []struct {
		do     string
		status int
		ok     func() bool
	}{
		{"unlist", 303, func() bool { return !s.Emojis.All()[0].Listed }}, {"feature", 303, func() bool { return s.Emojis.All()[0].Featured }},
		{"disable", 303, func() bool { return !s.Emojis.All()[0].Enabled }}, {"enable", 303, func() bool { return s.Emojis.All()[0].Enabled }},
		{"explode", 404, func() bool { return len(s.Emojis.All()) == 1 }}, {"remove", 303, func() bool { return len(s.Emojis.All()) == 0 }}, {"remove", 404, func() bool { return true }},
	} {
		wantStatus(t, step.do, send(t, s, "POST", at, owner, form("do", step.do)), step.status)
		if !step.ok() {
			t.Errorf("after %s: %+v", step.do, s.Emojis.All())
		}
	}
}

// The house's emojis stand in what it announces, and people answer with them.
func TestEmojisInAnnouncements(t *testing.T) {
	t.Parallel()
	apptest.Each(t, func(t *testing.T, s *apptest.Server) {
		ada, ben := s.Join("ada", social.Member), s.Join("ben", social.Member)
		cat, err := s.Emojis.Add(t.Context(), social.Keyboard, social.Emoji{Shortcode: "cat", Enabled: true}, bytes.NewReader(pngOf(t, 20, 20)), false)
		if err != nil {
			t.Fatal(err)
		}
		a, err := s.Announcements.Tell(t.Context(), social.Keyboard, social.Announcement{Text: "Look, a :cat: and no :dog:"})
		if err != nil {
			t.Fatal(err)
		}
		e := socket(t, s, "/api/v1/streaming?stream=user", withToken(ada.Token))
		e.settle(t)
		path := "/api/v1/announcements/" + num(a.ID) + "/reactions/"
		ben.Must("PUT", path+"cat", nil, nil)
		wantStatus(t, "no emoji of the house", ben.Call("PUT", path+"dog", nil), 422)
		url := s.URL + "/media/" + cat.File
		s.Eventually("the stream", func() bool { return e.has("user", "announcement.reaction", `"url":"`+url+`"`) })
		type announced struct {
			pictured
			Reactions []struct {
				Name, URL string
				Still     string `json:"static_url"`
				Count     int
				Me        bool
			}
		}
		look := func() announced {
			t.Helper()
			var all []announced
			ada.Must("GET", "/api/v1/announcements", nil, &all)
			return all[0]
		}
		if got := look(); got.codes() != "cat" || got.Emojis[0].URL != url || len(got.Reactions) != 1 || got.Reactions[0].URL != url || got.Reactions[0].Still == "" {
			t.Errorf("%+v", got)
		}
		cookie := signIn(t, s, ada)
		if page := string(send(t, s, "GET", "/", session(cookie)).Body); strings.Count(page, `alt=":cat:"`) != 2 || !strings.Contains(page, "no :dog:") {
			t.Error("the page does not show the emoji in the words and in the reaction")
		}
		no := false
		if _, err := s.Emojis.Change(t.Context(), social.Keyboard, cat.ID, emojis.Change{Enabled: &no}); err != nil {
			t.Fatal(err)
		}
		if got := look(); got.codes() != "" || len(got.Reactions) != 1 || got.Reactions[0].URL != "" {
			t.Errorf("disabled: %+v", got)
		}
		wantStatus(t, "one that is disabled", ada.Call("PUT", path+"cat", nil), 422)
		ben.Must("DELETE", path+"cat", nil, nil)
		if got := look(); len(got.Reactions) != 0 {
			t.Errorf("taken back: %+v", got.Reactions)
		}
	})
}
