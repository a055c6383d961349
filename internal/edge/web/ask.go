package web

import (
	"bytes"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/locale"
	"github.com/plaza-social/plaza/internal/social"
)

// Limits of what a browser may send.
const (
	maxForm   = 256 << 10
	maxUpload = 16 << 20 // with the pictures of a profile
	maxAttach = 64 << 20 // with the pictures and videos of a post
)

// An ask is one request: who asks for what, and the page around the answer.
type ask struct {
	*http.Request
	site *Site
	w    http.ResponseWriter
	by   social.Actor
	page *frame
	me   *social.User // what self found
	// fault is why it cannot be told who asks, or nil.
	fault error
}

func (s *Site) ask(w http.ResponseWriter, r *http.Request) *ask {
	q := &ask{Request: r, site: s, w: w}
	q.by, q.fault = s.actor(r)
	limit := int64(maxForm)
	if (q.by.SignedIn() || s.cookie(r, sessionCookie) != "") && strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		limit = maxUpload
		if q.by.SignedIn() && (r.URL.Path == "/new" || r.URL.Path == "/new/media") {
			limit = maxAttach
		}
		if r.URL.Path == importPage {
			limit = maxImport
		}
		if limit > maxUpload {
			http.NewResponseController(w).SetReadDeadline(time.Now().Add(importWait)) // where it cannot be set, the usual one holds
		}
	}
	r.Body = http.MaxBytesReader(w, r.Body, limit)
	q.page = s.frame(q)
	q.Request = r.WithContext(locale.With(r.Context(), q.page.Locale))
	return q
}

// self is what is known of the reader, looked up once.
func (q *ask) self() (social.User, error) {
	if q.me == nil {
		me, err := q.site.Auth.Self(q.Context(), q.by)
		if err != nil {
			return me, err
		}
		q.me = &me
	}
	return *q.me, nil
}

// param is a part of the path.
func (q *ask) param(name string) string {
	v := chi.URLParam(q.Request, name)
	if plain, err := url.PathUnescape(v); err == nil {
		return plain
	}
	return v
}

// number is a part of the path that is an id. What is none names nothing.
func (q *ask) number(name string) int64 {
	n, _ := id.Parse(q.param(name))
	return n
}

// form is a field of what was sent.
func (q *ask) form(name string) string {
	q.parse() // serve has told of what cannot be read
	return strings.ReplaceAll(q.PostForm.Get(name), "\r\n", "\n")
}

// inMemory is how much of a form's files is held in memory.
const inMemory = 1 << 20

// parse reads the form, once.
func (q *ask) parse() (err error) {
	switch {
	case q.PostForm != nil:
		return nil
	case strings.HasPrefix(q.Header.Get("Content-Type"), "multipart/"):
		err = q.ParseMultipartForm(inMemory)
	default:
		err = q.ParseForm()
	}
	if err != nil {
		return errs.Wrap(errs.Invalid, "What you sent is too large, or did not arrive whole. Pictures may have 16 MB together, those of a post 64 MB.", err)
	}
	return nil
}

// clean removes the files of a form. The server does so only for the request
// it made itself, and ours is a copy of that.
func (q *ask) clean() {
	if q.MultipartForm != nil {
		q.MultipartForm.RemoveAll()
	}
}

// ticked reports whether a box of the form was ticked.
func (q *ask) ticked(name string) bool { return q.form(name) != "" }

// pageOf is the piece of a list that the address asks for.
func (q *ask) pageOf(limit int) social.Page {
	before, _ := id.Parse(q.URL.Query().Get("before"))
	after, _ := id.Parse(q.URL.Query().Get("after"))
	return social.Page{Before: before, After: after, Oldest: after != 0, Limit: limit}
}

// show answers with a whole page.
func (q *ask) show(title string, body templ.Component) error {
	return q.showAs(http.StatusOK, title, body)
}

func (q *ask) showAs(status int, title string, body templ.Component) error {
	q.page.Title = q.page.say(title)
	if status != http.StatusServiceUnavailable { // what else there is to ask may be away, too
		q.page.fill(q)
	}
	return q.render(status, layout(q.page, body))
}

// part answers with a piece of a page, for the script.
func (q *ask) part(body templ.Component) error { return q.render(http.StatusOK, body) }

// wantsPart reports whether the script asks, and needs no whole page.
func (q *ask) wantsPart() bool { return q.Header.Get("Plaza-Part") != "" }

func (q *ask) render(status int, c templ.Component) error {
	var b bytes.Buffer
	if err := c.Render(q.Context(), &b); err != nil {
		return fmt.Errorf("render %s: %w", q.URL.Path, err)
	}
	q.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	q.send(status, b.Bytes())
	q.countViews()
	return nil
}

// to sends the browser on to a page of ours.
func (q *ask) to(path string) error {
	http.Redirect(q.w, q.Request, path, http.StatusSeeOther)
	return nil
}

// sent sends the browser on from a form that was taken. The script, which sends it
// until it is, is told where to.
func (q *ask) sent(path string) error {
	if q.Header.Get("Plaza-Part") != sentPart {
		return q.to(path)
	}
	q.w.Header().Set("Plaza-To", path)
	q.w.WriteHeader(http.StatusNoContent)
	return nil
}

// sentPart is what the script asks for that sends a composer.
const sentPart = "sent"

// back sends the browser to where the form stood, or else to a page of ours,
// and has a sentence said there.
func (q *ask) back(otherwise, say string) error {
	q.say(say)
	return q.to(local(q.form("back"), otherwise))
}

// toSignIn asks a stranger to sign in and come back. A stream that was open when its
// session ended is told to come back no more, as a page has nothing to show it.
// https://html.spec.whatwg.org/multipage/server-sent-events.html#server-sent-events-intro
func (q *ask) toSignIn() {
	if q.Header.Get("Accept") == "text/event-stream" {
		q.w.WriteHeader(http.StatusNoContent)
		return
	}
	next := q.URL.RequestURI()
	if q.Method != http.MethodGet {
		next = local(q.form("back"), "/")
	}
	if !q.wantsPart() {
		q.say("sign-in")
	}
	q.to("/auth/sign_in?next=" + url.QueryEscape(next))
}

// local is path if it leads to a page of this house, and otherwise if not:
// nobody is sent elsewhere by an address somebody else made.
func local(path, otherwise string) string {
	u, err := url.Parse(path)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || u.Opaque != "" ||
		!strings.HasPrefix(path, "/") || strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\t\r\n") ||
		strings.HasPrefix(u.Path, "//") {
		return otherwise
	}
	return path
}

// statuses is how a kind sounds in HTTP.
var statuses = map[errs.Kind]int{
	errs.Internal: http.StatusInternalServerError, errs.Invalid: http.StatusUnprocessableEntity,
	errs.Unauthenticated: http.StatusUnauthorized, errs.Forbidden: http.StatusForbidden,
	errs.NotFound: http.StatusNotFound, errs.Conflict: http.StatusConflict, errs.Gone: http.StatusGone,
	errs.Limited: http.StatusTooManyRequests, errs.Unavailable: http.StatusServiceUnavailable,
}

// fail answers with an error's page, and logs what is a fault of ours.
func (q *ask) fail(err error) {
	kind := errs.KindOf(err)
	if kind == errs.Internal {
		q.site.Log.ErrorContext(q.Context(), "page", "method", q.Method, "route", chi.RouteContext(q.Context()).RoutePattern(), "err", err)
	}
	status, sentence := statuses[kind], q.page.fault(err)
	if kind == errs.NotFound {
		sentence = q.page.fault(nowhere) // the same for what is not there and what is not for you
	}
	if kind == errs.Unavailable && q.page.Shut == "" {
		q.site.Log.WarnContext(q.Context(), "page", "method", q.Method, "route", chi.RouteContext(q.Context()).RoutePattern(), "err", err)
	}
	if kind == errs.Unavailable && q.Method == http.MethodPost && !q.wantsPart() {
		q.giveBack(sentence)
		return
	}
	q.failAs(status, sentence)
}

func (q *ask) failAs(status int, sentence string) {
	if status == http.StatusServiceUnavailable && q.w.Header().Get("Retry-After") == "" {
		q.w.Header().Set("Retry-After", retryAfter)
	}
	if err := q.showAs(status, headline(status), failPage(q.page, status, sentence)); err != nil {
		q.site.Log.ErrorContext(q.Context(), "error page", "err", err)
		http.Error(q.w, sentence, status)
	}
}

var retryAfter = strconv.Itoa(errs.RetryAfter)

func headline(status int) string {
	switch status {
	case http.StatusNotFound, http.StatusGone:
		return msg("Nothing here")
	case http.StatusForbidden, http.StatusUnauthorized:
		return msg("Not for you")
	case http.StatusTooManyRequests:
		return msg("A little slower, please")
	case http.StatusServiceUnavailable:
		return msg("Back in a moment")
	}
	if status < http.StatusInternalServerError {
		return msg("That did not work")
	}
	return msg("Our fault")
}
