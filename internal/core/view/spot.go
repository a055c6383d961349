package view

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// A Spot is where a post is: enough to name it to others, and nothing of what
// it says. Whoever answers or likes a post names it, also to those who may not
// see it.
type Spot struct {
	Post      social.PostID
	URI, Page string // of a remote post
	Author    *Face
	LocalOnly bool
}

// Spots returns those of posts that are there.
func (v *View) Spots(ctx context.Context, ids []social.PostID) (map[social.PostID]Spot, error) {
	cards, err := v.cardsByID(ctx, ids)
	if err != nil {
		return nil, err
	}
	authors := make([]social.AccountID, 0, len(cards))
	for _, c := range cards {
		authors = append(authors, c.Author)
	}
	faces, err := v.facesByID(ctx, authors)
	if err != nil {
		return nil, err
	}
	out := make(map[social.PostID]Spot, len(cards))
	for id, c := range cards {
		if f := faces[c.Author]; f != nil {
			out[id] = Spot{Post: id, URI: c.URI, Page: c.Page, Author: f, LocalOnly: c.LocalOnly}
		}
	}
	return out, nil
}

// QuoteStamp is the consent by which a post quotes one of another server, or
// empty.
func (v *View) QuoteStamp(ctx context.Context, quoting social.PostID) (stamp string, err error) {
	err = v.store.Read(ctx, func(s *store.View) (err error) {
		stamp, err = s.QuoteStamp(ctx, quoting)
		return err
	})
	return stamp, err
}

// Now is the time as the store has it.
func (v *View) Now() time.Time { return v.store.Now() }

// Anew is a View of the same that has nothing in memory yet but what was decided
// about hosts: for who follows the journal, which may run ahead of what Watch
// was told.
func (v *View) Anew() *View {
	n := New(v.store, v.config)
	n.Names = v.Names
	n.hosts.rules, _ = v.hosts.get()
	return n
}

// Card is a post not asking who may see it, or NotFound: for what is decided
// about it, not to be shown.
func (v *View) Card(ctx context.Context, id social.PostID) (*Card, error) {
	cards, err := v.cardsByID(ctx, []social.PostID{id})
	if err == nil && cards[id] == nil {
		err = store.NoPost
	}
	return cards[id], err
}
