package web

import (
	"net/http"
	"net/url"
	"strings"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) embedRoutes(r *router) {
	r.Do("GET /@{name}/{post}/embed", anyone, s.embed)
}

// embed is a post on its own, to be shown within pages elsewhere. Whoever
// reads those is a stranger here, signed in or not: nothing is shown that is
// not for everybody, and nothing can be done.
func (s *Site) embed(q *ask) error {
	p, err := s.View.Post(q.Context(), social.Anyone, social.PostID(q.number("post")))
	if err != nil {
		return err
	}
	if !embeddable(p) {
		return nowhere
	}
	framed(q.w)
	q.by, q.page.By, q.page.Me = social.Anyone, social.Anyone, nil
	return q.part(embedPage(q.page, p))
}

// inShort is a number that is shown in short, and chooses the form of its sentence.
type inShort int

// Count is what plural rules look at.
func (n inShort) Count() int { return int(n) }

func (n inShort) String() string { return count(int(n)) }

func embeddable(p *view.Seen) bool {
	return !p.IsBoost() && (p.Visibility == social.Public || p.Visibility == social.Unlisted)
}

// framed lets pages elsewhere show this one within theirs. It loads our own
// styles and pictures, and runs and sends nothing.
func framed(w http.ResponseWriter) {
	h := w.Header()
	h.Set("Content-Security-Policy", strings.Join([]string{
		"default-src 'none'", "style-src 'self'", "img-src 'self' data:", "media-src 'self'", "form-action 'none'", "base-uri 'none'", "frame-ancestors *",
		"report-uri " + breachPage,
	}, "; "))
	h.Del("Cross-Origin-Opener-Policy")
	h.Del("X-Frame-Options")
}

// tell fills in what the page of a post tells those who show a preview of it:
// nothing of a post that is not for everybody.
func (s *Site) tell(f *frame, p *view.Seen) meta {
	m := meta{Description: snippet(firstOf(p.Warning, p.Plain())), URL: s.View.PostURL(p.Author, p.ID), Kind: "article", At: p.At,
		Hide: !p.Author.Indexable || p.Visibility != social.Public}
	if !embeddable(p) {
		return m
	}
	m.Embed = f.absolute("/api/oembed?url=" + url.QueryEscape(m.URL))
	if m.Creator = "@" + p.Author.Acct(); p.Author.Local() {
		m.Creator += "@" + s.config.HandleHost
	}
	if len(p.Media) > 0 && !p.Sensitive && p.Warning == "" && p.Media[0].Preview != "" {
		m.Image, m.ImageAlt, m.Large = f.absolute(f.media(p.Media[0].Preview)), p.Media[0].Alt, true
	} else if p.Author.Avatar != "" {
		m.Image, m.ImageAlt = f.absolute(f.media(p.Author.Avatar)), p.Author.AvatarAlt
	}
	return m
}
