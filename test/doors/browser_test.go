package doors

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
)

// A browser keeps cookies, follows redirects within the house, and fills in
// forms. It has no JavaScript.
type browser struct {
	server *apptest.Server
	client *http.Client
	at     *url.URL // where it is, or was sent if that is elsewhere
	status int
	page   string
}

func newBrowser(t *testing.T, s *apptest.Server) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{server: s, client: &http.Client{Jar: jar, CheckRedirect: func(r *http.Request, _ []*http.Request) error {
		if !strings.HasPrefix(r.URL.String(), s.URL) {
			return http.ErrUseLastResponse
		}
		return nil
	}}}
}

func (b *browser) open(t *testing.T, path string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), "GET", b.server.URL+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	b.do(t, r)
}

func (b *browser) do(t *testing.T, r *http.Request) {
	t.Helper()
	resp, err := b.client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	b.at, b.status, b.page = resp.Request.URL, resp.StatusCode, string(page)
	if to, err := resp.Location(); err == nil {
		b.at = to
	}
}

var (
	formPart  = regexp.MustCompile(`(?s)<form[^>]*action="([^"]*)"[^>]*>(.*?)</form>`)
	inputPart = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	namePart  = regexp.MustCompile(`name="([^"]*)"`)
	valuePart = regexp.MustCompile(`value="([^"]*)"`)
)

// submit sends the form that leads to action, as it stands, with some fields
// filled in.
func (b *browser) submit(t *testing.T, action string, pairs ...string) {
	t.Helper()
	for _, f := range formPart.FindAllStringSubmatch(b.page, -1) {
		if html.UnescapeString(f[1]) != action {
			continue
		}
		fields := values(pairs)
		for _, input := range inputPart.FindAllString(f[2], -1) {
			name, value := namePart.FindStringSubmatch(input), valuePart.FindStringSubmatch(input)
			if name != nil && value != nil {
				fields.Set(html.UnescapeString(name[1]), html.UnescapeString(value[1]))
			}
		}
		r, err := http.NewRequestWithContext(t.Context(), "POST", b.server.URL+action, strings.NewReader(fields.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		b.do(t, r)
		return
	}
	t.Fatalf("at %s there is no form for %s: %s", b.at, action, b.page)
}

// signIn fills in the form it stands before.
func (b *browser) signIn(t *testing.T, p *apptest.Person) {
	t.Helper()
	b.submit(t, "/auth/sign_in", "user[email]", p.Name+"@example.com", "user[password]", p.Password)
}
