package sign

import (
	"net/http"
	"net/textproto"
	"slices"
	"strings"
	"time"
)

// A message is a request as signatures see it.
type message struct {
	r            *http.Request
	body         []byte
	scheme, host string // host as it was written
	authority    string // host in lower case, without the scheme's own port
	now          time.Time
}

// received is the message that came, if it was meant for us.
func received(r *http.Request, body []byte, ours []string, now time.Time) (message, error) {
	for _, address := range ours {
		scheme, host, ok := strings.Cut(address, "://")
		if !ok {
			scheme, host = "https", address
		}
		if host = normal(scheme, host); host != "" && normal(scheme, r.Host) == host {
			return message{r, body, scheme, r.Host, host, now}, nil
		}
	}
	return message{}, refuse(WrongHost, "Host is %.100q", r.Host)
}

// sent is the message that is about to be sent.
func sent(r *http.Request, body []byte, now time.Time) message {
	host, scheme := r.Host, r.URL.Scheme
	if host == "" {
		host = r.URL.Host
	}
	if scheme == "" {
		scheme = "https"
	}
	return message{r, body, scheme, host, normal(scheme, host), now}
}

// normal is a host as RFC 9421, section 2.2.3, compares it.
func normal(scheme, host string) string {
	host = strings.ToLower(host)
	switch scheme {
	case "https":
		return strings.TrimSuffix(host, ":443")
	case "http":
		return strings.TrimSuffix(host, ":80")
	}
	return host
}

func (m message) path() string {
	if p := m.r.URL.EscapedPath(); p != "" {
		return p
	}
	return "/"
}

// target is the path and the query. It is taken from what is acted on, not
// from the line that came: should anything have changed it, no signature fits.
func (m message) target() string {
	if m.r.URL.RawQuery != "" || m.r.URL.ForceQuery {
		return m.path() + "?" + m.r.URL.RawQuery
	}
	return m.path()
}

// reads tells whether the request only asks for something.
func (m message) reads() bool {
	return m.r.Method == http.MethodGet || m.r.Method == http.MethodHead
}

// owesDigest tells whether a digest has to be signed. What may change
// something owes one of its body, be it empty.
func (m message) owesDigest() bool { return len(m.body) > 0 || !m.reads() }

// field is the value of a header as both kinds sign it: lines trimmed, and
// joined with commas.
func (m message) field(name string) (string, error) {
	if name == "host" {
		return m.host, nil
	}
	lines := m.r.Header[textproto.CanonicalMIMEHeaderKey(name)]
	if len(lines) == 0 {
		return "", refuse(Missing, "no header %.40q", name)
	}
	n := 0
	for _, l := range lines {
		n += len(l) + 2
	}
	if n > maxSigned {
		return "", refuse(TooLarge, "header %.40q has %d bytes", name, n)
	}
	trimmed := make([]string, len(lines))
	for i, l := range lines {
		if !printable(l) {
			return "", refuse(Malformed, "control characters in header %.40q", name)
		}
		trimmed[i] = strings.Trim(l, " \t")
	}
	return strings.Join(trimmed, ", "), nil
}

// once is the value of a header that must be there once.
func (m message) once(name string) (string, error) {
	if n := len(m.r.Header[textproto.CanonicalMIMEHeaderKey(name)]); n > 1 {
		return "", refuse(Ambiguous, "header %.40q is there %d times", name, n)
	}
	return m.field(name)
}

// printable tells whether s is on one line. Bytes above ASCII are let through:
// headers may have them.
func printable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' && c != '\t' || c == 0x7f {
			return false
		}
	}
	return true
}

// checkComponents refuses lists of what is signed that are too long, or name
// something twice.
func checkComponents(names []string) error {
	if len(names) > maxComponents {
		return refuse(TooLarge, "%d components are signed, at most %d", len(names), maxComponents)
	}
	for i, name := range names {
		if slices.Contains(names[:i], name) {
			return refuse(Ambiguous, "component %.40q is signed twice", name)
		}
	}
	return nil
}

// demand refuses a signature that does not cover one of names.
func demand(covered []string, names ...string) error {
	for _, name := range names {
		if slices.Contains(covered, name) {
			return nil
		}
	}
	return refuse(Uncovered, "not signed: %s", strings.Join(names, " or "))
}
