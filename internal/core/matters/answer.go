package matters

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/text"
	"github.com/plaza-social/plaza/internal/core/record"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// MaxBundle is how many bytes of evidence go with an answer.
const MaxBundle = 8 << 20

// Answer answers a matter with a text and the evidence for it, and says of each
// thing it names how that stands. Whoever sent it is written to, if they left an
// address. It is for moderators.
func (s *Service) Answer(ctx context.Context, by social.Actor, which social.MatterID, words string) error {
	return s.answer(ctx, by, which, words, true)
}

// AnswerBare is Answer without the evidence.
func (s *Service) AnswerBare(ctx context.Context, by social.Actor, which social.MatterID, words string) error {
	return s.answer(ctx, by, which, words, false)
}

func (s *Service) answer(ctx context.Context, by social.Actor, which social.MatterID, words string, with bool) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	words = strings.TrimSpace(text.Clean(words))
	switch n := utf8.RuneCountInString(words); {
	case n == 0:
		return errs.New(errs.Invalid, "Validation failed: Say what was done.")
	case n > social.MaxMatterAnswer:
		return errs.Newf(errs.Invalid, "Validation failed: Say it in at most %d characters.", social.MaxMatterAnswer)
	}
	var bundle []byte
	if with {
		var err error
		if bundle, err = s.bundle(ctx, by, which); err != nil {
			return fmt.Errorf("put the evidence together: %w", err)
		}
	}
	return s.change(ctx, by, which, "answer", func(tx *store.Tx, m *social.Matter, r *evidence.Replied) error {
		if err := m.MayAnswer(); err != nil {
			return err
		}
		m.Status, m.AnswerBy, m.Answered, m.Answer = social.MatterAnswered, by.Account, tx.Now, words
		r.Answer = hash([]byte(words))
		if len(bundle) > 0 {
			m.Bundle = hash(bundle)
			r.Bundle = m.Bundle
			if err := tx.AddMatterFile(ctx, m.ID, store.MatterBundle, bundle); err != nil {
				return err
			}
		}
		objects, err := s.objects(ctx, &tx.View, m.ID)
		var about []social.MatterObject
		for _, o := range objects {
			about = append(about, o.MatterObject)
		}
		said := listed(about)
		for i, o := range objects {
			if o.Stands == gone {
				said[i] = erased
			}
			r.Objects, r.Done = append(r.Objects, said[i]), append(r.Done, o.Stands)
			if err == nil {
				err = tx.SetMatterObject(ctx, m.ID, o.Address, o.Stands)
			}
		}
		r.Objects = fitting(r.Objects)
		r.Done = r.Done[:len(r.Objects)]
		return err
	})
}

// bundle is the evidence for a matter that can be answered.
func (s *Service) bundle(ctx context.Context, by social.Actor, which social.MatterID) ([]byte, error) {
	if s.config.Bundle == nil {
		return nil, nil
	}
	f, err := s.Get(ctx, by, which)
	if err == nil {
		err = f.MayAnswer()
	}
	if err != nil {
		return nil, err
	}
	b, err := s.config.Bundle(ctx, f.Matter)
	if len(b) > MaxBundle {
		return nil, errs.New(errs.Invalid, "Validation failed: There is too much evidence to send with an answer. Answer without it, and make a bundle with plaza evidence export --matter.")
	}
	return b, err
}

// Evidence is what went with the answer to a matter, or NotFound. It is for
// moderators.
func (s *Service) Evidence(ctx context.Context, by social.Actor, which social.MatterID) ([]byte, error) {
	return read(ctx, s, by, func(v *store.View) ([]byte, error) {
		if err := notTheirs(ctx, v, by, which); err != nil {
			return nil, err
		}
		return v.MatterFile(ctx, which, store.MatterBundle)
	})
}

// Attached is Evidence for the letter with the answer. It is for who sends letters.
func (s *Service) Attached(ctx context.Context, which social.MatterID) (b []byte, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) { b, err = v.MatterFile(ctx, which, store.MatterBundle); return err })
	return b, err
}

// Extend gives a matter more time, because whoever sent it did. It is for
// moderators.
func (s *Service) Extend(ctx context.Context, by social.Actor, which social.MatterID, until time.Time) error {
	return s.change(ctx, by, which, "extend", func(tx *store.Tx, m *social.Matter, r *evidence.Replied) error {
		if err := m.MayExtend(until, tx.Now); err != nil {
			return err
		}
		m.Status, m.Span.Due = social.MatterExtended, until.UTC().Truncate(time.Millisecond)
		m.Alarmed = m.Span.Reached(tx.Now)
		return schedule(ctx, tx, *m)
	})
}

// Move has a matter stand otherwise: closed without an answer, or disputed
// because the answer was. What is disputed has the time of its class again; of what
// is closed without an answer the newest that was counted with it waits. It is for
// moderators.
func (s *Service) Move(ctx context.Context, by social.Actor, which social.MatterID, to social.MatterStatus) error {
	return s.change(ctx, by, which, "move", func(tx *store.Tx, m *social.Matter, r *evidence.Replied) error {
		if !slices.Contains(m.Status.Moves(), to) {
			return errs.New(errs.Conflict, "Somebody else has changed this meanwhile. Look at it again.")
		}
		if m.Status = to; to == social.MatterClosed && m.Answered.IsZero() {
			return reopen(ctx, tx, *m, by, r.By)
		} else if to != social.MatterDisputed {
			return nil
		}
		cal, err := calendar(ctx, &tx.View)
		if err != nil {
			return err
		}
		m.Span.Due = m.Class.Span(tx.Now, cal).Due
		m.Alarmed = m.Span.Reached(tx.Now)
		return schedule(ctx, tx, *m)
	})
}

// Remark keeps a note of the staff's own. It is for moderators.
func (s *Service) Remark(ctx context.Context, by social.Actor, which social.MatterID, note string) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	note = strings.TrimSpace(text.Clean(note))
	if utf8.RuneCountInString(note) > social.MaxMatterNote {
		return errs.Newf(errs.Invalid, "Validation failed: A note has at most %d characters.", social.MaxMatterNote)
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.HoldMatter(ctx, which)
		if err == nil {
			err = notTheirs(ctx, &tx.View, by, which)
		}
		if err != nil {
			return err
		}
		m.Note = note
		return tx.SetMatter(ctx, m)
	})
	if err != nil {
		return fmt.Errorf("note on a matter: %w", err)
	}
	return nil
}

// change does something about a matter, and has the log say so.
func (s *Service) change(ctx context.Context, by social.Actor, which social.MatterID, what string, do func(tx *store.Tx, m *social.Matter, r *evidence.Replied) error) error {
	if err := by.MustModerate(); err != nil {
		return err
	}
	err := s.store.Write(ctx, func(tx *store.Tx) error {
		m, err := tx.HoldMatter(ctx, which)
		if err != nil {
			return err
		}
		if err := notTheirs(ctx, &tx.View, by, which); err != nil {
			return err
		}
		staff, err := record.Staff(ctx, tx, by)
		if err != nil {
			return err
		}
		about, err := tx.MatterObjects(ctx, m.ID)
		if err != nil {
			return err
		}
		r, waited := evidence.Replied{Matter: number(m.ID), By: staff, InTime: tx.Now.Before(m.Span.Due)}, m.Status.Waits()
		if err := do(tx, &m, &r); err != nil {
			return err
		}
		r.Status, r.Due = string(m.Status), stamp(m.Span.Due)
		outcome := r.Status
		if waited && !m.Status.Waits() && !r.InTime {
			outcome += evidence.Late
		}
		if _, err := tx.AddEvidence(store.Evidence{Type: evidence.TypeHostAnswer, Category: evidence.Category(m.Category), Class: string(m.Class),
			Outcome: outcome, Refs: []social.EvidenceID{m.Evidence}, About: whose(about), Body: r}); err != nil {
			return err
		}
		if err := tx.SetMatter(ctx, m); err != nil {
			return err
		}
		tx.Record(event.MatterChanged{Matter: m.ID, Status: m.Status, By: by.Account})
		return nil
	})
	if err != nil {
		return fmt.Errorf("%s a matter: %w", what, err)
	}
	return nil
}

// notTheirs is NotFound for a matter that names by, or nil: nobody reads who gave
// notice of them. An owner may: there may be nobody else.
func notTheirs(ctx context.Context, v *store.View, by social.Actor, which social.MatterID) error {
	me := not(by)
	if me == 0 {
		return nil
	}
	about, err := v.MatterObjects(ctx, which)
	if err == nil && slices.ContainsFunc(about, func(o social.MatterObject) bool { return o.Account == me }) {
		err = errs.New(errs.NotFound, "Record not found")
	}
	return err
}

// not is about whom by is not told; zero is nobody.
func not(by social.Actor) social.AccountID {
	if by.Role.AtLeast(social.Owner) {
		return 0
	}
	return by.Account
}

// objects is what a matter names, and how each stands.
func (s *Service) objects(ctx context.Context, v *store.View, which social.MatterID) (out []Object, err error) {
	all, err := v.MatterObjects(ctx, which)
	for _, o := range all {
		stands := o.Done
		if err == nil {
			stands, err = standing(ctx, v, o)
		}
		one := Object{MatterObject: o, Stands: stands}
		if err == nil {
			one.There = stands != nowhere && stands != gone && stands != deleted
			one.Case, one.Open, err = decided(ctx, v, o)
		}
		out = append(out, one)
	}
	return out, err
}

// How something stands, as an answer says it.
const (
	nowhere   = social.ThingNowhere
	deleted   = "It was deleted."
	gone      = "The account was deleted, and all that was in it."
	suspended = "The account is suspended: neither it nor what it posted can be reached."
	limited   = "The account is limited: nobody is led to it or to what it posted."
	hidden    = "It is hidden: nobody can reach it."
	unled     = "Nobody is led to it any more who does not follow its author."
	veiled    = "It was put behind a warning."
	stays     = social.ThingStays
)

// erased is what a record has in place of the address of what was of somebody who
// left: nobody would erase it any more.
const erased = "erased"

func standing(ctx context.Context, v *store.View, o social.MatterObject) (string, error) {
	if o.Account == 0 {
		return nowhere, nil
	}
	a, err := v.Account(ctx, o.Account)
	if errs.KindOf(err) == errs.NotFound {
		return gone, nil
	}
	if err != nil {
		return "", err
	}
	var p social.Post
	if o.Post != 0 {
		if p, err = v.Post(ctx, o.Post); errs.KindOf(err) == errs.NotFound {
			return deleted, nil
		} else if err != nil {
			return "", err
		}
	}
	switch {
	case a.Standing == social.Suspended:
		return suspended, nil
	case a.Standing != social.Good:
		return gone, nil
	case p.Standing == social.PostHidden:
		return hidden, nil
	case a.Limited:
		return limited, nil
	case p.Standing == social.PostLimited:
		return unled, nil
	case p.Standing == social.PostLabelled:
		return veiled, nil
	}
	return stays, nil
}
