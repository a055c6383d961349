package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
)

type standby struct {
	from
	Data   string        `help:"Folder of its own, on a host of its own." required:"" placeholder:"DIR"`
	Listen string        `help:"Address to listen at (PLAZA_LISTEN; default 127.0.0.1:8080)." placeholder:"ADDR"`
	URL    string        `name:"url" help:"How the world reaches the house; as in its settings if this is left out." placeholder:"URL"`
	Every  time.Duration `help:"How often it looks for what is new." default:"1s"`
}

// Run follows until it takes over, and serves until it is interrupted.
func (v *standby) Run(ctx context.Context, s streams) error {
	if v.Every < conf.MinReplicaEvery || v.Every > conf.MaxReplicaEvery {
		return errs.Newf(errs.Invalid, "--every %s is out of range: write a time from %s to %s.", v.Every, conf.MinReplicaEvery, conf.MaxReplicaEvery)
	}
	overrides := conf.Overrides{Data: v.Data, Listen: v.Listen, URL: v.URL}
	c, log, err := load(overrides, s)
	if err != nil {
		return err
	}
	unlock, err := app.Lock(v.Data)
	if err != nil {
		return err
	}
	defer unlock()
	if app.House(v.Data) && !app.Follows(v.Data) && !app.Promoted(v.Data) {
		return errs.Newf(errs.Conflict, "There is a house in %s that writes. A standby has a folder of its own: choose an empty one.", v.Data)
	}
	source, err := app.OpenCopy(ctx, v.at(), v.Identity, v.Data)
	if err != nil {
		return err
	}
	defer source.Place.Close()
	l, err := listen(c.Listen)
	if err != nil {
		return err
	}
	doors, err := app.NewDoors(l)
	if err != nil {
		return err
	}
	defer doors.Close()
	if !app.Promoted(v.Data) {
		fmt.Fprintf(s.out, "This is a standby. plaza promote --data %s has it take over.\n", v.Data)
	}
	b := app.Standby{Source: source, Data: v.Data, Every: v.Every, Log: log, Doors: doors,
		Config: func() (conf.Config, error) { return conf.Load(os.Getenv, overrides) },
		Serve:  func(ctx context.Context, o app.Options) error { return keepHouse(ctx, s, o, doors) }}
	return b.Run(ctx)
}

type promote struct {
	Data string        `help:"Folder of the standby." required:"" placeholder:"DIR"`
	Wait time.Duration `help:"How long it may take." default:"2m"`
}

// Run asks the standby to take over, and waits until it has.
func (v *promote) Run(ctx context.Context, s streams) error {
	if !app.Follows(v.Data) {
		return errs.Newf(errs.NotFound, "There is no standby in %s that follows.", v.Data)
	}
	if unlock, err := app.Lock(v.Data); err == nil {
		unlock()
		return errs.Newf(errs.Unavailable, "The standby in %s is not running. Start it with plaza standby, and ask again.", v.Data)
	}
	if err := app.AskToPromote(v.Data); err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, v.Wait)
	defer stop()
	for app.Asked(v.Data) {
		select {
		case <-ctx.Done():
			return errs.New(errs.Unavailable, "It has not taken over yet; it goes on trying. Look at its log.")
		case <-time.After(20 * time.Millisecond):
		}
	}
	if app.Follows(v.Data) {
		return errs.New(errs.Unavailable, "It could not take over. Its log says why.")
	}
	passed, err := app.PassedOver(v.Data)
	for _, why := range passed {
		fmt.Fprintln(s.out, "PASSED OVER, so what only that place has is not here:", why)
	}
	_, wrong := fmt.Fprintln(s.out, "It has taken over, and writes. Have the name of the house point to it.")
	return errors.Join(err, wrong)
}
