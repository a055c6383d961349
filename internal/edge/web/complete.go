package web

import (
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/limit"
	"github.com/plaza-social/plaza/internal/core/search"
	"github.com/plaza-social/plaza/internal/social"
)

const (
	completePage = "/new/complete"
	// maxOffered is how many names are offered while one writes.
	maxOffered = 6
	// maxBegun bounds the word that is completed, in bytes.
	maxBegun = 200
)

// completeRule bounds how often names are looked for while one writes.
var completeRule = limit.Rule{Name: "complete", Burst: 600, Per: 10 * time.Minute}

// An offer is a name, a tag or an emoji that somebody may be writing.
type offer struct {
	Insert      string // what is written in place of what was begun
	Name, Small string
	Face        *social.Account
	File        string // of an emoji
}

// complete is for the script: what may be meant by a word that begins with @, # or
// a colon. Nobody elsewhere is asked.
func (s *Site) complete(q *ask) error {
	if !q.wantsPart() {
		return nowhere
	}
	begun := q.URL.Query().Get("q")
	if len(begun) < 2 || len(begun) > maxBegun {
		return q.part(offers(q.page, nil))
	}
	find, ok := map[byte]func(*ask, string) ([]offer, error){'@': s.peopleFor, '#': s.tagsFor, ':': s.emojisFor}[begun[0]]
	if !ok {
		return errs.New(errs.Invalid, "A name begins with @, a tag with # and an emoji with a colon.")
	}
	all, err := find(q, begun[1:])
	if err != nil {
		return err
	}
	return q.part(offers(q.page, all[:min(len(all), maxOffered)]))
}

func (s *Site) peopleFor(q *ask, begun string) (out []offer, err error) {
	found, err := s.Search.Search(q.Context(), q.by, search.Query{Text: "@" + begun, Kind: search.Accounts, Page: social.Page{Limit: maxOffered}})
	for _, f := range found.Accounts {
		out = append(out, offer{Insert: "@" + f.Acct(), Name: f.Name(), Small: "@" + f.Acct(), Face: &f.Account})
	}
	return out, err
}

func (s *Site) tagsFor(q *ask, begun string) (out []offer, err error) {
	found, err := s.Search.Search(q.Context(), q.by, search.Query{Text: "#" + begun, Kind: search.Tags, Page: social.Page{Limit: maxOffered}})
	for _, t := range found.Tags {
		out = append(out, offer{Insert: "#" + t.Tag, Name: "#" + t.Tag, Small: q.page.say("%d posts", t.Uses)})
	}
	return out, err
}

// emojisFor finds those that begin so before those that have it in their names.
func (s *Site) emojisFor(_ *ask, begun string) (first []offer, _ error) {
	begun = strings.ToLower(begun)
	var within []offer
	for _, e := range s.Emojis.All() {
		name := strings.ToLower(e.Shortcode)
		o := offer{Insert: ":" + e.Shortcode + ":", Name: ":" + e.Shortcode + ":", File: e.File}
		switch {
		case !e.Enabled || !e.Listed:
		case strings.HasPrefix(name, begun):
			first = append(first, o)
		case strings.Contains(name, begun):
			within = append(within, o)
		}
	}
	return append(first, within...), nil
}
