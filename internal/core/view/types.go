// Package view is what a viewer may see: every post and account that leaves
// the core for a reader comes through here. It loads in batches, and keeps
// what it loaded in memory as snapshots that are never changed, only replaced.
package view

import (
	"sync/atomic"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/social/trend"
)

// A Memo keeps what an edge made of a snapshot, for as long as it is valid.
type Memo struct{ v atomic.Value }

// Get returns what make made, now or before. Two callers at once may both
// make it, so what is made must be the same. It must always be of one type.
func (m *Memo) Get(make func() any) any {
	if v := m.v.Load(); v != nil {
		return v
	}
	v := make()
	m.v.Store(v)
	return v
}

// A Face is an account as it is at one moment.
type Face struct {
	social.Account
	Emojis []social.ForeignEmoji // that somebody elsewhere uses of themselves
	Moved  *Face                 // where it lives now, as it was when this was loaded; nil for most
	Badges []social.Badge        // what is known of who it is
	Memo   Memo                  // for the client API
}

// A Card is a post as it is at one moment, the same for every reader.
type Card struct {
	social.Post
	HTML        string // what the post says, safe to put on a page
	AppName     string // the app it was written with, if any
	AppSite     string
	Media       []social.Media        // attachments, in order
	Poll        *social.Poll          // nil if it asks nothing
	Link        *social.Link          // the preview of its link, nil if there is none
	Collections []social.CollectionID // of the house, that it links to
	Memo        Memo                  // for the client API
	Preview     Memo                  // the same of Link
	words       Memo                  // what filters are held against
	Emojis      []social.ForeignEmoji // that a post from elsewhere uses
	plain       Memo                  // what it says, without HTML
	Reactions   []social.Reaction     // under it, those that came first first
	HeldUnder   []social.HeldCount    // replies to it that are not shown
}

// Seen is a post before a reader who may see it.
type Seen struct {
	*Card
	Author      *Face
	Boosted     *Seen              // what a boost passes on, nil for a post
	Marks       social.Marks       // what the reader did with it
	Quoted      *Seen              // what it quotes, if the reader may see that and its author agreed; else nil
	Unseen      string             // why Quoted is not shown although it quotes: Mastodon's quote states
	Within      bool               // another post quotes it here, and does not show what it quotes in turn
	Quoting     bool               // the reader may quote it
	Credit      *Face              // who wrote what its link leads to, if the two say so of each other
	Votes       []int              // what the reader chose in its poll; nil if the reader has not voted
	Hits        []social.FilterHit // the reader's filters it meets, also in what it boosts
	Collections []Collection       // those it links to and the reader may see
	Reacted     []string           // the names of the Reactions that are the reader's
	Why         []trend.Reason     // why it is put before the reader, where many turn to it
}

// Veiled reports whether what s shows is behind a warning: its author says so,
// or the staff does of all that the author shows.
func (s *Seen) Veiled() bool {
	return s.Sensitive || s.Standing == social.PostLabelled || s.Author.Sensitive && len(s.Media) > 0
}

// Mirrored reports whether an account has pages in copies that stand elsewhere: it
// is one of ours that anybody may come across.
func (f *Face) Mirrored() bool { return f.Local() && f.Standing == social.Good && !f.Limited }

// Mirrored reports whether a post that everybody may see is passed on in such
// copies: both ends of a boost must be.
func (s *Seen) Mirrored() bool {
	if s.Boosted != nil && !s.Boosted.Mirrored() {
		return false
	}
	return s.Author.Mirrored() && !s.LocalOnly && (s.Visibility == social.Public || s.Visibility == social.Unlisted)
}

// A Slice is a page of a list, in the order asked for. Newest and Oldest are
// the ends of what was looked at, to page on from; both are zero at the end
// of the list.
type Slice[T any] struct {
	Items          []T
	Newest, Oldest int64
}
