package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social/dsa"
)

// YearlyReport writes the files of the report of a year into a folder, which it
// makes, and returns how many. The form is the one that comes with the house, or a
// file's.
func (a *App) YearlyReport(ctx context.Context, year int, dir, form string) (n int, err error) {
	columns := dsa.Columns()
	if form != "" {
		if columns, err = readKept(form); err != nil {
			return 0, err
		}
	}
	f, err := dsa.ReadForm(columns)
	if err != nil {
		return 0, errs.Wrap(errs.Invalid, "The form of the report cannot be read.", err)
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	if _, err := a.Sealing.Seal(ctx); err != nil {
		return 0, err
	}
	var open []*os.File
	err = a.Sealing.Yearly(ctx, f, year, func(name string) (io.Writer, error) {
		out, err := os.Create(filepath.Join(dir, name))
		if err == nil {
			open = append(open, out)
		}
		return out, err
	})
	for _, out := range open {
		err = errors.Join(err, out.Close())
	}
	return len(open), err
}

// Statements writes the statements of reasons of a time to a file, which is there
// only once it is whole: a batch in each line.
func (a *App) Statements(ctx context.Context, since, until time.Time, file string) (n int, err error) {
	if until.IsZero() {
		until = a.Store.Now()
	}
	if !since.Before(until) {
		return 0, errs.New(errs.Invalid, "A time ends after it begins.")
	}
	f, err := os.CreateTemp(filepath.Dir(file), ".statements-*")
	if err != nil {
		return 0, err
	}
	defer os.Remove(f.Name()) // nothing, if it got its name
	w := bufio.NewWriter(f)
	lines := json.NewEncoder(w)
	lines.SetEscapeHTML(false)
	var b dsa.Batch
	flush := func() error {
		if len(b.Statements) == 0 {
			return nil
		}
		err := lines.Encode(b)
		b.Statements = nil
		return err
	}
	err = a.Moderation.Statements(ctx, since, until, func(s dsa.Statement) error {
		if err := s.Check(); err != nil {
			return fmt.Errorf("%s would be refused: %w", s.PUID, err)
		}
		n++
		if b.Statements = append(b.Statements, s); len(b.Statements) < dsa.MaxBatch {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = errors.Join(flush(), w.Flush(), f.Sync())
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = os.Rename(f.Name(), file)
	}
	return n, err
}
