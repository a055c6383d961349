package web

import (
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

func (s *Site) quoteRoutes(r *router) {
	r.Do("GET /@{name}/{post}/quotes", anyone, s.quotes)
	r.Do("POST /@{name}/{post}/unquote", member, s.revokeQuote)
}

func (s *Site) quotes(q *ask) error {
	p, err := s.post(q)
	if err != nil {
		return err
	}
	quoting, err := slice(q, postsOnPage, func(page social.Page) (view.Slice[*view.Seen], error) {
		return s.Timelines.Quotes(q.Context(), q.by, p.ID, page)
	})
	if err != nil {
		return err
	}
	q.page.Head.Hide = true
	return q.show("Quotes", quotesPage(q.page, p, quoting))
}

// revokeQuote has the post that the path names no longer show the reader's own.
// They need not be shown that post: who wrote it may have blocked them.
func (s *Site) revokeQuote(q *ask) error {
	quoting := social.PostID(q.number("post"))
	of, err := s.Posts.QuotedBy(q.Context(), q.by, quoting)
	if err != nil {
		return err
	}
	if err := s.Posts.RevokeQuote(q.Context(), q.by, of, quoting); err != nil {
		return err
	}
	return q.back("/", "unquoted")
}

// toQuote puts before the writer what they want to quote, if they may: who
// wrote it decides.
func (q *ask) toQuote(d *draft, which string) error {
	n, ok := id.Parse(which)
	if !ok {
		return nil
	}
	p, err := q.site.View.Post(q.Context(), q.by, social.PostID(n))
	if err != nil {
		return err
	}
	if p = p.Original(); !p.Quoting {
		return p.MayQuote(q.by, social.Relation{})
	}
	d.Quote, d.Visibility = p, p.Narrowed(d.Visibility)
	return nil
}
