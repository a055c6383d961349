package web

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"
)

// What other edges show in the look of the house.

// Page shows body as a small page of its own.
func (s *Site) Page(w http.ResponseWriter, r *http.Request, title string, body templ.Component) {
	s.serve(route{do: func(q *ask) error {
		q.page.Plain = true
		return q.show(title, body)
	}}).ServeHTTP(w, r)
}

// Consent asks whoever is signed in whether an app may act for them. The form
// may lead on to the app.
func (s *Site) Consent(w http.ResponseWriter, r *http.Request, c ConsentPage) {
	s.serve(route{do: func(q *ask) error {
		q.page.Plain = true
		allowForm(w, c.Redirect)
		return q.show("Allow "+c.AppName+"?", consentPage(q.page, c))
	}}).ServeHTTP(w, r)
}

// allowForm lets the page's form be answered with a redirect to an address:
// browsers apply form-action to that, too.
func allowForm(w http.ResponseWriter, redirect string) {
	u, err := url.Parse(redirect)
	if err != nil || u.Scheme == "" || strings.ContainsAny(u.Scheme+u.Host, "; ,'\"") {
		return
	}
	source := u.Scheme + ":"
	if (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		source = u.Scheme + "://" + u.Host
	}
	policy := w.Header().Get("Content-Security-Policy")
	w.Header().Set("Content-Security-Policy", strings.Replace(policy, "form-action 'self'", "form-action 'self' "+source, 1))
}

// Code shows the code that is to be pasted into an app, in an element with
// the id "code".
func (s *Site) Code(w http.ResponseWriter, r *http.Request, code string) {
	s.serve(route{do: func(q *ask) error {
		q.page.Plain = true
		return q.show("Your code", codePage(q.page, code))
	}}).ServeHTTP(w, r)
}

// Fail shows a page that says what went wrong, in a sentence.
func (s *Site) Fail(w http.ResponseWriter, r *http.Request, status int, message string) {
	s.serve(route{do: func(q *ask) error {
		q.page.Plain = true
		q.failAs(status, message)
		return nil
	}}).ServeHTTP(w, r)
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// scopeWords says what scopes allow, in people's words.
func scopeWords(scopes []string) []string {
	known := []struct{ scope, words string }{
		{"read", "read everything you can read here, and your settings"}, {"write", "post and act in your name"},
		{"follow", "follow, mute and block for you"}, {"push", "be told when something happens to you"},
		{"profile", "see who you are"}, {"admin:read", "read what only moderators see"}, {"admin:write", "moderate in your name"},
	}
	var out []string
	for _, s := range scopes {
		words := ""
		for _, k := range known {
			if k.scope == s {
				words = k.words
			}
		}
		if verb, what, found := strings.Cut(s, ":"); words == "" && found {
			words = verb + " your " + strings.ReplaceAll(strings.ReplaceAll(what, ":", " "), "statuses", "posts")
		}
		if words == "" {
			words = s
		}
		out = append(out, words)
	}
	return out
}
