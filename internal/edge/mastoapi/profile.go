package mastoapi

import (
	"strings"

	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/profile/
func (a *API) profileRoutes() {
	a.do("GET /api/v1/profile", member("read:accounts"), a.profile)
	a.do("PATCH /api/v1/profile", member("write:accounts"), a.updateProfile, &limitPicture)
}

// https://docs.joinmastodon.org/entities/Profile/
type profile struct {
	ID                 string   `json:"id"`
	DisplayName        string   `json:"display_name"`
	Note               string   `json:"note"`
	Fields             []field  `json:"fields"`
	Avatar             *string  `json:"avatar"`
	AvatarStatic       *string  `json:"avatar_static"`
	AvatarDescription  string   `json:"avatar_description"`
	Header             *string  `json:"header"`
	HeaderStatic       *string  `json:"header_static"`
	HeaderDescription  string   `json:"header_description"`
	Locked             bool     `json:"locked"`
	Bot                bool     `json:"bot"`
	HideCollections    bool     `json:"hide_collections"`
	Discoverable       bool     `json:"discoverable"`
	Indexable          bool     `json:"indexable"`
	ShowMedia          bool     `json:"show_media"`
	ShowMediaReplies   bool     `json:"show_media_replies"`
	ShowFeatured       bool     `json:"show_featured"`
	AttributionDomains []string `json:"attribution_domains"`
}

func credits(a social.Account) []string {
	if a.Wishes.Credits == nil {
		return []string{}
	}
	return a.Wishes.Credits
}

// rawFields are the lines of a profile as they were typed.
func rawFields(a social.Account) []field {
	out := []field{}
	for _, x := range a.Fields {
		one := field{Name: x.Name, Value: x.Value}
		if x.VerifiedAt != nil {
			one.VerifiedAt = stampOrNil(*x.VerifiedAt)
		}
		out = append(out, one)
	}
	return out
}

func (a *API) profile(q *request) (any, error) {
	f, err := a.View.Face(q.Context(), q.By.Account)
	if err != nil {
		return nil, err
	}
	p := profile{ID: num(f.ID), DisplayName: f.DisplayName, Note: f.Bio, Fields: rawFields(f.Account), Avatar: a.render.stored(f.Avatar), AvatarDescription: f.AvatarAlt,
		Header: a.render.stored(f.Header), HeaderDescription: f.HeaderAlt, Locked: f.Locked, Bot: f.Kind == social.Bot, HideCollections: f.HideFollows,
		Discoverable: f.Discoverable, Indexable: f.Indexable, ShowMedia: !f.Wishes.HideMedia, ShowMediaReplies: !f.Wishes.HideMediaReplies,
		ShowFeatured: !f.Wishes.HideFeatured, AttributionDomains: credits(f.Account)}
	p.AvatarStatic, p.HeaderStatic = p.Avatar, p.Header
	return p, nil
}

// stored is the address of a picture of somebody's own, or null.
func (r renderer) stored(name string) *string {
	if name == "" {
		return nil
	}
	url := r.media(name)
	return &url
}

func (a *API) updateProfile(q *request) (any, error) {
	if err := a.setProfile(q); err != nil {
		return nil, err
	}
	return a.profile(q)
}

// setProfile stores what was sent of a profile.
func (a *API) setProfile(q *request) error {
	p := social.Profile{DisplayName: q.opt("display_name"), Bio: q.opt("note"), Locked: q.optFlag("locked"), Bot: q.optFlag("bot"),
		Discoverable: q.optFlag("discoverable"), Indexable: q.optFlag("indexable"), HideFollows: q.optFlag("hide_collections"),
		HideMedia: not(q.optFlag("show_media")), HideMediaReplies: not(q.optFlag("show_media_replies")), HideFeatured: not(q.optFlag("show_featured")),
		AvatarAlt: q.opt("avatar_description"), HeaderAlt: q.opt("header_description"), Credits: q.credits()}
	var err error
	if p.Fields, err = q.fields(); err != nil {
		return err
	}
	if err := p.Check(); err != nil { // before pictures are stored
		return err
	}
	if p.Avatar, err = q.picture("avatar"); err != nil {
		return err
	}
	if p.Header, err = q.picture("header"); err != nil {
		return err
	}
	_, err = a.Accounts.SetProfile(q.Context(), q.By, p)
	return err
}

func not(b *bool) *bool {
	if b == nil {
		return nil
	}
	other := !*b
	return &other
}

// credits reads the sites that may name somebody as an author, or nil if they
// were not sent.
func (q *request) credits() *[]string {
	sent := q.optStrs("attribution_domains")
	if sent == nil {
		return nil
	}
	out := []string{}
	for _, host := range *sent {
		for _, one := range strings.Fields(host) { // some send lines
			one = strings.ToLower(one)
			out = append(out, strings.TrimPrefix(strings.TrimPrefix(one, "https://"), "http://"))
		}
	}
	return &out
}
