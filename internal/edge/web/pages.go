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
		return q.show(q.page.say("Allow %s?", c.AppName), consentPage(q.page, c))
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
		{"read", msg("read everything you can read here, and your settings")}, {"write", msg("post and act in your name")},
		{"follow", msg("follow, mute and block for you")}, {"push", msg("be told when something happens to you")},
		{"profile", msg("see who you are")}, {"admin:read", msg("read what only moderators see")}, {"admin:write", msg("moderate in your name")},
		{"read:accounts", msg("read your accounts")}, {"read:blocks", msg("read your blocks")}, {"read:bookmarks", msg("read your bookmarks")},
		{"read:collections", msg("read your collections")}, {"read:favourites", msg("read your favourites")}, {"read:filters", msg("read your filters")},
		{"read:follows", msg("read your follows")}, {"read:lists", msg("read your lists")}, {"read:mutes", msg("read your mutes")},
		{"read:notifications", msg("read your notifications")}, {"read:search", msg("read your search")}, {"read:statuses", msg("read your posts")},
		{"write:accounts", msg("write your accounts")}, {"write:blocks", msg("write your blocks")}, {"write:bookmarks", msg("write your bookmarks")},
		{"write:collections", msg("write your collections")}, {"write:conversations", msg("write your conversations")}, {"write:favourites", msg("write your favourites")},
		{"write:filters", msg("write your filters")}, {"write:follows", msg("write your follows")}, {"write:lists", msg("write your lists")},
		{"write:media", msg("write your media")}, {"write:mutes", msg("write your mutes")}, {"write:notifications", msg("write your notifications")},
		{"write:reports", msg("write your reports")}, {"write:statuses", msg("write your posts")},
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
