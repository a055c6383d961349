package web

import (
	"net/url"

	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
)

// palette is what is offered at once; every other emoji is there for whoever
// sees it under a post.
var palette = []string{"👍", "❤️", "😂", "😮", "😢", "🎉", "🔥", "👀"}

// maxOwnOffered is how many of the house's emojis are offered besides.
const maxOwnOffered = 8

func (s *Site) reactTo(q *ask) error {
	if _, err := s.Posts.React(q.Context(), q.by, social.PostID(q.number("post")), q.URL.Query().Get("emoji")); err != nil {
		return err
	}
	return s.acted(q)
}

func (s *Site) unreactTo(q *ask) error {
	if _, err := s.Posts.Unreact(q.Context(), q.by, social.PostID(q.number("post")), q.URL.Query().Get("emoji")); err != nil {
		return err
	}
	return s.acted(q)
}

// offered are the emoji to put under a post that do not stand there by the
// reader yet.
func (f *frame) offered(p *view.Seen) (out []social.Reaction) {
	mine := map[string]bool{}
	for _, name := range p.Reacted {
		mine[name] = true
	}
	own := 0
	names := palette
	for _, e := range f.site.Emojis.All() {
		if e.Enabled && e.Featured && own < maxOwnOffered {
			own++
			names = append(names[:len(names):len(names)], e.Shortcode)
		}
	}
	for _, name := range names {
		if !mine[name] {
			out = append(out, social.Reaction{Name: name})
		}
	}
	return out
}

// reactURL is where an emoji is put under a post or taken away.
func reactURL(p *view.Seen, x social.Reaction) string {
	return postURL(p) + "/" + undone(x.Mine) + "react?emoji=" + url.QueryEscape(x.Name)
}

// drawing is the picture that a reaction is; false for a sign, and for what is
// here no longer.
func (f *frame) drawing(x social.Reaction) (social.Emoji, bool) {
	code, host, pictured := social.Pictured(x.Name)
	if !pictured {
		return social.Emoji{}, false
	}
	if host == "" {
		return f.site.Emojis.Named(code)
	}
	file := social.FileElsewhere(social.AsEmoji, x.Image)
	return social.Emoji{Shortcode: code, File: file, Still: file}, file != ""
}
