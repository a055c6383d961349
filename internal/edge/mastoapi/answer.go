package mastoapi

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/view"
)

var (
	errToken    = errs.New(errs.Unauthenticated, "The access token is invalid")
	errNoPerson = errs.New(errs.Invalid, "This method requires an authenticated user")
	errScope    = errs.New(errs.Forbidden, "This action is outside the authorized scopes")
	errRole     = errs.New(errs.Forbidden, "This action is not allowed")
	errPending  = errs.New(errs.Forbidden, "Your login is missing a confirmed e-mail address, or is waiting to be approved")
	errAbsent   = errs.New(errs.NotFound, "Record not found")
)

// status is the HTTP status of each kind of error.
var status = map[errs.Kind]int{
	errs.Internal: http.StatusInternalServerError, errs.Invalid: http.StatusUnprocessableEntity,
	errs.Unauthenticated: http.StatusUnauthorized, errs.Forbidden: http.StatusForbidden, errs.NotFound: http.StatusNotFound,
	errs.Conflict: http.StatusUnprocessableEntity, errs.Gone: http.StatusGone, errs.Limited: http.StatusTooManyRequests,
	errs.Unavailable: http.StatusServiceUnavailable,
}

// fail answers with an error, in Mastodon's form.
// https://docs.joinmastodon.org/entities/Error/
func (a *API) fail(q *request, err error) {
	kind, sentence := errs.KindOf(err), errs.Public(err)
	code := status[kind]
	if errors.Is(err, errBody) || sentence == errs.Public(errBody) {
		code = http.StatusBadRequest
	}
	if errors.Is(err, errLarge) {
		code = http.StatusRequestEntityTooLarge
	}
	var details map[string][]detail
	if ps := (auth.Problems)(nil); errors.As(err, &ps) {
		code, sentence, details = http.StatusUnprocessableEntity, ps.Error(), map[string][]detail{}
		for _, p := range ps {
			details[p.Field] = append(details[p.Field], detail{p.Code, p.Text})
		}
	}
	if q.Context().Err() != nil {
		return // nobody is there to be answered
	}
	if kind == errs.Internal && details == nil || kind == errs.Unavailable {
		a.Log.ErrorContext(q.Context(), "call failed", "method", q.Method, "path", q.URL.Path, "err", err)
	}
	if sentence == "" {
		sentence = "Something went wrong on our side. Try again; if it goes on, tell the people who run this server."
	}
	if code == http.StatusUnauthorized {
		q.w.Header().Set("WWW-Authenticate", `Bearer realm="Plaza", error="invalid_token"`)
	}
	if code == http.StatusServiceUnavailable {
		later(q.w)
	}
	writeError(q.w, code, sentence, details)
}

// later tells when to ask again for what cannot be had now.
func later(w http.ResponseWriter) { w.Header().Set("Retry-After", strconv.Itoa(errs.RetryAfter)) }

// Unavailable answers a call that nothing can be done about now, and why.
func (a *API) Unavailable(w http.ResponseWriter, err error) {
	later(w)
	writeError(w, http.StatusServiceUnavailable, errs.Public(err), nil)
}

type detail struct {
	Error       string `json:"error"`
	Description string `json:"description"`
}

func writeError(w http.ResponseWriter, code int, sentence string, details map[string][]detail) {
	b, _ := json.Marshal(struct {
		Error   string              `json:"error"`
		Details map[string][]detail `json:"details,omitempty"`
	}{sentence, details})
	write(w, code, b)
}

func write(w http.ResponseWriter, code int, b []byte) {
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("Content-Length", strconv.Itoa(len(b)))
	if h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "private, no-store")
	}
	w.WriteHeader(code)
	w.Write(b)
}

// raw is JSON that is ready.
type raw []byte

// coded is an answer with a status of its own.
type coded struct {
	code int
	body any
}

// answer sends what a handler returned.
func (q *request) answer(out any) {
	code := http.StatusOK
	if c, ok := out.(coded); ok {
		code, out = c.code, c.body
	}
	switch ready := out.(type) {
	case download:
		q.sendFile(ready)
		return
	case raw:
		write(q.w, code, ready)
		return
	case lent:
		write(q.w, code, *ready.b)
		ready.giveBack()
		return
	}
	b, err := encode(out)
	if err != nil {
		q.api.fail(q, err)
		return
	}
	write(q.w, code, b)
}

// nothing is the answer of what only has an effect.
type nothing struct{}

// link tells where the pages before and after a slice are.
func link[T any](q *request, s view.Slice[T]) {
	if s.Oldest == 0 {
		return
	}
	q.w.Header().Set("Link", q.linkTo("next", "max_id", s.Oldest)+", "+q.linkTo("prev", "min_id", s.Newest))
}

// A stretch is what is asked for of a list that has no ids to page by.
type stretch struct{ offset, limit, most int }

// stretch reads which. Nothing is there after most: whoever goes on all the same
// is not given the last of it for ever.
func (q *request) stretch(usual, limit, most int) stretch {
	p := stretch{q.num("offset", 0, most+1), q.limit(usual, limit), most}
	if p.offset > p.most {
		p.limit = 0
	}
	return p
}

// linkStretch tells where those before and after one are; full says that there
// may be more.
func (q *request) linkStretch(p stretch, full bool) {
	var links []string
	if p.limit == 0 {
		return
	}
	if next := p.offset + p.limit; full && next <= p.most {
		links = append(links, q.linkTo("next", "offset", int64(next)))
	}
	if p.offset > 0 {
		links = append(links, q.linkTo("prev", "offset", int64(max(0, p.offset-p.limit))))
	}
	if len(links) > 0 {
		q.w.Header().Set("Link", strings.Join(links, ", "))
	}
}

func (q *request) linkTo(rel, bound string, at int64) string {
	return q.linkAt(rel, bound, strconv.FormatInt(at, 10))
}

func (q *request) linkAt(rel, bound, at string) string {
	v := url.Values{}
	for k, vs := range q.params {
		if k != "max_id" && k != "min_id" && k != "since_id" && k != "access_token" {
			v[k] = vs
		}
	}
	v.Set(bound, at)
	return "<" + q.api.BaseURL + q.URL.EscapedPath() + "?" + v.Encode() + `>; rel="` + rel + `"`
}

// restrain counts the call, and answers Limited when there were too many.
func (a *API) restrain(q *request, route Route) error {
	key, rule := q.clientAddr(), limitStranger
	if q.By.SignedIn() {
		key, rule = strconv.FormatInt(int64(q.By.Account), 10), limitMember
	}
	st := a.Limiter.Take(rule, key)
	if st.OK && route.rule != nil {
		st = a.Limiter.Take(*route.rule, key)
	}
	h := q.w.Header()
	h["X-Ratelimit-Limit"] = []string{strconv.Itoa(st.Limit)}
	h["X-Ratelimit-Remaining"] = []string{strconv.Itoa(st.Remaining)}
	h["X-Ratelimit-Reset"] = []string{st.Reset.UTC().Format(timeForm)}
	if st.OK {
		return nil
	}
	h.Set("Retry-After", strconv.Itoa(int(st.RetryAfter/time.Second)+1))
	return errs.New(errs.Limited, "Too many requests. Wait a little and try again.")
}

// clientAddr is the address of whoever calls, without the port.
func (q *request) clientAddr() string {
	host, _, err := net.SplitHostPort(q.RemoteAddr)
	if err != nil {
		return q.RemoteAddr
	}
	return host
}
