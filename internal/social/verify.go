package social

import (
	"net/url"
	"strings"
	"time"
)

// A field of a profile that is a link is verified when the page it leads to
// says, by a link back with rel="me", that it is the same person's.

// How often pages are asked, and how long one that is not there is believed.
const (
	FieldCheckEvery = 7 * 24 * time.Hour
	FieldCheckRetry = 24 * time.Hour  // for a page that could not be had
	FieldCheckRest  = 5 * time.Minute // between two checks of one account
	MaxFieldMisses  = 3               // with so many in a row a field is verified no more
)

// LinkBack is what a page says of whether it is somebody's.
type LinkBack string

// The answers.
const (
	LinksBack LinkBack = "yes"
	LinksNot  LinkBack = "no"
	Unread    LinkBack = "unread" // the page could not be had
)

// Link is where a field leads, if it is nothing but a link by https; empty
// otherwise.
func (f Field) Link() string {
	s := strings.TrimSpace(f.Value)
	u, err := url.Parse(s)
	if err != nil || !strings.EqualFold(u.Scheme, "https") || u.Host == "" || u.User != nil || strings.ContainsAny(s, " \t<>\"") {
		return ""
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String()
}

// Checked is f after its page was asked. One failure changes nothing: sites
// have bad days.
func (f Field) Checked(said LinkBack, now time.Time) Field {
	switch said {
	case LinksBack:
		if f.Misses = 0; f.VerifiedAt == nil {
			f.VerifiedAt = &now
		}
	case LinksNot:
		f.Misses, f.VerifiedAt = 0, nil
	case Unread:
		if f.Misses = min(f.Misses+1, MaxFieldMisses); f.Misses == MaxFieldMisses {
			f.VerifiedAt = nil
		}
	}
	return f
}

// proven is f with what is known of the same value among others. What f itself
// says of it counts for nothing.
func (f Field) proven(others []Field) Field {
	f.VerifiedAt, f.Misses, f.DomainAt, f.DomainMisses = nil, 0, nil, 0
	for _, o := range others {
		if o.Value == f.Value && o.VerifiedAt != nil {
			f.VerifiedAt, f.Misses = o.VerifiedAt, o.Misses
		}
		if o.Value == f.Value && o.DomainAt != nil {
			f.DomainAt, f.DomainMisses = o.DomainAt, o.DomainMisses
		}
	}
	return f
}
