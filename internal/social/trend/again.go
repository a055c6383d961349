package trend

import (
	"bytes"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/social"
)

// Again counts data again, for a language or for all. With follows, the
// addresses of those whom somebody follows, tags and links also say how many of
// them use each; who boosted a post, and who follows whom, is not in the data.
func Again(data []byte, lang string, follows []string) (Answer, error) {
	var count *Count
	begin := func(h Header) error {
		count = New(time.UnixMilli(h.At))
		return nil
	}
	if err := Read(bytes.NewReader(data), begin, func(e Entry) error { return count.Add(e) }); err != nil {
		return Answer{}, err
	}
	out := count.Lists().Answer(lang)
	if len(follows) == 0 {
		return out, nil
	}
	return out, heed(&out, bytes.NewReader(data), follows)
}

// heed adds how many of those followed use each tag and link of a.
func heed(a *Answer, data io.Reader, follows []string) error {
	tags, links := map[string]*heeded{}, map[social.LinkID]*heeded{}
	for _, t := range a.Tags {
		tags[t.Name] = &heeded{}
	}
	for _, l := range a.Links {
		links[l.ID] = &heeded{}
	}
	of := map[string]bool{}
	if err := Read(data, func(h Header) error {
		for _, acct := range follows {
			of[strings.TrimSuffix(acct, "@"+h.House)] = true
		}
		return nil
	}, func(e Entry) error {
		if !of[e.Acct] {
			return nil
		}
		for _, tag := range e.Tags {
			tags[tag].add(e.Author)
		}
		links[e.Link].add(e.Author)
		return nil
	}); err != nil {
		return err
	}
	for i, t := range a.Tags {
		a.Tags[i].Why = tags[t.Name].before(t.Why)
	}
	for i, l := range a.Links {
		a.Links[i].Why = links[l.ID].before(l.Why)
	}
	return nil
}

// heeded counts people who come one after the other.
type heeded struct {
	people int
	last   social.AccountID
}

func (h *heeded) add(by social.AccountID) {
	if h != nil && h.last != by {
		h.people, h.last = h.people+1, by
	}
}

func (h *heeded) before(why []Reason) []Reason { return Because(UsedBy, h.people, why) }

// Because is why with a reader's own reason first, if there is one.
func Because(kind Kind, people int, why []Reason) []Reason {
	if people == 0 {
		return why
	}
	return slices.Insert(slices.Clone(why), 0, Reason{Kind: kind, People: people})
}
