package view

import (
	"net/url"
	"strings"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// BaseURL is where the house stands, without a slash at the end.
func (v *View) BaseURL() string { return v.config.BaseURL }

// HandleHost is what follows the second @ in the addresses of our own people.
func (v *View) HandleHost() string { return v.config.HandleHost }

// AccountURI is an account's ActivityPub id.
func (v *View) AccountURI(a *Face) string {
	if !a.Local() {
		return a.URI
	}
	return v.ActorURI(a.ID)
}

// AccountURL is an account's page, at home.
func (v *View) AccountURL(a *Face) string {
	switch {
	case a.Local():
		return v.PageURL(a.Username)
	case a.Page != "":
		return a.Page
	}
	return a.URI
}

// URIOf is the ActivityPub id of a post, or of a boost what says that it was
// passed on.
func (v *View) URIOf(p social.Post) string {
	switch {
	case p.URI != "":
		return p.URI
	case p.IsBoost():
		return v.BoostURI(p.ID)
	}
	return v.PostURI(p.ID)
}

// MentionURL is the page of an account that a post mentions.
func (v *View) MentionURL(m social.Mention) string {
	if m.URL != "" {
		return m.URL
	}
	return v.config.BaseURL + "/@" + m.Acct()
}

// PostURL is a post's page here.
func (v *View) PostURL(author *Face, id social.PostID) string {
	return v.config.BaseURL + "/@" + author.Acct() + "/" + number(id)
}

// OriginURL is a post's page where it is at home.
func (v *View) OriginURL(s *Seen) string {
	switch {
	case s.Page != "":
		return s.Page
	case s.URI != "":
		return s.URI
	}
	return v.PostURL(s.Author, s.ID)
}

// TagURL is a tag's page.
func (v *View) TagURL(tag string) string {
	return v.config.BaseURL + "/tags/" + url.PathEscape(social.TagKey(tag))
}

// Bio is what an account says about itself, as safe HTML.
func (v *View) Bio(a *Face) string { return v.profileHTML(a, a.Bio) }

// FieldHTML is the value of an account's field i, as safe HTML.
func (v *View) FieldHTML(a *Face, i int) string {
	h := v.profileHTML(a, a.Fields[i].Value)
	if a.Local() {
		h = strings.TrimSuffix(strings.TrimPrefix(h, "<p>"), "</p>")
		h = strings.ReplaceAll(h, `rel="nofollow noopener"`, `rel="me nofollow noopener"`)
	}
	return h
}

func (v *View) profileHTML(a *Face, s string) string {
	if !a.Local() {
		return s // cleaned when it came
	}
	return text.HTML(s, text.Linker{Tag: v.TagURL, Host: social.HostShown, Mention: func(username, host string) (string, bool) {
		if host != "" {
			return "", false
		}
		return v.config.BaseURL + "/@" + username, true
	}})
}
