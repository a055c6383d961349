// Package links is the previews of pages that posts lead to: which page is
// asked, when, and what is kept of what it says. Asking is for edge/preview.
package links

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

// Job is the kind of the jobs that ask pages, each given by its link's id.
const Job = store.FetchLinkJob

// Service keeps them.
type Service struct {
	store *store.Store
	view  *view.View
	own   string // what our own addresses begin with: nobody asks themselves
}

// New returns a Service. BaseURL is ours.
func New(s *store.Store, v *view.View, baseURL string) *Service {
	return &Service{store: s, view: v, own: baseURL + "/"}
}

// Follower has the pages asked that new and changed posts lead to.
func (s *Service) Follower() work.Follower {
	return work.Follower{Name: "links", Urgent: []event.Fact{event.PostPublished{}, event.PostEdited{}}, Follow: func(ctx context.Context, tx *store.Tx, r event.Record) error {
		switch f := r.Fact.(type) {
		case event.PostPublished:
			if f.BoostOf == 0 {
				return s.look(ctx, tx, f.Post)
			}
		case event.PostEdited:
			return s.look(ctx, tx, f.Post)
		}
		return nil
	}}
}

// look finds the link of a post, and has its page asked if it is new or was
// not asked for long.
func (s *Service) look(ctx context.Context, tx *store.Tx, which social.PostID) error {
	p, err := tx.Post(ctx, which)
	if errs.KindOf(err) == errs.NotFound && err != nil {
		return nil // gone meanwhile
	}
	if err != nil {
		return err
	}
	var l social.Link
	if url := s.first(p); url != "" {
		if l, err = tx.ClaimLink(ctx, url); err != nil {
			return err
		}
		if tx.Now.Sub(l.FetchedAt) >= social.LinkFresh {
			if err := tx.AddJob(ctx, store.FetchLinkJob, l.ID, tx.Now, fmt.Sprint(l.ID)); err != nil {
				return err
			}
		}
	}
	if l.ID == p.Link {
		return nil
	}
	tx.Record(event.LinkChanged{Post: p.ID, Link: l.ID})
	return tx.SetPostLink(ctx, p.ID, l.ID)
}

// first is the first link of p that leads elsewhere, or empty. A post that
// shows something itself needs none; and of a message, the page it leads to is
// not told.
func (s *Service) first(p social.Post) string {
	if len(p.Media) > 0 || p.Visibility == social.Direct || p.HTML != "" {
		return ""
	}
	for _, piece := range text.Parse(p.Text) {
		if piece.Kind != text.Link {
			continue
		}
		if url, ok := social.LinkURL(piece.Text); ok && !strings.HasPrefix(url, s.own) {
			return url
		}
	}
	return ""
}

// Wanted is a link whose page is to be asked, or NotFound if that was done
// meanwhile.
func (s *Service) Wanted(ctx context.Context, which social.LinkID) (l social.Link, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if l, err = v.Link(ctx, which); err == nil && s.store.Now().Sub(l.FetchedAt) < social.LinkFresh {
			err = store.NoPost
		}
		return err
	})
	return l, err
}

// Found keeps what a page says of itself, in place of what it said before. A
// page without a title is not shown.
func (s *Service) Found(ctx context.Context, which social.LinkID, said social.Link) error {
	return s.keep(ctx, which, func(l social.Link, now time.Time) social.Link {
		said.ID, said.URL, said.Shown, said.FetchedAt = l.ID, l.URL, said.Title != "", now
		return said
	})
}

// Missed notes that a page could not be asked; what it said before stays.
func (s *Service) Missed(ctx context.Context, which social.LinkID) error {
	return s.keep(ctx, which, func(l social.Link, now time.Time) social.Link {
		l.FetchedAt = now.Add(social.LinkRetry - social.LinkFresh)
		return l
	})
}

func (s *Service) keep(ctx context.Context, which social.LinkID, change func(social.Link, time.Time) social.Link) error {
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		was, err := tx.Link(ctx, which)
		if err != nil {
			return err
		}
		is := change(was, tx.Now)
		if was.Image != is.Image {
			if err := tx.DropFile(ctx, was.Image); err != nil {
				return err
			}
		}
		tx.Record(event.LinkChanged{Link: is.ID})
		return tx.SetLink(ctx, is)
	})
	if err != nil {
		return fmt.Errorf("keep preview: %w", err)
	}
	return nil
}

// Posts is the public posts with a link, given by its address, as far as by
// may be shown them. That there are none does not tell whether somebody passed
// it on to a few.
func (s *Service) Posts(ctx context.Context, by social.Actor, address string, p social.Page) (out view.Slice[*view.Seen], err error) {
	url, ok := social.LinkURL(address)
	if !ok {
		return out, store.NoPost
	}
	var ids []social.PostID
	if err := s.store.Read(ctx, func(v *store.View) error {
		l, err := v.LinkTo(ctx, url)
		if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && !l.Shown {
			return nil
		}
		if err == nil {
			ids, err = v.LinkPosts(ctx, l.ID, p)
		}
		return err
	}); err != nil || len(ids) == 0 {
		return out, err
	}
	page := view.Ends(ids, p, func(id social.PostID) int64 { return int64(id) })
	out.Newest, out.Oldest = page.Newest, page.Oldest
	out.Items, err = s.view.Posts(ctx, by, page.Items, social.Offered)
	return out, err
}

const (
	tidyAtOnce = 100
	idleFor    = 4 * social.LinkFresh
)

// Tidy forgets links that stand in no post any more, with their pictures.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		idle, err := tx.IdleLinks(ctx, tx.Now.Add(-idleFor).UnixMilli(), tidyAtOnce)
		for _, l := range idle {
			if err := tx.RemoveLink(ctx, l); err != nil {
				return err
			}
		}
		return err
	})
}
