// Package matters is what hosts, authorities, holders of rights and strangers
// tell the house, with the clock that the law or a contract sets: how it is
// taken, that nobody forgets it, and how it is answered. What is done about
// what they tell of is decided in moderation.
package matters

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/view"
	"github.com/plaza-social/plaza/internal/evidence"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Config is what the service must know, and whom it asks.
type Config struct {
	// Signer signs receipts: it is the one of the log of evidence.
	Signer func(ctx context.Context) (*evidence.Signer, error)
	// Bundle is the evidence about what a matter names, to go with the answer; nil
	// where there is none.
	Bundle func(ctx context.Context, m social.Matter) ([]byte, error)
	// Report brings what a matter names before those who decide, within its
	// transaction: see moderation.Noticed. Nil is a house where nobody does.
	Report func(ctx context.Context, tx *store.Tx, r social.Report, due time.Time, because social.EvidenceID) (social.ReportID, error)
}

// Service takes matters and answers them.
type Service struct {
	store  *store.Store
	view   *view.View
	config Config
	hide   [32]byte // the key of aliases of networks: in memory alone, so that none leads back to an address
}

// New returns a Service.
func New(s *store.Store, v *view.View, c Config) *Service {
	m := &Service{store: s, view: v, config: c}
	rand.Read(m.hide[:]) // never fails
	return m
}

// MaxWaiting is how many waiting matters are listed at most. Who has more has
// another problem.
const MaxWaiting = 500

// A File is a matter as the staff sees it.
type File struct {
	social.Matter
	Objects []Object
}

// An Object is what a matter names, and how it stands now.
type Object struct {
	social.MatterObject
	Stands string        // a sentence
	Case   social.CaseID // in which it is decided; zero for none
	Open   bool          // that case is
	There  bool          // it can be decided about
}

// Waiting is all that wait, the one that is due first first, without what is
// about by and without what is in the tray. It is for moderators.
func (s *Service) Waiting(ctx context.Context, by social.Actor) (all []social.Matter, err error) {
	return read(ctx, s, by, func(v *store.View) ([]social.Matter, error) { return v.WaitingMatters(ctx, not(by), false, MaxWaiting) })
}

// Tray is Waiting for what is of senders that nobody here answered before.
func (s *Service) Tray(ctx context.Context, by social.Actor) (all []social.Matter, err error) {
	return read(ctx, s, by, func(v *store.View) ([]social.Matter, error) {
		return v.WaitingMatters(ctx, not(by), true, social.MaxTray)
	})
}

// All is a page of all matters, also those that were answered, without what is
// about by. It is for moderators.
func (s *Service) All(ctx context.Context, by social.Actor, p social.Page) (view.Slice[social.Matter], error) {
	all, err := read(ctx, s, by, func(v *store.View) ([]social.Matter, error) { return v.Matters(ctx, not(by), p) })
	return view.Ends(all, p, func(m social.Matter) int64 { return int64(m.ID) }), err
}

// Count is how many wait, up to MaxWaiting, and how many of them are overdue.
// It is for moderators.
func (s *Service) Count(ctx context.Context, by social.Actor) (n, overdue int, err error) {
	c, err := read(ctx, s, by, func(v *store.View) (c [2]int, err error) {
		c[0], c[1], err = v.CountWaitingMatters(ctx, not(by), s.store.Now(), MaxWaiting)
		return c, err
	})
	return c[0], c[1], err
}

// Get is one matter, or NotFound, as one is that is about by. It is for moderators.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.MatterID) (File, error) {
	return read(ctx, s, by, func(v *store.View) (f File, err error) {
		if f.Matter, err = v.Matter(ctx, which); err != nil {
			return f, err
		}
		if err := notTheirs(ctx, v, by, which); err != nil {
			return File{}, err
		}
		f.Objects, err = s.objects(ctx, v, which)
		return f, err
	})
}

// Raw is what came, as it came, or NotFound, as it is of what is about by. It is for moderators.
func (s *Service) Raw(ctx context.Context, by social.Actor, which social.MatterID) ([]byte, error) {
	return read(ctx, s, by, func(v *store.View) ([]byte, error) {
		if err := notTheirs(ctx, v, by, which); err != nil {
			return nil, err
		}
		return v.MatterFile(ctx, which, store.MatterRaw)
	})
}

// Sent is the matter that whoever sent it holds the secret of, or NotFound. What
// became of what it names is told once it is answered.
func (s *Service) Sent(ctx context.Context, secret string) (f File, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		if f.Matter, err = v.MatterBySecret(ctx, secret); err != nil {
			return err
		}
		os, err := v.MatterObjects(ctx, f.ID)
		for _, o := range os {
			f.Objects = append(f.Objects, Object{MatterObject: social.MatterObject{Address: o.Address, Done: o.Done}})
		}
		if err == nil && f.First != 0 {
			err = f.as(ctx, v, f.First)
		}
		return err
	})
	f.Note, f.AnswerBy = "", 0
	return f, err
}

// as has f stand as the matter does that it is counted with. What was answered went
// to the address that this gave, and is not shown to who says that it is theirs.
func (f *File) as(ctx context.Context, v *store.View, first social.MatterID) error {
	m, err := v.Matter(ctx, first)
	if err != nil {
		return err
	}
	os, err := v.MatterObjects(ctx, first)
	f.Status, f.Span.Due, f.Answered = m.Status, m.Span.Due, m.Answered
	for i, mine := range f.Objects {
		for _, o := range os {
			if o.Address == mine.Address {
				f.Objects[i].Done = o.Done
			}
		}
	}
	return err
}

// SentBundle is the evidence that went with the answer to it, or NotFound, as it is
// once it was there for BundleLife.
func (s *Service) SentBundle(ctx context.Context, secret string) (b []byte, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		m, err := v.MatterBySecret(ctx, secret)
		if err == nil && !m.Fetchable(s.store.Now()) {
			err = errs.New(errs.NotFound, "Record not found")
		}
		if err == nil {
			b, err = v.MatterFile(ctx, m.ID, store.MatterBundle)
		}
		return err
	})
	return b, err
}

func read[T any](ctx context.Context, s *Service, by social.Actor, fn func(v *store.View) (T, error)) (out T, err error) {
	if err := by.MustModerate(); err != nil {
		return out, err
	}
	err = s.store.Read(ctx, func(v *store.View) (err error) { out, err = fn(v); return err })
	return out, err
}

// Calendar is the days on which nobody works here. It is for moderators.
func (s *Service) Calendar(ctx context.Context, by social.Actor) (zone string, holidays []string, err error) {
	c, err := read(ctx, s, by, func(v *store.View) (c struct {
		zone string
		days []string
	}, err error) {
		c.zone, c.days, err = v.MatterCalendar(ctx)
		return c, err
	})
	return c.zone, c.days, err
}

// SetCalendar changes them; clocks that run already stay. It is for admins.
func (s *Service) SetCalendar(ctx context.Context, by social.Actor, zone string, holidays []string) error {
	if err := by.MustBe(social.Admin); err != nil {
		return err
	}
	place, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return errs.New(errs.Invalid, "Validation failed: This time zone is not known here. Write it as in Europe/Berlin, or UTC.")
	}
	if _, err := social.NewCalendar(place, holidays); err != nil {
		return err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.SetMatterCalendar(ctx, zone, holidays) }); err != nil {
		return fmt.Errorf("set the calendar: %w", err)
	}
	return nil
}

func calendar(ctx context.Context, v *store.View) (social.Calendar, error) {
	zone, days, err := v.MatterCalendar(ctx)
	if err != nil {
		return social.Calendar{}, err
	}
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC // the host knows fewer zones than the one it was set on
	}
	return social.NewCalendar(place, days)
}

// keepWords is for how long the words of a matter are kept that nobody waits for
// any more.
const keepWords = 366 * 24 * time.Hour

const forgetAtOnce = 200

// Tidy forgets the words of old matters, and of those about people who left.
func (s *Service) Tidy(ctx context.Context) error {
	for _, forget := range []func(tx *store.Tx) (int, error){
		func(tx *store.Tx) (int, error) { return tx.ForgetMatters(ctx, tx.Now.Add(-keepWords), forgetAtOnce) },
		func(tx *store.Tx) (int, error) { return tx.ForgetMattersOfNobody(ctx, forgetAtOnce) },
	} {
		for n := forgetAtOnce; n == forgetAtOnce; {
			if err := s.store.Write(ctx, func(tx *store.Tx) (err error) { n, err = forget(tx); return err }); err != nil {
				return fmt.Errorf("forget old matters: %w", err)
			}
		}
	}
	return nil
}
