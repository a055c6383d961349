package web_test

import (
	"net/http"
	"strings"
	"testing"
)

// A link that is no longer good says so at once, not after a form was filled in.
func TestOldLinksSaySo(t *testing.T) {
	b := open(t).browser()
	for path, want := range map[string]struct {
		status int
		words  string
	}{
		"/setup?token=wrong":              {http.StatusForbidden, "does not make an owner"},
		"/setup":                          {http.StatusForbidden, "does not make an owner"},
		"/invite/nonsense":                {http.StatusForbidden, "invitation"},
		"/auth/password/edit?token=wrong": {http.StatusUnprocessableEntity, "Send me a new one"},
		"/auth/password/edit":             {http.StatusUnprocessableEntity, "Send me a new one"},
	} {
		w := b.get(path)
		if body := w.Body.String(); w.Code != want.status || !strings.Contains(body, want.words) || strings.Contains(body, `type="password"`) {
			t.Errorf("%s: %d, want %d with %q and no form", path, w.Code, want.status, want.words)
		}
	}
}
