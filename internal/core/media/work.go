package media

import (
	"context"
	"encoding/json"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
	"github.com/plaza-social/plaza/internal/work"
)

const (
	makeJob     = "media.make"
	makeAtOnce  = 1 // it takes all the processor there is
	makeTimeout = 10 * time.Minute
	makeTries   = 4
	hideTimeout = 5 * time.Minute
	hideTries   = 20
	tidyAtOnce  = 200
)

// Workers make attachments in the background, and give those that lost their
// post another name.
func (s *Service) Workers() []work.Worker {
	return []work.Worker{
		{Kind: makeJob, AtOnce: makeAtOnce, Timeout: makeTimeout, Tries: makeTries, Do: s.makeLater},
		{Kind: store.HideMediaJob, AtOnce: 1, Timeout: hideTimeout, Tries: hideTries, Do: s.hide},
	}
}

func named(args []byte) (which social.MediaID, err error) {
	if err := json.Unmarshal(args, &which); err != nil {
		return 0, errs.Wrap(errs.Invalid, "This job does not name an attachment.", err)
	}
	return which, nil
}

// find is the attachment a job is about, if it is still there.
func (s *Service) find(ctx context.Context, which social.MediaID) (m social.Media, spool string, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		all, err := v.Media(ctx, []social.MediaID{which})
		if err != nil || len(all) == 0 {
			return err
		}
		m = all[0]
		spool, err = v.Spooled(ctx, which)
		return err
	})
	return m, spool, err
}

func (s *Service) makeLater(ctx context.Context, args []byte) error {
	which, err := named(args)
	if err != nil {
		return err
	}
	m, spool, err := s.find(ctx, which)
	if err != nil || m.ID == 0 || m.State != social.MediaProcessing {
		return err // done before, or taken back
	}
	made, err := s.blobs.Make(ctx, spool)
	switch errs.KindOf(err) {
	case errs.Invalid, errs.NotFound:
		if err != nil {
			return s.fail(ctx, m, errs.Public(err))
		}
	}
	if err != nil {
		return err
	}
	_, err = s.finish(ctx, m.ID, m.Owner, made)
	if errs.KindOf(err) == errs.NotFound {
		return nil
	}
	return err
}

// fail tells the owner, who asks for it, why there is nothing to see.
func (s *Service) fail(ctx context.Context, m social.Media, why string) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.HoldMedia(ctx, m.Owner, m.ID)
		if err != nil {
			return err
		}
		m.State, m.Problem = social.MediaFailed, why
		return tx.SetMedia(ctx, m)
	})
}

// hide gives the files of an attachment whose post was deleted another name:
// its owner can use it for the next post, and where it was it is no more.
func (s *Service) hide(ctx context.Context, args []byte) error {
	which, err := named(args)
	if err != nil {
		return err
	}
	m, _, err := s.find(ctx, which)
	if err != nil || m.ID == 0 {
		return err
	}
	again := m
	for _, name := range []*string{&again.File, &again.Preview, &again.Captions} {
		if *name == "" {
			continue
		}
		if *name, err = s.blobs.Copy(ctx, *name); errs.KindOf(err) == errs.NotFound && err != nil {
			*name = "" // a job that ran before has moved it
			continue
		}
		if err != nil {
			return err
		}
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		now, err := tx.HoldMedia(ctx, m.Owner, m.ID)
		if err != nil || now.File != m.File { // gone meanwhile, or moved by another
			if err == nil || errs.KindOf(err) == errs.NotFound {
				return dropAll(ctx, tx, again)
			}
			return err
		}
		if err := dropAll(ctx, tx, m); err != nil {
			return err
		}
		now.File, now.Preview = again.File, again.Preview
		if now.Captions == m.Captions {
			now.Captions = again.Captions
		} else if err := tx.DropFile(ctx, again.Captions); err != nil { // there are others since
			return err
		}
		if now.Post != 0 { // it was used at once
			tx.Record(event.MediaChanged{Post: now.Post, Author: now.Owner})
		}
		return tx.SetMedia(ctx, now)
	})
}

// Tidy takes away what no post came for.
func (s *Service) Tidy(ctx context.Context) error {
	for {
		n := 0
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			all, err := tx.LooseMedia(ctx, tx.Now.Add(-LooseLife), tidyAtOnce)
			n = len(all)
			for _, m := range all {
				if err := tx.RemoveMedia(ctx, m); err != nil {
					return err
				}
			}
			return err
		}); err != nil || n < tidyAtOnce {
			return err
		}
	}
}

// Prune takes away what no post came for since before a moment, or only counts
// it. What is loose for less than LooseLife stays: somebody may be writing. It
// tells how far it is.
func (s *Service) Prune(ctx context.Context, before time.Time, dry bool, tell func(done, total int)) (n int, err error) {
	if latest := s.store.Now().Add(-LooseLife); before.After(latest) {
		before = latest
	}
	total := 0
	if err := s.store.Read(ctx, func(v *store.View) (err error) {
		total, err = v.CountLooseMedia(ctx, before)
		return err
	}); err != nil || dry {
		return total, err
	}
	for {
		some := 0
		if err := s.store.Write(ctx, func(tx *store.Tx) error {
			all, err := tx.LooseMedia(ctx, before, tidyAtOnce)
			some = len(all)
			for _, m := range all {
				if err := tx.RemoveMedia(ctx, m); err != nil {
					return err
				}
			}
			return err
		}); err != nil {
			return n, err
		}
		n += some
		if tell(n, max(n, total)); some < tidyAtOnce {
			return n, nil
		}
	}
}
