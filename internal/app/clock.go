package app

import (
	"context"
	"strings"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/errs"
)

// mostApart is how far our clock may be from that of the database when we begin.
const mostApart = time.Minute

// steady has a server that shares its database with others go by a clock that
// does not jump. One that is alone does not hide anything from others: it
// follows the machine's.
func (a *App) steady(o *Options) {
	if o.Replicate && strings.HasPrefix(o.Config.DB, "postgres") {
		a.clock = clock.NewSteady()
		o.Clock = a.clock.Now
	}
}

// mustAgree refuses to begin with a clock that differs from the database's: one
// of the two is wrong, and others may be about who are right.
func (a *App) mustAgree(ctx context.Context) error {
	if a.clock == nil {
		return nil
	}
	apart, err := a.Store.Apart(ctx)
	if err == nil && apart.Abs() > mostApart {
		err = errs.Newf(errs.Unavailable, "The clock of this host and that of the database differ by %s: set the one that is wrong right, and start again.", apart.Abs().Round(time.Second))
	}
	return err
}

// clockOff is by how much the machine's clock has jumped away from ours, in
// seconds.
func (a *App) clockOff() float64 {
	if a.clock == nil {
		return 0
	}
	return a.clock.Off().Seconds()
}

// lookAtClock is how often a jump is looked for, to be logged.
const lookAtClock = 10 * time.Second

// watchClock logs when the machine's clock jumps, and when it is right again.
func (a *App) watchClock(ctx context.Context) {
	if a.clock == nil {
		return
	}
	tick := time.NewTicker(lookAtClock)
	defer tick.Stop()
	for was := false; ; {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		off := a.clock.Off()
		if off != 0 && !was {
			a.log.ErrorContext(ctx, "the clock of this host has jumped, and is not followed: set it right, or start Plaza again if it was wrong before", "by", off.String())
		} else if off == 0 && was {
			a.log.InfoContext(ctx, "the clock of this host is right again")
		}
		was = off != 0
	}
}
