package mastoapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"math"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/go-chi/chi/v5"
	"github.com/go-json-experiment/json/jsontext"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	fiveMinutes = 5 * time.Minute
	halfHour    = 30 * time.Minute
	hour        = time.Hour
)

// Limits of what a client sends.
const (
	MaxBody    = 1 << 20  // bytes of JSON or a form
	MaxUpload  = 20 << 20 // bytes of a multipart form, pictures included
	maxParams  = 2000     // names and values
	maxDepth   = 6        // of JSON
	maxIDs     = 100      // that may be asked for at once
	memoryForm = 1 << 20
)

// request is a call of a route.
type request struct {
	*http.Request
	w      http.ResponseWriter
	api    *API
	route  Route
	By     social.Actor
	params map[string][]string // query and body, named as forms name them
	nulls  map[string]bool     // what JSON says is null
	most   int64               // bytes of a multipart form; zero for MaxUpload
}

// clean removes the files of a form. The server does so only for the request
// it made itself, and ours is a copy of that.
func (q *request) clean() {
	if q.MultipartForm != nil {
		q.MultipartForm.RemoveAll()
	}
}

var (
	errBody  = errs.New(errs.Invalid, "The body could not be read: send JSON or a form.")
	errText  = errs.New(errs.Invalid, "Send text as UTF-8, without null characters.")
	errLarge = errs.Newf(errs.Invalid, "The body is too large: at most %d bytes are taken, or %d with pictures.", MaxBody, MaxUpload)
)

// parse reads the query and the body, whichever form it has, into params.
func (q *request) parse() error {
	q.params = map[string][]string{}
	if q.URL.RawQuery != "" {
		for k, vs := range q.URL.Query() {
			q.params[k] = vs
		}
	}
	if q.Method == http.MethodGet || q.Method == http.MethodHead || q.Body == nil || q.ContentLength == 0 {
		return q.readable()
	}
	kind, _, _ := mime.ParseMediaType(q.Header.Get("Content-Type"))
	limit := int64(MaxBody)
	if kind == "multipart/form-data" {
		if limit = q.most; limit == 0 {
			limit = MaxUpload
		}
	}
	q.Body = http.MaxBytesReader(q.w, q.Body, limit)
	var err error
	switch {
	case kind == "multipart/form-data":
		if err = q.ParseMultipartForm(memoryForm); err == nil {
			q.take(q.MultipartForm.Value)
		}
	case kind == "application/x-www-form-urlencoded":
		err = q.parseForm()
	default:
		err = q.parseJSON()
	}
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) || errors.Is(err, multipart.ErrMessageTooLarge) {
		return errLarge
	}
	if err != nil {
		return errs.Wrap(errs.Invalid, errs.Public(errBody), err)
	}
	if len(q.params) > maxParams {
		return errs.Newf(errs.Invalid, "Send at most %d parameters.", maxParams)
	}
	return q.readable()
}

// readable reports names and values that are no text: nothing that we keep or
// look for can be like that.
func (q *request) readable() error {
	for k, vs := range q.params {
		if !isText(k) || slices.ContainsFunc(vs, func(v string) bool { return !isText(v) }) {
			return errText
		}
	}
	return nil
}

func isText(s string) bool { return strings.IndexByte(s, 0) < 0 && utf8.ValidString(s) }

func (q *request) take(form map[string][]string) {
	for k, vs := range form {
		q.params[k] = vs
	}
}

// parseForm is for every method: http.Request.ParseForm leaves out the body of
// a DELETE.
func (q *request) parseForm() error {
	b, err := io.ReadAll(q.Body)
	if err != nil {
		return err
	}
	form, err := url.ParseQuery(string(b))
	if err == nil {
		q.take(form)
	}
	return err
}

// parseJSON flattens an object to what the same would be as a form: {"a":
// {"b": [1, 2]}} gives a[b][] twice.
func (q *request) parseJSON() error {
	b, err := io.ReadAll(q.Body)
	if err != nil || len(bytes.TrimSpace(b)) == 0 {
		return err
	}
	if !jsontext.Value(b).IsValid() { // a name that is there twice, or no text, is what others read otherwise
		return errBody
	}
	dec := json.NewDecoder(bytes.NewReader(b))
	dec.UseNumber()
	var body map[string]any
	if err := dec.Decode(&body); err != nil {
		return err
	}
	for k, v := range body {
		delete(q.params, k)
		q.flatten(k, v, 0)
	}
	return nil
}

func (q *request) flatten(name string, v any, depth int) {
	if depth > maxDepth || len(q.params) > maxParams {
		return
	}
	switch v := v.(type) {
	case nil:
		if q.nulls == nil {
			q.nulls = map[string]bool{}
		}
		q.nulls[name] = true
	case string:
		q.params[name] = append(q.params[name], v)
	case json.Number:
		q.params[name] = append(q.params[name], v.String())
	case bool:
		q.params[name] = append(q.params[name], strconv.FormatBool(v))
	case map[string]any:
		for k, x := range v {
			q.flatten(name+"["+k+"]", x, depth+1)
		}
	case []any:
		if len(v) == 0 {
			q.params[name+"[]"] = []string{} // it was sent
		}
		for i, x := range v {
			if _, isObject := x.(map[string]any); isObject {
				q.flatten(name+"["+strconv.Itoa(i)+"]", x, depth+1)
			} else if len(q.params[name+"[]"]) < maxParams {
				q.flatten(name+"[]", x, depth+1)
			}
		}
	}
}

// reads tells, where somebody wants to know, that the route takes a parameter.
// Whatever looks one up passes here.
func (q *request) reads(name string) {
	if q.api.Reads != nil {
		q.api.Reads(q.route, name)
	}
}

// values are those that were sent of a parameter.
func (q *request) values(name string) []string {
	q.reads(name)
	return q.params[name]
}

// has reports whether a parameter was sent.
func (q *request) has(name string) bool { return len(q.values(name)) > 0 }

// null reports whether JSON says that a parameter is none.
func (q *request) null(name string) bool {
	q.reads(name)
	return q.nulls[name]
}

// str is a parameter, or empty.
func (q *request) str(name string) string {
	if vs := q.values(name); len(vs) > 0 {
		return vs[0]
	}
	return ""
}

// strs is a parameter that may be sent many times, as name[] or name, or counted:
// name[0], name[1], as GoToSocial's apps send forms.
func (q *request) strs(name string) []string {
	if vs := q.values(name + "[]"); len(vs) > 0 {
		return vs
	}
	if vs := q.counted(name); len(vs) > 0 {
		return vs
	}
	return q.values(name)
}

func (q *request) counted(name string) (out []string) {
	for {
		vs := q.params[name+"["+strconv.Itoa(len(out))+"]"]
		if len(vs) == 0 {
			return out
		}
		out = append(out, vs[0])
	}
}

// optStrs is a parameter that may be sent many times, or nil if it was not sent.
// None is an empty list of JSON, and an empty value of a form.
func (q *request) optStrs(name string) *[]string {
	q.reads(name + "[]")
	_, list := q.params[name+"[]"]
	_, one := q.params[name]
	if !list && !one && len(q.counted(name)) == 0 {
		return nil
	}
	out := slices.DeleteFunc(slices.Clone(q.strs(name)), func(s string) bool { return s == "" })
	return &out
}

// opt is a parameter, or nil if it was not sent.
func (q *request) opt(name string) *string {
	if !q.has(name) {
		return nil
	}
	s := q.str(name)
	return &s
}

// flag is a parameter that is true or false, or otherwise.
func (q *request) flag(name string, otherwise bool) bool { return truth(q.str(name), otherwise) }

// truth is what a text says of yes or no.
func truth(s string, otherwise bool) bool {
	switch strings.ToLower(s) {
	case "":
		return otherwise
	case "false", "f", "0", "off", "no":
		return false
	}
	return true
}

// objects are those that a form names name[0][field], in the order of their
// numbers, or name[][field], where all of them have the same fields.
func (q *request) objects(name string, most int) ([]map[string]string, error) {
	byNumber, unnumbered := map[int]map[string]string{}, 0
	put := func(i int, field, v string) {
		if byNumber[i] == nil {
			byNumber[i] = map[string]string{}
		}
		byNumber[i][field] = v
	}
	q.reads(name)
	for k, vs := range q.params {
		rest, ok := strings.CutPrefix(k, name+"[")
		number, field, ok2 := strings.Cut(strings.TrimSuffix(rest, "]"), "][")
		if !ok || !ok2 || len(vs) == 0 {
			continue
		}
		if i, err := strconv.Atoi(number); err == nil {
			put(i, field, vs[0])
			continue
		}
		if unnumbered != 0 && unnumbered != len(vs) {
			return nil, errs.Newf(errs.Invalid, "Number what you send as %s: it cannot be told what belongs together.", name)
		}
		unnumbered = len(vs)
		for i, v := range vs {
			put(i-len(vs), field, v)
		}
	}
	if len(byNumber) > most {
		return nil, errs.Newf(errs.Invalid, "Send at most %d of %s at once.", most, name)
	}
	out := make([]map[string]string, 0, len(byNumber))
	for _, i := range slices.Sorted(maps.Keys(byNumber)) {
		out = append(out, byNumber[i])
	}
	return out, nil
}

func (q *request) optFlag(name string) *bool {
	if !q.has(name) || q.str(name) == "" {
		return nil
	}
	b := q.flag(name, false)
	return &b
}

// num is a number between 0 and most, or otherwise.
func (q *request) num(name string, otherwise, most int) int {
	n, err := strconv.Atoi(q.str(name))
	if err != nil || n < 0 {
		return otherwise
	}
	return min(n, most)
}

// limit is how many of a list are asked for: at least one, and at most most.
func (q *request) limit(usual, most int) int { return max(1, q.num("limit", usual, most)) }

// pathID is the id in the path; what is no id names nothing.
func (q *request) pathID() int64 {
	n, _ := id.Parse(chi.URLParam(q.Request, "id"))
	return n
}

// ids is a list of ids; what is no id is left out.
func (q *request) ids(name string) ([]int64, error) {
	raw := q.strs(name)
	if len(raw) > maxIDs {
		return nil, errs.Newf(errs.Invalid, "Ask for at most %d at once.", maxIDs)
	}
	var out []int64
	for _, s := range raw {
		if n, ok := id.Parse(s); ok {
			out = append(out, n)
		}
	}
	return out, nil
}

// bound is an id to page by. All digits is an id, however many there are.
func (q *request) bound(name string) int64 {
	s := q.str(name)
	if n, ok := id.Parse(s); ok {
		return n
	}
	if len(s) > 18 && strings.Trim(s, "0123456789") == "" {
		return math.MaxInt64
	}
	return 0
}

// page is which part of a list is asked for.
// https://docs.joinmastodon.org/api/guidelines/#pagination
func (q *request) page(usual, most int) social.Page {
	p := social.Page{Before: q.bound("max_id"), After: q.bound("since_id"), Limit: q.limit(usual, most)}
	if min := q.bound("min_id"); min != 0 {
		p.After, p.Oldest = min, true
	}
	return p
}
