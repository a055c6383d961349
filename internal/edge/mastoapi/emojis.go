package mastoapi

import (
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/custom_emojis/
func (a *API) emojiRoutes() {
	a.do("GET /api/v1/custom_emojis", anyone(""), a.customEmojis)
}

// https://docs.joinmastodon.org/entities/CustomEmoji/
type emoji struct {
	Shortcode string  `json:"shortcode"`
	URL       string  `json:"url"`
	StaticURL string  `json:"static_url"`
	Listed    bool    `json:"visible_in_picker"`
	Category  *string `json:"category"`
	Featured  bool    `json:"featured"`
}

func (r renderer) emoji(e social.Emoji) emoji {
	return emoji{Shortcode: e.Shortcode, URL: r.media(e.File), StaticURL: r.media(e.Still), Listed: e.Listed, Category: orNil(e.Category), Featured: e.Featured}
}

// customEmojis are all that can be used.
func (a *API) customEmojis(*request) (any, error) {
	out := []emoji{}
	for _, e := range a.Emojis.All() {
		if e.Enabled {
			out = append(out, a.render.emoji(e))
		}
	}
	return out, nil
}

// emojisIn are those of the house that stand in texts.
func (r renderer) emojisIn(texts ...string) []emoji {
	out := []emoji{}
	for _, e := range r.emojis.In(texts...) {
		out = append(out, r.emoji(e))
	}
	return out
}

// emojisOf are those that stand in texts of somebody: ours of our people, and
// of people elsewhere those that their server told of.
func (r renderer) emojisOf(author *view.Face, theirs []social.ForeignEmoji, texts ...string) []emoji {
	if author.Local() {
		return r.emojisIn(texts...)
	}
	out := []emoji{}
	for _, e := range theirs {
		name := ":" + e.Shortcode + ":"
		if slices.ContainsFunc(texts, func(t string) bool { return strings.Contains(t, name) }) {
			url := r.media(social.FileElsewhere(social.AsEmoji, e.Image))
			out = append(out, emoji{Shortcode: e.Shortcode, URL: url, StaticURL: url})
		}
	}
	return out
}

// emojisOfPost are those in what a post says and asks.
func (r renderer) emojisOfPost(s *view.Seen) []emoji {
	texts := []string{s.Warning, s.Text, s.Card.Post.HTML}
	if s.Poll != nil {
		texts = append(texts, options(s.Poll)...)
	}
	return r.emojisOf(s.Author, s.Emojis, texts...)
}

// options are the titles of what a poll lets people choose.
func options(p *social.Poll) (titles []string) {
	for _, o := range p.Options {
		titles = append(titles, o.Title)
	}
	return titles
}

// emojisOfAccount are those in what an account says of itself.
func (r renderer) emojisOfAccount(f *view.Face) []emoji {
	texts := []string{f.DisplayName, f.Bio}
	for _, x := range f.Fields {
		texts = append(texts, x.Name, x.Value)
	}
	return r.emojisOf(f, f.Emojis, texts...)
}
