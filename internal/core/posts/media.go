package posts

import (
	"context"
	"slices"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// attach puts attachments of the author's on p: those it has already, and
// those no post has yet. What others sent is not there.
func attach(ctx context.Context, tx *store.Tx, p *social.Post, ids []social.MediaID) ([]social.Media, error) {
	if len(ids) > social.MaxAttachments {
		return nil, errs.Newf(errs.Invalid, "Cannot attach more than %d files", social.MaxAttachments)
	}
	var all []social.Media
	p.Media = nil
	for _, which := range ids {
		if slices.Contains(p.Media, which) {
			continue
		}
		m, err := tx.HoldMedia(ctx, p.Author, which)
		if err == nil && m.Post != 0 && m.Post != p.ID {
			err = store.NoPost
		}
		if errs.KindOf(err) == errs.NotFound && err != nil {
			return nil, errs.New(errs.Invalid, "One of the files is no longer there, or is on another post. Upload it again.")
		}
		if err != nil {
			return nil, err
		}
		m.Post = p.ID
		all, p.Media = append(all, m), append(p.Media, which)
	}
	return all, social.MayAttach(all)
}

// described reports why pictures cannot be posted without a description, or nil:
// the house asks for one, or their author does of themselves.
func described(ctx context.Context, tx *store.Tx, by social.Actor, all []social.Media, changes []social.MediaChange) error {
	bare := slices.ContainsFunc(all, func(m social.Media) bool {
		for _, c := range changes {
			if c.ID == m.ID {
				m = c.Apply(m)
			}
		}
		return strings.TrimSpace(m.Alt) == ""
	})
	if !bare || by.Remote {
		return nil
	}
	house, err := tx.House(ctx)
	if err != nil {
		return err
	}
	if house.AltRequired {
		return errs.New(errs.Invalid, "Validation failed: This house asks for a description of each picture, for people who do not see it.")
	}
	u, err := tx.User(ctx, by.Account)
	if err == nil && u.Prefs.Alt == social.AltRequired {
		return errs.New(errs.Invalid, "Validation failed: Describe each picture first, for people who do not see it. You wanted to be asked for that.")
	}
	return errs.Absent(err)
}

// keepMedia stores that all are on their post now, described as changes say,
// and reports whether that changed how any is described.
func keepMedia(ctx context.Context, tx *store.Tx, all []social.Media, changes []social.MediaChange) (changed bool, err error) {
	for _, m := range all {
		for _, c := range changes {
			if c.ID != m.ID {
				continue
			}
			was := m
			if c.Alt != nil {
				alt := text.Clean(*c.Alt)
				c.Alt = &alt
			}
			if m = c.Apply(m); m != was {
				changed = true
			}
		}
		if err := m.Check(); err != nil {
			return false, err
		}
		if err := tx.SetMedia(ctx, m); err != nil {
			return false, err
		}
	}
	return changed, nil
}

// mediaOf is what p shows, in order.
func mediaOf(ctx context.Context, v *store.View, p social.Post) ([]social.Media, error) {
	if len(p.Media) == 0 {
		return nil, nil
	}
	all, err := v.Media(ctx, p.Media)
	all = slices.DeleteFunc(all, func(m social.Media) bool { return m.State == social.MediaFailed })
	slices.SortFunc(all, func(a, b social.Media) int { return slices.Index(p.Media, a.ID) - slices.Index(p.Media, b.ID) })
	return all, err
}
