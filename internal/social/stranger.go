package social

import (
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
)

// A Stranger is what another server says of one of its accounts. The HTML of
// its Account was made safe by whoever read it.
type Stranger struct {
	Account Account // with Username, Host and URI; its pictures are their addresses
	Contact Contact
	Keys    []PublicKey
	MovedTo string // an ActivityPub id
	Emojis  []ForeignEmoji
}

// A ForeignEmoji is a picture of another server that stands in texts of its
// people under its name between colons.
type ForeignEmoji struct {
	Shortcode string
	Host      string
	URI       string
	Image     string // its address
	ChangedAt time.Time
}

// Limits of what another server says of an account. What honest servers
// exceed is cut; the rest is refused.
const (
	MaxForeignUsername = 500      // bytes; refused, or two of them would become one
	MaxForeignName     = 2048     // characters of a display name, cut
	MaxForeignBio      = 20 << 10 // bytes of HTML; left out, or tags would stay open
	MaxForeignFields   = 50       // cut
	MaxForeignField    = 2047     // bytes of a field's name, cut, or of its HTML, left out
	MaxForeignKeys     = 10       // cut
	MaxForeignKey      = 8 << 10  // bytes of one; refused
	MaxAliases         = 10       // of ours; refused
	MaxForeignAliases  = 256      // cut
	MaxHostEmojis      = 20_000   // of one host; more are left out
	MaxForeignEmojis   = 100      // of one post or account, cut
)

// Check reports why s cannot be taken, or nil.
func (s Stranger) Check() error {
	a := s.Account
	switch {
	case a.Host == "" || !Address(a.URI):
		return errs.New(errs.Invalid, "An account from elsewhere has a host and an address.")
	case a.Username == "" || len(a.Username) > MaxForeignUsername || strings.ContainsAny(a.Username, "@/?# \t\r\n") || !readable(a.Username):
		return errs.New(errs.Invalid, "This account has no name by which it could be called.")
	case !Address(s.Contact.Inbox):
		return errs.New(errs.Invalid, "This account has no inbox.")
	}
	if !readable(a.DisplayName) || !readable(a.Bio) {
		return errs.New(errs.Invalid, "This account says what is no text.")
	}
	for _, k := range s.Keys {
		if len(k.DER) > MaxForeignKey || !Address(k.ID) || !SameHost(k.ID, a.URI) {
			return errs.New(errs.Invalid, "This account has a key that is not its own.")
		}
	}
	return nil
}

// Trimmed is s within the limits that honest servers exceed.
func (s Stranger) Trimmed() Stranger {
	a := &s.Account
	a.DisplayName = cut(strings.Join(strings.Fields(text.Clean(a.DisplayName)), " "), MaxForeignName)
	if len(a.Bio) > MaxForeignBio {
		a.Bio = ""
	}
	a.AvatarAlt, a.HeaderAlt = cut(text.Clean(a.AvatarAlt), MaxMediaAlt), cut(text.Clean(a.HeaderAlt), MaxMediaAlt)
	var fields []Field
	for _, f := range a.Fields[:min(len(a.Fields), MaxForeignFields)] {
		if len(f.Value) <= MaxForeignField && readable(f.Value) {
			fields = append(fields, Field{Name: cut(text.Clean(f.Name), MaxForeignField), Value: f.Value})
		}
	}
	a.Fields = fields
	a.Aliases = addresses(a.Aliases, MaxForeignAliases)
	a.Page = page(a.Page)
	s.Keys = s.Keys[:min(len(s.Keys), MaxForeignKeys)]
	s.Emojis = trimEmojis(s.Emojis, a.Host)
	c := &s.Contact
	for _, to := range []*string{&c.SharedInbox, &c.Outbox, &c.Followers, &c.Following, &c.Featured, &c.FeaturedTags} {
		if !Address(*to) {
			*to = ""
		}
	}
	return s
}

// trimEmojis is those of all that can be shown, each name once.
func trimEmojis(all []ForeignEmoji, host string) (out []ForeignEmoji) {
	seen := map[string]bool{}
	for _, e := range all {
		if len(e.Shortcode) > MaxShortcode || !shortcodeForm.MatchString(e.Shortcode) || seen[e.Shortcode] || FileElsewhere(AsEmoji, e.Image) == "" {
			continue
		}
		if len(out) == MaxForeignEmojis {
			break
		}
		if e.Host = host; !Address(e.URI) {
			e.URI = ""
		}
		seen[e.Shortcode], out = true, append(out, e)
	}
	return out
}

// addresses is up to limit of those of all that are some, each once.
func addresses(all []string, limit int) (out []string) {
	for _, a := range all {
		if len(out) < limit && Address(a) && !slices.Contains(out, a) {
			out = append(out, a)
		}
	}
	return out
}

// page is the address of a page, or empty if it cannot be one.
func page(address string) string {
	if !Address(address) {
		return ""
	}
	return address
}

// readable reports whether s can be kept as a text.
func readable(s string) bool { return utf8.ValidString(s) && !strings.ContainsRune(s, 0) }

// cut is the first characters of s.
func cut(s string, characters int) string {
	if len(s) <= characters {
		return s
	}
	n := 0
	for i := range s {
		if n == characters {
			return s[:i]
		}
		n++
	}
	return s
}

// Address reports whether s is the address of something on a server, as
// ActivityPub names things: of bounded length, with nobody's password in it.
func Address(s string) bool {
	if len(s) > MaxAddress || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r == 0x7F }) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" && u.User == nil
}

// SameHost reports whether two addresses are on one server: nobody says
// anything of what is on another.
func SameHost(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil || u.Host == "" {
		return false
	}
	w, err := url.Parse(b)
	return err == nil && u.Scheme == w.Scheme && strings.EqualFold(u.Host, w.Host)
}

// How long somebody who moved stays: one of ours, and one from elsewhere, of
// whom only their server knows.
const (
	MoveRest        = 30 * 24 * time.Hour
	ForeignMoveRest = 7 * 24 * time.Hour
)

// MovesAgain is when one of ours may move the next time.
func (a Account) MovesAgain() time.Time {
	if a.MovedAt.IsZero() {
		return time.Time{}
	}
	return a.MovedAt.Add(MoveRest)
}
