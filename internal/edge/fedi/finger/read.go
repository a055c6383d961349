package finger

import (
	"mime"
	"net/url"
	"strings"

	"github.com/go-json-experiment/json"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// Limits of what others answer.
const (
	maxAnswer = 64 << 10 // bytes
	maxLinks  = 100
	maxURL    = 2048 // bytes
)

var (
	errUnread = "The answer cannot be read: it is not JSON of the form that was asked for."
	errLinks  = errs.Newf(errs.Invalid, "The answer has more than %d links.", maxLinks)
)

// readJRD reads a stranger's JRD: no name twice, nothing that is not UTF-8. Of
// members that are not used nothing is kept.
func readJRD(b []byte) (d jrd, err error) {
	var in struct {
		Subject string `json:"subject"`
		Links   []link `json:"links"`
	}
	if len(b) > maxAnswer {
		return d, errs.New(errs.Invalid, errUnread)
	}
	if err := json.Unmarshal(b, &in); err != nil {
		return d, errs.Wrap(errs.Invalid, errUnread, err)
	}
	if len(in.Links) > maxLinks {
		return d, errLinks
	}
	return jrd{Subject: in.Subject, Links: in.Links}, nil
}

// actor is the address of the first link to an ActivityPub actor, or empty. A
// server that has more than one of a name puts the person first.
func (d jrd) actor(plain bool) string {
	for _, l := range d.Links {
		if l.Rel == relSelf && isActivity(l.Type) && isAddress(l.Href, plain) {
			return l.Href
		}
	}
	return ""
}

// isActivity reports whether a kind is one of the two of ActivityPub.
func isActivity(kind string) bool {
	k, params, err := mime.ParseMediaType(kind)
	return err == nil && (k == activityKind || k == "application/ld+json" && params["profile"] == streams)
}

// isAddress reports whether s is an absolute https address, or one of http if
// that will do, without anything that could make it look like another.
func isAddress(s string, plain bool) bool {
	if len(s) > maxURL || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || plain && u.Scheme == "http") && u.Host != "" && u.User == nil && u.Fragment == "" && u.Opaque == ""
}
