package app

import (
	"context"
	"strings"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/core/auth"
	"github.com/plaza-social/plaza/internal/core/moderation"
	"github.com/plaza-social/plaza/internal/social"
)

// What the command line does about accounts: all of it in the name of the
// console, which is above every role.

// Dossier finds an account by its name, with its host if it lives elsewhere.
func (a *App) Dossier(ctx context.Context, name string) (moderation.Dossier, error) {
	username, host, _ := strings.Cut(strings.TrimPrefix(name, "@"), "@")
	if strings.EqualFold(host, a.Config.HandleHost) {
		host = ""
	}
	d, err := a.Moderation.Named(ctx, social.Console, username, strings.ToLower(host))
	if errs.KindOf(err) == errs.NotFound && err != nil {
		err = errs.Newf(errs.NotFound, "There is no account called %s here.", name)
	}
	return d, err
}

// Judge does something about an account.
func (a *App) Judge(ctx context.Context, name string, action social.Action, why string, letter bool) error {
	d, err := a.Dossier(ctx, name)
	if err != nil {
		return err
	}
	return a.Moderation.Decide(ctx, social.Console, social.Decision{Account: d.ID, Action: action, Text: why}, letter)
}

// Expel deletes an account for good. Nothing happens to it in a dry run, but
// that it could be is found out.
func (a *App) Expel(ctx context.Context, name string, dry bool) (moderation.Dossier, error) {
	d, err := a.Dossier(ctx, name)
	if err != nil || dry {
		return d, err
	}
	if err := a.Moderation.Decide(ctx, social.Console, social.Decision{Account: d.ID, Action: social.Suspend}, false); err != nil {
		return d, err
	}
	return d, a.Auth.Expel(ctx, social.Console, d.ID)
}

// Changes are what Modify does.
type Changes = auth.Changes

// Modify changes what is known of one of ours.
func (a *App) Modify(ctx context.Context, name string, c Changes) (password string, err error) {
	d, err := a.Dossier(ctx, name)
	if err != nil {
		return "", err
	}
	return a.Auth.Modify(ctx, social.Console, d.ID, c)
}

// maxApproved is how many are let in at once, at most.
const maxApproved = 1000

// Approve lets somebody in who waits or, without a name, the first n who do,
// and returns their names. It tells how far it is.
func (a *App) Approve(ctx context.Context, name string, n int, tell func(done, total int)) (in []string, err error) {
	if name != "" {
		d, err := a.Dossier(ctx, name)
		if err != nil {
			return nil, err
		}
		return []string{d.Username}, a.Auth.Approve(ctx, social.Console, d.ID)
	}
	users, err := a.Auth.Waiting(ctx, social.Console, social.Page{Oldest: true, Limit: min(n, maxApproved)})
	if err != nil {
		return nil, err
	}
	for _, u := range users {
		d, err := a.Moderation.Account(ctx, social.Console, u.Account)
		if err != nil {
			return in, err
		}
		if err := a.Auth.Approve(ctx, social.Console, u.Account); err != nil {
			return in, err
		}
		in = append(in, d.Username)
		tell(len(in), len(users))
	}
	return in, nil
}

// TurnDown deletes the account of somebody who waits to be let in, or only
// finds out whether it could.
func (a *App) TurnDown(ctx context.Context, name string, dry bool) error {
	d, err := a.Dossier(ctx, name)
	if err != nil {
		return err
	}
	if waits := d.Ours() && d.User.Confirmed && !d.User.Approved; dry && !waits {
		return errs.Newf(errs.NotFound, "%s does not wait.", name)
	}
	if dry {
		return nil
	}
	return a.Auth.Reject(ctx, social.Console, d.ID)
}

// Listed is an account in a list.
type Listed struct {
	Account   string          `json:"account"`
	Email     string          `json:"email"`
	Role      social.Role     `json:"role"`
	Standing  social.Standing `json:"standing"`
	Limited   bool            `json:"limited"`
	Sensitive bool            `json:"sensitive"`
	Disabled  bool            `json:"disabled"`
}

// EachAccount hands over up to n accounts that stand in some way, or in any if
// state is empty, the newest first.
func (a *App) EachAccount(ctx context.Context, state social.AccountState, n int, take func(Listed) error) error {
	p := social.Page{}
	for n > 0 {
		p.Limit = min(n, moderation.MaxPage)
		some, err := a.Moderation.Accounts(ctx, social.Console, social.AccountFilter{State: state}, p)
		if err != nil {
			return err
		}
		for _, d := range some.Items {
			if err := take(Listed{d.Acct(), d.User.Email, d.User.Role, d.Standing, d.Limited, d.Sensitive, d.User.Disabled}); err != nil {
				return err
			}
		}
		if len(some.Items) < p.Limit {
			return nil
		}
		n, p.Before = n-p.Limit, some.Oldest
	}
	return nil
}
