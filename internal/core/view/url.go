package view

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// BaseURL is where the house stands, without a slash at the end.
func (v *View) BaseURL() string { return v.config.BaseURL }

// AccountURL is an account's page.
func (v *View) AccountURL(a *Face) string {
	if !a.Local() {
		return a.URI
	}
	return v.config.BaseURL + "/@" + a.Username
}

// MentionURL is the page of an account that a post mentions.
func (v *View) MentionURL(m social.Mention) string {
	if m.URL != "" {
		return m.URL
	}
	return v.config.BaseURL + "/@" + m.Acct()
}

// PostURL is a post's page.
func (v *View) PostURL(author *Face, id social.PostID) string {
	return v.config.BaseURL + "/@" + author.Acct() + "/" + strconv.FormatInt(int64(id), 10)
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
	return text.HTML(s, text.Linker{Tag: v.TagURL, Mention: func(username, host string) (string, bool) {
		if host != "" {
			return "", false
		}
		return v.config.BaseURL + "/@" + username, true
	}})
}

// ActorURI is what other servers know an account by. It is made of its id, so
// that it stays whatever the account is called.
func (v *View) ActorURI(a *Face) string {
	if !a.Local() {
		return a.URI
	}
	return v.config.BaseURL + "/ap/users/" + strconv.FormatInt(int64(a.ID), 10)
}

// PostURI is what other servers know a post by; uri is that of a remote one.
func (v *View) PostURI(id social.PostID, uri string) string {
	if uri != "" {
		return uri
	}
	return v.config.BaseURL + "/ap/posts/" + strconv.FormatInt(int64(id), 10)
}
