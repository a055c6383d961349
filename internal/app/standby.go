package app

import (
	"context"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/plaza-social/plaza/internal/base/clock"
	"github.com/plaza-social/plaza/internal/base/conf"
	"github.com/plaza-social/plaza/internal/base/errs"
	"github.com/plaza-social/plaza/internal/cluster/place"
	"github.com/plaza-social/plaza/internal/cluster/replica"
	"github.com/plaza-social/plaza/internal/cluster/turn"
	"github.com/plaza-social/plaza/internal/store"
)

const (
	// filesEvery is how often a standby looks for new files.
	filesEvery = 30 * time.Second
	// askedEvery is how often it looks whether it is to be promoted.
	askedEvery = 100 * time.Millisecond
	// standbyRest is how long it rests after an error.
	standbyRest = 2 * time.Second
)

// A Standby follows a copy and serves what can be read, until it is promoted:
// by whoever asks for it, or by itself where there is a lease and the house
// that writes does not keep it.
type Standby struct {
	replica.Source
	Data   string        // the folder, held by Lock
	Every  time.Duration // how often it looks for what is new
	Config func() (conf.Config, error)
	Log    *slog.Logger
	Doors  *Doors
	// Serve serves as the house that writes.
	Serve func(ctx context.Context, o Options) error

	passed []string // the places that were passed over when it took over, and why
}

// promotion is what whoever asks a standby to take over writes.
func promotion(data string) string { return filepath.Join(data, "promote") }

// AskToPromote has the standby of a data folder take over.
func AskToPromote(data string) error { return os.WriteFile(promotion(data), nil, 0o600) }

// promoted is there once a standby has taken over, and says which places were
// passed over then, a line each.
func promoted(data string) string { return filepath.Join(data, "promoted") }

// Promoted reports whether what is in a data folder was a standby's that has
// taken over: when it is started again, it goes on as the house that writes.
func Promoted(data string) bool {
	_, err := os.Stat(promoted(data))
	return err == nil && House(data)
}

// PassedOver are the places that did not say what they have when the standby of a
// data folder took over, and why.
func PassedOver(data string) ([]string, error) {
	text, err := os.ReadFile(promoted(data))
	if err != nil {
		return nil, err
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")[:strings.Count(string(text), "\n")], nil
}

// Asked reports whether a standby was asked, and has not taken over yet.
func Asked(data string) bool {
	_, err := os.Stat(promotion(data))
	return err == nil
}

// What ends the following.
var errPromoted = errors.New("it is to be promoted")

// Run follows until it is promoted, and serves until ctx ends.
func (b *Standby) Run(ctx context.Context) error {
	if !Promoted(b.Data) { // what is left of a house that is not here any more says nothing of the next
		if err := errors.Join(removed(promotion(b.Data)), removed(promoted(b.Data))); err != nil {
			return err
		}
	}
	for !Promoted(b.Data) {
		lease, c, err := b.once(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, errPromoted):
			return b.takeOver(ctx, c, lease)
		case errors.Is(err, replica.ErrNewEpoch), errors.Is(err, store.ErrJump):
			b.Log.Info("what was followed has changed: it is fetched anew", "why", err)
		case errors.Is(err, ErrRenamed):
			b.Log.Info("the house has another name: it is opened anew")
		default:
			b.Log.Warn("the copy cannot be followed, trying again", "err", err)
			wait(ctx, standbyRest)
		}
	}
	c, err := b.Config()
	if err == nil {
		err = b.promoted()
	}
	if err != nil {
		return err
	}
	return b.takeOver(ctx, c, nil)
}

// promoted notes that it has taken over. What was noted in part before it was
// killed is done again: the other is fenced by then, and nobody else writes.
func (b *Standby) promoted() error {
	if Follows(b.Data) {
		if err := replica.MarkWritten(filepath.Join(b.Data, "plaza.db")); err != nil {
			return err
		}
	}
	return removed(promotion(b.Data))
}

// notePassed writes down, to last, that it takes over, before anything is changed by
// which a standby is known.
func (b *Standby) notePassed() error {
	f, err := os.OpenFile(promoted(b.Data), os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	for _, why := range b.passed {
		_, wrong := f.WriteString(strings.ReplaceAll(why, "\n", " ") + "\n")
		err = errors.Join(err, wrong)
	}
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	folder, err := os.Open(b.Data)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}

func removed(file string) error {
	if err := os.Remove(file); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// takeOver serves as the house that writes, while what is missing of the files
// comes in behind.
func (b *Standby) takeOver(ctx context.Context, c conf.Config, lease *turn.Lease) error {
	bring, stop := context.WithCancel(ctx)
	var rest sync.WaitGroup
	rest.Go(func() {
		for replica.Missing(filepath.Join(b.Data, "plaza.db")) && bring.Err() == nil {
			r := Restore{Source: b.Source, Data: b.Data, Passed: func(why error) {
				b.Log.Error("A PLACE IS PASSED OVER: files that only that one has are missing here until plaza restore --files brings them from there", "why", why)
			}}
			if err := r.Files(bring, func(int, int) {}); err != nil && bring.Err() == nil {
				b.Log.Warn("files of the copy cannot be brought over, trying again", "err", err)
				wait(bring, filesEvery)
			}
		}
	})
	defer rest.Wait()
	defer stop()
	return b.Serve(ctx, Options{Config: c, Clock: clock.System, Log: b.Log, Replicate: true, Lease: lease})
}

func wait(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	}
}

// once follows one epoch and serves what is read meanwhile.
func (b *Standby) once(ctx context.Context) (*turn.Lease, conf.Config, error) {
	f, err := b.Follow(ctx, filepath.Join(b.Data, "plaza.db"))
	if err != nil {
		return nil, conf.Config{}, err
	}
	_, left, err := bringSettings(ctx, b.Source, b.Data)
	if err != nil {
		return nil, conf.Config{}, err
	}
	if _, err := bringFactorKey(ctx, b.Source, b.Data); err != nil {
		return nil, conf.Config{}, err
	}
	if left {
		b.Log.Warn("on_promote of the copy is not taken over: if it is to be run here, set PLAZA_ON_PROMOTE, or write it into plaza.toml", "folder", b.Data)
	}
	c, err := b.Config()
	if err != nil {
		return nil, c, err
	}
	a, err := Open(ctx, Options{Config: c, Clock: clock.System, Log: b.Log, ReadOnly: true})
	if err != nil {
		return nil, c, err
	}
	serving, stop := context.WithCancel(ctx)
	served := make(chan error, 1)
	go func() { served <- a.Serve(serving, b.Doors.Open()) }()
	go b.files(serving, b.Source, func() error { return unlock(c, a.Store) })
	lease, err := b.until(ctx, f, a, c)
	stop()
	err = errors.Join(err, <-served, a.Close())
	if errors.Is(err, errPromoted) {
		if _, err := bringFactorKey(ctx, b.Source, b.Data); err != nil {
			b.Log.Warn("the key of the copy cannot be brought over: if it was changed at the last moment, plaza doctor says so", "err", err)
		}
		if noted := b.notePassed(); noted != nil {
			return lease, c, noted
		}
		if noted := b.promoted(); noted != nil {
			return lease, c, noted
		}
	}
	return lease, c, err
}

// files brings files over from s until ctx ends, and keys that the house has made
// meanwhile.
func (b *Standby) files(ctx context.Context, s replica.Source, rekeyed func() error) {
	for ctx.Err() == nil {
		changed, err := bringFactorKey(ctx, s, b.Data)
		if err == nil && changed {
			err = rekeyed()
		}
		if err != nil && ctx.Err() == nil {
			b.Log.Warn("the key of the copy cannot be brought over, trying again", "err", err)
		}
		if err := s.Files(ctx, filepath.Join(b.Data, "media"), func(int, int) {}); err != nil && ctx.Err() == nil {
			b.Log.Warn("files of the copy cannot be brought over, trying again", "err", err)
		}
		wait(ctx, filesEvery)
	}
}

// until follows until it is to take over, which is errPromoted, or it cannot be
// gone on.
func (b *Standby) until(ctx context.Context, f *replica.Follower, a *App, c conf.Config) (*turn.Lease, error) {
	line, err := b.line(ctx, c)
	if err != nil {
		return nil, err
	}
	keep := false // the turn is kept at the place of the line
	defer func() {
		if !keep {
			line.close()
		}
	}()
	next := time.Now()
	for ctx.Err() == nil {
		if a.hasOtherName() {
			return nil, ErrRenamed
		}
		if asked := Asked(b.Data); asked || line.free(ctx) {
			lease, err := b.promote(ctx, f, a, c, line, asked)
			if err == nil {
				keep = true
				return lease, errPromoted
			}
			if errors.Is(err, replica.ErrNewEpoch) { // it is followed there, and takes over then
				return nil, err
			}
			b.Log.Error("this one was to take over, and cannot", "err", err)
			if err := removed(promotion(b.Data)); err != nil {
				return nil, err
			}
			wait(ctx, standbyRest)
		}
		if time.Now().After(next) {
			n, err := f.Step(ctx, a.Store.Renew)
			if n == 0 { // or else there is more
				next = time.Now().Add(b.Every)
			}
			if errors.Is(err, replica.ErrNewEpoch) || errors.Is(err, store.ErrJump) {
				return nil, err
			} else if err != nil {
				b.Log.Warn("the copy cannot be followed, trying again", "err", err)
			}
		}
		wait(ctx, askedEvery)
	}
	return nil, ctx.Err()
}

// promote takes the turn and the epoch, and then what was written until then, from
// whichever place has most: in that order, so that what the other acknowledges
// after we have looked is never in our place, and what it acknowledged before is.
// Where nothing else keeps the other from answering, it has time to notice.
func (b *Standby) promote(ctx context.Context, f *replica.Follower, a *App, c conf.Config, line *line, asked bool) (*turn.Lease, error) {
	if len(c.Copies()) == 0 {
		return nil, errs.New(errs.Invalid, "There is no [[replica]] in the settings, so nobody would learn that this one has taken over. Write one in plaza.toml.")
	}
	lease, err := line.take(ctx, asked)
	if err != nil {
		return nil, err
	}
	places, err := placesOf(ctx, c)
	if err != nil {
		return nil, err
	}
	defer closeAll(places)
	own, err := replica.Begin(ctx, ReplicaFolder(c), f.Epoch(), places)
	if err != nil {
		return nil, err
	}
	if lease == nil && c.Durability != conf.Copied {
		wait(ctx, replica.Noticed(c.ReplicaEvery))
	}
	passed, err := f.Finish(ctx, own, places, a.Store.Renew)
	if ahead := (*replica.Ahead)(nil); errors.As(err, &ahead) {
		return nil, errors.Join(b.followThere(ctx, c, ahead), err)
	}
	if err != nil {
		return nil, err
	}
	b.passed = nil
	for _, why := range passed {
		b.passed = append(b.passed, why.Error())
		b.Log.Error("A PLACE WAS PASSED OVER: what only that one has is not here", "why", why)
	}
	b.Log.Info("this one takes over", "after", f.Epoch().N)
	return lease, nil
}

// followThere has the place be followed that has what came last.
func (b *Standby) followThere(ctx context.Context, c conf.Config, ahead *replica.Ahead) error {
	for _, r := range c.Copies() {
		p, err := OpenPlace(ctx, r.Place)
		if err != nil {
			return err
		}
		if p.String() == ahead.Place {
			b.Place = p // open until this process ends
			return nil
		}
		p.Close()
	}
	return nil // it is the one that is followed
}

// placesOf opens where the copies are, all or none.
func placesOf(ctx context.Context, c conf.Config) (all []place.Place, err error) {
	for _, r := range c.Copies() {
		p, err := OpenPlace(ctx, r.Place)
		if err != nil {
			closeAll(all)
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

func closeAll(places []place.Place) {
	for _, p := range places {
		p.Close()
	}
}

// A line is where a standby waits for its turn; a nil one is for a house without
// a lease.
type line struct {
	place place.Place
	turn  *turn.Turn
	watch *turn.Watcher
	next  time.Time
	log   *slog.Logger
}

func (b *Standby) line(ctx context.Context, c conf.Config) (*line, error) {
	if c.Lease.URL == "" {
		return nil, nil
	}
	p, err := OpenPlace(ctx, c.Lease.Place)
	if err != nil {
		return nil, err
	}
	t, err := Turn(p, c)
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return &line{place: p, turn: t, watch: t.Watch(), log: b.Log}, nil
}

func (l *line) close() {
	if l != nil {
		l.place.Close()
	}
}

// free reports whether the turn is to be taken: whoever had it has not kept it.
// As long as nobody has ever had it, it is not ours to take.
func (l *line) free(ctx context.Context) bool {
	if l == nil || time.Now().Before(l.next) {
		return false
	}
	l.next = time.Now().Add(turnEvery)
	if err := l.watch.Look(ctx); err != nil {
		if ctx.Err() == nil {
			l.log.Warn("nobody can say who has the turn to write, trying again", "err", err)
		}
		return false
	}
	_, ever := l.watch.Last()
	return ever && l.watch.Free()
}

// turnEvery is how often a standby looks at the turn.
const turnEvery = 500 * time.Millisecond

// take takes the turn; from who has it, if somebody asks for that.
func (l *line) take(ctx context.Context, asked bool) (*turn.Lease, error) {
	if l == nil {
		return nil, nil
	}
	if !asked {
		if err := l.watch.Look(ctx); err != nil {
			return nil, err
		}
		return l.turn.Claim(ctx, l.watch)
	}
	for try := 1; ; try++ {
		if err := l.watch.Look(ctx); err != nil {
			return nil, err
		}
		lease, err := l.turn.Seize(ctx, l.watch)
		if try == seizeTries || !errors.Is(err, turn.ErrTaken) {
			return lease, err
		}
	}
}

// seizeTries is how often the turn is taken from who has it: each renewal that
// comes between the look and the claim is in its way.
const seizeTries = 10
