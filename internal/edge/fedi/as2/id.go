package as2

import (
	"net/url"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// Public is the address of everybody.
const Public = activityStreams + "#Public"

// isPublic reports whether an addressee is everybody, in any spelling.
func isPublic(s string) bool {
	return s == Public || s == "as:Public" || s == "Public" || s == "http://www.w3.org/ns/activitystreams#Public"
}

var errID = errs.New(errs.Invalid, "An id is an absolute https address, without a name and password in it.")

// Clean is id as it is kept and compared: the host as social.CleanHost has it,
// no port that goes without saying, everything after as it came. Otherwise it
// is Invalid.
func (rules Rules) Clean(id string) (string, error) {
	u, err := split(id)
	if err != nil {
		return "", err
	}
	if u.scheme != "https" && !rules.PlainHTTP {
		return "", errID
	}
	return u.scheme + "://" + u.host + u.rest, nil
}

// address is an id in parts.
type address struct{ scheme, host, rest string }

// split takes an address apart. It knows http and https, and refuses all that
// two programs could take apart differently.
func split(id string) (address, error) {
	if len(id) > MaxID || strings.ContainsAny(id, " \\\"<>^`{|}") || strings.IndexFunc(id, strange) >= 0 {
		return address{}, errID
	}
	scheme, rest, ok := strings.Cut(id, "://")
	if scheme = strings.ToLower(scheme); !ok || scheme != "https" && scheme != "http" {
		return address{}, errID
	}
	host, rest := rest, ""
	if i := strings.IndexAny(host, "/?#"); i >= 0 {
		host, rest = host[:i], host[i:]
	}
	if _, err := url.Parse(id); err != nil || hasDots(rest) {
		return address{}, errID
	}
	if host, ok = cleanHost(scheme, host); !ok {
		return address{}, errID
	}
	if rest == "" || rest[0] != '/' {
		rest = "/" + rest
	}
	return address{scheme, host, rest}, nil
}

// strange is what has no business in an address: control characters, spaces
// of all kinds, and what is not seen.
func strange(r rune) bool {
	return r < ' ' || r == 0x7f || r >= 0x80 && (r <= 0xa0 || r == 0xad || r >= 0x2000 && r <= 0x200f ||
		r >= 0x2028 && r <= 0x202f || r >= 0x205f && r <= 0x206f || r == 0x3000 || r == 0xfeff || r == 0xfffd)
}

// cleanHost is the host, with its port if scheme does not imply it.
func cleanHost(scheme, host string) (string, bool) {
	if host == "" || strings.ContainsAny(host, "@%[]") || strings.HasPrefix(host, ".") {
		return "", false
	}
	host, port, _ := strings.Cut(host, ":")
	if strings.HasSuffix(host, "..") || len(port) > 5 || strings.Trim(port, "0123456789") != "" || strings.HasPrefix(port, "0") {
		return "", false
	}
	name, err := social.CleanHost(host)
	if err != nil {
		return "", false
	}
	if port == "" || port == "443" && scheme == "https" || port == "80" && scheme == "http" {
		return name, true
	}
	return name + ":" + port, true
}

// hasDots reports whether a path goes up or nowhere: some programs follow
// that, others do not.
func hasDots(rest string) bool {
	if i := strings.IndexAny(rest, "?#"); i >= 0 {
		rest = rest[:i]
	}
	if !strings.Contains(rest, ".") && !strings.Contains(rest, "%2") {
		return false
	}
	for _, part := range strings.Split(rest, "/") {
		if part = strings.ReplaceAll(strings.ReplaceAll(part, "%2e", "."), "%2E", "."); part == "." || part == ".." {
			return true
		}
	}
	return false
}

// SameOrigin reports whether two addresses are of the same scheme, host and
// port, so that one may speak for the other. What is no address is of no
// origin.
func SameOrigin(a, b string) bool {
	x, err := split(a)
	if err != nil {
		return false
	}
	y, err := split(b)
	return err == nil && x.scheme == y.scheme && x.host == y.host
}

// Host is the host of an address, with its port if that does not go without
// saying, or empty if it is none.
func Host(id string) string {
	u, err := split(id)
	if err != nil {
		return ""
	}
	return u.host
}

// Fragment reports whether an address is of a part of a document. Only keys
// and passing activities have such ids; what is fetched is the whole.
func Fragment(id string) bool { return strings.Contains(id, "#") }

// Whole is the address of the document that id is in.
func Whole(id string) string {
	whole, _, _ := strings.Cut(id, "#")
	return whole
}
