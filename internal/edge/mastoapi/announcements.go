package mastoapi

import (
	"net/url"

	"github.com/go-chi/chi/v5"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/announcements"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/announcements/
func (a *API) announcementRoutes() {
	a.do("GET /api/v1/announcements", member(""), a.announcements)
	a.do("POST /api/v1/announcements/{id}/dismiss", member("write:accounts"), a.dismissAnnouncement)
	a.do("PUT /api/v1/announcements/{id}/reactions/{name}", member("write:favourites"), a.react)
	a.do("DELETE /api/v1/announcements/{id}/reactions/{name}", member("write:favourites"), a.unreact)
}

// https://docs.joinmastodon.org/entities/Announcement/
type announcement struct {
	ID          string      `json:"id"`
	Content     string      `json:"content"`
	StartsAt    *string     `json:"starts_at"`
	EndsAt      *string     `json:"ends_at"`
	AllDay      bool        `json:"all_day"`
	PublishedAt string      `json:"published_at"`
	UpdatedAt   string      `json:"updated_at"`
	Read        *bool       `json:"read,omitempty"`
	Mentions    []struct{}  `json:"mentions"`
	Statuses    []struct{}  `json:"statuses"`
	Tags        []statusTag `json:"tags"`
	Emojis      []emoji     `json:"emojis"`
	Reactions   []reaction  `json:"reactions"`
}

// https://docs.joinmastodon.org/entities/Reaction/
type reaction struct {
	Name  string `json:"name"`
	Count int    `json:"count"`
	Me    *bool  `json:"me,omitempty"`
	// URL and Still are where a picture is; nil of signs.
	URL   *string `json:"url,omitempty"`
	Still *string `json:"static_url,omitempty"`
}

func (r renderer) reaction(x social.Reaction) reaction {
	out := reaction{Name: x.Name, Count: x.Count}
	if url := social.FileElsewhere(social.AsEmoji, x.Image); url != "" {
		url = r.media(url)
		out.URL, out.Still = &url, &url
		return out
	}
	if e, ours := r.emojis.Named(x.Name); ours {
		url, still := r.media(e.File), r.media(e.Still)
		out.URL, out.Still = &url, &still
	}
	return out
}

// announcement is one before a reader, or before nobody in particular.
func (r renderer) announcement(s announcements.Shown, reader social.AccountID) announcement {
	out := announcement{ID: num(s.ID), Content: r.view.HTML(s.Text, "", nil), StartsAt: stampOrNil(s.StartsAt), EndsAt: stampOrNil(s.EndsAt), AllDay: s.AllDay,
		PublishedAt: stamp(s.CreatedAt), UpdatedAt: stamp(s.ChangedAt), Mentions: []struct{}{}, Statuses: []struct{}{}, Tags: []statusTag{}, Emojis: r.emojisIn(s.Text),
		Reactions: each(s.Reactions, func(x social.Reaction) reaction {
			one := r.reaction(x)
			if reader != 0 {
				one.Me = &x.Mine
			}
			return one
		})}
	if reader != 0 {
		out.Read = &s.Read
	}
	for _, p := range text.Parse(s.Text) {
		if p.Kind == text.Tag {
			out.Tags = append(out.Tags, statusTag{Name: social.TagKey(p.Text), URL: r.view.TagURL(social.TagKey(p.Text))})
		}
	}
	return out
}

func (a *API) announcements(q *request) (any, error) {
	all, err := a.Announcements.Shown(q.Context(), q.By, q.flag("with_dismissed", false))
	return each(all, func(s announcements.Shown) announcement { return a.render.announcement(s, q.By.Account) }), err
}

func (q *request) announcementID() social.AnnouncementID { return social.AnnouncementID(q.pathID()) }

func (a *API) dismissAnnouncement(q *request) (any, error) {
	return nothing{}, a.Announcements.Dismiss(q.Context(), q.By, q.announcementID())
}

// emojiInPath is the name of a reaction.
func (q *request) emojiInPath() string {
	name := chi.URLParam(q.Request, "name")
	if plain, err := url.PathUnescape(name); err == nil {
		return plain
	}
	return name
}

func (a *API) react(q *request) (any, error) {
	return nothing{}, a.Announcements.React(q.Context(), q.By, q.announcementID(), q.emojiInPath())
}

func (a *API) unreact(q *request) (any, error) {
	return nothing{}, a.Announcements.Unreact(q.Context(), q.By, q.announcementID(), q.emojiInPath())
}

// Announcement is one for streams, which have many readers.
func (a *API) Announcement(s announcements.Shown) []byte { return marshal(a.render.announcement(s, 0)) }

// Reaction is how often an emoji stands under an announcement, for streams.
func (a *API) Reaction(s announcements.Shown, name string) []byte {
	now := social.Reaction{Name: name}
	for _, r := range s.Reactions {
		if r.Name == name {
			now.Count = r.Count
		}
	}
	return marshal(struct {
		reaction
		Announcement string `json:"announcement_id"`
	}{a.render.reaction(now), num(s.ID)})
}
