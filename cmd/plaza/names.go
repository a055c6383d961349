package main

import (
	"context"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/social"
)

type names struct {
	Hold    namesHold    `cmd:"" help:"Keep a name for somebody: nobody else gets it, nor one that looks like it."`
	List    namesList    `cmd:"" help:"Show the names that are kept."`
	Link    namesLink    `cmd:"" help:"Make a link with which a name is claimed once, and print it alone."`
	Unlink  namesUnlink  `cmd:"" help:"End the link of a name, which stays kept."`
	Release namesRelease `cmd:"" help:"Keep a name no more."`
}

type namesHold struct {
	where
	JSON     bool   `name:"json" help:"Print the result as JSON."`
	Note     string `help:"Whom it is for. Only owners read it."`
	Username string `arg:"" help:"The name."`
}

// Run keeps it, and tells who has a name that looks like it.
func (v *namesHold) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		h, like, err := a.Auth.HoldName(ctx, social.Console, v.Username, v.Note)
		if err != nil {
			return err
		}
		all := []string{}
		for _, x := range like {
			all = append(all, "@"+x.Username)
		}
		did := map[string]any{"username": h.Username, "like": all}
		if len(all) > 0 {
			return tell(s.out, v.JSON, did, "@%s is kept. These have a name that looks like it: %s.", h.Username, strings.Join(all, ", "))
		}
		return tell(s.out, v.JSON, did, "@%s is kept.", h.Username)
	})
}

type namesList struct {
	where
	JSON bool `name:"json" help:"Print one line of JSON for each."`
}

// Run shows them.
func (v *namesList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		all, err := a.Auth.HeldNames(ctx, social.Console)
		for _, h := range all {
			line, ends := map[string]any{"username": h.Username, "note": h.Note, "created_at": h.CreatedAt, "link_ends": nil, "claimed": h.Claimed}, "no link"
			if h.Claimed {
				ends = "claimed"
			}
			if h.Claimable(a.Store.Now()) {
				line["link_ends"], ends = h.ExpiresAt, "link until "+h.ExpiresAt.Format(time.DateTime)
			}
			if err := tell(s.out, v.JSON, line, "@%s\t%s\t%s", h.Username, ends, h.Note); err != nil {
				return err
			}
		}
		return err
	})
}

type namesLink struct {
	where
	Lasts    time.Duration `default:"168h" help:"How long the link is good, at most 2160h."`
	Username string        `arg:"" help:"The name."`
}

// Run makes it. The one before stops working.
func (v *namesLink) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		h, err := heldNamed(ctx, a, v.Username)
		if err != nil {
			return err
		}
		secret, err := a.Auth.LinkName(ctx, social.Console, h.ID, v.Lasts)
		if err != nil {
			return err
		}
		return tell(s.out, false, nil, "%s", a.Auth.ClaimURL(secret))
	})
}

type namesUnlink struct {
	where
	JSON     bool   `name:"json" help:"Print the result as JSON."`
	Username string `arg:"" help:"The name."`
}

// Run ends it.
func (v *namesUnlink) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		h, err := heldNamed(ctx, a, v.Username)
		if err == nil {
			err = a.Auth.UnlinkName(ctx, social.Console, h.ID)
		}
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"username": h.Username}, "Nobody can claim @%s any more; it is still kept.", h.Username)
	})
}

type namesRelease struct {
	where
	JSON     bool   `name:"json" help:"Print the result as JSON."`
	Username string `arg:"" help:"The name."`
}

// Run lets it go.
func (v *namesRelease) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		h, err := heldNamed(ctx, a, v.Username)
		if err == nil {
			err = a.Auth.ReleaseName(ctx, social.Console, h.ID)
		}
		if err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"username": h.Username}, "@%s is kept no more.", h.Username)
	})
}

func heldNamed(ctx context.Context, a *app.App, name string) (social.HeldName, error) {
	all, err := a.Auth.HeldNames(ctx, social.Console)
	for _, h := range all {
		if social.UsernameKey(h.Username) == social.UsernameKey(strings.TrimPrefix(name, "@")) {
			return h, err
		}
	}
	if err == nil {
		err = errs.Newf(errs.NotFound, "The name %s is not kept. plaza names list shows those that are.", name)
	}
	return social.HeldName{}, err
}
