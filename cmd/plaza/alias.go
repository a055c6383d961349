package main

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type accountAlias struct {
	Add    aliasAdd    `cmd:"" help:"Let another account move to this one."`
	Remove aliasRemove `cmd:"" help:"Take that back."`
	List   aliasList   `cmd:"" help:"Show them."`
}

// other is an account that is the same person's, too.
type other struct {
	one
	Other string `arg:"" help:"The other one: @name@host, or its address." placeholder:"OTHER"`
}

type (
	aliasAdd    struct{ other }
	aliasRemove struct{ other }
	aliasList   struct{ one }
)

// Run asks the other's server who it is, and keeps that.
func (v *aliasAdd) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		uri, err := a.AddAlias(ctx, v.Account, v.Other)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"account": v.Account, "alias": uri}, "%s can move to %s now.", uri, v.Account)
	})
}

// Run removes it, also when its server is gone.
func (v *aliasRemove) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		uri, err := a.DropAlias(ctx, v.Account, v.Other)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"account": v.Account, "removed": uri}, "%s cannot move to %s any more.", uri, v.Account)
	})
}

// Run prints a line for each.
func (v *aliasList) Run(ctx context.Context, s streams) error {
	return v.run(ctx, s, func(a *app.App) error {
		all, err := a.Aliases(ctx, v.Account)
		if err != nil {
			return err
		}
		for _, known := range all {
			if v.JSON {
				err = json.NewEncoder(s.out).Encode(known)
			} else {
				_, err = fmt.Fprintf(s.out, "%s\t%s\n", known.URI, known.Account)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

type accountMove struct {
	one
	To   string `arg:"" optional:"" help:"Where to: @name@host, or the address of the profile." placeholder:"TO"`
	Back bool   `help:"It lives here again."`
}

// Run moves it.
func (v *accountMove) Run(ctx context.Context, s streams) error {
	if (v.To == "") == !v.Back {
		return errs.New(errs.Invalid, "Say where to, or --back.")
	}
	return v.run(ctx, s, func(a *app.App) error {
		if v.Back {
			if err := a.ComeBack(ctx, v.Account); err != nil {
				return err
			}
			return tell(s.out, v.JSON, map[string]any{"account": v.Account, "moved_to": nil}, "%s lives here again.", v.Account)
		}
		uri, err := a.Move(ctx, v.Account, v.To)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"account": v.Account, "moved_to": uri}, "%s has moved to %s. The server takes its followers along.", v.Account, uri)
	})
}

type accountRefollow struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	Account string `arg:"" optional:"" help:"Whose follows." placeholder:"NAME"`
	All     bool   `help:"Everybody's."`
	DryRun  bool   `help:"Only count them."`
}

// Help says when.
func (*accountRefollow) Help() string {
	return "After a restore from a backup, or when the house has another address, other servers may not know any more who is followed from here. " +
		"Who was followed already there stays so, and asking twice does no harm."
}

// Run queues them.
func (v *accountRefollow) Run(ctx context.Context, s streams) error {
	if (v.Account == "") == !v.All {
		return errs.New(errs.Invalid, "Say whose: a name, or --all.")
	}
	return v.run(ctx, s, func(a *app.App) error {
		bar := s.bar()
		n, err := a.Refollow(ctx, v.Account, v.DryRun, bar.tell)
		bar.end()
		if err != nil {
			return err
		}
		said := "Asked again to follow: %d. The server sends it."
		if v.DryRun {
			said = "Would ask again to follow: %d."
		}
		return tell(s.out, v.JSON, map[string]any{"account": v.Account, "follows": n, "dry_run": v.DryRun}, said, n)
	})
}
