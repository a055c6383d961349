package main

import (
	"context"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type accountRotateKeys struct {
	where
	JSON    bool   `name:"json" help:"Print the result as JSON."`
	House   bool   `help:"The keys of the house itself."`
	Account string `arg:"" optional:"" help:"Whose." placeholder:"NAME"`
}

// Run makes them. They are shown to nobody.
func (v *accountRotateKeys) Run(ctx context.Context, s streams) error {
	if (v.Account == "") != v.House {
		return errs.New(errs.Invalid, "Say whose keys: a NAME, or --house.")
	}
	return v.run(ctx, s, func(a *app.App) error {
		if err := a.RotateKeys(ctx, v.Account); err != nil {
			return err
		}
		whose := v.Account
		if v.House {
			whose = "the house"
		}
		return tell(s.out, v.JSON, map[string]any{"account": v.Account, "house": v.House}, "New keys: %s", whose)
	})
}
