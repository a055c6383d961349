package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/plaza-social/plaza/internal/app"
	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
)

type devSurge struct {
	Reports  int           `default:"26000" help:"How many reports arrive."`
	Subjects int           `default:"6500" help:"How many posts they are about."`
	Within   time.Duration `default:"10m" help:"In which time they arrive; 0 is as fast as can be."`
	Readers  int           `default:"200" help:"How many people read timelines meanwhile, each once a second."`
	Quiet    time.Duration `default:"30s" help:"How long they read alone, before and after."`
	Burst    time.Duration `default:"60s" help:"How long after that reports arrive as fast as can be."`
	DB       string        `name:"db" help:"An empty PostgreSQL instead of the embedded database." placeholder:"postgres://…"`
}

// Run plays a bad day in a folder that is removed at the end.
func (v *devSurge) Run(ctx context.Context, s streams) error {
	dir, err := os.MkdirTemp("", "plaza-surge")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	c, log, err := load(conf.Overrides{Data: dir, DB: v.DB, Listen: "127.0.0.1:0", URL: "http://localhost"}, s)
	if err != nil {
		return err
	}
	c.DB, c.RateLimits = v.DB, false
	a, err := app.Open(ctx, app.Options{Config: c, Clock: clock.System, Log: log})
	if err != nil {
		return err
	}
	defer a.Close()
	out, err := a.Play(ctx, app.Surge{Reports: v.Reports, Subjects: v.Subjects, Within: v.Within, Readers: v.Readers, Quiet: v.Quiet, Burst: v.Burst},
		func(format string, args ...any) { fmt.Fprintf(s.out, format+"\n", args...) })
	if err != nil {
		return err
	}
	fmt.Fprintf(s.out, `reports       %d sent, %d taken, %d failed; %d open cases
               %.0f each second, 99%% answered within %v
timelines     95%% within %v while it was quiet, %v meanwhile (%+.0f%%), %v after that
receipts      %d, of which %d are in no checkpoint; the slowest was after %v
as fast as can be: %.0f each second, 99%% answered within %v
`, out.Sent, out.Taken, out.Failed, out.Cases, out.Rate, out.Latest.Round(time.Millisecond), out.Quiet.Round(10*time.Microsecond), out.Loud.Round(10*time.Microsecond),
		100*(out.Loud.Seconds()/max(out.Quiet.Seconds(), 1e-9)-1), out.Again.Round(10*time.Microsecond), out.Receipts, out.Missing, out.Slowest.Round(time.Millisecond), out.BurstRate, out.BurstLatest.Round(time.Millisecond))
	return out.AsPromised(v.Within > 0)
}
