package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

// one is a command about one account.
type one struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Account string `arg:"" help:"Its name, with @host if it lives elsewhere." placeholder:"NAME"`
}

// run opens the data for a command and closes it after.
func (w where) run(ctx context.Context, s streams, do func(a *app.App) error) error {
	a, err := w.open(ctx, s)
	if err != nil {
		return err
	}
	defer a.Close()
	return do(a)
}

// tell prints what was done: a sentence, or the same for programs.
func tell(w io.Writer, asJSON bool, did map[string]any, sentence string, values ...any) error {
	if asJSON {
		return json.NewEncoder(w).Encode(did)
	}
	_, err := fmt.Fprintf(w, sentence+"\n", values...)
	return err
}

// judge is a command of what the staff does about an account.
type judge struct {
	one
	Why    string `help:"The reason, told to its owner." placeholder:"TEXT"`
	Letter bool   `help:"Write to its owner; --no-letter for not." default:"true" negatable:""`
}

// do does what the command's name says.
func (v *judge) do(ctx context.Context, s streams, action social.Action) error {
	return v.run(ctx, s, func(a *app.App) error {
		if err := a.Judge(ctx, v.Account, action, v.Why, v.Letter); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"account": v.Account, "action": action}, "%s: %s", v.Account, action)
	})
}

// judgements are the same command for each action.
type (
	accountSuspend   struct{ judge }
	accountUnsuspend struct{ judge }
	accountLimit     struct{ judge }
	accountUnlimit   struct{ judge }
	accountVeil      struct{ judge }
	accountUnveil    struct{ judge }
)

// Run suspends.
func (v *accountSuspend) Run(ctx context.Context, s streams) error {
	return v.judge.do(ctx, s, social.Suspend)
}

// Run takes it back.
func (v *accountUnsuspend) Run(ctx context.Context, s streams) error {
	return v.judge.do(ctx, s, social.Unsuspend)
}

// Run limits.
func (v *accountLimit) Run(ctx context.Context, s streams) error {
	return v.judge.do(ctx, s, social.Limit)
}

// Run takes it back.
func (v *accountUnlimit) Run(ctx context.Context, s streams) error {
	return v.judge.do(ctx, s, social.Unlimit)
}

// Run puts what its posts show behind a warning.
func (v *accountVeil) Run(ctx context.Context, s streams) error {
	return v.judge.do(ctx, s, social.Veil)
}

// Run takes it back.
func (v *accountUnveil) Run(ctx context.Context, s streams) error {
	return v.judge.do(ctx, s, social.Unveil)
}

type accountModify struct {
	one
	Role          string `help:"owner, admin, moderator or user." placeholder:"ROLE"`
	Email         string `help:"Another e-mail address; it counts as confirmed." placeholder:"ADDRESS"`
	Confirm       bool   `help:"Its address counts as confirmed."`
	Disable       bool   `help:"Nobody can sign in to it." xor:"disabled"`
	Enable        bool   `help:"People can sign in to it again." xor:"disabled"`
	ResetPassword bool   `help:"Make a new password and print it; everybody is signed out."`
	Reset2FA      bool   `name:"reset-2fa" help:"Take away a second factor that is lost: app, passkeys and recovery codes. Its owner is told."`
}

// Run changes it.
func (v *accountModify) Run(ctx context.Context, s streams) error {
	c := app.Changes{Email: v.Email, Confirm: v.Confirm, Password: v.ResetPassword, Factors: v.Reset2FA}
	if v.Role != "" {
		var err error
		if c.Role, err = social.ParseRole(v.Role); err != nil {
			return err
		}
	}
	if c == (app.Changes{}) && !v.Disable && !v.Enable {
		return errs.New(errs.Invalid, "Say what to change: --role, --email, --confirm, --disable, --enable, --reset-password or --reset-2fa.")
	}
	return v.run(ctx, s, func(a *app.App) error {
		password, err := a.Modify(ctx, v.Account, c)
		if err != nil {
			return err
		}
		for action, wanted := range map[social.Action]bool{social.Disable: v.Disable, social.Enable: v.Enable} {
			if !wanted {
				continue
			}
			if err := a.Judge(ctx, v.Account, action, "", true); err != nil {
				return err
			}
		}
		did := map[string]any{"account": v.Account}
		if password == "" {
			return tell(s.out, v.JSON, did, "Changed %s.", v.Account)
		}
		did["password"] = password
		return tell(s.out, v.JSON, did, "Changed %s.\nPassword: %s", v.Account, password)
	})
}

type accountApprove struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Account string `arg:"" optional:"" help:"Who waits." placeholder:"NAME"`
	All     bool   `help:"Everybody who waits, up to 1000."`
	Number  int    `help:"The first so many who wait." placeholder:"N"`
}

// Run lets people in.
func (v *accountApprove) Run(ctx context.Context, s streams) error {
	n := v.Number
	if v.All {
		n = 1000
	}
	if (v.Account == "") == (n <= 0) {
		return errs.New(errs.Invalid, "Say who: a name, --all, or --number N.")
	}
	return v.run(ctx, s, func(a *app.App) error {
		bar := s.bar()
		in, err := a.Approve(ctx, v.Account, n, bar.tell)
		bar.end()
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"approved": append([]string{}, in...)}, "Let in: %d. %s", len(in), strings.Join(in, " "))
	})
}

type accountReject struct {
	one
	DryRun bool `help:"Only find out whether they wait."`
}

// Run turns somebody down.
func (v *accountReject) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		if err := a.TurnDown(ctx, v.Account, v.DryRun); err != nil {
			return err
		}
		said := "Turned down %s."
		if v.DryRun {
			said = "Would turn down %s."
		}
		return tell(s.out, v.JSON, map[string]any{"rejected": v.Account, "dry_run": v.DryRun}, said, v.Account)
	})
}

type accountDelete struct {
	one
	DryRun bool `help:"Only say what would be done."`
}

// Run deletes it for good.
func (v *accountDelete) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		d, err := a.Expel(ctx, v.Account, v.DryRun)
		if err != nil {
			return err
		}
		did := map[string]any{"account": v.Account, "posts": d.Posts, "dry_run": v.DryRun}
		if v.DryRun {
			return tell(s.out, v.JSON, did, "Would delete %s, with %d posts.", v.Account, d.Posts)
		}
		return tell(s.out, v.JSON, did, "Deleted %s. What it leaves behind, %d posts among it, is removed by the server.", v.Account, d.Posts)
	})
}

type accountList struct {
	where
	JSON  bool   `name:"json" help:"Print a JSON object for each account."`
	State string `help:"active, pending, disabled, limited, sensitive or suspended." enum:",active,pending,disabled,limited,sensitive,suspended" default:""`
	Limit int    `help:"How many, the newest first." default:"100"`
}

// Run prints a line for each account.
func (v *accountList) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		return a.EachAccount(ctx, social.AccountState(v.State), v.Limit, func(l app.Listed) error {
			if v.JSON {
				return json.NewEncoder(s.out).Encode(l)
			}
			_, err := fmt.Fprintf(s.out, "%s\t%s\t%s\t%s\n", l.Account, l.Email, l.Role, l.Standing)
			return err
		})
	})
}
