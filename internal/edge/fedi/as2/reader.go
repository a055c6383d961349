package as2

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
)

// A reader reads a document's properties in all the forms they have, and keeps
// the first reason to refuse it. What is of a form that nobody sends is as if
// it were not there.
type reader struct {
	rules Rules
	err   error
}

func (r *reader) refuse(format string, args ...any) {
	if r.err == nil {
		r.err = errs.Newf(errs.Invalid, format, args...)
	}
}

// items are those of the property, of which there are at most limit.
func (r *reader) items(v value, name string, limit int) []value {
	all := v.get(name).list()
	if len(all) > limit {
		r.refuse("A document has at most %d of %s.", limit, name)
		return nil
	}
	return all
}

// first is the property, or the first if it is a list.
func first(v value, name string) value {
	if all := v.get(name).list(); len(all) > 0 {
		return all[0]
	}
	return value{}
}

// target is what v, an address or an object that has one, leads to.
func target(v value) string {
	if v.kind == '{' {
		if v.typ() == "Link" {
			v = v.get("href")
		} else {
			v = v.get("id")
		}
	}
	if v.kind != '"' {
		return ""
	}
	return v.text
}

// id is an address by which something is judged. One that is wrong makes all
// of it wrong.
func (r *reader) id(v value, name string) string {
	s := target(first(v, name))
	if s == "" {
		return ""
	}
	id, err := r.rules.Clean(s)
	if err != nil {
		r.refuse("This document's %s is no absolute https address.", name)
	}
	return id
}

// ref is an address that may as well be missing.
func (r *reader) ref(v value, name string) string {
	id, _ := r.rules.Clean(target(first(v, name)))
	return id
}

// ids are addresses by which something is judged.
func (r *reader) ids(v value, name string, limit int) []string {
	var out []string
	for _, item := range r.items(v, name, limit) {
		id, err := r.rules.Clean(target(item))
		if err != nil {
			r.refuse("This document's %s is no absolute https address.", name)
			return nil
		}
		out = append(out, id)
	}
	return out
}

// audience are addressees; everybody is spelled Public. Those whom we could not
// write to anyway are left out.
func (r *reader) audience(v value, name string) []string {
	var out []string
	for _, item := range r.items(v, name, MaxRecipients) {
		s := target(item)
		if isPublic(s) {
			out = append(out, Public)
		} else if id, err := r.rules.Clean(s); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// refs are addresses that may as well be missing.
func (r *reader) refs(v value, name string, limit int) []string {
	var out []string
	for _, item := range r.items(v, name, limit) {
		if id, err := r.rules.Clean(target(item)); err == nil {
			out = append(out, id)
		}
	}
	return out
}

// web is the address of a page or a file, which may be http, or empty.
func web(s string) string {
	clean, _ := Rules{PlainHTTP: true}.Clean(s)
	return clean
}

// words is a property that is one line of plain text.
func (r *reader) words(v value, name string) string {
	return strings.Join(strings.Fields(r.text(v, name, MaxName)), " ")
}

// text is a property that is text of any kind, at most limit bytes.
func (r *reader) text(v value, name string, limit int) string {
	s := first(v, name)
	if s.kind != '"' && s.kind != '0' {
		return ""
	}
	if len(s.text) > limit {
		r.refuse("A document's %s has at most %d bytes.", name, limit)
		return ""
	}
	return text.Clean(s.text)
}

// yes is a property that is true or not.
func yes(v value, name string) bool {
	s := first(v, name)
	return s.kind == 't' || s.kind == '"' && strings.EqualFold(s.text, "true")
}

// maxCount is the largest number that all of JSON's readers agree on.
const maxCount = 1 << 53

// count is a property that is a number of things, or of the items of a
// collection; -1 if it is not told.
func count(v value, name string) int64 {
	s := first(v, name)
	if s.kind == '{' {
		return count(s, "totalItems")
	}
	if s.kind != '0' && s.kind != '"' {
		return -1
	}
	f, err := strconv.ParseFloat(s.text, 64)
	if err != nil || math.IsNaN(f) || f < 0 {
		return -1
	}
	return int64(min(f, maxCount))
}

// dates are the forms that dates have, the usual first.
var dates = []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05Z07:00", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04", "2006-01-02"}

// date is a property that is a point in time, zero if it is not told. Without a
// zone it is UTC.
func date(v value, name string) time.Time {
	s := first(v, name)
	if s.kind != '"' || len(s.text) > 40 {
		return time.Time{}
	}
	for _, form := range dates {
		if t, err := time.Parse(form, s.text); err == nil && t.Year() > 0 && t.Year() < 10000 {
			return t.UTC()
		}
	}
	return time.Time{}
}

// inLanguages is a property that is also there in other languages, by its map:
// what to show, and in which language that is, if it is told.
func (r *reader) inLanguages(v value, name string, limit int) (s, language string) {
	s = r.text(v, name, limit)
	other := v.get(name + "Map")
	if other.kind != '{' {
		return s, ""
	}
	if len(other.names) > MaxLanguages {
		r.refuse("A document has at most %d of %sMap.", MaxLanguages, name)
		return s, ""
	}
	for i, tongue := range other.names {
		t := other.parts[i]
		if t.kind != '"' || tongue == "und" || len(tongue) > 35 {
			continue
		}
		if s == "" {
			return r.text(other, tongue, limit), tongue
		}
		if text.Clean(t.text) == s {
			return s, tongue
		}
	}
	return s, ""
}
