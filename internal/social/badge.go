package social

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/skeleton"
)

// BadgeKind is what a badge says. Each has one meaning and one issuer.
type BadgeKind string

// The kinds, in the order in which they are shown.
const (
	BadgeStaff     BadgeKind = "staff"     // looks after the house, and wants that to be seen
	BadgeConfirmed BadgeKind = "confirmed" // the staff knows who it is
	BadgeDomain    BadgeKind = "domain"    // a domain says that it is theirs
	BadgeLink      BadgeKind = "link"      // a page links back
	BadgeBot       BadgeKind = "bot"       // says so itself
)

// BadgeKinds are all of them.
var BadgeKinds = []BadgeKind{BadgeStaff, BadgeConfirmed, BadgeDomain, BadgeLink, BadgeBot}

// A Badge is something that is known of an account, and by whom.
type Badge struct {
	Kind   BadgeKind
	Role   Role      // of who is of the staff, and of who confirmed
	Reason string    // how it was confirmed
	Host   string    // the domain, or the site of the page
	URL    string    // the page
	Since  time.Time // zero where that is not told
}

// A Confirmation says that the staff knows who somebody is. It is of a name: who
// calls themselves otherwise is not confirmed as that.
type Confirmation struct {
	Account AccountID
	Name    string // the display name that it is for
	By      AccountID
	Role    Role // who confirmed, as they were then
	Reason  string
	At      time.Time
}

// MaxConfirmReason is how long the reason of a confirmation is, in characters.
const MaxConfirmReason = 200

// Check reports why c cannot be given, or nil.
func (c Confirmation) Check() error {
	if c.Reason == "" {
		return errs.New(errs.Invalid, "Say in a few words how you know who this is: everybody can read it.")
	}
	if utf8.RuneCountInString(c.Reason) > MaxConfirmReason {
		return errs.Newf(errs.Invalid, "Say it in at most %d characters.", MaxConfirmReason)
	}
	return nil
}

// Holds reports whether c is for what a calls itself: the name may be written
// another way, and may not be another.
func (c Confirmation) Holds(a Account) bool {
	return c.Account == a.ID && sameName(c.Name, a.Name())
}

// sameName reports whether two names are one, however it is written. Those without
// letters have no skeleton to tell them by.
func sameName(a, b string) bool {
	key := skeleton.Of(a)
	return a == b || key != "" && key == skeleton.Of(b)
}

// Badges are those of an account. Of who lives elsewhere only what they say of
// themselves is known here: nobody asked their pages (docs/decisions/0047).
func Badges(a Account, role Role, c *Confirmation) (out []Badge) {
	if a.Standing != Good {
		return nil
	}
	if a.Local() {
		if role.AtLeast(Moderator) {
			out = append(out, Badge{Kind: BadgeStaff, Role: role})
		}
		if c != nil && c.Holds(a) {
			out = append(out, Badge{Kind: BadgeConfirmed, Role: c.Role, Reason: c.Reason, Since: c.At})
		}
		for _, f := range a.Fields {
			if f.DomainAt != nil {
				out = append(out, Badge{Kind: BadgeDomain, Host: f.Domain(), URL: f.Link(), Since: *f.DomainAt})
			} else if f.VerifiedAt != nil {
				out = append(out, Badge{Kind: BadgeLink, Host: f.site(), URL: f.Link(), Since: *f.VerifiedAt})
			}
		}
	}
	if a.Kind == Bot || a.Kind == Service {
		out = append(out, Badge{Kind: BadgeBot})
	}
	slices.SortStableFunc(out, func(x, y Badge) int {
		return cmp.Compare(slices.Index(BadgeKinds, x.Kind), slices.Index(BadgeKinds, y.Kind))
	})
	return out
}

func (f Field) site() string {
	u, err := url.Parse(f.Link())
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(plainHost(u), "www.")
}

// Domain is the domain that a field names, if it leads to the front page of one:
// that may say whose it is, in the letters that it has for machines: others may
// look like those of another domain. Empty otherwise.
func (f Field) Domain() string {
	u, err := url.Parse(f.Link())
	if err != nil || u.Host == "" || u.RawQuery != "" || strings.Trim(u.Path, "/") != "" {
		return ""
	}
	host := plainHost(u)
	if host != "" && u.Port() != "" {
		host += ":" + u.Port()
	}
	return host
}

func plainHost(u *url.URL) string {
	host, err := CleanHost(u.Hostname())
	if err != nil {
		return ""
	}
	return host
}

// DomainChecked is f after its domain was asked whose it is.
func (f Field) DomainChecked(said LinkBack, now time.Time) Field {
	switch said {
	case LinksBack:
		if f.DomainMisses = 0; f.DomainAt == nil {
			f.DomainAt = &now
		}
	case LinksNot:
		f.DomainMisses, f.DomainAt = 0, nil
	case Unread:
		if f.DomainMisses = min(f.DomainMisses+1, MaxFieldMisses); f.DomainMisses == MaxFieldMisses {
			f.DomainAt = nil
		}
	}
	return f
}
