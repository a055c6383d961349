package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/store"
)

// Lock keeps a second server off the same data folder: what each holds in
// memory would hide from the other. The lock ends with the process, however it
// ends.
func Lock(data string) (unlock func(), err error) {
	if err := os.MkdirAll(data, 0o700); err != nil {
		return nil, errs.Wrap(errs.Unavailable, "The data folder "+data+" cannot be made: check who may write there.", err)
	}
	f, err := os.OpenFile(filepath.Join(data, "plaza.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, "The data folder "+data+" cannot be written: check who may write there.", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, errs.New(errs.Conflict, "Another plaza serves from the data folder "+data+" already: end it, or choose another folder with --data.")
		}
		return nil, errs.Wrap(errs.Unavailable, "The data folder "+data+" cannot be locked.", err)
	}
	return func() { f.Close() }, nil
}

// Resume goes on at once with what a process before this one had begun, and was
// killed in. It is for who holds the Lock. On PostgreSQL there may be others
// that are at it: there, what was begun waits until its lease is over.
func (a *App) Resume(ctx context.Context) error {
	if a.Store.Engine() != "sqlite" || a.Store.Gate() != nil {
		return nil
	}
	return a.Store.Write(ctx, func(tx *store.Tx) error { return tx.EndLeases(ctx) })
}
