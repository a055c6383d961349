package media

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Pictures of profiles and emojis are no attachments. What one of them is found by on
// a list of known files is kept beside it.

// Saw keeps by what a picture of a profile or an emoji is found again, and who sent it.
func (s *Service) Saw(ctx context.Context, m social.Media) error {
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.AddPicture(ctx, m) }); err != nil {
		return fmt.Errorf("keep what a picture looks like: %w", err)
	}
	return nil
}

// picturesAgain seals those that are on a list by now.
func (s *Service) picturesAgain(ctx context.Context) error {
	if err := s.seeOld(ctx); err != nil {
		return err
	}
	for after := ""; ; {
		var some, found []social.Media
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if some, err = v.Pictures(ctx, after, againAtOnce); err != nil {
				return err
			}
			found, err = s.known(ctx, v, some)
			return err
		}); err != nil {
			return err
		}
		for _, m := range found {
			if err := s.sealPicture(ctx, m); err != nil {
				return fmt.Errorf("seal a known picture: %w", err)
			}
		}
		if len(some) < againAtOnce {
			return nil
		}
		after = some[len(some)-1].File
	}
}

// seeOld looks at the pictures that came before anybody kept what they look like: as
// they are now, which may be less than was sent.
func (s *Service) seeOld(ctx context.Context) error {
	for {
		var files []string
		if err := s.store.Read(ctx, func(v *store.View) (err error) { files, err = v.PicturesUnknown(ctx, againAtOnce); return err }); err != nil || len(files) == 0 {
			return err
		}
		for _, name := range files {
			m, err := s.blobs.Look(ctx, name)
			if k := errs.KindOf(err); err != nil && k != errs.NotFound && k != errs.Invalid {
				return fmt.Errorf("look at a picture: %w", err)
			}
			m.File = name // what cannot be looked at is not tried again
			if err := s.Saw(ctx, m); err != nil {
				return err
			}
		}
	}
}

// sealPicture takes a picture off the profile that it is on, or the emoji away that it
// is. It is kept as a sealed attachment of who sent it, under another name, unless
// nobody knows who that was.
func (s *Service) sealPicture(ctx context.Context, m social.Media) (err error) {
	again, err := s.blobs.Copy(ctx, m.File)
	if err != nil && errs.KindOf(err) != errs.NotFound {
		return err
	}
	sealed := false
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		sealed = false
		people, emojis, err := tx.ShowsPicture(ctx, m.File)
		if err != nil {
			return err
		}
		for _, who := range people {
			if sealed, err = s.takeOff(ctx, tx, who, m, again); err != nil {
				return err
			}
		}
		for _, which := range emojis {
			if sealed, err = s.takeAway(ctx, tx, which, m, again); err != nil {
				return err
			}
		}
		return nil
	})
	if again != "" && (err != nil || !sealed) {
		if lost := s.blobs.Remove(again); err == nil {
			err = lost
		}
	}
	return err
}

// takeOff takes a picture off a profile, if it is still there and still on a list.
func (s *Service) takeOff(ctx context.Context, tx *store.Tx, who social.AccountID, m social.Media, again string) (bool, error) {
	a, err := tx.HoldAccount(ctx, who)
	if err != nil || a.Avatar != m.File && a.Header != m.File {
		return false, errs.Absent(err)
	}
	if sealed, err := s.sealed(ctx, tx, who, m, again); err != nil || !sealed {
		return false, err
	}
	if a.Avatar == m.File {
		a.Avatar, a.AvatarAlt = "", ""
	}
	if a.Header == m.File {
		a.Header, a.HeaderAlt = "", ""
	}
	if err := tx.SetProfile(ctx, a); err != nil {
		return false, err
	}
	tx.Record(event.ProfileChanged{Account: who})
	return true, tx.DropFile(ctx, m.File)
}

// takeAway takes an emoji away, if it is still that picture and still on a list.
func (s *Service) takeAway(ctx context.Context, tx *store.Tx, which social.EmojiID, m social.Media, again string) (bool, error) {
	e, err := tx.HoldEmoji(ctx, which)
	if err != nil || e.File != m.File {
		return false, errs.Absent(err)
	}
	sealed, err := s.sealed(ctx, tx, m.Owner, m, again)
	if err != nil || !sealed {
		return false, err
	}
	tx.Record(event.EmojisChanged{})
	return m.Owner != 0, tx.RemoveEmoji(ctx, e)
}

// sealed keeps a picture out of everybody's reach, as an attachment of its owner's if
// it has one, and has those told who have to know.
func (s *Service) sealed(ctx context.Context, tx *store.Tx, owner social.AccountID, m social.Media, again string) (bool, error) {
	one := social.Media{ID: social.MediaID(id.New(tx.Now)), Owner: owner, Kind: social.Image, State: social.MediaFailed, Problem: unusable, File: again,
		Print: m.Print, Look: m.Look, Quality: m.Quality, At: tx.Now}
	known, err := s.Seal(ctx, tx, one)
	if err != nil || !known || owner == 0 {
		return known, err
	}
	return true, tx.AddMedia(ctx, one, "")
}
