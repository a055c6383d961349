package main

import (
	"context"
	"fmt"

	"github.com/plaza-social/plaza/internal/app"
)

type rekey struct {
	where
	JSON bool `name:"json" help:"Print the result as JSON."`
	Lost bool `help:"The key is lost for good, here and in every copy: seal by the one that is here, or a new one. Messages of before stay unreadable. Stop Plaza first."`
}

// Run makes a key, or has the house do without the one of before. It is shown to nobody.
func (v *rekey) Run(ctx context.Context, s streams) error {
	if v.Lost {
		return v.lost(ctx, s)
	}
	c, err := v.settings()
	if err != nil {
		return err
	}
	if err := app.Rekey(c); err != nil {
		return err
	}
	return tell(s.out, v.JSON, map[string]any{"made": true}, "There is a new key. Start Plaza again: it seals anew by that one what those before it sealed. They stay in the file, for copies that are older.")
}

func (v *rekey) lost(ctx context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	unlock, err := app.Lock(c.Data)
	if err != nil {
		return err
	}
	defer unlock()
	return v.run(ctx, s, func(a *app.App) error {
		n, err := a.RekeyLost(ctx)
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"given_up": n}, "%s", fmt.Sprintf("Plaza seals by the key that is here. Messages of before stay unreadable, and who had an app that makes codes sets it up anew. Given up of what waited to be sent or applied: %d.", n))
	})
}
