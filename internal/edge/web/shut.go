package web

import (
	"errors"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"net/url"
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
func (f *frame) shut() string {
	if f.site.config.Shut == nil {
		return ""
	}
	err := f.site.config.Shut()
	if errs.Public(err) == "" {
		return ""
	}
	return f.fault(err)
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
	if err := q.showAs(http.StatusServiceUnavailable, headline(http.StatusServiceUnavailable), shutPage(q.page, headline(http.StatusServiceUnavailable), sentence, q.URL.RequestURI(), fields, whole)); err != nil {
		q.site.Log.ErrorContext(q.Context(), "error page", "err", err)
		http.Error(q.w, sentence, http.StatusServiceUnavailable)
	}
}

// keepWords gives a form back to who sent it and is not signed in any more, with
// what was typed in it: it can be sent again once they are. It reports false, and
// answers nothing, if nothing was typed that somebody would miss.
func (q *ask) keepWords() bool {
	if q.Method != http.MethodPost || q.wantsPart() || q.site.cookie(q.Request, sessionCookie) == "" {
		return false
	}
	whole := q.parseWords() == nil
	fields, plain := q.typed()
	if !plain || !slices.ContainsFunc(fields, func(f fieldBack) bool { return f.Words || f.Name == "text" && f.Value != "" }) {
		return false
	}
	sentence := q.page.say("You are not signed in any more.")
	if !whole {
		sentence += " " + q.page.say("Your words are here. Files have to be chosen again.")
	}
	q.page.Plain, q.page.SignIn = true, true
	return q.showAs(http.StatusUnauthorized, "Sign in", shutPage(q.page, msg("Sign in, and send it again"), sentence, q.URL.RequestURI(), fields, true)) == nil
}

// errFiles is for a form with files in it, which are not taken from strangers.
var errFiles = errs.New(errs.Unauthenticated, "Sign in to send files.")

// parseWords is parse without the files of a form: those are read over, so that
// the browser hears the answer, and kept nowhere.
func (q *ask) parseWords() error {
	if !strings.HasPrefix(q.Header.Get("Content-Type"), "multipart/") {
		return q.parse()
	}
	q.PostForm = url.Values{}
	parts, err := q.MultipartReader()
	size, files := 0, false
	for n := 0; err == nil && n < 2*MaxGivenBack; n++ {
		var p *multipart.Part
		if p, err = parts.NextPart(); err != nil {
			break
		}
		if p.FileName() != "" {
			var read int64
			read, err = io.Copy(io.Discard, p)
			files = files || read > 0
			continue
		}
		var v []byte
		v, err = io.ReadAll(io.LimitReader(p, int64(maxForm-size)))
		size += len(v)
		q.PostForm.Add(p.FormName(), string(v))
	}
	if err == nil || errors.Is(err, io.EOF) {
		err = nil
		if files {
			err = errFiles
		}
	}
	return err
}

// secret are parts of the names of fields that no page shows again.
var secret = []string{"password", "token", "secret", "code"}

// typed are the fields that were sent. They are not the whole form if there
// were secrets or files in it, which are not given back.
func (q *ask) typed() (fields []fieldBack, whole bool) {
	whole = q.MultipartForm == nil || len(q.MultipartForm.File) == 0
	for _, name := range slices.Sorted(maps.Keys(q.PostForm)) {
		hidden := name == "old" || name == "new" || slices.ContainsFunc(secret, func(s string) bool { return strings.Contains(name, s) })
		for _, v := range q.PostForm[name] {
			if hidden || len(fields) == MaxGivenBack || !utf8.ValidString(name+v) {
				whole = false
				continue
			}
			fields = append(fields, fieldBack{name, v, name == "text" && v != "" || strings.ContainsAny(strings.TrimSpace(v), " \n")})
		}
	}
	return fields, whole
}
