package place

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// A rule says which keys a place takes: whatever the rule, a key leads nowhere
// else, has no bytes that a terminal would obey, and is a name that all kinds of
// places can keep.
type rule struct {
	part func(string) bool // of a part between two slashes, whose length is fine
	form string            // what that is, for people
}

var (
	// plainKeys are those of copies: a few letters that need no escaping anywhere.
	plainKeys = rule{plain, "a-z, 0-9, dot, dash and underscore"}
	// fileNames are those of what web hosts serve: as they stand in the address of a page.
	fileNames = rule{readable, "letters and signs without spaces, backslashes or a ~ at the beginning"}
)

// CheckKey reports why an object cannot be under key, or nil.
func CheckKey(key string) error { return plainKeys.check(key) }

func (r rule) check(key string) error {
	if len(key) > MaxKey {
		return errs.Newf(errs.Invalid, "A key has %d bytes, and at most %d fit.", len(key), MaxKey)
	}
	for part := range strings.SplitSeq(key, "/") {
		if part == "" || part == "." || part == ".." || len(part) > MaxPart || !r.part(part) {
			return errs.Newf(errs.Invalid, "%q is not a key: between its slashes are 1 to %d bytes of %s.", key, MaxPart, r.form)
		}
	}
	return nil
}

func plain(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9') && r != '.' && r != '-' && r != '_'
	})
}

// joiners hold letters together or apart, in tags of some scripts.
const joiners = "\u200c\u200d"

// readable takes what can be seen. A ~ begins the names of what is being written.
func readable(s string) bool {
	return utf8.ValidString(s) && !strings.HasPrefix(s, "~") && !strings.ContainsFunc(s, func(r rune) bool {
		return r == '\\' || unicode.IsSpace(r) || !unicode.IsGraphic(r) && !strings.ContainsRune(joiners, r)
	})
}

// all is check for several.
func (r rule) all(keys []string) error {
	for _, k := range keys {
		if err := r.check(k); err != nil {
			return err
		}
	}
	return nil
}

// prefix reports why no key could begin with prefix, or nil: it is cut
// anywhere, but nothing in it leads out of the place.
func (r rule) prefix(prefix string) error {
	folder, rest := cutFolder(prefix)
	if folder != "" {
		if err := r.check(strings.TrimSuffix(folder, "/")); err != nil {
			return err
		}
	}
	if len(prefix) > MaxKey || len(rest) > MaxPart || !r.part(rest) {
		return errs.Newf(errs.Invalid, "No key begins with %q.", prefix)
	}
	return nil
}

// cutFolder cuts a key or prefix behind its last slash.
func cutFolder(s string) (folder, rest string) {
	i := strings.LastIndexByte(s, '/') + 1
	return s[:i], s[i:]
}

// fresh is check for what is put only where nothing is.
func (r rule) fresh(key string, data []byte) error {
	if len(data) > MaxNew {
		return errs.Newf(errs.Invalid, "%s: %d bytes are too many to be put only where nothing is; at most %d.", key, len(data), MaxNew)
	}
	return r.check(key)
}
