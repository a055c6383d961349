package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/plaza-social/plaza/internal/app"
)

type keeping struct {
	Add    keepAdd    `cmd:"" help:"Make room here for the copy of another house, and print what it needs."`
	List   keepList   `cmd:"" help:"Show whose copies are kept here, and what they take."`
	Remove keepRemove `cmd:"" help:"No longer keep a copy for somebody."`
}

type keepAdd struct {
	where
	JSON   bool   `name:"json" help:"As JSON."`
	Name   string `arg:"" help:"Of the space: small letters, digits and hyphens."`
	Budget string `help:"How much it may take." default:"50GB" placeholder:"SIZE"`
}

// Run prints the token, this once.
func (v *keepAdd) Run(_ context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	space, token, err := app.KeepFor(c, v.Name, v.Budget)
	if err != nil {
		return err
	}
	return tell(s.out, v.JSON, map[string]any{"name": space.Name, "url": space.URL, "secret": token, "budget": space.Budget},
		"Send this to who runs the other house, on a way that nobody else reads. The secret is shown this once.\n\n[[replica]]\nurl = %q\nsecret = %q\nrecipient = \"age1…\"  # the other house's own: plaza replica keygen\n",
		space.URL, token)
}

type keepList struct {
	where
	JSON bool `name:"json" help:"As JSON."`
}

// Run prints them.
func (v *keepList) Run(ctx context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	all, err := app.Spaces(ctx, c)
	if err != nil {
		return err
	}
	if v.JSON {
		return json.NewEncoder(s.out).Encode(all)
	}
	w := tabwriter.NewWriter(s.out, 0, 0, 2, ' ', 0)
	for _, x := range all {
		fmt.Fprintf(w, "%s\t%d bytes of %d\tsince %s\t%s\n", x.Name, x.Used, x.Budget, x.Made.Format(time.DateOnly), x.URL)
	}
	return w.Flush()
}

type keepRemove struct {
	where
	JSON  bool   `name:"json" help:"Print the result as JSON."`
	Files bool   `help:"Remove what is in it, too. It may be the last copy there is of that house."`
	Name  string `arg:"" help:"Of the space."`
}

// Run ends it.
func (v *keepRemove) Run(_ context.Context, s streams) error {
	c, err := v.settings()
	if err != nil {
		return err
	}
	if err := app.EndSpace(c, v.Name, v.Files); err != nil {
		return err
	}
	what := "What is in it stays in the data folder, below kept."
	if v.Files {
		what = "What was in it is gone."
	}
	return tell(s.out, v.JSON, map[string]any{"name": v.Name, "files": v.Files}, "Nobody reads or writes %s any more. %s", v.Name, what)
}
