package families

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/social"
)

// A browser is somebody on the pages, signed in or not.
type browser struct {
	t      *testing.T
	s      *apptest.Server
	cookie string
	from   string // where they come from, if that matters
}

// signIn goes through the form.
func signIn(t *testing.T, s *apptest.Server, p *apptest.Person) browser {
	t.Helper()
	b := browser{t: t, s: s}
	a := b.post("/auth/sign_in", "user[email]", p.Name+"@example.com", "user[password]", p.Password)
	b.cookie = cookieOf(a)
	if b.cookie == "" {
		t.Fatalf("%s is not signed in: %d %s", p.Name, a.Status, a.Body)
	}
	return b
}

func cookieOf(a apptest.Answer) string {
	for _, line := range a.Header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && strings.HasSuffix(c.Name, "plaza_session") {
			return c.Value
		}
	}
	return ""
}

func (b browser) send(method, path string, body io.Reader, change ...func(*http.Request)) apptest.Answer {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.s.URL+path, body)
	if err != nil {
		b.t.Fatal(err)
	}
	if body != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.cookie != "" {
		name := "plaza_session"
		if strings.HasPrefix(b.s.Config.URL, "https:") {
			name = "__Host-plaza_session"
		}
		r.AddCookie(&http.Cookie{Name: name, Value: b.cookie})
	}
	if b.from != "" {
		r.Header.Set("X-Forwarded-For", b.from)
	}
	for _, c := range change {
		c(r)
	}
	a := b.s.Do(r)
	if a.Status >= 500 {
		b.t.Errorf("%s %s: %d %.300s", method, path, a.Status, a.Body)
	}
	return a
}

func (b browser) get(path string) apptest.Answer {
	b.t.Helper()
	return b.send("GET", path, nil)
}

func (b browser) post(path string, pairs ...string) apptest.Answer {
	b.t.Helper()
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Add(pairs[i], pairs[i+1])
	}
	return b.send("POST", path, strings.NewReader(v.Encode()))
}

func wantStatus(t *testing.T, what string, a apptest.Answer, want int) {
	t.Helper()
	if a.Status != want {
		t.Errorf("%s: %d, want %d: %.400s", what, a.Status, want, a.Body)
	}
}

func num[ID ~int64](id ID) string { return fmt.Sprint(int64(id)) }

// staff are two who moderate, with tokens for what that takes.
func staff(s *apptest.Server) (mona, olaf *apptest.Person) {
	mona, olaf = s.Join("mona", social.Moderator), s.Join("olaf", social.Admin)
	for _, p := range []*apptest.Person{mona, olaf} {
		p.Token = p.TokenWith("read write follow push admin:read admin:write")
	}
	return mona, olaf
}
