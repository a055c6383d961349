package app

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"filippo.io/age"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/seal"
	"github.com/plaza-social/plaza/internal/core/names"
	"github.com/plaza-social/plaza/internal/social"
)

// recoveryForm is what a recovery file begins with.
const recoveryForm = "plaza recovery 1"

// A recoveryHead is the first line of a recovery file. After it comes a line for
// each account, and each follower elsewhere.
type recoveryHead struct {
	Form string           `json:"form"`
	At   time.Time        `json:"at"`
	Now  social.HouseName `json:"now"`
	Next social.HouseName `json:"next"`
}

// recipientsOf are who can open it: those that are named, or those of the copies.
func (a *App) recipientsOf(named []string) ([]age.Recipient, error) {
	if len(named) == 0 {
		for _, r := range a.Config.Copies() {
			named = append(named, r.Recipient)
		}
	}
	if len(named) == 0 {
		return nil, errs.New(errs.Invalid, "Say who can open the recovery file: --recipient age1…, as plaza replica keygen prints it.")
	}
	return seal.ParseRecipients(named...)
}

// WriteRecovery writes what it takes to tell everybody's followers where they are
// if nothing else of the house is left, sealed, and tells of how many accounts. An
// older file is replaced when the new one is whole.
func (a *App) WriteRecovery(ctx context.Context, next social.HouseName, path string, recipients []string) (n int, err error) {
	to, err := a.recipientsOf(recipients)
	if err != nil {
		return 0, err
	}
	f, err := os.OpenFile(path+".new", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return 0, err
	}
	n, err = a.writeRecovery(ctx, f, next, to)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return 0, errors.Join(err, os.Remove(path+".new"))
	}
	if err := os.Rename(path+".new", path); err != nil {
		return 0, err
	}
	return n, a.Names.Kept(ctx)
}

func (a *App) writeRecovery(ctx context.Context, f io.Writer, next social.HouseName, to []age.Recipient) (n int, err error) {
	sealed, err := age.Encrypt(f, to...)
	if err != nil {
		return 0, err
	}
	out := bufio.NewWriter(sealed)
	lines := json.NewEncoder(out)
	if err := lines.Encode(recoveryHead{recoveryForm, a.Store.Now(), a.Names.Names().Now, next}); err != nil {
		return 0, err
	}
	err = a.Names.Each(ctx, func(p names.Person) error { n++; return lines.Encode(p) })
	return n, errors.Join(err, out.Flush(), sealed.Close())
}

// Recover makes a house from a recovery file that one of the identities can
// open: its people with their keys and who followed them, and nothing else. It
// tells how many there are, and the name that the house was to have next.
func (a *App) Recover(ctx context.Context, f io.Reader, identities []byte) (n int, next social.HouseName, err error) {
	ids, err := seal.ParseIdentities(string(identities))
	if err != nil {
		return 0, next, err
	}
	plain, err := age.Decrypt(f, ids...)
	if err != nil {
		return 0, next, errs.Wrap(errs.Invalid, "This identity does not open the file, or it is no recovery file.", err)
	}
	lines := json.NewDecoder(plain)
	var head recoveryHead
	if err := lines.Decode(&head); err != nil || head.Form != recoveryForm {
		return 0, next, errs.Wrap(errs.Invalid, "This is no recovery file of Plaza.", err)
	}
	if err := a.Names.Recover(ctx, head.Now, head.Next); err != nil {
		return 0, next, err
	}
	if err := a.settingsOf(head.Now); err != nil {
		return 0, next, err
	}
	for {
		var p names.Person
		err := lines.Decode(&p)
		if errors.Is(err, io.EOF) {
			return n, head.Next, a.Names.Recovered(ctx)
		}
		if err == nil {
			err = a.Names.Return(ctx, p)
		}
		if err != nil {
			return n, head.Next, err
		}
		n++
	}
}

// settingsOf begins the settings of a house that has none, with what it was called.
func (a *App) settingsOf(was social.HouseName) error {
	f, err := os.OpenFile(filepath.Join(a.Config.Data, "plaza.toml"), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "url = %q\nhandle_host = %q\n", was.URL, was.Host)
	return errors.Join(err, f.Sync(), f.Close())
}
