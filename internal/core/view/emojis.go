package view

import (
	"context"
	"slices"

	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// wanted is the pictures of other hosts that are looked for: in which texts,
// and whose they are. Of most pages there is nothing.
type wanted struct {
	names   []string
	authors []social.AccountID
}

// in looks through what somebody elsewhere says.
func (w *wanted) in(author social.AccountID, texts ...string) {
	found := false
	for _, t := range texts {
		for _, c := range text.Shortcodes(t) {
			if found = true; !slices.Contains(w.names, c.Name) {
				w.names = append(w.names, c.Name)
			}
		}
	}
	if found && !slices.Contains(w.authors, author) {
		w.authors = append(w.authors, author)
	}
}

// find is what there is of it, by author and name.
func (w *wanted) find(ctx context.Context, s *store.View) (map[social.AccountID]map[string]social.ForeignEmoji, error) {
	if len(w.names) == 0 {
		return nil, nil
	}
	all, err := s.ForeignEmojis(ctx, w.authors, w.names)
	out := map[social.AccountID]map[string]social.ForeignEmoji{}
	for _, e := range all {
		if out[e.Author] == nil {
			out[e.Author] = map[string]social.ForeignEmoji{}
		}
		out[e.Author][e.Shortcode] = e.ForeignEmoji
	}
	return out, err
}

// used is those of an author's pictures that stand in texts, each once, in
// order.
func used(by map[string]social.ForeignEmoji, texts ...string) (out []social.ForeignEmoji) {
	if len(by) == 0 {
		return nil
	}
	for _, t := range texts {
		for _, c := range text.Shortcodes(t) {
			if e, ok := by[c.Name]; ok && !slices.Contains(out, e) {
				out = append(out, e)
			}
		}
	}
	return out
}

// says is all texts of a card in which pictures can stand.
func (c *Card) says() []string {
	out := []string{c.Warning, c.Post.HTML}
	if c.Poll != nil {
		out = append(out, c.Poll.Titles()...)
	}
	return out
}

// attachEmojis fills in the pictures of other hosts in what cards say.
func attachEmojis(ctx context.Context, s *store.View, cards []*Card) error {
	var w wanted
	for _, c := range cards {
		if c.URI != "" && !c.IsBoost() {
			w.in(c.Author, c.says()...)
		}
	}
	by, err := w.find(ctx, s)
	for _, c := range cards {
		if c.URI != "" && by != nil {
			c.Emojis = used(by[c.Author], c.says()...)
		}
	}
	return err
}

// says is all texts of an account in which pictures can stand.
func (f *Face) says() []string {
	out := []string{f.DisplayName, f.Bio}
	for _, x := range f.Fields {
		out = append(out, x.Name, x.Value)
	}
	return out
}

// faceEmojis fills in the pictures of other hosts in what accounts say.
func faceEmojis(ctx context.Context, s *store.View, faces map[social.AccountID]*Face) error {
	var w wanted
	for _, f := range faces {
		if !f.Local() {
			w.in(f.ID, f.says()...)
		}
	}
	by, err := w.find(ctx, s)
	for id, all := range by {
		faces[id].Emojis = used(all, faces[id].says()...)
	}
	return err
}
