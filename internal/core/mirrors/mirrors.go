// Package mirrors knows what has to be done for copies of the public pages to
// stay true: which pages show what, which of them have changed, which files there
// are. It writes no page and no file: that is edge/mirror's.
package mirrors

import (
	"context"
	"crypto/rand"
	"time"

	"golang.org/x/mod/sumdb/note"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Service does it.
type Service struct{ store *store.Store }

// New returns a Service.
func New(s *store.Store) *Service { return &Service{s} }

// Now is the time as the store has it.
func (s *Service) Now() time.Time { return s.store.Now() }

func reading[T any](ctx context.Context, s *Service, get func(v *store.View) (T, error)) (out T, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		out, err = get(v)
		return err
	})
	return out, err
}

// Mirror is the mirror at an address: a new one, with everything to be done, if
// there was none.
func (s *Service) Mirror(ctx context.Context, address string) (m social.Mirror, err error) {
	get := func(v *store.View) (social.Mirror, error) { return v.Mirror(ctx, address) }
	if m, err = reading(ctx, s, get); errs.KindOf(err) != errs.NotFound || err == nil {
		return m, err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.AddMirror(ctx, address) }); err != nil {
		return m, err
	}
	return reading(ctx, s, get)
}

// All is every mirror that is kept.
func (s *Service) All(ctx context.Context) ([]social.Mirror, error) {
	return reading(ctx, s, func(v *store.View) ([]social.Mirror, error) { return v.Mirrors(ctx) })
}

// Forget ends the keeping of a mirror. Its files stay.
func (s *Service) Forget(ctx context.Context, m social.MirrorID) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.EndMirror(ctx, m) })
}

// Restart has a mirror written from the beginning. Its manifests are numbered on
// from number.
func (s *Service) Restart(ctx context.Context, m social.MirrorID, number int64) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.RestartMirror(ctx, m, number) })
}

// Whole has everything made anew, in every mirror.
func (s *Service) Whole(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.MarkMirrorWhole(ctx) })
}

// Key is what mirrors of this house are signed with, made when it is first asked
// for, in the form of golang.org/x/mod/sumdb/note. name is how it is called then.
func (s *Service) Key(ctx context.Context, name string) (secret string, err error) {
	get := func(v *store.View) (string, error) { return v.MirrorKey(ctx) }
	if secret, err = reading(ctx, s, get); err != nil || secret != "" {
		return secret, err
	}
	fresh, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", err
	}
	if err := s.store.Write(ctx, func(tx *store.Tx) error { return tx.AddMirrorKey(ctx, fresh) }); err != nil {
		return "", err
	}
	return reading(ctx, s, get) // somebody else may have been first
}

// HasKey reports whether there is one already.
func (s *Service) HasKey(ctx context.Context) (bool, error) {
	secret, err := reading(ctx, s, func(v *store.View) (string, error) { return v.MirrorKey(ctx) })
	return secret != "", err
}

// StatusPage is the page that tells how things stand.
const StatusPage = "/status"

// Say puts words on the status page of every mirror, or takes them away. There
// has to be a key.
func (s *Service) Say(ctx context.Context, words string) error {
	if len(words) > social.MaxMirrorSaid {
		return errs.Newf(errs.Invalid, "That is too long for a status page: say it in %d bytes.", social.MaxMirrorSaid)
	}
	return s.store.Write(ctx, func(tx *store.Tx) error {
		if err := tx.SetMirrorSaid(ctx, words); err != nil {
			return err
		}
		return tx.MarkMirrorPages(ctx, StatusPage)
	})
}

// Said is what stands there, and since when.
func (s *Service) Said(ctx context.Context) (words string, since time.Time, err error) {
	err = s.store.Read(ctx, func(v *store.View) (err error) {
		words, since, err = v.MirrorSaid(ctx)
		return err
	})
	return words, since, err
}

// Hold makes holder the only one who writes to a mirror for a while. It reports
// false if somebody else is that.
func (s *Service) Hold(ctx context.Context, m social.MirrorID, holder string, long time.Duration) (ok bool, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) (err error) {
		ok, err = tx.HoldMirror(ctx, m, holder, tx.Now.Add(long))
		return err
	})
	return ok, err
}

// Marks is up to limit pages that have to be made anew, and were not marked
// within the last moments.
func (s *Service) Marks(ctx context.Context, m social.MirrorID, rest time.Duration, limit int) ([]social.MirrorMark, error) {
	return reading(ctx, s, func(v *store.View) ([]social.MirrorMark, error) {
		return v.MirrorMarks(ctx, m, s.store.Now().Add(-rest), limit)
	})
}

// Pages is the files of pages, by page.
func (s *Service) Pages(ctx context.Context, m social.MirrorID, pages []string) (map[string][]social.MirrorFile, error) {
	fs, err := reading(ctx, s, func(v *store.View) ([]social.MirrorFile, error) { return v.MirrorPages(ctx, m, pages) })
	out := map[string][]social.MirrorFile{}
	for _, f := range fs {
		out[f.Page] = append(out[f.Page], f)
	}
	return out, err
}

// Files is those of paths that are there.
func (s *Service) Files(ctx context.Context, m social.MirrorID, paths []string) ([]social.MirrorFile, error) {
	return reading(ctx, s, func(v *store.View) ([]social.MirrorFile, error) { return v.MirrorFiles(ctx, m, paths) })
}

// Used reports whether a page other than one shows a thing.
func (s *Service) Used(ctx context.Context, m social.MirrorID, thing, other string) (bool, error) {
	return reading(ctx, s, func(v *store.View) (bool, error) { return v.MirrorUsed(ctx, m, thing, other) })
}

// Bounds is where the older pages of a list end.
func (s *Service) Bounds(ctx context.Context, m social.MirrorID, list string) ([]social.PostID, error) {
	return reading(ctx, s, func(v *store.View) ([]social.PostID, error) { return v.MirrorBounds(ctx, m, list) })
}

// accountsAtOnce is how many accounts are looked at together.
const accountsAtOnce = 200

// Accounts is the pages of some accounts that live here, and the last of those;
// zero if there are no more.
func (s *Service) Accounts(ctx context.Context, after social.AccountID) (pages []string, last social.AccountID, err error) {
	as, err := reading(ctx, s, func(v *store.View) ([]social.Account, error) { return v.LocalAccounts(ctx, after, accountsAtOnce) })
	for _, a := range as {
		last = a.ID
		if a.Standing == social.Good && !a.Limited {
			pages = append(pages, pagesOf(a)...)
		}
	}
	return pages, last, err
}

// Begin notes that files are about to be written: if that ends in the middle, it
// is known what may lie there.
func (s *Service) Begin(ctx context.Context, m social.MirrorID, paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	return s.store.Write(ctx, func(tx *store.Tx) error { return tx.BeginMirrorFiles(ctx, m, paths) })
}

// At is how far the journal was followed. What is read after that shows all that
// was marked before.
func (s *Service) At(ctx context.Context) (event.Pos, error) {
	return reading(ctx, s, func(v *store.View) (event.Pos, error) { return v.Cursor(ctx, followerName) })
}

// Keep stores what became of pages that were made since a place in the journal.
// What happened while they were made was followed without knowing what they show:
// it is looked at again.
func (s *Service) Keep(ctx context.Context, m social.MirrorID, since event.Pos, made []social.MirrorMade) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		until, err := tx.HoldCursor(ctx, followerName) // so that nobody follows meanwhile
		if err != nil {
			return err
		}
		for _, p := range made {
			if err := tx.KeepMirrorPage(ctx, m, p); err != nil {
				return err
			}
		}
		return again(ctx, tx, since, until, made)
	})
}

// maxAgain is how many facts are looked at again. If there were more, it is the
// pages that are made again.
const maxAgain = 1000

func again(ctx context.Context, tx *store.Tx, since, until event.Pos, made []social.MirrorMade) error {
	if !since.Before(until) {
		return nil
	}
	facts, err := tx.Facts(ctx, since, maxAgain)
	if err != nil {
		return err
	}
	if len(facts) == maxAgain && facts[maxAgain-1].Pos.Before(until) {
		for _, p := range made {
			if err := tx.MarkMirrorPages(ctx, p.Page); err != nil {
				return err
			}
		}
		return nil
	}
	for _, r := range facts {
		if until.Before(r.Pos) {
			break
		}
		if err := follow(ctx, marker{tx}, r.Fact); err != nil {
			return err
		}
	}
	return nil
}
