// Package announcements is what the house tells everybody who is here: admins
// write it, people read it once, and may say what they make of it with an
// emoji. While there is none nobody's page costs a query more.
package announcements

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service does it.
type Service struct {
	store *store.Store

	mu    sync.Mutex
	drops uint64
	known bool
	all   []social.Announcement
}

// New returns a Service. Its Watch must be told of every fact.
func New(s *store.Store) *Service { return &Service{store: s} }

// Watch forgets what is announced when that has changed. It is a store.Watcher.
func (s *Service) Watch(_ context.Context, rs []event.Record) {
	for _, r := range rs {
		switch r.Fact.(type) {
		case event.Announced, event.AnnouncementEnded:
			s.forget()
		}
	}
}

func (s *Service) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drops++
	s.known = false
}

// current is what is announced now, newest first. It is shared: nobody changes
// it in place.
func (s *Service) current(ctx context.Context) ([]social.Announcement, error) {
	s.mu.Lock()
	all, known, drops := s.all, s.known, s.drops
	s.mu.Unlock()
	if !known {
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			all, err = v.Announcements(ctx)
			return err
		}); err != nil {
			return nil, fmt.Errorf("read announcements: %w", err)
		}
		s.mu.Lock()
		if s.drops == drops {
			s.all, s.known = all, true
		}
		s.mu.Unlock()
	}
	now, out := s.store.Now(), make([]social.Announcement, 0, len(all))
	for _, a := range all {
		if !a.Over(now) {
			out = append(out, a)
		}
	}
	return out, nil
}

// A Shown is an announcement before its reader.
type Shown struct {
	social.Announcement
	Read      bool
	Reactions []social.Reaction
}

// Shown is what by is told, newest first: what was not read yet, or all.
func (s *Service) Shown(ctx context.Context, by social.Actor, readToo bool) ([]Shown, error) {
	all, err := s.current(ctx)
	if err != nil || len(all) == 0 {
		return nil, err
	}
	var read []social.AnnouncementID
	var reactions []store.AnnouncementReaction
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		if read, err = v.AnnouncementsRead(ctx, by.Account); err != nil {
			return err
		}
		ids := make([]social.AnnouncementID, len(all))
		for i, a := range all {
			ids[i] = a.ID
		}
		reactions, err = v.Reactions(ctx, by.Account, ids)
		return err
	}); err != nil {
		return nil, err
	}
	var out []Shown
	for _, a := range all {
		one := Shown{Announcement: a, Read: slices.Contains(read, a.ID)}
		for _, r := range reactions {
			if r.Announcement == a.ID {
				one.Reactions = append(one.Reactions, r.Reaction)
			}
		}
		if readToo || !one.Read {
			out = append(out, one)
		}
	}
	return out, nil
}

// Get is one before nobody in particular, or NotFound.
func (s *Service) Get(ctx context.Context, which social.AnnouncementID) (Shown, error) {
	all, err := s.Shown(ctx, social.Anyone, true)
	for _, a := range all {
		if a.ID == which {
			return a, err
		}
	}
	if err == nil {
		err = store.NoPost
	}
	return Shown{}, err
}

// about runs do about an announcement that is shown.
func (s *Service) about(ctx context.Context, what string, by social.Actor, which social.AnnouncementID, do func(tx *store.Tx) error) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		a, err := tx.HoldAnnouncement(ctx, which)
		if err != nil {
			return err
		}
		if a.Over(tx.Now) {
			return store.NoPost
		}
		return do(tx)
	})
	if err != nil {
		return fmt.Errorf("%s: %w", what, err)
	}
	return nil
}

// Dismiss remembers that by has read one.
func (s *Service) Dismiss(ctx context.Context, by social.Actor, which social.AnnouncementID) error {
	return s.about(ctx, "dismiss announcement", by, which, func(tx *store.Tx) error { return tx.ReadAnnouncement(ctx, by.Account, which) })
}

// React puts an emoji under an announcement: a sign, or one of the house's by
// its name. That it is there already is fine.
func (s *Service) React(ctx context.Context, by social.Actor, which social.AnnouncementID, name string) error {
	return s.about(ctx, "react", by, which, func(tx *store.Tx) error {
		if err := known(ctx, tx, name); err != nil {
			return err
		}
		there, err := tx.Reactions(ctx, by.Account, []social.AnnouncementID{which})
		if err != nil {
			return err
		}
		same := func(r store.AnnouncementReaction) bool { return r.Name == name }
		if len(there) >= social.MaxReactions && !slices.ContainsFunc(there, same) {
			return errs.New(errs.Invalid, "Validation failed: Limit of different reactions reached")
		}
		fresh, err := tx.AddReaction(ctx, by.Account, which, name)
		if fresh {
			tx.Record(event.AnnouncementReacted{Announcement: which, Name: name})
		}
		return err
	})
}

// known reports why name is no emoji here, or nil.
func known(ctx context.Context, tx *store.Tx, name string) error {
	if social.IsEmoji(name) {
		return nil
	}
	e, err := tx.HoldEmojiNamed(ctx, name)
	if errs.KindOf(err) == errs.NotFound && err != nil || err == nil && !e.Enabled {
		return errs.New(errs.Invalid, "Validation failed: Name is not a recognized emoji")
	}
	return err
}

// Unreact takes an emoji back. That it is not there is fine.
func (s *Service) Unreact(ctx context.Context, by social.Actor, which social.AnnouncementID, name string) error {
	return s.about(ctx, "take reaction back", by, which, func(tx *store.Tx) error {
		there, err := tx.EndReaction(ctx, by.Account, which, name)
		if there {
			tx.Record(event.AnnouncementReacted{Announcement: which, Name: name})
		}
		return err
	})
}

// Tell announces something to everybody. It is for admins.
func (s *Service) Tell(ctx context.Context, by social.Actor, a social.Announcement) (social.Announcement, error) {
	if err := by.MustBe(social.Admin); err != nil {
		return a, err
	}
	a.Text = text.Clean(a.Text)
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if err := a.Check(tx.Now); err != nil {
			return err
		}
		all, err := tx.Announcements(ctx)
		if err != nil {
			return err
		}
		if len(all) >= social.MaxAnnouncements {
			return errs.Newf(errs.Invalid, "There are at most %d announcements at a time. Delete one first.", social.MaxAnnouncements)
		}
		a.ID, a.CreatedAt, a.ChangedAt = social.AnnouncementID(id.New(tx.Now)), tx.Now, tx.Now
		tx.Record(event.Announced{Announcement: a.ID})
		return tx.AddAnnouncement(ctx, a)
	})
	if err != nil {
		return a, fmt.Errorf("announce: %w", err)
	}
	s.forget() // the watcher may come late
	return a, nil
}

// Delete takes an announcement back. It is for admins.
func (s *Service) Delete(ctx context.Context, by social.Actor, which social.AnnouncementID) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldAnnouncement(ctx, which); err != nil {
			return err
		}
		tx.Record(event.AnnouncementEnded{Announcement: which})
		return tx.EndAnnouncement(ctx, which)
	})
	if err != nil {
		return fmt.Errorf("delete announcement: %w", err)
	}
	s.forget()
	return nil
}

// Tidy removes what is over, and has everybody be told.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		over, err := tx.EndedAnnouncements(ctx, tx.Now)
		for _, which := range over {
			tx.Record(event.AnnouncementEnded{Announcement: which})
			if err := tx.EndAnnouncement(ctx, which); err != nil {
				return err
			}
		}
		return err
	})
}
