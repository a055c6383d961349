package social

import (
	"net/url"
	"slices"
	"strings"
	"time"
)

// A Link is what a page elsewhere says of itself: the preview under a post.
// Nothing of it is ever markup.
// https://docs.joinmastodon.org/entities/PreviewCard/
type Link struct {
	ID          LinkID    `json:"-"`
	URL         string    `json:"-"` // as LinkURL writes it
	Shown       bool      `json:"-"` // it says enough to be shown
	FetchedAt   time.Time `json:"-"` // zero if it was never asked
	Title       string    `json:"title,omitempty"`
	Description string    `json:"description,omitempty"`
	Language    string    `json:"language,omitempty"`
	Author      string    `json:"author,omitempty"`
	AuthorURL   string    `json:"author_url,omitempty"`
	Creator     string    `json:"creator,omitempty"` // who it says wrote it: ada, or ada@elsewhere.example
	Site        string    `json:"site,omitempty"`    // who publishes it
	SiteURL     string    `json:"site_url,omitempty"`
	Image       string    `json:"image,omitempty"` // name in the blob store, or empty
	ImageAlt    string    `json:"image_alt,omitempty"`
	Blurhash    string    `json:"blurhash,omitempty"`
	Width       int       `json:"width,omitempty"`
	Height      int       `json:"height,omitempty"`
	PublishedAt time.Time `json:"published_at,omitzero"` // zero if it does not say

	CreatorID AccountID `json:"-"` // of Creator, if that account is known here
}

// Limits of what is kept of a page, in bytes, and for how long.
const (
	MaxLinkURL   = 2048
	MaxLinkTitle = 300
	MaxLinkText  = 1000
	MaxLinkName  = 200
	LinkFresh    = 7 * 24 * time.Hour // after that a page is asked again
	LinkRetry    = time.Hour          // one that could not be asked, earlier
)

// tracking are parts of a query that say who passed a link on, and nothing of
// what it leads to.
var tracking = []string{"fbclid", "gclid", "dclid", "msclkid", "mc_cid", "mc_eid", "igshid", "yclid"}

// LinkURL is the form of a link in which all that lead to the same page are
// alike, as far as that can be told without asking; ok tells whether there is
// one. A page does not say itself what it is called: it could take another's name.
func LinkURL(s string) (link string, ok bool) {
	u, err := url.Parse(s)
	if err != nil || len(s) > MaxLinkURL {
		return "", false
	}
	u.Scheme, u.Host = strings.ToLower(u.Scheme), strings.ToLower(u.Host)
	if u.Scheme != "https" && u.Scheme != "http" || u.User != nil || u.Hostname() == "" {
		return "", false
	}
	if usual := map[string]string{"https": "443", "http": "80"}[u.Scheme]; u.Port() == usual {
		u.Host = strings.TrimSuffix(u.Host, ":"+usual)
	}
	if u.Path == "" {
		u.Path = "/"
	}
	var query []string
	for part := range strings.SplitSeq(u.RawQuery, "&") {
		name, _, _ := strings.Cut(part, "=")
		if part != "" && !strings.HasPrefix(name, "utm_") && !slices.Contains(tracking, name) {
			query = append(query, part)
		}
	}
	u.RawQuery, u.Fragment, u.RawFragment, u.ForceQuery = strings.Join(query, "&"), "", "", false
	link = u.String() // may be longer than s: what is not ASCII takes three bytes for each
	return link, len(link) <= MaxLinkURL
}

// LinkHost is the machine a link leads to.
func LinkHost(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// Credited reports whether a page at a host may name the account as its
// author: the account has said so of the site, or of one that it belongs to.
func (a Account) Credited(host string) bool {
	return a.Standing == Good && slices.ContainsFunc(a.Wishes.Credits, func(site string) bool { return HostWithin(host, site) })
}
