package view

import (
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
)

// sift tells which of the reader's filters posts meet, wherever those hold:
// only who shows a post knows where that is. One's own posts meet none.
func (l *layout) sift(out []*Seen) {
	if len(l.reader.sieves) == 0 {
		return
	}
	for _, s := range out {
		o := s.Original()
		if o.Author.ID == l.reader.ID {
			continue
		}
		words := o.filterWords()
		for _, sieve := range l.reader.sieves {
			if hit, ok := sieve.Hold(o.ID, words, l.now); ok {
				o.Hits = append(o.Hits, hit)
			}
		}
		s.Hits = o.Hits
	}
}

// Filters reports whether words, which are no post's, meet a filter of r's in a
// place. There is nothing of them to hide behind a warning, so they are left out.
func (r *Reader) Filters(words string, in social.FilterContext, now time.Time) bool {
	if len(r.sieves) == 0 {
		return false
	}
	words = social.FilterKey(words)
	return slices.ContainsFunc(r.sieves, func(s social.Sieve) bool {
		hit, ok := s.Hold(0, words, now)
		return ok && hit.Filter.Action != social.FilterBlur && slices.Contains(hit.Filter.Contexts, in)
	})
}

// filterWords is all that a post says, in the form in which filters read it.
func (c *Card) filterWords() string {
	return c.words.Get(func() any {
		parts := []string{c.Warning, c.Plain()}
		for _, m := range c.Media {
			parts = append(parts, m.Alt)
		}
		if c.Poll != nil {
			for _, o := range c.Poll.Options {
				parts = append(parts, o.Title)
			}
		}
		return social.FilterKey(strings.Join(parts, "\n"))
	}).(string)
}

// Plain is what the post says, without HTML.
func (c *Card) Plain() string {
	if c.Post.HTML == "" {
		return c.Text
	}
	return c.plain.Get(func() any {
		return text.FromHTML(c.Post.HTML, func(_, shown string) string { return shown })
	}).(string)
}

// PlainBio is what an account says about itself, without HTML.
func (f *Face) PlainBio() string {
	if f.Local() {
		return f.Bio
	}
	return text.FromHTML(f.Bio, func(_, shown string) string { return shown })
}
