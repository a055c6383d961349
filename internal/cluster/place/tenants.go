package place

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// The bounds of who is kept for.
const (
	MaxTenants = 100
	MinBudget  = 1_000_000 // bytes
)

// A Tenant is a house whose copies are kept here.
type Tenant struct {
	Name   string    `json:"name"`   // of its space
	Token  []byte    `json:"token"`  // its SHA-256: who reads this cannot write there
	Budget int64     `json:"budget"` // bytes
	Made   time.Time `json:"made"`
}

// Tenants is who is kept for below a folder, in a file of it: what is kept is on
// this machine, and so is who may ask for it.
type Tenants struct{ dir string }

// TenantsIn are those of a folder.
func TenantsIn(dir string) Tenants { return Tenants{dir} }

func (t Tenants) file() string { return filepath.Join(t.dir, "spaces.json") }

// All is who is kept for, in the order of their names.
func (t Tenants) All() (all []Tenant, err error) {
	b, err := os.ReadFile(t.file())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal(b, &all)
	}
	if err != nil {
		return nil, errs.Wrap(errs.Unavailable, t.file()+" cannot be read. Put it back from a backup, or remove it and add those that you keep copies for again.", err)
	}
	return all, nil
}

// Named is one of them. It is read anew each time, so that who was just added is
// let in, and who was removed is not.
func (t Tenants) Named(name string) (Tenant, bool) {
	all, err := t.All()
	i := slices.IndexFunc(all, func(x Tenant) bool { return x.Name == name })
	if err != nil || i < 0 {
		return Tenant{}, false
	}
	return all[i], true
}

// Add makes a space, and the token for it, which is told this once.
func (t Tenants) Add(name string, budget int64, now time.Time) (token conf.Secret, err error) {
	if !nameForm.MatchString(name) {
		return "", errs.Newf(errs.Invalid, "%q cannot be the name of a space: write small letters, digits and hyphens.", name)
	}
	if budget < MinBudget {
		return "", errs.Newf(errs.Invalid, "That is too little room for a copy. Give it %d bytes at least.", MinBudget)
	}
	all, err := t.All()
	if err != nil {
		return "", err
	}
	if len(all) >= MaxTenants {
		return "", errs.Newf(errs.Limited, "There are %d spaces already, which is as many as one Plaza keeps.", len(all))
	}
	if _, taken := t.Named(name); taken {
		return "", errs.Newf(errs.Conflict, "There is a space %s already. Choose another name, or remove that one.", name)
	}
	secret := strings.ToLower(rand.Text() + rand.Text())
	sum := sha256.Sum256([]byte(secret))
	all = append(all, Tenant{Name: name, Token: sum[:], Budget: budget, Made: now.UTC()})
	slices.SortFunc(all, func(a, b Tenant) int { return strings.Compare(a.Name, b.Name) })
	return conf.Secret(secret), t.write(all)
}

// Remove ends a space. What is in it is removed too, if that is asked for.
func (t Tenants) Remove(name string, files bool) error {
	all, err := t.All()
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(all), func(x Tenant) bool { return x.Name == name })
	if len(left) == len(all) {
		return errs.Newf(errs.NotFound, "There is no space %s.", name)
	}
	if err := t.write(left); err != nil || !files {
		return err
	}
	return os.RemoveAll(filepath.Join(t.dir, name))
}

// Used is what a space takes of its budget.
func (t Tenants) Used(ctx context.Context, name string) (bytes int64, err error) {
	root, err := os.OpenRoot(filepath.Join(t.dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	f := &folder{root: root, keys: plainKeys}
	defer f.Close()
	err = f.Each(ctx, "", "", func(i Info) error { bytes += i.Size + perObject; return nil })
	return bytes, err
}

func (t Tenants) write(all []Tenant) error {
	b, err := json.MarshalIndent(all, "", "\t")
	if err == nil {
		err = os.MkdirAll(t.dir, 0o700)
	}
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(t.dir, "spaces-*")
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), t.file())
	}
	if err != nil {
		return errors.Join(fmt.Errorf("write %s: %w", t.file(), err), os.Remove(f.Name()))
	}
	return nil
}
