package media

import (
	"context"
	"fmt"
	"io"

	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// SetCaptions has what is said in a film or a sound of by's shown with it, or with
// nil no longer, whether a post has it already or not.
func (s *Service) SetCaptions(ctx context.Context, by social.Actor, which social.MediaID, language string, captions io.Reader) (m social.Media, err error) {
	if err := by.MustAct(); err != nil {
		return m, err
	}
	if m, err = s.Get(ctx, by, which); err != nil {
		return m, err
	}
	name := ""
	if captions != nil {
		if err := m.MayCaption(language); err != nil {
			return m, err
		}
		if name, err = s.blobs.MakeCaptions(captions); err != nil {
			return m, err
		}
	} else {
		language = ""
	}
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		if m, err = tx.HoldMedia(ctx, by.Account, which); err != nil {
			return err
		}
		if name != "" {
			if err := m.MayCaption(language); err != nil { // it failed meanwhile
				return err
			}
		}
		if err := tx.DropFile(ctx, m.Captions); err != nil {
			return err
		}
		if m.Captions, m.Spoken = name, language; m.Post != 0 {
			tx.Record(event.MediaChanged{Post: m.Post, Author: m.Owner})
		}
		return tx.SetMedia(ctx, m)
	})
	if err != nil {
		return m, s.drop(ctx, social.Media{Captions: name}, fmt.Errorf("keep captions: %w", err))
	}
	return m, nil
}
