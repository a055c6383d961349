package media

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Limits of looking again: so many attachments in one go, and in one round.
const (
	againAtOnce = 500
	againRound  = 20_000
)

// Again seals attachments that came before a list that they are on, also such as
// stand on posts, and after them pictures of profiles and emojis. It goes on where it
// ended, and has an end when all were looked at. It is a chore.
func (s *Service) Again(ctx context.Context) error {
	if s.Abuse == nil {
		return nil
	}
	for range againRound / againAtOnce {
		after := social.MediaID(-1)
		var found []social.Media
		var some []social.Media
		if err := s.store.Read(ctx, func(v *store.View) (err error) {
			if err := v.Setting(ctx, s.LookAgain, &after); err != nil || after < 0 {
				return err
			}
			if some, err = v.ReadyMedia(ctx, after, againAtOnce); err != nil {
				return err
			}
			found, err = s.known(ctx, v, some)
			return err
		}); err != nil || after < 0 {
			return err
		}
		for _, m := range found {
			if err := s.sealLate(ctx, m); err != nil {
				return fmt.Errorf("seal a known file: %w", err)
			}
		}
		if len(some) < againAtOnce {
			if err := s.picturesAgain(ctx); err != nil {
				return err
			}
		}
		if err := s.wentOn(ctx, after, some); err != nil || len(some) < againAtOnce {
			return err
		}
	}
	return nil
}

// wentOn keeps how far it is, unless a list came meanwhile and it begins anew.
func (s *Service) wentOn(ctx context.Context, after social.MediaID, some []social.Media) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		now := social.MediaID(-1)
		if err := tx.Setting(ctx, s.LookAgain, &now); err != nil || now != after {
			return err
		}
		if len(some) < againAtOnce {
			return tx.DropSetting(ctx, s.LookAgain)
		}
		return tx.SetSetting(ctx, s.LookAgain, some[len(some)-1].ID)
	})
}

// sealLate seals an attachment that may be on a post. The names of its files were
// told: what is kept gets another.
func (s *Service) sealLate(ctx context.Context, m social.Media) (err error) {
	again := ""
	if m.File != "" {
		if again, err = s.blobs.Copy(ctx, m.File); err != nil && errs.KindOf(err) != errs.NotFound {
			return err
		}
	}
	sealed := false
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		sealed = false
		now, err := tx.HoldMedia(ctx, m.Owner, m.ID)
		if err != nil || now.File != m.File || now.State != social.MediaReady {
			return errs.Absent(err)
		}
		if sealed, err = s.Seal(ctx, tx, now); err != nil || !sealed {
			return err
		}
		if err := tx.DropFile(ctx, now.File); err != nil {
			return err
		}
		if now.Post != 0 {
			tx.Record(event.MediaChanged{Post: now.Post, Author: now.Owner})
		}
		now.File, now.Post = again, 0 // it stays when the post goes
		return seal(ctx, tx, &now)
	})
	if again != "" && (err != nil || !sealed) {
		if lost := s.blobs.Remove(again); err == nil {
			err = lost
		}
	}
	return err
}

// known are those of some files that are on a list.
func (s *Service) known(ctx context.Context, v *store.View, some []social.Media) (found []social.Media, err error) {
	for _, m := range some {
		is, err := s.Abuse(ctx, v, m)
		if err != nil {
			return nil, err
		}
		if is {
			found = append(found, m)
		}
	}
	return found, nil
}
