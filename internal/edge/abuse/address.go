package abuse

import (
	"net/url"
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// defang undoes how addresses are written so that nobody opens them.
var defang = strings.NewReplacer("[.]", ".", "(.)", ".", "{.}", ".", "[dot]", ".", "[:]", ":", "[://]", "://", "[/]", "/", "hxxp", "http", "hXXp", "http", "HXXP", "http", "\u00ad", "", "\u200b", "")

// ours finds the addresses of the house in texts, whole or without their
// scheme, each as it stands under the base it begins with. What only looks like
// one (notplaza.example, plaza.example.evil.example) is none.
func (r Reader) ours(found []string, texts ...string) []string {
	for _, base := range r.bases() {
		u, err := url.Parse(base)
		if err != nil || u.Host == "" {
			continue
		}
		host := strings.ToLower(u.Host)
		for _, text := range texts {
			found = under(found, base, host, defang.Replace(text))
		}
	}
	return found
}

func under(found []string, base, host, text string) []string {
	lower := asciiLower(text)
	for from := 0; len(found) < social.MaxMatterAddresses; {
		i := strings.Index(lower[from:], host)
		if i < 0 {
			return found
		}
		at, end := from+i, from+i+len(host)
		from = end
		if name := handle(text, at, end); name != "" {
			found = add(found, base+"/@"+name)
			continue
		}
		if at > 0 && part(lower[at-1]) || end >= len(text) {
			continue
		}
		path := text[end:]
		if path[0] == ':' && !strings.Contains(host, ":") { // a port that the base leaves out
			path = strings.TrimLeft(path[1:], "0123456789")
		}
		if !strings.HasPrefix(path, "/") {
			continue
		}
		path = strings.TrimRight(path[:stop(path)], `.,;:!?*_~'`)
		for strings.HasSuffix(path, ")") && !strings.Contains(path, "(") {
			path = strings.TrimSuffix(path, ")")
		}
		if len(path) > 1 && len(base)+len(path) <= social.MaxMatterAddress {
			found = add(found, base+path)
		}
	}
	return found
}

// handle is the name in @name@host where host stands from at to end, or "".
func handle(text string, at, end int) string {
	if at == 0 || text[at-1] != '@' || end < len(text) && (part(text[end]) && text[end] != '.' || text[end] == '/') {
		return ""
	}
	if end+1 < len(text) && text[end] == '.' && part(text[end+1]) { // a longer host
		return ""
	}
	name := text[:at-1]
	i := len(name)
	for i > 0 && (part(name[i-1]) || name[i-1] == '_') {
		i--
	}
	if i == 0 || name[i-1] != '@' {
		return ""
	}
	return strings.Trim(name[i:], ".-")
}

// stop is where an address that begins text ends.
func stop(text string) int {
	if i := strings.IndexAny(text, " \t\r\n\f\v<>\"`{}|\\^[]\u00a0"); i >= 0 {
		return i
	}
	return len(text)
}

func add(found []string, address string) []string {
	for _, one := range found {
		if one == address {
			return found
		}
	}
	return append(found, address)
}

// part reports whether b may be in the name of a host.
func part(b byte) bool {
	return b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '-' || b == '.'
}

// asciiLower is s with its letters of ASCII made small, as long as before.
func asciiLower(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'A' && r <= 'Z' {
			return r + 'a' - 'A'
		}
		return r
	}, s)
}
