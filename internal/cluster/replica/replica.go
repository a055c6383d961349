// Package replica keeps the house elsewhere too, all the time: what SQLite
// commits is captured into a spool of files (capture.go, with Litestream), and
// a ship for each destination carries them there, sealed (ship.go, files.go).
// Restore brings a house back from such a copy (restore.go).
//
// docs/decisions/0034-replicas.md says why it is so.
package replica

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"filippo.io/age"
	"github.com/superfly/ltx"
	"golang.org/x/sync/errgroup"

	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
)

const (
	// Every is how often what was written is taken over, if nothing else is said.
	Every = time.Second
	// Patience is how long a write waits for a copy that it is not answered
	// without, if nothing else is said.
	Patience = 10 * time.Second
	// openWait is how long the places are waited for at the start.
	openWait = 20 * time.Second
)

// Config is what a Replica works with.
type Config struct {
	DB    string        // the file of the database
	Dir   string        // where we keep what is ours, on the same machine
	Every time.Duration // zero is Every
	// Soon has what was committed be sent at once, because writes wait for it.
	Soon         bool
	Patience     time.Duration // how long they do; zero is Patience
	Destinations []Destination
	Files        Files          // besides the database; nil is none
	Settings     []byte         // of the house, to come along; nil is none
	Key          []byte         // of the house, that is in no database, to come along; nil is none
	Journal      int64          // the last fact in the database as it is opened
	Opens        []age.Identity // the copies, for drills by itself; nil is none
	Daily        DailyConfig    // the second copy, once a day
	Log          *slog.Logger
	// Fenced is told once, if another house has taken over.
	Fenced func(error)
	// Closed says why nothing can be written now, and is empty if it can; nil is
	// always.
	Closed func() string
	// Evidence computes the log of evidence anew that is in a database which came
	// back, and returns how many records of it are as they were signed; nil is not
	// looked at.
	Evidence func(ctx context.Context, file string) (int64, error)
}

// Close closes the places, where there is no Replica that does.
func (c Config) Close() (err error) {
	for _, d := range c.Destinations {
		err = errors.Join(err, d.Place.Close())
	}
	return err
}

// Replica keeps the copies.
type Replica struct {
	Config
	Epoch   Epoch
	capture *capture
	ships   []*ship
	began   time.Time

	committed atomic.Int64 // the last ticket
	soon      chan struct{}

	mu      sync.Mutex
	taken   int64 // everything up to that ticket is in the spool
	takenAt time.Time
	changed chan struct{} // closed when something has come further
	fenced  error

	making   sync.Mutex // held while a daily copy is made
	lastMade time.Time
}

// Open makes sure that this house is the one that writes, or begins a new epoch
// for it, and captures from then on. It fails with a *Fenced error if another
// has taken over, and with one of kind Unavailable if no place can be asked.
func Open(ctx context.Context, c Config) (*Replica, error) {
	c.Every, c.Patience = cmp.Or(c.Every, Every), cmp.Or(c.Patience, Patience)
	r := &Replica{Config: c, soon: make(chan struct{}, 1), changed: make(chan struct{}), began: time.Now()}
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return nil, err
	}
	var err error
	had := ltx.TXID(0)
	if r.Epoch, had, err = enter(ctx, c); err != nil {
		return nil, err
	}
	if r.capture, err = openCapture(ctx, c.DB, c.Dir, r.Epoch, c.Log); err != nil {
		return nil, err
	}
	begins, err := began(c.Dir, r.Epoch, c.Journal)
	if err != nil {
		return nil, errors.Join(err, r.capture.close(context.WithoutCancel(ctx)))
	}
	r.takenAt = r.began
	for _, d := range c.Destinations {
		r.ships = append(r.ships, &ship{Destination: d, epoch: r.Epoch, had: had, in: make(chan struct{}), capture: r.capture, shelf: newShelf(), settings: c.Settings, key: c.Key, begins: begins, log: c.Log.With("replica", d.Place.String())})
	}
	if err := r.openDailies(); err != nil {
		return nil, errors.Join(err, r.capture.close(context.WithoutCancel(ctx)))
	}
	return r, nil
}

// Enter is what Open does first: it makes sure that the house of a data folder
// is the one that writes, and touches no database.
func Enter(ctx context.Context, dir string, at []place.Place) error {
	_, err := entered(ctx, dir, at)
	return err
}

// Reachable is nil if one of the places answers.
func Reachable(ctx context.Context, at []place.Place) error {
	_, err := anywhere(ctx, toAll(at), func(ctx context.Context, d Destination) (Epoch, error) { return latest(ctx, d.Place, 0) })
	return err
}

func toAll(at []place.Place) (all []Destination) {
	for _, p := range at {
		all = append(all, Destination{Place: p})
	}
	return all
}

func entered(ctx context.Context, dir string, at []place.Place) (Epoch, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return Epoch{}, err
	}
	e, _, err := enter(ctx, Config{Dir: dir, Destinations: toAll(at)})
	return e, err
}

// Begin makes the house of a data folder, that has followed an epoch until now,
// the one that writes: whoever wrote until then is fenced. Finish and Open do the
// rest.
func Begin(ctx context.Context, dir string, followed Epoch, at []place.Place) (Epoch, error) {
	e, err := entered(ctx, dir, at)
	if err == nil && e.N <= followed.N {
		return e, errs.Newf(errs.Conflict, "This data folder is of epoch %d, and what was followed of epoch %d. Start a standby in a new folder.", e.N, followed.N)
	}
	return e, err
}

// enter goes on with the epoch of this data folder, or begins one after all that
// the places know of.
func enter(ctx context.Context, c Config) (e Epoch, had ltx.TXID, err error) {
	ctx, stop := context.WithTimeout(ctx, openWait)
	defer stop()
	if e, err = OwnEpoch(c.Dir); err != nil {
		return e, 0, err
	}
	if e.N == 0 {
		last, err := anywhere(ctx, c.Destinations, func(ctx context.Context, d Destination) (Epoch, error) { return latest(ctx, d.Place, 0) })
		if err != nil {
			return e, 0, err
		}
		e = after(last, time.Now().UTC().Truncate(time.Millisecond))
		if err := begin(c.Dir, e); err != nil {
			return e, 0, err
		}
		if err := keepFile(c.Dir, "epoch.json", e, true); err != nil {
			return e, 0, err
		}
	}
	have, err := piecesIn(spoolOf(c.Dir, e))
	if err != nil {
		return e, 0, err
	}
	had = newest(slices.Values(have))
	_, err = anywhere(ctx, c.Destinations, func(ctx context.Context, d Destination) (Epoch, error) {
		if err := claim(ctx, d.Place, e); err != nil {
			return e, err
		}
		_, err := sent(ctx, d.Place, e, had)
		return e, err
	})
	return e, had, err
}

// anywhere asks all destinations and returns the highest epoch. It is enough if
// one answers, but who is fenced at one is fenced.
func anywhere(ctx context.Context, ds []Destination, ask func(context.Context, Destination) (Epoch, error)) (highest Epoch, err error) {
	var g errgroup.Group
	answers, faults := make([]Epoch, len(ds)), make([]error, len(ds))
	for i, d := range ds {
		g.Go(func() error {
			answers[i], faults[i] = ask(ctx, d)
			return nil
		})
	}
	g.Wait()
	answered := false
	for i, fault := range faults {
		if f := (*Fenced)(nil); errors.As(fault, &f) || errs.KindOf(fault) == errs.Invalid || errs.KindOf(fault) == errs.Conflict {
			return highest, fault
		}
		if fault == nil {
			answered = true
			if answers[i].N > highest.N {
				highest = answers[i]
			}
		}
	}
	if !answered {
		return highest, errs.Wrap(errs.Unavailable, "None of the places of the copies answers, so nobody can say whether another Plaza has taken over meanwhile. "+
			"This one opens when one of them does: look at their addresses and keys, and at this machine's network.", errors.Join(faults...))
	}
	return highest, nil
}

// Run takes over and sends until ctx ends.
func (r *Replica) Run(ctx context.Context) {
	var wg sync.WaitGroup
	wg.Go(func() { r.takeOver(ctx) })
	wg.Go(func() { r.tellStatus(ctx) })
	if len(r.Opens) > 0 {
		wg.Go(func() { r.drills(ctx) })
	}
	if r.Daily.Keep > 0 {
		wg.Go(func() { r.keepDailies(ctx) })
	}
	for _, s := range r.ships {
		wg.Go(func() { r.sail(ctx, s) })
		if r.Files != nil {
			wg.Go(func() { r.carry(ctx, s) })
		}
	}
	wg.Wait()
}

// Close takes what is left and sends it, as far as that is quick. The database
// is closed before.
func (r *Replica) Close(ctx context.Context) error {
	err := r.capture.close(ctx)
	var g errgroup.Group
	for _, s := range r.ships {
		g.Go(func() error {
			if r.fault() != nil {
				return nil
			}
			s.looked = time.Time{} // what was taken as it closed is known to nobody
			if err := s.pass(ctx); err != nil {
				return fmt.Errorf("the last of it did not get to %s: %w", s.Place, err)
			}
			return nil
		})
	}
	err = errors.Join(err, g.Wait())
	for _, s := range r.ships {
		err = errors.Join(err, s.Place.Close())
	}
	return err
}

// BeginLog has the log of SQLite begin anew, if nobody reads what is only there.
func (r *Replica) BeginLog(ctx context.Context) error { return r.capture.beginAnew(ctx) }

// Committed is told of each commit, by who may not answer before a copy has it:
// that is when wait returns nil.
func (r *Replica) Committed() (wait func(ctx context.Context) error) {
	ticket := r.committed.Add(1)
	select {
	case r.soon <- struct{}{}:
	default:
	}
	return func(ctx context.Context) error {
		ctx, stop := context.WithTimeout(ctx, r.Patience)
		defer stop()
		return r.wait(ctx, func() bool {
			for _, s := range r.ships {
				if s.progress().ticket >= ticket {
					return true
				}
			}
			return false
		})
	}
}

// errNoCopy is what a write is answered that only this machine has.
var errNoCopy = errs.New(errs.Unavailable, "This was saved, but no copy elsewhere has it yet: if this machine is lost now, it is lost. Look whether it is there before you send it again.")

func (r *Replica) wait(ctx context.Context, done func() bool) error {
	for {
		r.mu.Lock()
		changed, fenced := r.changed, r.fenced
		r.mu.Unlock()
		if done() {
			return nil
		}
		if fenced != nil {
			return fenced
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return errNoCopy
		}
	}
}

// tell wakes everybody who waits for something to change.
func (r *Replica) tell(change func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	change()
	close(r.changed)
	r.changed = make(chan struct{})
}

func (r *Replica) fault() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.fenced
}

// takeOver captures now and then, or as soon as something was committed.
func (r *Replica) takeOver(ctx context.Context) {
	tick := time.NewTicker(r.Every)
	defer tick.Stop()
	for {
		ticket, now := r.committed.Load(), time.Now()
		if err := r.capture.take(ctx); err != nil && ctx.Err() == nil {
			r.Log.ErrorContext(ctx, "what was written cannot be captured for the copies, trying again", "err", err)
		} else if err == nil {
			r.tell(func() { r.taken, r.takenAt = ticket, now })
		}
		select {
		case <-ctx.Done():
			return
		case <-r.soon:
		case <-tick.C:
		}
	}
}

// sail has s send what is taken over, for as long as we are the one who writes.
func (r *Replica) sail(ctx context.Context, s *ship) {
	rest := firstRest
	for ctx.Err() == nil && r.fault() == nil {
		r.mu.Lock()
		ticket, takenAt, changed := r.taken, r.takenAt, r.changed
		r.mu.Unlock()
		if err := s.pass(ctx); err != nil {
			if ctx.Err() == nil {
				r.failed(ctx, s, err)
			}
			pause(ctx, rest)
			rest = min(2*rest, longestRest)
			continue
		}
		rest = firstRest
		s.note(func(p *progress) { p.fault = "" })
		if before := s.progress(); before.ticket < ticket || before.covers.Before(takenAt) {
			r.tell(func() { s.note(func(p *progress) { p.ticket, p.covers = ticket, takenAt }) })
		}
		r.mu.Lock()
		further := r.taken > ticket || r.takenAt.After(takenAt)
		r.mu.Unlock()
		if further {
			continue
		}
		select {
		case <-changed:
		case <-ctx.Done():
		}
	}
}

func (r *Replica) failed(ctx context.Context, s *ship, err error) {
	s.note(func(p *progress) { p.fault = err.Error() })
	if f := (*Fenced)(nil); !errors.As(err, &f) {
		s.log.WarnContext(ctx, "the copy does not come further, trying again", "err", err)
		r.yield(ctx, s, err)
		return
	}
	first := false
	r.tell(func() { first, r.fenced = r.fenced == nil, err })
	if s.log.ErrorContext(ctx, "another house has taken over", "err", err); first && r.Fenced != nil {
		r.Fenced(err)
	}
}

func pause(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}
