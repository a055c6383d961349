package main

import (
	"context"
	"fmt"
	"os"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
)

type dev struct {
	House devHouse `cmd:"" default:"withargs" help:"Run a server to try things with (the usual command)."`
	Jury  devJury  `cmd:"" help:"Play juries with made people: how often hostile ones get their way, how often a verdict is right."`
	Surge devSurge `cmd:"" help:"Play a bad day: tens of thousands of reports while people read, and look for each receipt in the log."`
}

type devHouse struct {
	Listen string `help:"Address to listen at." placeholder:"ADDR"`
	URL    string `name:"url" help:"How browsers reach it." placeholder:"URL"`
}

// Run serves a house full of people from a folder that is removed at the end.
func (v *devHouse) Run(ctx context.Context, s streams) error {
	dir, err := os.MkdirTemp("", "plaza-dev")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, log, err := load(conf.Overrides{Data: dir, Listen: v.Listen, URL: v.URL}, s)
	if err != nil {
		return err
	}
	c.DB = ""
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	defer l.Close()
	a, err := app.Open(ctx, app.Options{Config: c, Clock: clock.System, Log: log})
	if err != nil {
		return err
	}
	defer a.Close()
	people, err := a.Furnish(ctx)
	if err != nil {
		return err
	}
	fmt.Fprintln(s.out, "Plaza is at", c.URL, "with data that is gone when you stop it.")
	fmt.Fprintf(s.out, "Sign in with one of these names and the password %q:\n ", app.DemoPassword)
	for _, p := range people {
		fmt.Fprint(s.out, " ", p)
	}
	fmt.Fprintln(s.out)
	return a.Serve(ctx, l)
}
