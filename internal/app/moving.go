package app

import (
	"context"
	"io"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/imports"
	"github.com/plaza-social/plaza/internal/social"
	"github.com/plaza-social/plaza/internal/work"
)

// person is one of our own accounts, to act for on the command line.
func (a *App) person(ctx context.Context, username string) (social.Actor, error) {
	f, err := a.View.Named(ctx, strings.TrimPrefix(username, "@"), "")
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = errs.Newf(errs.NotFound, "There is no account called %s here.", username)
	}
	if err != nil {
		return social.Actor{}, err
	}
	return social.Actor{Account: f.ID, Standing: f.Standing, Role: social.Member}, nil
}

// Moving says what is brought along for somebody, by the names that the API
// has for it.
type Moving struct{ Account, Kind, Mode, Include string }

// Import brings a file along for somebody and works it off, together with a
// server that may be running on the same data. It tells how far it is after
// each piece.
func (a *App) Import(ctx context.Context, m Moving, file imports.File, size int64, tell func(social.Import)) (i social.Import, err error) {
	by, err := a.person(ctx, m.Account)
	if err != nil {
		return i, err
	}
	var w imports.Wish
	if w.Kind, err = social.ParseImportKind(m.Kind); err != nil {
		return i, err
	}
	if w.Mode, err = social.ParseImportMode(m.Mode, w.Kind); err != nil {
		return i, err
	}
	if w.Include, err = social.ParseImportInclude(m.Include); err != nil {
		return i, err
	}
	if i, err = a.Imports.Start(ctx, by, w, file, size); err != nil {
		return i, err
	}
	worker := a.Imports.Worker()
	for i.Going() {
		n, err := work.Once(ctx, a.Store, worker)
		if err != nil {
			return i, err
		}
		if i, err = a.Imports.Get(ctx, by, i.ID); err != nil {
			return i, err
		}
		tell(i)
		if n == 0 && i.Going() && !rest(ctx) { // a server has it
			return i, ctx.Err()
		}
	}
	return i, nil
}

// Export writes somebody's archive.
func (a *App) Export(ctx context.Context, username string, to io.Writer) error {
	by, err := a.person(ctx, username)
	if err != nil {
		return err
	}
	return a.Exports.Archive(ctx, by, to)
}

// rest waits a little and reports whether ctx goes on.
func rest(ctx context.Context) bool {
	t := time.NewTimer(200 * time.Millisecond)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
