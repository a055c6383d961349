// Package imports takes in what people bring along from another server: whom
// they follow, block and mute, their bookmarks and lists, and their posts.
// Each thing becomes a row before anything is done, so an import goes on where
// it was after a crash. What is done with a row is the business of others.
package imports

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/base/id"
	"github.com/plaza-social/plaza/internal/event"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/store"
)

// Relations does what is said of people.
type Relations interface {
	Follow(ctx context.Context, by social.Actor, f social.Follow) error
	Unfollow(ctx context.Context, by social.Actor, other social.AccountID) error
	Block(ctx context.Context, by social.Actor, other social.AccountID) error
	Unblock(ctx context.Context, by social.Actor, other social.AccountID) error
	Mute(ctx context.Context, by social.Actor, other social.AccountID, notices bool, while time.Duration) error
	Unmute(ctx context.Context, by social.Actor, other social.AccountID) error
}

// Lists keeps lists.
type Lists interface {
	Add(ctx context.Context, by social.Actor, l social.List) (social.List, error)
	Delete(ctx context.Context, by social.Actor, which social.ListID) error
	AddMembers(ctx context.Context, by social.Actor, which social.ListID, members []social.AccountID) error
	EndMembers(ctx context.Context, by social.Actor, which social.ListID, members []social.AccountID) error
}

// Posts keeps posts and bookmarks.
type Posts interface {
	Import(ctx context.Context, by social.Actor, all []social.Past) ([]social.PastResult, error)
	Mark(ctx context.Context, by social.Actor, which social.PostID, mark social.Marks, on bool) (social.PostID, error)
}

// Config is who does what the rows say, and where the house stands.
type Config struct {
	BaseURL    string
	HandleHost string
	Relations  Relations
	Lists      Lists
	Posts      Posts
	// Find asks another server for one of its accounts, so that it is known
	// here. Nil asks nobody.
	Find func(ctx context.Context, name, host string) error
}

// Service does it.
type Service struct {
	store *store.Store
	Config
}

// New returns a Service with rows in s.
func New(s *store.Store, c Config) *Service { return &Service{store: s, Config: c} }

// A File is what somebody sends.
type File interface {
	io.Reader
	io.ReaderAt
}

// A Wish says what a file is, and what is to be done with it.
type Wish struct {
	Kind    social.ImportKind
	Mode    social.ImportMode
	Include social.ImportInclude
}

// linesAtOnce is how many lines are stored in one transaction.
const linesAtOnce = 200

// Start takes a file in, line by line, and has it worked off. It returns when
// all lines are stored. The error says what is wrong with the file.
func (s *Service) Start(ctx context.Context, by social.Actor, w Wish, file File, size int64) (social.Import, error) {
	if err := by.MustAct(); err != nil {
		return social.Import{}, err
	}
	if err := checkSize(w.Kind, size); err != nil {
		return social.Import{}, err
	}
	imp, err := s.begin(ctx, by, w)
	if err != nil {
		return imp, err
	}
	in := intake{s: s, ctx: ctx, of: imp.ID}
	if w.Kind == social.ImportArchive {
		err = s.readArchive(ctx, file, size, w.Include, in.take)
	} else {
		err = s.readCSV(file, w.Kind, in.take)
	}
	if err == nil {
		err = in.flush()
	}
	if err == nil && in.n == in.bad {
		err = errs.New(errs.Invalid, "Nothing in this file can be read as what you say it is. Was it the right one?")
	}
	if err == nil {
		imp, err = s.release(ctx, imp.ID)
	}
	if err != nil {
		ctx := context.WithoutCancel(ctx)
		gone := s.store.Write(ctx, func(tx *store.Tx) error { return tx.DeleteImport(ctx, imp.ID) })
		return imp, errors.Join(err, gone)
	}
	return imp, nil
}

func checkSize(k social.ImportKind, size int64) error {
	switch {
	case size == 0:
		return errs.New(errs.Invalid, "Validation failed: Data is empty: choose a file.")
	case k == social.ImportArchive && size > social.MaxArchive:
		return errs.Newf(errs.Invalid, "Validation failed: The archive is too large: at most %d GiB are taken.", social.MaxArchive>>30)
	case k != social.ImportArchive && size > social.MaxImportFile:
		return errs.Newf(errs.Invalid, "Validation failed: The file is too large: at most %d MiB are taken.", social.MaxImportFile>>20)
	}
	return nil
}

// begin makes the import that lines are stored for.
func (s *Service) begin(ctx context.Context, by social.Actor, w Wish) (imp social.Import, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if _, err := tx.HoldAccount(ctx, by.Account); err != nil { // counting and adding is for one at a time
			return err
		}
		all, err := tx.Imports(ctx, by.Account)
		if err != nil {
			return err
		}
		if err := roomFor(all, w.Kind); err != nil {
			return err
		}
		imp = social.Import{ID: social.ImportID(id.New(tx.Now)), Owner: by.Account, Kind: w.Kind, Mode: w.Mode, Include: w.Include,
			State: social.ImportReading, At: tx.Now}
		return tx.AddImport(ctx, imp)
	})
	if err != nil {
		return imp, fmt.Errorf("begin import: %w", err)
	}
	return imp, nil
}

func roomFor(all []social.Import, k social.ImportKind) error {
	going := 0
	for _, i := range all {
		if i.Going() {
			going++
		}
		if i.Going() && i.Kind == k {
			return errs.New(errs.Conflict, "Such an import is under way already. Wait until it is done, or cancel it.")
		}
	}
	switch {
	case going >= social.MaxImportsGoing:
		return errs.Newf(errs.Conflict, "%d imports are under way already. Wait until one is done, or cancel it.", social.MaxImportsGoing)
	case len(all) >= social.MaxImportsKept:
		return errs.Newf(errs.Conflict, "You have %d imports on record, which is the limit. Remove one that you do not need any more.", social.MaxImportsKept)
	}
	return nil
}

// intake stores lines as they are read.
type intake struct {
	s      *Service
	ctx    context.Context //nolint // for as long as Start runs
	of     social.ImportID
	batch  []social.ImportLine
	n, bad int
}

func (in *intake) take(l social.ImportLine) error {
	in.n++
	l.N = in.n
	if l.State == "" {
		l.State = social.LineOpen
	}
	if l.State == social.LineFailed {
		in.bad++
	}
	if in.batch = append(in.batch, l); len(in.batch) == linesAtOnce {
		return in.flush()
	}
	return nil
}

func (in *intake) flush() error {
	err := in.s.store.Write(in.ctx, func(tx *store.Tx) error {
		for _, l := range in.batch {
			if err := tx.AddImportLine(in.ctx, in.of, l); err != nil {
				return err
			}
		}
		return nil
	})
	in.batch = in.batch[:0]
	return err
}

// release has the lines worked off.
func (s *Service) release(ctx context.Context, which social.ImportID) (imp social.Import, err error) {
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if imp, err = tx.HoldImport(ctx, which); err != nil {
			return err
		}
		if err := recount(ctx, tx, &imp); err != nil {
			return err
		}
		imp.State = social.ImportRunning
		if err := tx.SetImport(ctx, imp); err != nil {
			return err
		}
		return tx.AddJob(ctx, Job, imp.ID, tx.Now, "")
	})
	return imp, err
}

func recount(ctx context.Context, tx *store.Tx, imp *social.Import) error {
	n, err := tx.CountLines(ctx, imp.ID)
	imp.Done, imp.Waiting, imp.Failed, imp.Skipped = n[social.LineDone], n[social.LineWaiting], n[social.LineFailed], n[social.LineSkipped]
	imp.Total = imp.Over() + n[social.LineOpen]
	return err
}

// All is by's imports, the newest first.
func (s *Service) All(ctx context.Context, by social.Actor) (all []social.Import, err error) {
	err = s.store.Read(ctx, func(v *store.View) error { all, err = v.Imports(ctx, by.Account); return err })
	return all, err
}

// Get is one of by's imports, or NotFound.
func (s *Service) Get(ctx context.Context, by social.Actor, which social.ImportID) (imp social.Import, err error) {
	err = s.store.Read(ctx, func(v *store.View) error { imp, err = own(ctx, v, by, which); return err })
	return imp, err
}

func own(ctx context.Context, v *store.View, by social.Actor, which social.ImportID) (social.Import, error) {
	imp, err := v.ImportByID(ctx, which)
	if err == nil && imp.Owner != by.Account {
		return social.Import{}, store.NoPost
	}
	return imp, err
}

// MaxTold is how many lines are told of at once.
const MaxTold = 500

// Told is lines after a place of which there is something to tell.
func (s *Service) Told(ctx context.Context, by social.Actor, which social.ImportID, after, limit int) (ls []social.ImportLine, err error) {
	err = s.store.Read(ctx, func(v *store.View) error {
		if _, err := own(ctx, v, by, which); err != nil {
			return err
		}
		ls, err = v.ToldLines(ctx, which, after, min(limit, MaxTold))
		return err
	})
	return ls, err
}

// change runs do on an import of by's.
func (s *Service) change(ctx context.Context, by social.Actor, which social.ImportID, do func(tx *store.Tx, imp *social.Import) error) (imp social.Import, err error) {
	if err := by.MustAct(); err != nil {
		return imp, err
	}
	err = s.store.Write(ctx, func(tx *store.Tx) error {
		if imp, err = tx.HoldImport(ctx, which); err != nil {
			return err
		}
		if imp.Owner != by.Account {
			return store.NoPost
		}
		return do(tx, &imp)
	})
	if err != nil {
		return imp, fmt.Errorf("change import: %w", err)
	}
	return imp, nil
}

// Cancel ends an import that is under way; what it has done stays. One that
// has ended is removed from the record.
func (s *Service) Cancel(ctx context.Context, by social.Actor, which social.ImportID) (social.Import, error) {
	return s.change(ctx, by, which, func(tx *store.Tx, imp *social.Import) error {
		if !imp.Going() {
			return tx.DeleteImport(ctx, which)
		}
		imp.State, imp.Ended = social.ImportCancelled, tx.Now
		pastChanged(tx, *imp)
		return tx.SetImport(ctx, *imp)
	})
}

// Retry has the lines of an import that wait or failed seen to again.
func (s *Service) Retry(ctx context.Context, by social.Actor, which social.ImportID) (social.Import, error) {
	return s.change(ctx, by, which, func(tx *store.Tx, imp *social.Import) error {
		if imp.Going() {
			return errs.New(errs.Conflict, "This import is under way. Wait until it is done.")
		}
		if _, err := tx.ReopenLines(ctx, which); err != nil {
			return err
		}
		if err := recount(ctx, tx, imp); err != nil {
			return err
		}
		imp.State, imp.Reason, imp.Ended = social.ImportRunning, "", time.Time{}
		if err := tx.SetImport(ctx, *imp); err != nil {
			return err
		}
		return tx.AddJob(ctx, Job, imp.ID, tx.Now, "")
	})
}

// pastChanged tells that there are posts that were not there before.
func pastChanged(tx *store.Tx, imp social.Import) {
	if imp.Kind == social.ImportArchive {
		tx.Record(event.PostsImported{Author: imp.Owner})
	}
}

// readingLife is how long a file may take to be read.
const readingLife = 2 * time.Hour

// Tidy forgets imports of whose file a crash left only a part.
func (s *Service) Tidy(ctx context.Context) error {
	return s.store.Write(ctx, func(tx *store.Tx) error {
		left, err := tx.StaleImports(ctx, social.ImportReading, tx.Now.Add(-readingLife), 100)
		for _, which := range left {
			if err := tx.DeleteImport(ctx, which); err != nil {
				return err
			}
		}
		return err
	})
}
