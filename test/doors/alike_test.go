package doors

import (
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/plaza-social/plaza/internal/app/apptest"
	"github.com/plaza-social/plaza/internal/base/id"
)

// calls are all that can be done with a post's number; {post} is it.
var calls = []struct{ method, path, form string }{
	{"GET", "/api/v1/statuses/{post}", ""},
	{"GET", "/api/v1/statuses?id[]={post}", ""},
	{"GET", "/api/v1/statuses/{post}/context", ""},
	{"GET", "/api/v1/statuses/{post}/history", ""},
	{"GET", "/api/v1/statuses/{post}/source", ""},
	{"GET", "/api/v1/statuses/{post}/reblogged_by", ""},
	{"GET", "/api/v1/statuses/{post}/favourited_by", ""},
	{"POST", "/api/v1/statuses/{post}/favourite", ""},
	{"POST", "/api/v1/statuses/{post}/unfavourite", ""},
	{"POST", "/api/v1/statuses/{post}/reblog", ""},
	{"POST", "/api/v1/statuses/{post}/unreblog", ""},
	{"POST", "/api/v1/statuses/{post}/bookmark", ""},
	{"POST", "/api/v1/statuses/{post}/unbookmark", ""},
	{"POST", "/api/v1/statuses/{post}/pin", ""},
	{"POST", "/api/v1/statuses/{post}/unpin", ""},
	{"POST", "/api/v1/statuses/{post}/mute", ""},
	{"POST", "/api/v1/statuses/{post}/unmute", ""},
	{"PUT", "/api/v1/statuses/{post}", "status=mine"},
	{"DELETE", "/api/v1/statuses/{post}", ""},
	{"POST", "/api/v1/statuses", "status=so&in_reply_to_id={post}"},
	{"GET", "/api/v2/search?q={url}/@ada/{post}", ""},
	{"GET", "/@ada/{post}", ""},
	{"GET", "/@ada/{post}/history", ""},
	{"GET", "/@ada/{post}/likes", ""},
	{"GET", "/@ada/{post}/boosts", ""},
	{"GET", "/@ada/{post}/edit", ""},
	{"POST", "/@ada/{post}/edit", "text=mine&status=mine"},
	{"GET", "/@ada/{post}/delete", ""},
	{"POST", "/@ada/{post}/delete", ""},
	{"POST", "/@ada/{post}/like", ""},
	{"POST", "/@ada/{post}/unlike", ""},
	{"POST", "/@ada/{post}/boost", ""},
	{"POST", "/@ada/{post}/unboost", ""},
	{"POST", "/@ada/{post}/bookmark", ""},
	{"POST", "/@ada/{post}/unbookmark", ""},
	{"POST", "/@ada/{post}/pin", ""},
	{"POST", "/@ada/{post}/unpin", ""},
	{"POST", "/@ada/{post}/mute", ""},
	{"POST", "/@ada/{post}/unmute", ""},
	{"POST", "/new", "text=so&visibility=public&reply_to={post}"},
}

// alike checks that "not there" and "not for you" are the same answer, to the
// byte.
func (h *house) alike(t *testing.T) {
	t.Helper()
	absent := strconv.FormatInt(id.New(time.Now()), 10)
	for _, r := range h.readers {
		for _, c := range calls {
			not := h.call(t, r, c.method, c.path, c.form, absent)
			for _, p := range h.posts {
				if r.sees(p) {
					continue
				}
				for _, number := range []string{p.id, p.boost} {
					if number == "" {
						continue
					}
					if there := h.call(t, r, c.method, c.path, c.form, number); there != not {
						a, b := difference(there, not)
						t.Errorf("%s %s tells the %s that there is a %s post: %q, and if there is none %q", c.method, c.path, r.name, p.kind, a, b)
					}
				}
			}
		}
	}
}

// difference is the first line in which two answers differ.
func difference(a, b string) (string, string) {
	as, bs := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(as), len(bs)) {
		if as[i] != bs[i] {
			return as[i], bs[i]
		}
	}
	return "", ""
}

// call is all that an answer says, but for the number asked about and the time.
func (h *house) call(t *testing.T, r *reader, method, path, fields, number string) string {
	t.Helper()
	fill := strings.NewReplacer("{post}", number, "{url}", h.URL)
	options := []option{bearer(r.token()), session(r.session)}
	if fields != "" {
		options = append(options, text("application/x-www-form-urlencoded", fill.Replace(fields)))
	}
	return said(send(t, h.Server, method, fill.Replace(path), options...), number)
}

// key keeps a form from being sent twice; each has its own.
var key = regexp.MustCompile(`name="key" value="\d+"`)

func said(a apptest.Answer, number string) string {
	var b strings.Builder
	b.WriteString(strconv.Itoa(a.Status) + "\n")
	for _, volatile := range []string{"Date", "X-Ratelimit-Reset"} {
		a.Header.Del(volatile)
	}
	if err := http.Header(a.Header).Write(&b); err != nil {
		panic(err) // to memory
	}
	return key.ReplaceAllString(strings.ReplaceAll(b.String()+"\n"+string(a.Body), number, "{post}"), "")
}
