package app

import (
	"context"
	"errors"
	"time"

	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/cluster/turn"
	"github.com/plaza-social/plaza/internal/store"
)

// Unsure says that nobody could be asked whether this house is the one that
// writes. Its database was not touched.
type Unsure struct{ Err error }

func (u *Unsure) Error() string { return u.Err.Error() }

func (u *Unsure) Unwrap() error { return u.Err }

// maybe is err for who may ask again: as it is, if it was an answer.
func maybe(err error) error {
	fenced := (*replica.Fenced)(nil)
	kind := errs.KindOf(err)
	if err == nil || errors.As(err, &fenced) || errors.Is(err, turn.ErrBroken) || kind == errs.Conflict || kind == errs.Invalid {
		return err
	}
	return &Unsure{err}
}

// enter makes sure that this house is the one that writes, before anything of
// it is touched: that it has the turn, and that nobody has begun an epoch after
// its own.
func (a *App) enter(ctx context.Context, o Options) (err error) {
	if !o.Replicate || o.ReadOnly {
		return nil
	}
	if a.tenure, err = openTenure(ctx, o); err != nil {
		return maybe(err)
	}
	if len(o.Config.Copies()) == 0 {
		return nil
	}
	places, err := placesOf(ctx, o.Config)
	if err != nil {
		return maybe(err)
	}
	defer closeAll(places)
	return maybe(replica.Enter(ctx, ReplicaFolder(o.Config), places))
}

const (
	// sureEvery is how often the places are tried while none answers.
	sureEvery = time.Second
	// sureWait is how long they may take each time.
	sureWait = 10 * time.Second
)

// OpenSure is Open for who can wait: as long as nobody can say whether this
// house is the one that writes, what can be read is served at doors.
func OpenSure(ctx context.Context, o Options, doors *Doors) (*App, error) {
	for {
		a, err := Open(ctx, o)
		u := (*Unsure)(nil)
		if !errors.As(err, &u) || ctx.Err() != nil {
			return a, err
		}
		o.Lease = nil // it is ours again if nobody has taken it
		o.Log.ErrorContext(ctx, "NOTHING CAN BE WRITTEN YET: nobody can say whether another Plaza has taken over; it goes on by itself when somebody can", "err", err)
		if err := readMeanwhile(ctx, o, u, doors); err != nil {
			return nil, err
		}
	}
}

const notYet = "Nothing can be written just now: this Plaza was started and cannot reach the places that say whether it is the one that writes. It goes on by itself as soon as one answers."

// readMeanwhile serves what can be read until one of the places answers.
func readMeanwhile(ctx context.Context, o Options, u *Unsure, doors *Doors) error {
	serving, stop := context.WithCancel(ctx)
	defer stop()
	served := make(chan error, 1)
	o.ReadOnly, o.Replicate = true, false
	if a, err := Open(ctx, o); err == nil {
		a.Store.Shut(errs.Wrap(errs.Unavailable, notYet, u))
		go func() { served <- errors.Join(a.Serve(serving, doors.Open()), a.Close()) }()
	} else {
		o.Log.WarnContext(ctx, "it cannot be read meanwhile either", "err", err)
		served <- nil
	}
	for ctx.Err() == nil && answered(ctx, o.Config) != nil {
		wait(ctx, sureEvery)
	}
	stop()
	return errors.Join(<-served, ctx.Err())
}

// answered asks whether somebody can be asked.
func answered(ctx context.Context, c conf.Config) error {
	ctx, stop := context.WithTimeout(ctx, sureWait)
	defer stop()
	if c.Lease.URL != "" {
		p, err := OpenPlace(ctx, c.Lease.Place)
		if err != nil {
			return err
		}
		defer p.Close()
		if _, err := lastTurn(ctx, p, c); err != nil {
			return err
		}
	}
	places, err := placesOf(ctx, c)
	if err != nil || len(places) == 0 {
		return err
	}
	defer closeAll(places)
	return replica.Reachable(ctx, places)
}

func lastTurn(ctx context.Context, p place.Place, c conf.Config) (*turn.Watcher, error) {
	t, err := Turn(p, c)
	if err != nil {
		return nil, err
	}
	w := t.Watch()
	return w, w.Look(ctx)
}

// fresh is how old what a running house says of itself may be to hold.
const fresh = 5 * time.Second

// OpenBeside opens a house for the command line, which may be used beside the
// server. Where another house has taken over, or may have, it can only be read,
// and what would change it is answered with that.
func OpenBeside(ctx context.Context, o Options) (*App, error) {
	if Follows(o.Config.Data) {
		return nil, errs.Newf(errs.Conflict, "There is a standby in %s, which follows a house that writes. Use that one.", o.Config.Data)
	}
	why := mayWrite(ctx, o.Config)
	o.Beside, o.ReadOnly = true, why != nil
	a, err := Open(ctx, o)
	if err == nil && why != nil {
		a.Store.Shut(shutFor(why))
	}
	return a, err
}

// shutFor is err as writes are answered with.
func shutFor(err error) error {
	if f := (*replica.Fenced)(nil); errors.As(err, &f) {
		return errs.New(errs.Unavailable, f.Error())
	}
	return err
}

// mayWrite is nil if nobody has taken over from a house: it says so itself, if
// it runs, or the places of the copies do.
func mayWrite(ctx context.Context, c conf.Config) error {
	if len(c.Copies()) == 0 || !House(c.Data) {
		return nil
	}
	said, err := replica.ReadStatus(ReplicaFolder(c))
	runs := err == nil && time.Since(said.At) < fresh
	if runs && said.Closed == "" {
		return nil
	}
	err = askPlaces(ctx, c)
	if f := (*replica.Fenced)(nil); runs && !errors.As(err, &f) { // the places know no more than it does
		return errs.New(errs.Unavailable, said.Closed)
	}
	return err
}

// askPlaces is nil if the places of the copies say that nobody has taken over.
func askPlaces(ctx context.Context, c conf.Config) error {
	ctx, stop := context.WithTimeout(ctx, sureWait)
	defer stop()
	places, err := placesOf(ctx, c)
	if err != nil {
		return errs.Wrap(errs.Unavailable, "A place of the copies cannot be opened, so nobody can say whether another Plaza has taken over, and nothing is changed here.", err)
	}
	defer closeAll(places)
	s, err := replica.Succeeded(ctx, ReplicaFolder(c), places)
	if errs.KindOf(err) == errs.NotFound && err != nil { // it never wrote to a copy
		return nil
	}
	if err != nil {
		return err
	}
	return s.Fenced()
}

// closedSays is why nothing can be written; empty if it can.
func closedSays(s *store.Store) string {
	why := s.Gate()
	f := (*replica.Fenced)(nil)
	switch {
	case why == nil:
		return ""
	case errors.As(why, &f):
		return f.Error()
	}
	return errs.Public(why)
}
