package mastoapi

import (
	"net/url"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// https://docs.joinmastodon.org/methods/instance/
func (a *API) instanceRoutes() {
	a.do("GET /api/v1/instance", anyone(""), a.instanceV1)
	a.do("GET /api/v2/instance", anyone(""), a.instanceV2)
	a.do("GET /api/v1/instance/rules", anyone(""), a.rules)
	a.do("GET /api/v1/instance/extended_description", anyone(""), a.extendedDescription)
}

// compatible is the version of Mastodon whose API this is. Ice Cubes reads its
// first three characters as a number, and other apps what follows.
const compatible = "4.6.5"

func (a *API) version() string { return compatible + " (compatible; Plaza " + a.Version + ")" }

// apiVersion is the highest api_versions.mastodon of which all is here. What
// each step asks for stands in docs/decisions/0020-api-version.md; apps call
// what a step has without trying whether it is there.
// https://docs.joinmastodon.org/entities/Instance/#api_versions
const apiVersion = 11

func (a *API) streaming() string { return "ws" + strings.TrimPrefix(a.BaseURL, "http") }

func (a *API) domain() string {
	u, err := url.Parse(a.BaseURL)
	if err != nil {
		return a.Host
	}
	return u.Host
}

type rule struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	Hint string `json:"hint"`
}

func (a *API) ruleList() []rule {
	out := []rule{}
	for _, r := range a.Instance.Settings().Rules {
		out = append(out, rule(r))
	}
	return out
}

func (a *API) rules(*request) (any, error) { return a.ruleList(), nil }

// configuration is what apps must know to keep within the limits.
func (a *API) configuration() map[string]any {
	return map[string]any{
		"urls":     map[string]any{"streaming": a.streaming(), "status": nil, "about": a.BaseURL + "/about", "privacy_policy": a.BaseURL + "/privacy", "terms_of_service": a.termsURL()},
		"accounts": map[string]any{"max_featured_tags": social.MaxFeaturedTags, "max_pinned_statuses": social.MaxPins, "max_profile_fields": social.MaxFields, "profile_field_name_limit": social.MaxFieldText, "profile_field_value_limit": social.MaxFieldText, "max_display_name_length": social.MaxDisplayName, "max_note_length": social.MaxBio},
		"statuses": map[string]any{"max_characters": a.MaxText, "max_media_attachments": social.MaxAttachments, "characters_reserved_per_url": social.LinkLength},
		"media_attachments": map[string]any{"supported_mime_types": a.Types, "description_limit": social.MaxMediaAlt, "image_size_limit": a.MaxImage,
			"image_matrix_limit": a.MaxPixels, "video_size_limit": a.MaxVideo, "video_frame_rate_limit": a.MaxFrames, "video_matrix_limit": a.MaxMatrix},
		"polls":              map[string]any{"max_options": social.MaxPollOptions, "max_characters_per_option": social.MaxPollOption, "min_expiration": int(social.MinPoll / time.Second), "max_expiration": int(social.MaxPoll / time.Second)},
		"translation":        map[string]any{"enabled": false},
		"timelines_access":   map[string]any{"live_feeds": map[string]string{"local": "public", "remote": "public"}, "hashtag_feeds": map[string]string{"local": "public", "remote": "public"}, "trending_link_feeds": map[string]string{"local": "authenticated", "remote": "authenticated"}},
		"limited_federation": true,
		"vapid":              map[string]string{"public_key": a.Push.PublicKey()},
	}
}

// contact is whoever answers for the house: its owner.
func (a *API) contact(q *request) (raw, error) {
	f, err := a.owner(q)
	if f == nil || err != nil {
		return raw("null"), err
	}
	return a.render.accountJSON(f), nil
}

func (a *API) owner(q *request) (*view.Face, error) {
	id, err := a.Instance.Owner(q.Context())
	if id == 0 || err != nil {
		return nil, err
	}
	return a.View.Face(q.Context(), id)
}

// https://docs.joinmastodon.org/entities/Instance/
func (a *API) instanceV2(q *request) (any, error) {
	s := a.Instance.Settings()
	counts, err := a.Instance.Counts(q.Context())
	if err != nil {
		return nil, err
	}
	contact, err := a.contact(q)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"domain": a.domain(), "title": s.Title, "version": a.version(), "source_url": SourceURL, "description": s.Description,
		"usage": map[string]any{"users": map[string]int{"active_month": counts.Active}}, "languages": []string{"en"},
		"thumbnail": map[string]any{"url": a.BaseURL + "/header.png", "blurhash": nil, "versions": map[string]string{}}, "icon": []struct{}{},
		"configuration": a.configuration(), "rules": a.ruleList(), "api_versions": map[string]int{"mastodon": apiVersion, "plaza": 1},
		"registrations": map[string]any{"enabled": s.SignUps == social.SignUpOpen || s.SignUps == social.SignUpApproval,
			"approval_required": s.SignUps == social.SignUpApproval, "reason_required": s.SignUps == social.SignUpApproval, "message": nil, "min_age": nil, "url": nil},
		"contact": map[string]any{"email": s.Contact, "account": contact},
	}, nil
}

// SourceURL is where the program's source is.
const SourceURL = "https://github.com/plaza-social/plaza"

// https://docs.joinmastodon.org/entities/V1_Instance/
func (a *API) instanceV1(q *request) (any, error) {
	s := a.Instance.Settings()
	counts, err := a.Instance.Counts(q.Context())
	if err != nil {
		return nil, err
	}
	contact, err := a.contact(q)
	if err != nil {
		return nil, err
	}
	return map[string]any{
		"uri": a.domain(), "title": s.Title, "short_description": s.Description, "description": s.Description, "email": s.Contact,
		"version": a.version(), "urls": map[string]string{"streaming_api": a.streaming()},
		"stats":     map[string]int{"user_count": counts.Users, "status_count": counts.Posts, "domain_count": 0},
		"thumbnail": a.BaseURL + "/header.png", "languages": []string{"en"}, "registrations": s.SignUps == social.SignUpOpen || s.SignUps == social.SignUpApproval,
		"approval_required": s.SignUps == social.SignUpApproval, "invites_enabled": s.SignUps != social.SignUpClosed,
		"configuration": a.configuration(), "contact_account": contact, "rules": a.ruleList(),
	}, nil
}
