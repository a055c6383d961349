package main

import (
	"context"
	"fmt"
	"io"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/social"
)

type witnesses struct {
	Add     witnessAdd     `cmd:"" help:"Have another house, or any C2SP witness, sign what the log signs."`
	Remove  witnessRemove  `cmd:"" help:"Have a witness not be asked any more."`
	List    witnessList    `cmd:"" help:"Show who witnesses the log, and which logs are witnessed here."`
	Watch   witnessWatch   `cmd:"" help:"Witness the log of another house."`
	Unwatch witnessUnwatch `cmd:"" help:"Not witness it any more."`
}

type witnessAdd struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	URL  string `arg:"" name:"url" help:"Below which it takes checkpoints; of a Plaza https://HOST/evidence/witness."`
	Key  string `arg:"" help:"Its key; of a Plaza what is at https://HOST/evidence/key."`
}

// Run adds it. The server asks it, when it runs.
func (v *witnessAdd) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Sealing.AddWitness(ctx, social.Keyboard, v.URL, v.Key); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"url": v.URL, "key": v.Key}, "It is asked from now on. It has to watch the log of this house, too: plaza evidence witness watch there, with what plaza evidence key prints here.")
	})
}

type witnessRemove struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	Name string `arg:"" help:"Its name, as the list has it."`
}

// Run removes it.
func (v *witnessRemove) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Sealing.EndWitness(ctx, social.Keyboard, v.Name); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"name": v.Name}, "%s is not asked any more.", v.Name)
	})
}

type witnessWatch struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	Key  string `arg:"" help:"The key of the log; of a Plaza what is at https://HOST/evidence/key."`
}

// Run begins.
func (v *witnessWatch) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Sealing.Watch(ctx, social.Keyboard, v.Key); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"key": v.Key}, "It is witnessed here from now on, at %s/evidence/witness.", a.Config.URL)
	})
}

type witnessUnwatch struct {
	where
	JSON bool   `name:"json" help:"Print the result as JSON."`
	Name string `arg:"" help:"The name of the log, as the list has it."`
}

// Run ends it.
func (v *witnessUnwatch) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		if err := a.Sealing.EndWatch(ctx, social.Keyboard, v.Name); err != nil {
			return err
		}
		return tell(s.out, v.JSON, map[string]any{"name": v.Name}, "%s is not witnessed here any more.", v.Name)
	})
}

type witnessList struct {
	where
	asJSON
}

// A witnessLine is what is told of one.
type witnessLine struct {
	What string     `json:"what"` // witness or watched
	Name string     `json:"name"`
	Key  string     `json:"key"`
	URL  string     `json:"url,omitempty"`
	Size int64      `json:"size"`
	Seen *time.Time `json:"seen,omitempty"`
	Says string     `json:"fault,omitempty"`
}

// Run shows them.
func (v *witnessList) Run(ctx context.Context, s streams) error {
	return v.with(ctx, s, func(a *app.App) error {
		ours, err := a.Sealing.Witnesses(ctx)
		if err != nil {
			return err
		}
		theirs, err := a.Sealing.Watched(ctx)
		if err != nil {
			return err
		}
		out := []witnessLine{}
		for _, w := range ours {
			out = append(out, witnessLine{"witness", w.Name, w.Key, w.URL, w.Size, seen(w.Seen), w.Fault})
		}
		for _, w := range theirs {
			out = append(out, witnessLine{What: "watched", Name: w.Origin, Key: w.Key, Size: w.Size, Seen: seen(w.Seen)})
		}
		return v.tell(s, out, func(w io.Writer) {
			for _, x := range out {
				when := "never"
				if x.Seen != nil {
					when = x.Seen.UTC().Format(time.RFC3339)
				}
				fmt.Fprintf(w, "%s\t%s\t%d records\t%s\t%s\t%s\n", x.What, x.Name, x.Size, when, x.URL, x.Says)
			}
		})
	})
}

func seen(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	return &at
}
