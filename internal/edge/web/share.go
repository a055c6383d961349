package web

import (
	"html"
	"strings"

	"github.com/plaza-social/plaza/internal/core/view"
)

func (s *Site) shareRoutes(r *router) {
	r.Do("GET /@{name}/{post}/share", anyone, s.share)
	r.Do("GET /share", member, s.shared)
}

// share is where a post can be taken along from.
func (s *Site) share(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	if q.mirrored() {
		return nowhere
	}
	q.page.Head.Hide = true
	q.page.Script = "share.js"
	return q.show("Share this post", sharePage(q.page, p, s.View.OriginURL(p)))
}

// embedCode is what shows a post on a page elsewhere, as its oEmbed answer has it.
func (f *frame) embedCode(p *view.Seen) string {
	return `<iframe src="` + html.EscapeString(f.site.View.PostURL(p.Author, p.ID)+"/embed") + `" title="` + html.EscapeString(f.say("A post of %s", p.Author.Name())) +
		`" width="400" height="300" loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>`
}

// maxShared is how much of what another page hands over stands in the composer, in
// characters: it may be more than a post has, to be cut by who writes it.
const maxShared = 4000

// shared is the composer with what another page or program hands over.
func (s *Site) shared(q *ask) error {
	d := q.blank()
	v := q.URL.Query()
	var parts []string
	for _, name := range []string{"title", "text", "url"} {
		part := strings.TrimSpace(v.Get(name))
		if part != "" && !strings.Contains(strings.Join(parts, "\n"), part) {
			parts = append(parts, part)
		}
	}
	text := []rune(strings.Join(parts, "\n\n"))
	d.Text, d.Rows, d.Focus, d.Back, d.Again = string(text[:min(len(text), maxShared)]), "7", true, "/", len(text) > 0
	q.page.Tab = "new"
	return q.show("New post", newPage(q.page, d))
}
