package doors

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/edge/web"
	"github.com/plaza-social/plaza/internal/social"
)

const banner = `<p class="shut" role="status">`

// TestReadOnlyPages looks at what pages say while nothing can be changed, and
// at forms that are sent all the same.
func TestReadOnlyPages(t *testing.T) {
	t.Parallel()
	s := apptest.Start(t)
	ada := s.Join("ada", social.Owner)
	post, secret := ada.Post("Something to read", "public"), session(signIn(t, s, ada))
	pages := []string{"/", "/public", "/@ada", "/@ada/" + post.ID, "/new", "/search", "/notifications", "/settings/profile", "/settings/house", "/about", "/auth/sign_in", "/nowhere"}
	told := func(why string) {
		t.Helper()
		for _, path := range pages {
			for who, o := range map[string]option{"a stranger": bearer(""), "ada": secret} {
				a := send(t, s, "GET", path, o)
				if a.Status == http.StatusSeeOther {
					continue // to sign in
				}
				if body := string(a.Body); strings.Count(body, banner) != len(why[:min(1, len(why))]) || !strings.Contains(body, why) {
					t.Errorf("%s for %s: is there a banner? want one that says %q: %d %.2000s", path, who, why, a.Status, body)
				}
			}
		}
	}
	health := func(say, gauge string) {
		t.Helper()
		if a := s.Call("GET", "/healthz", "", nil); a.Status != 200 || string(a.Body) != say+"\n" {
			t.Errorf("/healthz: %d %q, want 200 %q", a.Status, a.Body, say)
		}
		if a := s.Call("GET", "/metrics", "", nil); !strings.Contains(string(a.Body), "\nplaza_read_only "+gauge+"\n") {
			t.Errorf("/metrics: want plaza_read_only %s", gauge)
		}
	}
	told("")
	health("ok", "0")
	s.Store.Shut(errClosed)
	told(errs.Public(errClosed))
	health("read_only", "1")
	forms(t, s, secret)
	s.Store.OpenGate()
	told("")
	health("ok", "0")
	wantStatus(t, "the same form, later", send(t, s, "POST", "/new", secret, form("text", "Written <in> vain", "key", "k1", "visibility", "public")), http.StatusSeeOther)
}

func forms(t *testing.T, s *apptest.Server, secret option) {
	t.Helper()
	long := "A few words,\n<script>and</script> another line"
	for _, c := range []struct {
		what, path string
		o          []option
		want       []string // in the page, or with ! before it, not
	}{
		{"a post", "/new", []option{secret, form("text", "Written <in> vain", "key", "k1", "warning", "careful", "visibility", "followers", "back", "/public")},
			[]string{"Written &lt;in&gt; vain</textarea>", `name="key" value="k1"`, `value="careful"`, `<option value="followers" selected`, `name="back" value="/public"`, "data-again", `role="alert"`}},
		{"a profile", "/settings/profile", []option{secret, form("bio", long, "display_name", "Ada")},
			[]string{"&lt;script&gt;and&lt;/script&gt; another line</textarea>", `name="display_name" value="Ada"`, `action="/settings/profile"`, "Send it again"}},
		{"a profile in parts", "/settings/profile", []option{secret, parts(t, "bio", long)}, []string{"another line</textarea>", "Send it again"}},
		{"a password", "/auth/sign_in", []option{form("user[email]", "ada@example.com", "user[password]", "correct horse battery")}, []string{"!correct horse", "!Send it again"}},
		{"signing out", "/auth/sign_out", []option{secret}, []string{"Send it again", "!</textarea>"}},
		{"nonsense", "/settings/profile", []option{secret, body("application/x-www-form-urlencoded", []byte("bio=%ff%fe&display_name=%zz"))}, nil},
	} {
		status, h, b := visit{path: c.path, as: bearer("")}.post(t, s, c.o...)
		if status != http.StatusServiceUnavailable || h.Get("Retry-After") == "" || !strings.Contains(b, errs.Public(errClosed)) || !strings.Contains(b, banner) {
			t.Errorf("%s: %d, want 503 and why: %.500s", c.what, status, b)
		}
		for _, w := range c.want {
			absent := strings.HasPrefix(w, "!")
			if strings.Contains(b, strings.TrimPrefix(w, "!")) == absent {
				t.Errorf("%s: want %q in %s", c.what, w, b)
			}
		}
	}
	for n, again := range map[int]bool{web.MaxGivenBack: true, web.MaxGivenBack + 1: false} {
		if _, _, b := (visit{path: "/settings/profile", as: secret}).post(t, s, form(slices.Repeat([]string{"bio", "Word"}, n)...)); strings.Contains(b, "Send it again") != again {
			t.Errorf("%d fields: may it be sent again? want %v", n, again)
		}
	}
	status, _, b := visit{path: "/settings/profile", as: secret}.post(t, s, form("bio", "Somebody else's words"), header("Sec-Fetch-Site", "cross-site"))
	if status != http.StatusForbidden || strings.Contains(b, "Somebody else") {
		t.Errorf("a form of another site: %d, want 403 without its words", status)
	}
	status, h, b := visit{path: "/api/v1/statuses", as: bearer("")}.post(t, s, form("status", "Hello"))
	if status != http.StatusServiceUnavailable || h.Get("Access-Control-Allow-Origin") != "*" || b != `{"error":"`+errs.Public(errClosed)+`"}` {
		t.Errorf("an app: %d %v %s", status, h, b)
	}
	for path, want := range map[string]int{"/nowhere": 404, "/api/v1/nowhere": 404, "/@ada": 405} {
		if status, _, _ := (visit{path: path, as: secret}).post(t, s); status != want {
			t.Errorf("POST %s: %d, want %d as ever", path, status, want)
		}
	}
}
