package social

import "time"

// A Link is what a page elsewhere says of itself: the preview under a post.
// https://docs.joinmastodon.org/entities/PreviewCard/
type Link struct {
	ID          LinkID
	URL         string // canonical, without a fragment
	Kind        string // link, photo, video or rich
	Title       string
	Description string
	Language    string
	Author      string
	AuthorURL   string
	Site        string // who publishes it
	SiteURL     string
	HTML        string // empty: we never show another's markup
	EmbedURL    string
	Image       string // name in the blob store, or empty
	ImageAlt    string
	Blurhash    string
	Width       int
	Height      int
	PublishedAt time.Time // zero if it does not say
	FetchedAt   time.Time
}
