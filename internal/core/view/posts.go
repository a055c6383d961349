package view

import (
	"context"
	"time"

	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Posts returns those of ids that by may be shown through door, in the order
// of ids.
func (v *View) Posts(ctx context.Context, by social.Actor, ids []social.PostID, door social.Door) ([]*Seen, error) {
	l, err := v.layOut(ctx, by, ids)
	if err != nil {
		return nil, err
	}
	seen := make([]Seen, 0, 2*len(ids)) // in one piece; boosts take two
	out := make([]*Seen, 0, len(ids))
	for _, id := range ids {
		if s := l.see(id, door, &seen); s != nil {
			out = append(out, s)
		}
	}
	if out, err = v.undeleted(ctx, by, out, door); err != nil {
		return nil, err
	}
	if err := v.passOn(ctx, by, out); err != nil {
		return nil, err
	}
	return out, l.mark(ctx, v, out)
}

// Post returns one post that by may see, or NotFound: for a post that is not
// there and for one that is not for by.
func (v *View) Post(ctx context.Context, by social.Actor, id social.PostID) (*Seen, error) {
	ps, err := v.Posts(ctx, by, []social.PostID{id}, social.Asked)
	if err == nil && len(ps) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return nil, err
	}
	return ps[0], nil
}

// layout is everything that decides what a reader sees of some posts.
type layout struct {
	reader *Reader
	cards  map[social.PostID]*Card
	faces  map[social.AccountID]*Face
	lists  map[social.ListID]bool // that the reader is on or has, of those that cards are for
	now    time.Time
	staff  bool // the reader looks after the house
}

func (v *View) layOut(ctx context.Context, by social.Actor, ids []social.PostID) (l layout, err error) {
	l.now, l.staff = v.store.Now(), by.MustBe(social.Moderator) == nil
	if l.reader, err = v.Reader(ctx, by.Account); err != nil {
		return l, err
	}
	if l.cards, err = v.cardsByID(ctx, ids); err != nil {
		return l, err
	}
	var boosted []social.PostID
	for _, c := range l.cards {
		if c.IsBoost() {
			boosted = append(boosted, c.BoostOf)
		}
	}
	if len(boosted) > 0 {
		more, err := v.cardsByID(ctx, boosted)
		if err != nil {
			return l, err
		}
		for id, c := range more {
			l.cards[id] = c
		}
	}
	if err := l.quotedCards(ctx, v); err != nil {
		return l, err
	}
	authors := make([]social.AccountID, 0, len(l.cards))
	for _, c := range l.cards {
		if authors = append(authors, c.Author); c.Link != nil && c.Link.CreatorID != 0 {
			authors = append(authors, c.Link.CreatorID)
		}
	}
	if l.lists, err = v.listed(ctx, by.Account, l.cards); err != nil {
		return l, err
	}
	if by.Account != 0 && anyStays(l.cards) {
		authors = append(authors, by.Account)
	}
	l.faces, err = v.facesByID(ctx, authors)
	return l, err
}

// see puts a post before the reader, or nothing.
func (l *layout) see(id social.PostID, door social.Door, seen *[]Seen) *Seen {
	return l.seeAt(id, door, seen, 0)
}

// seeAt is see for a post that is shown within depth others that quote it.
func (l *layout) seeAt(id social.PostID, door social.Door, seen *[]Seen, depth int) *Seen {
	c := l.cards[id]
	if c == nil {
		return nil
	}
	author := l.faces[c.Author]
	if author == nil {
		return nil
	}
	if door == social.Reported && depth > 0 {
		door = social.Asked // what it quotes was not reported
	}
	sight := l.sight(c, author)
	if !c.MayShow(sight, door) {
		return nil
	}
	s := Seen{Card: c, Author: author, Within: depth > 0, Quoting: c.QuotableBy(l.reader.ID, sight.Author)}
	if c.IsBoost() {
		if s.Boosted = l.seeAt(c.BoostOf, door, seen, depth); s.Boosted == nil {
			return nil
		}
	}
	if c.Link != nil && c.Link.CreatorID != 0 {
		s.Credit = credited(c.Link, l.faces)
	}
	l.quote(&s, door, seen, depth)
	*seen = append(*seen, s)
	return &(*seen)[len(*seen)-1]
}

// sight is what decides whether the reader is shown a post, of what was loaded: what
// store.View.Sight asks the tables for.
func (l *layout) sight(c *Card, author *Face) social.Sight {
	return social.Sight{Reader: l.reader.ID, Author: l.reader.RelationTo(author, l.now), Gone: author.Standing != social.Good, Limited: author.Limited,
		Here: l.here(), Circle: c.ForCircle(l.reader.ID, l.lists[c.Circle]), Keeps: l.reader.Keeps(c.HeldBy), Staff: l.staff}
}

// mark fills in what the reader did with the posts and with what they quote
// (of boosts, with what they pass on; and whether a boost is the reader's own
// follows from that).
func (l *layout) mark(ctx context.Context, v *View, out []*Seen) error {
	if l.reader.ID == 0 || len(out) == 0 {
		return nil
	}
	all := make([]*Seen, 0, len(out))
	for _, s := range out {
		all = append(all, s.Original())
		if q := s.Original().Quoted; q != nil {
			all = append(all, q)
		}
	}
	ids := make([]social.PostID, len(all))
	for i, s := range all {
		ids[i] = s.ID
	}
	ms, err := v.marksOf(ctx, l.reader.ID, ids)
	if err != nil {
		return err
	}
	for i, s := range all {
		s.Marks = ms[i]
	}
	l.sift(all)
	for _, s := range out {
		s.Marks, s.Hits = s.Original().Marks, s.Original().Hits
	}
	if err := l.votes(ctx, v, all); err != nil {
		return err
	}
	return l.reacted(ctx, v, all)
}

// Original is the post itself: of a boost, what it passes on.
func (s *Seen) Original() *Seen {
	if s.Boosted != nil {
		return s.Boosted
	}
	return s
}
