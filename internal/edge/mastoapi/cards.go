package mastoapi

import (
	"strconv"

	"github.com/plaza-social/plaza/internal/core/discover"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (a *API) cardRoutes() {
	a.do("GET /api/v1/statuses/{id}/card", anyone("read:statuses"), a.card)
	a.do("GET /api/v1/timelines/link", anyone("read:statuses"), a.linkTimeline)
	a.do("GET /api/v1/trends/links", anyone(""), a.trendingLinks)
}

// https://docs.joinmastodon.org/entities/PreviewCard/
type previewCard struct {
	URL          string  `json:"url"`
	Title        string  `json:"title"`
	Description  string  `json:"description"`
	Language     *string `json:"language"`
	Type         string  `json:"type"` // always link: of films and the like there is a picture, and the page itself
	AuthorName   string  `json:"author_name"`
	AuthorURL    string  `json:"author_url"`
	ProviderName string  `json:"provider_name"`
	ProviderURL  string  `json:"provider_url"`
	HTML         string  `json:"html"`      // always empty: others' markup is shown to nobody
	EmbedURL     string  `json:"embed_url"` // and others' pages are not shown within ours
	Width        int     `json:"width"`
	Height       int     `json:"height"`
	Image        *string `json:"image"`
	ImageAlt     string  `json:"image_description"`
	Blurhash     *string `json:"blurhash"`
	PublishedAt  *string `json:"published_at"`
}

// https://docs.joinmastodon.org/entities/PreviewCardAuthor/
type cardAuthor struct {
	Name    string `json:"name"`
	URL     string `json:"url"`
	Account raw    `json:"account"`
}

func (r renderer) previewCard(l *social.Link) previewCard {
	c := previewCard{URL: l.URL, Title: l.Title, Description: l.Description, Language: orNil(l.Language), Type: "link", AuthorName: l.Author, AuthorURL: l.AuthorURL,
		ProviderName: l.Site, ProviderURL: l.SiteURL, Width: l.Width, Height: l.Height, ImageAlt: l.ImageAlt, Blurhash: orNil(l.Blurhash),
		PublishedAt: stampOrNil(l.PublishedAt)}
	if l.Image != "" {
		url := r.media(l.Image)
		c.Image = &url
	}
	return c
}

// cardAuthors is who wrote what is behind a link: an account that lets the
// site say so, or a name.
func (r renderer) cardAuthors(l *social.Link, credit *view.Face) []cardAuthor {
	switch {
	case credit != nil:
		return []cardAuthor{{credit.Name(), r.view.AccountURL(credit), r.accountJSON(credit)}}
	case l.Author != "":
		return []cardAuthor{{l.Author, l.AuthorURL, raw("null")}}
	}
	return []cardAuthor{}
}

// appendCard appends the preview of a post's link, or null. An account in it
// is not kept with the rest: it may say something else of itself tomorrow.
func (r renderer) appendCard(b []byte, s *view.Seen) []byte {
	b = append(b, `,"card":`...)
	if s.Link == nil {
		return append(b, `null`...)
	}
	return r.appendPreview(b, s)
}

func (r renderer) appendPreview(b []byte, s *view.Seen) []byte {
	head := s.Preview.Get(func() any {
		h := marshal(r.previewCard(s.Link))
		return h[:len(h)-1] // left open
	}).(raw)
	b = append(append(b, head...), `,"authors":`...)
	return append(append(b, marshal(r.cardAuthors(s.Link, s.Credit))...), '}')
}

// card is the preview of a post's link, or nothing.
func (a *API) card(q *request) (any, error) {
	s, err := a.View.Post(q.Context(), q.By, social.PostID(q.pathID()))
	if err != nil {
		return nil, err
	}
	if s = s.Original(); s.Link == nil {
		return nothing{}, nil
	}
	return raw(a.render.appendPreview(nil, s)), nil
}

func (a *API) linkTimeline(q *request) (any, error) {
	s, err := a.Links.Posts(q.Context(), q.By, q.str("url"), q.posts())
	return a.timeline(q, s, err)
}

// https://docs.joinmastodon.org/entities/PreviewCard/#trends-link
type trendingLink struct {
	previewCard
	Authors []cardAuthor `json:"authors"`
	History []tagDay     `json:"history"`
	Plaza   *why         `json:"plaza"`
}

func (a *API) trendingLinks(q *request) (any, error) {
	p := q.stretch(10, 20, discover.MaxOffset)
	all, err := a.Discover.Links(q.Context(), q.By, q.str("language"), p.offset, p.limit)
	if err != nil {
		return nil, err
	}
	q.linkStretch(p, len(all) == p.limit)
	return each(all, a.trendingLink), nil
}

func (a *API) trendingLink(l discover.Link) trendingLink {
	out := trendingLink{a.render.previewCard(l.Link), a.render.cardAuthors(l.Link, l.Credit), []tagDay{}, whyOf(l.Why)}
	for _, d := range l.Days {
		out.History = append(out.History, tagDay{strconv.FormatInt(d.Day*86400, 10), strconv.Itoa(d.Uses), strconv.Itoa(d.People)})
	}
	return out
}
