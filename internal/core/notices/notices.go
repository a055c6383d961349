// Package notices tells people what others did: mentioned them, followed
// them, liked or passed on what they said.
package notices

import (
	"context"
	"fmt"
	"slices"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service gives them.
type Service struct {
	store *store.Store
	view  *view.View
}

// New returns a Service.
func New(s *store.Store, v *view.View) *Service { return &Service{store: s, view: v} }

// Told is a notice before its owner.
type Told struct {
	social.Notice
	From *view.Face
	Post *view.Seen // nil if the notice is not about one
	// Report and Decision are what an official notice is about.
	Report     *Reported
	Decision   *social.Decision
	Case       *social.Case     // that an answer is about
	Collection *view.Collection // nil if the notice is not about one
	Reaction   *social.Reaction // nil if the notice is not about one
}

// MaxPage is how many notices a page has, at most.
const MaxPage = 80

// List is a page of by's notices. What by may no longer see is left out.
func (s *Service) List(ctx context.Context, by social.Actor, f social.NoticeFilter, p social.Page) (out view.Slice[Told], err error) {
	var ns []social.Notice
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		ns, err = v.Notices(ctx, by.Account, f, p)
		return err
	}); err != nil {
		return out, err
	}
	if len(ns) == 0 {
		return out, nil
	}
	if p.Oldest {
		slices.Reverse(ns)
	}
	out.Newest, out.Oldest = int64(ns[0].ID), int64(ns[len(ns)-1].ID)
	out.Items, err = s.show(ctx, by, ns)
	return out, err
}

// show puts notices before by.
func (s *Service) show(ctx context.Context, by social.Actor, ns []social.Notice) ([]Told, error) {
	var posts []social.PostID
	var from []social.AccountID
	for _, n := range ns {
		if !slices.Contains(from, n.From) {
			from = append(from, n.From)
		}
		if n.Post != 0 && !slices.Contains(posts, n.Post) {
			posts = append(posts, n.Post)
		}
	}
	seen, err := s.view.Posts(ctx, by, posts, social.Asked)
	if err != nil {
		return nil, err
	}
	faces, err := s.view.Faces(ctx, from)
	if err != nil {
		return nil, err
	}
	reader, err := s.view.Reader(ctx, by.Account)
	if err != nil {
		return nil, err
	}
	var out []Told
	for _, n := range ns {
		if told, ok := put(n, faces, seen); ok && (n.Kind.Official() || !reader.RelationTo(told.From, s.store.Now()).Apart()) {
			out = append(out, told)
		}
	}
	if out, err = s.official(ctx, by, out); err != nil {
		return nil, err
	}
	if out, err = s.collections(ctx, by, out); err != nil {
		return nil, err
	}
	return s.reactions(ctx, out)
}

// put joins a notice with what it is about, if that is still there.
func put(n social.Notice, faces []*view.Face, seen []*view.Seen) (t Told, ok bool) {
	t.Notice = n
	if i := slices.IndexFunc(faces, func(f *view.Face) bool { return f.ID == n.From }); i >= 0 {
		t.From = faces[i]
	}
	if i := slices.IndexFunc(seen, func(p *view.Seen) bool { return p.ID == n.Post }); i >= 0 {
		t.Post = seen[i]
	}
	return t, t.From != nil && t.From.Standing != social.Suspended && (t.Post != nil || n.Post == 0)
}

// Get is one of by's notices, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.NoticeID) (Told, error) {
	var n social.Notice
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		n, err = v.Notice(ctx, by.Account, which)
		return err
	}); err != nil {
		return Told{}, err
	}
	ts, err := s.show(ctx, by, []social.Notice{n})
	if err == nil && len(ts) == 0 {
		err = store.NoPost
	}
	if err != nil {
		return Told{}, err
	}
	return ts[0], nil
}

// Dismiss removes one of by's notices, or NotFound.
func (s *Service) Dismiss(ctx context.Context, by social.Actor, which social.NoticeID) error {
	return s.remove(ctx, by, func(tx *store.Tx) error {
		n, err := tx.DeleteNotices(ctx, by.Account, []social.NoticeID{which})
		if err == nil && n == 0 {
			err = store.NoPost
		}
		return err
	})
}

// DismissMany removes those of which that are by's notices.
func (s *Service) DismissMany(ctx context.Context, by social.Actor, which []social.NoticeID) error {
	return s.remove(ctx, by, func(tx *store.Tx) error {
		_, err := tx.DeleteNotices(ctx, by.Account, which)
		return err
	})
}

// Clear removes all of by's notices.
func (s *Service) Clear(ctx context.Context, by social.Actor) error {
	return s.remove(ctx, by, func(tx *store.Tx) error { return tx.ClearNotices(ctx, by.Account) })
}

func (s *Service) remove(ctx context.Context, by social.Actor, do func(*store.Tx) error) error {
	if !by.SignedIn() {
		return by.MustAct()
	}
	if err := s.store.Write(ctx, do); err != nil {
		return fmt.Errorf("remove notices: %w", err)
	}
	return nil
}

// How far Unread counts, if it is not told, and at most.
const (
	UsualUnread = 100
	MaxUnread   = 1000
)

// Unread is how many of the notices that f wants by has not read, up to most.
func (s *Service) Unread(ctx context.Context, by social.Actor, f social.NoticeFilter, most int) (n int, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		ms, err := v.Markers(ctx, by.Account)
		if err != nil {
			return err
		}
		p := social.Page{Limit: min(most, MaxUnread)}
		for _, m := range ms {
			if m.Timeline == MarkNotices {
				p.After = m.LastID
			}
		}
		ns, err := v.Notices(ctx, by.Account, f, p)
		n = len(ns)
		return err
	})
	return n, err
}

// The timelines that have a marker. https://docs.joinmastodon.org/methods/markers/
const (
	MarkHome    = "home"
	MarkNotices = "notifications"
)

// Markers is how far by has read.
func (s *Service) Markers(ctx context.Context, by social.Actor) (ms []social.Marker, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { ms, err = v.Markers(ctx, by.Account); return err })
	return ms, err
}

// SetMarker notes how far by has read a timeline.
func (s *Service) SetMarker(ctx context.Context, by social.Actor, timeline string, last int64) (m social.Marker, err error) {
	if !by.SignedIn() {
		return m, by.MustAct()
	}
	if timeline != MarkHome && timeline != MarkNotices || last <= 0 {
		return m, errs.New(errs.Invalid, "A marker is for home or notifications, and names the last post or notice read.")
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		m, err = tx.SetMarker(ctx, by.Account, timeline, last)
		return err
	})
	return m, err
}
