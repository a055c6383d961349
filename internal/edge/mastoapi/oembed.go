package mastoapi

import (
	"html"
	"net/url"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/oembed/
func (a *API) oembedRoutes() {
	a.do("GET /api/oembed", anyone(""), a.oembed)
}

// How wide a post is shown on another's page, in pixels.
const (
	usualEmbed  = 400
	leastEmbed  = 220
	mostEmbed   = 1200
	embedMaxAge = 24 * 60 * 60 // seconds
)

// https://docs.joinmastodon.org/methods/oembed/#get
type oembedEntity struct {
	Type         string `json:"type"`
	Version      string `json:"version"`
	Title        string `json:"title"`
	AuthorName   string `json:"author_name"`
	AuthorURL    string `json:"author_url"`
	ProviderName string `json:"provider_name"`
	ProviderURL  string `json:"provider_url"`
	CacheAge     int    `json:"cache_age"`
	HTML         string `json:"html"`
	Width        int    `json:"width"`
	Height       *int   `json:"height"`
}

// oembed says how a post is shown on another's page. It is for whoever reads
// that page, so what is told is what strangers may see, whoever asks.
func (a *API) oembed(q *request) (any, error) {
	if f := q.str("format"); f != "" && f != "json" {
		return nil, errs.New(errs.Invalid, "The answer is JSON only.")
	}
	s, err := a.View.Post(q.Context(), social.Anyone, a.postAt(q.str("url")))
	if err != nil {
		return nil, err
	}
	if s.IsBoost() || s.Visibility != social.Public && s.Visibility != social.Unlisted {
		return nil, errAbsent
	}
	out := oembedEntity{Type: "rich", Version: "1.0", Title: embedTitle(s), AuthorName: s.Author.Name(), AuthorURL: a.View.AccountURL(s.Author),
		ProviderName: a.Instance.Settings().Title, ProviderURL: a.BaseURL + "/", CacheAge: embedMaxAge, Width: max(leastEmbed, q.num("maxwidth", usualEmbed, mostEmbed))}
	height := ""
	if n := q.num("maxheight", 0, mostEmbed); n > 0 {
		out.Height, height = &n, ` height="`+strconv.Itoa(n)+`"`
	}
	out.HTML = `<iframe src="` + html.EscapeString(a.View.PostURL(s.Author, s.ID)+"/embed") + `" title="` + html.EscapeString(out.Title) + `" width="` + strconv.Itoa(out.Width) +
		`"` + height + ` loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox" style="border:0;max-width:100%"></iframe>`
	return out, nil
}

const maxEmbedTitle = 100 // characters

// embedTitle is who says what, as one line.
func embedTitle(s *view.Seen) string {
	said := s.Plain()
	if s.Warning != "" {
		said = s.Warning
	}
	runes := []rune(strings.Join(strings.Fields(said), " "))
	if len(runes) > maxEmbedTitle {
		runes = append(runes[:maxEmbedTitle-1], '…')
	}
	return s.Author.Name() + ": “" + string(runes) + "”"
}

// postAt is the post at an address of ours, or none: /@name/number.
func (a *API) postAt(address string) social.PostID {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return 0
	}
	rest, ok := strings.CutPrefix(u.Scheme+"://"+u.Host+u.Path, a.BaseURL+"/@")
	name, number, ok2 := strings.Cut(rest, "/")
	n, ok3 := id.Parse(strings.TrimSuffix(number, "/"))
	if !ok || !ok2 || !ok3 || name == "" {
		return 0
	}
	return social.PostID(n)
}
