package social

import (
	"slices"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
)

// DraftID names a draft that is kept, among those of its owner.
type DraftID int64

// A KeptDraft is what somebody has begun to write and not sent. It need not be
// something that could be sent.
type KeptDraft struct {
	ID    DraftID
	Owner AccountID
	At    time.Time // when it was kept last
	Pen   string    // the page that wrote it last
	Draft Draft
	When  When
}

// When is a time of day somewhere, as somebody chose it.
type When struct {
	Date string `json:",omitempty"` // 2026-12-31
	Time string `json:",omitempty"` // 18:30
	Zone string `json:",omitempty"` // Europe/Berlin
}

// Set reports whether a time was chosen, or a part of one.
func (w When) Set() bool { return w.Date != "" || w.Time != "" }

// Limits of what is being written.
const (
	MaxDrafts     = 100       // that are kept for one person
	MaxDraftBytes = 256 << 10 // of one, with all its posts
	MaxPen        = 40        // bytes
	MaxThread     = 20        // posts that are sent in one go
)

// Posts are d and what is said after it, each by itself: it is for the same
// people, in the same language and behind the same warning.
func (d Draft) Posts() []Draft {
	all := append([]Draft{d}, d.Then...)
	all[0].Then = nil
	for i := range all[1:] {
		p := &all[i+1]
		p.Then, p.Visibility, p.LocalOnly, p.Circle, p.Language, p.Warning, p.Sensitive, p.QuotePolicy, p.ReplyPolicy = nil, d.Visibility, d.LocalOnly, d.Circle, d.Language, d.Warning, d.Sensitive, d.QuotePolicy, d.ReplyPolicy
	}
	return all
}

// AllMedia are the attachments of d and of what is said after it.
func (d Draft) AllMedia() []MediaID {
	all := slices.Clone(d.Media)
	for _, p := range d.Then {
		all = append(all, p.Media...)
	}
	return all
}

// Blank reports whether there is nothing in d that somebody would miss.
func (d Draft) Blank() bool {
	return d.Warning == "" && !slices.ContainsFunc(d.Posts(), func(p Draft) bool { return p.empty() == nil })
}

// CheckThread reports why so many posts cannot be sent in one go, or nil.
func (d Draft) CheckThread() error {
	if 1+len(d.Then) > MaxThread {
		return errs.Newf(errs.Invalid, "Validation failed: At most %d posts can be sent in one go.", MaxThread)
	}
	return nil
}
