package web

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// MaxGivenBack is how many fields of a form are given back.
const MaxGivenBack = 200

// Shut answers what would change something while nothing can be, and says why:
// with what was typed, to be sent again.
func (s *Site) Shut(w http.ResponseWriter, r *http.Request, why error) {
	s.origin.Handler(s.serve(route{do: func(*ask) error { return why }, unread: true})).ServeHTTP(w, r)
}

// shut is why nothing can be changed at the moment; empty while it can be.
func (s *Site) shut() string {
	if s.config.Shut == nil {
		return ""
	}
	return errs.Public(s.config.Shut())
}

// A fieldBack is a field of a form that was sent and not taken.
type fieldBack struct {
	Name, Value string
	Words       bool // somebody typed it, and may want to see that it is there
}

// giveBack shows a form that could not be taken, with what was typed in it.
func (q *ask) giveBack(sentence string) {
	q.w.Header().Set("Retry-After", retryAfter)
	unread := q.parse()
	if unread == nil && q.URL.Path == "/new" && q.by.SignedIn() && q.composeAgain(http.StatusServiceUnavailable, sentence) == nil {
		return
	}
	fields, whole := q.typed()
	whole = whole && unread == nil
	if err := q.showAs(http.StatusServiceUnavailable, headline(http.StatusServiceUnavailable), shutPage(q.page, sentence, q.URL.RequestURI(), fields, whole)); err != nil {
		q.site.Log.ErrorContext(q.Context(), "error page", "err", err)
		http.Error(q.w, sentence, http.StatusServiceUnavailable)
	}
}

// secret are parts of the names of fields that no page shows again.
var secret = []string{"password", "token", "secret", "code"}

// typed are the fields that were sent. They are not the whole form if there
// were secrets or files in it, which are not given back.
func (q *ask) typed() (fields []fieldBack, whole bool) {
	whole = q.MultipartForm == nil || len(q.MultipartForm.File) == 0
	for _, name := range slices.Sorted(maps.Keys(q.PostForm)) {
		hidden := slices.ContainsFunc(secret, func(s string) bool { return strings.Contains(name, s) })
		for _, v := range q.PostForm[name] {
			if hidden || len(fields) == MaxGivenBack || !utf8.ValidString(name+v) {
				whole = false
				continue
			}
			fields = append(fields, fieldBack{name, v, strings.ContainsAny(strings.TrimSpace(v), " \n")})
		}
	}
	return fields, whole
}
