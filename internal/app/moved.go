package app

import (
	"context"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/accounts"
	"github.com/plaza-social/plaza/internal/social"
)

// What the command line does about where accounts live: in the name of their
// owners, who could do it themselves.

// owner is the one of ours with a name.
func (a *App) owner(ctx context.Context, name string) (social.Actor, error) {
	d, err := a.Dossier(ctx, name)
	if err == nil && !d.Ours() {
		err = errs.Newf(errs.Invalid, "%s lives elsewhere, and is looked after there.", name)
	}
	return social.Actor{Account: d.ID, Standing: social.Good}, err
}

// AddAlias lets another account move to one of ours, and tells its address.
func (a *App) AddAlias(ctx context.Context, name, other string) (uri string, err error) {
	by, err := a.owner(ctx, name)
	if err != nil {
		return "", err
	}
	who, err := a.Accounts.AddAlias(ctx, by, other)
	if err != nil {
		return "", err
	}
	return a.Accounts.URI(who), nil
}

// DropAlias takes that back. Other is its address, or who is there.
func (a *App) DropAlias(ctx context.Context, name, other string) (uri string, err error) {
	by, err := a.owner(ctx, name)
	if err != nil {
		return "", err
	}
	all, err := a.Aliases(ctx, name)
	if err != nil {
		return "", err
	}
	for _, known := range all {
		if known.URI == other || known.Account != "" && (other == known.Account || other == "@"+known.Account) {
			return known.URI, a.Accounts.DropAlias(ctx, by, known.URI)
		}
	}
	return "", errs.Newf(errs.NotFound, "%s is none of its aliases.", other)
}

// An Alias is another account of somebody's: its address and, if it is known
// here, what it is called.
type Alias struct {
	URI     string `json:"uri"`
	Account string `json:"account,omitempty"`
}

// Aliases are those of one of ours.
func (a *App) Aliases(ctx context.Context, name string) ([]Alias, error) {
	by, err := a.owner(ctx, name)
	if err != nil {
		return nil, err
	}
	home, err := a.Accounts.Home(ctx, by)
	if err != nil {
		return nil, err
	}
	return a.called(ctx, home.Aliases)
}

func (a *App) called(ctx context.Context, all []accounts.Alias) (out []Alias, err error) {
	for _, x := range all {
		known := Alias{URI: x.URI}
		if x.Account != 0 {
			f, err := a.View.Face(ctx, x.Account)
			if err != nil {
				return nil, err
			}
			known.Account = f.Acct()
		}
		out = append(out, known)
	}
	return out, nil
}

// Move has one of ours move, and tells where it lives now.
func (a *App) Move(ctx context.Context, name, to string) (uri string, err error) {
	by, err := a.owner(ctx, name)
	if err != nil {
		return "", err
	}
	target, err := a.Accounts.MoveTo(ctx, by, to)
	if err != nil {
		return "", err
	}
	return a.Accounts.URI(target), nil
}

// ComeBack takes that back.
func (a *App) ComeBack(ctx context.Context, name string) error {
	by, err := a.owner(ctx, name)
	if err != nil {
		return err
	}
	return a.Accounts.Stay(ctx, by)
}

// Refollow has what one of ours, or without a name everybody, follows on other
// servers be asked for again, and tells how many that is.
func (a *App) Refollow(ctx context.Context, name string, dry bool, tell func(done, total int)) (int, error) {
	by := social.Actor{}
	if name != "" {
		var err error
		if by, err = a.owner(ctx, name); err != nil {
			return 0, err
		}
	}
	return a.Federation.Refollow(ctx, by.Account, dry, tell)
}
