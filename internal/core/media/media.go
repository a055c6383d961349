// Package media is what can be done with attachments before and after they are
// on a post: send, describe, take back. How files are made safe is the
// business of the blob store.
package media

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Blobs makes files safe and keeps them.
type Blobs interface {
	// Receive keeps what is sent until it is made into an attachment, and tells
	// what it is by its bytes; slow ones are made in the background. The error
	// is Invalid for what we do not take.
	Receive(ctx context.Context, r io.Reader) (spool string, kind social.MediaKind, slow bool, err error)
	// Drop forgets what was received and will not be made.
	Drop(spool string) error
	// Make makes an attachment's files of what was received. It is Invalid
	// for what cannot be read, and NotFound if there is nothing.
	Make(ctx context.Context, spool string) (social.Media, error)
	// MakePreview makes a still of a picture that is sent for it.
	MakePreview(ctx context.Context, r io.Reader) (social.Media, error)
	// MakeCaptions keeps captions that are sent for a film or a sound. It is Invalid
	// for what cannot be read.
	MakeCaptions(r io.Reader) (name string, err error)
	// Copy keeps a file under another name as well.
	Copy(ctx context.Context, name string) (again string, err error)
	// Look is what a picture looks like that is kept. It is NotFound for one that is
	// not there, and Invalid for what is none.
	Look(ctx context.Context, name string) (social.Media, error)
	// Remove takes a file away. One that is not there is no error.
	Remove(name string) error
}

// Service does it.
type Service struct {
	// Seal reports whether an attachment that was just made is one that nobody may
	// see, and sees to it that somebody knows. It is set before anything is made;
	// nil seals nothing. Of an emoji that nobody knows who sent it there is no owner.
	Seal func(ctx context.Context, tx *store.Tx, m social.Media) (bool, error)

	// Abuse reports whether Seal would seal an attachment. LookAgain is the name of
	// the setting that asks to look at those that are there already, from one on.
	Abuse     func(ctx context.Context, v *store.View, m social.Media) (bool, error)
	LookAgain string

	store *store.Store
	blobs Blobs
}

// New returns a Service with files in b.
func New(s *store.Store, b Blobs) *Service { return &Service{store: s, blobs: b} }

// Received is a file that has come in and is nobody's attachment yet.
type Received struct {
	spool string
	kind  social.MediaKind
	slow  bool
}

// Receive takes the bytes of a file of by's. Whoever calls it calls Add or
// Drop then.
func (s *Service) Receive(ctx context.Context, by social.Actor, file io.Reader) (r Received, err error) {
	if err := by.MustAct(); err != nil {
		return r, err
	}
	r.spool, r.kind, r.slow, err = s.blobs.Receive(ctx, file)
	return r, err
}

// Drop forgets a file that came in.
func (s *Service) Drop(r Received) error {
	if r.spool == "" {
		return nil
	}
	return s.blobs.Drop(r.spool)
}

// An Upload is what is said of a file.
type Upload struct {
	Preview io.Reader // a still for a video or a sound; nil for none
	Wait    bool      // until it is made, however long that takes
	Alt     string
	FocusX  float64
	FocusY  float64
}

// LooseLife is how long an attachment waits for a post.
// https://docs.joinmastodon.org/methods/statuses/#delete
const LooseLife = 24 * time.Hour

// Add makes an attachment of by's of a file that came in. A picture is ready
// when this returns; a video or a sound may still be in the making, unless it
// is waited for. If it fails, the file is dropped.
func (s *Service) Add(ctx context.Context, by social.Actor, r Received, u Upload) (m social.Media, err error) {
	made := false
	r.slow = r.slow && !u.Wait
	defer func() {
		if !made {
			err = errors.Join(err, s.Drop(r))
		}
	}()
	m = social.Media{Owner: by.Account, Kind: r.kind, State: social.MediaProcessing, Alt: text.Clean(u.Alt), FocusX: u.FocusX, FocusY: u.FocusY}
	if err := m.Check(); err != nil {
		return m, err
	}
	if u.Preview != nil {
		still, err := s.blobs.MakePreview(ctx, u.Preview)
		if err != nil {
			return m, err
		}
		m = withStill(m, still)
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error {
		m.ID, m.At = social.MediaID(id.New(tx.Now)), tx.Now
		if r.slow {
			if err := tx.AddJob(ctx, makeJob, m.ID, tx.Now, ""); err != nil {
				return err
			}
		}
		return tx.AddMedia(ctx, m, r.spool)
	}); err != nil {
		return m, s.drop(ctx, m, fmt.Errorf("keep attachment: %w", err))
	}
	if made = true; r.slow {
		return m, nil
	}
	return s.makeNow(ctx, m, r.spool)
}

// withStill is m with a still of its owner's choice.
func withStill(m, still social.Media) social.Media {
	m.Preview, m.Small, m.Blurhash = still.Preview, still.Small, still.Blurhash
	m.Size += still.Size
	return m
}

// makeNow is for what its owner waits for: what cannot be read is told at once
// and leaves nothing.
func (s *Service) makeNow(ctx context.Context, m social.Media, spool string) (social.Media, error) {
	made, err := s.blobs.Make(ctx, spool)
	if err != nil {
		err = errors.Join(err, s.blobs.Drop(spool))
		gone := s.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return tx.RemoveMedia(context.WithoutCancel(ctx), m) })
		return m, errors.Join(err, gone)
	}
	return s.finish(ctx, m.ID, m.Owner, made)
}

// finish stores what was made, if it is still wanted.
func (s *Service) finish(ctx context.Context, which social.MediaID, owner social.AccountID, made social.Media) (m social.Media, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.HoldMedia(ctx, owner, which); err != nil {
			if errs.KindOf(err) == errs.NotFound { // taken back meanwhile
				return dropAll(ctx, tx, made)
			}
			return err
		}
		still := m
		m.Kind, m.State, m.File, m.Type, m.Size, m.Shape = made.Kind, social.MediaReady, made.File, made.Type, made.Size, made.Shape
		m.Print, m.Look, m.Quality = made.Print, made.Look, made.Quality
		if still.Preview == "" {
			m.Preview, m.Small, m.Blurhash = made.Preview, made.Small, made.Blurhash
		} else {
			m.Size += still.Size
			if err := tx.DropFile(ctx, made.Preview); err != nil {
				return err
			}
		}
		if s.Seal != nil {
			if sealed, err := s.Seal(ctx, tx, m); err != nil || sealed {
				return cmp.Or(err, seal(ctx, tx, &m))
			}
		}
		return tx.SetMedia(ctx, m)
	})
	switch {
	case err == nil && m.State == social.MediaFailed:
		err = errs.New(errs.Invalid, m.Problem)
	case err == nil && m.State != social.MediaReady:
		err = store.NoPost
	}
	return m, err
}

// unusable is what whoever sent a file that is sealed is told.
const unusable = "This file cannot be used here."

// seal puts an attachment out of everybody's reach. Its file is kept under a name
// that nobody was told; there is no preview of it, and it cannot be attached,
// described or taken back.
func seal(ctx context.Context, tx *store.Tx, m *social.Media) error {
	for _, name := range []string{m.Preview, m.Captions} {
		if err := tx.DropFile(ctx, name); err != nil {
			return err
		}
	}
	m.State, m.Problem, m.Preview, m.Blurhash, m.Small, m.Captions, m.Spoken = social.MediaFailed, unusable, "", "", social.Shape{}, "", ""
	if err := tx.SetMedia(ctx, *m); err != nil {
		return err
	}
	return tx.ReserveMedia(ctx, m.Owner, []social.MediaID{m.ID}, int64(m.ID))
}

func dropAll(ctx context.Context, tx *store.Tx, m social.Media) error {
	for _, name := range m.Files() {
		if err := tx.DropFile(ctx, name); err != nil {
			return err
		}
	}
	return nil
}

// Get is an attachment of by's, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.MediaID) (m social.Media, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		m, err = v.MediaOf(ctx, by.Account, which)
		return err
	})
	return m, err
}

// A Change is what is to be different; nil is left alone.
type Change struct {
	Alt            *string
	FocusX, FocusY *float64
	Preview        io.Reader
}

// Update describes an attachment of by's anew, while no post has it: after
// that its post is to be edited.
func (s *Service) Update(ctx context.Context, by social.Actor, which social.MediaID, c Change) (m social.Media, err error) {
	if err := by.MustAct(); err != nil {
		return m, err
	}
	if m, err = s.Get(ctx, by, which); err != nil {
		return m, err
	}
	if m.State == social.MediaFailed {
		return social.Media{}, errs.New(errs.Invalid, m.Problem)
	}
	var still social.Media
	if c.Preview != nil {
		if still, err = s.blobs.MakePreview(ctx, c.Preview); err != nil {
			return m, err
		}
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.HoldMedia(ctx, by.Account, which); err != nil {
			return err
		}
		if m.Post != 0 {
			return store.NoPost
		}
		if m = c.apply(m); still.Preview != "" {
			if err := tx.DropFile(ctx, m.Preview); err != nil {
				return err
			}
			m = withStill(m, still)
		}
		if err := m.Check(); err != nil {
			return err
		}
		return tx.SetMedia(ctx, m)
	})
	if err != nil && still.Preview != "" {
		return m, s.drop(ctx, still, err)
	}
	return m, err
}

func (c Change) apply(m social.Media) social.Media {
	if c.Alt != nil {
		m.Alt = text.Clean(*c.Alt)
	}
	if c.FocusX != nil && c.FocusY != nil {
		m.FocusX, m.FocusY = *c.FocusX, *c.FocusY
	}
	return m
}

// drop removes files that were made for nothing, and returns why that was.
func (s *Service) drop(ctx context.Context, m social.Media, why error) error {
	if err := s.store.Write(context.WithoutCancel(ctx), func(tx *store.Tx) error { return dropAll(ctx, tx, m) }); err != nil {
		return fmt.Errorf("drop files: %w", err)
	}
	return why
}

// Delete takes an attachment of by's back that no post has.
func (s *Service) Delete(ctx context.Context, by social.Actor, which social.MediaID) error {
	if err := by.MustAct(); err != nil {
		return err
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.HoldMedia(ctx, by.Account, which)
		if err != nil {
			return err
		}
		reserved, err := tx.MediaReserved(ctx, which)
		if err != nil {
			return err
		}
		if m.Post != 0 || reserved {
			return errs.New(errs.Invalid, "Media attachment is currently used by a status")
		}
		return tx.RemoveMedia(ctx, m)
	})
}
